"""Tokens of statements: runs of ASCII letters and digits, in lower case after NFKC.

The definition that decontamination rules share, so that `x^{2}`, `x ^2` and `$x^2$` read alike.
Drawings (`[asy]`, TikZ) are left out. A token is known by its hash only.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sure_math.overlap.batch import BREAK, join
from sure_math.overlap.hashing import Cache, Hashes, hash64

_TOKEN = re.compile(f"[a-z0-9]+|{BREAK}")
_HASHES = Cache(lambda token: 0 if token == BREAK else hash64(token))


@dataclass(frozen=True)
class Tokens:
    """Token hashes of a batch; text i has `ids[offsets[i]:offsets[i + 1]]`.

    `ids` uint64 (tokens,), `offsets` int64 (texts + 1,).
    """

    ids: Hashes
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens per text."""
        return np.diff(self.offsets)

    def row(self, index: int) -> Hashes:
        """The tokens of one text, in order."""
        return self.ids[self.offsets[index] : self.offsets[index + 1]]


def tokenize(texts: Sequence[str]) -> Tokens:
    """Tokens of a batch of statements (thousands at a time: memory grows with the batch)."""
    joined = unicodedata.normalize("NFKC", join(texts)).lower()
    found = _TOKEN.findall(joined)
    ids = np.fromiter(map(_HASHES.__getitem__, found), dtype=np.uint64, count=len(found))
    breaks = np.flatnonzero(ids == 0)
    inner = breaks - np.arange(len(breaks))
    offsets = np.concatenate(([0], inner, [len(ids) - len(breaks)])).astype(np.int64)
    return Tokens(ids[ids != 0], offsets if texts else offsets[:1])
