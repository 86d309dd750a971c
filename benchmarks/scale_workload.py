"""Problems for the scale benchmark: statements in which numbers and names were changed.

Bases are the curated problems or, where they lie on this machine, real rows of public sources.
Drawn by row number, so that any part of the workload can be made again by itself.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pyarrow.parquet as pq

from sure_math.config import SourceConfig
from sure_math.seeds.read import read
from sure_math.seeds.rows import SeedRow

SHARED = Path(__file__).parents[2] / "shared/data/seeds"
_SOURCES = (
    ("AI-MO__NuminaMath-CoT/data/train-00000-of-00001.parquet", "problem"),
    ("openai__gsm8k/main/train-00000-of-00001.parquet", "question"),
)
_NUMBER = re.compile(r"(?<![\d.,_^{])\d+(?![\d.,])")
_NAME = re.compile(r"\b(?:Ana|Ben|Tom|Mia|John|Mary|Sam|Tim|Lisa|James)\b")
_NAMES = ("Ada", "Bo", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hana", "Ivo", "Jil", "Kai", "Lea")


def bases() -> list[str]:
    """Statements that the workload varies."""
    found = [SHARED / path for path, _ in _SOURCES]
    if all(path.is_file() for path in found):
        columns = [column for _, column in _SOURCES]
        return [
            str(text)
            for path, column in zip(found, columns, strict=True)
            for text in pq.read_table(path, columns=[column])[column].to_pylist()
        ]
    tiers = ("easy", "medium", "hard", "competition")
    sources = [SourceConfig(name=t, adapter="curated", tier=t) for t in tiers]
    rows = (row for source in sources for row in read(source, seed=0))
    return [row.problem for row in rows if isinstance(row, SeedRow)]


def statement(texts: Sequence[str], row: int) -> str:
    """Seed number `row`."""
    rng = Random(row)
    return varied(rng.choice(texts), rng)


def evolution(parent: str, seed: int, benchmark: Sequence[str]) -> str:
    """What a recorded evolver made of a problem: mostly a variant, sometimes a copy or a leak."""
    rng = Random(seed)
    kind = rng.random()
    if kind < 0.01:
        return parent
    if kind < 0.012 and benchmark:
        return rng.choice(benchmark).replace("$", " $ ")
    text = varied(parent, rng)
    return text if kind < 0.9 else f"{text} Give your answer in simplest form."


def varied(text: str, rng: Random) -> str:
    """The text with other numbers and names; one variant in fifty keeps its numbers."""
    named = _NAME.sub(lambda match: rng.choice(_NAMES), text)
    if rng.random() < 0.02:
        return named
    return _NUMBER.sub(lambda match: str(max(2, int(match[0]) + rng.randint(-40, 400))), named)
