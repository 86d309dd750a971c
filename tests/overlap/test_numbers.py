r"""The numbers of a statement, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.overlap.numbers import number_hashes, number_key


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (r"$x_1 + x_{12} = 5.60$", "1 12 5.6"),
        (r"\frac12, \dfrac{3}{4}, \binom52", "1 2 2 3 4 5"),
        (r"1,000 and 1{,}000 and 1\,000 and 10,\!000", "1000 1000 1000 10000"),
        (r"(1,234) and \{100,200,300\}", "1 100 200 234 300"),
        ("1,234,567,890 in [10,20,x] (1,2, 3)", "1 10 1234567890 2 20 3"),
        ("$.50 and 0.5 and 3. The end", "0.5 0.5 3"),
        ("twenty-five, two hundred and six, one thousand two hundred", "1200 206 25"),
        ("2 million, 1.5 thousand, 3 dozen, two dozen, a dozen", "12 1500 2000000 24 36"),
        ("three quarters, ¾, one third, a fifth of it, half", "1 1 1 2 3 3 3 4 4 5"),
        ("two-thirds of it twice, x squared, tripled", "2 2 2 3 3"),
        ("2½ x² 10⁶ a₁₂", "1 10 12 2 2 2 6"),
        ("the 1st, the 2nd, first, second, one of them", ""),
        ("the 3rd and the third, the 21st", "21 3 3"),
        ("often, tense, stone, someone, tens", ""),
        ("007 and 0 and 0.0", "0 0 7"),
        ("[asy] draw(1,2); [/asy] 3", "3"),
        ("", ""),
    ],
)
def test_numbers_are_read(text: str, numbers: str) -> None:
    assert number_key(text) == tuple(sorted(numbers.split()))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Three dogs eat 12 bones.", "3 dogs eat twelve bones."),
        (r"Find $\frac{1}{2}x$.", r"find $\frac12 x$"),
        (r"One half of $1{,}500$.", "1/2 of 1500"),
        ("Two million", "2,000,000"),
    ],
)
def test_rewording_keeps_the_numbers(one: str, other: str) -> None:
    assert number_key(one) == number_key(other)


def test_long_numbers_and_scales_do_not_hang() -> None:
    assert number_key("9" * 10_000 + " million")[1] == "9" * 10_000
    assert number_key(",".join(["111"] * 10_000)) == ("111" * 10_000,)
    assert len(number_key("(" + ",".join(["111"] * 10_000) + ")")) == 10_000
    assert len(number_key("twenty " * 10_000)) == 10_000


PIECES = st.lists(
    st.sampled_from(
        [
            *"0123456789.,- /^_{}\\¾²\x1e",
            "\\frac",
            "\\tag{",
            "}",
            "[asy]",
            "one",
            "two",
            " hundred",
            " and ",
        ]
    ),
    max_size=25,
).map("".join)


@given(st.lists(st.one_of(st.text(max_size=40), PIECES), max_size=6))
def test_hashes_agree_exactly_when_the_keys_do(texts: list[str]) -> None:
    hashes = number_hashes(texts).tolist()
    keys = [number_key(text) for text in texts]
    assert len(hashes) == len(keys)
    for i, key in enumerate(keys):
        assert [h == hashes[i] for h in hashes] == [k == key for k in keys]
