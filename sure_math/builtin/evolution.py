"""What each evolution strategy makes of a problem: the targets the built-in evolver is trained on.

Every strategy answers for every problem. A harder problem really is harder: its worked solution
contains more digits of arithmetic (`work`). Where a strategy has reached its bound (three terms, a
tail of depth two) it falls back to harder.
"""

from dataclasses import replace
from random import Random

from sure_math.builtin.drawing import fits, styled, touches_reserved, with_tail, with_term
from sure_math.builtin.families import FAMILIES, Instance
from sure_math.builtin.problems import Nested, Problem, Single, instances, solve, text, value_of

STRATEGIES = ("harder", "rewrite", "algebraize", "apply", "compose", "competition")
_DEEPER_TAIL = {"digits": "digits_square", "mod": "square_mod", "lowest": "lowest_mod"}
_ATTEMPTS = 12


def evolve(rng: Random, problem: Problem, strategy: str) -> Problem:
    """The problem that `strategy` makes of `problem`; only *rewrite* returns an equal value."""
    if strategy == "rewrite":
        return problem
    if strategy == "harder":
        return _harder(rng, problem)
    step = {
        "algebraize": _algebraize,
        "apply": _apply,
        "compose": _compose,
        "competition": _competition,
    }[strategy]
    for _ in range(_ATTEMPTS):
        evolved = step(rng, problem)
        if evolved is not None and evolved != problem and not touches_reserved(evolved):
            return evolved
    return _harder(rng, problem)


def reworded(rng: Random, problem: Problem, old: str) -> str:
    """A wording of `problem` that differs from `old` in more than a word or two."""
    words = set(old.split())
    options = [text(problem, rng) for _ in range(6)]
    while set(options) == {old}:
        options.append(text(problem, rng))
    for option in options:
        others = set(option.split())
        if len(words & others) < 0.75 * max(len(words), len(others)):
            return option
    return min(options, key=lambda option: (option == old, len(words & set(option.split()))))


def work(problem: Problem) -> int:
    """How much arithmetic the worked solution holds: its number of digits."""
    steps, _ = solve(problem)
    return sum(map(str.isdigit, steps))


def _harder(rng: Random, problem: Problem) -> Problem:
    old = work(problem)
    for attempt in range(_ATTEMPTS * 2):
        candidate = _harder_candidate(rng, problem, 2 + attempt * 3 // (_ATTEMPTS * 2))
        if (
            candidate is not None
            and work(candidate) >= old * 1.15 + 1
            and not touches_reserved(candidate)
        ):
            return candidate
    return _longer(rng, problem)


def _harder_candidate(rng: Random, problem: Problem, level: int) -> Problem | None:
    if isinstance(problem, Nested):
        place = rng.randrange(len(problem.terms))
        old = problem.terms[place]
        fresh = FAMILIES[old.family].harder(rng, old, min(level, 3))
        if fresh is None or (place and value_of(fresh).denominator != 1):
            return None
        terms = (*problem.terms[:place], fresh, *problem.terms[place + 1 :])
        candidate = replace(problem, terms=terms)
        return candidate if fits(candidate) else None
    family = FAMILIES[problem.instance.family]
    instance = family.harder(rng, problem.instance, level)
    return styled(rng, instance, problem.style) if instance else None


def _longer(rng: Random, problem: Problem) -> Problem:
    """The last resort of *harder*, at the top of a family: a tail, a term, a larger modulus."""
    nested = _nested(rng, problem)
    for _ in range(_ATTEMPTS):
        for grown in (_competition(rng, nested), with_term(rng, nested)):
            if grown and grown != nested and fits(grown) and not touches_reserved(grown):
                return grown
    return replace(nested, modulus=nested.modulus + rng.randint(2, 9)) if nested.modulus else nested


def _algebraize(rng: Random, problem: Problem) -> Problem | None:
    if isinstance(problem, Nested):
        return Nested(problem.terms, problem.combination, "times_n")
    return styled(rng, _concrete(rng, problem), "algebraize")


def _apply(rng: Random, problem: Problem) -> Problem | None:
    terms = [_concrete(rng, problem)] if isinstance(problem, Single) else instances(problem)
    told = [term for term in terms if FAMILIES[term.family].tellable(term)]
    return Single(max(told, key=lambda term: work(Single(term))), "apply") if told else None


def _compose(rng: Random, problem: Problem) -> Problem | None:
    nested = _nested(rng, problem)
    if len(nested.terms) == 3:
        return None
    grown = with_term(rng, nested)
    return grown if grown and fits(grown) else None


def _competition(rng: Random, problem: Problem) -> Nested | None:
    nested = _nested(rng, problem)
    if nested.tail == "none":
        return with_tail(rng, nested)
    tail = _DEEPER_TAIL.get(nested.tail)
    if tail is None:
        return None
    modulus = nested.modulus or (rng.randint(3, 9) if tail.endswith("mod") else 0)
    return replace(nested, tail=tail, modulus=modulus)


def _nested(rng: Random, problem: Problem) -> Nested:
    """The problem as a nested one; an algebraic question becomes a numeric one again."""
    if isinstance(problem, Single):
        return Nested((_concrete(rng, problem),), "a")
    return replace(problem, tail="none") if problem.tail == "times_n" else problem


def _concrete(rng: Random, problem: Single) -> Instance:
    """The instance with numbers in place of ``n``."""
    hidden, family = problem.instance, FAMILIES[problem.instance.family]
    if problem.style != "algebraize":
        return hidden
    while True:
        fresh = family.draw(rng, rng.choice((1, 2)))
        if fresh.kind != hidden.kind:
            continue
        merged = {
            name: drawn if name in family.hidden else old
            for (name, old), drawn in zip(family.named(hidden).items(), fresh.numbers, strict=True)
        }
        instance = replace(fresh, numbers=tuple(merged.values()))
        if family.valid(instance) and not instance.reserved:
            return instance
