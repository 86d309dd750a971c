"""Which licences a release may hold, and in which of its configurations each one lands.

`publish.licenses` of the recipe is the allow-list: a row goes into the first configuration that
lists its licence. Identifiers are compared without regard to case.
"""

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from sure_math.config import Recipe
from sure_math.errors import ConfigError, PublishError
from sure_math.runtime.store import StageStore
from sure_math.seeds.read import adapter_for

UNKNOWN = "unknown"
_EXAMPLES = 3
_NOTICE = {"apache", "mit", "bsd"}
_WAYS_ON = (
    "state the licence of your own problems (`license` of a source with adapter table), allow it "
    'in publish.licenses (--set publish.licenses.other="[{}]" gives it a configuration of its '
    "own), or leave the source out of seeds.sources"
)


def normal(license_id: str) -> str:
    """The form in which licence identifiers are compared."""
    return license_id.strip().lower()


def normal_column(name: str) -> pl.Expr:
    """`normal` of a column."""
    return pl.col(name).str.strip_chars().str.to_lowercase()


def placement(licenses: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Every allowed licence and the configuration its rows go to: the first that lists it."""
    places: dict[str, str] = {}
    for config, allowed in licenses.items():
        for license_id in allowed:
            places.setdefault(normal(license_id), config)
    return places


def refuse_sources(recipe: Recipe) -> None:
    """Stop before any work whose result no release of this recipe could hold.

    Raises:
        ConfigError: a seed source has a licence that `publish.licenses` allows nowhere.
    """
    allowed = placement(recipe.publish.licenses)
    found = [(source.name, adapter_for(source).license) for source in recipe.seeds.sources]
    wrong = [(name, license_id) for name, license_id in found if normal(license_id) not in allowed]
    if wrong:
        listing = "\n".join(f"  source {name}: licence {license_id}" for name, license_id in wrong)
        raise ConfigError(
            f"run {recipe.name} has seeds that its release may not hold:\n{listing}",
            saved="nothing was started",
            hint=_WAYS_ON.format(", ".join(dict.fromkeys(license_id for _, license_id in wrong))),
        )


def refuse_rows(annotated: StageStore, licenses: Mapping[str, Sequence[str]]) -> None:
    """Stop a release before anything of it is written.

    Raises:
        PublishError: rows have a licence that is allowed nowhere; the message names the licences,
            their sources and the first rows.
    """
    allowed = placement(licenses)
    columns = ("problem_id", "source", "source_id", "license")
    rows = pl.concat([pl.DataFrame(table) for table in annotated.tables(columns)])
    wrong = rows.filter(~normal_column("license").is_in(list(allowed)))
    if wrong.is_empty():
        return
    grouped = wrong.group_by("license", maintain_order=True)
    lines = [_line(str(license_id), part) for (license_id,), part in grouped]
    raise PublishError(
        "rows have a licence that no configuration of this release allows:\n" + "\n".join(lines),
        saved="nothing was written",
        hint=_WAYS_ON.format(", ".join(wrong["license"].unique(maintain_order=True))),
    )


def _line(license_id: str, rows: pl.DataFrame) -> str:
    sources = ", ".join(sorted(rows["source"].unique()))
    first = ", ".join(
        f"{row['problem_id']} ({row['source_id']})"
        for row in rows.sort("problem_id").head(_EXAMPLES).to_dicts()
    )
    more = ", ..." if rows.height > _EXAMPLES else ""
    return f"  licence {license_id}, source {sources} (problems: {rows.height}): {first}{more}"


def conditions(licenses: Iterable[str]) -> list[str]:
    """What these licences ask of those who use the rows, in sentences for the data card."""
    parts = {name: normal(name).split("-") for name in sorted(licenses)}
    kinds = {UNKNOWN: {UNKNOWN}, "nc": {"nc"}, "sa": {"sa"}, "by": {"by"}, "notice": _NOTICE}
    of_kind = {
        kind: ", ".join(name for name, words in parts.items() if marks.intersection(words))
        for kind, marks in kinds.items()
    }
    sentences = {
        UNKNOWN: "**{} licence: nobody has stated what may be done with these rows. They are not "
        "freely licensed, and this release gives no right to use them.**",
        "nc": "{}: not for commercial use.",
        "sa": "{}: share alike; who passes on something made from these rows does so under the "
        "same licence.",
        "by": "{}: name the sources, as the table of sources in README.md does.",
        "notice": "{}: keep the copyright and licence notices of the sources.",
    }
    return [text.format(of_kind[kind]) for kind, text in sentences.items() if of_kind[kind]]
