r"""Sentence templates that can be rendered and matched.

A template is plain text with slots in angle brackets, e.g. ``"<name> has <a> <item>"``. One string
serves both directions, so the grammar of the built-in problems cannot drift from the texts that are
generated:

* a lower-case slot named in `WORDS` is filled with a random word of that list;
* any other lower-case slot is a number;
* the slots A, B and C are single letters;
* any other upper-case slot is free text (an equation, an inner phrase).
"""

import re
from collections.abc import Mapping
from functools import cached_property
from random import Random

WORDS: Mapping[str, tuple[str, ...]] = {
    "name": ("Ana", "Ben", "Mia", "Tom"),
    "other": ("Leo", "Sara"),
    "item": ("stamps", "coins", "books", "cards"),
    "good": ("coat", "bike", "phone", "lamp"),
    "colour": ("red", "white"),
    "verb": ("Find", "Compute", "Determine", "Calculate", "Work out"),
}

_SLOT = re.compile(r"<(\w+)>")
_NUMBER = r"-?\d+"
_LETTER = r"[a-z]"
_TEXT = r".+?"


class Template:
    """One sentence template."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._words = [slot for slot in set(_SLOT.findall(text)) if slot in WORDS]
        self._words.sort()

    def render(self, values: Mapping[str, str], rng: Random) -> str:
        """Fill the slots from `values`; word slots missing there are drawn from `rng`."""
        filled = {word: rng.choice(WORDS[word]) for word in self._words if word not in values}
        filled.update(values)
        return _SLOT.sub(lambda match: filled[match[1]], self.text)

    def match(self, text: str) -> dict[str, str] | None:
        """The slot values with which this template gives `text`, or None."""
        found = self._regex.fullmatch(text)
        return found.groupdict() if found else None

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        seen: set[str] = set()
        pattern = ""
        for index, piece in enumerate(_SLOT.split(self.text)):
            if index % 2 == 0:
                pattern += re.escape(piece)
            elif piece in seen:
                pattern += f"(?P={piece})"
            else:
                seen.add(piece)
                pattern += f"(?P<{piece}>{_slot_pattern(piece)})"
        return re.compile(pattern)


def templates(*texts: str) -> tuple[Template, ...]:
    """A tuple of templates, for the tables of the families."""
    return tuple(map(Template, texts))


def wordings(**kinds: tuple[Template, ...]) -> Mapping[str, tuple[Template, ...]]:
    """A table of templates by kind."""
    return kinds


def _slot_pattern(slot: str) -> str:
    if slot in WORDS:
        return "|".join(WORDS[slot])
    if slot in "ABC":
        return _LETTER
    return _TEXT if slot.isupper() else _NUMBER
