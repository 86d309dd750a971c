"""Combinations and drawing without replacement."""

from collections.abc import Mapping
from fractions import Fraction
from math import comb, factorial, perm
from random import Random

from sure_math.builtin.families.base import Family, Instance, Worked, WorkedAlgebra, between
from sure_math.builtin.numerals import fraction
from sure_math.builtin.template import templates, wordings


class Combinations(Family):
    """The number of ways to choose k of n."""

    name = "combinations"
    numbers = ("n", "k")
    phrases = wordings(
        choose=templates(
            "the number of ways to choose <k> items from <n>",
            "$\\binom{<n>}{<k>}$",
            "the number of subsets of size <k> of a set of size <n>",
        )
    )
    stories = wordings(
        choose=templates(
            "A club has <n> members. In how many ways can it choose a team of <k>?",
            "<name> has <n> <item> and takes <k> of them on a trip. In how many ways can <name> "
            "choose them?",
        )
    )
    kept = ("k",)

    def draw(self, rng: Random, level: int) -> Instance:
        n = between(rng, level, (4, 9), (6, 12), (8, 15), (11, 20))
        return self.make("choose", n, rng.randint(2, (2, 3, 4, 5)[level - 1]))

    def read(self, kind: str, slots: Mapping[str, str]) -> tuple[int, ...] | None:
        n, k = int(slots["n"]), int(slots["k"])
        return (n, k) if 0 < k <= n < 1000 else None

    def solve(self, instance: Instance) -> Worked:
        n, k = instance.numbers
        top = "*".join(str(n - i) for i in range(k))
        bottom = "*".join(str(k - i) for i in range(k))
        value = comb(n, k)
        steps = f"({top})/({bottom})={perm(n, k)}/{factorial(k)}={value}"
        return Worked(steps, Fraction(value))


class Drawing(Family):
    """The probability that one ball, or two without replacement, have a given colour."""

    name = "drawing"
    numbers = ("a", "b")
    _bag = "a bag with <a> <colour> and <b> blue balls"
    phrases = wordings(
        one=templates(
            f"the probability of drawing a <colour> ball from {_bag}",
            f"the chance that a ball from {_bag} is <colour>",
            f"the probability that a random ball from {_bag} is <colour>",
        ),
        both=templates(
            f"the probability that two balls drawn from {_bag} are both <colour>",
            f"the chance that two random balls from {_bag} are both <colour>",
            f"the probability of drawing two <colour> balls at once from {_bag}",
        ),
    )
    stories = wordings(
        one=templates(
            "A box has <a> ripe and <b> green pears. <name> takes one at random. "
            "What is the probability that it is ripe?",
            "In a class of <a> girls and <b> boys one pupil is picked at random. "
            "What is the probability of a girl?",
        ),
        both=templates(
            "A box has <a> ripe and <b> green pears. <name> takes two at random. "
            "What is the probability that both are ripe?",
            "In a class of <a> girls and <b> boys two pupils are picked at random. "
            "What is the probability of two girls?",
        ),
    )
    algebra = wordings(
        one=templates(
            "the probability of drawing a red ball from a bag with <a> red and $n$ blue balls",
            "the chance that a ball from a bag with <a> red and $n$ blue balls is red",
        )
    )
    hidden = ("b",)
    kept = ("a",)

    def draw(self, rng: Random, level: int) -> Instance:
        high = (12, 9, 12, 20)[level - 1]
        a, b = rng.randint(2, high), rng.randint(1, high)
        kind = "one" if level == 1 else "both" if level > 2 else rng.choice(("one", "both"))
        return self.make(kind, a, b)

    def harder(self, rng: Random, instance: Instance, level: int) -> Instance | None:
        fresh = super().harder(rng, instance, level)
        if fresh is None and instance.kind == "one" and instance.numbers[0] > 1:
            a, b = instance.numbers
            return self.make("both", a, b or rng.randint(1, 9))
        return fresh

    def read(self, kind: str, slots: Mapping[str, str]) -> tuple[int, ...] | None:
        a, b = int(slots["a"]), int(slots.get("b", 0))
        return (a, b) if a > (kind == "both") and b >= 0 else None

    def algebraize(self, instance: Instance) -> Instance | None:
        return self.make("one", instance.numbers[0], 0)

    def solve(self, instance: Instance) -> Worked:
        a, total = instance.numbers[0], sum(instance.numbers)
        if instance.kind == "one":
            value, raw = Fraction(a, total), f"\\frac{{{a}}}{{{total}}}"
            steps = f"total {total}, {raw}"
        else:
            top, bottom = a * (a - 1), total * (total - 1)
            value, raw = Fraction(top, bottom), f"\\frac{{{top}}}{{{bottom}}}"
            steps = f"total {total}, \\frac{{{a}*{a - 1}}}{{{total}*{total - 1}}}={raw}"
        lowest = fraction(value)
        return Worked(steps if lowest == raw else f"{steps}={lowest}", value)

    def solve_algebra(self, instance: Instance) -> WorkedAlgebra:
        a = instance.numbers[0]
        forms = f"\\frac{{{a}}}{{n+{a}}}", f"{a}/(n+{a})", f"\\frac{{{a}}}{{{a}+n}}"
        return WorkedAlgebra(f"total n+{a}", forms)
