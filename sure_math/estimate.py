"""`sure-math estimate`: calls, tokens and GPU-hours before they are spent.

The seeds and the plan are made for real, without a model: where a judge has a say in which seeds
stay, a copy of the run is planned without it. Lengths are measured where the run has samples
already, and assumed otherwise. Assumptions are printed.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sure_math.config import EvolveConfig, Tier
from sure_math.pipeline import execute, select
from sure_math.prompts import load_prompt
from sure_math.runtime.executors import Partition
from sure_math.runtime.run import Run
from sure_math.runtime.store import stored_footers
from sure_math.text_table import table

_CHARACTERS_PER_TOKEN = 3.5
_EVOLVED_TOKENS = 500.0
_RESPONSE_TOKENS = 1200.0
_JUDGE_TOKENS = 80.0
_VOTE_TOKENS = 300.0
_JUDGE_CALLS_PER_PROBLEM = 0.5
_JUDGING = f"{_JUDGE_CALLS_PER_PROBLEM} judge calls per problem"


@dataclass(frozen=True)
class _Cost:
    """Calls of one role and the tokens they take."""

    role: str
    calls: float
    prompt: float
    completion: float


def estimate_run(run: Run, tokens_per_response: float | None, tokens_per_second: float) -> str:
    """A table of what the rest of the pipeline will ask of the models."""
    with _planned(run) as planned:
        costs = list(_costs(planned, tokens_per_response or _measured(run) or _RESPONSE_TOKENS))
    rows = [_row(cost.role, [cost], tokens_per_second) for cost in costs]
    rows.append(_row("total", costs, tokens_per_second))
    head = ("role", "calls", "prompt tokens", "completion tokens", "GPU-hours")
    texts = run.recipe.answers.kind == "text"
    judging = "every text judged in both orders" if texts else _JUDGING
    return f"{table(head, rows)}\n\n{_assumptions(costs, tokens_per_second, judging)}"


@contextmanager
def _planned(run: Run) -> Iterator[Run]:
    """The run with its seeds and its plan, or a copy of it that asks no judge."""
    if not run.recipe.decontaminate.judge or run.store("plan").complete():
        execute(run, select(None, "plan"), Partition())
        yield run
        return
    rules = run.recipe.decontaminate.model_copy(update={"judge": False})
    recipe = run.recipe.model_copy(update={"decontaminate": rules})
    with tempfile.TemporaryDirectory() as folder:
        copy = Run(Path(folder) / "run", recipe, run.stages)
        execute(copy, select(None, "plan"), Partition())
        yield copy


def _row(name: str, costs: list[_Cost], tokens_per_second: float) -> tuple[str, int, int, int, str]:
    completion = sum(cost.calls * cost.completion for cost in costs)
    return (
        name,
        round(sum(cost.calls for cost in costs)),
        round(sum(cost.calls * cost.prompt for cost in costs)),
        round(completion),
        f"{completion / tokens_per_second / 3600:.2f}",
    )


def _costs(run: Run, response: float) -> Iterator[_Cost]:
    seeds = run.store("seeds").read_all().to_pylist()
    plan = run.store("plan").read_all().to_pylist()
    steps, evolve = len(plan), run.recipe.evolve
    evolved = _evolved(plan, {row["problem_id"]: row["tier"] for row in seeds}, evolve)
    problems = evolved + sum(row["use"] == "annotate" for row in seeds)
    length = sum(len(row["problem"]) for row in seeds) / max(len(seeds), 1) / _CHARACTERS_PER_TOKEN
    n = run.recipe.sample.n
    if steps:
        yield _Cost("evolver", steps, length + _system("evolve/harder"), _EVOLVED_TOKENS)
    if steps and evolve.validity_votes:
        shown = length + _system(evolve.validity_prompt)
        yield _Cost("judge (validity)", steps * evolve.validity_votes, shown, _VOTE_TOKENS)
    yield _Cost("teacher", problems * n, (length + _system(run.recipe.sample_prompt)) / n, response)
    if run.recipe.cluster.judge:
        texts = run.recipe.answers.kind == "text"  # each but the first is compared, in both orders
        calls = problems * (2 * (n - 1) if texts else _JUDGE_CALLS_PER_PROBLEM)
        shown = length + _system(run.recipe.judge_prompt) + (2 * response if texts else 0)
        yield _Cost("judge", calls, shown, _JUDGE_TOKENS)


def _evolved(plan: list[dict[str, Any]], tiers: dict[str, Tier], evolve: EvolveConfig) -> int:
    """Evolved problems that go to the teacher: every step or chain, up to the quota of its tier."""
    every = evolve.keep == "all"
    ends = {(s["root_id"], s["chain"], s["round"] if every else 0) for s in plan}
    counts = Counter(tiers[root] for root, _, _ in ends)
    return sum(min(count, evolve.quota.get(tier, count)) for tier, count in counts.items())


def _system(prompt: str) -> float:
    return len(load_prompt(prompt).text) / _CHARACTERS_PER_TOKEN


def _measured(run: Run) -> float | None:
    """Mean response length of the samples this run already has."""
    footers = stored_footers(run.root / "sample")
    rows = sum(footer.rows for footer in footers)
    return sum(f.stats.get("completion_tokens", 0) for f in footers) / rows if rows else None


def _assumptions(costs: list[_Cost], tokens_per_second: float, judging: str) -> str:
    lengths = ", ".join(f"{cost.role} {cost.completion:,.0f}" for cost in costs)
    return (
        f"Assumed: {tokens_per_second:,.0f} completion tokens per second on one GPU; tokens per "
        f"call: {lengths};\n{_CHARACTERS_PER_TOKEN} characters per prompt token; "
        f"{judging}; no repeated attempts;\nquestions of decontamination are not counted."
    )
