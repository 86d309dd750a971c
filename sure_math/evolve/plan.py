"""The plan: which strategy every seed gets in every round, before any model is called.

Each draw is keyed by (run seed, root, chain, round), so the plan depends neither on the order of
the seeds nor on resumption. A follow-up round prefers another strategy than the round before it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

from sure_math.config import EvolveConfig, Strategy, Tier
from sure_math.runtime.ids import sampling_seed


@dataclass(frozen=True)
class Step:
    """One planned evolution step."""

    root_id: str
    chain: int
    round: int
    rounds: int
    strategies: tuple[Strategy, ...]
    """In the order in which they are tried."""
    seed: int

    @property
    def step_id(self) -> str:
        """Identity within the run."""
        return f"{self.root_id}:{self.chain}:{self.round}"


def plan_seed(root_id: str, tier: Tier, config: EvolveConfig, run_seed: int) -> Iterator[Step]:
    """All steps of one seed: every chain with its rounds, in order."""
    rounds = config.rounds[tier]
    for chain in range(config.chains_per_seed[tier]):
        previous: Strategy | None = None
        for number in range(1, rounds + 1):
            weights = config.weights[tier] if number == 1 else config.follow_up[tier]
            key = (run_seed, root_id, chain, number)
            order = preference(weights, previous, key)
            yield Step(root_id, chain, number, rounds, order, sampling_seed("evolve", *key))
            previous = order[0]


def preference(
    weights: Mapping[Strategy, float], previous: Strategy | None, key: tuple[object, ...]
) -> tuple[Strategy, ...]:
    """Strategies in a random order by weight, without replacement; the previous one comes last."""
    left = {name: weight for name, weight in weights.items() if weight > 0}
    last = [previous] if previous is not None and left.pop(previous, 0) else []
    order: list[Strategy] = []
    while left:
        point = _uniform(*key, len(order)) * sum(left.values())
        bounds = accumulate(left.values())
        name = next(
            (n for n, bound in zip(left, bounds, strict=True) if point < bound), [*left][-1]
        )
        order.append(name)
        del left[name]
    return (*order, *last)


def _uniform(*key: object) -> float:
    """A number in [0, 1) that depends on the key alone."""
    return sampling_seed("strategy", *key) / 2**63
