r"""What can be broken in the writing itself: control characters, and brackets that do not close."""

import re

from sure_math.statement.prose import cut_drawings, prices
from sure_math.text import repair_controls

_BROKEN = re.compile(r"[\x80-\x9f\ufffd-\uffff]")


def has_controls(statement: str) -> bool:
    r"""Whether control characters are left, or a command lost its backslash to one (`\frac`)."""
    repaired = repair_controls(statement)
    return repaired is None or repaired[1] or _BROKEN.search(statement) is not None


_BRACKET = re.compile(
    r"\\\\|\\[{}$]|\\(?P<environment>begin|end)\{(?P<name>[\w*]+)\}"
    r"|\\(?P<side>left|right)(?![a-zA-Z])|\\[()\[\]]|[{}]"
)
_OPENING = {"}": "{", "\\)": "\\(", "\\]": "\\[", "end": "begin", "right": "left"}


def is_unbalanced(statement: str) -> bool:
    r"""Whether braces, environments, `\left`, `\(` or dollar signs do not close; a price is none."""
    text = cut_drawings(statement)
    opened: list[tuple[str, str | None]] = []
    for found in _BRACKET.finditer(text):
        kind = found["environment"] or found["side"] or found[0]
        if kind in _OPENING.values():
            opened.append((kind, found["name"]))
        elif kind in _OPENING and (not opened or opened.pop() != (_OPENING[kind], found["name"])):
            return True
    bare = text.replace("\\\\", "").replace("\\$", "")
    return bool(opened) or (bare.count("$") - len(prices(bare))) % 2 == 1
