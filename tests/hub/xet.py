"""The formats of Xet storage, as far as a server must read them.

A **xorb** is a row of chunks, each with an 8-byte header and compressed on its own; a footer may
follow. A **shard** lists files: each is a row of segments, a segment is a range of a xorb's chunks.
Hashes are 32 bytes, written as four little-endian 64-bit numbers in hexadecimal.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from tests.hub.messages import Refused
from tests.hub.store import Segment

_RECORD = 48
"""Bytes of every record of a shard, and of the header before the first."""
_END = b"\xff" * 32
_HAS_VERIFICATION = 1 << 31
_HAS_METADATA = 1 << 30
_CHUNK_HEADER = 8
_FOOTER = b"XETBLOB"


@dataclass(frozen=True)
class Chunk:
    """A chunk and where it lies in its xorb."""

    start: int
    end: int
    """In bytes of the xorb, header included."""
    scheme: int
    size: int
    """Uncompressed."""


@dataclass(frozen=True)
class ShardFile:
    """A file that a shard announces."""

    hash: str
    segments: list[Segment]
    sha256: str | None


def hash_text(raw: bytes) -> str:
    """The spelling of a hash in addresses."""
    return "".join(f"{number:016x}" for number in struct.unpack("<4Q", raw))


def chunks(xorb: bytes) -> list[Chunk]:
    """The chunks of a xorb; raises `Refused` (400) where it is cut or of another version."""
    found, start = [], 0
    while start < len(xorb) and xorb[start : start + len(_FOOTER)] != _FOOTER:
        header = xorb[start : start + _CHUNK_HEADER]
        if len(header) < _CHUNK_HEADER or header[0] not in (0, 1):
            raise Refused(400, "this is no xorb")
        end = start + _CHUNK_HEADER + int.from_bytes(header[1:4], "little")
        if end > len(xorb):
            raise Refused(400, "the xorb is cut")
        found.append(Chunk(start, end, header[4], int.from_bytes(header[5:8], "little")))
        start = end
    return found


def content(xorb: bytes, chunk: Chunk) -> bytes:
    """The uncompressed content of a chunk; raises `Refused` (400) for unknown compression."""
    data = xorb[chunk.start + _CHUNK_HEADER : chunk.end]
    if chunk.scheme == 0:
        return data
    if chunk.scheme not in (1, 2):
        raise Refused(400, f"unknown compression {chunk.scheme}")
    data = pa.Codec("lz4").decompress(data, chunk.size, asbytes=True)
    return _ungrouped(data) if chunk.scheme == 2 else data


def _ungrouped(data: bytes) -> bytes:
    """Undo the grouping of every fourth byte."""
    whole = bytearray(len(data))
    start = 0
    for offset in range(4):
        count = len(range(offset, len(data), 4))
        whole[offset::4] = data[start : start + count]
        start += count
    return bytes(whole)


def shard_files(shard: bytes) -> Iterator[ShardFile]:
    """The files of a shard; raises `Refused` (400) where it is cut."""
    place = _RECORD
    while True:
        header = _record(shard, place)
        if header[:32] == _END:
            return
        flags, count = struct.unpack("<II", header[32:40])
        segments = [_segment(_record(shard, place + _RECORD * (1 + i))) for i in range(count)]
        place += _RECORD * (1 + count)
        if flags & _HAS_VERIFICATION:
            place += _RECORD * count
        sha256 = None
        if flags & _HAS_METADATA:
            sha256 = hash_text(_record(shard, place)[:32])
            place += _RECORD
        yield ShardFile(hash_text(header[:32]), segments, sha256)


def _segment(record: bytes) -> Segment:
    _flags, size, first, end = struct.unpack("<IIII", record[32:48])
    return hash_text(record[:32]), size, first, end


def _record(shard: bytes, place: int) -> bytes:
    record = shard[place : place + _RECORD]
    if len(record) < _RECORD:
        raise Refused(400, "the shard is cut")
    return record
