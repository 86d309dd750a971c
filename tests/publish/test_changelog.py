"""What the changelog says of two versions."""

from typing import Any

import polars as pl
import pytest

from sure_math import __version__
from sure_math.publish.changelog import Difference, Previous, compare, history
from sure_math.publish.manifest import Manifest, ReleaseFile, Version

ROWS = {"default": {"train": 3}}
SCHEMA = {
    "problem_id": pl.String,
    "answer": pl.String,
    "w_se": pl.Float64,
    "n_samples": pl.Int16,
    "flags": pl.List(pl.String),
    "clusters": pl.List(pl.Struct({"answer": pl.String, "prob": pl.Float64})),
}


def table(**problems: dict[str, Any]) -> pl.DataFrame:
    usual = {"answer": None, "w_se": 0.5, "n_samples": 8, "flags": [],
             "clusters": [{"answer": "1", "prob": 1.0}]}  # fmt: skip
    rows = [{**usual, "problem_id": name, **changes} for name, changes in problems.items()]
    return pl.DataFrame(rows, schema=SCHEMA)


OLD = table(a={}, b={"answer": "2"}, c={"flags": ["noop"]})


def previous(
    *history: Version, problems: pl.DataFrame = OLD, rows: dict[str, dict[str, int]] = ROWS
) -> Previous:
    files = tuple(
        ReleaseFile(config=config, split=split, path=f"{config}/{split}", rows=count, bytes=1,
                    sha256="0")
        for config, splits in rows.items() for split, count in splits.items()
    )  # fmt: skip
    manifest = Manifest(
        sure_math=__version__, name="sure-math", version=history[0].version, tables={},
        files=files, pages={}, history=history,
    )  # fmt: skip
    return Previous(manifest, problems)


def version(name: str, **changes: Any) -> Version:
    return Version(version=name, date="2026-01-01", rows=ROWS, **changes)


def test_a_first_release_has_nothing_to_compare() -> None:
    (only,) = history(None, "1.0.0", "2026-02-01", ROWS, OLD)
    assert only == Version(version="1.0.0", date="2026-02-01", rows=ROWS)


def test_a_new_version_counts_what_changed() -> None:
    new = table(b={"answer": "2"}, c={"flags": ["noop", "no_unit"]}, d={}, e={})
    before = (version("1.1.0", added=1, removed=0, changed=0), version("1.0.0"))
    found = history(previous(*before), "1.2.0", "2026-02-01", ROWS, new)
    latest = Version(version="1.2.0", date="2026-02-01", rows=ROWS, added=2, removed=1, changed=1)
    assert found == (latest, *before)


def test_the_same_again_keeps_its_entry() -> None:
    before = (version("1.1.0", added=1, removed=0, changed=0), version("1.0.0"))
    assert history(previous(*before), "1.1.0", "2026-02-01", ROWS, OLD) == before


@pytest.mark.parametrize(
    ("problems", "rows"),
    [
        (table(a={}, b={}, c={"flags": ["noop"]}), ROWS),
        (table(a={}, b={"answer": "2"}, d={}), ROWS),
        (OLD.drop("flags"), ROWS),
        (OLD, {**ROWS, "responses": {"train": 24}}),
    ],
)
def test_something_else_under_the_same_version_takes_its_place(
    problems: pl.DataFrame, rows: dict[str, dict[str, int]]
) -> None:
    before = (version("1.1.0", added=1, removed=0, changed=0), version("1.0.0"))
    found = history(previous(*before), "1.1.0", "2026-02-01", rows, problems)
    assert found == (Version(version="1.1.0", date="2026-02-01", rows=rows), before[1])


def test_a_version_stands_in_a_history_once() -> None:
    before = (version("1.1.0"), version("1.0.0"))
    found = history(previous(*before), "1.0.0", "2026-02-01", ROWS, OLD)
    assert [each.version for each in found] == ["1.0.0", "1.1.0"]


@pytest.mark.parametrize(
    ("changes", "changed"),
    [
        ({"answer": "7"}, 1),
        ({"w_se": float("nan")}, 1),
        ({"flags": ["noop"]}, 1),
        ({"clusters": [{"answer": "1", "prob": 0.9}]}, 1),
        ({"clusters": []}, 1),
        ({}, 0),
    ],
)
def test_any_column_can_change(changes: dict[str, Any], changed: int) -> None:
    new = table(a=changes, b={"answer": "2"}, c={"flags": ["noop"]})
    assert compare(OLD, new) == Difference(0, 0, changed)


def test_releases_with_other_columns_can_be_compared() -> None:
    wider = OLD.with_columns(pl.col("n_samples").cast(pl.Int64), new=pl.lit("x"))
    assert compare(OLD, wider) == compare(wider, OLD) == Difference(0, 0, 0)
    assert compare(OLD, OLD.with_columns(flags=pl.lit("none"))) == Difference(0, 0, 3)
    assert compare(OLD, OLD.select("problem_id").head(1)) == Difference(0, 2, 0)
    assert compare(OLD.clear(), OLD) == Difference(3, 0, 0)
    unknown = OLD.with_columns(w_se=pl.lit(float("nan")))
    assert compare(unknown, unknown) == Difference(0, 0, 0)
