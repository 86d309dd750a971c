"""Xet storage: what a server reads of xorbs and shards, and every range of a file again."""

import os
import struct
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hub import LocalHub, xet
from tests.hub.client import Client
from tests.hub.messages import Refused
from tests.hub.store import Repository
from tests.hub.talk import Answer, talk

XORB, FILE = bytes(range(32)), bytes(range(32, 64))


def chunk(data: bytes, scheme: int) -> bytes:
    """A chunk as a client would write it."""
    grouped = b"".join(data[offset::4] for offset in range(4)) if scheme == 2 else data
    packed = pa.Codec("lz4").compress(grouped, asbytes=True) if scheme else data
    sizes = len(packed).to_bytes(3, "little"), len(data).to_bytes(3, "little")
    return bytes([0]) + sizes[0] + bytes([scheme]) + sizes[1] + packed


def shard(segments: list[tuple[int, int, int]], sha256: bytes | None) -> bytes:
    """One file in one xorb: its segments as bytes, first chunk, chunk after the last."""
    flags = 1 << 31 | (1 << 30 if sha256 else 0)
    found = bytes(48) + FILE + struct.pack("<IIQ", flags, len(segments), 0)
    for size, first, end in segments:
        found += XORB + struct.pack("<IIII", 0, size, first, end)
    found += bytes(48) * len(segments)
    return found + (sha256 + bytes(16) if sha256 else b"") + b"\xff" * 32 + bytes(16)


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=300), st.sampled_from([0, 1, 2]))))
def test_a_xorb_gives_its_chunks_back(parts: list[tuple[bytes, int]]) -> None:
    whole = b"".join(chunk(data, scheme) for data, scheme in parts)
    for footer in (b"", b"XETBLOB and more"):
        found = xet.chunks(whole + footer)
        assert [xet.content(whole, each) for each in found] == [data for data, _ in parts]


def test_a_shard_lists_files_and_their_segments() -> None:
    for sha256 in (None, b"\x01" * 32):
        (found,) = xet.shard_files(shard([(5, 0, 2), (7, 3, 4)], sha256))
        assert (
            found.hash
            == xet.hash_text(FILE)
            == "27262524232221202f2e2d2c2b2a292837363534333231303f3e3d3c3b3a3938"
        )
        assert found.segments == [(xet.hash_text(XORB), 5, 0, 2), (xet.hash_text(XORB), 7, 3, 4)]
        assert found.sha256 == ("01" * 32 if sha256 else None)


def test_what_is_cut_or_unknown_is_refused() -> None:
    whole = chunk(b"content", 0)
    for broken in (whole[:5], whole[:-1], b"\x09" + whole[1:]):
        with pytest.raises(Refused):
            xet.chunks(broken)
    with pytest.raises(Refused, match="unknown compression 9"):
        xet.content(whole, xet.Chunk(0, len(whole), 9, 7))
    full = shard([(5, 0, 1)], None)
    for end in range(48, len(full) - 48, 20):
        with pytest.raises(Refused, match="cut"):
            list(xet.shard_files(full[:end]))


