from fractions import Fraction

import pytest

from sure_math.answers.canonical import canonical
from sure_math.answers.phrases import number_in_words


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("seven", 7),
        ("twenty-five", 25),
        ("one hundred and five", 105),
        ("two hundred five thousand seven", 205007),
        ("one half", Fraction(1, 2)),
        ("three quarters", Fraction(3, 4)),
        ("zero", 0),
    ],
)
def test_numbers_in_words(text, value) -> None:
    assert number_in_words(text) == value


@pytest.mark.parametrize(
    "text", ["", "two three", "twenty twelve", "half", "hundred", "one apple", "x", "two, three"]
)
def test_other_words_are_no_numbers(text) -> None:
    assert number_in_words(text) is None


def test_set_phrases_have_one_key() -> None:
    assert canonical(r"\text{There are no solutions.}") == canonical("No solution")
    assert canonical("DNE") == canonical(r"\text{does not exist}")
    assert canonical("no real solution") != canonical("no solution")
