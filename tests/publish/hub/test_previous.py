"""The release before: which one it is, and how little of it is downloaded."""

from pathlib import Path

import pytest

from sure_math.publish.hub.previous import previous_release
from sure_math.publish.hub.target import Target, open_target
from sure_math.publish.manifest import read_manifest
from tests.publish.hub.publisher import REPO, Publisher
from tests.publish.hub.small_release import SHARDS, small_release

# The client uploads by LFS with an argument that its transport has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")


def version_before(me: Publisher, version: str) -> str | None:
    found = previous_release(me.hub, open_target(me.hub, Target(REPO)), version)
    return found[0].version if found else None


def test_nothing_came_before_the_first(me: Publisher, release: Path) -> None:
    assert version_before(me, "1.0.0") is None
    me.publish(release)
    assert version_before(me, "1.1.0") is None  # no tag, no release
    me.publish(release, tag="v1.0.0")
    assert version_before(me, "1.0.0") is None


def test_the_tables_of_problems_are_there_and_no_responses(me: Publisher, release: Path) -> None:
    me.publish(release, tag="v1.0.0")
    found = previous_release(me.hub, open_target(me.hub, Target(REPO)), "1.1.0")
    assert found is not None
    manifest, folder = found
    assert manifest == read_manifest(release) == read_manifest(folder)
    problems = {path for path in SHARDS if path.startswith("data/")}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.parquet")}
    assert there == problems
    assert all((folder / path).read_bytes() == (release / path).read_bytes() for path in problems)
    before = len(me.local.requests)
    previous_release(me.hub, open_target(me.hub, Target(REPO)), "1.1.0")
    assert not [r for r in me.local.requests[before:] if "/resolve/" in r.path]


def test_it_is_the_newest_that_came_before(me: Publisher, release: Path, tmp_path: Path) -> None:
    me.publish(release, tag="first")
    small_release(tmp_path / "b", "1.1.0", {**SHARDS, "extra/x.parquet": 5}, before=("1.0.0",))
    me.publish(tmp_path / "b", tag="second")
    small_release(tmp_path / "c", "1.2.0", before=("1.1.0", "1.0.0"))
    me.publish(tmp_path / "c", tag="third")
    wanted = {"1.0.0": None, "1.1.0": "1.0.0", "1.2.0": "1.1.0", "1.3.0": "1.2.0"}
    assert {version: version_before(me, version) for version in wanted} == wanted


def test_tags_of_something_else_are_passed_over(
    me: Publisher, release: Path, tmp_path: Path
) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "README.md").write_text("---\nlicense: mit\n---\n")
    me.local.add(REPO, tmp_path / "old", tags=("v0",))
    me.publish(release, tag="v1.0.0")
    assert version_before(me, "1.0.0") is None
    assert version_before(me, "2.0.0") == "1.0.0"
