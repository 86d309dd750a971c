"""Routes of Xet storage: tokens, xorbs and shards in, reconstructions and ranges of xorbs out.

Each repository has storage of its own, as with LFS. A shard makes files of xorbs: each is put
together once, checked against its SHA-256 and kept as an LFS object, so that commits and plain
downloads are the same for both protocols. Clients fall back from newer versions of routes, and
from storage-wide deduplication, where they get a 404.
"""

import hashlib
import time
from typing import Any

from tests.hub.asked import Asked, check_signature, signature
from tests.hub.messages import Refused, Reply, as_json
from tests.hub.reading import ranged
from tests.hub.store import Repository, Segment
from tests.hub.xet import Chunk, ShardFile, chunks, content, shard_files

LIFETIME = 3600
"""Seconds that a token of Xet storage is good for."""


def read_token(asked: Asked) -> Reply:
    """GET .../xet-read-token/{revision}."""
    repository = asked.repository
    asked.may_read_files(repository)
    return _token(asked, repository, "read")


def write_token(asked: Asked) -> Reply:
    """GET .../xet-write-token/{revision}."""
    repository, revision = asked.repository, asked.parts["revision"]
    asked.pusher(repository, None if revision == "None" else revision)
    return _token(asked, repository, "write")


def _token(asked: Asked, repository: Repository, right: str) -> Reply:
    expiry = int(time.time()) + LIFETIME
    token = f"xet_{right}_{expiry}_{signature(repository.name, right, str(expiry))}"
    url = f"{asked.state.url}/cas/{repository.name}"
    headers = {
        "X-Xet-Cas-Url": url,
        "X-Xet-Access-Token": token,
        "X-Xet-Token-Expiration": str(expiry),
    }
    return as_json({"accessToken": token, "exp": expiry, "casUrl": url}, headers=headers)


def _storage(asked: Asked, right: str) -> Repository:
    """The repository of the path; raises `Refused` without a token that is good for `right`."""
    name = asked.parts["repo"]
    words = asked.headers.get("authorization", "").removeprefix("Bearer ").split("_")
    good = len(words) == 4 and words[3] == signature(name, words[1], words[2])
    if not good or int(words[2]) < time.time() or words[1] not in (right, "write"):
        raise Refused(401, "the token of Xet storage is missing, expired or for something else")
    repository = asked.state.store.get(name)
    if repository is None:
        raise Refused(404, "the repository was deleted")
    return repository


def put_xorb(asked: Asked) -> Reply:
    """POST .../v1/xorbs/default/{hash}."""
    repository, name = _storage(asked, "write"), asked.parts["hash"]
    new = name not in repository.xorbs
    if not chunks(asked.body):
        raise Refused(400, "a xorb has at least one chunk")
    repository.xorbs[name] = asked.body
    return as_json({"was_inserted": new})


def put_shard(asked: Asked) -> Reply:
    """POST .../v1/shards: all its files become LFS objects."""
    repository = _storage(asked, "write")
    for file in shard_files(asked.body):
        _keep(repository, file)
    asked.state.store.save(repository)
    return as_json({"result": 1})


def _keep(repository: Repository, file: ShardFile) -> None:
    data = b"".join(_bytes(repository, segment) for segment in file.segments)
    digest = hashlib.sha256(data).hexdigest()
    if file.sha256 not in (None, digest):
        raise Refused(400, f"file {file.hash}: the content has another SHA-256")
    repository.blobs[digest] = data
    repository.xet_hashes[digest] = file.hash
    repository.xet_files[file.hash] = file.segments


def _bytes(repository: Repository, segment: Segment) -> bytes:
    name, size, first, end = segment
    if name not in repository.xorbs:
        raise Refused(400, f"xorb {name} is missing")
    xorb = repository.xorbs[name]
    data = b"".join(content(xorb, chunk) for chunk in chunks(xorb)[first:end])
    if len(data) != size:
        raise Refused(400, f"xorb {name}: chunks {first} to {end} do not have {size} bytes")
    return data


def reconstruction(asked: Asked) -> Reply:
    """GET .../v1/reconstructions/{hash}: where the parts of a file, or of a range of it, lie."""
    repository, name = _storage(asked, "read"), asked.parts["hash"]
    if name not in repository.xet_files:
        raise Refused(404, f"no file {name}")
    segments = repository.xet_files[name]
    total = sum(segment[1] for segment in segments)
    first, last = _range(asked.headers.get("range", ""), total)
    if first >= total > 0:
        raise Refused(416, f"the file has {total} bytes")
    terms: list[dict[str, Any]] = []
    needed: dict[str, list[tuple[int, int]]] = {}
    offset, place = 0, 0
    for xorb, size, start, end in segments:
        if place <= last and place + size > first:
            cover = _cover(repository, (xorb, size, start, end), first - place, last - place)
            offset = offset if terms else max(0, first - place) - cover[2]
            terms.append(
                {
                    "hash": xorb,
                    "unpacked_length": cover[3],
                    "range": {"start": cover[0], "end": cover[1]},
                }
            )
            needed.setdefault(xorb, []).append(cover[:2])
        place += size
    links = {
        xorb: [_link(asked, repository, xorb, *joined) for joined in _joined(ranges)]
        for xorb, ranges in needed.items()
    }
    return as_json({"offset_into_first_range": offset, "terms": terms, "fetch_info": links})


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same chunks in ranges that do not touch: a client looks for the one that holds a term."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _range(header: str, total: int) -> tuple[int, int]:
    """First and last byte that are wanted."""
    first, _, last = header.removeprefix("bytes=").partition("-")
    return int(first or 0), min(int(last or total), total - 1)


def _cover(
    repository: Repository, segment: Segment, first: int, last: int
) -> tuple[int, int, int, int]:
    """The chunks of a segment that hold its bytes `first` to `last`.

    Returns the first chunk, the chunk after the last, the bytes of the segment before them and
    their own bytes.
    """
    name, _, start, end = segment
    place, kept = 0, list[tuple[int, int, Chunk]]()
    for i, chunk in enumerate(chunks(repository.xorbs[name])[start:end], start):
        if place <= last and place + chunk.size > first:
            kept.append((i, place, chunk))
        place += chunk.size
    size = sum(chunk.size for _, _, chunk in kept)
    return kept[0][0], kept[-1][0] + 1, kept[0][1], size


def _link(asked: Asked, repository: Repository, name: str, start: int, end: int) -> dict[str, Any]:
    """A signed address of a range of chunks."""
    wanted = chunks(repository.xorbs[name])[start:end]
    signed = f"signature={signature(repository.name, name)}"
    return {
        "range": {"start": start, "end": end},
        "url": f"{asked.state.url}/xorbs/{repository.name}/{name}?{signed}",
        "url_range": {"start": wanted[0].start, "end": wanted[-1].end - 1},
    }


def get_xorb(asked: Asked) -> Reply:
    """GET a signed address, with a Range."""
    name, xorb = asked.parts["repo"], asked.parts["hash"]
    check_signature(asked, name, xorb)
    repository = asked.state.store.get(name)
    if repository is None:
        raise Refused(404, "the repository was deleted")
    return ranged(asked, repository.xorbs[xorb], {})
