"""Validity of a new problem: a judge votes on whether it is well posed.

Every vote is a question of its own, sampled with its own seed. Judges call many a sound but hard
problem ill-posed, so precision comes first: one vote for `well_posed` keeps a problem, and an
unreadable vote is none.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from sure_math.backends import model_identity
from sure_math.config import Recipe
from sure_math.judging.asking import Asker, Task
from sure_math.judging.controls import Control, Question
from sure_math.prompts import load_prompt
from sure_math.runtime.context import Context

Verdict = Literal["well_posed", "contradictory", "incomplete", "impossible", "not_math"]
WELL_POSED: Verdict = "well_posed"
UNPARSEABLE = "unparseable"

_TEMPERATURE = 0.7  # greedy votes would all be one
_RETRIES = 1

_START, _END = r"(?<![^\W_])", r"(?![^\W_])"  # like \b, but _ may stand beside a word
_JOINT = r"[\s\\_\-‐‑–—]{0,4}"  # well-posed, well posed, well\_posed
_GAP = r"(?:(?![.,:;!?\n])[\W_]){1,6}"
_WELL = rf"well{_JOINT}posed"
_NEGATED = (
    rf"(?:{_START}(?:not|never|nor|neither|non|cannot)|n['’]t){_GAP}"
    rf"(?:(?:be|a|an|really|quite|fully|entirely|completely|strictly|actually){_GAP}){{0,2}}"
    rf"(?:{_WELL}|contradictory|incomplete|impossible)"
)
_WORDS = re.compile(
    rf"(?:{_NEGATED}|{_START}(?:(?P<well_posed>{_WELL})|(?P<contradictory>contradictory)"
    r"|(?P<incomplete>incomplete)|(?P<impossible>impossible)"
    rf"|(?P<not_math>not{_JOINT}(?:a{_JOINT})?math(?:s|ematics|ematical)?))){_END}",
    re.IGNORECASE,
)


class ValidityControl(Control):
    """A problem and the verdicts that are right on it."""

    problem: str
    right: Annotated[tuple[Verdict, ...], Field(min_length=1)]

    @property
    def questions(self) -> tuple[tuple[Question, tuple[str, ...]], ...]:
        """One vote."""
        return (((self.problem, "1"), self.right),)


class ValidityJudge:
    """Puts many problems to the vote in one batch."""

    def __init__(self, context: Context) -> None:
        config = context.recipe.evolve
        task = Task(
            prompt=load_prompt(config.validity_prompt),
            fields=("problem", "vote"),
            words=_WORDS,
            max_tokens=config.validity_max_tokens,
            retries=_RETRIES,
            controls=config.validity_controls,
            control_kind=ValidityControl,
            control_set=config.validity_control_set or "validity",
            settings="evolve.validity_",
            temperature=_TEMPERATURE,
        )
        self._asker = Asker(context, task)
        self._votes = tuple(str(number) for number in range(1, config.validity_votes + 1))

    def vote(self, problems: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        """Verdicts on every problem text by id: `evolve.validity_votes` words each, of `Verdict`
        or `UNPARSEABLE`.

        Raises:
            JudgeUnfit: the judge failed its control questions.
            BackendError: it cannot be asked.
        """
        said = self._asker.ask((text, vote) for text in problems.values() for vote in self._votes)
        return {
            key: tuple(said[text, vote] or UNPARSEABLE for vote in self._votes)
            for key, text in problems.items()
        }


def is_rejected(verdicts: Sequence[str]) -> bool:
    """Whether there were votes and none of them was for well posed."""
    return bool(verdicts) and WELL_POSED not in verdicts


def judge_content(recipe: Recipe) -> dict[str, Any]:
    """What decides the verdicts, for the hash of a stage; empty without votes."""
    config = recipe.evolve
    if not config.validity_votes:
        return {}
    return {
        "model": model_identity(recipe.models.judge),
        "prompt_sha": load_prompt(config.validity_prompt).sha,
        "votes": config.validity_votes,
        "max_tokens": config.validity_max_tokens,
    }
