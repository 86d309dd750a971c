"""Qualitative examples (the table of section 4.6): problems on which the teacher agrees with
itself or contradicts itself, and what two trained students answered on test problems.

Everything shown is recorded; examples are the most extreme rows, ties by the id, which is a hash.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from sure_math.errors import DataError
from sure_math.evaluate.results import read_rows
from sure_math.report.comparison import compare
from sure_math.report.dataset import Dataset
from sure_math.report.document import Document, Prose
from sure_math.report.method import NAMES
from sure_math.report.runs import Column, Recorded, RecordedRun
from sure_math.report.series import recipe_of
from sure_math.schemas import BENCHMARK_PROBLEMS, COMPLETIONS, GRADES

_COLUMNS = ("problem_id", "problem", "tier", "answer", "semantic_entropy", "w_se", "clusters",
            "n_samples", "n_answered", "majority_answer", "teacher")  # fmt: skip
_TEXT = 420
_END = 160
_KEY = ["benchmark", "decoding", "problem_id"]
_METHODS = {"opd": NAMES["opd"], "uopd": NAMES["uopd"]}

Row = dict[str, Any]


@dataclass(frozen=True)
class Answered:
    """One test problem and the completions of both students."""

    benchmark: str
    problem_id: str
    problem: str
    gold: str
    answers: Mapping[str, Row]
    """By method: answer, correct, end of the completion."""
    teacher: Row | None
    """Its row in the dataset, if it is there."""


@dataclass(frozen=True)
class Duel:
    """Completions of Standard OPD and of UOPD, trained with the same seed and settings."""

    column: Column
    seed: int
    folders: Mapping[str, str]
    counts: Mapping[str, int]
    """Problems by who was right."""
    won: tuple[Answered, ...]
    """UOPD is right, Standard OPD is not."""
    lost: tuple[Answered, ...]
    """The other way round."""


def examples(
    dataset: Dataset, recorded: Recorded | None, *, why_none: str = "", count: int = 3
) -> Document:
    """Examples of low and high entropy, and of what training changed.

    Args:
        dataset: with the teacher's clusters.
        recorded: evaluations of trained students; None: there are none.
        why_none: why there are none, for people.
        count: examples of each kind.

    Raises:
        DataError: the dataset lacks a column.
    """
    rows = _rows(dataset)
    low = sorted(rows, key=lambda row: (row["semantic_entropy"], row["problem_id"]))[:count]
    high = sorted(rows, key=lambda row: (-row["semantic_entropy"], row["problem_id"]))[:count]
    known = {row["problem_id"]: row for row in rows}
    duels = _duels(recorded, known, count) if recorded else []
    absent = why_none or "no Standard OPD and UOPD run of one seed and setting were evaluated alike"
    parts = [
        Prose("Low semantic entropy: the teacher agrees with itself", tuple(_told(low))),
        Prose("High semantic entropy: the teacher contradicts itself", tuple(_told(high))),
        *(part for duel in duels for part in _sections(duel)),
    ]
    if not duels:
        parts.append(Prose("What the students answered", (f"Nothing to show: {absent}.",)))
    return Document(
        name="examples",
        title=f"Examples from {dataset.origin}",
        parts=tuple(parts),
        notes=(
            f"Based on {len(rows):,} problems of {dataset.origin}: the {count} of lowest and the "
            f"{count} of highest entropy; ties are settled by the problem's id, not by hand.",
        ),
        data={
            "dataset": dataset.origin,
            "low": low,
            "high": high,
            "students": [asdict(duel) for duel in duels],
            "students_missing": None if duels else absent,
        },
    )


def _rows(dataset: Dataset) -> list[Row]:
    missing = sorted(set(_COLUMNS) - set(dataset.problems.column_names))
    if missing:
        raise DataError(
            f"{dataset.origin} has no column {', '.join(missing)}",
            hint="name a release of sure-math, or a run annotated to its end",
        )
    rows: list[Row] = dataset.problems.select(list(_COLUMNS)).to_pylist()
    return rows


def _told(rows: Sequence[Row]) -> Iterator[str]:
    for number, row in enumerate(rows, 1):
        yield f"{number}. {_short(row['problem'], _TEXT)}"
        yield f"   {row['tier']}, {_uncertainty(row)}"
        yield f"   verified answer: {row['answer'] or 'none'}"


def _uncertainty(row: Row) -> str:
    clusters = ", ".join(
        f"{_short(each['answer'], 60)} (×{each['count']}, p = {each['prob']:.2f})"
        for each in sorted(row["clusters"], key=lambda each: -each["prob"])
    )
    silent = row["n_samples"] - row["n_answered"]
    return (
        f"H = {row['semantic_entropy']:.3f} nats, w_se = {row['w_se']:.3f}; {row['teacher']} "
        f"answered: {clusters or 'nothing'}" + (f"; no answer ×{silent}" if silent else "")
    )


def _duels(recorded: Recorded, known: Mapping[str, Row], count: int) -> list[Duel]:
    """One per comparison: the lowest seed that both methods have."""
    found = []
    for comparison in compare(recorded.runs):
        pair = [comparison.of(key) for key in _METHODS]
        runs = [{recipe_of(run).seed: run for row in rows for run in row.runs} for rows in pair]
        seeds = sorted(set(runs[0]) & set(runs[1]))
        if seeds and comparison.columns():
            two = {key: each[seeds[0]] for key, each in zip(_METHODS, runs, strict=True)}
            found.append(_duel(two, seeds[0], comparison.columns()[0], known, count))
    return found


def _duel(
    runs: Mapping[str, RecordedRun],
    seed: int,
    column: Column,
    known: Mapping[str, Row],
    count: int,
) -> Duel:
    answers = {key: _answers(run, column) for key, run in runs.items()}
    problems = _problems(runs["opd"])
    outcomes = {
        name: (answers["opd"][name]["correct"], answers["uopd"][name]["correct"])
        for name in sorted(set(answers["opd"]) & set(answers["uopd"]))
    }
    names = {(False, True): "only UOPD", (True, False): "only Standard OPD",
             (True, True): "both", (False, False): "neither"}  # fmt: skip
    counts = Counter(names[outcome] for outcome in outcomes.values())

    def chosen(outcome: tuple[bool, bool]) -> tuple[Answered, ...]:
        wanted = [name for name, found in outcomes.items() if found == outcome]
        wanted.sort(key=lambda name: -known[name]["semantic_entropy"] if name in known else 0.0)
        return tuple(
            Answered(
                column.benchmark, name, problems[name]["problem"], problems[name]["gold"],
                {key: answers[key][name] for key in _METHODS}, known.get(name),
            )
            for name in wanted[:count]
        )  # fmt: skip

    return Duel(
        column=column,
        seed=seed,
        folders={key: str(run.folder) for key, run in runs.items()},
        counts={name: counts[name] for name in names.values()},
        won=chosen((False, True)),
        lost=chosen((True, False)),
    )


def _answers(run: RecordedRun, column: Column) -> dict[str, Row]:
    """The first completion of every problem."""
    benchmark = column.benchmark
    if benchmark not in {each.name for each in run.suite.benchmarks}:
        benchmark = benchmark.removesuffix("-P")
    place = {"benchmark": benchmark, "decoding": column.decoding, "sample_index": 0}
    grades = read_rows(run.folder / "grades", GRADES).filter(**place)
    texts = read_rows(run.folder / "completions", COMPLETIONS).filter(**place)
    rows = grades.join(texts.select(*_KEY, "text"), on=_KEY).filter(
        pl.col("problem_id").is_in(list(run.columns[column].rates))
    )
    return {
        row["problem_id"]: {
            "answer": row["answer"], "correct": row["correct"], "end": _ending(row["text"])
        }
        for row in rows.to_dicts()
    }  # fmt: skip


def _problems(run: RecordedRun) -> dict[str, Row]:
    rows = read_rows(run.folder / "problems", BENCHMARK_PROBLEMS)
    return {row["problem_id"]: row for row in rows.to_dicts()}


def _sections(duel: Duel) -> Iterator[Prose]:
    counts = ", ".join(f"{name} {count}" for name, count in duel.counts.items())
    where = ", ".join(duel.folders.values())
    yield Prose(
        f"What the students answered: {duel.column}, seed {duel.seed}",
        (f"Right: {counts}. First completion of every problem; {where}.",),
    )
    for title, found in (
        ("UOPD right, Standard OPD wrong", duel.won),
        ("Standard OPD right, UOPD wrong", duel.lost),
    ):
        lines = tuple(line for number, each in enumerate(found, 1) for line in _story(number, each))
        yield Prose(title, lines or ("none",))


def _story(number: int, found: Answered) -> Iterator[str]:
    yield f"{number}. {_short(found.problem, _TEXT)}"
    yield f"   answer: {found.gold}"
    if found.teacher:
        yield f"   teacher: {_uncertainty(found.teacher)}"
    for key, name in _METHODS.items():
        given = found.answers[key]
        verdict = "right" if given["correct"] else "wrong"
        yield f"   {name}: {given['answer'] or 'no answer'} ({verdict}): ... {given['end']}"


def _short(text: str, longest: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _ending(text: str) -> str:
    return " ".join(text.split())[-_END:]
