"""Checks `licences` and `decontamination`: what the pages promise holds for every row."""

import polars as pl

from sure_math.config import HELD_OUT
from sure_math.publish.gate.checks import refuse, some
from sure_math.publish.gate.pages import CARD, LICENSE, PROVENANCE, plain, read_text
from sure_math.publish.gate.release import Release
from sure_math.publish.licenses import normal, placement

_HEADING = "## Decontamination"


def check_licences(release: Release) -> str:
    """Every row under a licence that the recipe allows in its configuration; pages name it."""
    recipe = release.provenance.recipe
    places = placement(recipe.publish.licenses)
    rows = release.problems(["problem_id", "source", "source_id", "license"])
    blank = rows.filter(pl.any_horizontal(pl.col("source", "source_id", "license") == ""))
    faults = [f"{blank.height} rows lack a source or a licence: {some(blank['problem_id'])}"]
    faults = faults if blank.height else []
    known = [source.name for source in recipe.seeds.sources]
    foreign = rows.filter(~pl.col("source").is_in(known))
    for source, part in foreign.group_by("source", maintain_order=True):
        faults.append(f"source {source[0]!r} is none of the recipe's: {some(part['problem_id'])}")
    counts = rows.group_by("config", "license").len().sort("config", "license")
    for config, license_id, count in counts.iter_rows():
        place = places.get(normal(license_id))
        if place != config:
            wrong = rows.filter(config=config, license=license_id)["problem_id"]
            allowed = f"which belongs to {place}" if place else "which the recipe allows nowhere"
            faults.append(f"{config}: {count} rows under {license_id!r}, {allowed}: {some(wrong)}")
    counted: dict[str, dict[str, int]] = {}
    for config, license_id, count in counts.iter_rows():
        counted.setdefault(config, {})[license_id] = count
    if counted != release.provenance.licenses:
        told = release.provenance.licenses
        faults.append(f"{PROVENANCE} counts the licences {told}, the rows have {counted}")
    refuse(faults + _unnamed(release, rows["license"].unique().sort().to_list()))
    return some((f"{name} {count}" for _, name, count in counts.iter_rows()), shown=10)


def _unnamed(release: Release, licenses: list[str]) -> list[str]:
    """Licences that a page leaves out."""
    pages = {LICENSE: read_text(release.folder / LICENSE), CARD: plain(release.card[1])}
    return [
        f"{page} does not name the licence {license_id}"
        for page, text in pages.items()
        for license_id in licenses
        if license_id not in text
    ]


def check_decontamination(release: Release) -> str:
    """The report is there and complete, and every row names what it was held against."""
    config = release.provenance.recipe.decontaminate
    wanted = [each.name for each in config.evaluation_sets]
    reported = {each.name for each in release.provenance.evaluation_sets}
    _, _, section = release.card[1].partition(f"\n{_HEADING}\n")
    section = plain(section.split("\n## ")[0])
    faults = [] if section.strip() else [f"{CARD} has no section {_HEADING!r}"]
    for name in wanted:
        if name not in reported:
            faults.append(f"{PROVENANCE} reports nothing on the evaluation set {name!r}")
        if section and name not in section:
            faults.append(f"{CARD} says nothing of the evaluation set {name!r}")
    rows = release.problems(["problem_id", "split", "decontamination"])
    faults += _unchecked(rows, wanted)
    if config.held_out and not rows.filter(split="test").is_empty():
        faults += _unchecked(rows.filter(split="train"), [HELD_OUT])
    refuse(faults)
    if not wanted:
        return "the recipe names no evaluation set: nothing was held against a benchmark"
    return f"{rows.height} problems were held against {', '.join(wanted)}"


def _unchecked(rows: pl.DataFrame, sets: list[str]) -> list[str]:
    """Sets that rows were not held against."""
    faults = []
    for name in sets:
        wrong = rows.filter(~pl.col("decontamination").list.contains(name))["problem_id"]
        if wrong.len():
            faults.append(f"{wrong.len()} rows were not held against {name!r}: {some(wrong)}")
    return faults
