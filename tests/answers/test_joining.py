"""Several boxes that make one answer, and those that do not."""

import pytest

from sure_math.answers.boxed import extract_answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"$x=\boxed{1}$ or $x=\boxed{2}$", "1, 2"),
        (r"\[ \boxed{2},\quad \boxed{3},\quad \boxed{4} \]", "2, 3, 4"),
        (r"$\boxed{a}$; $\boxed{b}$", "a, b"),
        (r"$AB = \boxed{3}$ and $\angle B = \boxed{4^\circ}$", r"3, 4^\circ"),
        (r"$g(x)=\boxed{2x+1}$ or $g(x)=\boxed{-2x-1}$", "2x+1, -2x-1"),
        ("It takes $\\boxed{5}$ hours and $\\boxed{20}$ minutes.", "5, 20"),
        ("- $a = \\boxed{1}$\n- $b = \\boxed{2}$", "1, 2"),
        ("$$\\boxed{x = 1}$$\n\n$$\\boxed{y = 1}$$", "x = 1, y = 1"),
        (r"\begin{aligned} x &= \boxed{1} \\ y &= 2x = \boxed{2} \end{aligned}", "1, 2"),
        (r"The least is $\boxed{0}$, and the greatest is $\boxed{1}$.", "0, 1"),
        (r"If $r=1$, then $b=\boxed{2}$.  If $r=-1$, then $b=\boxed{3}$.", "2, 3"),
        (
            r"This angle is $\boxed{60}.$ As $60 + 45 + 75 = 180$, the other angle is \boxed{75}.",
            "60, 75",
        ),
        ("(a) So $\\boxed{3}$.\n\n(b) We get $\\boxed{4}$; in fact $\\boxed{5}$.", "3, 5"),
        ("## Part 1\n\\boxed{3}\n\n## Part 2\n\\boxed{4}\n\n## Part 3\n\\boxed{5}", "3, 4, 5"),
    ],
)
def test_boxes_of_one_answer_are_joined(text, answer) -> None:
    assert extract_answer(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"\boxed{9.5} or \boxed{\frac{19}{2}}", r"\frac{19}{2}"),
        (r"This yields $\boxed{x+1}$, or equivalently $\boxed{1 + x}$.", "1 + x"),
        (r"\[\boxed{50\%}\] or \(\boxed{0.5}\)", "0.5"),
        (r"\boxed{5}$ and $\boxed{5}", "5"),
        (r"$\boxed{\frac{1}{2}} = \boxed{0.5}$", "0.5"),
        (r"\begin{aligned} x &= \boxed{1 + 1 + y} \\ &= \boxed{2 + y} \end{aligned}", "2 + y"),
    ],
)
def test_one_value_in_two_forms_is_given_once(text, answer) -> None:
    assert extract_answer(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"\boxed{1}. Hence the sum is \boxed{2}", "2"),
        (r"The area is \boxed{12}, so the perimeter is \boxed{14}.", "14"),
        (r"The sum is $\boxed{4}$ and so the product is $\boxed{3}$.", "3"),
        (r"The answer is \boxed{4}. Wait, this is wrong: the answer is \boxed{5}.", "5"),
        (r"$n = \boxed{a \oplus b} = \boxed{c \oplus d}$", r"c \oplus d"),
        (r"Step 1: \boxed{3}. Step 2: \boxed{4}.", "4"),
        (r"The foci are $\boxed{(0,1)}$ and $\boxed{(0,9)}.$ (Either point will do.)", "(0,9)"),
        (r"A unit vector is $\boxed{(1,0)}.$ We could also take $\boxed{(-1,0)}.$", "(-1,0)"),
        (
            "(a) \\boxed{3}\n\n(b) \\boxed{4}\n\n### Final answer\n\\boxed{3 \\text{ and } 4}",
            r"3 \text{ and } 4",
        ),
        ("One way gives \\boxed{3}. The other way gives \\boxed{4}.", "4"),
    ],
)
def test_an_earlier_box_that_is_not_part_of_the_answer(text, answer) -> None:
    assert extract_answer(text) == answer


def test_more_boxes_than_an_answer_has() -> None:
    joined = extract_answer(" and ".join(rf"\boxed{{{number}}}" for number in range(10_000)))
    assert joined == ", ".join(str(number) for number in range(9_984, 10_000))
