"""The judge of decontamination: whether two texts state the same problem.

It is asked where texts, numbers and answers leave it open. What an unreadable verdict means, and in
which orders to ask, is for the caller to say.
"""

from collections.abc import Sequence
from typing import Any

from sure_math.backends import model_identity
from sure_math.config import Recipe
from sure_math.judging.asking import Asker, Task
from sure_math.judging.controls import Control, Question
from sure_math.judging.verdicts import YES_NO, is_yes
from sure_math.prompts import load_prompt
from sure_math.runtime.context import Context


class ProblemPair(Control):
    """Two texts, and whether they state the same problem."""

    first: str
    second: str
    same: bool

    @property
    def questions(self) -> tuple[tuple[Question, tuple[str, ...]], ...]:
        """Both orders."""
        right = ("yes" if self.same else "no",)
        return ((self.first, self.second), right), ((self.second, self.first), right)


class SameProblemJudge:
    """Asks about many pairs of texts in one batch."""

    def __init__(self, context: Context) -> None:
        config = context.recipe.decontaminate
        task = Task(
            prompt=load_prompt(config.prompt),
            fields=("first", "second"),
            words=YES_NO,
            max_tokens=config.max_tokens,
            retries=config.retries,
            controls=config.controls,
            control_kind=ProblemPair,
            control_set=config.control_set or "same_problem",
            settings="decontaminate.",
        )
        self._asker = Asker(context, task)

    def ask(self, questions: Sequence[tuple[str, str]]) -> list[bool | None]:
        """For each `(first, second)`, shown in this order: the same problem? None: unreadable.

        Raises:
            JudgeUnfit: the judge failed its control questions.
            BackendError: it cannot be asked.
        """
        verdicts = self._asker.ask(questions)
        return [is_yes(verdicts[question]) for question in questions]


def judge_content(recipe: Recipe) -> dict[str, Any]:
    """What decides the verdicts, for the hash of a stage; empty without a judge."""
    config = recipe.decontaminate
    if not config.judge:
        return {}
    return {
        "model": model_identity(recipe.models.judge),
        "prompt_sha": load_prompt(config.prompt).sha,
        "max_tokens": config.max_tokens,
        "retries": config.retries,
    }
