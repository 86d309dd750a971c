"""The annotation columns of a problem, from its clustered responses."""

import math
from pathlib import Path

import pytest

from sure_math import semantic_entropy
from sure_math.config import Recipe
from sure_math.runtime.stage import ShardResult
from sure_math.weight.stage import STAGE, annotation, representatives
from tests.one_shard import Row, clustered, evolved, pooled, problem, run_stage, served

RECIPE = Recipe(name="test")


def group(*pairs: tuple[str | None, int], **changes: object) -> list[Row]:
    return [clustered(i, answer, cluster, **changes) for i, (answer, cluster) in enumerate(pairs)]


def test_columns_agree_with_the_public_function() -> None:
    rows = group(("1/2", 0), ("0.5", 0), ("2", 1), (None, -1), n_requested=4)
    for row, logprob, count in zip(rows, (-3.0, -8.0, -2.0, -9.0), (6, 4, 5, 9), strict=True):
        row |= {"logprob": logprob, "token_count": count}
    expected = semantic_entropy(
        [0, 0, 1, -1], [-3.0, -8.0, -2.0, -9.0], [6, 4, 5, 9], answers=["1/2", "0.5", "2", None]
    )
    found = annotation(rows, RECIPE)
    assert found["semantic_entropy"] == expected.entropy
    assert found["semantic_entropy_normalized"] == expected.entropy / math.log(4)
    assert found["w_se"] == expected.weight
    assert found["discrete_entropy"] == expected.discrete_entropy
    assert found["surface_entropy"] == expected.surface_entropy
    assert found["intra_cluster_entropy"] == expected.intra_cluster_entropy
    assert (found["n_samples"], found["n_returned"], found["n_answered"]) == (4, 4, 3)
    assert (found["n_clusters"], found["majority_answer"]) == (2, "0.5")
    assert found["majority_share"] == 0.5
    assert found["clusters"] == [
        {"answer": "0.5", "count": 2, "prob": expected.cluster_probs[0]},
        {"answer": "2", "count": 1, "prob": expected.cluster_probs[1]},
    ]
    assert (found["teacher"], found["logprobs_mode"]) == ("scripted", "raw_logprobs")


def test_a_tie_has_no_majority_answer() -> None:
    found = annotation(group(("5", 0), ("7", 1), ("5", 0), ("7", 1), n_requested=4), RECIPE)
    assert found["majority_answer"] is None
    assert found["majority_share"] == 0.5
    assert [each["count"] for each in found["clusters"]] == [2, 2]


def test_agreement_has_weight_one_and_silence_weight_zero() -> None:
    assert annotation(group(*[("5", 0)] * 8), RECIPE)["w_se"] == 1
    silent = annotation(group(*[(None, -1)] * 8), RECIPE)
    assert silent["w_se"] == pytest.approx(0)
    assert (silent["n_clusters"], silent["clusters"], silent["majority_answer"]) == (0, [], None)


def test_responses_that_never_came_count_as_unanswered() -> None:
    found = annotation(group(*[("5", 0)] * 4), RECIPE)  # four of eight
    assert (found["n_samples"], found["n_returned"], found["majority_share"]) == (8, 4, 0.5)
    assert found["w_se"] == pytest.approx(
        annotation(group(*[("5", 0)] * 4, *[(None, -1)] * 4), RECIPE)["w_se"]
    )
    assert 0 < found["w_se"] < 1


def test_one_missing_logprob_makes_the_problem_discrete() -> None:
    rows = group(("5", 0), ("5", 0), ("7", 1), n_requested=3)
    rows[1]["logprob"] = None
    found = annotation(rows, RECIPE)
    assert found["logprobs_mode"] == "none"
    assert found["semantic_entropy"] == found["discrete_entropy"]
    assert found["clusters"][0]["prob"] == pytest.approx(2 / 3)


def test_truncated_responses_are_counted() -> None:
    rows = group(("5", 0), ("5", 0), n_requested=2)
    rows[0]["finish_reason"] = "length"
    assert annotation(rows, RECIPE)["n_truncated"] == 1


