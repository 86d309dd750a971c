"""Whole responses as answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.answers.free_text import compare_texts, text_keys, whole_text


@pytest.mark.parametrize(
    ("text", "finish_reason", "expected"),
    [
        ("The train is late.\n", "stop", ("The train is late.", "text")),
        ("<think>Zug.</think>\n\nThe train is late.", "stop", ("The train is late.", "text")),
        ("Zug is train.</think>The train is late.", "stop", ("The train is late.", "text")),
        ("<think>Zug is", "stop", (None, "unclosed_thinking")),
        ("<think>Zug is", "length", (None, "unclosed_thinking")),
        ("The train is", "length", (None, "truncated")),
        ("", "stop", (None, "empty_response")),
        ("<think>Zug.</think> \n", "stop", (None, "empty_response")),
        ("", "length", (None, "truncated")),
        (r"So \boxed{3}.", "stop", (r"So \boxed{3}.", "text")),
    ],
)  # fmt: skip
def test_the_answer_is_the_response_after_its_thinking(
    text: str, finish_reason: str, expected: tuple[str | None, str]
) -> None:
    assert whole_text(text, finish_reason=finish_reason) == expected


@given(st.text(max_size=200), st.sampled_from(["stop", "length"]))
def test_any_text_has_an_answer_or_a_reason(text: str, finish_reason: str) -> None:
    answer, status = whole_text(text, finish_reason=finish_reason)
    assert (answer is None) == (status != "text")
    assert answer is None or (answer == answer.strip() != "" and answer in text)


def test_white_space_makes_no_other_text() -> None:
    keys = text_keys(["one two", "one\n\n two ", "one  two.", "onetwo"])
    assert keys["one two"] == keys["one\n\n two "]
    assert len(set(keys.values())) == 3


def test_only_the_judge_decides_about_different_texts() -> None:
    assert compare_texts("3", "3").verdict == "equal"
    assert compare_texts("3", "4").verdict == "undecided"
