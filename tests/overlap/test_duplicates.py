"""Which problems count as one, against a plain quadratic search and on pairs that must stay."""

import random
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sure_math.overlap.duplicates import Duplicates, find_duplicates
from sure_math.overlap.grams import distinct, grams, jaccard
from sure_math.overlap.near import keys
from sure_math.overlap.tokens import tokenize
from tests.hash_seeds import outputs

LONG = (
    "A farmer has 12 cows and 7 goats on a meadow that lies behind the old mill near the river. "
    "Every cow gives 9 litres of milk a day and every goat gives 2 litres of milk a day. "
)


def find(
    texts: Sequence[str],
    answers: dict[int, str] | None = None,
    near: float | None = 0.8,
    batch: int = 3,
) -> Duplicates:
    def batches() -> Iterator[Sequence[str]]:
        return (texts[i : i + batch] for i in range(0, len(texts), batch))

    return find_duplicates(batches, np.arange(len(texts)), answers or {}, str.__eq__, near)


def find_ranked(texts: Sequence[str], rank: Sequence[int]) -> Duplicates:
    return find_duplicates(lambda: [texts[:9], texts[9:]], np.array(rank), {}, str.__eq__, 0.8)


def test_equal_texts_in_other_typography_are_one() -> None:
    found = find([r"Find $\dfrac{1}{2} + 3$.", "Find 1 + 3.", r"find \(\frac12+3\)"])
    assert (found.equal, found.near, found.conflicts) == ({2: 0}, {}, [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How many litres do they give in 3 days?", "How many litres do they give in 4 days?"),
        ("Find $x + 3 = 20$ and so on for x", "Find $x - 3 = 20$ and so on for x"),
        ("What is the mean of all of them?", "What is the median of all of them?"),
        ("What is 22.5 of that?", "What is 225 of that?"),
        ("Find $x^3 \\leq 20$.", "Find $x^3 < 20$."),
        ("What is the share of the cows?", "What is the share of the goats?"),
    ],
)
def test_different_problems_stay_apart(one: str, other: str) -> None:
    assert find([LONG + one, LONG + other]) == Duplicates()


def test_near_texts_are_one_if_they_ask_the_same_or_have_the_same_answer() -> None:
    asked = "How many litres of milk do they give in 3 days?"
    renamed = LONG.replace("farmer", "peasant")
    assert find([LONG + asked, renamed + asked]).near == {1: 0}
    other = asked.replace("3 days", "3 full days")
    assert find([LONG + asked, LONG + other]) == Duplicates()
    assert find([LONG + asked, LONG + other], {0: "366", 1: "366"}).near == {1: 0}
    assert find([LONG + asked, renamed + asked], {0: "366", 1: "122"}) == Duplicates()
    assert find([LONG + asked, renamed + asked], near=None) == Duplicates()


def test_without_numbers_the_words_tell_problems_apart() -> None:
    texts = [f"Find the number of ways to order all letters of the word {w}" for w in ("A", "B")]
    assert find(texts, {0: "60", 1: "60"}, near=0.5) == Duplicates()


def test_other_drawings_are_other_problems() -> None:
    drawn = [f"{LONG} What is $x$? [asy]draw((0,0)--({n},1));[/asy]" for n in (3, 4, 3)]
    drawn[2] = drawn[2].replace("old", "red")
    assert find(drawn, dict.fromkeys(range(3), "9"), near=0.7).near == {2: 0}


def test_contradicting_answers_of_one_text_are_a_conflict() -> None:
    texts = ["What is 2 + 2?", "What is 3 + 3?", "what is $2+2$", "What is 2 + 2 ?"]
    found = find(texts, {0: "4", 2: "5"})
    assert (found.equal, found.conflicts) == ({}, [[0, 2, 3]])
    assert find(texts, {0: "4", 3: "4"}).equal == {2: 0, 3: 0}


@given(
    st.lists(
        st.lists(st.sampled_from("abcdefgh"), min_size=3, max_size=30).map(
            lambda words: " ".join(["5 6", *words])
        ),
        max_size=25,
    ),
    st.sampled_from([0.5, 0.8, 1.0]),
    st.integers(1, 7),
)
@settings(deadline=None, max_examples=60)
def test_finds_what_a_quadratic_search_finds(
    texts: list[str], threshold: float, batch: int
) -> None:
    """Two numbers and equal answers everywhere: what is near is one problem."""
    answers = dict.fromkeys(range(len(texts)), "1")
    found = find(texts, answers, threshold, batch)
    key, guard = keys(texts)
    sets = distinct(grams(tokenize(texts), 5))
    staying: list[int] = []
    expected: dict[int, int] = {}
    for row in range(len(texts)):
        if row in found.equal:
            assert key[row] == key[found.equal[row]]
            continue
        near = [
            kept
            for kept in staying
            if guard[kept] == guard[row] and jaccard(sets.row(row), sets.row(kept)) >= threshold
        ]
        if near:
            expected[row] = near[0]
        else:
            staying.append(row)
    assert found.near == expected
    assert all(key[a] != key[b] for a, b in combinations(staying, 2))


def test_what_never_agrees_is_not_compared_with_everything() -> None:
    """Quadratic would be 79,800 comparisons."""
    compared: list[tuple[str, str]] = []

    def differ(a: str, b: str) -> bool:
        compared.append((a, b))
        return False

    texts = [
        f"{LONG} Ask {chr(97 + n % 20)}{chr(97 + n // 20)}o: what is left?" for n in range(400)
    ]
    answers = {row: str(row) for row in range(400)}
    found = find_duplicates(lambda: [texts], np.arange(400), answers, differ, 0.8)
    assert found == Duplicates()
    assert len(compared) <= 400 * 100


@pytest.mark.parametrize("start", [LONG, LONG.translate(str.maketrans("", "", "0123456789"))])
def test_repeats_are_found_among_hundreds_of_texts_that_ask_otherwise(start: str) -> None:
    asked = [f"What is the share of {chr(97 + n % 20)}{chr(97 + n // 20)}o?" for n in range(300)]
    texts = [start + each for each in asked]
    texts += [start.replace("farmer", "peasant") + each for each in asked]
    assert find(texts, batch=50).near == {300 + row: row for row in range(300)}


def test_order_does_not_matter() -> None:
    rng = random.Random(4)
    asked = "How many litres do they give?"
    texts = [
        LONG.replace("old", word) + asked for word in ["old", "new", "red", "big", "far", "odd"]
    ] * 2
    texts += [f"{LONG}{asked} Day {number}." for number in range(20)]
    base = find(texts)
    kept = {texts[row] for row in range(len(texts)) if row not in base.equal | base.near}
    for _ in range(5):
        order = rng.sample(range(len(texts)), len(texts))
        shuffled = [texts[row] for row in order]
        found = find_ranked(shuffled, order)
        gone = found.equal | found.near
        assert {shuffled[row] for row in range(len(texts)) if row not in gone} == kept


def test_the_hash_seed_does_not_matter() -> None:
    code = (
        "from sure_math.overlap.near import keys; "
        "print([k.tolist() for k in keys(['Find 2 + 3.', 'How many are there?'])])"
    )
    (printed,) = outputs(code, "1", "2")
    assert printed != ""


def test_nothing_in_nothing_out() -> None:
    assert find([]) == Duplicates()
    assert find(["", "", "?"]).equal == {1: 0, 2: 0}
