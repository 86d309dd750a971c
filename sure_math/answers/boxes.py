r"""Every complete, outermost box of a text: \boxed{...}, \fbox{...}, \boxed 5, GLM's box tokens.

Braces are balanced with a stack, never by recursion, and only from a box command to its closing
brace: one pass, linear in the length whatever the text.
"""

import re
from typing import NamedTuple


class Box(NamedTuple):
    """A box and where it stands."""

    start: int
    """Where the command begins."""
    end: int
    """Just after the closing brace."""
    content: str
    """Without inner box commands, stripped."""


# A box command before a brace, or before one bare token (TeX allows \boxed 5).
_COMMAND = (
    r"\\\\?(?:boxed|fbox)(?![A-Za-z])\s*"
    r"(?:(?P<brace>\{)|(?P<bare>-?\d[\d.,]*(?<![.,])|[A-Za-z](?![A-Za-z])))"
)
_BOX = re.compile(_COMMAND)
_TOKEN = re.compile(_COMMAND + r"|\\[\\{}]|(?P<open>\{)|(?P<close>\})")
_GLM = (("<|begin_of_box|>", r"\boxed{"), ("<|end_of_box|>", "}"))


def plain_boxes(text: str) -> str:
    r"""The text with the box tokens of GLM models written as \boxed{...}."""
    for token, latex in _GLM:
        text = text.replace(token, latex)
    return text


def boxes(text: str) -> tuple[list[Box], int | None]:
    """Outermost complete boxes in order, and where the last unclosed one begins."""
    found: list[Box] = []
    still_open: int | None = None
    position = 0
    while command := _BOX.search(text, position):
        spans, position, still_open = _balance(text, command.start())
        found += [Box(start, end, _unbox(text[a:b])) for start, a, b, end in spans]
    return found, still_open


_Span = tuple[int, int, int, int]  # start, content start, content end, end


def _balance(text: str, start: int) -> tuple[list[_Span], int, int | None]:
    """Boxes from the command at `start` to its closing brace, where that is, the last open box."""
    spans: list[_Span] = []
    braces: list[tuple[int, int] | None] = []  # None: a plain brace; else start, content start
    for token in _TOKEN.finditer(text, start):
        kind = token.lastgroup
        if kind == "brace":
            braces.append(token.span())
        elif kind == "bare":
            spans.append((token.start(), *token.span("bare"), token.end()))
        elif kind == "open":
            braces.append(None)
        elif kind == "close":
            opened = braces.pop()
            if opened is not None:
                while spans and spans[-1][0] > opened[0]:
                    spans.pop()
                spans.append((*opened, token.start(), token.end()))
        if not braces:
            return spans, token.end(), None
    return spans, len(text), max(opened[0] for opened in braces if opened is not None)


def _unbox(content: str) -> str:
    r"""Box content without inner box commands: "x = \boxed{3}" becomes "x = 3"."""
    if "box" not in content:
        return content.strip()
    pieces: list[str] = []
    inner: list[bool] = []
    done = 0
    for token in _TOKEN.finditer(content):
        dropped = token.lastgroup == "brace"
        if dropped or token.lastgroup == "open":
            inner.append(dropped)
        elif token.lastgroup == "close" and inner:
            dropped = inner.pop()
        elif token.lastgroup == "bare":
            pieces.append(content[done : token.start()])
            done = token.start("bare")
        if dropped:
            pieces.append(content[done : token.start()])
            done = token.end()
    return "".join([*pieces, content[done:]]).strip()
