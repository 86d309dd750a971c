"""Is the teacher's majority answer the verified one? Equal strings at once, the rest by and by.

Comparing two answers takes from microseconds to seconds, so it is done in the background; until
then the word is `pending`. Every pair of wordings is compared once.
"""

import functools
import time
from collections.abc import Callable, Iterator

import polars as pl

from sure_math.answers.equivalence import equivalent

MAJORITY = pl.Enum(["right", "wrong", "tie", "unknown", "pending"])
_PAIR = ("majority_answer", "answer")
_REFRESH = 2.0  # seconds between two states of the table that a page can see


def first_look() -> pl.Expr:
    """What is known of the majority without comparing anything but strings."""
    return (
        pl.when(pl.col("semantic_entropy").is_null())
        .then(pl.lit("unknown"))
        .when(pl.col("majority_answer").is_null())
        .then(pl.lit("tie"))
        .when(pl.col("answer").is_null())
        .then(pl.lit("unknown"))
        .when(pl.col("answer") == pl.col("majority_answer"))
        .then(pl.lit("right"))
        .otherwise(pl.lit("pending"))
        .cast(MAJORITY)
    )


@functools.lru_cache(maxsize=100_000)
def is_right(answer: str, verified: str) -> bool:
    """Whether an answer equals the verified one, as in `sure-math report entropy`."""
    return equivalent(answer, verified)


def settled(problems: pl.DataFrame, stopped: Callable[[], bool]) -> Iterator[pl.DataFrame]:
    """The problems with fewer and fewer pending majorities, until none is or it is stopped."""
    pairs = problems.filter(majority="pending").select(_PAIR).unique(maintain_order=True).rows()
    known: list[tuple[str, str, str]] = []
    shown = time.monotonic()
    for number, (answer, verified) in enumerate(pairs, 1):
        if stopped():
            return
        known.append((answer, verified, "right" if is_right(answer, verified) else "wrong"))
        if number == len(pairs) or time.monotonic() - shown > _REFRESH:
            problems, known = _told(problems, known), []
            shown = time.monotonic()
            yield problems


def _told(problems: pl.DataFrame, known: list[tuple[str, str, str]]) -> pl.DataFrame:
    schema = {name: pl.String() for name in (*_PAIR, "verdict")}
    verdicts = pl.DataFrame(known, schema=schema, orient="row")
    joined = problems.join(verdicts, on=list(_PAIR), how="left", maintain_order="left")
    pending = pl.col("majority") == "pending"
    told = pl.when(pending).then(pl.col("verdict").cast(MAJORITY)).fill_null(pl.col("majority"))
    return joined.with_columns(told.alias("majority")).drop("verdict")
