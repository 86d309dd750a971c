"""What the licences of models ask of those who use their output.

The facts stand in `data_cards/models.yaml`; the card of a release quotes them for every model that
its rows name.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl
import yaml

from sure_math.resources import resource

ROLES = ("evolver", "teacher", "judge")
GENERATING = ("evolver", "teacher")
"""Roles whose output stands in the rows; a judge only marks."""


@dataclass(frozen=True)
class Terms:
    """The terms of a family of models; `pattern` is searched in the names of models."""

    pattern: str
    title: str
    license: str
    link: str | None
    duty: str
    non_commercial: bool
    verified: bool


@dataclass(frozen=True)
class Duty:
    """One model in one role, and its terms; None for a model that is not in the list."""

    role: str
    model: str
    terms: Terms | None

    @property
    def license(self) -> str:
        """Name of its licence."""
        return self.terms.license if self.terms else "unknown to this tool"

    @property
    def link(self) -> str | None:
        """Where its licence can be read."""
        return self.terms.link if self.terms else None

    @property
    def duty(self) -> str:
        """What its terms ask, in a sentence for the card."""
        if self.terms is None:
            return "check its licence before you use or pass on these rows"
        unchecked = "" if self.terms.verified else " (from general knowledge, not checked)"
        return f"{self.terms.duty}{unchecked}"


@cache
def known_terms() -> tuple[Terms, ...]:
    """Every entry of `data_cards/models.yaml`, in order."""
    listed = yaml.safe_load(resource("data_cards", "models.yaml").read_text(encoding="utf-8"))
    return tuple(Terms(**entry) for entry in listed)


def terms_of(model: str) -> Terms | None:
    """The terms of a model by its name; None if no pattern knows it."""
    found = (each for each in known_terms() if re.search(each.pattern, model, re.IGNORECASE))
    return next(found, None)


def duties(models: Mapping[str, Iterable[str]]) -> list[Duty]:
    """Every model with its role and terms, by role and name."""
    return [Duty(role, name, terms_of(name)) for role in ROLES for name in sorted(models[role])]


def non_commercial_line(problems: pl.DataFrame) -> str | None:
    """What to know of rows that models wrote whose terms forbid commercial use; None: nothing."""
    found = [
        f"{model} ({role}, {terms.license})"
        for role in GENERATING
        for model in sorted(problems[role].drop_nulls().unique())
        if (terms := terms_of(model)) is not None and terms.non_commercial
    ]
    models = ", ".join(found)
    return f"these models forbid commercial use of what they wrote: {models}" if found else None
