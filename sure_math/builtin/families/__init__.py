"""The fourteen problem families of the built-in models."""

from collections.abc import Mapping

from sure_math.builtin.families.arithmetic import (
    Addition,
    Fractions,
    Multiplication,
    PairSum,
    Percent,
)
from sure_math.builtin.families.base import Family, Instance, Worked, WorkedAlgebra
from sure_math.builtin.families.counting import Combinations, Drawing
from sure_math.builtin.families.equations import Linear, Quadratic
from sure_math.builtin.families.geometry import Geometry
from sure_math.builtin.families.number_theory import Divisors, Power, Remainder, Sequence

__all__ = ["FAMILIES", "Family", "Instance", "Worked", "WorkedAlgebra"]

FAMILIES: Mapping[str, Family] = {
    family.name: family
    for family in (
        Addition(),
        Multiplication(),
        Remainder(),
        Fractions(),
        Linear(),
        Quadratic(),
        Percent(),
        Divisors(),
        Power(),
        Sequence(),
        Combinations(),
        Drawing(),
        Geometry(),
        PairSum(),
    )
}
