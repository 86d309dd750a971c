"""Working through the plan of one shard: ask, validate, retry, go on.

All chains move together, round by round, so that the engine sees full batches. A step that fails
all its attempts becomes a reject and its chain goes on from the parent.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sure_math import schemas
from sure_math.backends.base import Completion, Request, Sampling
from sure_math.config import STRATEGIES
from sure_math.errors import ConfigError
from sure_math.evolve.ladder import Candidate, Ladder, Outcome
from sure_math.prompts import Prompt, load_prompt
from sure_math.runtime.context import Context
from sure_math.runtime.ids import content_id, sampling_seed
from sure_math.runtime.stage import Reject

Row = dict[str, Any]

# Of its seed's flags an evolved problem keeps what is true of every descendant.
_INHERITED = {"eval_source"}


@dataclass
class Chain:
    """A seed on its way through its rounds."""

    steps: list[Row]
    lineage: list[Row]
    """Rows from the seed to the problem reached so far."""
    done: list[Row] = field(default_factory=list)

    @property
    def current(self) -> Row:
        """The problem the next round starts from."""
        return self.lineage[-1]


def chains(steps: Iterable[Row], seeds: dict[str, Row]) -> list[Chain]:
    """The planned steps of a shard, chain by chain."""
    grouped: dict[tuple[str, int], Chain] = {}
    for step in steps:
        key = (step["root_id"], step["chain"])
        chain = grouped.setdefault(key, Chain([], [seeds[step["root_id"]]]))
        chain.steps.append(step)
    return list(grouped.values())


@dataclass(frozen=True)
class _Attempt:
    """One request for one step."""

    chain: Chain
    step: Row
    number: int
    strategy: str
    seed: int

    @property
    def id(self) -> str:
        return f"{self.step['step_id']}:{self.number}"


def strategy_prompts(folder: str | None) -> dict[str, Prompt]:
    """The prompt of every strategy: the file of its name in the folder, else the shipped one.

    Raises:
        ConfigError: there is no such folder, it has none of the six, or one cannot be read.
    """
    if folder is None:
        return {name: load_prompt(f"evolve/{name}") for name in STRATEGIES}
    own = {name: Path(folder) / f"{name}.md" for name in STRATEGIES}
    if not any(path.is_file() for path in own.values()):
        raise ConfigError(
            f"evolve.prompts: {folder} has no prompt of a strategy",
            hint=f"it should hold one or more of {', '.join(f'{name}.md' for name in STRATEGIES)}",
        )
    return {
        name: load_prompt(str(path) if path.is_file() else f"evolve/{name}")
        for name, path in own.items()
    }


class Evolver:
    """The evolution of one shard."""

    def __init__(self, context: Context, ladder: Ladder) -> None:
        self.rejects: list[Reject] = []
        self.attempts: list[Row] = []
        """Rows of the `attempts` table."""
        self._context = context
        self._config = context.recipe.evolve
        self._ladder = ladder
        self._prompts = strategy_prompts(self._config.prompts)

    def run(self, chains: Sequence[Chain]) -> None:
        """All rounds of all chains; `Chain.done` has what came out."""
        for number in range(max((len(chain.steps) for chain in chains), default=0)):
            self._round([(c, c.steps[number]) for c in chains if len(c.steps) > number])

    def _round(self, steps: list[tuple[Chain, Row]]) -> None:
        """Try every step of one round, at most `attempts` times."""
        for number in range(1, self._config.attempts + 1):
            attempts = [self._attempt(chain, step, number) for chain, step in steps]
            failed: list[tuple[Chain, Row]] = []
            for attempt, outcome in self._try(attempts):
                self._record(attempt, outcome)
                if outcome.reason is None:
                    self._accept(attempt, outcome)
                elif number == self._config.attempts:
                    step_id = attempt.step["step_id"]
                    self.rejects.append(
                        Reject(step_id, outcome.reason, outcome.raw, outcome.detail)
                    )
                else:
                    failed.append((attempt.chain, attempt.step))
            steps = failed

    def _attempt(self, chain: Chain, step: Row, number: int) -> _Attempt:
        """The last attempt falls back to the next strategy; none repeats the step before it."""
        order = [name for name in step["strategies"] if name != chain.current["strategy"]]
        if not order:
            order = step["strategies"]
        last = number == self._config.attempts and number > 1 and len(order) > 1
        seed = step["seed"] if number == 1 else sampling_seed("retry", step["seed"], number)
        return _Attempt(chain, step, number, order[1] if last else order[0], seed)

    def _try(self, attempts: list[_Attempt]) -> Iterator[tuple[_Attempt, Outcome]]:
        """Every attempt with its outcome, in the order given."""
        completions = self._ask(attempts)
        candidates = [
            Candidate(
                attempt.id,
                attempt.strategy,
                completions[attempt.id],
                [row["problem"] for row in attempt.chain.lineage],
            )
            for attempt in attempts
        ]
        return zip(attempts, self._ladder.climb(candidates), strict=True)

    def _ask(self, attempts: list[_Attempt]) -> dict[str, Completion]:
        sampling = Sampling(
            n=1,
            temperature=self._config.temperature,
            top_p=self._config.top_p,
            max_tokens=self._config.max_tokens,
            enable_thinking=self._config.enable_thinking,
        )
        requests = [
            Request(
                id=attempt.id,
                messages=self._prompts[attempt.strategy].messages(
                    problem=attempt.chain.current["problem"]
                ),
                sampling=sampling,
                seed=attempt.seed,
            )
            for attempt in attempts
        ]
        return {c.request_id: c for c in self._context.generate("evolver", requests)}

    def _record(self, attempt: _Attempt, outcome: Outcome) -> None:
        self.attempts.append(
            {
                "step_id": attempt.step["step_id"],
                "parent_id": attempt.chain.current["problem_id"],
                "tier": attempt.chain.current["tier"],
                "round": attempt.step["round"],
                "attempt": attempt.number,
                "strategy": attempt.strategy,
                "seed": attempt.seed,
                "problem": outcome.problem,
                "reason": outcome.reason,
                "detail": outcome.detail,
                "raw_output": outcome.raw,
            }
        )

    def _accept(self, attempt: _Attempt, outcome: Outcome) -> None:
        chain, parent = attempt.chain, attempt.chain.current
        assert outcome.problem is not None
        inherited = [flag for flag in parent["flags"] if flag in _INHERITED]
        row = {
            **{name: parent[name] for name in schemas.PROBLEMS.schema.names},
            "problem_id": content_id(parent["problem_id"], attempt.strategy, outcome.problem),
            "problem": outcome.problem,
            "answer": None,
            "answer_source": None,
            "curated": False,
            "use": "annotate",
            "parent_id": parent["problem_id"],
            "strategy": attempt.strategy,
            "round": parent["round"] + 1,
            "flags": sorted({*inherited, *outcome.flags}),
            "chain": attempt.step["chain"],
            "planned_round": attempt.step["round"],
            "kept": False,
            "answer_form": outcome.answer_form,
            "parameters": list(outcome.parameters),
            "validity": list(outcome.validity),
            "attempts": attempt.number,
            "seed": attempt.seed,
            "evolver": self._context.model("evolver"),
            "prompt_sha": self._prompts[attempt.strategy].sha,
            "raw_output": outcome.raw,
        }
        chain.lineage.append(row)
        chain.done.append(row)
