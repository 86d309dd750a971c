"""The figures of an evaluation, as text and as JSON."""

import json
from pathlib import Path

import polars as pl
import pytest

from sure_math.errors import DataError
from sure_math.evaluate.results import Results
from sure_math.evaluate.scores import as_json, as_text, compare, scores
from sure_math.evaluate.statistics import clustered, paired, wilson
from sure_math.evaluate.suite import Benchmark, Suite


def results(label: str, correct: dict[str, tuple[int, int]], **changes: object) -> Results:
    """Problems by id: how many are right greedily, and of four samples."""
    rows = [
        {"benchmark": "sums", "decoding": decoding, "problem_id": name, "n": n, "correct": right,
         "unanswered": n - right, "truncated": 0, "failed": n if name == "lost" else 0,
         "tokens": None if name == "lost" else 10.0 * n}
        for decoding, n, place in (("pass@1", 1, 0), ("avg@4", 4, 1))
        for name, right in ((name, counts[place]) for name, counts in correct.items())
    ]  # fmt: skip
    suite = Suite(name="small", benchmarks=(Benchmark(name="sums", adapter="table"),)).model_copy(
        update=changes
    )
    meta = {"label": label, "model": "m", "engine": "e", "judge": None, "versions": {"a": "1"},
            "suite": suite.model_dump(mode="json"), "text_golds": {"sums": ["x"]},
            "identity": {"prompt_sha": "p"}}  # fmt: skip
    return Results(Path(label), meta, pl.DataFrame(rows))


ONE = results("one", {"a": (1, 4), "b": (0, 1), "c": (1, 3), "lost": (0, 0)})
OTHER = results("other", {"a": (1, 2), "b": (0, 1), "c": (0, 0), "d": (1, 4)}, max_tokens=9)


def test_one_score_per_benchmark_and_decoding() -> None:
    greedy, average = scores(ONE)
    assert greedy.accuracy == wilson(2, 4)
    assert average.accuracy == clustered([1, 0.25, 0.75, 0])
    assert (greedy.n, average.n) == (1, 4)
    assert average.unanswered == pytest.approx(8 / 16)
    assert average.failed == 0.25
    assert (greedy.tokens, average.tokens) == (10.0, 40.0)  # of the completions that came


def test_differences_are_those_of_the_same_problems() -> None:
    greedy, average = compare(ONE, OTHER)
    assert greedy.accuracy == paired([1, 0, 1], [1, 0, 0])
    assert average.accuracy == paired([1, 0.25, 0.75], [0.5, 0.25, 0])
    assert average.left_out == 2


def test_nothing_in_common() -> None:
    with pytest.raises(DataError, match="no problem in common"):
        compare(ONE, results("none", {"z": (1, 1)}))


def test_as_text() -> None:
    text = as_text(ONE, OTHER)
    lines = [line.split() for line in text.splitlines()]
    assert [
        "sums",
        "pass@1",
        "4",
        "50.0",
        "25.0",
        "15.0",
        "to",
        "85.0",
        "0.0",
        "50.0",
        "10",
    ] in lines
    assert "25.0% of the completions never came" in text
    assert "the answers of 1 problems can be compared as text only" in text
    assert "one minus other" in text
    assert "+33.3" in text
    assert "not asked alike: max_tokens: 9 -> 4096" in text


def test_as_json_is_json_also_without_a_spread() -> None:
    single = results("single", {"a": (1, 4)})
    found = json.loads(json.dumps(as_json(single, single), allow_nan=False))
    assert [score["accuracy"]["mean"] for score in found["scores"]] == [1.0, 1.0]
    assert found["scores"][1]["accuracy"]["se"] is None
    assert found["compared_with"]["differences"][0]["accuracy"]["mean"] == 0.0


def test_the_two_amo_benches_are_told_apart() -> None:
    amo = (Benchmark(name="AMO-Bench", adapter="amo_bench", grader="amo"),)
    without = results("one", {"a": (1, 4), "b": (1, 4)}, benchmarks=amo)
    assert "AMO-Bench-P: without the problems that only a judge can grade" in as_text(without)
    judged = Results(without.folder, {**without.meta, "judge": "o4-mini"}, without.rates)
    assert "AMO-Bench: with the problems that o4-mini judged" in as_text(judged)
