from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from sure_math.answers.problem import problem_keys


def classes(*answers: str) -> set[frozenset[str]]:
    keys = problem_keys(answers)
    return {frozenset(a for a in answers if keys[a] == key) for key in keys.values()}


def test_one_unit_is_dropped() -> None:
    assert len(classes("5", r"5 \text{ cm}", "5 cm")) == 1
    assert len(classes("5", r"5\text{ m}^2", r"5 \text{ square metres}")) == 1
    assert len(classes("30, 60", r"30^\circ, 60^\circ")) == 1


def test_several_units_stay_apart() -> None:
    assert len(classes("5", r"5 \text{ cm}", r"5 \text{ m}")) == 3
    assert len(classes(r"12 \text{ a.m.}", r"12 \text{ p.m.}")) == 2
    assert len(classes(r"\$5", r"5\text{ cents}")) == 2


def test_percent_is_the_number_unless_the_problem_writes_fractions() -> None:
    assert classes(r"9\%", "9") == {frozenset({r"9\%", "9"})}
    assert classes(r"9\%", "0.09") == {frozenset({r"9\%", "0.09"})}
    assert classes(r"9\%", "9", "0.09") == {frozenset({r"9\%", "0.09"}), frozenset({"9"})}
    assert classes(r"9\%", r"\frac{9}{100}") == {frozenset({r"9\%", r"\frac{9}{100}"})}


def test_one_name_is_dropped_several_stay() -> None:
    assert len(classes("x=3", "3")) == 1
    assert len(classes("x=3", "y=3")) == 2
    assert len(classes("f(x)=2x", "f(t)=2x", "2x")) == 1


def test_kept_names_survive_canonical() -> None:
    from sure_math.answers.canonical import canonical

    keys = problem_keys(["x=3", "y=3", "f(x)=x^2+1"])
    assert {canonical(key) for key in keys.values()} == set(keys.values())


@given(
    st.lists(
        st.sampled_from(
            ["5", "5 cm", r"5\text{ m}", r"9\%", "9", "0.09", "x=9", "y=9", "no", "1,2"]
        ),
        min_size=1,
        max_size=4,
    )
)
def test_order_does_not_matter(answers) -> None:
    keys = [problem_keys(order) for order in permutations(answers)]
    assert all(one == keys[0] for one in keys)
