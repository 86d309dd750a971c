"""What identifies a problem: numbers, signs and telling words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.decontaminate.profile import profile, weight


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        (r"$x - y \leq 3$ and $x+1\ge-y$", "+--≤≥"),
        (r"a two-digit number, a 3-digit one --- and $\alpha-\beta$", "-"),
        (r"\left( \lfloor x \rfloor \right) \neq \leftarrow", "≠"),
        (r"$x < 2$, $x \lt 2$, $x = \pm 1$", "<<=±"),
        ("x−1 ≤ 2 ≠ 3 ≥ 4", "-≤≠≥"),
    ],
)
def test_signs_are_read_in_every_notation(text: str, signs: str) -> None:
    assert sorted(profile(text).signs.elements()) == sorted(signs)


def test_words_that_phrase_a_question_are_not_telling() -> None:
    asked = "What is the value of the sum of all positive divisors of 60, and how many exist?"
    told = "Compute the sum of the positive divisors of 60; determine how many exist."
    assert profile(asked).words - {"all"} == profile(told).words - {"all"} == {
        "sum", "positive", "divisor",
    }  # fmt: skip


def test_functions_and_words_in_capitals_are_telling_names_are_not() -> None:
    text = r"Anna arranges LEVEL; $\sin x\le\ln ab$, the GCD of $PQ$ and $\frac{xy}{\pi}$"
    assert profile(text).words == {"arrange", "level", "sin", "ln", "gcd", "pi"}


def test_a_drawing_is_kept_apart() -> None:
    one = profile("The area is 6. [asy] draw((1,2)--(3,4)); [/asy]")
    assert set(one.numbers) == {"6"}
    assert one.drawing == ("1", "2", "3", "4")
    assert "draw" not in one.words
    assert not one.signs


def test_long_numbers_weigh_more() -> None:
    assert weight(()) == 0
    assert weight(("3", "12")) == 2
    assert weight(("120", "5.6", "7")) == 5


@given(st.text(max_size=80))
def test_any_text_has_a_profile(text: str) -> None:
    assert profile(text) == profile(text)
