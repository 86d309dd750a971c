"""What is browsed: the files of a run folder or of a release, as far as they can be read.

Nothing is moved, repaired or written: a truncated shard is left where it is, out of the tables, and
said in `complaints`.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from sure_math.browse.parts import Part, first_line
from sure_math.errors import ConfigError, DataError
from sure_math.publish.manifest import MANIFEST, Manifest, holds_responses, read_manifest
from sure_math.runtime.shards import Footer, ForeignFile, UnreadableShard, part_name, read_footer

STAGES = (
    "evaluation", "seeds", "plan", "evolve", "decontaminate", "pool", "sample", "answers",
    "cluster", "weight",
)  # fmt: skip
"""Folders of a run, in the order of the data."""
_PROBLEMS = ("weight", "pool", "decontaminate", "evolve", "seeds")
_RESPONSES = ("cluster", "answers", "sample")
_SIDES = {
    "judgements": ("cluster",),
    "links": ("cluster",),
    "verdicts": ("seeds", "decontaminate"),
    "rejects": ("decontaminate", "pool", "weight"),
    "attempts": ("evolve",),
}
"""Side tables that name a problem, and the stages that write them."""
_ON_A_HUB = re.compile(r"\w[\w.-]*/\w[\w.-]*(@.+)?")


@dataclass(frozen=True)
class StageProgress:
    """How far a stage of a run is."""

    name: str
    done: int
    shards: int | None
    """None if it has not begun."""
    rows: int
    rejected: int


@dataclass(frozen=True)
class Source:
    """The files behind a page."""

    kind: Literal["run", "release"]
    name: str
    place: Path
    version: str | None
    """Of a release; a run has none."""
    problems: tuple[tuple[Part, ...], ...]
    """Tables with problems, the one that knows most first."""
    tables: dict[str, tuple[Part, ...]]
    """`responses`, and in a run `evolved` and the side tables."""
    n_responses: int
    stages: tuple[StageProgress, ...] = ()
    complaints: list[str] = field(default_factory=list)

    @property
    def missing(self) -> list[str]:
        """Tables that are not there (yet)."""
        return [name for name in ("responses", *_SIDES) if not self.tables.get(name)]


def open_source(name: str | None, runs: Path) -> Source:
    """The run or the release of that name.

    Args:
        name: a folder, the name of a run in `runs`, or `owner/name` of a release on a hub, with
            `@` and a revision if it is not the newest. None takes the latest run, else the release
            in `./sure-math`.
        runs: the folder with all runs.

    Raises:
        ConfigError: nothing has that name.
        DataError: the folder is neither, its manifest cannot be read, or the hub has no such
            release.
        PublishError: the hub refuses, or does not answer.
    """
    folder = _folder(name, runs)
    if (folder / MANIFEST).is_file():
        return _release(folder, read_manifest(folder))
    if not _is_run(folder):
        raise DataError(
            f"{folder} is neither a run nor a release of sure-math",
            hint=f"a run has folders such as {folder / 'weight'}, a release a file {MANIFEST}",
        )
    return _run(folder)


def _folder(name: str | None, runs: Path) -> Path:
    if name:
        places = [place for place in (Path(name), runs / name) if place.is_dir()]
        # A folder that only has the name of a run does not hide the run.
        places.sort(key=lambda place: not (_is_run(place) or (place / MANIFEST).is_file()))
    else:
        recipes = sorted(runs.glob("*/recipe.yaml"), key=lambda path: -path.stat().st_mtime)
        places = [recipe.parent for recipe in recipes[:1]]
        places += [Path("sure-math")] * Path("sure-math", MANIFEST).is_file()
    if not places and _ON_A_HUB.fullmatch(name or ""):
        return _downloaded(name or "")
    if not places:
        raise ConfigError(
            f"no folder {name!r}, neither here nor in {runs}" if name else f"no run in {runs}",
            hint="name a run or the folder of a release, or start with `sure-math run demo`",
        )
    return places[0].resolve()


def _is_run(folder: Path) -> bool:
    return any((folder / stage).is_dir() for stage in STAGES)


def _downloaded(name: str) -> Path:
    from sure_math.publish.hub.download import download

    repository, _, revision = name.partition("@")
    return download(repository, revision or None)


def _release(folder: Path, manifest: Manifest) -> Source:
    complaints: list[str] = []
    problems, responses, n_responses = [], [], 0
    for file in manifest.files:
        part = Part(folder / file.path, file.path, file.config)
        try:
            rows = pq.read_metadata(part.path).num_rows
        except (pa.ArrowInvalid, OSError) as error:
            complaints.append(f"{part.label} cannot be read: {first_line(error)}")
            continue
        if rows != file.rows:
            complaints.append(f"{part.label} has {rows} rows, the manifest says {file.rows}")
        if holds_responses(file.config):
            responses.append(part)
            n_responses += rows
        else:
            problems.append(part)
    return Source(
        kind="release",
        name=manifest.name,
        place=folder,
        version=manifest.version,
        problems=(tuple(problems),),
        tables={"responses": tuple(responses)},
        n_responses=n_responses,
        complaints=complaints,
    )


def _run(folder: Path) -> Source:
    complaints: list[str] = []
    shards = {stage: _shards(folder, stage, complaints) for stage in STAGES}
    responses: dict[int, tuple[str, int]] = {}  # the furthest stage of every shard
    for stage in _RESPONSES:
        for index, footer in shards[stage].items():
            responses.setdefault(index, (stage, footer.rows))
    tables = {
        "responses": tuple(
            _part(folder, stage, index) for index, (stage, _) in sorted(responses.items())
        ),
        "evolved": tuple(_part(folder, "evolve", index) for index in shards["evolve"]),
    }
    for side, stages in _SIDES.items():
        parts = (_part(folder, stage, index, side) for stage in stages for index in shards[stage])
        tables[side] = tuple(part for part in parts if part.path.is_file())
    return Source(
        kind="run",
        name=folder.name,
        place=folder,
        version=None,
        problems=tuple(
            tuple(_part(folder, stage, index) for index in shards[stage]) for stage in _PROBLEMS
        ),
        tables=tables,
        n_responses=sum(rows for _, rows in responses.values()),
        stages=tuple(_progress(stage, shards[stage]) for stage in STAGES),
        complaints=complaints,
    )


def _part(folder: Path, stage: str, index: int, side: str = "") -> Part:
    label = "/".join(filter(None, (stage, side, part_name(index))))
    return Part(folder / label, label, stage)


def _shards(folder: Path, stage: str, complaints: list[str]) -> dict[int, Footer]:
    """Footers of the finished shards of a stage, by position."""
    found: dict[int, Footer] = {}
    for path in sorted((folder / stage).glob("part-*.parquet")):
        label = f"{stage}/{path.name}"
        try:
            footer = read_footer(path)
        except UnreadableShard as error:
            complaints.append(f"{label} cannot be read: {first_line(error)}")
            continue
        except ForeignFile:
            complaints.append(f"{label} was not written by a run")
            continue
        if footer.stage != stage or part_name(footer.shard) != path.name:
            complaints.append(f"{label} is shard {footer.shard} of stage {footer.stage}")
            continue
        found[footer.shard] = footer
    if len({footer.stage_hash for footer in found.values()}) > 1:
        complaints.append(f"the shards of {stage} were made by different configurations")
    return found


def _progress(stage: str, shards: dict[int, Footer]) -> StageProgress:
    footers = list(shards.values())
    return StageProgress(
        name=stage,
        done=len(footers),
        shards=footers[0].shards if footers else None,
        rows=sum(footer.rows for footer in footers),
        rejected=sum(sum(footer.rejected.values()) for footer in footers),
    )
