"""Grading by a named judge what no rule can: answers that are descriptions.

Each answer is put to several votes at temperature 1, every vote a question with a seed of its own;
it is right if more than half of all votes say yes, and a vote that cannot be read is none for it.
Control questions come first: a judge that always says the same word grades nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sure_math.errors import JudgeUnfit
from sure_math.judging.asking import Asker, Task
from sure_math.judging.controls import Control, Question
from sure_math.judging.verdicts import YES_NO
from sure_math.prompts import load_prompt
from sure_math.runtime.context import Context

PROMPT = "grade"
_TEMPERATURE = 1.0
_MAX_TOKENS = 8192
_RETRIES = 1
_MAX_LENGTH = 10_000
"""Characters of an answer that the judge sees, half of them from its end."""


@dataclass(frozen=True)
class Described:
    """One answer to be graded."""

    problem: str
    gold: str
    answer: str


@dataclass(frozen=True)
class Votes:
    """What was voted on one answer."""

    yes: int
    no: int
    unreadable: int

    @property
    def correct(self) -> bool:
        """Whether more than half of all votes said yes."""
        return self.yes > self.no + self.unreadable


class GradedAnswer(Control):
    """A control question: an answer, and whether it is right."""

    problem: str
    gold: str
    answer: str
    right: bool

    @property
    def questions(self) -> tuple[tuple[Question, tuple[str, ...]], ...]:
        """One vote."""
        said = "yes" if self.right else "no"
        return (((self.problem, self.gold, self.answer, "1"), (said,)),)


class GradingJudge:
    """Puts many answers to the vote in one batch; what was said stays in the stage's journal."""

    def __init__(self, context: Context, votes: int) -> None:
        self._asker = Asker(
            context,
            Task(
                prompt=load_prompt(PROMPT),
                fields=("problem", "gold", "answer", "vote"),
                words=YES_NO,
                max_tokens=_MAX_TOKENS,
                retries=_RETRIES,
                controls="require",
                control_kind=GradedAnswer,
                control_set=PROMPT,
                settings="",
                temperature=_TEMPERATURE,
            ),
        )
        self._votes = tuple(str(number) for number in range(1, votes + 1))

    @property
    def model(self) -> str:
        """Name of the judge, for every row that it graded."""
        return self._asker.model

    @property
    def prompt_sha(self) -> str:
        """Hash of the prompt."""
        return self._asker.prompt_sha

    def vote(self, answers: Mapping[str, Described]) -> dict[str, Votes]:
        """The votes on every answer, by its key; equal answers share theirs.

        Raises:
            JudgeUnfit: the judge failed its control questions.
            BackendError: it cannot be asked.
        """
        questions = {key: self._questions(answer) for key, answer in answers.items()}
        try:
            said = self._asker.ask(each for asked in questions.values() for each in asked)
        except JudgeUnfit as error:
            raise JudgeUnfit(
                error.message,
                saved="all completions, and every grade that was given before",
                hint="name another judge in the suite (`judge`), or none: then the answers that "
                "only a judge can grade are left out",
            ) from error
        return {key: _count([said[each] for each in asked]) for key, asked in questions.items()}

    def _questions(self, one: Described) -> list[Question]:
        answer = _shortened(one.answer)
        return [(one.problem, one.gold, answer, vote) for vote in self._votes]


def _count(said: Sequence[str | None]) -> Votes:
    return Votes(said.count("yes"), said.count("no"), said.count(None))


def _shortened(text: str) -> str:
    if len(text) <= _MAX_LENGTH:
        return text
    half = _MAX_LENGTH // 2
    return f"{text[:half]}\n[...]\n{text[-half:]}"
