"""Stages `plan` and `evolve`: seeds -> planned steps -> evolved problems.

All chains of a shard move together, round by round, so that the engine sees full batches. A step
that fails all its attempts becomes a reject and its chain goes on from the parent.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sure_math import schemas
from sure_math.backends import model_identity
from sure_math.backends.base import Request, Sample, Sampling
from sure_math.config import STRATEGIES, Recipe
from sure_math.evolve.parse import Parsed, parse_evolution
from sure_math.evolve.plan import plan_seed
from sure_math.evolve.validate import (
    FORM_REASONS,
    IDENTITY_REASONS,
    PARSE_REASONS,
    form_reason,
    identity_reason,
)
from sure_math.prompts import Prompt, load_prompt
from sure_math.runtime.context import Context
from sure_math.runtime.ids import content_id, sampling_seed
from sure_math.runtime.stage import Inputs, Reject, ShardResult, Stage

Row = dict[str, Any]

# Of its seed's flags an evolved problem keeps what is true of every descendant.
_INHERITED = {"eval_source"}


# --- plan ---------------------------------------------------------------------------------------


def _plan_config(recipe: Recipe) -> dict[str, Any]:
    fields = ("enabled", "rounds", "chains_per_seed", "weights", "follow_up")
    content = recipe.evolve.content()
    return {"seed": recipe.seed, **{name: content[name] for name in fields}}


def _run_plan(inputs: Inputs, context: Context) -> ShardResult:
    config = context.recipe.evolve
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
        for step in plan_seed(seed["problem_id"], seed["tier"], config, context.recipe.seed)
    ]
    return ShardResult(rows)


PLAN_STAGE = Stage(
    name="plan",
    version=1,
    inputs=("seeds",),
    output=schemas.PLAN,
    run_shard=_run_plan,
    config=_plan_config,
    expected=None,
)


# --- evolve -------------------------------------------------------------------------------------


@dataclass
class _Chain:
    """A seed on its way through its rounds."""

    steps: list[Row]
    lineage: list[Row]
    """Rows from the seed to the problem reached so far."""
    done: list[Row] = field(default_factory=list)

    @property
    def current(self) -> Row:
        return self.lineage[-1]


@dataclass(frozen=True)
class _Attempt:
    """One request for one step."""

    chain: _Chain
    step: Row
    number: int
    strategy: str
    seed: int

    @property
    def id(self) -> str:
        return f"{self.step['step_id']}:{self.number}"


def _evolve_config(recipe: Recipe) -> dict[str, Any]:
    if not recipe.evolve.enabled:
        return {}
    prompts = {name: load_prompt(f"evolve/{name}").sha for name in STRATEGIES}
    fields = ("keep", "attempts", "temperature", "top_p", "max_tokens", "enable_thinking")
    content = recipe.evolve.content()
    return {
        **{name: content[name] for name in fields},
        "evolver": model_identity(recipe.models.evolver),
        "prompts": prompts,
    }


class _Evolver:
    """The evolution of one shard."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.config = context.recipe.evolve
        self.prompts: dict[str, Prompt] = {n: load_prompt(f"evolve/{n}") for n in STRATEGIES}
        self.rejects: list[Reject] = []
        self.attempts: list[Row] = []

    def run_round(self, steps: list[tuple[_Chain, Row]]) -> None:
        """Try every step of one round, at most `attempts` times."""
        for number in range(1, self.config.attempts + 1):
            tries = [self._attempt(chain, step, number) for chain, step in steps]
            failed: list[tuple[_Chain, Row]] = []
            for attempt, raw, outcome in self._ask(tries):
                self._record(attempt, raw, outcome.reason)
                if outcome.reason is None:
                    self._accept(attempt, raw, outcome)
                elif number == self.config.attempts:
                    self.rejects.append(Reject(attempt.step["step_id"], outcome.reason, raw))
                else:
                    failed.append((attempt.chain, attempt.step))
            steps = failed

    def _attempt(self, chain: _Chain, step: Row, number: int) -> _Attempt:
        """The last attempt falls back to the next strategy; none repeats the step before it."""
        order = [name for name in step["strategies"] if name != chain.current["strategy"]]
        if not order:
            order = step["strategies"]
        last = number == self.config.attempts and number > 1 and len(order) > 1
        seed = step["seed"] if number == 1 else sampling_seed("retry", step["seed"], number)
        return _Attempt(chain, step, number, order[1] if last else order[0], seed)

    def _ask(self, tries: list[_Attempt]) -> Iterator[tuple[_Attempt, str, Parsed]]:
        sampling = Sampling(
            n=1,
            temperature=self.config.temperature,
            top_p=self.config.top_p,
            max_tokens=self.config.max_tokens,
            enable_thinking=self.config.enable_thinking,
        )
        requests = [
            Request(
                id=attempt.id,
                messages=self.prompts[attempt.strategy].messages(
                    problem=attempt.chain.current["problem"]
                ),
                sampling=sampling,
                seed=attempt.seed,
            )
            for attempt in tries
        ]
        completions = {c.request_id: c for c in self.context.generate("evolver", requests)}
        for attempt in tries:
            completion = completions[attempt.id]
            if completion.failure:
                yield attempt, completion.failure.detail, Parsed(None, completion.failure.reason)
            else:
                sample = completion.samples[0]
                yield attempt, sample.text, self._judge(attempt, sample)

    def _judge(self, attempt: _Attempt, sample: Sample) -> Parsed:
        parsed = parse_evolution(sample.text, sample.finish_reason)
        if parsed.problem is None:
            return parsed
        *ancestors, parent = (row["problem"] for row in attempt.chain.lineage)
        reason = form_reason(parsed.problem) or identity_reason(parsed.problem, parent, ancestors)
        return Parsed(parsed.problem, reason, parsed.answer_form)

    def _record(self, attempt: _Attempt, raw: str, reason: str | None) -> None:
        self.attempts.append(
            {
                "step_id": attempt.step["step_id"],
                "attempt": attempt.number,
                "strategy": attempt.strategy,
                "seed": attempt.seed,
                "reason": reason,
                "raw_output": raw,
            }
        )

    def _accept(self, attempt: _Attempt, raw: str, parsed: Parsed) -> None:
        chain, parent = attempt.chain, attempt.chain.current
        assert parsed.problem is not None
        row = {
            **{name: parent[name] for name in schemas.PROBLEMS.schema.names},
            "problem_id": content_id(parent["problem_id"], attempt.strategy, parsed.problem),
            "problem": parsed.problem,
            "answer": None,
            "answer_source": None,
            "curated": False,
            "use": "annotate",
            "parent_id": parent["problem_id"],
            "strategy": attempt.strategy,
            "round": parent["round"] + 1,
            "flags": [flag for flag in parent["flags"] if flag in _INHERITED],
            "chain": attempt.step["chain"],
            "planned_round": attempt.step["round"],
            "kept": False,
            "answer_form": parsed.answer_form,
            "attempts": attempt.number,
            "seed": attempt.seed,
            "evolver": self.context.model("evolver"),
            "prompt_sha": self.prompts[attempt.strategy].sha,
            "raw_output": raw,
        }
        chain.lineage.append(row)
        chain.done.append(row)


