import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.evolve.validate import FORM_REASONS, form_reason, identity_reason

SEEDS = Path(__file__).parents[3] / "shared" / "data" / "seeds"


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        ("Find $3+4$", "too_short"),
        ("Find the sum. " * 400, "too_long"),
        ("Find \x0crac{1}{2} of the number 12.", "control_characters"),
        ("Найдите сумму чисел 12 и 13 и запишите ответ.", "language"),
        ("Find the value of $\\frac{1}{2$ times four.", "unbalanced"),
        ("Find the value of $x$ if $\\begin{cases} x=1 $.", "unbalanced"),
        ("The given problem becomes: find the sum of 2 and 3.", "template_leak"),
        ("Find the sum of 2 and 3. The answer is 5.", "answer_leak"),
        ("Find the area of the triangle shown in the figure below.", "figure"),
        ("Prove that the sum of two odd integers is even.", "proof_only"),
        ("Let $f(x)=x^2$. (a) Find $f(2)$. (b) Find $f(3)$.", "multi_part"),
        ("What is 2+3? And what is 3+4?", "many_questions"),
        ("Which is the largest? (A) 1 (B) 2 (C) 3 (D) 4 ", "multiple_choice"),
        ("Let $p=91$. Is $p$ a prime number?", "binary"),
        ("There are twelve apples in the basket.", "no_question"),
    ],
)
def test_each_reason_fires(problem: str, reason: str) -> None:
    assert form_reason(problem) == reason


@pytest.mark.parametrize(
    "problem",
    [
        "A coat costs \\$40. The price rises by $15\\%$. What is the new price in dollars?",
        "Tom pays $5 and gets $2 back. How much did he spend?",
        "Find all integers $n$ with $n^2 \\equiv 1 \\pmod{8}$ and $0 \\le n < 8$.",
        "Let $f$ satisfy (1) $f(0)=1$ and (2) $f(x+1)=2f(x)$. Compute $f(5)$.",
        "Compute $\\left\\{ \\frac{7}{2} \\right\\}$, where $\\{x\\}$ is the fractional part.",
    ],
)
def test_good_problems_pass(problem: str) -> None:
    assert form_reason(problem) is None


def test_identity_sees_through_typography() -> None:
    parent = "Find  $\\dfrac{1}{2}+3$."
    assert identity_reason("find $\\frac{1}{2} + 3$", parent, []) == "copy_of_parent"
    assert (
        identity_reason("Find $5$ plus six.", parent, ["Find $5$ plus  six."]) == "copy_of_ancestor"
    )
    assert identity_reason("Find $\\frac{1}{2}-3$.", parent, []) is None


@given(st.text(max_size=300))
def test_any_text_gets_a_listed_verdict(text: str) -> None:
    assert form_reason(text) in {None, *FORM_REASONS}


@pytest.mark.skipif(not SEEDS.exists(), reason="the real seed rows are not here")
def test_false_flags_on_real_problems() -> None:
    """Word problems and contest problems that are known to be fine mostly pass."""
    gsm8k = pq.read_table(next(SEEDS.glob("openai__gsm8k/main/train*")))["question"].to_pylist()
    contest = [
        json.loads(line)["problem"]
        for line in (SEEDS / "KbsdJames__Omni-MATH/test.jsonl").read_text().splitlines()
    ]
    assert sum(form_reason(text) is not None for text in gsm8k) / len(gsm8k) < 0.02
    assert sum(form_reason(text) is not None for text in contest) / len(contest) < 0.10
    multi = ("multi_part",)
    assert sum(form_reason(text) in multi for text in gsm8k) / len(gsm8k) <= 0.001
