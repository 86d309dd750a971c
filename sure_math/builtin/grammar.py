"""Read a problem text back into the `Problem` it words: the inverse of `problems.text`.

The reader tries the same templates that the writer uses and accepts a reading only if it renders to
exactly the text it came from. A text is *in grammar* if it has a reading, and then its true answer
is known; this is how evolved problems are checked.
"""

from collections.abc import Iterator, Mapping
from random import Random

from sure_math.builtin.families import FAMILIES, Family, Instance
from sure_math.builtin.problems import (
    ALGEBRA_ASKS,
    ASKS,
    COMBINATIONS,
    FRAMES,
    LETTERS,
    TAILS,
    Nested,
    Problem,
    Single,
    combined,
    with_letters,
)
from sure_math.builtin.template import Template


def parse(text: str) -> Problem | None:
    """The problem that `text` words, or None if the built-in family could not have written it."""
    return (
        _read_nested(text)
        or _read_asked(text, ALGEBRA_ASKS, "algebraize")
        or _read_asked(text, ASKS, "plain")
        or _as_single(read_instance(text, "apply"), "apply")
    )


def read_instance(text: str, style: str = "plain") -> Instance | None:
    """The instance behind a noun phrase, a story (apply) or an algebraic phrase (algebraize)."""
    for family in FAMILIES.values():
        tables = {
            "plain": family.phrases,
            "apply": family.stories,
            "algebraize": family.algebra,
        }
        for kind, options in tables[style].items():
            for template in options:
                if (instance := _read(family, kind, template, text)) is not None:
                    return instance
    return None


def _read(family: Family, kind: str, template: Template, text: str) -> Instance | None:
    slots = template.match(text)
    if slots is None or (numbers := family.read(kind, slots)) is None:
        return None
    instance = family.make(kind, *numbers)
    same = family.valid(instance) and _renders(template, family.slots(instance), slots, text)
    return instance if same else None


def _renders(
    template: Template, shown: Mapping[str, str], matched: Mapping[str, str], text: str
) -> bool:
    """Whether the template gives `text` back from the numbers read and the words matched."""
    return template.render({**matched, **shown}, Random(0)) == text


def _as_single(instance: Instance | None, style: str) -> Single | None:
    return Single(instance, style) if instance is not None else None


def _read_asked(text: str, asks: tuple[Template, ...], style: str) -> Single | None:
    for ask in asks:
        slots = ask.match(text)
        if slots and (instance := read_instance(slots["X"], style)) is not None:
            return Single(instance, style)
    return None


def _read_nested(text: str) -> Nested | None:
    for frames in FRAMES.values():
        for frame in frames:
            slots = frame.match(text)
            if slots and (problem := _nested(slots)) is not None:
                return problem
    return None


def _nested(slots: Mapping[str, str]) -> Nested | None:
    phrases = [slots[slot] for slot in "XYZ" if slot in slots]
    names = "".join(slots[place] for place in "ABC" if place in slots)
    terms = tuple(instance for phrase in phrases if (instance := read_instance(phrase)) is not None)
    if len(terms) != len(phrases) or not any(known.startswith(names) for known in LETTERS):
        return None
    return next(_readings(terms, names, slots["T"]), None)


def _readings(terms: tuple[Instance, ...], names: str, target: str) -> Iterator[Nested]:
    for tail, template in TAILS.items():
        matched = template.match(target)
        for combination in COMBINATIONS[len(terms)]:
            if matched and matched["E"] == with_letters(combination, names):
                modulus = int(matched.get("m", 0))
                problem = Nested(terms, combination, tail, modulus)
                if (modulus > 0 or "m" not in matched) and _defined(problem):
                    yield problem


def _defined(problem: Nested) -> bool:
    """Whether the tail has a meaning for the value (a fraction has no digit sum or remainder)."""
    value = combined(problem)
    if problem.tail.startswith("digits"):
        return value.denominator == 1 and value >= 0
    return value.denominator == 1 or problem.tail not in ("mod", "square_mod")
