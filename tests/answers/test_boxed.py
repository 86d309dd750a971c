import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.answers.boxed import extract, extract_answer

DEV = Path(__file__).resolve().parents[3] / "shared" / "data" / "extraction_dev.jsonl"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"so $\boxed{42}$.", "42"),
        (r"\boxed{1}, no: the answer is \boxed{2}.", "2"),
        (r"$$\boxed{\frac{1}{\sqrt{2}}}$$", r"\frac{1}{\sqrt{2}}"),
        (r"\fbox{7}", "7"),
        (r"\boxed 5", "5"),
        (r"$\boxed 42.$", "42"),
        ("\\boxed\n {12}", "12"),
        (r"\\boxed{12}", "12"),
        (r"\boxed{\boxed{5}}", "5"),
        (r"\boxed{x = \boxed{3}}", "x = 3"),
        (r"\boxed{\left\{ x : x>0 \right\}}", r"\left\{ x : x>0 \right\}"),
        (r"\boxed{\{1, 2\}}", r"\{1, 2\}"),
        (r"\boxed{\begin{pmatrix} 1 \\ 2 \end{pmatrix}}", r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}"),
        (r"\boxed{5} and then \boxed{}", "5"),
        (r"\boxed{5} as asked: \boxed{[answer]}", "5"),
        (r"\boxed{3} then } a stray brace { and \boxed{4$ is open.", "3"),
        (r"\boxed{42 is open, \boxed{43} is not", "43"),
        ("<|begin_of_box|>C<|end_of_box|>", "C"),
        ("<think>maybe \\boxed{7}</think> \\boxed{8}", "8"),
        (r"答案是 \boxed{12}。", "12"),
    ],
)
def test_the_last_complete_box(text, answer) -> None:
    assert extract_answer(text) == answer
    assert extract(text).status == "boxed"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"$x=\boxed{1}$ or $x=\boxed{2}$", "1, 2"),
        (r"\[ \boxed{2},\quad \boxed{3},\quad \boxed{4} \]", "2, 3, 4"),
        (r"$\boxed{a}$; $\boxed{b}$", "a, b"),
        (r"\boxed{9.5} or \boxed{\frac{19}{2}}", r"\frac{19}{2}"),
        (r"\boxed{1}. Hence the sum is \boxed{2}", "2"),
        (r"\boxed{5}$ and $\boxed{5}", "5"),
    ],
)
def test_one_box_per_value(text, answer) -> None:
    assert extract_answer(text) == answer


@pytest.mark.parametrize(
    ("text", "finish_reason", "status"),
    [
        ("", "stop", "empty_response"),
        (" \n", "stop", "empty_response"),
        ("", "length", "truncated"),
        ("The answer is 5.", "stop", "no_box"),
        ("The answer is 5", "length", "truncated"),
        (r"\boxed{}", "stop", "empty_box"),
        (r"$\boxed{\ \text{ } \quad}$", "stop", "empty_box"),
        (r"\boxed{your answer here}", "stop", "placeholder"),
        (r"\boxed{\text{[answer]}} \boxed{...}", "stop", "placeholder"),
        (r"\boxed{\frac{1}{2", "stop", "unclosed_box"),
        (r"First \boxed{4}, but in fact \boxed{\frac{1}{2", "length", "truncated"),
        (r"<think>\boxed{5}", "stop", "unclosed_thinking"),
        (r"<think>\boxed{5}</think>", "stop", "empty_response"),
        (r"<think>a</think>\boxed{5}<think>", "stop", "unclosed_thinking"),
        (r"\framebox{9}", "stop", "no_box"),
    ],
)
def test_no_answer_says_why(text, finish_reason, status) -> None:
    found = extract(text, finish_reason=finish_reason)
    assert found.answer is None
    assert found.status == status


def test_a_complete_box_before_a_cut_tail_is_the_answer() -> None:
    assert extract(r"\boxed{6} 观测 garbage", finish_reason="length").answer == "6"


def test_fallbacks_are_off_by_default_and_named_in_the_status() -> None:
    text = "We find x. The answer is: 12.\n#### 13"
    assert extract(text).answer is None
    assert extract(text, fallbacks=["the_answer_is"]).answer == "12"
    found = extract(text, fallbacks=["hashes", "the_answer_is"])
    assert (found.answer, found.status) == ("13", "hashes")
    assert extract(text + r" \boxed{14}", fallbacks=["hashes"]).status == "boxed"


@given(
    st.text()
    | st.lists(
        st.sampled_from(
            [
                *[r"\boxed", r"\fbox", "{", "}", "\\", "$", "5", "x", " or ", "<think>", "\n"],
                *[r"\boxed{", r"\{", "<|begin_of_box|>", "<|end_of_box|>", "####", "answer is"],
                *["</think>", r"\frac", r"\boxed{7}"],
            ]
        )
    ).map("".join)
)
def test_never_raises_and_returns_what_stands_in_the_text(text) -> None:
    found = extract(text, fallbacks=["the_answer_is", "hashes"])
    again = extract(text, finish_reason="length", fallbacks=["the_answer_is"])
    for one in (found, again):
        if one.answer is not None:
            assert one.answer == one.answer.strip() != ""
            characters = set(one.answer) - set(", ")
            assert characters <= set(text)
            assert one.status in ("boxed", "the_answer_is", "hashes")
        else:
            assert one.status not in ("boxed", "the_answer_is", "hashes")


@pytest.mark.parametrize(
    "text",
    [
        "{" * 100_000 + r"\boxed{5}" + "}" * 100_000,
        r"\boxed{" * 100_000,
        r"\boxed{" * 100_000 + "5" + "}" * 100_000,
        r"\boxed{1}" * 100_000,
        "\\" * 1_000_000,
        r"\boxed" + " " * 1_000_000,
        r"\boxed{the" + "_" * 1_000_000 + "x}",
        "answer is" * 100_000 + " " * 100_000,
        "<|begin_of_box|>" * 100_000,
        r"\boxed{" + "5" * 1_000_000 + "}",
        "$" * 1_000_000,
        "}" * 1_000_000,
    ],
    ids=range(12),
)
def test_hostile_text_takes_linear_time(text) -> None:
    found = extract(text, fallbacks=["the_answer_is", "hashes"])
    assert found.answer is None or found.answer in text


@pytest.mark.skipif(not DEV.exists(), reason="labelled development data not present")
def test_level_on_labelled_responses() -> None:
    rows = [json.loads(line) for line in DEV.read_text().splitlines()]
    # The labels were compared without white space.
    right = sum(_bare(extract_answer(row["response"])) == _bare(row["expected"]) for row in rows)
    assert right >= 340, f"{right} of {len(rows)}"


def _bare(answer: str | None) -> str | None:
    return None if answer is None else "".join(answer.split())
