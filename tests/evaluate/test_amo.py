r"""AMO-Bench's rules: extraction, numbers to four decimals, functions at fixed points."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sure_math.errors import DataError
from sure_math.evaluate import amo

DATA = Path(__file__).parents[3] / "shared/data/seeds/meituan-longcat__AMO-Bench/data"
HEAD = "### The final answer is:"


@pytest.mark.parametrize(
    ("text", "answer", "status"),
    [
        (rf"{HEAD} $\boxed{{123}}$", "123", "boxed"),
        (rf"So \boxed{{5}} fails. {HEAD} $$\boxed{{6}}$$", "6", "boxed"),
        (rf"{HEAD} \boxed{{1}} Wait. {HEAD} \boxed{{2}}", "2", "boxed"),
        ("### final answer: **42**\n\nThat was easy.", "42", "final_answer"),
        (f"{HEAD} 7\n---\nRemarks follow.", "7", "final_answer"),
        ("We add up. Therefore the final answer is 3/4.", "3/4.", "final_answer"),
        (r"So \boxed{5}. The final answer is what we wanted.", "5", "boxed"),
        (r"<think>\boxed{1}</think> a </think> \boxed{2}", "2", "boxed"),
        (r"\boxed{1}</longcat_think> It is \boxed{3}", "3", "boxed"),
        (r"<think> so \boxed{1}", None, "unclosed_thinking"),
        ("There are 17 of them.", None, "no_box"),
        ("", None, "empty_response"),
        (HEAD, None, "no_box"),
        (rf"{HEAD} \boxed{{12", None, "unclosed_box"),
    ],
)
def test_what_the_final_answer_is(text: str, answer: str | None, status: str) -> None:
    found = amo.extract(text)
    assert (found.answer, found.status) == (answer, status)


def test_a_response_cut_off_has_no_bare_answer() -> None:
    assert amo.extract(f"{HEAD} 12", finish_reason="length").answer is None
    assert amo.extract(rf"{HEAD} \boxed{{12}}", finish_reason="length").answer == "12"


def test_a_description_is_all_that_is_said() -> None:
    said = "For $n = 3$ it is $12$.\n\nFor $n \\ge 4$ it is \\boxed{n^2}, as shown"
    assert amo.extract(f"{HEAD} {said}", described=True).answer == said
    assert amo.extract(r"It is \boxed{\text{infinite}}.", described=True).answer is not None


@pytest.mark.parametrize(
    ("answer", "gold", "right"),
    [
        ("6", "6", True),
        ("7", "6", False),
        ("1{,}000{,}000", "1000000", True),
        ("p + q = 59", "59", True),
        ("p + q = 58", "59", False),
        (r"\frac{42}{206}", r"\frac{21}{103}", True),
        ("0.2039", r"\frac{21}{103}", True),  # 0.20388...
        ("0.204", r"\frac{21}{103}", False),  # fewer than four decimals
        ("0.2040", r"\frac{21}{103}", False),
        ("0.20388", r"\frac{21}{103}", True),
        (r"\frac{9\sqrt{3}}{2} \approx 7.79", r"\frac{9\sqrt{3}}{2}", True),
        ("7.7942", r"\frac{9\sqrt{3}}{2}", True),
        ("7.7943", r"\frac{9\sqrt{3}}{2}", False),
        (r"\sqrt[4]{3}\cdot\frac{208}{21}", r"\frac{208\cdot 3^{1/4}}{21}", True),
        ("2^{2026}-1", "{2}^{2026}-1", True),
        ("2^{2026}+1", "{2}^{2026}-1", False),
        ("6, 7", "6", False),
        (r"\infty", "6", False),
        ("", "6", False),
    ],
)
def test_numbers(answer: str, gold: str, right: bool) -> None:
    assert amo.grade(answer, gold, "number") is right


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        (r"\{40, 64, 75\}", True),
        ("75, 40, 64", True),
        (r"b \in \{40, 64, 75\}", True),
        (r"S = \{64, 40, \frac{150}{2}, 75\}", True),  # a set
        (r"\{40, 64\}", False),
        (r"\{40, 64, 75, 76\}", False),
        ("40", False),
        ("(40, 64, 75)", True),
        ("(40, 64)", False),
        (r"\{\}", False),
    ],
)
def test_sets(answer: str, right: bool) -> None:
    assert amo.grade(answer, r"\{40, 64, 75\}", "set") is right


ONE = r"\frac{(3+2\sqrt{2})^{2^{1-n}}+(3-2\sqrt{2})^{2^{1-n}}}{2}"
THREE = r"\frac{(a-b)(b-c)(c-a)}{abc}"


@pytest.mark.parametrize(
    ("answer", "gold", "right"),
    [
        (ONE, ONE, True),
        (rf"a_n = {ONE}, \quad n \ge 1", ONE, True),
        (rf"a_n = {ONE} \qquad (n = 1, 2, \dots)", ONE, True),
        (r"\cosh\left(\frac{\operatorname{arcosh} 3}{2^{n-1}}\right)", ONE, True),
        (r"\cosh\left(2^{1-n}\cosh^{-1}(3)\right)", ONE, True),
        (r"\cosh(2^{1-n}\ln(3+2\sqrt 2))", ONE, True),
        (ONE.replace("2^{1-n}", "2^{2-n}"), ONE, False),
        (ONE.replace("n", "k"), ONE, False),
        ("3", ONE, False),
        ("n", ONE, False),
        (r"\text{no idea}", ONE, False),
        (r"-\frac{(b-a)(b-c)(c-a)}{abc}", THREE, True),
        (r"\frac{a-b}{c}\left(1-\frac{c}{b}\right)\left(\frac{c}{a}-1\right)", THREE, True),
        (r"\frac{(a-b)(c-b)(c-a)}{abc}", THREE, False),
        (r"\frac{2}{abc}", THREE, True),  # the same at every fixed point
        (r"\frac{1}{a-a}", THREE, False),
    ],
)
def test_functions_are_compared_at_fixed_points(answer: str, gold: str, right: bool) -> None:
    assert amo.grade(answer, gold, "variable") is right


def test_eight_decimals_decide_between_functions() -> None:
    assert amo.grade("n + 0.000000001", "n", "variable") is True
    assert amo.grade("n + 0.00000002", "n", "variable") is False


def test_what_rules_grade_and_what_they_do_not() -> None:
    types = ["number", "set", "variable", "description"]
    assert [amo.parser_graded(each) for each in types] == [True, True, True, False]
    assert amo.grade("infinitely many", "Infinitely many", "description") is None
    assert [amo.grade(None, "6", each) for each in types] == [False, False, False, None]
    with pytest.raises(DataError, match="no answers of type 'proof'"):
        amo.grade("6", "6", "proof")


@pytest.mark.skipif(not DATA.is_dir(), reason="the benchmark is not here")
def test_real_answers_grade_themselves_right_and_others_wrong() -> None:
    rows = pq.read_table(next(DATA.glob("*.parquet"))).to_pylist()
    ruled = [row for row in rows if amo.parser_graded(row["answer_type"])]
    assert ruled
    for row in ruled:
        found = amo.extract(f"{HEAD} {row['answer']}")
        assert found.answer is not None
        assert amo.grade(found.answer, found.answer, row["answer_type"]) is True
        for other in ruled:
            said = amo.extract(f"{HEAD} {other['answer']}").answer
            equal = said == found.answer
            assert amo.grade(said, found.answer, row["answer_type"]) is equal


@pytest.mark.skipif(not DATA.is_dir(), reason="the benchmark is not here")
def test_real_solutions_with_a_box_give_their_answer() -> None:
    rows = pq.read_table(next(DATA.glob("*.parquet"))).to_pylist()
    ruled = [row for row in rows if amo.parser_graded(row["answer_type"])]
    boxed = [row for row in ruled if r"\boxed" in row["solution"]]
    assert boxed
    for row in boxed:
        gold, found = amo.extract(row["answer"]), amo.extract(row["solution"])
        assert gold.answer is not None
        assert amo.grade(found.answer, gold.answer, row["answer_type"]) is True


PIECES = st.sampled_from(
    [HEAD, "final answer is", r"\boxed{", "}", "{", "$", "=", "n", "9^9^9", r"\frac", "</think>",
     "<think>", "12", ",", r"\{", r"\}", r"\sqrt", "\n\n", "**", "(", "^", r"\quad", "arcosh 7"]
)  # fmt: skip
HOSTILE = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=15).map(" ".join))


@settings(max_examples=150, deadline=None)
@given(HOSTILE, st.sampled_from(["stop", "length"]), st.booleans())
def test_any_text_has_an_answer_or_a_reason(text: str, reason: str, described: bool) -> None:
    found = amo.extract(text, finish_reason=reason, described=described)
    assert (found.answer is None) == (found.status not in {"boxed", "final_answer"})
    assert found.answer is None or found.answer.strip() or found.status == "boxed"


@settings(max_examples=80, deadline=None)
@given(HOSTILE, st.sampled_from(["number", "set", "variable"]))
def test_any_answer_gets_a_grade(answer: str, answer_type: str) -> None:
    gold = {"number": r"\sqrt{2}", "set": r"\{1, 2\}", "variable": "2^{n}"}[answer_type]
    assert amo.grade(answer, gold, answer_type) in (True, False)
    assert amo.grade(None, gold, answer_type) is False
