import itertools
import random
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.config import STRATEGIES, TIERS, EvolveConfig, Tier
from sure_math.evolve.plan import Cutoff, cutoff, plan_seed, preference, wanted_chains

CONFIG = EvolveConfig(chains_per_seed={"easy": 1, "medium": 1, "hard": 1, "competition": 4})


@pytest.mark.parametrize(
    ("tier", "steps"), [("easy", 1), ("medium", 2), ("hard", 3), ("competition", 20)]
)
def test_rounds_and_chains_of_a_tier(tier: Tier, steps: int) -> None:
    plan = list(plan_seed("seed", tier, CONFIG, 0))
    assert len(plan) == steps
    assert len({step.step_id for step in plan}) == steps
    assert len({step.seed for step in plan}) == steps


@given(st.text(min_size=1), st.sampled_from(TIERS), st.integers(0, 9))
def test_no_strategy_follows_itself(root: str, tier: Tier, run_seed: int) -> None:
    plan = list(plan_seed(root, tier, CONFIG, run_seed))
    for earlier, later in itertools.pairwise(plan):
        if later.chain == earlier.chain:
            assert later.strategies[0] != earlier.strategies[0]
            assert set(later.strategies) == {"harder", "competition", "compose"}
    assert all(set(step.strategies) == set(STRATEGIES) for step in plan if step.round == 1)


def test_plan_depends_on_nothing_but_its_key() -> None:
    alone = list(plan_seed("a", "hard", CONFIG, 1))
    for other in ("b", "c"):
        list(plan_seed(other, "hard", CONFIG, 1))
    assert list(plan_seed("a", "hard", CONFIG, 1)) == alone
    assert list(plan_seed("a", "hard", CONFIG, 2)) != alone


def test_first_choices_follow_the_weights() -> None:
    draws = Counter(
        next(plan_seed(str(root), "competition", CONFIG, 0)).strategies[0] for root in range(4000)
    )
    weights = CONFIG.weights["competition"]
    for strategy, weight in weights.items():
        assert draws[strategy] / 4000 == pytest.approx(weight, abs=0.03)


def test_strategies_without_weight_are_never_tried() -> None:
    assert preference({"harder": 1.0, "rewrite": 0.0}, None, ("x",)) == ("harder",)


def planned(roots: Sequence[str], chains: int, cut: Cutoff) -> set[tuple[str, int]]:
    config = EvolveConfig(chains_per_seed=dict.fromkeys(TIERS, chains))
    steps = [step for root in roots for step in plan_seed(root, "easy", config, 3, cut)]
    return {(step.root_id, step.chain) for step in steps}


@given(st.integers(1, 40), st.integers(1, 5), st.integers(0, 250), st.randoms())
def test_a_quota_is_met_exactly_as_far_as_there_are_chains(
    seeds: int, chains: int, wanted: int, rng: random.Random
) -> None:
    roots = [f"seed {number}" for number in range(seeds)]
    kept = planned(roots, chains, cutoff(roots, seeds, wanted, 3))
    assert len(kept) == min(wanted, seeds * chains)
    per_seed = Counter(root for root, _ in kept)
    if wanted >= seeds:  # every seed gets a chain before one gets another
        assert max(per_seed.values()) - min(per_seed.values()) <= 1
    shuffled = rng.sample(roots, seeds)
    assert planned(shuffled, chains, cutoff(shuffled, seeds, wanted, 3)) == kept


def test_chains_wanted_are_the_quota_with_its_failures() -> None:
    config = EvolveConfig(quota={"easy": 2000, "hard": 0}, oversample=1.75)
    assert [wanted_chains(tier, config) for tier in TIERS] == [3500, None, 0, None]
