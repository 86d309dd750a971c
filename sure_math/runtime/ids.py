"""Content ids, configuration hashes and sampling seeds: stable across machines and versions."""

import hashlib
import json
from typing import Any


def stable_hash(value: Any, *, size: int = 16) -> str:
    """Hex digest (`size` bytes) of any JSON value, independent of key order."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=size).hexdigest()


def content_id(*parts: object) -> str:
    """A 16-character id of what makes a row itself."""
    return stable_hash([str(part) for part in parts], size=8)


def sampling_seed(*parts: object) -> int:
    """A 63-bit seed of everything that names one request.

    Engines draw the same noise for equal seeds and shifted copies for neighbouring ones, so seeds
    are hashes, never counters.
    """
    digest = hashlib.blake2b(repr(tuple(map(str, parts))).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
