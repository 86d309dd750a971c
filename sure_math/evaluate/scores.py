"""The figures of an evaluation, with honest errors, as text and as JSON.

One number per benchmark and decoding. A single completion per problem has Wilson's interval; with
several, the problem is the unit. Two evaluations are compared problem by problem.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from sure_math.errors import DataError
from sure_math.evaluate.results import Results
from sure_math.evaluate.statistics import Estimate, clustered, paired, wilson
from sure_math.runtime.store import difference
from sure_math.text_table import table

_KEY = ["benchmark", "decoding"]
_HEAD = ("benchmark", "decoding", "problems", "mean %", "SE", "95 % interval", "cut off %",
         "no answer %", "tokens")  # fmt: skip
_SHARES = ("truncated", "unanswered", "failed")


@dataclass(frozen=True)
class Score:
    """How a model does on one benchmark with one decoding; shares are of the completions."""

    benchmark: str
    decoding: str
    n: int
    """Completions per problem."""
    accuracy: Estimate
    truncated: float
    unanswered: float
    failed: float
    tokens: float | None
    """Mean length of a completion; None if there is none."""


@dataclass(frozen=True)
class Difference:
    """What the first evaluation has more than the other, on the problems of both."""

    benchmark: str
    decoding: str
    accuracy: Estimate
    left_out: int
    """Problems that only one of the two has."""


def scores(results: Results) -> list[Score]:
    """One score per benchmark and decoding, in the order of the suite."""
    return [_score(name, decoding, part) for (name, decoding), part in _parts(results.rates)]


def compare(first: Results, other: Results) -> list[Difference]:
    """Paired differences, first minus other, wherever both have the same benchmark and decoding.

    Raises:
        DataError: they have no problem in common.
    """
    theirs = dict(_parts(other.rates))
    found = []
    for (name, decoding), mine in _parts(first.rates):
        if (name, decoding) not in theirs:
            continue
        both = mine.join(theirs[name, decoding], on="problem_id", maintain_order="left")
        if both.height == 0:
            continue
        estimate = paired(both["correct"] / both["n"], both["correct_right"] / both["n_right"])
        left_out = mine.height + theirs[name, decoding].height - 2 * both.height
        found.append(Difference(name, decoding, estimate, left_out))
    if not found:
        raise DataError(f"{first.folder} and {other.folder} have no problem in common")
    return found


def as_json(results: Results, other: Results | None = None) -> dict[str, Any]:
    """The record of an evaluation, its scores, and the differences to another one."""
    about = {key: value for key, value in results.meta.items() if key not in {"suite", "training"}}
    found: dict[str, Any] = {**about, "scores": [_plain(score) for score in scores(results)]}
    if other is not None:
        differences = [_plain(each) for each in compare(results, other)]
        found["compared_with"] = {"label": other.meta["label"], "differences": differences}
    return found


def _plain(figures: Score | Difference) -> dict[str, Any]:
    """JSON knows no NaN."""
    plain = asdict(figures)
    known = {name: None if value != value else value for name, value in plain["accuracy"].items()}
    return {**plain, "accuracy": known}


def as_text(results: Results, other: Results | None = None) -> str:
    """The scores as a table for people, in percent, and what has to be known to read them."""
    shown = table(_HEAD, map(_row, scores(results)))
    lines = [*_about(results.meta), "", shown, *_notes(results)]
    if other is not None:
        lines += ["", *_comparison(results, other)]
    return "\n".join(lines)


def _parts(rates: pl.DataFrame) -> Iterator[tuple[tuple[str, str], pl.DataFrame]]:
    for (name, decoding), part in rates.group_by(_KEY, maintain_order=True):
        yield (str(name), str(decoding)), part


def _score(name: str, decoding: str, part: pl.DataFrame) -> Score:
    counts = {key: int(part[key].sum()) for key in ("n", "correct", *_SHARES)}
    came = (part["n"] - part["failed"]).to_numpy()
    tokens = part["tokens"].fill_null(0.0).to_numpy()
    single = bool((part["n"] == 1).all())
    return Score(
        benchmark=name,
        decoding=decoding,
        n=int(part["n"][0]),
        accuracy=(
            wilson(counts["correct"], part.height)
            if single
            else clustered(part["correct"] / part["n"])
        ),
        **{key: counts[key] / counts["n"] for key in _SHARES},
        tokens=float(tokens @ came / came.sum()) if came.any() else None,
    )


def _about(meta: dict[str, Any]) -> list[str]:
    suite = meta["suite"]
    thinking = "on" if suite["enable_thinking"] else "off"
    lines = [
        f"{meta['label']}: suite {suite['name']}",
        f"model {meta['model']} on {meta['engine']}; thinking {thinking}, at most "
        f"{suite['max_tokens']} tokens, seed {suite['seed']}",
    ]
    for each in suite["decodings"]:
        drawn = f"temperature {each['temperature']:g}, top-p {each['top_p']:g}"
        lines.append(f"{each['name']}: {each['n']} x {drawn if each['temperature'] else 'greedy'}")
    versions = ", ".join(f"{name} {each}" for name, each in meta["versions"].items())
    return [*lines, f"software: {versions}"]


def _row(score: Score) -> tuple[object, ...]:
    one = score.accuracy
    shares = (f"{100 * share:.1f}" for share in (score.truncated, score.unanswered))
    tokens = "-" if score.tokens is None else round(score.tokens)
    interval = f"{100 * one.low:.1f} to {100 * one.high:.1f}"
    place = (score.benchmark, score.decoding, one.n)
    return (*place, f"{100 * one.mean:.1f}", f"{100 * one.se:.1f}", interval, *shares, tokens)


def _notes(results: Results) -> Iterator[str]:
    meta = results.meta
    for score in scores(results):
        if score.failed:
            yield (
                f"{score.benchmark} {score.decoding}: {100 * score.failed:.1f}% of the completions "
                "never came and count as wrong (reasons: completions/rejects)"
            )
    for name, ids in meta["text_golds"].items():
        yield (
            f"{name}: the answers of {len(ids)} problems can be compared as text only "
            "(text_golds in evaluation.json)"
        )
    for each in meta["suite"]["benchmarks"]:
        if each["grader"] == "amo" and meta["judge"]:
            yield f"{each['name']}: with the problems that {meta['judge']} judged"
        elif each["grader"] == "amo":
            yield f"{each['name']}-P: without the problems that only a judge can grade (--judge)"


def _comparison(first: Results, other: Results) -> Iterator[str]:
    yield f"{first.meta['label']} minus {other.meta['label']}, problem by problem, in points:"
    head = ("benchmark", "decoding", "problems", "difference", "SE", "95 % interval", "p")
    differences = compare(first, other)
    yield table(head, map(_difference_row, differences))
    for each in differences:
        if each.left_out:
            yield f"{each.benchmark} {each.decoding}: {each.left_out} problems of one only left out"
    for line in difference(_asked(other), _asked(first)):
        yield f"not asked alike: {line}"


def _asked(results: Results) -> dict[str, Any]:
    """What should be the same for two models that are compared."""
    suite = results.meta["suite"]
    asked = {name: suite[name] for name in ("max_tokens", "enable_thinking", "decodings")}
    return {**asked, "prompt": results.meta["identity"]["prompt_sha"]}


def _difference_row(compared: Difference) -> tuple[object, ...]:
    one = compared.accuracy
    p = "-" if one.p is None else "< 0.001" if one.p < 0.001 else f"{one.p:.3f}"
    interval = f"{100 * one.low:+.1f} to {100 * one.high:+.1f}"
    place = (compared.benchmark, compared.decoding, one.n)
    return (*place, f"{100 * one.mean:+.1f}", f"{100 * one.se:.1f}", interval, p)
