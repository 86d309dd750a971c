import pytest

from sure_math.builtin.families import Instance
from sure_math.builtin.grammar import parse
from sure_math.builtin.problems import Nested, Problem, Single, instances
from sure_math.config import TIERS, EvaluationSet, SourceConfig, Tier
from sure_math.errors import ConfigError
from sure_math.seeds.builtin import confirmed_answer
from sure_math.seeds.read import read
from sure_math.seeds.rows import SeedRow
from sure_math.text import canonical_text


def source(tier: Tier, name: str = "b", cap: int | None = 12) -> SourceConfig:
    return SourceConfig(name=name, adapter="builtin", tier=tier, cap=cap)


@pytest.mark.parametrize("tier", TIERS)
def test_cap_different_problems_with_confirmed_answers(tier: Tier) -> None:
    rows = list(read(source(tier), 5))
    seeds = [row for row in rows if isinstance(row, SeedRow)]
    assert len(seeds) == len(rows) == 12
    assert len({canonical_text(row.problem) for row in seeds}) == 12
    assert all(row.answer and row.answer_source == "program" for row in seeds)
    assert {row.license for row in seeds} == {"apache-2.0"}


def test_draws_follow_the_seed_and_the_name() -> None:
    assert list(read(source("easy"), 5)) == list(read(source("easy"), 5))
    first = {row.problem for row in read(source("easy"), 5) if isinstance(row, SeedRow)}
    assert first != {row.problem for row in read(source("easy"), 6) if isinstance(row, SeedRow)}
    named = {r.problem for r in read(source("easy", "c"), 5) if isinstance(r, SeedRow)}
    assert first != named


def test_a_cap_is_needed() -> None:
    with pytest.raises(ConfigError, match="needs a `cap`"):
        list(read(source("easy", cap=None), 5))


def test_it_is_no_evaluation_set() -> None:
    with pytest.raises(ConfigError, match="no evaluation set"):
        list(read(EvaluationSet(name="b", adapter="builtin"), 5))


_SUM = Instance("addition", "sum", (35, 49))


@pytest.mark.parametrize(
    ("problem", "answer"),
    [
        (Single(_SUM), "84"),
        (Nested((_SUM,), "a", "digits"), "12"),
        (Nested((_SUM,), "a", "square_mod", 5), "1"),
        (Nested((_SUM,), "a", "times_n"), "84n"),
    ],
)
def test_answers_are_confirmed_by_a_second_computation(problem: Problem, answer: str) -> None:
    assert confirmed_answer(problem) == answer


def test_families_can_be_named() -> None:
    wanted = source("medium").model_copy(update={"config": "percent, remainder"})
    problems = [row.problem for row in read(wanted, 5) if isinstance(row, SeedRow)]
    parsed = [parse(problem) for problem in problems]
    families = {instances(each)[0].family for each in parsed if each is not None}
    assert families == {"percent", "remainder"}


def test_unknown_families_are_named() -> None:
    wanted = source("medium").model_copy(update={"config": "percent,percents"})
    with pytest.raises(ConfigError, match="no built-in family percents"):
        list(read(wanted, 5))
