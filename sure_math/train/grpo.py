"""GRPO on a dataset with labels: TRL's trainer, rewarded by the grader of the evaluation.

A completion is worth 1 if its final answer equals the label, else 0. Answers are found and compared
by `sure_math.answers`, as in `sure-math evaluate`: a student is trained on what it is measured by.
(`trl.rewards.accuracy_reward` is stricter in some places and laxer in others, gives no reward at
all where it cannot read a label, and its time limits need the main thread.)
"""

# trl is untyped here, so GRPOTrainer is Any:
# mypy: disable-error-code="misc"

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from trl import GRPOTrainer

from sure_math.answers.boxed import extract
from sure_math.answers.equivalence import equivalent
from sure_math.train.measured import Measured
from sure_math.train.rollouts import builtin_rollouts


class LabelTrainer(Measured, GRPOTrainer):
    """`trl.GRPOTrainer` as it is, with `correct` as its reward.

    `train_dataset` has the columns `prompt` and `label`, and is taken in its order.

    Args:
        builtin: let the numpy engine answer, for small Qwen3 models on a CPU.
    """

    def __init__(self, *args: Any, builtin: bool = False, **kwargs: Any) -> None:
        self._builtin = builtin
        self._reward = LabelReward()
        super().__init__(*args, reward_funcs=self._reward, **kwargs)
        self._reward.ends = frozenset(self.eos_token_ids)

    def _generate_single_turn(self, prompt_ids: Any, *args: Any, **kwargs: Any) -> Any:
        if self._builtin:
            return builtin_rollouts(self, prompt_ids), None
        return super()._generate_single_turn(prompt_ids, *args, **kwargs)


class LabelReward:
    """1.0 for a completion whose final answer equals the label of its row, else 0.0."""

    __name__ = "label"

    def __init__(self) -> None:
        self.ends: frozenset[int] = frozenset()
        """Tokens that end a completion; one without is cut off."""

    def __call__(
        self,
        completions: Sequence[Any],
        completion_ids: Sequence[Sequence[int]],
        label: Sequence[str],
        **_: Any,
    ) -> list[float]:
        """The reward function of TRL."""
        return [
            correct(_text(completion), right, cut=not ids or ids[-1] not in self.ends)
            for completion, ids, right in zip(completions, completion_ids, label, strict=True)
        ]


def correct(text: str, label: str, *, cut: bool = False) -> float:
    """1.0 if the final answer of a response equals the label, else 0.0; undecided is wrong.

    Args:
        cut: the token limit ended the response.
    """
    answer = extract(text, finish_reason="length" if cut else "stop").answer
    return float(answer is not None and _equal(answer, label))


@lru_cache(maxsize=100_000)
def _equal(answer: str, label: str) -> bool:
    return equivalent(answer, label)


def _text(completion: Any) -> str:
    """A completion is text, or one chat message."""
    return completion if isinstance(completion, str) else str(completion[0]["content"])
