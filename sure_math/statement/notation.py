r"""What can be broken in the writing itself: control characters, and brackets that do not close."""

import re

from sure_math.statement.prose import formulas, prices
from sure_math.text import repair_controls, split_drawings

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
_NO_SIDE = re.compile(r"\\(?:left|right)(?![a-zA-Z])\s*[\w^_{}$]")


def is_unbalanced(statement: str) -> bool:
    r"""Whether braces, environments, `\left` or the delimiters of formulas do not close."""
    text = split_drawings(statement)[0]
    opened: list[tuple[str, str | None]] = []
    for found in _BRACKET.finditer(text):
        kind = found["environment"] or found["side"] or found[0]
        if kind in _OPENING.values():
            opened.append((kind, found["name"]))
        elif kind in _OPENING and (not opened or opened.pop() != (_OPENING[kind], found["name"])):
            return True
    return bool(opened) or _NO_SIDE.search(text) is not None or _has_loose_dollar(text)


_PROSE = re.compile(r"(?<![\\A-Za-z{])[a-z]{2,}(?: [a-z]{2,}){2}(?![A-Za-z])")


def _has_loose_dollar(text: str) -> bool:
    """Whether a dollar sign neither delimits a formula nor stands for money."""
    found, left_open = formulas(text)
    if any(
        each.opening == "$" and "\\" not in each.content and _PROSE.search(each.content)
        for each in found
    ):
        return True
    if left_open == "$$":
        return True
    bare = text.replace("\\\\", "").replace("\\$", "")
    return left_open == "$" and (bare.count("$") - len(prices(bare))) % 2 == 1
