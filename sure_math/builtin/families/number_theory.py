"""Remainders, common divisors and multiples, powers modulo a number, arithmetic sequences."""

from collections.abc import Mapping
from fractions import Fraction
from random import Random

from sure_math.builtin.families.base import Family, Instance, Worked, WorkedAlgebra, between
from sure_math.builtin.template import templates, wordings


class Remainder(Family):
    """The remainder of one whole number on division by another."""

    name = "remainder"
    numbers = ("a", "m")
    phrases = wordings(
        remainder=templates(
            "the remainder when <a> is divided by <m>", "$<a> \\bmod <m>$", "<a> modulo <m>"
        )
    )
    stories = wordings(
        remainder=templates(
            "<a> <item> are packed in bags of <m>. How many <item> are left over?",
            "<name> deals <a> <item> equally to <m> friends. How many <item> remain?",
        )
    )
    kept = ("m", "a")

    def draw(self, rng: Random, level: int) -> Instance:
        m = between(rng, level, (3, 9), (6, 15), (11, 30), (17, 60))
        a = between(rng, level, (20, 99), (100, 300), (300, 1500), (1500, 9999))
        return self.make("remainder", a, m)

    def read(self, kind: str, slots: Mapping[str, str]) -> tuple[int, ...] | None:
        return (int(slots["a"]), int(slots["m"])) if int(slots["m"]) > 0 else None

    def solve(self, instance: Instance) -> Worked:
        a, m = instance.numbers
        quotient, rest = divmod(a, m)
        return Worked(f"{m}*{quotient}={quotient * m}, {a}-{quotient * m}={rest}", Fraction(rest))


class Divisors(Family):
    """Greatest common divisor and least common multiple, by Euclid's algorithm."""

    name = "divisors"
    numbers = ("a", "b")
    phrases = wordings(
        gcd=templates(
            "the greatest common divisor of <a> and <b>",
            "$\\gcd(<a>,<b>)$",
            "the largest number that divides both <a> and <b>",
        ),
        lcm=templates(
            "the least common multiple of <a> and <b>",
            "$\\text{lcm}(<a>,<b>)$",
            "the smallest number that both <a> and <b> divide",
        ),
    )
    stories = wordings(
        gcd=templates(
            "<a> red and <b> blue beads are split into equal groups with none left. "
            "What is the largest number of groups?",
            "Ropes of <a> m and <b> m are cut into equal pieces with none left. "
            "How many metres can a piece have at most?",
        ),
        lcm=templates(
            "Two buses leave together every <a> and <b> minutes. "
            "After how many minutes do they next leave together?",
            "Two lamps flash every <a> and <b> seconds. "
            "After how many seconds do they flash together again?",
        ),
    )

    def draw(self, rng: Random, level: int) -> Instance:
        divisor = rng.randint(2, (8, 12, 18, 30)[level - 1])
        a, b = rng.sample(range(2, (6, 9, 14, 40)[level - 1] + 1), 2)
        kind = rng.choice(("gcd", "lcm"))
        return self.make(kind, divisor * max(a, b), divisor * min(a, b))

    def read(self, kind: str, slots: Mapping[str, str]) -> tuple[int, ...] | None:
        a, b = int(slots["a"]), int(slots["b"])
        return (a, b) if a > 0 and b > 0 else None

    def solve(self, instance: Instance) -> Worked:
        a, b = large, small = instance.numbers
        steps = []
        while b:
            steps.append(f"{a}={b}*{a // b}+{a % b}")
            a, b = b, a % b
        text = ", ".join(steps) + f", gcd={a}"
        if instance.kind == "gcd":
            return Worked(text, Fraction(a))
        value = large // a * small
        text += f", {large}/{a}*{small}={large // a}*{small}={value}"
        return Worked(text, Fraction(value))


