r"""Problems as values: one instance in some style, or up to three instances nested into a longer
question.

`Single` is one family instance asked plainly, told as a story (*apply*) or with a number replaced
by ``n`` (*algebraize*). `Nested` names one to three instances with letters, combines them (``a+b``,
``ab+c``) and may end in a competition-like tail such as a digit sum or a remainder. Wording and the
worked solution are functions of the value and a random generator.
"""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from sure_math.builtin.families import FAMILIES, Instance
from sure_math.builtin.families.arithmetic import times_n
from sure_math.builtin.numerals import fraction, plain, surface
from sure_math.builtin.template import Template, templates

LETTERS = ("abc", "pqr", "uvw")
COMBINATIONS = {1: ("a",), 2: ("a+b", "ab"), 3: ("a+b+c", "ab+c")}

ASKS = templates("<verb> <X>.", "What is <X>?", "<verb> the following: <X>.")
ALGEBRA_ASKS = templates("Express <X> in terms of $n$.", "<verb> <X> in terms of $n$.")
FRAMES = {
    1: templates("Let $<A>$ be <X>. <verb> <T>.", "If $<A>$ is <X>, what is <T>?"),
    2: templates(
        "Let $<A>$ be <X>. Let $<B>$ be <Y>. <verb> <T>.",
        "If $<A>$ is <X> and $<B>$ is <Y>, what is <T>?",
    ),
    3: templates(
        "Let $<A>$ be <X>. Let $<B>$ be <Y>. Let $<C>$ be <Z>. <verb> <T>.",
        "If $<A>$ is <X>, $<B>$ is <Y> and $<C>$ is <Z>, what is <T>?",
    ),
}
TAILS = {
    "none": Template("$<E>$"),
    "digits": Template("the sum of the digits of $<E>$"),
    "digits_square": Template("the square of the sum of the digits of $<E>$"),
    "mod": Template("the remainder when $<E>$ is divided by <m>"),
    "square_mod": Template("the remainder when the square of $<E>$ is divided by <m>"),
    "lowest": Template("the numerator plus the denominator of $<E>$ in lowest terms"),
    "lowest_mod": Template("the numerator plus the denominator of $<E>$, modulo <m>"),
    "times_n": Template("$n$ times $<E>$ in terms of $n$"),
}
ENDINGS = (
    "The answer is \\boxed{%s}.",
    "So the answer is \\boxed{%s}.",
    "Answer: \\boxed{%s}.",
)


@dataclass(frozen=True)
class Answer:
    """An exact answer: a value, or equivalent algebraic forms; the rest colours its writing."""

    value: Fraction | None
    forms: tuple[str, ...] = ()
    variable: str = ""
    unit: str = ""
    money: bool = False

    @property
    def form(self) -> str:
        """The answer form an evolver declares."""
        if self.value is None:
            return "expression"
        return "integer" if self.value.denominator == 1 else "fraction"

    def write(self, rng: Random) -> str:
        """One surface form, as it stands in the box."""
        if self.value is None:
            weights = [3] + [1] * (len(self.forms) - 1)
            return rng.choices(self.forms, weights)[0]
        return surface(rng, self.value, variable=self.variable, unit=self.unit, money=self.money)


@dataclass(frozen=True)
class Single:
    """One instance in one style; an algebraized instance has 0 for its hidden numbers."""

    instance: Instance
    style: str = "plain"


@dataclass(frozen=True)
class Nested:
    """One to three instances, how they combine, and what is asked of the result.

    A `modulus` that the tail does not use is 0.
    """

    terms: tuple[Instance, ...]
    combination: str
    tail: str = "none"
    modulus: int = 0


Problem = Single | Nested


def instances(problem: Problem) -> tuple[Instance, ...]:
    """The family instances inside a problem, in the order of the text."""
    return problem.terms if isinstance(problem, Nested) else (problem.instance,)


def value_of(instance: Instance) -> Fraction:
    """The exact answer of a plain instance."""
    return FAMILIES[instance.family].solve(instance).value


def phrase(instance: Instance, rng: Random) -> str:
    """A noun phrase for an instance, such as "the sum of 3 and 4"."""
    family = FAMILIES[instance.family]
    return rng.choice(family.phrases[instance.kind]).render(family.slots(instance), rng)


def text(problem: Problem, rng: Random) -> str:
    """One wording of a problem."""
    if isinstance(problem, Nested):
        return _nested_text(problem, rng)
    instance, family = problem.instance, FAMILIES[problem.instance.family]
    if problem.style == "apply":
        return rng.choice(family.stories[instance.kind]).render(family.slots(instance), rng)
    if problem.style == "algebraize":
        wanted = rng.choice(family.algebra[instance.kind]).render(family.slots(instance), rng)
        return rng.choice(ALGEBRA_ASKS).render({"X": wanted}, rng)
    return rng.choice(ASKS).render({"X": phrase(instance, rng)}, rng)


def _nested_text(problem: Nested, rng: Random) -> str:
    letters = rng.choice(LETTERS)
    tail = TAILS[problem.tail].render(
        {"E": with_letters(problem.combination, letters), "m": str(problem.modulus)}, rng
    )
    slots = {"T": tail}
    for slot, place, name, term in zip("XYZ", "ABC", letters, problem.terms, strict=False):
        slots |= {slot: phrase(term, rng), place: name}
    return rng.choice(FRAMES[len(problem.terms)]).render(slots, rng)


def with_letters(combination: str, letters: str) -> str:
    """The combination with other letters: ``a+b`` becomes ``p+q``."""
    return combination.translate(str.maketrans("abc"[: len(letters)], letters))


def solve(problem: Problem) -> tuple[str, Answer]:
    """The reasoning (without the final box) and the exact answer."""
    if isinstance(problem, Nested):
        return _solve_nested(problem)
    instance, family = problem.instance, FAMILIES[problem.instance.family]
    if problem.style == "algebraize":
        algebra = family.solve_algebra(instance)
        return algebra.steps, Answer(None, algebra.forms)
    worked = family.solve(instance)
    if problem.style == "apply":
        return worked.steps, _story_answer(instance, worked.value)
    variable = family.variable if instance.kind != "squares" else ""
    return worked.steps, Answer(worked.value, variable=variable)


def _story_answer(instance: Instance, value: Fraction) -> Answer:
    if instance.family == "percent":
        return Answer(value, money=True)
    units = {"perimeter": "m", "hypotenuse": "m", "area": "m^2", "triangle": "m^2"}
    return Answer(value, unit=units.get(instance.kind, ""))


def response(problem: Problem, rng: Random) -> str:
    """A whole model response: reasoning, then the boxed answer in one of its surface forms."""
    steps, answer = solve(problem)
    return f"{steps}. {conclusion(answer, rng)}"


def conclusion(answer: Answer, rng: Random) -> str:
    """The end of a response: the answer in its box."""
    return rng.choice(ENDINGS) % answer.write(rng)


def combined(problem: Nested) -> Fraction:
    """The value of the combination, before the tail."""
    values = [value_of(term) for term in problem.terms]
    match problem.combination:
        case "ab":
            return values[0] * values[1]
        case "ab+c":
            return values[0] * values[1] + values[2]
    return sum(values, Fraction(0))


def _solve_nested(problem: Nested) -> tuple[str, Answer]:
    steps, values = [], []
    for name, term in zip("abc", problem.terms, strict=False):
        worked = FAMILIES[term.family].solve(term)
        values.append(worked.value)
        steps += [worked.steps, f"{name}={plain(worked.value)}"]
    total = combined(problem)
    steps += _combination_steps(problem.combination, values, total)
    if problem.tail == "times_n":
        return "; ".join([*steps, f"{plain(total)} times n"]), Answer(None, times_n(total))
    tail_steps, value = _tail(problem, total)
    return "; ".join(steps + tail_steps), Answer(value)


def _combination_steps(combination: str, values: list[Fraction], total: Fraction) -> list[str]:
    if combination == "a":
        return []
    shown = [plain(value) for value in values]
    signed = [text if text.startswith("-") else f"+{text}" for text in shown]
    factor = f"({shown[1]})" if values[1] < 0 else shown[1]
    match combination:
        case "ab":
            return [f"{shown[0]}*{factor}={plain(total)}"]
        case "ab+c":
            product = plain(values[0] * values[1])
            return [f"{shown[0]}*{factor}={product}", f"{product}{signed[2]}={plain(total)}"]
    return [f"{shown[0]}{''.join(signed[1:])}={plain(total)}"]


def _tail(problem: Nested, value: Fraction) -> tuple[list[str], Fraction]:
    steps: list[str] = []
    name, m = problem.tail, problem.modulus
    if name.startswith("digits"):
        digits = str(value)
        value = Fraction(sum(map(int, digits)))
        steps.append(f"{'+'.join(digits)}={value}")
    if name.startswith("lowest"):
        top, bottom = value.numerator, value.denominator
        if plain(value) != fraction(value):
            steps.append(f"{plain(value)}={fraction(value)}")
        value = Fraction(top + bottom)
        steps.append(f"{top}+{bottom}={value}")
    if name.endswith("mod"):
        steps.append(_division(value, m))
        value %= m
    if "square" in name:
        steps.append(f"{value}*{value}={value * value}")
        value *= value
    if name == "square_mod":
        steps.append(_division(value, m))
        value %= m
    return steps, value


def _division(value: Fraction, m: int) -> str:
    quotient = value // m
    shown = f"({quotient})" if quotient < 0 else str(quotient)
    return f"{value}={m}*{shown}+{value % m}"
