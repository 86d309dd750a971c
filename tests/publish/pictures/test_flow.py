"""The flow from source to tier: nothing is lost, and every label has room."""

from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sure_math.publish.pictures.flow import SOURCES, draw_flow, layout, ribbons
from tests.publish.pictures import fabricated


def test_ribbons_keep_every_problem() -> None:
    rows = fabricated.problems(200)
    flow = fabricated.flow(rows)
    table = ribbons(flow)
    assert table["problems"].sum() == flow["problems"].sum() == 220
    assert table.filter(outcome="pool")["problems"].sum() == 20
    for tier in ("easy", "hard"):
        found = table.filter(outcome=tier)["problems"].sum()
        assert found == rows.filter(tier=tier).height


def test_many_sources_are_drawn_as_few() -> None:
    rows = fabricated.problems(400).with_columns(
        source=pl.format("source {}", pl.int_range(pl.len()) % 25)
    )
    table = ribbons(fabricated.flow(rows))
    names = table["source"].unique().to_list()
    assert len(names) == SOURCES
    assert f"{25 - (SOURCES - 1)} smaller sources" in names
    assert table["problems"].sum() == 440


@settings(deadline=None)
@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=9))
def test_bars_have_one_scale_and_do_not_touch(counts: list[int]) -> None:
    height = max(2.6, 0.42 * len(counts) + 0.4)
    nodes = layout([(str(place), count) for place, count in enumerate(counts)], height)
    scale = nodes[0].height / nodes[0].count
    middles = [node.start + node.height / 2 for node in nodes]
    for node in nodes:
        assert node.height == pytest.approx(scale * node.count)
        assert -1e-9 <= node.start <= node.start + node.height <= height + 1e-9
    for one, two in pairwise(nodes):
        assert one.start + one.height < two.start
    assert all(second - first > 0.25 for first, second in pairwise(middles))


@pytest.mark.parametrize("name", ["数学 $x_1^{$", "\\frac{1}{2}", "a" * 300, "line\nbreak", "🦉"])
def test_no_name_of_a_source_breaks_the_picture(tmp_path: Path, name: str) -> None:
    rows = fabricated.problems(20).with_columns(source=pl.lit(name))
    said = draw_flow(tmp_path / "flow.png", fabricated.flow(rows))
    assert said == "20 of 22 problems were released"
    assert (tmp_path / "flow.png").stat().st_size > 10_000