class Power(Family):
    """Powers modulo a number, by the period of their remainders."""

    name = "power"
    numbers = ("a", "n", "m")
    phrases = wordings(
        remainder=templates(
            "the remainder when $<a>^{<n>}$ is divided by <m>",
            "$<a>^{<n>} \\bmod <m>$",
            "the remainder of $<a>^{<n>}$ on division by <m>",
        ),
        units=templates(
            "the units digit of $<a>^{<n>}$",
            "the last digit of $<a>^{<n>}$",
            "the ones digit of $<a>^{<n>}$",
        ),
    )
    stories = wordings(
        remainder=templates(
            "$<a>^{<n>}$ <item> are packed in bags of <m>. How many <item> are left over?",
            "<name> deals $<a>^{<n>}$ <item> equally to <m> friends. How many <item> remain?",
        ),
        units=templates(
            "$<a>^{<n>}$ <item> are packed in tens. How many <item> are left over?",
            "<name> writes down $<a>^{<n>}$. What digit does <name> write last?",
        ),
    )
    kept = ("a",)

    def draw(self, rng: Random, level: int) -> Instance:
        a = rng.randint(2, 9)
        n = between(rng, level, (3, 9), (10, 40), (41, 150), (151, 999))
        if rng.random() < (1, 0.3, 0.15, 0.1)[level - 1]:
            return self.make("units", a, n, 10)
        m = rng.choice(((5,), (5, 7, 9), (7, 9, 10, 11), (7, 11, 13))[level - 1])
        return self.make("remainder", a, n, m)

    def read(self, kind: str, slots: Mapping[str, str]) -> tuple[int, ...] | None:
        a, n, m = int(slots["a"]), int(slots["n"]), int(slots.get("m", 10))
        return (a, n, m) if n > 0 and m > 1 and 0 < a < 100 and n < 10_000 and m < 40 else None

    def solve(self, instance: Instance) -> Worked:
        a, n, m = instance.numbers
        rests = [a % m]
        while (following := rests[-1] * a % m) not in rests:
            rests.append(following)
        steps = f"mod {m}: {','.join(map(str, rests))}"
        value = pow(a, n, m)
        if n <= len(rests):
            return Worked(f"{steps}; term {n} is {value}", Fraction(value))
        lead = rests.index(following)
        period = len(rests) - lead
        term = lead + 1 + (n - lead - 1) % period
        steps += f"; period {period}, {n}={period}*{(n - term) // period}+{term}"
        return Worked(f"{steps}; term {term} is {value}", Fraction(value))


class Sequence(Family):
    """Terms and sums of arithmetic sequences."""

    name = "sequence"
    numbers = ("a", "d", "n")
    phrases = wordings(
        term=templates(
            "term number <n> of the arithmetic sequence $<a>, <s>, <t>, \\ldots$",
            "term <n> of the arithmetic sequence with first term <a> and difference <d>",
            "term <n> of the sequence that starts at <a> and grows by <d>",
        ),
        sum=templates(
            "the sum of the first <n> terms of the arithmetic sequence $<a>, <s>, <t>, \\ldots$",
            "the sum of <n> terms of the arithmetic sequence with first term <a> "
            "and difference <d>",
            "the total of the first <n> terms of the sequence that starts at <a> and grows by <d>",
        ),
    )
    stories = wordings(
        term=templates(
            "The first row has <a> seats and each next row has <d> more. "
            "How many seats are in row <n>?",
            "<name> runs <a> km in week 1 and <d> km more each next week. "
            "How many km does <name> run in week <n>?",
        ),
        sum=templates(
            "<name> saves \\$<a> in week 1 and \\$<d> more each next week. "
            "How many dollars are saved in <n> weeks?",
            "The first row has <a> seats and each next row has <d> more. "
            "How many seats are in the first <n> rows?",
        ),
    )
    algebra = wordings(
        term=templates(
            "term $n$ of the arithmetic sequence with first term <a> and difference <d>",
            "term $n$ of the sequence that starts at <a> and grows by <d>",
        )
    )
    hidden = ("n",)
    kept = ("a", "d")

    def draw(self, rng: Random, level: int) -> Instance:
        a = rng.randint(1, (10, 20, 40, 90)[level - 1])
        d = rng.randint(2, (6, 9, 15, 25)[level - 1])
        n = between(rng, level, (4, 10), (8, 25), (15, 60), (40, 99))
        kinds = ("term",) if level == 1 else ("term", "term", "sum")
        return self.make(rng.choice(kinds), a, d, n)

    def harder(self, rng: Random, instance: Instance, level: int) -> Instance | None:
        fresh = super().harder(rng, instance, level)
        if fresh is None and instance.kind == "term":
            a, d, _ = instance.numbers
            return self.make("sum", a, d, self.draw(rng, level).numbers[2])
        return fresh

    def slots(self, instance: Instance) -> dict[str, str]:
        a, d, _ = instance.numbers
        return super().slots(instance) | {"s": str(a + d), "t": str(a + 2 * d)}

    def read(self, kind: str, slots: Mapping[str, str]) -> tuple[int, ...] | None:
        a, n = int(slots["a"]), int(slots.get("n", 0))
        d = int(slots["d"]) if "d" in slots else int(slots["s"]) - a
        return a, d, n

    def algebraize(self, instance: Instance) -> Instance | None:
        return self.make("term", *instance.numbers[:2], 0)

    def solve(self, instance: Instance) -> Worked:
        a, d, n = instance.numbers
        last = a + (n - 1) * d
        steps = f"d={d}, {a}+{n - 1}*{d}={a}+{(n - 1) * d}={last}"
        if instance.kind == "term":
            return Worked(steps, Fraction(last))
        twice = n * (a + last)
        steps += f", {n}*({a}+{last})/2={n}*{a + last}/2={twice}/2={twice // 2}"
        return Worked(steps, Fraction(twice // 2))

    def solve_algebra(self, instance: Instance) -> WorkedAlgebra:
        a, d, _ = instance.numbers
        rest = f"{a - d:+d}" if a != d else ""
        forms = f"{d}n{rest}", f"{a}+{d}(n-1)", f"{d}(n-1)+{a}"
        return WorkedAlgebra(f"{a}+(n-1)*{d}", forms)
