"""A local release: the folder `sure-math/` that `datasets.load_dataset` reads.

The folder is written beside its place and swapped in whole, and proved by loading it with the real
client before that. A folder that no release made is never touched.
"""

import glob
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from sure_math import __version__
from sure_math.backends import model_name
from sure_math.errors import PublishError
from sure_math.judging.controls import read_report
from sure_math.publish.card import TABLES, front_matter, render_card
from sure_math.publish.hub import features_yaml, prove
from sure_math.publish.tables import ReleaseFile, write_tables
from sure_math.runtime.run import Run
from sure_math.runtime.shards import totals
from sure_math.seeds.cards import SourceCard, source_card

MANIFEST = "sure_math.json"
_ENTRIES = {"README.md", "LICENSE", MANIFEST, "provenance.json", "data", "responses"}


def write_release(run: Run, out: Path) -> Path:
    """Write the release of a finished run to `out` and return its path.

    Raises:
        PublishError: stages are missing, the place is taken by something else, or the written
            folder does not load.
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
        _remove_leftovers(place, "tmp")
        staging.mkdir(parents=True)
        files = write_tables(staging, annotated, clusters)
        if not any(file.config == "default" for file in files):
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
    foreign = sorted(names - _ENTRIES if MANIFEST in names else names)
    if foreign:
        raise PublishError(
            f"{out} exists and holds what no release of sure-math made: {', '.join(foreign[:5])}",
            saved="nothing was changed",
            hint="name another folder with --local DIR",
        )


def _write_texts(folder: Path, name: str, run: Run, files: list[ReleaseFile]) -> None:
    problems = pl.concat([pl.read_parquet(folder / f.path) for f in files if f.config == "default"])
    licenses = sorted(problems["license"].unique().to_list())
    features = {name: features_yaml(table.schema) for name, table in TABLES.items()}
    head = front_matter(run.recipe, files, licenses, features)
    card = render_card(
        head,
        name,
        run.recipe,
        problems,
        stage_summary(run),
        _sources(run),
        _blocked(run),
        _judge_controls(run),
    )
    (folder / "README.md").write_text(card, encoding="utf-8")
    (folder / "LICENSE").write_text(_license_text(licenses), encoding="utf-8")
    manifest = {
        "sure_math": __version__,
        "version": run.recipe.publish.version,
        "files": [asdict(file) for file in files],
    }
    _dump(folder / MANIFEST, manifest)
    recipe = run.recipe.content()  # without the addresses and paths of this machine
    for role, model in recipe["models"].items():
        model["model"] = model_name(getattr(run.recipe.models, role))
    provenance = {
        "recipe": recipe,
        "stages": {s.name: run.store(s.name).stage_hash for s in run.stages},
    }
    _dump(folder / "provenance.json", provenance)


def _dump(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def stage_summary(run: Run) -> list[dict[str, Any]]:
    """Rows and rejects of every stage, from the shard footers."""
    summary = []
    for stage in run.stages:
        footers = run.store(stage.name).scan().values()
        reasons = totals(footer.rejected for footer in footers)
        summary.append(
            {
                "name": stage.name,
                "rows": sum(footer.rows for footer in footers),
                "rejected": sum(reasons.values()),
                "reasons": ", ".join(f"{name} {count}" for name, count in reasons.items()),
            }
        )
    return summary


def _sources(run: Run) -> Mapping[str, SourceCard | None]:
    return {each.name: source_card(each.adapter) for each in run.recipe.seeds.sources}


def _blocked(run: Run) -> list[tuple[str, int]]:
    found: dict[str, set[str]] = {s.name: set() for s in run.recipe.decontaminate.evaluation_sets}
    for stage in ("seeds", "decontaminate"):
        for row in run.store(stage).read_side("verdicts").to_pylist():
            found.setdefault(row["evaluation_set"], set()).add(row["problem_id"])
    return [(name, len(ids)) for name, ids in found.items()]


def _judge_controls(run: Run) -> str | None:
    """How the judge did on its control questions; None if it was not asked any."""
    report = read_report(run.root / "cluster")
    return report.summary() if report else None


def _license_text(licenses: list[str]) -> str:
    listing = "\n".join(f"- {name}" for name in licenses)
    return (
        "The rows of this dataset have the licence named in their column `license`:\n"
        f"{listing}\n\n"
        "It is the licence of the source of the root problem. README.md lists the sources.\n"
    )


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
