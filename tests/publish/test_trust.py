"""How right the teacher is where the truth is known."""

import polars as pl
import pytest

from sure_math.publish.trust import trust, verdicts


def rows(*found: tuple[str | None, str | None, float]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"problem_id": f"p{place}", "root_id": f"r{place}", "answer": answer,
             "majority_answer": said, "semantic_entropy": entropy, "w_se": 1 - entropy / 2}
            for place, (answer, said, entropy) in enumerate(found)
        ],
        schema_overrides={"answer": pl.String, "majority_answer": pl.String},
    )  # fmt: skip


def test_only_labelled_problems_count_and_wording_does_not() -> None:
    found = verdicts(
        rows(("1/2", "\\frac{1}{2}", 0.0), (None, "3", 0.0), ("7", "8", 0.4), ("7", None, 1.0))
    )
    assert found["problem_id"].to_list() == ["p0", "p2", "p3"]
    assert found["right"].to_list() == [True, False, False]
    assert found["w_se"].to_list() == [1.0, 0.8, 0.5]


def test_entropy_that_tells_wrong_from_right() -> None:
    right = [("5", "5", 0.0)] * 6
    wrong = [("5", "6", 0.0), ("5", "6", 1.0), *[("5", "7", 1.2)] * 3]
    found = trust(verdicts(rows(*right, *wrong)))
    assert found is not None
    assert found["labelled"] == 11
    assert found["accuracy"]["value"] == pytest.approx(6 / 11)
    assert found["accuracy"]["low"] < 6 / 11 < found["accuracy"]["high"]
    assert found["auroc"]["value"] == pytest.approx((24 + 3) / 30)
    assert found["unanimous"] == {"labelled": 7, "wrong": 1}


def test_an_order_between_a_few_errors_says_nothing() -> None:
    found = trust(verdicts(rows(*[("5", "5", 0.0)] * 9, *[("5", "6", 1.0)] * 4)))
    assert found is not None
    assert found["auroc"] is None
    assert found["accuracy"]["value"] == pytest.approx(9 / 13)


def test_a_teacher_that_is_always_right_has_no_auroc() -> None:
    found = trust(verdicts(rows(*[("5", "5", 0.1)] * 5)))
    assert found is not None
    assert found["auroc"] is None
    assert found["accuracy"]["value"] == 1


@pytest.mark.parametrize("count", [0, 4])
def test_too_few_labels_say_nothing(count: int) -> None:
    assert trust(verdicts(rows(*[("5", "5", 0.1)] * count, (None, "2", 0.0)))) is None