def test_the_judge_is_named_only_where_one_was_used() -> None:
    rows = group(("5", 0), ("5", 0), n_requested=2)
    assert annotation(rows, RECIPE)["judge"] == "builtin/judge"
    alone = Recipe.model_validate({"name": "test", "cluster": {"judge": False}})
    assert annotation(rows, alone)["judge"] is None


def test_the_commonest_then_shortest_wording_stands_for_a_cluster() -> None:
    rows = group(
        ("0.5", 0), ("1/2", 0), ("\\frac12", 0), ("1/2", 0), ("x=3", 1), ("3", 1), (None, -1)
    )
    assert representatives(rows) == {0: "1/2", 1: "3"}


def weigh(
    folder: Path, row: Row, *answers: str | None, seeds: tuple[Row, ...] = (), **settings: object
) -> ShardResult:
    """One problem with id `p` and these answers of eight responses."""
    clusters = {text: number for number, text in enumerate(dict.fromkeys(filter(None, answers)))}
    responses = group(*[(text, clusters.get(text or "", -1)) for text in answers])
    parent = next(iter(seeds), row)
    made = [evolved(row["problem"], parent, "p", parameters=["n"])]
    inputs = {"cluster": responses, "pool": [row], "seeds": seeds, "evolve": made}
    return run_stage(STAGE, served(None, **settings), folder, inputs)


def test_every_problem_is_a_row_or_a_reject(tmp_path: Path) -> None:
    problems = [pooled("Add 2 and 3.", "p"), pooled("Add 2 and 4.", "silent")]
    clusters = group(*[("5", 0)] * 8)
    inputs = {"cluster": clusters, "pool": problems, "seeds": [], "evolve": []}
    result = run_stage(STAGE, served(None), tmp_path, inputs)
    (row,) = result.rows
    assert (row["problem_id"], row["problem"], row["w_se"]) == ("p", "Add 2 and 3.", 1)
    assert [(r.id, r.reason, r.raw) for r in result.rejects] == [
        ("silent", "no_response", "Add 2 and 4.")
    ]


def test_an_evolved_problem_without_answers_is_rejected_and_a_given_one_is_not(
    tmp_path: Path,
) -> None:
    answers = ("5", *[None] * 7)
    new = pooled("Add 2 and 3.", "p", strategy="harder")
    (reject,) = weigh(tmp_path, new, *answers).rejects
    assert (reject.reason, reject.detail) == ("unanswerable", "1 of 8 responses have an answer")
    assert weigh(tmp_path, pooled("Add 2 and 3.", "p"), *answers).rows
    assert weigh(tmp_path, new, *answers, evolve={"min_answered": 1}).rows
    disagreeing = weigh(tmp_path, new, *map(str, range(8)))
    assert disagreeing.rows[0]["w_se"] == pytest.approx(0)


def test_the_majority_answer_settles_what_a_strategy_promised(tmp_path: Path) -> None:
    seed = problem("Add 2 and 3.", "seed", answer="5")
    rewritten = pooled(
        "Sum 2 and 3.", "p", strategy="rewrite", parent_id="seed", flags=["repaired"]
    )
    (row,) = weigh(tmp_path, rewritten, *["6"] * 8, seeds=(seed,)).rows
    assert row["flags"] == ["answer_changed", "repaired"]
    (row,) = weigh(tmp_path, rewritten, *["5"] * 8, seeds=(seed,)).rows
    assert row["flags"] == ["repaired"]
    letters = pooled("Add 2 and n.", "p", strategy="algebraize", parent_id="seed")
    (row,) = weigh(tmp_path, letters, *["5"] * 8, seeds=(seed,)).rows
    assert row["flags"] == ["not_algebraized"]
    (row,) = weigh(tmp_path, letters, *["n+2"] * 8, seeds=(seed,)).rows
    assert row["flags"] == []
