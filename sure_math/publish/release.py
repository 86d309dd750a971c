"""A local release: the folder `sure-math/` that `datasets.load_dataset` reads.

The folder is written beside its place and swapped in whole, and proved by loading it with the real
client before that. A folder that no release made is never touched.
"""

import glob
import hashlib
import json
import os
import shutil
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from sure_math import __version__
from sure_math.config import Recipe
from sure_math.errors import DataError, PublishError
from sure_math.publish.card import render_card
from sure_math.publish.duties import non_commercial_line
from sure_math.publish.front_matter import front_matter
from sure_math.publish.hub.features import features_yaml
from sure_math.publish.hub.proof import prove
from sure_math.publish.licenses import conditions, refuse_rows
from sure_math.publish.manifest import (
    MANIFEST,
    Manifest,
    ReleaseFile,
    Version,
    read_manifest,
)
from sure_math.publish.provenance import provenance, stage_summary
from sure_math.publish.tables import configs, write_tables
from sure_math.runtime.run import Run
from sure_math.schemas import RELEASE, RELEASE_RESPONSES


def write_release(run: Run, out: Path) -> Path:
    """Write the release of a finished run to `out` and return its path.

    Raises:
        PublishError: stages are missing, the place is taken by something else, rows have a licence
            that the recipe does not allow, or the written folder does not load.
    """
    annotated, clusters = run.store("weight"), run.store("cluster")
    if not (annotated.complete() and clusters.complete()):
        raise PublishError(
            f"run {run.root} is not annotated to its end",
            hint="finish it with `sure-math annotate`, then publish again",
        )
    place = out.resolve()
    staging = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    try:
        refuse_foreign(place)
        refuse_rows(annotated, run.recipe.publish.licenses)
        _remove_leftovers(place, "tmp")
        staging.mkdir(parents=True)
        licenses = run.recipe.publish.licenses
        files = write_tables(staging, annotated, clusters, run.store("seeds"), licenses)
        if not files:
            raise PublishError("the run has no annotated problem", hint="see `sure-math status`")
        _write_texts(staging, place.name, run, files)
        prove(staging, {(f.config, f.split): _rows(files, f) for f in files})
        _swap(staging, place)
    except OSError as error:
        raise PublishError(
            f"cannot write the release to {out}: {error.strerror or error}",
            saved=f"the run {run.root} is complete",
            hint="make room or fix the permissions, then publish again",
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return out


def _rows(files: list[ReleaseFile], like: ReleaseFile) -> int:
    return sum(f.rows for f in files if (f.config, f.split) == (like.config, like.split))


def refuse_foreign(out: Path) -> None:
    """Only what a release consists of may be replaced: no file of somebody else is lost.

    Raises:
        PublishError: the place holds something else; nothing was changed.
    """
    if not out.exists():
        return
    names = {path.name for path in out.iterdir()} if out.is_dir() else {out.name}
    foreign = sorted(names - _entries(out) if MANIFEST in names else names)
    if foreign:
        raise PublishError(
            f"{out} exists and holds what no release of sure-math made: {', '.join(foreign[:5])}",
            saved="nothing was changed",
            hint="name another folder with --local DIR",
        )


def load_line(out: Path) -> str:
    """What to type to load the problems of a release."""
    first = read_manifest(out).files[0].config
    config = "" if first == "default" else f', "{first}"'
    return f'datasets.load_dataset("{out}"{config})'


def _entries(release: Path) -> set[str]:
    """What stands in the folder of a release by its own manifest."""
    try:
        return {path.split("/")[0] for path in read_manifest(release).paths()}
    except DataError:
        return set()  # somebody else's file of that name


def _write_texts(folder: Path, name: str, run: Run, files: list[ReleaseFile]) -> None:
    problems = _problems(folder, run.recipe, files)
    facts = provenance(run, problems)
    features = {
        config.name: features_yaml(config.table.schema)
        for key in facts["licenses"]
        for config in configs(key)
    }
    head = front_matter(run.recipe, files, problems["license"].unique().to_list(), features)
    warned = _warnings(problems)
    card = render_card(head, name, run.recipe, problems, facts, stage_summary(run), warned)
    (folder / "README.md").write_text(card, encoding="utf-8")
    (folder / "LICENSE").write_text(_license_text(facts["licenses"]), encoding="utf-8")
    _dump(folder / "provenance.json", facts)
    version = run.recipe.publish.version
    manifest = Manifest(
        sure_math=__version__,
        name=name,
        version=version,
        tables={table.name: table.version for table in (RELEASE, RELEASE_RESPONSES)},
        files=tuple(files),
        pages=_pages(folder, files),
        history=(),
    )
    today = datetime.now(UTC).date().isoformat()
    latest = Version(version=version, date=today, rows=manifest.rows())
    manifest = manifest.model_copy(update={"history": (latest,)})
    (folder / MANIFEST).write_text(manifest.as_text(), encoding="utf-8")


def _pages(folder: Path, files: list[ReleaseFile]) -> dict[str, str]:
    """Digests of what is no Parquet file."""
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


def _dump(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")


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


def _swap(staging: Path, out: Path) -> None:
    """Replace `out` by `staging`.

    A kill in between leaves the new folder complete or, beside its place, the old one; the next
    release removes it.
    """
    old = out.with_name(f".{out.name}.{os.getpid()}.old")
    if out.exists():
        out.rename(old)
    staging.rename(out)
    _remove_leftovers(out, "old")


def _remove_leftovers(out: Path, kind: str) -> None:
    """Remove what killed attempts left beside `out`."""
    for folder in out.parent.glob(f".{glob.escape(out.name)}.*.{kind}"):
        shutil.rmtree(folder, ignore_errors=True)
