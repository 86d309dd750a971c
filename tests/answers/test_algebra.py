import pytest

from sure_math.answers.algebra import compare_trees
from sure_math.answers.canonical import canonical
from sure_math.answers.parser import read


def verdict(a: str, b: str) -> str:
    x, y = read(canonical(a)), read(canonical(b))
    assert x is not None, a
    assert y is not None, b
    assert compare_trees(x, y) == compare_trees(y, x)
    assert compare_trees(x, x) == "equal"
    return compare_trees(x, y)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        # closed values
        (r"\frac{1}{\sqrt2}", r"\frac{\sqrt2}{2}"),
        (r"\cos 15^\circ", r"\frac{\sqrt6+\sqrt2}{4}"),
        (r"\log_4 8", "3/2"),
        (r"\sqrt{-4}", "2i"),
        (r"\binom{7}{3}", "35"),
        (r"12\pi", "37.6991"),
        # identities
        (r"\sin 2x", r"2\sin x\cos x"),
        (r"\tan^2 y+1", r"\sec^2 y"),
        (r"\frac{x^2-1}{x-1}", "x+1"),
        (r"\log 8", r"3\log 2"),
        (r"\binom{n}{2}", r"\frac{n(n-1)}{2}"),
        (r"(n+1)!", r"(n+1)\cdot n!"),
        ("f(x)+f(1)", "f(1)+f(x)"),
        (r"\sqrt{x^2}", "|x|"),
        # structures
        (r"(\frac{1}{2},\sqrt8)", r"(0.5,2\sqrt2)"),
        (r"\{\sqrt4,3\}", r"3, 2"),
        (r"1+\sqrt2, 1-\sqrt2", r"1-\sqrt{2}, \sqrt{2}+1"),
        (r"\begin{pmatrix}\sqrt4\\1\end{pmatrix}", r"\begin{pmatrix}2\\1\end{pmatrix}"),
        ("2:3", "4:6"),
        # equations and inequalities
        ("2x+4y=6", "x+2y=3"),
        ("2x+4y-3=0", r"-\frac12x+\frac34"),
        ("2x=6", "3"),
        ("x+1>3", r"(2,\infty)"),
        ("-3x<6", "x>-2"),
        (r"1<x\le3", "(1,3]"),
        (r"x<1\text{ or }x>3", r"(-\infty,1)\cup(3,\infty)"),
        (r"x\ne2", r"(-\infty,2)\cup(2,\infty)"),
        (r"\mathbb{R}\setminus\{2\}", r"x\neq2"),
        (r"[1,2]\cup[2,5)", "[1,5)"),
        ("2x+4y<6", "x+2y<3"),
        # families
        (r"2k+1, k\in\mathbb{Z}", r"2n-1, n\in\mathbb{Z}"),
        (r"\frac{\pi}{4}+n\pi, n\in\mathbb{Z}", r"k\pi-\frac{3\pi}{4}, k\in\mathbb{Z}"),
    ],
)
def test_equal(a, b) -> None:
    assert verdict(a, b) == "equal"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (r"\sqrt2", r"\sqrt3"),
        (r"\frac{\pi}{2}", r"\frac{\pi}{3}"),
        ("2i", "-2i"),
        ("(1,2)", "(1,3)"),
        ("(1,2)", "(2,1)"),
        ("[0,1]", "[0,2]"),
        (r"1,\sqrt2", r"1,\sqrt5"),
        (r"\{1,2\}", r"\{1,2,3\}"),
        (r"\begin{pmatrix}1\\2\end{pmatrix}", r"\begin{pmatrix}1\\3\end{pmatrix}"),
        (r"(0,\infty)", "(0,5)"),
    ],
)
def test_closed_values_that_differ(a, b) -> None:
    assert verdict(a, b) == "different"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("x+1", "x+2"),
        (r"\frac{\binom{2024}{990}+23}{46}", r"\frac{1}{46}\binom{2024}{990}+\frac{1}{23}"),
        ("x", "y"),
        (r"\ln x^2", r"2\ln x"),  # true for positive x only
        (r"\sqrt{x^2}", "x"),
        (r"\pi", "3.14"),
        (r"\sqrt{13}", "3.606005"),
        ("(1,2)", "[1,2]"),
        ("(1,2)", r"\{1,2\}"),
        ("(1,2)", "1,2"),
        ("x>2", r"x\ge2"),
        ("x>2", "y>2"),
        ("x>2", "x<2"),
        ("x+y=3", "x+y=4"),
        ("x+y=3", "3"),
        ("x^2=9", "3"),
        ("4:30", "2:15"),
        ("2:3", "4:7"),
        (r"2k, k\in\mathbb{Z}", r"4k, k\in\mathbb{Z}"),
        (r"2k+1, k\in\mathbb{Z}", r"2k, k\in\mathbb{Z}"),
        (r"\log 100", "2"),
        ("101_2", "101"),
        ("AB", "BA"),
        ("f(x+1)", "f(x)+f(1)"),
        (r"9^{9^{9^9}}", "1"),
        (r"(1,2)\cup(2,3)", "(1,3)"),
        (r"x<1\text{ or }x>3", "1<x<3"),
    ],
)
def test_left_open(a, b) -> None:
    assert verdict(a, b) == "undecided"
