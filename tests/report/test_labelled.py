"""Labels and scores of rows written by hand."""

from typing import Any

import pyarrow as pa
import pytest

from sure_math import schemas
from sure_math.errors import DataError
from sure_math.report.dataset import Dataset
from sure_math.report.labelled import Labelled, labelled

RESPONSE = {"logprob": -6.0, "token_count": 4}


def problem(name: str, truth: str | None, clusters: list[tuple[str, int]], **other: Any) -> Any:
    """A row of the table `default`, four responses requested."""
    counts = [count for _, count in clusters]
    tie = len(counts) > 1 and counts[0] == counts[1]
    return {
        "problem_id": name, "answer": truth, "root_id": name, "teacher": "t", "n_samples": 4,
        "n_answered": sum(counts), "n_clusters": len(counts), "semantic_entropy": 0.5,
        "discrete_entropy": 0.6, "surface_entropy": 0.7,
        "majority_answer": None if tie or not counts else clusters[0][0],
        "majority_share": max(counts, default=0) / 4,
        "clusters": [{"answer": a, "count": n, "prob": n / 4} for a, n in clusters],
        **other,
    }  # fmt: skip


PROBLEMS = [
    problem("right", r"\frac{1}{2}", [("0.5", 3), ("7", 1)]),
    problem("wrong", "3", [("4", 4)]),
    problem("tie", "8", [("8", 2), ("9", 2)]),
    problem("other tie", "8", [("5", 1), ("9", 1)]),
    problem("silent", "8", []),
    problem("unlabelled", None, [("1", 4)]),
]


def read(
    problems: list[Any],
    answers: dict[str, list[str | None]],
    *,
    unknown: str | None = None,
    **other: Any,
) -> Labelled:
    """Labelled rows; four responses without an answer where none are given.

    The last response to the problem `unknown` has no log-probability.
    """
    responses = [
        {"problem_id": name, "answer": answer, **RESPONSE, **other}
        for name in (row["problem_id"] for row in problems)
        for answer in answers.get(name, [None] * 4)
    ]
    if unknown:
        [*_, last] = (row for row in responses if row["problem_id"] == unknown)
        last["logprob"] = None
    table = pa.Table.from_pylist(responses, schemas.RELEASE_RESPONSES.schema)
    return labelled(Dataset("by hand", pa.Table.from_pylist(problems), table))


def test_labels() -> None:
    rows = read(PROBLEMS, {})
    assert rows.total == 6
    assert rows.wrong.tolist() == [False, True, True, True, True]
    assert rows.undecided.tolist() == [False, False, True, True, True]
    assert (rows.ties, rows.ties_with_truth) == (2, 1)
    assert (rows.teachers, rows.samples) == (("t",), (4,))


def test_scores_of_columns_and_responses() -> None:
    rows = read(PROBLEMS, {"right": ["0.5", r"\frac12", "0.5", "7"], "wrong": ["4"] * 4})
    first = {name: values[0] for name, values in rows.scores.items()}
    assert first == pytest.approx(
        {
            "semantic_entropy": 0.5,
            "discrete_entropy": 0.6,
            "disagreement": 0.25,
            "clusters": 2,
            "string_disagreement": 0.5,
            "surface_entropy": 0.7,
            "mean_nll": 1.5,
            "predictive_entropy": 6.0,
            "length": 4.0,
        }
    )
    assert rows.scores["string_disagreement"].tolist() == [0.5, 0.0, 1.0, 1.0, 1.0]
    assert rows.scores["clusters"].tolist() == [
        2,
        1,
        2,
        4,
        4,
    ]  # each silence is an answer of its own


def test_an_unknown_logprob_takes_the_score_away_from_all() -> None:
    rows = read(PROBLEMS, {}, unknown="tie")
    assert rows.absent.keys() == {"mean_nll", "predictive_entropy"}
    assert "unknown for 1 of 5" in rows.absent["mean_nll"]
    assert not rows.absent.keys() & rows.scores.keys()


def test_responses_of_no_tokens_have_no_rate() -> None:
    rows = read(PROBLEMS, {}, token_count=0, logprob=0.0)
    assert "mean_nll" in rows.absent
    assert rows.scores["predictive_entropy"].tolist() == [0.0] * 5


@pytest.mark.parametrize(
    ("problems", "words"),
    [
        ([{**row, "answer": None} for row in PROBLEMS[:-1]] + [PROBLEMS[-1]], "none of the 6 rows"),
        (PROBLEMS[1:], "4 of 5 rows are labelled, from 4 different seeds"),
        ([{**row, "root_id": "one"} for row in PROBLEMS], "5 of 6 rows are labelled, from 1 "),
        ([{k: v for k, v in row.items() if k != "clusters"} for row in PROBLEMS], "no column clus"),
    ],
)
def test_too_little_to_measure_is_a_clear_error(problems: list[Any], words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        read(problems, {})
    assert caught.value.hint