def _run_evolve(inputs: Inputs, context: Context) -> ShardResult:
    seeds = {row["problem_id"]: row for row in inputs["seeds"].to_pylist()}
    chains = _chains(inputs["plan"].to_pylist(), seeds)
    evolver = _Evolver(context)
    for number in range(1, max((len(chain.steps) for chain in chains), default=0) + 1):
        evolver.run_round(
            [(chain, chain.steps[number - 1]) for chain in chains if len(chain.steps) >= number]
        )
    for chain in chains:
        kept = chain.done if context.recipe.evolve.keep == "all" else chain.done[-1:]
        for row in kept:
            row["kept"] = True
    rows = [row for chain in chains for row in chain.done]
    attempts = sorted(evolver.attempts, key=lambda row: (row["step_id"], row["attempt"]))
    return ShardResult(rows, evolver.rejects, {"attempts": attempts})


def _chains(steps: Iterable[Row], seeds: dict[str, Row]) -> list[_Chain]:
    grouped: dict[tuple[str, int], _Chain] = {}
    for step in steps:
        key = (step["root_id"], step["chain"])
        chain = grouped.setdefault(key, _Chain([], [seeds[step["root_id"]]]))
        chain.steps.append(step)
    return list(grouped.values())


EVOLVE_STAGE = Stage(
    name="evolve",
    version=1,
    inputs=("plan", "seeds"),
    output=schemas.EVOLVED,
    run_shard=_run_evolve,
    config=_evolve_config,
    expected=lambda inputs, recipe: int(inputs["plan"].num_rows),
    reasons=frozenset(
        {
            *PARSE_REASONS,
            *FORM_REASONS,
            *IDENTITY_REASONS,
            "prompt_too_long",
            "request_rejected",
            "malformed_response",
        }
    ),
    side={"attempts": schemas.ATTEMPTS},
)
