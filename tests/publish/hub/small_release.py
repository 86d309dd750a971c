"""A release folder of a few kilobytes, whole as its manifest says."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sure_math.publish.manifest import MANIFEST, Manifest, ReleaseFile, Version

CARD = "---\npretty_name: Sums\nlicense: mit\n---\n# Sums, version {version}\n"
SHARDS = {
    "data/train-00000-of-00002.parquet": 1,
    "data/train-00001-of-00002.parquet": 2,
    "data/test-00000-of-00001.parquet": 3,
    "responses/train-00000-of-00001.parquet": 4,
}


def small_release(
    folder: Path,
    version: str = "1.0.0",
    shards: Mapping[str, int] = SHARDS,
    *,
    before: tuple[str, ...] = (),
    card: str = CARD,
    rows: int = 200,
) -> Manifest:
    """Write a release; `before`: versions before it.

    The number of a shard decides its content, within a test: no two tests share any, because
    clients keep notes of what they sent to an address, and addresses of hubs come back.
    """
    files = [_shard(folder, path, seed, rows) for path, seed in shards.items()]
    pages = {"README.md": card.format(version=version), "LICENSE": "MIT\n"}
    for path, text in pages.items():
        (folder / path).write_text(text, encoding="utf-8")
    manifest = Manifest(
        sure_math="0.1.0",
        name="own/sums",
        version=version,
        tables={"default": 1, "responses": 1},
        files=tuple(files),
        pages={path: hashlib.sha256(text.encode()).hexdigest() for path, text in pages.items()},
        history=tuple(Version(version=v, date="2026-01-31", rows={}) for v in (version, *before)),
    )
    (folder / MANIFEST).write_text(manifest.as_text(), encoding="utf-8")
    return manifest


def _shard(folder: Path, path: str, seed: int, rows: int) -> ReleaseFile:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    salt = hashlib.sha256(f"{folder.parent} {seed}".encode()).digest()
    values = np.random.default_rng(int.from_bytes(salt)).random(rows)
    pq.write_table(pa.table({"semantic_entropy": values}), place)
    data = place.read_bytes()
    return ReleaseFile(
        config="default" if path.startswith("data/") else "responses",
        split=place.name.split("-")[0],
        path=path,
        rows=rows,
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )
