import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.answers.evaluation import coordinate, evaluate, samples
from sure_math.answers.parser import read
from sure_math.answers.values import Undefined, Unsure, as_float, close, distance, is_whole, real


def value(key: str):
    tree = read(key)
    assert tree is not None, key
    return evaluate(tree, {})


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (r"\frac{1}{3}+\frac{1}{6}", Fraction(1, 2)),
        ("2^{10}", Fraction(1024)),
        ("2^{-2}", Fraction(1, 4)),
        ("7!", Fraction(5040)),
        (r"\binom{10}{3}", Fraction(120)),
        (r"\sqrt{\frac{9}{4}}", Fraction(3, 2)),
        (r"\lfloor-2.5\rfloor", Fraction(-3)),
        (r"\lceil\sqrt{2}\rceil", Fraction(2)),
        ("|-3|", Fraction(3)),
        ("0^3", Fraction(0)),
        (r"\sin(\pi)", Fraction(0)),
        (r"\ln 1", Fraction(0)),
    ],
)
def test_exact_values(key, expected) -> None:
    found = value(key)
    assert isinstance(found, Fraction)
    assert found == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (r"\sqrt{2}", math.sqrt(2)),
        (r"\sqrt[3]{-8}", -2.0),
        ("(-8)^{1/3}", -2.0),
        (r"e^{\frac{1}{2}}", math.exp(0.5)),
        (r"\log_2 8", 3.0),
        (r"\lg 1000", 3.0),
        (r"\ln 10", math.log(10)),
        (r"\tan(\frac{\pi}{8})", math.tan(math.pi / 8)),
        (r"\sin 30^\circ", 0.5),
        (r"\arcsin(1)", math.pi / 2),
        (r"\frac{\sqrt{6}+\sqrt{2}}{4}", math.cos(math.pi / 12)),
        (r"e^{i\pi}", -1.0),
        (r"\cosh 1", math.cosh(1)),
    ],
)
def test_values(key, expected) -> None:
    found = real(value(key))
    assert float(found) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    "key",
    [
        "9^{9^{9^9}}", "(10^9)!", "((9!)!)!", r"\binom{1000000}{500000}", "10^{10^{10}}",
        r"\sin(10^{100})", "1+10^{-80}+e", r"2^{2^{100}}", r"\sqrt[1001]{2}", r"\infty-\infty",
        r"\frac{1}{\infty}", r"\lfloor\log_2 8\rfloor", "(1,2)+3",
    ],
)  # fmt: skip
def test_too_large_or_too_delicate(key) -> None:
    with pytest.raises(Unsure):
        value(key)


@pytest.mark.parametrize(
    "key", [r"\ln 0", r"\frac{1}{1-1}", "0^0", r"\tan(\frac{\pi}{2})", r"\log_1 5"]
)
def test_undefined(key) -> None:
    with pytest.raises(Undefined):
        value(key)


@pytest.mark.parametrize(
    "key",
    [r"\sqrt{2}+\sqrt{3}-\sqrt{5+2\sqrt{6}}", r"2^{1006}\sqrt{2^{2010}+2}-2^{2011}"],
)
def test_terms_that_cancel_leave_no_reliable_value(key) -> None:
    with pytest.raises(Unsure):
        value(key)


def test_tiny_values_keep_their_precision() -> None:
    assert not close(value("e^{-100}"), value("e^{-101}"))
    assert not close(value(r"\frac{1}{2004!}"), value(r"\frac{1}{2006!}"))


def test_points_are_fixed_and_have_both_signs() -> None:
    assert coordinate("x", 0) == coordinate("x", 0)
    assert coordinate("x", 0) != coordinate("y", 0)
    assert coordinate("x", 0) > 0 > coordinate("x", 1)


def test_samples_mark_where_nothing_is_defined() -> None:
    tree = read(r"\frac{1}{0x}")
    assert tree is not None
    assert samples(tree) == [None] * 4


def test_small_helpers() -> None:
    assert is_whole(as_float(Fraction(3)))
    assert not is_whole(as_float(Fraction(10, 3)))
    assert distance(Fraction(1), Fraction(2)) == 0.5
    assert real(value("i")) is None


NUMBERS = st.fractions(min_value=-50, max_value=50, max_denominator=40)


def render(f: Fraction) -> str:
    sign = "-" if f < 0 else ""
    return rf"({sign}\frac{{{abs(f.numerator)}}}{{{f.denominator}}})"


@given(NUMBERS, NUMBERS, NUMBERS, st.integers(0, 5))
def test_rational_arithmetic_is_exact(a, b, c, n) -> None:
    key = rf"{render(a)}+{render(b)}\cdot{render(c)}-{render(a)}^{{{n}}}"
    if a == 0 and n == 0:
        return
    assert value(key) == a + b * c - a**n
