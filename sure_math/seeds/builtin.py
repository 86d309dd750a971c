"""The `builtin` adapter: program-made problems of the families that the built-in models know.

Drawn from the part of each family that is kept out of training, and used only if a second
computation confirms the answer.
"""

from collections.abc import Iterator
from random import Random

from sure_math.answers.equivalence import equivalent
from sure_math.builtin.drawing import NATURAL_STYLES, styled
from sure_math.builtin.families import FAMILIES
from sure_math.builtin.numerals import fraction
from sure_math.builtin.problems import Problem, solve, text
from sure_math.config import SourceConfig, Tier
from sure_math.errors import ConfigError, DataError
from sure_math.seeds.rows import Row
from sure_math.text import canonical_text

_LEVELS: dict[Tier, int] = {"easy": 1, "medium": 2, "hard": 3, "competition": 3}
_DRAWS_PER_PROBLEM = 2000


def draw_problems(source: SourceConfig, seed: int) -> Iterator[Row]:
    """`cap` different problems of the source's tier, as rows with `problem` and `answer`.

    Args:
        source: its name takes part in the seed, so that two sources draw different problems; its
            `config` may list the families to draw from, with commas between them.
        seed: the run's seed.

    Raises:
        ConfigError: the source has no cap, or names a family that does not exist.
        DataError: the families do not hold that many problems of this tier.
    """
    if source.cap is None:
        raise ConfigError(f"source {source.name}: adapter builtin needs a `cap`")
    families = _families(source)
    rng = Random(f"{seed}:{source.name}")
    seen: set[str] = set()
    for _ in range(_DRAWS_PER_PROBLEM * source.cap):
        problem = _draw(rng, families, source.tier)
        if problem is None:
            continue
        statement = text(problem, rng)
        answer = confirmed_answer(problem)
        if answer is None or canonical_text(statement) in seen:
            continue
        seen.add(canonical_text(statement))
        yield {"problem": statement, "answer": answer}
        if len(seen) == source.cap:
            return
    raise DataError(
        f"the built-in families gave only {len(seen)} different {source.tier} problems, "
        f"not {source.cap}",
        hint="lower `cap`",
    )


def _families(source: SourceConfig) -> tuple[str, ...]:
    names = tuple(source.config.replace(" ", "").split(",")) if source.config else tuple(FAMILIES)
    if unknown := [name for name in names if name not in FAMILIES]:
        raise ConfigError(
            f"source {source.name}: no built-in family {', '.join(unknown)}",
            hint=f"`config` lists some of {', '.join(FAMILIES)}",
        )
    return names


def _draw(rng: Random, families: tuple[str, ...], tier: Tier) -> Problem | None:
    """A problem that begins with an instance kept out of training; None if this draw is none."""
    first = FAMILIES[rng.choice(families)].draw(rng, _LEVELS[tier])
    if not first.reserved:
        return None
    natural = rng.choices(tuple(NATURAL_STYLES), tuple(NATURAL_STYLES.values()))[0]
    return styled(rng, first, "competition" if tier == "competition" else natural)


def confirmed_answer(problem: Problem) -> str | None:
    """The worked solution's answer if sympy finds the same, else None."""
    import sympy as sp  # slow to import, and only this adapter needs it

    from sure_math.builtin import verify

    _, answer = solve(problem)
    second = verify.answer(problem)
    if answer.value is not None:
        exact = sp.Rational(answer.value.numerator, answer.value.denominator)
        return fraction(answer.value) if second == exact else None
    return answer.forms[0] if equivalent(answer.forms[0], sp.latex(second)) else None
