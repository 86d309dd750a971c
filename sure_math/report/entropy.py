"""The report on semantic entropy: an audit of the labelled rows as text and as JSON."""

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from textwrap import fill
from typing import Any

from sure_math.errors import ConfigError
from sure_math.report.audit import Audit, Estimate, audit
from sure_math.report.labelled import SCORES, Labelled
from sure_math.text_table import table

REFERENCE = "semantic_entropy"
_COVERAGES = (50, 80, 90)
_WIDTH = 110


@dataclass(frozen=True)
class EntropyReport:
    """What `sure-math report entropy` found."""

    rows: Labelled
    audit: Audit
    decided: Audit | None
    """The same without the problems that have no majority answer; None if all or none have one."""


def entropy_report(rows: Labelled, *, resamples: int = 2000, seed: int = 0) -> EntropyReport:
    """Audit every score of the labelled rows, and once more without undecided problems."""
    whole = audit(rows.scores, rows.wrong, rows.roots, resamples=resamples, seed=seed)
    decided, kept = None, ~rows.undecided
    if kept.any() and not kept.all():
        scores = {name: values[kept] for name, values in rows.scores.items()}
        decided = audit(scores, rows.wrong[kept], rows.roots[kept], resamples=resamples, seed=seed)
    return EntropyReport(rows, whole, decided)


def as_json(report: EntropyReport) -> dict[str, Any]:
    """The report as plain values; what is undefined is None."""
    rows = report.rows
    value = {
        "origin": rows.origin,
        "rows": rows.total,
        "labelled": len(rows.wrong),
        "teachers": rows.teachers,
        "samples": rows.samples,
        "no_majority": int(rows.undecided.sum()),
        "ties": rows.ties,
        "ties_with_truth": rows.ties_with_truth,
        "absent": rows.absent,
        "audit": asdict(report.audit),
        "without_undecided": asdict(report.decided) if report.decided else None,
    }
    return {key: _plain(each) for key, each in value.items()}


def as_text(report: EntropyReport) -> str:
    """The report for people: labels, scores, risk-coverage figures and bins."""
    parts = [
        f"semantic entropy, audited on {report.rows.origin}",
        _paragraph(_labels(report)),
        _comparison(report),
        _coverage(report.audit),
        _bins(report.audit),
        _paragraph(_notes(report)),
    ]
    return "\n\n".join(part for part in parts if part)


def write_report(report: EntropyReport, out: Path) -> list[Path]:
    """Write the text, the JSON and the pictures; return what was written.

    Raises:
        ConfigError: the folder cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        text, data = out / "entropy.txt", out / "entropy.json"
        text.write_text(as_text(report) + "\n", encoding="utf-8")
        data.write_text(json.dumps(as_json(report), indent=2) + "\n", encoding="utf-8")
        return [text, data, *_pictures(report, out)]
    except OSError as error:
        raise ConfigError(f"cannot write the report to {out}: {error.strerror or error}") from error


def _pictures(report: EntropyReport, out: Path) -> Iterator[Path]:
    from sure_math.report.picture import draw  # it takes a moment to load

    for name in ("entropy.png", "entropy.svg"):
        draw(report.audit, report.rows.scores[REFERENCE], out / name)
        yield out / name


def _labels(report: EntropyReport) -> Iterator[str]:
    rows, found = report.rows, report.audit
    samples = " or ".join(map(str, rows.samples))
    yield (
        f"{found.problems:,} of {rows.total:,} rows are labelled (they have a verified `answer`); "
        f"teacher {', '.join(rows.teachers)}, N = {samples}."
    )
    another = found.wrong - int(rows.undecided.sum())
    silent = int(rows.undecided.sum()) - rows.ties
    yield (
        f"The majority answer is right for {found.problems - found.wrong:,}: accuracy "
        f"{_show(found.accuracy)}."
    )
    yield (
        f"Wrong: {another:,} with another answer, {rows.ties:,} tied (the verified answer is among "
        f"the tied in {rows.ties_with_truth:,}), {silent:,} without any answer."
    )
    units = "problems" if found.roots == found.problems else f"{found.roots:,} seeds"
    yield (
        f"In brackets: 95 % intervals, {found.resamples:,} bootstrap resamples of the {units} "
        f"(seed {found.seed})."
    )


def _comparison(report: EntropyReport) -> str:
    sides = [report.audit, *([report.decided] if report.decided else [])]
    rows = [
        (title, *(cell for side in sides for cell in _ranking(side, name)))
        for name, title in SCORES.items()
        if name in report.rows.scores
    ]
    head = (
        "How well does each score predict a wrong majority answer? Ahead: AUROC of semantic "
        "entropy less that of the score, on the same resamples."
    )
    columns = ["score", "AUROC", "ahead"]
    if report.decided:
        tied = report.audit.problems - report.decided.problems
        columns += ["AUROC, decided", "ahead"]
        head += (
            f" Decided: without the {tied:,} problems that have no majority; they are wrong by "
            "definition and uncertain by construction, which flatters agreement and entropy."
        )
    return f"{fill(head, _WIDTH)}\n\n{table(columns, rows)}"


def _ranking(found: Audit, name: str) -> tuple[str, str]:
    score = found.scores[name]
    return _show(score.auroc), "" if name == REFERENCE else _show(score.ahead)


def _coverage(found: Audit) -> str:
    rows = [
        (
            SCORES[name],
            _show(score.aurc),
            _show(score.excess_aurc),
            *(_show(score.accuracy_at(coverage)) for coverage in _COVERAGES),
        )
        for name, score in found.scores.items()
    ]
    head = (
        "What is left where only the most certain problems are kept? AURC: area under the "
        f"risk-coverage curve, {1 - found.accuracy.value:.3f} in "
        "random order; excess: over that of the best order; accuracy on the most certain "
        "50, 80 and 90 per cent."
    )
    columns = ("score", "AURC", "excess", *(f"accuracy at {c} %" for c in _COVERAGES))
    return f"{fill(head, _WIDTH)}\n\n{table(columns, rows)}"


def _bins(found: Audit) -> str:
    rows = [
        (f"{b.low:.3f} to {b.high:.3f}", f"{b.mean:.3f}", b.problems, _show(b.accuracy))
        for b in found.bins
    ]
    head = "Accuracy per tenth of semantic entropy (equal values stay together)"
    return f"{head}\n\n{table(('entropy (nats)', 'mean', 'problems', 'accuracy'), rows)}"


def _notes(report: EntropyReport) -> Iterator[str]:
    found = report.audit
    if math.isnan(found.scores[REFERENCE].auroc.value):
        same = "wrong" if found.wrong else "right"
        yield f"AUROC is undefined: every majority answer is {same}, so there is nothing to tell."
    elif found.undefined:
        yield (
            f"AUROC is undefined in {found.undefined:,} resamples (only right or only wrong "
            "answers); they are left out of its intervals."
        )
    if any(b.accuracy.value in (0.0, 1.0) for b in found.bins):
        yield (
            "A bin that is all right or all wrong has an interval of width 0: the bootstrap knows "
            "only the sample. With n problems the other case may still have a share of 3/n."
        )
    for reason, names in _absent(report.rows.absent).items():
        yield f"Not compared: {', '.join(names)} ({reason})."
    if "mean_nll" in report.rows.absent:
        yield "Semantic entropy is the discrete one where there are no log-probabilities."


def _absent(absent: dict[str, str]) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    for name, reason in absent.items():
        reasons.setdefault(reason, []).append(SCORES[name])
    return reasons


def _paragraph(sentences: Iterable[str]) -> str:
    return "\n".join(fill(sentence, _WIDTH) for sentence in sentences)


def _show(estimate: Estimate) -> str:
    if math.isnan(estimate.value):
        return "undefined"
    value, low, high = (round(each, 3) + 0.0 for each in astuple(estimate))  # no -0.000
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


def _plain(value: Any) -> Any:
    """Six digits are plenty, and undefined figures are None: JSON knows no NaN."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 6)
    return value
