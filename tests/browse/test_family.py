"""Family trees: whole, with unknown ancestors, with circles that only damaged data has, huge."""

from itertools import pairwise
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from sure_math.browse.family import MOST, family, lineage
from sure_math.browse.query import folded

Link = tuple[str, str | None, int]


def table(*links: Link, root: str = "root") -> pl.DataFrame:
    """A library's table of problems by id, parent and round."""
    return pl.DataFrame(
        {
            "problem_id": [name for name, _, _ in links],
            "parent_id": pl.Series([parent for _, parent, _ in links], dtype=pl.String),
            "round": [number for _, _, number in links],
            "problem": [f"Problem {name}?" for name, _, _ in links],
        }
    ).with_columns(
        pl.lit(root).alias("root_id"),
        folded("problem").alias("folded"),
        *(pl.lit(None, pl.String).alias(name) for name in ("strategy", "tier", "state", "reason")),
        *(pl.lit(None, pl.Float64).alias(name) for name in ("semantic_entropy", "w_se")),
        pl.lit("unknown").alias("majority"),
        pl.int_range(pl.len()).alias("position"),
    )


def shape(tree: dict[str, Any]) -> list[tuple[int, str, str, bool]]:
    return [(n["depth"], n["problem_id"], n["relation"], n["known"]) for n in tree["nodes"]]


def test_the_tree_of_a_run_is_whole() -> None:
    problems = table(
        ("root", None, 0), ("a", "root", 1), ("b", "root", 1), ("a1", "a", 2), ("a2", "a", 2),
        ("a11", "a1", 3),
    )  # fmt: skip
    assert shape(family(problems, "a1")) == [
        (0, "root", "ancestor", True),
        (1, "a", "ancestor", True),
        (2, "a1", "self", True),
        (3, "a11", "descendant", True),
        (2, "a2", "sibling", True),
        (1, "b", "relative", True),
    ]
    assert lineage(problems, "a11") == {"a11": 3, "a1": 2, "a": 1, "root": 0}


def test_ancestors_that_a_release_does_not_hold_are_unknown() -> None:
    problems = table(("a1", "a", 2), ("a2", "a", 2), ("c", "root", 1))
    tree = family(problems, "a1")
    assert shape(tree) == [
        (0, "root", "ancestor", False),
        (1, "c", "relative", True),
        (1, "a", "ancestor", False),
        (2, "a1", "self", True),
        (2, "a2", "sibling", True),
    ]
    assert tree["nodes"][2] == {
        "problem_id": "a", "parent_id": None, "depth": 1, "relation": "ancestor", "known": False,
    }  # fmt: skip
    assert tree["nodes"][3]["text"] == "Problem a1?"
    assert lineage(problems, "a1") == {"a1": 2}


def test_the_nearest_of_a_huge_family_are_listed() -> None:
    children = [(f"c{number}", "root", 1) for number in range(MOST)]
    problems = table(("root", None, 0), *children, ("d", "c7", 2), ("e", "d", 3))
    tree = family(problems, "d")
    assert tree["left_out"] == 3
    names = [node["problem_id"] for node in tree["nodes"]]
    assert len(names) == MOST
    assert names[:1] == ["root"]
    assert names[names.index("c7") :][:3] == ["c7", "d", "e"]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(["root", None, *"abcdef"]), min_size=6, max_size=6))
def test_every_node_is_listed_once_whoever_claims_to_be_its_parent(parents: list[str]) -> None:
    problems = table(*((name, parent, 1) for name, parent in zip("abcdef", parents, strict=True)))
    for name in "abcdef":
        tree = family(problems, name)
        nodes = tree["nodes"]
        assert sorted(node["problem_id"] for node in nodes) == [
            "a",
            "b",
            "c",
            "d",
            "e",
            "f",
            "root",
        ]
        assert [node["problem_id"] for node in nodes if node["relation"] == "self"] == [name]
        assert nodes[0]["depth"] == 0
        assert all(after["depth"] <= before["depth"] + 1 for before, after in pairwise(nodes))
        assert tree["left_out"] == 0
        assert name in lineage(problems, name)
