"""What joined answers and what contradicts it, in words."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sure_math.cluster.links import conflict_lines, merge_lines, shorten


def link(a: str, b: str, tier: str, equal: bool = True) -> dict[str, Any]:
    return {"problem_id": "p", "a": a, "b": b, "tier": tier, "equal": equal}


def test_a_conflict_with_the_chain_that_joined_its_answers() -> None:
    links = [
        link("a", "b", "judge"),
        link("c", "b", "symbolic"),
        link("c", "d", "canonical"),
        link("x", "y", "judge"),
        link("a", "c", "number", equal=False),
        link("d", "a", "judge", equal=False),
    ]
    assert conflict_lines(links) == [
        "a = b (judge), b = c (symbolic), but a != c (number)",
        "d = c (canonical), c = b (symbolic), b = a (judge), but d != a (judge)",
    ]


def test_no_conflicts_no_lines() -> None:
    assert conflict_lines([link("a", "b", "judge")]) == []
    assert conflict_lines([]) == []


def test_merges_by_cluster() -> None:
    responses = [
        {"answer": "1/2", "cluster": 0},
        {"answer": None, "cluster": -1},
        {"answer": "x", "cluster": 1},
        {"answer": "0.5", "cluster": 0},
        {"answer": "y\n", "cluster": 1},
        {"answer": "50%", "cluster": 0},
    ]
    links = [
        link("x", "y\n", "judge"),
        link("1/2", "0.5", "canonical"),
        link("1/2", "50%", "canonical"),
        link("0.5", "50%", "judge", equal=False),
    ]
    assert merge_lines(responses, links) == [
        "cluster 0: 1/2 = 0.5 (canonical), 1/2 = 50% (canonical)",
        "cluster 1: x = y (judge)",
    ]


@given(st.text(max_size=400))
def test_shortened_texts_fit_on_a_line(text: str) -> None:
    short = shorten(text)
    assert len(short) <= 100
    assert len(short.splitlines()) <= 1
    assert " ... " in short or short == " ".join(text.split())
