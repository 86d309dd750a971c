"""The judge: asking a model whether two final answers mean the same."""

from collections.abc import Mapping

from sure_math.config import Recipe
from sure_math.judging.asking import Asker, Task
from sure_math.judging.controls import Control, Question
from sure_math.judging.verdicts import YES_NO, is_yes
from sure_math.prompts import load_prompt
from sure_math.runtime.context import Context

Asked = tuple[str, str, str]
"""The problem and the two answers, in the order in which the judge sees them."""


class AnswerPair(Control):
    """Two answers to one problem, with the right verdict in both orders.

    The two differ only for prompts that are not symmetric, such as entailment.
    """

    problem: str
    a: str
    b: str
    forward: bool
    reverse: bool

    @property
    def questions(self) -> tuple[tuple[Question, tuple[str, ...]], ...]:
        """Both orders."""
        orders = ((self.a, self.b, self.forward), (self.b, self.a, self.reverse))
        return tuple(((self.problem, a, b), ("yes" if same else "no",)) for a, b, same in orders)


def control_set(recipe: Recipe) -> str:
    """The control pairs of a recipe's judge: its own, or those in the language of its prompt."""
    if recipe.cluster.control_set:
        return recipe.cluster.control_set
    if recipe.answers.kind == "text":
        return "entail"
    return "builtin" if recipe.models.judge.backend == "builtin" else "judge"


class Judge:
    """Asks the questions of many problems in one batch."""

    def __init__(self, context: Context) -> None:
        config = context.recipe.cluster
        task = Task(
            prompt=load_prompt(context.recipe.judge_prompt),
            fields=("problem", "a", "b"),
            words=YES_NO,
            max_tokens=config.max_tokens,
            retries=config.retries,
            controls=config.controls,
            control_kind=AnswerPair,
            control_set=control_set(context.recipe),
            settings="cluster.",
        )
        self._asker = Asker(context, task)

    @property
    def prompt_sha(self) -> str:
        """Hash of the judge prompt."""
        return self._asker.prompt_sha

    @property
    def model(self) -> str:
        """Name of the judge model."""
        return self._asker.model

    def ask(self, questions: Mapping[str, Asked]) -> dict[str, bool | None]:
        """Verdicts for `(problem, a, b)` by key, in the order a, b; None stays unparseable.

        Raises:
            JudgeUnfit: the judge failed its control questions.
            BackendError: it cannot be asked.
        """
        verdicts = self._asker.ask(questions.values())
        return {key: is_yes(verdicts[question]) for key, question in questions.items()}
