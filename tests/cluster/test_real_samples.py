"""Responses of real models: how many questions are left for a judge."""

import json
from functools import partial
from itertools import combinations
from pathlib import Path

import pytest

from sure_math.answers.boxed import extract
from sure_math.answers.equivalence import compare, shared_checker
from sure_math.answers.problem import problem_keys
from sure_math.cluster.clustering import Clustering, Linkage, Question, clustering

DATA = Path(__file__).parents[3] / "shared/data"
TIERS = partial(compare, symbolic=shared_checker())

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="needs the samples")


def problems(name: str) -> list[list[str | None]]:
    """The final answers of every problem."""
    rows = map(json.loads, (DATA / name).read_text(encoding="utf-8").splitlines())
    return [[_answer(sample) for sample in row["samples"]] for row in rows]


def _answer(sample: dict[str, str]) -> str | None:
    if "answer_source" in sample:
        return sample["answer_source"]
    return extract(sample["response"], finish_reason=sample.get("finish_reason") or "stop").answer


def drive(answers: list[str | None], linkage: Linkage, *, paper: bool) -> tuple[Clustering, int]:
    """Cluster with a judge that agrees with the tiers, and count its calls."""
    keys = problem_keys({answer for answer in answers if answer is not None})
    steps = clustering(answers, TIERS, linkage=linkage, paper=paper, closing_questions=1)
    calls = 0
    try:
        question: Question = next(steps)
        while True:
            calls += 1
            equal = TIERS(keys[question.a], keys[question.b]).verdict == "equal"
            question = steps.send(equal)
    except StopIteration as done:
        return done.value, calls


@pytest.mark.parametrize("linkage", ["single", "complete"])
@pytest.mark.parametrize(
    "name", ["samples_qwen25math_math_n8_dev.jsonl", "samples_nemo_math_n3_dev.jsonl"]
)
def test_a_fraction_of_the_papers_calls(name: str, linkage: Linkage) -> None:
    ours = papers = 0
    for answers in problems(name):
        result, calls = drive(answers, linkage, paper=False)
        ours += calls
        papers += drive(answers, "single", paper=True)[1]
        assert result.conflicts == 0
        keys = problem_keys({answer for answer in answers if answer is not None})
        pairs = combinations(zip(answers, result.cluster_ids, strict=True), 2)
        for (a, i), (b, j) in pairs:
            if a is not None and b is not None and keys[a] == keys[b]:
                assert i == j
    assert papers > 0
    assert ours <= papers / 5
