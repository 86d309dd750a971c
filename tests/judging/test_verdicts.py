"""Reading the last word of a judge."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.backends.base import Completion, Failure, FinishReason, Sample
from sure_math.judging.verdicts import YES_NO, is_yes, last_verdict, verdict_of


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("yes", True),
        ("Both are 1/2.\nYes.", True),
        ("Yes? They differ by a sign.\nno", False),
        ("**No**", False),
        ("<think>yes yes</think>no", False),
        ("<think>is it no?</think>\n\nyes", True),
        ("</think> yes", True),
        ("<think>yes", None),
        ("<think>no</think> hmm <think>yes", None),
        ("", None),
        ("yesterday, nothing", None),
        ("I know nothing", None),
    ],
)
def test_yes_and_no(text: str, verdict: bool | None) -> None:
    assert is_yes(last_verdict(text, YES_NO)) is verdict


@given(st.text(max_size=200))
def test_any_text_gives_a_verdict_or_none(text: str) -> None:
    verdict = last_verdict(text, YES_NO)
    assert verdict in ("yes", "no", None)
    if verdict is not None:
        assert re.search(verdict, text, re.IGNORECASE)


@given(st.text(max_size=200).filter(lambda text: "<" not in text), st.sampled_from(["yes", "no"]))
def test_a_last_line_with_one_word_decides(text: str, word: str) -> None:
    assert last_verdict(f"{text}\n{word}", YES_NO) == word


@given(st.text(max_size=100), st.sampled_from(["yes", "no"]))
def test_what_was_thought_does_not_decide(thought: str, word: str) -> None:
    assert last_verdict(f"<think>{thought}</think>{word}", YES_NO) == word


def test_a_last_match_without_a_group_is_no_verdict() -> None:
    words = re.compile(r"not green|(?P<green>green)|(?P<red>red)")
    assert last_verdict("red, no: green", words) == "green"
    assert last_verdict("red, not green", words) is None


@pytest.mark.parametrize(("reason", "verdict"), [("stop", "yes"), ("length", None)])
def test_an_answer_that_was_cut_off_is_none(reason: FinishReason, verdict: str | None) -> None:
    said = Completion("q", (Sample("yes", 1, None, reason),))
    assert verdict_of(said, YES_NO) == verdict


def test_a_refused_question_has_no_verdict() -> None:
    assert verdict_of(Completion("q", (), Failure("prompt_too_long", "yes")), YES_NO) is None
