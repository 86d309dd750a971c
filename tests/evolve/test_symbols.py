import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.evolve.symbols import asks_for_an_expression, parameters, symbols


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Let $n$ be an integer and x_1 a root of $2k+1$.", "nxk"),
        ("I have a box. A friend has a pen.", ""),
        ("Let $a$ and $I$ be given, with $0<a<1$.", "aI"),
        (r"The angle $\alpha$ and \lambda, but \pi is a number.", ("alpha", "lambda")),
        (r"Tom's $5\text{ m}$ rope, $\sin x$ and $\operatorname{lcm}(p,q)$", "xpq"),
        ("[asy] draw(a--b); [/asy] What is $c$?", "c"),
        ("Find λ and π.", "λ"),
    ],
)
def test_symbols_stand_alone(text: str, found: str | tuple[str, ...]) -> None:
    assert symbols(text) == set(found)


def test_parameters_are_new_or_named() -> None:
    parent = "A rectangle is 3 cm longer than wide, with area $x$. Find $x$."
    child = "Let $d > 0$. A rectangle is $d$ cm longer than wide, with area $x$. Find $x$."
    assert parameters(parent, child) == ("d",)
    assert parameters(parent, child, "$d$, a positive real") == ("d",)
    assert parameters(child, child) == ()
    assert parameters(child, child, "d") == ("d",)
    assert parameters(parent, child, "k") == ("d",)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Express the area in terms of $r$.", True),
        ("Give it as a function of $t$.", True),
        ("Find the sum of the terms of the sequence.", False),
    ],
)
def test_expressions_asked_for(text: str, asks: bool) -> None:
    assert asks_for_an_expression(text) == asks


@given(st.text(), st.text(), st.text())
def test_any_text_is_read(parent: str, child: str, said: str) -> None:
    assert set(parameters(parent, child, said)) <= symbols(child)
