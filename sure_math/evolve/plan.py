"""The plan: which strategy every seed gets in every round, before any model is called.

Each draw is keyed by (run seed, root, chain, round), so the plan depends neither on the order of
the seeds nor on resumption. A follow-up round prefers another strategy than the round before it.

Where a tier has a quota, only as many chains are planned as it takes to fill it: first one chain on
every seed, then a second one, and of the last number as many as are still wanted, chosen by hash.
"""

import heapq
import math
from collections.abc import Iterable, Iterator, Mapping
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


def plan_seed(
    root_id: str, tier: Tier, config: EvolveConfig, run_seed: int, cut: "Cutoff | None" = None
) -> Iterator[Step]:
    """All steps of one seed: every chain that the cut admits with its rounds, in order."""
    rounds = config.rounds[tier]
    for chain in range(config.chains_per_seed[tier]):
        if cut is not None and not cut.admits(root_id, chain, run_seed):
            continue
        previous: Strategy | None = None
        for number in range(1, rounds + 1):
            weights = config.weights[tier] if number == 1 else config.follow_up[tier]
            key = (run_seed, root_id, chain, number)
            order = preference(weights, previous, key)
            yield Step(root_id, chain, number, rounds, order, sampling_seed("evolve", *key))
            previous = order[0]


def wanted_chains(tier: Tier, config: EvolveConfig) -> int | None:
    """How many chains fill the quota of a tier, failures included; None: as many as there are."""
    quota = config.quota.get(tier)
    return None if quota is None else math.ceil(quota * config.oversample)


@dataclass(frozen=True)
class Cutoff:
    """Which chains of a tier are planned: all below number `chain`, and of that one those whose
    hash is below `hash`."""

    chain: int
    hash: int

    def admits(self, root_id: str, chain: int, run_seed: int) -> bool:
        """Whether a chain is planned."""
        if chain != self.chain:
            return chain < self.chain
        return chain_hash(root_id, chain, run_seed) < self.hash


def cutoff(root_ids: Iterable[str], seeds: int, wanted: int, run_seed: int) -> Cutoff:
    """The cut after `wanted` chains on `seeds` seeds of a tier, in whatever order they come."""
    full, rest = divmod(wanted, seeds)
    hashes = (chain_hash(root_id, full, run_seed) for root_id in root_ids)
    last = heapq.nsmallest(rest, hashes)[-1:]
    return Cutoff(full, last[0] + 1 if last else 0)


def chain_hash(root_id: str, chain: int, run_seed: int) -> int:
    """63 bits that decide between the chains of one number."""
    return sampling_seed("quota", run_seed, root_id, chain)


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
