"""The contracts on problems written for them; no problem a person would keep is rejected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.config import STRATEGIES
from sure_math.evolve.contracts import (
    CONTRACT_FLAGS,
    CONTRACT_REASONS,
    contract_finding,
    kept_wording,
    token_similarity,
)

TRAIN = (
    "A train travels 150 km in 2 hours and then 90 km in 1 hour. "
    "What is its average speed in km per hour?"
)
PRESS = (
    "In the first 2 hours of a shift a printing press turns out 150 posters, and in the following "
    "1 hour it adds 90. How many posters per hour is that on average?"
)
BOX = "A rectangle is 3 cm longer than it is wide, and its area is 40 $cm^2$. Find its perimeter."


def flags(strategy: str, parent: str, child: str, **tags: str) -> tuple[str, ...]:
    found = contract_finding(strategy, parent, child, tags)
    assert found.reason is None
    return found.flags


def test_a_good_rewrite() -> None:
    assert flags("rewrite", TRAIN, PRESS) == ()


def test_a_rewrite_that_only_exchanges_a_noun_is_suspect() -> None:
    assert flags("rewrite", TRAIN, TRAIN.replace("train", "bus")) == ("noop_suspect",)
    assert kept_wording(TRAIN, TRAIN) == 1
    assert kept_wording(TRAIN, PRESS) == 0


def test_a_rewrite_that_loses_a_number() -> None:
    assert flags("rewrite", TRAIN, PRESS.replace("2 hours", "120 minutes")) == ("numbers_changed",)
    assert flags("rewrite", TRAIN, PRESS.replace("90", "ninety")) == ()


def test_harder_is_suspect_only_if_almost_the_same_with_the_same_numbers() -> None:
    long = f"{TRAIN} {PRESS} {BOX}"
    assert flags("harder", long, long.replace("posters", "leaflets", 1)) == ("noop_suspect",)
    assert flags("harder", long, long.replace("150 km", "160 km")) == ()
    assert flags("harder", TRAIN, f"{TRAIN[:-1]}, rounded up to an integer?") == ()
    assert token_similarity(TRAIN, TRAIN) == 1


@pytest.mark.parametrize(
    "child",
    [
        BOX.replace("3 cm", "$d$ cm"),
        BOX.replace("3 cm", "d cm"),
        BOX.replace("3 cm", r"$\lambda$ cm"),
        f"{BOX} Answer in terms of the difference.",
    ],
)
def test_algebraized(child: str) -> None:
    assert contract_finding("algebraize", BOX, child).reason is None


def test_not_algebraized() -> None:
    found = contract_finding("algebraize", BOX, BOX.replace("3", "7"), {"parameter": "d"})
    assert (found.reason, found.flags) == ("not_algebraized", ())
    assert found.detail


@pytest.mark.parametrize(
    ("child", "said", "found"),
    [
        ("What is the smallest number of tablets that the batch can hold?", None, ()),
        ("A tank holds 5 litres. How long does it take to fill it?", None, ()),
        ("A tank is filled. Find its content in litres.", None, ()),
        ("A tank is filled. Find its content.", "litres", ()),
        ("A tank of 5 litres is filled. Find its content.", None, ("no_unit",)),
        ("An engineer needs the root of $x^2=2$. What is it?", "none", ("no_unit",)),
    ],
)
def test_the_question_of_an_application_names_its_unit(
    child: str, said: str | None, found: tuple[str, ...]
) -> None:
    tags = {} if said is None else {"unit": said}
    assert flags("apply", TRAIN, child, **tags) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("number theory -> geometry", ()),
        ("Algebra and counting → probability", ()),
        (r"algebra $\to$ algebra, geometry", ()),
        ("algebra -> Algebra", ("branch_unnamed",)),
        ("algebra -> none", ("branch_unnamed",)),
        ("geometry", ("branch_unnamed",)),
        ("-> geometry", ("branch_unnamed",)),
        (None, ("branch_unnamed",)),
    ],
)
def test_compose_names_a_second_branch(said: str | None, found: tuple[str, ...]) -> None:
    tags = {} if said is None else {"branches": said}
    assert flags("compose", TRAIN, PRESS, **tags) == found


@pytest.mark.parametrize(
    ("child", "detail"),
    [
        ("(AIME style) Find $x$.", "AIME"),
        ("2019 AMC 10A. Find $x$.", "AMC 1"),
        ("Problem 12. Find $x$.", "Problem 12."),
        ("(10 points) Find $x$.", "(10 points)"),
        ("Find $x$. [5 points]", "[5 points]"),
        ("From the 2015 Winter Mathematics Olympiad: find $x$.", "Mathematics Olympiad"),
        ("Find $x$. (Winter Olympiad 2015)", "Olympiad 2015"),
    ],
)
def test_contests_are_not_named(child: str, detail: str) -> None:
    found = contract_finding("competition", TRAIN, child)
    assert (found.reason, found.detail) == ("contest_named", detail)


@pytest.mark.parametrize(
    "child",
    [
        "Find the last two digits of $7^{2024}$.",
        "In a contest 2019 players meet, and each wins 12 points. How many draws are there?",
        "At a mathematics competition 30 pupils solve 6 problems. How many solved problem 1?",
        "Let $AMC$ be a triangle with $AM = 5$, and $IMO$ another. Find $MC$.",
        "Given 10 points in the plane, how many lines pass through two of them?",
        "The problem 3x + 1 is famous. Find the steps from 7 to 1.",
    ],
)
def test_what_only_looks_like_a_contest(child: str) -> None:
    assert contract_finding("competition", TRAIN, child).reason is None


@given(st.sampled_from(STRATEGIES), st.text(), st.text(), st.text())
def test_any_text_gets_a_finding(strategy: str, parent: str, child: str, said: str) -> None:
    tags = dict.fromkeys(("branches", "parameter", "unit"), said)
    found = contract_finding(strategy, parent, child, tags)
    assert found.reason in (None, *CONTRACT_REASONS)
    assert set(found.flags) <= set(CONTRACT_FLAGS)
