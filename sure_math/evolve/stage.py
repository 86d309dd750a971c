"""Stages `plan` and `evolve`: seeds -> planned steps -> evolved problems.

The plan says what will be tried, `evolver` tries it, and what came out of every attempt stands in
the side table `attempts`.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sure_math import schemas
from sure_math.backends import model_identity
from sure_math.config import Recipe, Tier
from sure_math.decontaminate.checker import Checker
from sure_math.decontaminate.index import ItemIndex
from sure_math.decontaminate.screen import benchmark_index
from sure_math.evolve.evolver import Evolver, chains, strategy_prompts
from sure_math.evolve.ladder import REASONS, Ladder
from sure_math.evolve.plan import Cutoff, cutoff, plan_seed, wanted_chains
from sure_math.evolve.validity import ValidityJudge, judge_content
from sure_math.runtime.context import Context
from sure_math.runtime.stage import Inputs, ShardResult, Source, Stage

# --- plan ---------------------------------------------------------------------------------------


def _plan_config(recipe: Recipe) -> dict[str, Any]:
    fields = ("enabled", "rounds", "chains_per_seed", "weights", "follow_up", "quota", "oversample")
    content = recipe.evolve.content()
    return {"seed": recipe.seed, **{name: content[name] for name in fields}}


def _cutoffs(sources: Mapping[str, Source], recipe: Recipe) -> dict[Tier, Cutoff]:
    """Where the plan of each tier that has a quota ends."""
    config, roots = recipe.evolve, defaultdict[Tier, list[str]](list)
    for table in sources["seeds"].tables(["problem_id", "tier", "use"]):
        for seed in table.to_pylist():
            if seed["use"] == "evolve" and seed["tier"] in config.quota:
                roots[seed["tier"]].append(seed["problem_id"])
    wanted = {tier: wanted_chains(tier, config) for tier in roots}
    return {
        tier: cutoff(roots[tier], len(roots[tier]), chains, recipe.seed)
        for tier, chains in wanted.items()
        if chains is not None
    }


def _run_plan(inputs: Inputs, context: Context) -> ShardResult:
    config, seed_of_run = context.recipe.evolve, context.recipe.seed
    rows = [
        {
            "step_id": step.step_id,
            "root_id": step.root_id,
            "chain": step.chain,
            "round": step.round,
            "rounds": step.rounds,
            "strategies": list(step.strategies),
            "seed": step.seed,
        }
        for seed in inputs["seeds"].to_pylist()
        if config.enabled and seed["use"] == "evolve"
        for step in plan_seed(
            seed["problem_id"],
            seed["tier"],
            config,
            seed_of_run,
            context.survey.get(seed["tier"]),
        )
    ]
    return ShardResult(rows)


PLAN_STAGE = Stage(
    name="plan",
    version=2,
    inputs=("seeds",),
    surveyed=("seeds",),
    survey=_cutoffs,
    output=schemas.PLAN,
    run_shard=_run_plan,
    config=_plan_config,
    expected=None,
)


# --- evolve -------------------------------------------------------------------------------------


def _evolve_config(recipe: Recipe) -> dict[str, Any]:
    if not recipe.evolve.enabled:
        return {}
    prompts = strategy_prompts(recipe.evolve.prompts)
    fields = ("keep", "attempts", "temperature", "top_p", "max_tokens", "enable_thinking")
    content = recipe.evolve.content()
    return {
        **{name: content[name] for name in fields},
        "evolver": model_identity(recipe.models.evolver),
        "prompts": {name: prompt.sha for name, prompt in prompts.items()},
        "validity": judge_content(recipe),
    }


def _benchmarks(sources: Mapping[str, Source], recipe: Recipe) -> ItemIndex:
    return benchmark_index(sources["evaluation"])


def _run_evolve(inputs: Inputs, context: Context) -> ShardResult:
    seeds = {row["problem_id"]: row for row in inputs["seeds"].to_pylist()}
    planned = chains(inputs["plan"].to_pylist(), seeds)
    votes = ValidityJudge(context) if context.recipe.evolve.validity_votes else None
    # No judge of contamination here: what the rules alone would block is tried again at once.
    evolver = Evolver(context, Ladder(Checker(context.survey), votes))
    evolver.run(planned)
    for chain in planned:
        kept = chain.done if context.recipe.evolve.keep == "all" else chain.done[-1:]
        for row in kept:
            row["kept"] = True
    rows = [row for chain in planned for row in chain.done]
    attempts = sorted(evolver.attempts, key=lambda row: (row["step_id"], row["attempt"]))
    return ShardResult(rows, evolver.rejects, {"attempts": attempts})


EVOLVE_STAGE = Stage(
    name="evolve",
    version=3,
    inputs=("plan", "seeds"),
    surveyed=("evaluation",),
    survey=_benchmarks,
    output=schemas.EVOLVED,
    run_shard=_run_evolve,
    config=_evolve_config,
    expected=lambda inputs, recipe: int(inputs["plan"].num_rows),
    reasons=REASONS,
    side={"attempts": schemas.ATTEMPTS},
)
