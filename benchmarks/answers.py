"""CPU time, judge calls and accuracy of answer clustering: `python -m benchmarks.answers`.

Real samples where they are, and three simulated regimes (`answers_workload`), each clustered by
math-verify in three ways and by ours (`answers_contestants`). Contestants take turns on small
chunks, so that noise hits all alike. A sample of problems is run and scaled to 8,800. Reference
answers are read from local copies of the sources if `--data` has them, else they are authored ones.
"""

import json
import math
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import click

from benchmarks.answers_contestants import CONTESTANTS, Contestant
from benchmarks.answers_workload import (
    PROBLEMS,
    REGIMES,
    Problem,
    paper_calls,
    real_problems,
    real_responses,
    simulate,
)
from sure_math.weight.entropy import semantic_entropy

_DATA = Path(__file__).parents[2] / "shared" / "data"
_CHUNK = 10
_EXTRACTION = [name for name in CONTESTANTS if name.startswith("extraction")]
_CLUSTERING = [name for name in CONTESTANTS if name not in _EXTRACTION]


@click.command()
@click.option("--problems", default=300, show_default=True, help="Problems per simulated regime.")
@click.option("--regime", type=click.Choice([r.name for r in REGIMES]), help="Only this one.")
@click.option("--seed", default=0, show_default=True)
@click.option("--data", type=click.Path(path_type=Path), default=_DATA, help="Samples and sources.")
def main(problems: int, regime: str | None, seed: int, data: Path) -> None:
    """Print one table per workload, with the ratios demanded."""
    if responses := real_responses(data):
        report_extraction([r.text for r in responses], [r.boxed for r in responses])
    for kind, samples in real_problems(data).items():
        report_clustering(kind, samples)
    for each in REGIMES:
        if regime in (None, each.name):
            drawn, origin = simulate(each, problems, seed, data)
            title = f"{each.name}, {origin} reference answers (aim: {each.paper_calls:,} pairs)"
            report_clustering(title, drawn)


def race(names: Sequence[str], items: Sequence[Any], stack: ExitStack) -> list[Contestant]:
    """Every contestant on all items, in turns."""
    contestants = [stack.enter_context(Contestant(name)) for name in names]
    for start in range(0, len(items), _CHUNK):
        for contestant in contestants:
            contestant.run(items[start : start + _CHUNK])
    return contestants


def floor(items: Sequence[Any], one_pass: Callable[[Any], Any]) -> float:
    """CPU seconds of one pass over all strings, the best of five; each over fresh strings."""
    best = float("inf")
    for _ in range(5):
        fresh = json.loads(json.dumps(items))  # a string remembers its hash
        start = time.process_time()
        for item in fresh:
            one_pass(item)
        best = min(best, time.process_time() - start)
    return best


def report_extraction(texts: Sequence[str], boxed: Sequence[str | None]) -> None:
    """Real responses: the final box, as the sources read it."""
    click.echo(f"\n## extraction: {len(texts)} real responses, {sum(map(len, texts)):,} characters")
    with ExitStack() as stack:
        theirs, ours = race(_EXTRACTION, texts, stack)
        for one in (theirs, ours):
            p50, p99, top = _quantiles(one.cpu)
            mean = fmean(one.cpu) * 1e6
            click.echo(
                f"{one.name:<32}{mean:>9,.1f} us a response   p50 {p50 * 1e3:,.3f}"
                f"   p99 {p99 * 1e3:,.3f}   max {top * 1e3:,.3f} ms"
            )
        same = sum(o.result == box for o, box in zip(ours.outcomes, boxed, strict=True))
        click.echo(f"the source's own reading: {same} of {len(texts)}")
        lowest = floor(texts, lambda text: text.count("{"))
        click.echo(f"floor: ours is {sum(ours.cpu) / lowest:,.0f} x one pass over the strings")


def report_clustering(title: str, problems: Sequence[Problem]) -> None:
    """One workload: costs and errors of every contestant, then the ratios demanded."""
    strings = sum(len(problem.labels()) < 2 for problem in problems) / len(problems)
    calls = paper_calls(problems)
    click.echo(f"\n## {title}: {len(problems)} problems, scaled to {PROBLEMS:,}")
    click.echo(f"one string per problem: {strings:.0%}; pairs of distinct strings: {calls:,.0f}")
    answers = [problem.answers for problem in problems]
    with ExitStack() as stack:
        contestants = race(_CLUSTERING, answers, stack)
        errors = {
            one.name: Errors.of(problems, [o.result for o in one.outcomes]) for one in contestants
        }
        questions, judged = zip(*contestants[-1].judged(problems), strict=True)
    _table(contestants, errors, Errors.of(problems, judged))
    asked = sum(questions) * PROBLEMS / len(problems)
    _demands(contestants, errors, asked, calls)
    ratio = sum(contestants[-1].cpu) / floor(answers, lambda strings: len(set(strings)))
    click.echo(f"judge calls: {asked:,.0f}; by the paper's rule {calls:,.0f}")
    click.echo(f"floor: ours is {ratio:,.0f} x one pass over the strings")


