"""The last lines of a table: what it is based on."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sure_math.report.runs import Column, Recorded, RecordedRun

_SHOWN = 12


def basis(recorded: Recorded, runs: Sequence[RecordedRun], columns: Sequence[Column]) -> list[str]:
    """Evaluations, problems, settings and datasets behind these runs, and what was left out."""
    lines = [
        _evaluations(recorded, runs), *_problems(runs, columns), *_datasets(runs), *_engines(runs),
        *_failures(runs, columns),
    ]  # fmt: skip
    return [*lines, *listed("Not in this table", [*_not_final(recorded, runs), *recorded.left_out])]


def as_json(recorded: Recorded, runs: Sequence[RecordedRun]) -> dict[str, Any]:
    """The same for programs."""
    return {
        "unit": "fraction",
        "root": str(recorded.root),
        "suite": recorded.suite,
        "folders": [str(run.folder) for run in runs],
        "datasets": _identities(runs),
        "left_out": recorded.left_out,
    }


def listed(title: str, lines: Sequence[str]) -> list[str]:
    """The first lines under a title, and how many more there are."""
    if not lines:
        return []
    more = [f"  and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return [f"{title}:", *(f"  {line}" for line in lines[:_SHOWN]), *more]


def _not_final(recorded: Recorded, runs: Sequence[RecordedRun]) -> Iterator[str]:
    """Evaluations of unfinished trainings by name, of checkpoints by number."""
    shown = {run.folder for run in runs}
    others = [run for run in recorded.runs if not run.final and run.folder not in shown]
    unfinished = [run for run in others if run.training and not run.training["finished"]]
    for run in unfinished:
        yield f"{run.folder}: its training is not finished"
    if checkpoints := len(others) - len(unfinished):
        yield f"checkpoints: {checkpoints} evaluation{'s' * (checkpoints > 1)}"


def _evaluations(recorded: Recorded, runs: Sequence[RecordedRun]) -> str:
    seeds = sorted({run.recipe.seed for run in runs if run.recipe})
    names = ", ".join(map(str, seeds))
    trained = f"training seed{'s' * (len(seeds) > 1)} {names}" if seeds else "nothing trained"
    count = len(runs)
    return (
        f"Based on {count} evaluation{'s' if count != 1 else ''} below {recorded.root} "
        f"(suite {recorded.suite}; {trained})."
    )


def _problems(runs: Sequence[RecordedRun], columns: Sequence[Column]) -> Iterator[str]:
    sizes: dict[str, int] = {}
    decodings: dict[str, str] = {}
    for column in columns:
        for run in runs:
            if found := run.columns.get(column):
                sizes.setdefault(column.benchmark, len(found.rates))
                decodings.setdefault(column.decoding, _decoding(found.setting["decoding"]))
    if sizes:
        suite = runs[0].suite
        thinking = "on" if suite.enable_thinking else "off"
        yield (
            f"Problems: {', '.join(f'{name} {size:,}' for name, size in sizes.items())}; "
            f"{'; '.join(f'{name}: {text}' for name, text in decodings.items())}; at most "
            f"{suite.max_tokens:,} tokens, thinking {thinking}."
        )
    judges = sorted({
        str(found.setting["judge"])
        for run in runs
        for found in run.columns.values()
        if found.setting["judge"]
    })  # fmt: skip
    if judges:
        yield f"Answers that no rule can grade were judged by {', '.join(judges)}."


def _decoding(setting: dict[str, Any]) -> str:
    if not setting["temperature"]:
        return "greedy"
    return (
        f"mean of {setting['n']} at temperature {setting['temperature']:g}, "
        f"top-p {setting['top_p']:g}"
    )


def _datasets(runs: Sequence[RecordedRun]) -> Iterator[str]:
    for each in _identities(runs):
        commit = f", commit {each['commit'][:12]}" if each.get("commit") else ""
        yield (
            f"Trained on {each['name']} version {each['version']}{commit}, "
            f"{each['config']}/{each['split']}, {each['rows']:,} rows."
        )


def _identities(runs: Iterable[RecordedRun]) -> list[dict[str, Any]]:
    """Every dataset once, whatever weight column its digest covers."""
    found = {}
    for run in runs:
        if run.training:
            identity = {k: v for k, v in run.training["dataset"].items() if k != "sha256"}
            found[str(sorted(identity.items()))] = identity
    return list(found.values())


def _engines(runs: Iterable[RecordedRun]) -> Iterator[str]:
    engines = sorted({run.engine for run in runs})
    if len(engines) > 1:
        yield f"Evaluated by different engines, whose rounding differs: {', '.join(engines)}."


def _failures(runs: Iterable[RecordedRun], columns: Sequence[Column]) -> Iterator[str]:
    failed = sum(
        run.columns[each].failed for run in runs for each in columns if each in run.columns
    )
    if failed:
        yield f"{failed:,} completions never came and count as wrong."
