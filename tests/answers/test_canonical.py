from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sure_math.answers.canonical import canonical
from sure_math.answers.numbers import exact_value

# Pieces of answers, so that random strings look like answers and not like noise.
PIECES = [
    *[
        "1",
        "2",
        "12",
        "345",
        "0.5",
        ".5",
        ",",
        ";",
        " ",
        "(",
        ")",
        "[",
        "]",
        r"\{",
        r"\}",
        "{",
        "}",
    ],
    *[r"\frac", r"\dfrac12", r"\sqrt", r"\sqrt3", "^", "_", "^2", "^{10}", "x", "y", "=", "<", "-"],
    *["+", r"\pm", r"\pi", r"\cup", r"\infty", r"\text{cm}", r"\text{ and }", " or ", r"\%", r"\$"],
    *["$", ".", r"\left", r"\right", "°", "½", "−", r"\approx", r"\in", r"\text{million}", "e5"],
    *[
        r"\begin{pmatrix}",
        r"\\",
        r"\end{pmatrix}",
        "&",
        "f(x)=",
        "x=",
        "even",
        "No solution",
        "A",
        "~",
    ],
    *[
        r"\overline{3}",
        r"\times10^{-3}",
        ":",
        "|",
        "'",
        "%",
        "cm",
        "^\\circ",
        r"\!",
        "\\,",
        "!",
        "\\",
    ],
]
ANSWERS = st.text(max_size=30) | st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (r"\dfrac{1}{2}", r"\frac12"),
        ("1/2", "0.5"),
        ("½", r"\frac{1}{2}"),
        (r"-\frac{40}{153}", r"\frac{-40}{153}"),
        (r"\frac{26}{36}", r"\frac{13}{18}"),
        (r"137\frac{1}{2}", "137.5"),
        ("1 1/2", "1.5"),
        ("10,800", "10800"),
        (r"14{,}916", "14916"),
        (r"32,\!348", "32348"),
        (r"1\,234", "1234"),
        ("1 234", "1234"),
        ("007", "7"),
        ("5.00", "5"),
        ("-0", "0"),
        ("2^{64}", "18446744073709551616"),
        (r"3\times10^{-3}", "0.003"),
        ("4e-7", "0.0000004"),
        (r"0.1\overline{6}", r"\frac16"),
        ("1024_{10}", "1024"),
        (r"0.\bar{3}", "1/3"),
        (r"\frac{1}{2}\text{ m}", r"0.5\text{ metres}"),
        (r"3 \text{ million}", "3,000,000"),
        ("x=3", "3"),
        ("$x = 3$.", "3"),
        ("f(x)=2x+1", "2x + 1"),
        (r"x\in[-2,7]", "[-2, 7]"),
        ("(p,q)=(3,2)", "(3, 2)"),
        (r"\left( \frac{1}{3} \right)", "1/3"),
        (r"(1,\frac{9}{2})", "(1.0, 4.5)"),
        (r"\{2, 1\}", r"\{1,2\}"),
        ("2, 1", r"1 \text{ and } 2"),
        (r"19, 46, \text{ and } 82", "19, 46, and 82"),
        ("-12;-11", "-11, -12"),
        (r"\pm 2021", "2021, -2021"),
        (r"1 \pm \sqrt{2}", r"1-\sqrt2, 1+\sqrt2"),
        ("x=1, x=2", "2, 1"),
        ("a=4,-8", "-8, 4"),
        ("(0;-2;6)", "(0,-2,6)"),
        (r"(3,4)\cup(1,2)", r"(1, 2) \cup (3, 4)"),
        ("11\\sqrt2", r"11\sqrt{2}"),
        ("x <= 2", r"x \le 2"),
        (r"x \ne 5", "x != 5"),
        ("π/2", r"\pi/2"),
        ("−5", "-5"),
        ("x²", "x^{2}"),
        (r"4210_{5}", "4210_5"),
        (r"\text{No solution}", "no solution."),
        (r"\text{Even}", "{even}"),
        (r"\textbf{(C)}", "C"),
        ("(c)", "C"),
        (r"1-\frac{1}{\mathrm{e}}", r"1-\frac{1}{e}"),
        (r"15\mbox{cm}^2", "15.0{cm}^2"),
        ("p = 5, q = 2 \\text{ and } p = 7, q = 2", "p=5,q=2;p=7,q=2"),
        (r"144\mbox{m}^3", r"144 \text{ cubic metres}"),
        (r"5\text{ m/s}", r"5 \text{ meters per second}"),
        (r"\text{17 students}", r"17\text{ students}"),
        (r"5 \text{ centimeters}", r"5\,\mathrm{cm}"),
        (r"90^{\circ}", r"90 \text{ degrees}"),
        (r"28\%", "28 percent"),
        (r"\$36", r"36 \text{ dollars}"),
        (r"\begin{bmatrix}1 & 2 \\ 3 & 4\end{bmatrix}", r"\begin{pmatrix}1&2\\3&4\end{pmatrix}"),
        (r"\frac{1}{3} \approx 0.333", r"\frac{1}{3}"),
        (r"x \approx 3.14", "3.14"),
        (r"$5$", "5"),
    ],
)
def test_one_key_for_one_answer(a, b) -> None:
    assert canonical(a) == canonical(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("1/2", "1/3"),
        ("0.12", r"0.\overline{12}"),
        ("(1,2)", "(2,1)"),
        ("(1,2)", "[1,2]"),
        ("(1,2)", "[1,2)"),
        ("(1,2)", r"\{1,2\}"),
        ("(1,234)", "(1234)"),
        ("x+1", "x1"),
        ("x-1", "x+1"),
        ("1.5", "15"),
        ("1 2 3", "123"),
        ("p=5,q=2;p=7,q=3", "p=5,q=3;p=7,q=2"),
        ("1,2;3,4", "1,3;2,4"),
        (r"5\text{ m}^2", r"5m^2"),
        ("abc-bcd", "abcb-cd"),
        ("P(A)=1, P(B)=2", "P(A)=2, P(B)=1"),
        (r"(1 \text{ or } 2)", "(1,2)"),
        ("n!=6", r"n \neq 6"),
        (r"x=y \leq 5", r"y \leq 5"),
        ("2^{99}", "2^{98}"),
        ("10^{10}", "1010"),
        ("5 \\text{ cm}", "5 \\text{ m}"),
        ("5 \\text{ cm}", "5 \\text{ cm}^2"),
        ("12 \\text{ a.m.}", "12 \\text{ p.m.}"),
        ("3 \\text{ million}", "3"),
        ("\\$5", "5 \\text{ cents}"),
        ("3 \\text{ or more}", "3"),
        ("4:30", "2:15"),
        ("101_2", "101_3"),
        ("AB", "BA"),
        ("x=1, y=2", "x=2, y=1"),
        ("x+y=3", "3"),
        ("x=2x-3", "2x-3"),
        ("x=1 \\text{ or } y=2", "x=1, y=2"),
        ("x>1 \\text{ or } x<0", "x>1 \\text{ and } x<0"),
        (r"\infty", r"-\infty"),
        ("True", "False"),
        ("a", "A"),
        ("A", "B"),
        ("2\\sin x", "2\\sinx"),
        (r"\triangle ABC", r"\triangle ACB"),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\begin{pmatrix}1&2&3&4\end{pmatrix}"),
    ],
)
def test_different_keys_for_different_answers(a, b) -> None:
    assert canonical(a) != canonical(b)


