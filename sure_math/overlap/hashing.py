"""Hashes that mean the same on every machine, in every process and every run."""

import hashlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_CACHED = 1 << 20


def hash64(text: str) -> int:
    """The first 64 bits of blake2b of a text, never 0."""
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little") or 1


class Cache(dict[str, int]):
    """`cache[text]` is `function(text)`, computed once; emptied when it has a million entries."""

    def __init__(self, function: Callable[[str], int]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, text: str) -> int:
        if len(self) >= _CACHED:
            self.clear()
        value = self[text] = self._function(text)
        return value


def mix(values: Hashes) -> Hashes:
    """Every bit of the result depends on every bit of the value (the finaliser of splitmix64)."""
    mixed = values ^ (values >> np.uint64(30))
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed
