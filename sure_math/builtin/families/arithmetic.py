"""Sums, products, fractions, percentages and linear systems of two numbers."""

from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from random import Random

from sure_math.builtin.families.base import Family, Instance, Worked, WorkedAlgebra, between
from sure_math.builtin.numerals import decimal, fraction
from sure_math.builtin.template import templates, wordings


def product_steps(a: int, b: int) -> str:
    """``a*b`` split at the tens of one factor: ``34*12=340+68=408``."""
    if b < 10:
        a, b = b, a
    tens, units = b - b % 10, b % 10
    if tens and units and a:
        return f"{a}*{b}={a * tens}+{a * units}={a * b}"
    return f"{a}*{b}={a * b}"


class Addition(Family):
    """Sums and differences of two whole numbers."""

    name = "addition"
    numbers = ("a", "b")
    phrases = wordings(
        sum=templates("$<a>+<b>$", "the sum of <a> and <b>", "the total of <a> and <b>"),
        difference=templates(
            "$<a>-<b>$", "the difference of <a> and <b>", "the number that is <b> less than <a>"
        ),
    )
    stories = wordings(
        sum=templates(
            "<name> has <a> <item> and buys <b> more. How many <item> does <name> have now?",
            "There are <a> <item> in one box and <b> in another. How many <item> are there in all?",
        ),
        difference=templates(
            "<name> has <a> <item> and sells <b>. How many <item> are left?",
            "Of <a> <item> in a shop, <b> are sold. How many <item> remain?",
        ),
    )
    algebra = wordings(
        sum=templates("the sum of <a> and $n$", "the total of <a> and $n$"),
        difference=templates("the difference of <a> and $n$", "the number $n$ less than <a>"),
    )
    hidden = ("b",)
    kept = ("b",)

    def draw(self, rng: Random, level: int) -> Instance:
        a, b = (rng.randint(10**level, 10 ** (level + 1) - 1) for _ in range(2))
        if rng.random() < 0.5:
            return self.make("sum", a, b)
        return self.make("difference", max(a, b), min(a, b))

    def valid(self, instance: Instance) -> bool:
        return instance.kind == "sum" or instance.numbers[0] >= instance.numbers[1]

    def solve(self, instance: Instance) -> Worked:
        a, b = instance.numbers
        value, sign = (a + b, "+") if instance.kind == "sum" else (a - b, "-")
        return Worked(f"{a}{sign}{b}={value}", Fraction(value))

    def solve_algebra(self, instance: Instance) -> WorkedAlgebra:
        a = instance.numbers[0]
        if instance.kind == "sum":
            return WorkedAlgebra(f"add n to {a}", (f"n+{a}", f"{a}+n"))
        return WorkedAlgebra(f"take n from {a}", (f"{a}-n", f"-n+{a}"))


class Multiplication(Family):
    """Products of two whole numbers."""

    name = "multiplication"
    numbers = ("a", "b")
    phrases = wordings(
        product=templates(
            "$<a>\\times <b>$", "the product of <a> and <b>", "$<a>\\cdot <b>$", "<a> times <b>"
        )
    )
    stories = wordings(
        product=templates(
            "There are <b> boxes with <a> <item> each. How many <item> are there in total?",
            "A hall has <b> rows of <a> seats. How many seats does it have?",
            "<name> fills <b> bags with <a> <item> each. How many <item> does <name> use?",
        )
    )
    algebra = wordings(product=templates("the product of <a> and $n$", "<a> times $n$"))
    hidden = ("b",)
    kept = ("a", "b")

    def draw(self, rng: Random, level: int) -> Instance:
        a = between(rng, level, (2, 50), (11, 99), (100, 999), (100, 999))
        b = between(rng, level, (2, 9), (11, 99), (11, 99), (101, 499))
        return self.make("product", a, b)

    def solve(self, instance: Instance) -> Worked:
        a, b = instance.numbers
        if a > 99 and b > 99:
            hundreds, rest = b - b % 100, b % 100
            steps = f"{a}*{b}={a * hundreds}+{a * rest}={a * b}"
            return Worked(steps, Fraction(a * b))
        return Worked(product_steps(a, b), Fraction(a * b))

    def solve_algebra(self, instance: Instance) -> WorkedAlgebra:
        a = instance.numbers[0]
        return WorkedAlgebra(f"{a} times n", (f"{a}n", f"{a} n", f"n\\cdot {a}"))


class Fractions(Family):
    """Sums, differences and products of two proper fractions."""

    name = "fractions"
    numbers = ("a", "b", "c", "d")
    _shown = "\\frac{<a>}{<b>}", "\\frac{<c>}{<d>}"
    phrases = wordings(
        sum=templates(
            "${}+{}$".format(*_shown),
            "the sum of $<a>/<b>$ and $<c>/<d>$",
            "the value of ${}+{}$".format(*_shown),
        ),
        difference=templates(
            "${}-{}$".format(*_shown),
            "the difference of $<a>/<b>$ and $<c>/<d>$",
            "the value of ${}-{}$".format(*_shown),
        ),
        product=templates(
            "${}\\cdot {}$".format(*_shown),
            "the product of $<a>/<b>$ and $<c>/<d>$",
            "the value of ${}\\cdot {}$".format(*_shown),
        ),
    )
    stories = wordings(
        sum=templates(
            "<name> mixes $<a>/<b>$ cup of milk and $<c>/<d>$ cup of water. "
            "How many cups is that in total?",
            "<name> walks $<a>/<b>$ mile and then $<c>/<d>$ mile. How many miles does <name> walk?",
        ),
        difference=templates(
            "<name> has $<a>/<b>$ litre of juice and drinks $<c>/<d>$ litre. "
            "How many litres are left?",
            "A rope is $<a>/<b>$ metre long and $<c>/<d>$ metre is cut off. "
            "How many metres are left?",
        ),
        product=templates(
            "<name> owns $<a>/<b>$ of a field and plants $<c>/<d>$ of that part. "
            "What fraction of the field is planted?",
            "In a school $<a>/<b>$ of the pupils sing, and $<c>/<d>$ of these also dance. "
            "What fraction of the pupils sing and dance?",
        ),
    )
    algebra = wordings(
        product=templates("the product of $<a>/<b>$ and $n$", "$\\frac{<a>}{<b>}$ of $n$")
    )
    hidden = ("c", "d")
    kept = ("a",)
    _denominators = (
        (2, 3, 4, 5, 6),
        (3, 4, 5, 6, 8, 9, 10),
        (6, 7, 8, 9, 10, 12, 15),
        (11, 12, 13, 14, 15, 16, 18, 20, 24),
    )

    def draw(self, rng: Random, level: int) -> Instance:
        b, d = (rng.choice(self._denominators[level - 1]) for _ in range(2))
        a, c = rng.randint(1, b - 1), rng.randint(1, d - 1)
        kinds = ("sum", "difference") if level == 1 else ("sum", "difference", "product")
        return self.make(rng.choice(kinds), a, b, c, d)

    def valid(self, instance: Instance) -> bool:
        a, b, c, d = instance.numbers
        return a < b and (c < d or d == 0)

    def tellable(self, instance: Instance) -> bool:
        a, b, c, d = instance.numbers
        return instance.kind != "difference" or a * d > b * c

    def read(self, kind: str, slots: Mapping[str, str]) -> tuple[int, ...] | None:
        numbers = super().read(kind, slots)
        proper = numbers is not None and numbers[1] > 0 and ("d" not in slots or numbers[3] > 0)
        return numbers if proper else None

    def algebraize(self, instance: Instance) -> Instance | None:
        return self.make("product", *instance.numbers[:2], 0, 0)

    def solve(self, instance: Instance) -> Worked:
        a, b, c, d = instance.numbers
        if instance.kind == "product":
            top, bottom, shown = a * c, b * d, f"\\frac{{{a}*{c}}}{{{b}*{d}}}"
        else:
            bottom = lcm(b, d)
            left, right = a * bottom // b, c * bottom // d
            sign = "+" if instance.kind == "sum" else "-"
            top = left + right if instance.kind == "sum" else left - right
            shown = f"\\frac{{{left}{sign}{right}}}{{{bottom}}}"
        raw, lowest = f"\\frac{{{top}}}{{{bottom}}}", fraction(Fraction(top, bottom))
        steps = f"{shown}={raw}" + (f"={lowest}" if lowest != raw else "")
        return Worked(steps, Fraction(top, bottom))

    def solve_algebra(self, instance: Instance) -> WorkedAlgebra:
        a, b = instance.numbers[:2]
        value = Fraction(a, b)
        raw, lowest = f"\\frac{{{a}}}{{{b}}}", fraction(value)
        steps = raw if raw == lowest else f"{raw}={lowest}"
        return WorkedAlgebra(steps, times_n(value))


def times_n(value: Fraction) -> tuple[str, ...]:
    """Ways to write ``value`` times ``n``."""
    top = {0: "0", 1: "n", -1: "-n"}.get(value.numerator, f"{value.numerator}n")
    if value.denominator == 1:
        k = value.numerator
        return (top, f"{k} n", f"n\\cdot {k}") if abs(k) > 1 else (top,)
    sign, top = ("-", top[1:]) if top.startswith("-") else ("", top)
    whole = f"{sign}\\frac{{{top}}}{{{value.denominator}}}"
    return whole, f"{fraction(value)}n", f"{sign}{top}/{value.denominator}"


class Percent(Family):
    """Percentages of, and percentage changes to, a whole number."""

    name = "percent"
    numbers = ("p", "a")
    phrases = wordings(
        of=templates("$<p>\\%$ of <a>", "<p> percent of <a>", "<p> hundredths of <a>"),
        up=templates(
            "the result when <a> is increased by $<p>\\%$",
            "the number that is $<p>\\%$ more than <a>",
            "<a> plus $<p>\\%$ of itself",
        ),
        down=templates(
            "the result when <a> is decreased by $<p>\\%$",
            "the number that is $<p>\\%$ less than <a>",
            "<a> minus $<p>\\%$ of itself",
        ),
    )
    stories = wordings(
        of=templates(
            "A <good> costs \\$<a>. The tax is $<p>\\%$ of the price. How many dollars is the tax?",
            "<name> earns \\$<a> and saves $<p>\\%$ of it. How many dollars does <name> save?",
        ),
        up=templates(
            "A <good> costs \\$<a>. The price rises by $<p>\\%$. What is the new price in dollars?",
            "<name> earns \\$<a> and gets $<p>\\%$ more next year. "
            "How many dollars does <name> earn then?",
        ),
        down=templates(
            "A <good> costs \\$<a>. It is sold at $<p>\\%$ off. What is the sale price in dollars?",
            "<name> has \\$<a> and spends $<p>\\%$ of it. How many dollars are left?",
        ),
    )
    algebra = wordings(of=templates("$<p>\\%$ of $n$", "<p> percent of $n$"))
    hidden = ("a",)
    kept = ("p",)

    def draw(self, rng: Random, level: int) -> Instance:
        if level == 1:
            return self.make("of", rng.choice((10, 20, 25, 50)), 20 * rng.randint(1, 20))
        p = 5 * rng.randint(1, 19)
        if level == 2:
            return self.make("of", p, 10 * rng.randint(2, 40))
        a = 10 * rng.randint(2, 40) if level == 3 else 10 * rng.randint(41, 250)
        return self.make(rng.choice(("up", "down")), p, a)

    def harder(self, rng: Random, instance: Instance, level: int) -> Instance | None:
        fresh = super().harder(rng, instance, level)
        if fresh is None and instance.kind == "of" and level > 2:
            kind = rng.choice(("up", "down"))
            return self.make(kind, instance.numbers[0], 10 * rng.randint(2, 40))
        return fresh

    def algebraize(self, instance: Instance) -> Instance | None:
        return self.make("of", instance.numbers[0], 0)

    def solve(self, instance: Instance) -> Worked:
        p, a = instance.numbers
        part = Fraction(p * a, 100)
        steps = f"{a}*{p}/100={a * p}/100={decimal(part)}"
        if instance.kind == "of":
            return Worked(steps, part)
        value, sign = (a + part, "+") if instance.kind == "up" else (a - part, "-")
        return Worked(f"{steps}, {a}{sign}{decimal(part)}={decimal(value)}", value)

    def solve_algebra(self, instance: Instance) -> WorkedAlgebra:
        share = Fraction(instance.numbers[0], 100)
        first, *others = times_n(share)
        steps = f"{instance.numbers[0]}/100={fraction(share)}"
        return WorkedAlgebra(steps, (first, f"{decimal(share)}n", *others))


class PairSum(Family):
    """Two numbers from their sum and their difference."""

    name = "pair"
    numbers = ("s", "d")
    phrases = wordings(
        **{
            kind: templates(
                f"the value of ${shown}$ if $x+y=<s>$ and $x-y=<d>$",
                f"${shown}$ when $x-y=<d>$ and $x+y=<s>$",
                f"the {word} of two numbers with sum <s> and difference <d>",
            )
            for kind, shown, word in (
                ("x", "x", "larger"),
                ("y", "y", "smaller"),
                ("product", "xy", "product"),
            )
        }
    )
    stories = wordings(
        x=templates(
            "<name> and <other> have <s> coins together. <name> has <d> more than <other>. "
            "How many coins does <name> have?",
            "A class has <s> pupils with <d> more girls than boys. How many girls are there?",
        ),
        y=templates(
            "<name> and <other> have <s> coins together. <name> has <d> more than <other>. "
            "How many coins does <other> have?",
            "A class has <s> pupils with <d> more girls than boys. How many boys are there?",
        ),
        product=templates(
            "The sides of a garden add up to <s> m and differ by <d> m. "
            "What is its area in square metres?",
            "The length and width of a room add up to <s> m and differ by <d> m. "
            "How many square metres is the floor?",
        ),
    )

    def draw(self, rng: Random, level: int) -> Instance:
        x = rng.randint(2, (10, 25, 60, 120)[level - 1])
        y = rng.randint(1, x)
        kinds = ("x", "y") if level == 1 else ("x", "y", "product")
        return self.make(rng.choice(kinds), x + y, x - y)

    def harder(self, rng: Random, instance: Instance, level: int) -> Instance | None:
        return None if instance.kind == "product" else self.make("product", *instance.numbers)

    def valid(self, instance: Instance) -> bool:
        s, d = instance.numbers
        return s >= d and (s - d) % 2 == 0

    def read(self, kind: str, slots: Mapping[str, str]) -> tuple[int, ...] | None:
        s, d = int(slots["s"]), int(slots["d"])
        return (s, d) if (s - d) % 2 == 0 else None

    def solve(self, instance: Instance) -> Worked:
        s, d = instance.numbers
        x, y = (s + d) // 2, (s - d) // 2
        steps = f"2x={s}+{d}={s + d}, x={x}"
        if instance.kind == "x":
            return Worked(steps, Fraction(x))
        steps += f", y={s}-{x}={y}"
        if instance.kind == "y":
            return Worked(steps, Fraction(y))
        return Worked(f"{steps}, {product_steps(x, y)}", Fraction(x * y))