def _table(
    contestants: Sequence[Contestant], errors: dict[str, "Errors"], judged: "Errors"
) -> None:
    names = ("CPU-min", "start s", "p50 ms", "p99 ms", "max ms", "recall", "false", "wrong", "|dH|")
    click.echo(" " * 32 + "".join(f"{name:>9}" for name in names))
    for one in contestants:
        costs = "".join(f"{seconds * 1e3:>9.3f}" for seconds in _quantiles(one.cpu))
        start = f"{scaled(one) / 60:>9.3f}{one.start_up:>9.2f}"
        click.echo(f"{one.name:<32}{start}{costs}{errors[one.name]}")
    click.echo(f"{'... and a judge that knows':<77}{judged}")


def scaled(contestant: Contestant) -> float:
    """CPU seconds for 8,800 problems."""
    return fmean(contestant.cpu) * PROBLEMS


def _demands(
    contestants: Sequence[Contestant], errors: dict[str, "Errors"], asked: float, calls: float
) -> None:
    everything, strings, _, ours = contestants
    own, others = errors[ours.name], [errors[one.name] for one in (everything, strings)]
    lines = [
        ("CPU, all pairs / ours", scaled(everything) / scaled(ours), ">=", 10.0),
        ("CPU, strings first / ours", scaled(strings) / scaled(ours), ">=", 3.0),
        ("judge calls, ours / paper's rule", asked / calls if calls else 0.0, "<=", 0.1),
        ("p99 per problem, ms", _quantiles(ours.cpu)[1] * 1e3, "<=", 100.0),
        ("pairs judged wrongly", own.wrong, "<=", min(e.wrong for e in others)),
        ("mean |dH|, nats", own.entropy, "<=", min(e.entropy for e in others)),
    ]
    for name, value, sign, bound in lines:
        met = value >= bound if sign == ">=" else value <= bound
        verdict = "unknown" if math.isnan(value) else "met" if met else "not met"
        click.echo(f"{name:<32}{value:>9.3f}   {sign} {bound:<8.3f}{verdict}")


def _quantiles(values: Sequence[float]) -> tuple[float, float, float]:
    """(median, 99th percentile, maximum)."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2], ordered[int(0.99 * (len(ordered) - 1))], ordered[-1]


@dataclass(frozen=True)
class Errors:
    """How clusters differ from the truth, over pairs of distinct strings of one problem."""

    recall: float
    """Share of the equal pairs that share a cluster."""
    false: float
    """Share of the unequal pairs that do."""
    wrong: float
    """Share of all pairs judged wrongly."""
    entropy: float
    """Mean |difference| of the semantic entropy, nats; over problems whose truth is complete."""

    @classmethod
    def of(cls, problems: Sequence[Problem], clusters: Sequence[Sequence[int]]) -> "Errors":
        """Compare the clusters of each problem with its truth."""
        counts = {(equal, together): 0 for equal in (False, True) for together in (False, True)}
        shifts = []
        for problem, ids in zip(problems, clusters, strict=True):
            labels = problem.labels()
            found = dict(zip(problem.answers, ids, strict=True))
            for a, b in problem.pairs():
                if labels[a] is not None or labels[b] is not None:
                    counts[labels[a] == labels[b], found[a] == found[b]] += 1
            if None not in problem.truth:
                shifts.append(abs(_entropy(ids) - _entropy(problem.truth)))
        equal, unequal = (counts[e, False] + counts[e, True] for e in (True, False))
        return cls(
            recall=counts[True, True] / max(equal, 1),
            false=counts[False, True] / max(unequal, 1),
            wrong=(counts[True, False] + counts[False, True]) / max(equal + unequal, 1),
            entropy=fmean(shifts) if shifts else float("nan"),
        )

    def __str__(self) -> str:
        return f"{self.recall:>9.3f}{self.false:>9.3f}{self.wrong:>9.3f}{self.entropy:>9.4f}"


def _entropy(ids: Sequence[int | None]) -> float:
    return semantic_entropy(ids, None, None).entropy


if __name__ == "__main__":
    main()
