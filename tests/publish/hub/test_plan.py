"""What a push would do, from two lists of files; nothing here talks to a hub."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from sure_math.errors import DataError, HubConflict
from sure_math.publish.hub.files import LocalFile, RemoteFile, differences, read_files
from sure_math.publish.hub.plan import Plan, plan_push, size
from sure_math.publish.hub.target import Remote, Target
from sure_math.publish.manifest import MANIFEST, read_manifest
from tests.publish.hub.small_release import SHARDS, small_release

TRAIN_0, TRAIN_1, TEST, RESPONSES = SHARDS
ATTRIBUTES = RemoteFile(".gitattributes", 10, None, "0" * 40)


def at_hub(release: Path, *others: str) -> dict[str, RemoteFile]:
    """The files of a release as a hub lists them, and `others` of people."""
    files = read_files(release, read_manifest(release))
    listed = [as_remote(file) for file in files] + [ATTRIBUTES]
    listed += [RemoteFile(path, 5, None, "1" * 40) for path in others]
    return {file.path: file for file in listed}


def as_remote(file: LocalFile) -> RemoteFile:
    large = file.path.endswith(".parquet")
    return RemoteFile(
        file.path, file.bytes, file.sha256 if large else None, "2" * 40 if large else file.blob_id
    )


def remote(release: Path | None, *others: str, tags: Mapping[str, str] = {}) -> Remote:
    files = at_hub(release, *others) if release else {ATTRIBUTES.path: ATTRIBUTES}
    return Remote(
        "own/sums",
        exists=True,
        branches={"main": "a" * 40},
        tags=tags,
        base="a" * 40,
        files=files,
        manifest=read_manifest(release) if release else None,
    )


def plan(release: Path, found: Remote, **options: str) -> Plan:
    return plan_push(release, read_manifest(release), found, Target("own/sums", **options))


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """One shard changed, one gone, one new."""
    shards = {TRAIN_0: 1, TEST: 33, RESPONSES: 4, "nc/train-00000-of-00001.parquet": 7}
    small_release(tmp_path / "second", "1.1.0", shards, before=("1.0.0",))
    return tmp_path / "second"


def test_a_repository_that_is_not_there_gets_everything(release: Path) -> None:
    found = plan_push(
        release,
        read_manifest(release),
        Remote("own/sums"),
        Target("own/sums", private=True, gated="manual", tag="v1.0.0", branch="trial"),
    )
    assert {upload.why for upload in found.uploads} == {"new"}
    assert {upload.file.path for upload in found.uploads} == read_manifest(release).paths()
    assert found.as_text().splitlines() == [
        "own/sums, branch trial, version 1.0.0",
        "create the private repository",
        "set gated access: manual",
        "create the branch trial from main",
        "upload 7 files, 10.9 kB:",
        "  LICENSE (new, 4 B)",
        "  README.md (new, 61 B)",
        "  data/test-00000-of-00001.parquet (new, 2.3 kB)",
        "  data/train-00000-of-00002.parquet (new, 2.3 kB)",
        "  data/train-00001-of-00002.parquet (new, 2.3 kB)",
        "  responses/train-00000-of-00001.parquet (new, 2.3 kB)",
        "  sure_math.json (new, 1.5 kB)",
        "create the tag v1.0.0",
    ]


def test_what_changed_is_sent_what_is_stale_goes_and_the_rest_stays(
    release: Path, second: Path
) -> None:
    found = plan(second, remote(release, "eval.yaml", "data/mine.parquet"), tag="v1.1.0")
    assert {upload.file.path: upload.why for upload in found.uploads} == {
        "README.md": "changed",
        TEST: "changed",
        MANIFEST: "changed",
        "nc/train-00000-of-00001.parquet": "new",
    }
    assert found.deletes == (TRAIN_1,)
    assert found.left_alone == (".gitattributes", "data/mine.parquet", "eval.yaml")
    assert found.bytes == sum(upload.file.bytes for upload in found.uploads)
    text = found.as_text()
    assert f"delete 1 file:\n  {TRAIN_1}\nkeep 3 files as they are\n" in text
    assert "leave alone what no release made:\n  data/mine.parquet\n  eval.yaml\n" in text
    assert ".gitattributes" not in text


def test_the_same_release_is_a_plan_of_nothing(release: Path) -> None:
    found = plan(release, remote(release))
    assert not found.commits
    assert found.tag is None
    assert found.as_text() == (
        "own/sums, branch main, version 1.0.0\nsend nothing: all files are there"
    )


def test_a_card_made_on_the_web_is_replaced_and_said_so(release: Path) -> None:
    card = RemoteFile("README.md", 5, None, "3" * 40)
    found = plan(release, Remote("own/sums", exists=True, files={card.path: card}))
    why = {upload.file.path: upload.why for upload in found.uploads}
    assert why["README.md"] == "in place of one that no release made"
    assert why["LICENSE"] == "new"


def test_git_attributes_stay_even_where_a_manifest_lists_them(release: Path, second: Path) -> None:
    there = remote(release)
    assert there.manifest is not None
    pages = {**there.manifest.pages, ".gitattributes": "0" * 64}
    manifest = there.manifest.model_copy(update={"pages": pages})
    strange = Remote("own/sums", exists=True, files=there.files, manifest=manifest)
    assert plan(second, strange).deletes == (TRAIN_1,)


def test_a_tag_with_another_content_is_a_conflict(release: Path, second: Path) -> None:
    there = remote(second, tags={"v1.0.0": "b" * 40})
    taken = Remote(**{**there.__dict__, "tagged": at_hub(second)})
    with pytest.raises(HubConflict, match="holds another release: README"):
        plan(release, taken, tag="v1.0.0")
    small_release(release, "1.0.0")
    held = Remote(**{**there.__dict__, "tagged": at_hub(release)})
    found = plan(release, held, tag="v1.0.0")
    assert not found.commits
    assert found.tag is None
    assert found.note == "the tag v1.0.0 holds this release, and main is at 1.1.0"


@pytest.mark.parametrize(
    ("path", "words"),
    [(TEST, "was changed after"), ("README.md", "was changed after"), (RESPONSES, "No such file")],
)
def test_a_folder_that_is_not_what_its_manifest_says(release: Path, path: str, words: str) -> None:
    manifest = read_manifest(release)
    if words == "No such file":
        (release / path).unlink()
    else:
        (release / path).write_bytes(b"other")
    with pytest.raises(DataError, match=words):
        plan_push(release, manifest, Remote("own/sums"), Target("own/sums"))


def test_files_that_no_manifest_lists_are_not_sent(release: Path) -> None:
    (release / "notes.txt").write_text("for me")
    found = plan(release, Remote("own/sums"))
    assert "notes.txt" not in {upload.file.path for upload in found.uploads}


def test_differences_name_every_file(release: Path) -> None:
    local = read_files(release, read_manifest(release))
    there = at_hub(release, "eval.yaml")
    assert differences(local, there) == []
    assert differences(local, there, ["eval.yaml"]) == []
    assert differences(local, there, []) == ["eval.yaml (unexpected)"]
    there[TEST] = RemoteFile(TEST, 5, "f" * 64, "1" * 40)
    del there["LICENSE"]
    assert differences(local, there) == ["LICENSE (missing)", f"{TEST} (differs)"]


def test_both_digests_of_a_file_are_those_of_git_and_sha256sum(tmp_path: Path) -> None:
    manifest = small_release(tmp_path, card="hello\n")
    card = next(file for file in read_files(tmp_path, manifest) if file.path == "README.md")
    assert card.blob_id == "ce013625030ba8dba906f756967f9e9ca394464a"
    assert card.sha256 == "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"


@pytest.mark.parametrize(
    ("length", "shown"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (12_345_678, "12.3 MB"), (5e12, "5000.0 GB")],
)
def test_sizes_for_people(length: float, shown: str) -> None:
    assert size(length) == shown
