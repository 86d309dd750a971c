from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.answers.canonical import canonical
from sure_math.answers.expression import (
    INFINITY,
    REALS,
    Number,
    Operation,
    Symbol,
    is_closed,
    variables,
)
from sure_math.answers.parser import MAX_LENGTH, read


def number(value: int | str) -> Number:
    return Number(Fraction(value))


X, TWO, THREE = Symbol("x"), number(2), number(3)


@pytest.mark.parametrize(
    ("key", "tree"),
    [
        ("7", number(7)),
        ("-7", number(-7)),
        ("1/2", number("1/2")),
        (r"\frac{3}{4}", number("3/4")),
        (r"2\frac{1}{2}", number("5/2")),
        (r"2\frac{3}{2}", Operation("*", (TWO, number("3/2")))),
        ("x^2", Operation("^", (X, TWO))),
        ("x^{12}", Operation("^", (X, number(12)))),
        ("2x", Operation("*", (TWO, X))),
        ("xyz", Operation("*", (Operation("*", (X, Symbol("y"))), Symbol("z")))),
        ("x-2", Operation("+", (X, number(-2)))),
        ("x_1'", Symbol("x_1'")),
        (r"\sqrt[3]{x}", Operation("root", (X, THREE))),
        ("sqrt(2)", Operation("root", (TWO, TWO))),
        ("3!", Operation("!", (THREE,))),
        (r"\sin^2 x", Operation("^", (Operation("sin", (X,)), TWO))),
        (r"\sin^{-1}(x)", Operation("arcsin", (X,))),
        (r"\log_2 x", Operation("log", (X, TWO))),
        (r"\sin 2x", Operation("sin", (Operation("*", (TWO, X)),))),
        (r"|x|", Operation("abs", (X,))),
        (r"\lfloor x\rfloor", Operation("floor", (X,))),
        ("101_2", Operation("base", (number(5),))),
        ("f(2)", Operation("call", (Symbol("f"), TWO))),
        ("AB", Symbol("AB")),
        ("2AB", Operation("*", (Operation("*", (TWO, Symbol("A"))), Symbol("B")))),
        ("(2,3)", Operation("()", (TWO, THREE))),
        ("[2,3)", Operation("[)", (TWO, THREE))),
        (r"\{2,3\}", Operation("{}", (TWO, THREE))),
        (r"\emptyset", Operation("{}", ())),
        ("2,3", Operation("list", (TWO, THREE))),
        ("2:3", Operation("ratio", (TWO, THREE))),
        ("x>2", Operation("<", (TWO, X))),
        (r"x\leq2", Operation("<=", (X, TWO))),
        ("2<x<3", Operation("and", (Operation("<", (TWO, X)), Operation("<", (X, THREE))))),
        (r"x\in(2,3)", Operation("()", (TWO, THREE))),
        (r"\{x|x>2\}", Operation("<", (TWO, X))),
        (r"\{x:x>2\}", Operation("<", (TWO, X))),
        (r"(-\infty,\infty)", REALS),
        (r"\mathbb{R}", REALS),
        (
            r"(2,3)\cup(3,\infty)",
            Operation("union", (Operation("()", (TWO, THREE)), Operation("()", (THREE, INFINITY)))),
        ),
        (
            r"\begin{pmatrix}2&3\\x&2\end{pmatrix}",
            Operation("matrix", (Operation("row", (TWO, THREE)), Operation("row", (X, TWO)))),
        ),
    ],
)
def test_trees(key, tree) -> None:
    assert read(key) == tree


@pytest.mark.parametrize(
    "key",
    [
        "", "+", "2+", "1/2x", "x^y^z", r"\int x", r"\text{no}", "cats", "(2", "2)", r"\frac{2}{0}",
        r"\frac{dy}{dx}", "2 3", "4:05", "[2]", "1_1", "9_8", "x!!", r"\{1,2)", "=3", "x^", "|x",
        r"\begin{pmatrix}1&2\\3\end{pmatrix}", "(" * 60 + "2" + ")" * 60, "2" * (MAX_LENGTH + 1),
        "^" * 300, "-" * 500, r"\sqrt" * 100, "{" * 300, r"\sin" * 120,
    ],
)  # fmt: skip
def test_no_tree_for_what_is_unknown_or_ambiguous(key) -> None:
    assert read(key) is None


def test_free_variables() -> None:
    tree = read(r"e^{i\pi}+\sqrt{2}")
    assert tree is not None
    assert is_closed(tree)
    other = read(r"a\sin x_1+\pi")
    assert other is not None
    assert not is_closed(other)
    assert variables(other) == {"a", "x_1"}
    base = read(r"\log 100")  # base 10 or e?
    assert base is not None
    assert not is_closed(base)


PIECES = st.one_of(
    st.sampled_from([*"1x+-*/^_()[]{},|!=<:;&'ℤ", "23", "0.5", "ab", "AB", "sin", "sqrt"]),
    st.sampled_from(
        [r"\frac", r"\sqrt", r"\sin", r"\log_", r"\{", r"\}", r"\cup", r"\in", r"\leq"]
    ),
    st.sampled_from([r"\pi", r"\infty", r"\and", r"\or", r"\setminus", r"\\", r"\begin{pmatrix}"]),
    st.sampled_from(
        [r"\end{pmatrix}", r"\mathbb{R}", r"\binom", r"\lfloor", r"\rfloor", r"^\circ"]
    ),
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_mix_of_notation_gives_a_tree_or_none(text) -> None:
    for key in (text, canonical(text)):
        tree = read(key)
        assert tree is None or isinstance(tree, Number | Symbol | Operation)
