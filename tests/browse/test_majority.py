"""Right or wrong majorities become known in the background, each pair compared once."""

import polars as pl

from sure_math.browse.majority import first_look, is_right, settled

ROWS = [
    # entropy, majority, answer, at first, in the end
    (0.0, "7", "7", "right", "right"),
    (0.0, "7.0", "7", "pending", "right"),
    (0.0, r"\frac{1}{2}", "0.5", "pending", "right"),
    (0.5, "8", "7", "pending", "wrong"),
    (0.5, "8", "7", "pending", "wrong"),
    (0.5, None, "7", "tie", "tie"),
    (0.5, None, None, "tie", "tie"),
    (0.5, "7", None, "unknown", "unknown"),
    (None, None, "7", "unknown", "unknown"),
    (None, None, None, "unknown", "unknown"),
]


def problems() -> pl.DataFrame:
    schema = {
        "semantic_entropy": pl.Float64(),
        "majority_answer": pl.String(),
        "answer": pl.String(),
    }
    rows = pl.DataFrame([row[:3] for row in ROWS], schema=schema, orient="row")
    return rows.with_columns(first_look().alias("majority"))


def test_pending_ones_are_settled() -> None:
    start = problems()
    assert start["majority"].to_list() == [row[3] for row in ROWS]
    *_, end = settled(start, lambda: False)
    assert end["majority"].to_list() == [row[4] for row in ROWS]
    assert end.drop("majority").equals(start.drop("majority"))


def test_it_stops_when_asked() -> None:
    answers = iter([False, False, True])
    assert list(settled(problems(), lambda: next(answers))) == []


def test_nothing_pending_is_nothing_to_do() -> None:
    *_, end = settled(problems(), lambda: False)
    assert list(settled(end, lambda: False)) == []


def test_comparisons_are_remembered() -> None:
    is_right.cache_clear()
    *_, _ = settled(problems(), lambda: False)
    assert is_right.cache_info().misses == 3
