import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.text import canonical_text, repair_controls

WORDS = st.lists(
    st.sampled_from(
        ["Find", "x", r"\frac{1}{2}", "12", "3.5", "+", "-", r"\sqrt{3}", "=", "(1,2)", "sum", "n!"]
    ),
    min_size=1,
    max_size=12,
)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (r"Find $\dfrac{1}{2}$.", r"find \(\frac12\)"),
        (r"Let $x,$ $y,$ and $z$ be $\left(1, 2\right)$", r"Let $x$, $y$, and $z$ be $(1,2)$."),
        (r"$a \le b$ and $c \ne d$", "$a ≤ b$ and $c ≠ d$"),
        (r"$x^{2}$", "x²"),
        (r"$a_{1}, \ldots, a_{n}$", r"$a_1,\dots,a_n$"),
        (r"\[ x = 5\,\text{cm} \]", "$$x = 5 cm$$"),
        ("half of ½", r"half of $\frac{1}{2}$"),
        ("A\u200b cat\ufeff", "a cat"),
        (r"Compute $2 \times 3$", "Compute 2 × 3"),
    ],
)
def test_typography_does_not_count(a: str, b: str) -> None:
    assert canonical_text(a) == canonical_text(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (r"$\sin(-60^\circ)$", r"$\sin(60^\circ)$"),
        (r"$\tan 22.5^\circ$", r"$\tan 225^\circ$"),
        ("x²", "x2"),
        ("$x_2$", "$x2$"),
        ("2½ apples", "21/2 apples"),
        ("$5!$", "$5$"),
        ("the numbers 1 2", "the numbers 12"),
        ("the pair (1, 2)", "the pair (12)"),
        ("$f'(x)$", "$f(x)$"),
        ("$a:b$", "$ab$"),
        ("$x^{23}$", "$x^2 3$"),
        (r"$\{1\}$", "$1$"),
        ("less than 3", "less than 30"),
    ],
)
def test_mathematics_counts(a: str, b: str) -> None:
    assert canonical_text(a) != canonical_text(b)


@given(WORDS, st.randoms(use_true_random=False))
def test_spaces_case_and_dollars_do_not_change_the_key(
    words: list[str], rng: random.Random
) -> None:
    plain = " ".join(words)
    wild = "".join(
        rng.choice([" ", "\n", "  "])
        + (f"${w}$" if rng.random() < 0.5 else w.upper() if w.isalpha() else w)
        for w in words
    )
    assert canonical_text(plain) == canonical_text(wild)


@given(WORDS, st.integers(0, 11), st.sampled_from(["7", "-", "+", "0.1"]))
def test_one_more_number_or_sign_changes_the_key(words: list[str], at: int, extra: str) -> None:
    assert canonical_text(" ".join([*words[:at], extra, *words[at:]])) != canonical_text(
        " ".join(words)
    )


@given(st.text())
def test_the_key_of_any_text_exists(text: str) -> None:
    assert isinstance(canonical_text(text), str)


def test_a_lone_surrogate_has_a_key_but_is_not_repaired() -> None:
    assert "\ud800" in canonical_text("a\ud800b")
    assert repair_controls("a\ud800b") is None


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("$\x0crac{1}{2}$", r"$\frac{1}{2}$"),
        ("\x08oxed{3} and \x08inom{4}{2}", r"\boxed{3} and \binom{4}{2}"),
        ("$2 \times 3 \theta \text{cm}$", r"$2 \times 3 \theta \text{cm}$"),
        ("$a \nabla b \neq c$", r"$a \nabla b \neq c$"),
        ("\\left(1, 2\right)", r"\left(1, 2\right)"),
        ("\x07lpha + \x0bec{v}", r"\alpha + \vec{v}"),
    ],
)
def test_lost_backslashes_come_back(broken: str, whole: str) -> None:
    assert repair_controls(broken) == (whole, True)


@pytest.mark.parametrize("text", ["fi\x0crst", "\x0c|x|", "a\x00b", "a\x1bb", "\x7f", "\x08\x08"])
def test_unexplained_control_characters_are_not_trusted(text: str) -> None:
    assert repair_controls(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a\n\ttext book", "a\n\ttext book"),
        ("a\n\tindented line", "a\n\tindented line"),
        ("line\nequal parts", "line\nequal parts"),
    ],
)
def test_white_space_stays(text: str, expected: str) -> None:
    repaired = repair_controls(text)
    assert repaired is not None
    assert repaired[0] == expected


@given(st.text())
def test_repaired_text_is_clean_and_stable(text: str) -> None:
    repaired = repair_controls(text)
    if repaired is not None:
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", repaired[0])
        assert repair_controls(repaired[0]) == (repaired[0], False)


@given(st.text(alphabet=st.characters(exclude_categories=["C"])))
def test_text_without_controls_is_not_touched(text: str) -> None:
    assert repair_controls(text) == (text, False)


HOSTILE = ("{" * 30000 + "a" + "}" * 30000, "(a) " * 30000, "(A) " * 30000)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_statements_end(hostile: str) -> None:
    """Each of these would run into the time limit with a quadratic pattern."""
    assert canonical_text(hostile) == canonical_text(hostile + " ")
