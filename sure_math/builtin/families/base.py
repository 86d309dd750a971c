"""What a problem family is: numbers, phrases about them, and a worked solution.

An `Instance` is a family, a kind within it and its numbers: the canonical identity of a problem,
whatever its wording. A family draws instances at four difficulty levels (the fourth is reached only
by evolution), words them, and solves them with short reasoning whose every ``=`` chain is exact.
Numbers are shown in the text as they are, so a text can be read back.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from hashlib import blake2b
from random import Random
from typing import ClassVar

from sure_math.builtin.template import Template

LEVELS = (1, 2, 3, 4)
RESERVED_SHARE = 16
"""One instance in so many is kept for evaluation and never trained on."""


@dataclass(frozen=True)
class Instance:
    """One member of a family; `numbers` are in the order of `Family.numbers`."""

    family: str
    kind: str
    numbers: tuple[int, ...]

    @property
    def reserved(self) -> bool:
        """Whether the instance is kept for evaluation: a function of its canonical form alone."""
        canonical = f"{self.family}|{self.kind}|{','.join(map(str, self.numbers))}"
        return blake2b(canonical.encode(), digest_size=8).digest()[0] % RESERVED_SHARE == 0


@dataclass(frozen=True)
class Worked:
    """A worked solution: the reasoning and the exact value."""

    steps: str
    value: Fraction


@dataclass(frozen=True)
class WorkedAlgebra:
    """A worked solution with ``n`` in its answer: equivalent forms, the usual one first."""

    steps: str
    forms: tuple[str, ...]


class Family(ABC):
    """One family of problems: tables of wordings by kind, how to draw and how to solve."""

    name: ClassVar[str]
    numbers: ClassVar[tuple[str, ...]]
    phrases: ClassVar[Mapping[str, tuple[Template, ...]]]
    stories: ClassVar[Mapping[str, tuple[Template, ...]]]
    algebra: ClassVar[Mapping[str, tuple[Template, ...]]] = {}
    hidden: ClassVar[tuple[str, ...]] = ()
    """The numbers that ``n`` stands for in `algebra`; 0 in an algebraic instance."""
    kept: ClassVar[tuple[str, ...]] = ()
    """The numbers that a harder version may keep."""
    variable: ClassVar[str] = ""
    """The unknown that an answer may name, as in ``x=3``."""

    @abstractmethod
    def draw(self, rng: Random, level: int) -> Instance:
        """A random instance of difficulty `level` (1 to 4)."""

    @abstractmethod
    def solve(self, instance: Instance) -> Worked:
        """The worked solution of an instance."""

    def solve_algebra(self, instance: Instance) -> WorkedAlgebra:
        """The worked solution of an instance in which the `hidden` numbers are ``n``."""
        raise ValueError(f"family {self.name} has no algebraic form")

    def valid(self, instance: Instance) -> bool:
        """Whether the numbers make sense together (those of two instances may be mixed)."""
        return True

    def tellable(self, instance: Instance) -> bool:
        """Whether the instance has a story (negative numbers of coins do not)."""
        return instance.kind in self.stories

    def slots(self, instance: Instance) -> dict[str, str]:
        """The slot values shown in the templates."""
        return {k: str(v) for k, v in self.named(instance).items()}

    def read(self, kind: str, slots: Mapping[str, str]) -> tuple[int, ...] | None:
        """The numbers behind matched slots; slots that a template does not show are 0."""
        return tuple(int(slots.get(name, 0)) for name in self.numbers)

    def named(self, instance: Instance) -> dict[str, int]:
        """The numbers by name."""
        return dict(zip(self.numbers, instance.numbers, strict=True))

    def make(self, kind: str, *numbers: int) -> Instance:
        """An instance of this family."""
        return Instance(self.name, kind, numbers)

    def algebraize(self, instance: Instance) -> Instance | None:
        """The instance with its `hidden` numbers replaced by ``n``, or None."""
        if instance.kind not in self.algebra:
            return None
        named = self.named(instance) | dict.fromkeys(self.hidden, 0)
        return replace(instance, numbers=tuple(named.values()))

    def harder(self, rng: Random, instance: Instance, level: int) -> Instance | None:
        """A fresh instance of the same kind at `level` that may keep one of the old numbers.

        None where there is none. Families whose numbers hang together (roots, right triangles)
        ask for more about the same numbers instead: an evolver cannot find new ones unseen.
        """
        fresh = self.draw(rng, level)
        if fresh.kind != instance.kind:
            return None
        if self.kept and rng.random() < 0.8:
            name = rng.choice(self.kept)
            named = self.named(fresh) | {name: self.named(instance)[name]}
            mixed = replace(fresh, numbers=tuple(named.values()))
            if self.valid(mixed):
                return mixed
        return fresh


def between(rng: Random, level: int, *ranges: tuple[int, int]) -> int:
    """A random whole number from the range of `level`."""
    return rng.randint(*ranges[level - 1])
