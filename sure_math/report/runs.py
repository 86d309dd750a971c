"""Recorded runs: evaluations found below a folder, each with the training its model comes from.

Runs are compared within one suite. What is not finished, or belongs to another suite, is named,
never shown.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from sure_math.errors import DataError
from sure_math.evaluate.results import RECORD, Results, read_record, read_results, read_rows
from sure_math.evaluate.suite import Suite
from sure_math.schemas import BENCHMARK_PROBLEMS
from sure_math.train.recipe import TrainRecipe

PLACES = ("experiments", "evaluations")
"""Folders of the current directory that are looked into where none is named."""
_HOW = (
    "`sure-math reproduce EXPERIMENT` makes them; or train with `sure-math train RECIPE`, evaluate "
    "with `sure-math evaluate --model BACKEND:MODEL --suite SUITE`, and name the folder that holds "
    "the evaluations"
)


class Column(NamedTuple):
    """A benchmark under a decoding."""

    benchmark: str
    decoding: str

    def __str__(self) -> str:
        return f"{self.benchmark} {self.decoding}"


@dataclass(frozen=True)
class Measured:
    """What one evaluation says in one column."""

    rates: Mapping[str, float]
    """Share of correct completions by problem."""
    samples: int
    """Completions per problem."""
    failed: int
    """Completions that never came, and count as wrong."""
    setting: Mapping[str, Any]
    """What has to be the same in another run, or the two cannot be compared."""


@dataclass(frozen=True)
class RecordedRun:
    """One finished evaluation of one model."""

    folder: Path
    label: str
    model: str
    """A hub id, a folder or the name of a built-in model."""
    engine: str
    suite: Suite
    columns: Mapping[Column, Measured]
    training: Mapping[str, Any] | None = None
    """The record of the training that made the model; None: it was not trained here."""
    recipe: TrainRecipe | None = None
    step: int | None = None
    """Optimizer steps; None: no training."""

    @property
    def final(self) -> bool:
        """Whether the model is at the end of a finished training, or needed none."""
        if self.training is None:
            return True
        return bool(self.training["finished"]) and self.step == self.training["steps"]


@dataclass(frozen=True)
class Recorded:
    """The runs of one suite, and what lies beside them."""

    root: Path
    suite: str
    runs: tuple[RecordedRun, ...]
    left_out: tuple[str, ...]
    """Evaluations that are not among the runs, and why."""


def find_runs(
    root: Path | None, *, suite: str | None = None, only: Iterable[str] = (), curve: bool = False
) -> Recorded:
    """The evaluations below a folder, in the order of their paths.

    Args:
        root: the folder; None: the first of `PLACES` that exists.
        suite: its name; None: the one with most models (`curve`: most checkpoints).
        only: patterns, of which the path below `root` must match one; none: everything.
        curve: whether checkpoints are wanted, not the ends of trainings. Models as they are come
            from other suites too, where those measured alike.

    Raises:
        DataError: no finished evaluation was found, or one cannot be read.
    """
    place = _place(root)
    records = [path.parent for path in sorted(place.rglob(RECORD))]
    wanted = [each for each in records if _matches(each.relative_to(place), tuple(only))]
    partial = [each for each in wanted if not read_record(each).get("finished")]
    runs = [recorded(read_results(each)) for each in wanted if each not in partial]
    if not runs:
        which = "finished evaluations" if partial else "evaluations"
        matching = f" that match {' or '.join(only)}" if only else ""
        raise DataError(f"no {which}{matching} below {place} ({len(records)} {RECORD})", hint=_HOW)
    chosen = suite or _busiest(runs, curve)
    kept = tuple(run for run in runs if run.suite.name == chosen)
    if not kept:
        names = ", ".join(sorted({run.suite.name for run in runs}))
        raise DataError(f"nothing was evaluated with suite {chosen!r}; there is: {names}")
    kept, again = _once(kept)
    left_out = [f"partial, not finished: {each}" for each in partial]
    left_out += [f"the same once more: {run.folder}" for run in again]
    starts = tuple(_starts(runs, kept)) if curve else ()
    counted = Counter(run.suite.name for run in runs)
    counted.subtract(run.suite.name for run in (*kept, *again, *starts))
    left_out += [
        f"suite {name}: {count} evaluation{'s' * (count > 1)}"
        for name, count in sorted(counted.items())
        if count
    ]
    return Recorded(place, chosen, (*kept, *starts), tuple(left_out))


def recorded(results: Results) -> RecordedRun:
    """One evaluation as the reports see it.

    Raises:
        DataError: its record is not what `sure-math evaluate` writes.
    """
    meta = results.meta
    try:
        training = meta["training"]
        return RecordedRun(
            folder=results.folder,
            label=meta["label"],
            model=meta["backend"]["model"],
            engine=meta["engine"] or "unknown",
            suite=Suite.model_validate(meta["suite"]),
            columns=_columns(results),
            training=training,
            recipe=TrainRecipe.model_validate(training["recipe"]) if training else None,
            step=meta["step"],
        )
    except (KeyError, TypeError, ValidationError) as error:
        raise DataError(
            f"{results.folder / RECORD} is not what `sure-math evaluate` writes: {error!r}",
            hint="evaluate that model again, or choose others with --only PATTERN",
        ) from error


def columns_of(runs: Iterable[RecordedRun]) -> list[Column]:
    """Every column that a run has, a benchmark's decodings side by side."""
    found = dict.fromkeys(column for run in runs for column in run.columns)
    benchmarks = dict.fromkeys(column.benchmark for column in found)
    return [column for name in benchmarks for column in found if column.benchmark == name]