@given(ANSWERS)
@example("x" * 5000 + " ")
@example("$" * 100)
def test_idempotent(answer) -> None:
    key = canonical(answer)
    assert canonical(key) == key


@given(st.fractions(), st.integers(1, 50))
def test_every_way_to_write_a_fraction_has_one_key(value, factor) -> None:
    n, d = value.numerator * factor, value.denominator * factor
    keys = {
        canonical(text)
        for text in (f"{n}/{d}", rf"\frac{{{n}}}{{{d}}}", rf"$\dfrac{{{n}}}{{{d}}}$")
    }
    assert keys == {canonical(str(value))}
    assert exact_value(keys.pop()) == value


@given(st.decimals(-(10**12), 10**12, places=5))
def test_decimals_are_exact(value) -> None:
    assert exact_value(canonical(f"{value:.5f}")) == Fraction(value)
    assert canonical(f"{value:,.5f}") == canonical(f"{value:.5f}")


@pytest.mark.parametrize(
    "text",
    ["x", "", "3/0", r"\frac{1}{0}", "0^{-1}", "9^{9^9}", "9^{999999999}", "1/2/3", "1,2", "12e"],
)
def test_not_a_plain_number(text) -> None:
    assert exact_value(text) is None


@pytest.mark.parametrize(
    "answer",
    [
        "9" * 1_000_000,
        "9" * 1_999,
        "(" * 2_000,
        r"\frac" * 400,
        "{" * 1_000 + "}" * 1_000,
        r"\pm" * 600,
        "1," * 1_000,
        "1 " * 1_000,
        r"\text{" * 300,
        "$" * 2_000,
        "\\" * 2_000,
        "a" * 2_000,
        r"\cup(1,2)" * 200,
        "1.1" * 600,
    ],
    ids=range(14),
)
def test_hostile_answers_are_bounded(answer) -> None:
    key = canonical(answer)
    assert canonical(key) == key