@pytest.fixture(scope="module")
def pushed(_hub: LocalHub, xet: Client, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A repository with files of several chunks, some of them the same, by the real client."""
    folder = tmp_path_factory.mktemp("files")
    noise = os.urandom(200_000)
    numbers = struct.pack("<40000f", *(i * 0.01 for i in range(40_000)))
    (folder / "a.parquet").write_bytes(noise + b"the same, " * 30_000 + noise)
    (folder / "b.parquet").write_bytes(numbers + noise)
    xet.run(
        "api.create_repo('own/parts', repo_type='dataset')\n"
        "api.upload_folder(repo_id='own/parts', repo_type='dataset', folder_path=folder).oid",
        folder=folder,
    )
    return _hub.repository("own/parts")


def token(hub: LocalHub, right: str) -> tuple[str, str]:
    """The address of the storage of `own/parts`, and a token for it."""
    place = f"{hub.url}/api/datasets/own/parts/xet-{right}-token/main"
    found = talk("GET", place, token=hub.token)
    assert found.headers["x-xet-cas-url"] == found.json()["casUrl"]
    return found.json()["casUrl"], found.json()["accessToken"]


def assembled(answer: Answer) -> Iterator[bytes]:
    """The content of each term of a reconstruction, as a client fetches it."""
    found = answer.json()
    for term in found["terms"]:
        first, end = term["range"]["start"], term["range"]["end"]
        (link,) = (
            each
            for each in found["fetch_info"][term["hash"]]
            if each["range"]["start"] <= first and end <= each["range"]["end"]
        )
        bounds = link["url_range"]
        part = talk("GET", link["url"], range=f"bytes={bounds['start']}-{bounds['end']}")
        assert part.status == 206
        listed = xet.chunks(part.body)[first - link["range"]["start"] :][: end - first]
        data = b"".join(xet.content(part.body, each) for each in listed)
        assert len(data) == term["unpacked_length"]
        yield data


@pytest.mark.parametrize("name", ["a.parquet", "b.parquet"])
def test_every_range_of_a_file_is_found_again(name: str, hub: LocalHub, pushed: Repository) -> None:
    storage, read = token(hub, "read")
    commit = pushed.resolve("main")
    assert commit is not None
    whole = hub.read("own/parts", name)
    place = f"{storage}/v1/reconstructions/{pushed.xet_hashes[commit.files[name].sha256]}"
    assert b"".join(assembled(talk("GET", place, token=read))) == whole
    step = len(whole) // 7
    for first in (0, 1, step, 3 * step, len(whole) - 1):
        for last in (first, first + step, len(whole) + 5):
            answer = talk("GET", place, token=read, range=f"bytes={first}-{last}")
            offset = answer.json()["offset_into_first_range"]
            data = b"".join(assembled(answer))[offset:]
            assert data[: last + 1 - first] == whole[first : last + 1]
    assert talk("GET", place, token=read, range=f"bytes={len(whole)}-").status == 416


def test_storage_wants_its_own_token(hub: LocalHub, pushed: Repository) -> None:
    storage, read = token(hub, "read")
    place = f"{storage}/v1/xorbs/default/{'0' * 64}"
    other = talk("GET", f"{hub.url}/api/datasets/own/parts/xet-read-token/main")
    for wrong in (None, hub.token, read, read[:-1] + "0", "xet_write_9999999999_abc"):
        assert talk("POST", place, chunk(b"a", 0), token=wrong).status == 401
    assert other.status == 200  # anybody may read what is public
    stranger = hub.account("eve").token
    names = {"main": 403, "refs%2Fpr%2F1": 200, "None": 200, "main?create_pr=1": 200}
    for revision, status in names.items():
        asked = f"{hub.url}/api/datasets/own/parts/xet-write-token/{revision}"
        assert talk("GET", asked, token=stranger).status == status


def test_a_file_that_is_not_what_its_shard_says_is_refused(
    hub: LocalHub, pushed: Repository
) -> None:
    storage, write = token(hub, "write")
    xorb = chunk(b"content", 0) + chunk(b" and more", 1)
    assert talk("POST", f"{storage}/v1/shards", shard([(7, 0, 1)], None), token=write).status == 400
    place = f"{storage}/v1/xorbs/default/{xet.hash_text(XORB)}"
    assert talk("POST", place, xorb, token=write).json() == {"was_inserted": True}
    assert talk("POST", place, xorb, token=write).json() == {"was_inserted": False}
    for wrong in (shard([(8, 0, 1)], None), shard([(7, 0, 1)], b"\x01" * 32)):
        assert talk("POST", f"{storage}/v1/shards", wrong, token=write).status == 400
    assert xet.hash_text(FILE) not in pushed.xet_files
    assert (
        talk("POST", f"{storage}/v1/shards", shard([(16, 0, 2)], None), token=write).status == 200
    )
    assert pushed.xet_files[xet.hash_text(FILE)] == [(xet.hash_text(XORB), 16, 0, 2)]


def test_a_private_repository_has_private_storage(hub: LocalHub, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    hub.add("own/hidden", tmp_path, private=True)
    place = f"{hub.url}/api/datasets/own/hidden/xet-read-token/main"
    assert talk("GET", place).status == 401
    assert talk("GET", place, token=hub.account("eve").token).status == 404
    assert talk("GET", place, token=hub.token).status == 200
