"""A local release: the folder `sure-math/` that `datasets.load_dataset` reads.

The folder is written beside its place, passes the gate there and is swapped in whole. A folder
that no release made is never touched.
"""

import glob
import json
import os
import shutil
import warnings
from datetime import UTC, datetime
from pathlib import Path

from sure_math.errors import DataError, PublishError
from sure_math.publish.changelog import Previous, read_previous
from sure_math.publish.gate import examine, require
from sure_math.publish.licenses import refuse_rows
from sure_math.publish.manifest import MANIFEST, read_manifest
from sure_math.publish.pages import write_pages
from sure_math.publish.tables import write_tables
from sure_math.runtime.run import Run

_PAGES = {"README.md", "LICENSE", MANIFEST, "provenance.json", "plots"}


def write_release(
    run: Run,
    out: Path,
    name: str | None = None,
    *,
    previous: Previous | None = None,
    date: str | None = None,
) -> Path:
    """Write the release of a finished run to `out` and return its path.

    Args:
        name: what `load_dataset` will take; None = the name of the folder.
        previous: the release to compare with in the changelog; None = that in `out`, if any.
        date: of this version, as 2026-01-31; None = today (UTC).

    Raises:
        PublishError: stages are missing, the place is taken by something else, or rows have a
            licence that the recipe does not allow.
        GateFailed: what was written is not what it says.
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
        day = date or datetime.now(UTC).date().isoformat()
        write_pages(staging, name or place.name, run, files, previous or _standing(place, run), day)
        require(examine(staging))
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


def _standing(place: Path, run: Run) -> Previous | None:
    """The release of this run that stands there now, if it can still be read."""
    try:
        previous = read_previous(place)
        other = json.loads((place / "provenance.json").read_bytes())["recipe"]["name"]
    except (DataError, OSError, ValueError, KeyError, TypeError):
        return None
    if other == run.recipe.name:
        return previous
    warnings.warn(f"{place} held the release of run {other}, which is replaced", stacklevel=3)
    return None


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
    """What stands in the folder of a release by its own manifest, whatever version wrote it."""
    try:
        files = json.loads((release / MANIFEST).read_text(encoding="utf-8"))["files"]
        return _PAGES | {file["path"].split("/")[0] for file in files}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return set()  # somebody else's file of that name


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
