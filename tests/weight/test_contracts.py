import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sure_math.config import STRATEGIES
from sure_math.weight.contracts import ANSWER_FLAGS, answer_flags, letters


@pytest.mark.parametrize(
    ("majority", "parent", "flags"),
    [
        (r"\frac{1}{2}", "0.5", ()),
        ("12", "13", ("answer_changed",)),
        (None, "13", ()),
        ("12", None, ()),
    ],
)
def test_a_rewrite_keeps_the_answer(
    majority: str | None, parent: str | None, flags: tuple[str, ...]
) -> None:
    assert answer_flags("rewrite", [], majority, parent_answer=parent) == flags


@pytest.mark.parametrize(
    ("known", "majority", "flags"),
    [
        (["noop_suspect"], "3.0", ("noop",)),
        (["noop_suspect"], "4", ()),
        (["figure"], "3", ()),
        ([], "3", ()),
    ],
)
def test_a_harder_problem_is_none_if_it_looks_and_answers_like_its_parent(
    known: list[str], majority: str, flags: tuple[str, ...]
) -> None:
    assert answer_flags("harder", known, majority, parent_answer="3") == flags


@pytest.mark.parametrize(
    ("majority", "flags"),
    [
        (r"2\sqrt{d^2+160}", ()),
        ("3kd", ()),
        (r"\frac{d}{2}\text{ cm}", ()),
        ("26", ("not_algebraized",)),
        (r"26\text{ days}", ("not_algebraized",)),
        (r"\dfrac{1}{2}", ("not_algebraized",)),
        (None, ()),
    ],
)
def test_a_parameter_is_in_the_answer(majority: str | None, flags: tuple[str, ...]) -> None:
    assert answer_flags("algebraize", [], majority, parameters=["d"]) == flags


def test_without_a_known_parameter_nothing_is_said() -> None:
    assert answer_flags("algebraize", [], "26") == ()


@pytest.mark.parametrize("strategy", ["apply", "compose", "competition", None])
def test_other_problems_get_no_flag(strategy: str | None) -> None:
    flags = answer_flags(strategy, ["noop_suspect"], "1", parent_answer="2", parameters=["n"])
    assert flags == ()


def test_letters_of_an_answer() -> None:
    assert letters(r"\lambda x_1 + \operatorname{lcm}(a,b)\text{ cm}") == {"lambda", *"xab"}


@settings(deadline=None)
@given(
    st.sampled_from([*STRATEGIES, None]),
    st.one_of(st.none(), st.text(max_size=20)),
    st.one_of(st.none(), st.text(max_size=20)),
)
def test_any_answers_give_known_flags(
    strategy: str | None, majority: str | None, parent: str | None
) -> None:
    flags = answer_flags(
        strategy, ["noop_suspect"], majority, parent_answer=parent, parameters=["n"]
    )
    assert set(flags) <= set(ANSWER_FLAGS)
