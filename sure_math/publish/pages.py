"""What a release has besides its tables: card, licence text, provenance and manifest."""

import hashlib
import json
import warnings
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from sure_math import __version__
from sure_math.config import Recipe
from sure_math.publish.card import render_card
from sure_math.publish.changelog import Previous, history
from sure_math.publish.duties import non_commercial_line
from sure_math.publish.front_matter import front_matter
from sure_math.publish.hub.features import features_yaml
from sure_math.publish.licenses import conditions
from sure_math.publish.manifest import MANIFEST, Manifest, ReleaseFile, Version, rows_by_split
from sure_math.publish.pictures import draw_pictures
from sure_math.publish.provenance import provenance
from sure_math.publish.tables import configs
from sure_math.publish.trust import verdicts
from sure_math.runtime.run import Run
from sure_math.schemas import RELEASE, RELEASE_RESPONSES


def write_pages(
    folder: Path,
    name: str,
    run: Run,
    files: list[ReleaseFile],
    previous: Previous | None,
    date: str,
) -> None:
    """Write every file of a release that is no table, the manifest last.

    Args:
        name: what `load_dataset` will take, `sure-math` or `owner/name`.
        files: the tables that are written already.
        previous: the release that this one follows.
        date: of this version, as 2026-01-31.
    """
    problems = _problems(folder, run.recipe, files)
    version = run.recipe.publish.version
    versions = history(previous, version, date, rows_by_split(files), problems.drop("config"))
    judged = verdicts(problems)
    facts = provenance(run, problems, judged)
    features = {
        config.name: features_yaml(config.table.schema)
        for key in facts["licenses"]
        for config in configs(key)
    }
    head = front_matter(run.recipe.publish, files, facts, features)
    pictures = draw_pictures(folder, problems, judged, pl.DataFrame(facts["lineage"]))
    warned = _warnings(problems)
    card = render_card(head, name, run.recipe, problems, facts, versions, pictures, warned)
    (folder / "README.md").write_text(card, encoding="utf-8")
    (folder / "LICENSE").write_text(_license_text(facts["licenses"]), encoding="utf-8")
    text = json.dumps(facts, indent=2, sort_keys=True) + "\n"
    (folder / "provenance.json").write_text(text, encoding="utf-8")
    _write_manifest(folder, name, versions, files)


def _write_manifest(
    folder: Path, name: str, versions: tuple[Version, ...], files: list[ReleaseFile]
) -> None:
    manifest = Manifest(
        sure_math=__version__,
        name=name,
        version=versions[0].version,
        tables={table.name: table.version for table in (RELEASE, RELEASE_RESPONSES)},
        files=tuple(files),
        pages=_digests(folder, files),
        history=versions,
    )
    (folder / MANIFEST).write_text(manifest.as_text(), encoding="utf-8")


def _digests(folder: Path, files: list[ReleaseFile]) -> dict[str, str]:
    """SHA-256 of what is no table."""
    tables = {folder / file.path for file in files}
    others = sorted(path for path in folder.rglob("*") if path.is_file() and path not in tables)
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in others
    }


def _problems(folder: Path, recipe: Recipe, files: list[ReleaseFile]) -> pl.DataFrame:
    """The rows of all configurations of problems, with the name of theirs."""
    return pl.concat(
        pl.read_parquet(folder / file.path).with_columns(config=pl.lit(file.config))
        for file in files
        if file.config in recipe.publish.licenses
    )


def _warnings(problems: pl.DataFrame) -> list[str]:
    """What whoever takes the default configuration must know first; said on the terminal too."""
    line = non_commercial_line(problems.filter(pl.col("config") == "default"))
    if line is None:
        return []
    line = f"configuration default is not free for every use: {line}"
    warnings.warn(line, stacklevel=2)
    return [line]


def _license_text(licenses: Mapping[str, Mapping[str, int]]) -> str:
    """Licences and their conditions by configuration."""
    lines = [
        "Every row of this dataset has the licence named in its column `license`: that of the",
        "source of its root problem. README.md lists the sources, and what the models that wrote",
        "the rows ask of those who use them.",
    ]
    for name, counts in licenses.items():
        lines += ["", f"Configurations {' and '.join(each.name for each in configs(name))}:"]
        lines += [f"- {license_id} (problems: {count})" for license_id, count in counts.items()]
        lines += ["  " + sentence.replace("*", "") for sentence in conditions(counts)]
    return "\n".join(lines) + "\n"
