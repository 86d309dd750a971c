"""Random problems: the natural mix of the built-in family, with instances reserved for evaluation.

Training draws never contain a reserved instance; evaluation draws always begin with one, so no
evaluation problem was ever seen in training, whatever its wording.
"""

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import TypeVar

from sure_math.builtin.families import FAMILIES, Instance
from sure_math.builtin.problems import Nested, Problem, Single, combined, instances, value_of

Key = TypeVar("Key")

NATURAL_LEVELS = {1: 4, 2: 5, 3: 4, 4: 1}
NATURAL_STYLES = {"plain": 38, "apply": 24, "algebraize": 8, "competition": 14, "compose": 16}
LIGHT = ("addition", "multiplication", "remainder", "percent", "pair", "combinations", "geometry")
"""Families short enough to be a further term of a composed problem."""

_FAMILY_NAMES = tuple(FAMILIES)
_TRIES = 500


def draw(
    rng: Random, *, level: int | None = None, style: str | None = None, reserved: bool = False
) -> Problem:
    """A random problem; level and style follow the natural mix unless given.

    Args:
        rng: source of all randomness.
        level: 1 to 4.
        style: plain, apply, algebraize, competition or compose.
        reserved: whether the problem is one kept for evaluation.
    """
    while True:
        wanted = style or _weighted(rng, NATURAL_STYLES)
        first = draw_instance(rng, level or _weighted(rng, NATURAL_LEVELS), reserved=reserved)
        if (problem := styled(rng, first, wanted)) is not None and (
            reserved or not touches_reserved(problem)
        ):
            return problem


def draw_instance(rng: Random, level: int, *, reserved: bool = False) -> Instance:
    """A random instance of any family that is, or is not, kept for evaluation."""
    while True:
        family = FAMILIES[rng.choice(_FAMILY_NAMES)]
        for _ in range(_TRIES):  # a small family may have no reserved instance at this level
            instance = family.draw(rng, level)
            if instance.reserved == reserved:
                return instance


def styled(rng: Random, instance: Instance, style: str) -> Problem | None:
    """The instance as a problem of a style, or None where they do not fit."""
    family = FAMILIES[instance.family]
    match style:
        case "plain":
            return Single(instance)
        case "apply":
            return Single(instance, "apply") if family.tellable(instance) else None
        case "algebraize":
            hidden = family.algebraize(instance)
            if hidden is None:
                return Nested((instance,), "a", "times_n")
            return Single(hidden, "algebraize")
        case "competition":
            return with_tail(rng, Nested((instance,), "a"))
        case "compose":
            return _drawn_composition(rng, instance)
    raise ValueError(f"unknown style {style!r}; known: {', '.join(NATURAL_STYLES)}")


def touches_reserved(problem: Problem) -> bool:
    """Whether any instance of the problem is kept for evaluation."""
    return any(instance.reserved for instance in instances(problem))


def with_tail(rng: Random, problem: Nested) -> Nested | None:
    """The nested problem with a competition-like tail, or None if its value allows none."""
    value = combined(problem)
    tails: tuple[str, ...]
    if value.denominator != 1:
        tails = ("lowest",) if value > 0 and value.denominator < 10_000 else ()
    elif value >= 10:
        tails = ("digits", "mod")
    else:
        tails = ("square_mod",)
    if not tails:
        return None
    tail = rng.choice(tails)
    modulus = rng.randint(3, 9) if tail.endswith("mod") else 0
    return Nested(problem.terms, problem.combination, tail, modulus)


def with_term(rng: Random, problem: Nested) -> Nested | None:
    """The nested problem with one more term of a short family, or None beyond three terms."""
    used = {term.family for term in problem.terms}
    family = FAMILIES[rng.choice([name for name in LIGHT if name not in used])]
    term = family.draw(rng, 1)
    terms = (*problem.terms, term)
    values = [value_of(item) for item in terms]
    if len(terms) > 3 or values[-1].denominator != 1:
        return None
    if len(terms) == 2:
        small = abs(values[0]) < 30 and values[1] < 10 and values[0].denominator == 1
        combination = "ab" if small and rng.random() < 0.5 else "a+b"
    else:
        combination = "ab+c" if problem.combination == "ab" else "a+b+c"
    return Nested(terms, combination, problem.tail, problem.modulus)


def _drawn_composition(rng: Random, first: Instance) -> Nested | None:
    problem: Nested | None = with_term(rng, Nested((first,), "a"))
    if problem and rng.random() < 0.25:
        problem = with_term(rng, problem)
    if problem and rng.random() < 0.25:
        problem = with_tail(rng, problem)
    return problem


def fits(problem: Nested) -> bool:
    """Whether the tail makes sense for the value that the terms now have."""
    value = combined(problem)
    if value.denominator > 9999 or abs(value) > 10**7:
        return False
    if problem.tail.startswith("lowest"):
        return value.denominator != 1 and value > 0
    if problem.tail in ("digits", "digits_square", "mod"):
        return value.denominator == 1 and value >= Fraction(10)
    return problem.tail != "square_mod" or value.denominator == 1


def _weighted(rng: Random, weights: Mapping[Key, int]) -> Key:
    return rng.choices(list(weights), list(weights.values()))[0]
