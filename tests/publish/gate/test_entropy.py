"""The gate's own arithmetic against the stage that made the annotation."""

import math
from typing import Any, Literal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sure_math.config import Recipe, WeightConfig
from sure_math.publish.gate.entropy import annotate
from sure_math.weight.stage import annotation

Unanswered = Literal["own_class", "drop"]
COLUMNS = {
    "problem_id": pl.String,
    "cluster": pl.Int16,
    "answer": pl.String,
    "logprob": pl.Float64,
    "token_count": pl.Int32,
    "finish_reason": pl.String,
    "n_samples": pl.Int16,
}
REALS = ("semantic_entropy", "semantic_entropy_normalized", "w_se", "discrete_entropy",
         "surface_entropy", "intra_cluster_entropy", "majority_share")  # fmt: skip
COUNTS = ("n_samples", "n_returned", "n_answered", "n_truncated", "n_clusters", "majority_answer",
          "logprobs_mode")  # fmt: skip

responses = st.lists(
    st.tuples(
        st.integers(-1, 3),
        st.sampled_from(["1", "2", "1.0", "é", "\U0001d465"]),
        st.one_of(st.floats(-5000.0, 0.0), st.just(0.0)),
        st.integers(0, 500),
        st.sampled_from(["stop", "length"]),
    ),
    min_size=1,
    max_size=8,
)


def rows(name: str, drawn: list[Any], missing: int, *, known: bool) -> list[dict[str, Any]]:
    """Rows of the table `clusters`, as far as the annotation reads it."""
    return [
        {
            "problem_id": name,
            "cluster": cluster,
            "answer": None if cluster < 0 else answer,
            "logprob": logprob if known else None,
            "token_count": tokens,
            "finish_reason": finish,
            "n_samples": max(2, len(drawn) + missing),
            "n_requested": max(2, len(drawn) + missing),
            "conflicts": 0,
            "model": "teacher",
        }
        for cluster, answer, logprob, tokens, finish in drawn
    ]


@settings(max_examples=60, deadline=None)
@given(
    problems=st.lists(
        st.tuples(responses, st.integers(0, 3), st.booleans()), min_size=1, max_size=4
    ),
    unanswered=st.sampled_from(["own_class", "drop"]),
)
def test_it_agrees_with_the_stage(problems: list[Any], unanswered: Unanswered) -> None:
    groups = [
        rows(f"p{number}", drawn, missing, known=known)
        for number, (drawn, missing, known) in enumerate(problems)
    ]
    table = pl.DataFrame([row for group in groups for row in group], schema=COLUMNS)
    found = {row["problem_id"]: row for row in annotate(table, unanswered).to_dicts()}
    recipe = Recipe(name="any", weight=WeightConfig(unanswered=unanswered))
    for group in groups:
        mine, want = found[group[0]["problem_id"]], annotation(group, recipe)
        for name in REALS:
            assert mine[name] == pytest.approx(want[name], abs=1e-9, rel=0), name
        assert {name: mine[name] for name in COUNTS} == {name: want[name] for name in COUNTS}
        clusters = mine["clusters"]
        assert [(c["answer"], c["count"]) for c in clusters] == [
            (c["answer"], c["count"]) for c in want["clusters"]
        ]
        assert [c["prob"] for c in clusters] == pytest.approx(
            [c["prob"] for c in want["clusters"]], abs=1e-9, rel=0
        )


def test_by_hand() -> None:
    """Two answers of equal mass, and one of four responses never came: 1/4, 1/2, 1/4."""
    drawn = [(0, "1", -8.0, 4, "stop"), (0, "1", -2.0, 1, "stop"), (1, "2", -20.0, 10, "length")]
    table = pl.DataFrame(rows("p", drawn, 1, known=True), schema=COLUMNS)
    (row,) = annotate(table, "own_class").to_dicts()
    entropy = 0.5 * math.log(2) + 2 * 0.25 * math.log(4)
    assert row["semantic_entropy"] == pytest.approx(entropy, abs=1e-12)
    assert row["w_se"] == pytest.approx(1 - entropy / math.log(4), abs=1e-12)
    assert row["clusters"] == [
        {"answer": "1", "count": 2, "prob": pytest.approx(0.5)},
        {"answer": "2", "count": 1, "prob": pytest.approx(0.25)},
    ]
    assert (row["n_returned"], row["n_truncated"], row["majority_answer"]) == (3, 1, "1")