def _place(root: Path | None) -> Path:
    place = root or next((Path(name) for name in PLACES if Path(name).is_dir()), None)
    if place is None:
        looked = " nor ".join(f"./{name}" for name in PLACES)
        raise DataError(f"no recorded runs: there is neither {looked}", hint=_HOW)
    if not place.is_dir():
        raise DataError(f"no recorded runs: there is no folder {place}", hint=_HOW)
    return place


def _matches(path: Path, only: tuple[str, ...]) -> bool:
    return not only or any(fnmatch(str(path), each) for each in only)


def _busiest(runs: Sequence[RecordedRun], curve: bool) -> str:
    """The suite with most models of the kind that is wanted, then with most columns."""
    counted: dict[str, list[RecordedRun]] = defaultdict(list)
    for run in runs:
        counted[run.suite.name].append(run)
    return max(
        sorted(counted),
        key=lambda name: (
            sum(run.final != curve for run in counted[name]),
            len(columns_of(counted[name])),
        ),
    )


def _once(runs: Iterable[RecordedRun]) -> tuple[tuple[RecordedRun, ...], tuple[RecordedRun, ...]]:
    """One of each, and the repetitions: the end of a training is also the last of its checkpoints,
    and the same completions were graded."""
    kept: list[RecordedRun] = []
    again: list[RecordedRun] = []
    for run in runs:
        same = any(
            run.training is not None
            and (run.training, run.step, run.columns) == (other.training, other.step, other.columns)
            for other in kept
        )
        (again if same else kept).append(run)
    return tuple(kept), tuple(again)


def _starts(runs: Sequence[RecordedRun], kept: Sequence[RecordedRun]) -> Iterator[RecordedRun]:
    """Models as they are, from other suites, in the columns that were measured alike: a curve
    begins where the student begins."""
    alike = {column: each.setting for run in kept for column, each in run.columns.items()}
    known = {run.model for run in kept}
    for run in runs:
        if run.training is None and run.model not in known:
            columns = {
                column: each
                for column, each in run.columns.items()
                if alike.get(column) == each.setting
            }
            if columns:
                yield replace(run, columns=columns)


def _columns(results: Results) -> dict[Column, Measured]:
    meta, found = results.meta, {}
    suite, contents = meta["suite"], _contents(results.folder)
    decodings = {each["name"]: each for each in suite["decodings"]}
    judged = {each["name"] for each in suite["benchmarks"] if each["grader"] == "amo"}
    keys = ["benchmark", "decoding"]
    for (benchmark, decoding), rows in results.rates.group_by(keys, maintain_order=True):
        rates = dict(zip(rows["problem_id"], rows["correct"] / rows["n"], strict=True))
        found[Column(str(benchmark), str(decoding))] = Measured(
            rates=rates,
            samples=decodings[decoding]["n"],
            failed=int(rows["failed"].sum()),
            setting={
                "problems": _digest(contents, str(benchmark), rates),
                "decoding": decodings[decoding],
                "max_tokens": suite["max_tokens"],
                "enable_thinking": suite["enable_thinking"],
                "prompt_sha": meta["identity"]["prompt_sha"],
                "grader": meta["grader"],
                "judge": meta["judge"] if benchmark in judged else None,
            },
        )
    return found


def _contents(folder: Path) -> dict[tuple[str, str], str]:
    """Text and answer of every problem by benchmark and id."""
    problems = read_rows(folder / "problems", BENCHMARK_PROBLEMS)
    return {
        (benchmark, name): f"{problem}\0{gold}"
        for benchmark, name, problem, gold in problems.select(
            "benchmark", "problem_id", "problem", "gold"
        ).iter_rows()
    }


def _digest(contents: Mapping[tuple[str, str], str], reported: str, names: Iterable[str]) -> str:
    """Of the problems and their answers, wherever they came from."""
    known = {name for name, _ in contents}
    benchmark = reported if reported in known else reported.removesuffix("-P")
    rows = "\0".join(f"{name}\0{contents[benchmark, name]}" for name in sorted(names))
    return hashlib.sha256(rows.encode()).hexdigest()[:12]
