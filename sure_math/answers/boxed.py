r"""The final answer of a response: its last complete, non-empty \boxed{...}.

One pass over the tokens of the text, with a stack of open braces: linear in the length and never
recursive, because this reads model output. Only the text after the last </think> counts.
A response without a final answer gives None and a status that says why, never a sentinel string.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from sure_math.answers.equivalence import compare

Status = Literal[
    "boxed",
    "the_answer_is",  # fallback: "The answer is ..."
    "hashes",  # fallback: "#### ..."
    "no_box",
    "empty_box",
    "placeholder",
    "unclosed_box",
    "unclosed_thinking",
    "truncated",
    "empty_response",
]
Fallback = Literal["the_answer_is", "hashes"]


@dataclass(frozen=True)
class Extraction:
    """The final answer as the model wrote it, or None, and how that came about."""

    answer: str | None
    status: Status


class _Box(NamedTuple):
    start: int
    """Where the command begins."""
    end: int
    """Just after the closing brace."""
    content: str


_OPEN_THINK, _CLOSE_THINK = "<think>", "</think>"
# The command before a brace, before one bare token (TeX allows \boxed 5), or the box tokens of GLM.
_TOKEN = re.compile(
    r"(?P<box>\\\\?(?:boxed|fbox)(?![A-Za-z])\s*(?:(?P<brace>\{)|(?P<bare>-?\d[\d.,]*(?<![.,])|[A-Za-z](?![A-Za-z]))))"
    r"|<\|begin_of_box\|>(?P<glm>[^<]*)<\|end_of_box\|>"
    r"|\\[\\{}]|(?P<open>\{)|(?P<close>\})"
)
_PLACEHOLDER = re.compile(
    r"(?:\\(?:text|mathrm|textbf)\{)?[\[<({]?\s*(?:(?:your|the|final|insert|put)[\s_]+)*"
    r"(?:answer|final answer|solution|result|\.{2,}|…|\\[lc]?dots|_+)(?:\s+here)?\s*[\])>}]?\}?\.?",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"(?:\s|~|\\[ ,;:!]|\\q?quad|\\(?:text|mathrm)\{\s*\}|\{\s*\}|\$)*")
# What may stand between the boxes of one answer: "$x = \boxed{1}$, $y = \boxed{2}$ or \boxed{3}".
_SEPARATOR = re.compile(
    r"(?:[\s$,;&]|\\[ ,;:!()\[\]]|\\\\|\\q?quad(?![A-Za-z])|\b(?:and|or)\b"
    r"|\\text\{\s*(?:and|or)\s*\}|[A-Za-z](?:_\{?\w+\}?)?\s*=)*"
)
_MAX_SEPARATOR = 80
_MAX_PLACEHOLDER = 60
_MAX_JOINED = 16
_FALLBACKS: dict[Fallback, re.Pattern[str]] = {
    "the_answer_is": re.compile(r"answer\s+is:?[ \t]*((?:[^\n.]|\.(?=\d))+)", re.IGNORECASE),
    "hashes": re.compile(r"^####[ \t]*(\S[^\n]*)", re.MULTILINE),
}


def extract_answer(text: str) -> str | None:
    """The final boxed answer of a response, or None."""
    return extract(text).answer


def extract(
    text: str, *, finish_reason: str = "stop", fallbacks: Sequence[Fallback] = ()
) -> Extraction:
    """The final answer of a response and how it was found.

    Args:
        finish_reason: "length" if the token limit cut the response; a box that is still open at
            the cut was the final answer, so an earlier box does not stand in for it.
        fallbacks: patterns to try, in order, when there is no box; the status names the one used.
    """
    if text.rfind(_OPEN_THINK) > text.rfind(_CLOSE_THINK):
        return Extraction(None, "unclosed_thinking")
    text = text.rpartition(_CLOSE_THINK)[2]
    if not text.strip():
        return Extraction(None, "truncated" if finish_reason == "length" else "empty_response")
    boxes, unclosed = _boxes(text)
    if unclosed and finish_reason == "length":
        return Extraction(None, "truncated")
    answers = [box for box in boxes if _is_answer(box.content)]
    if answers:
        return Extraction(_join_last(text, answers), "boxed")
    for name in fallbacks:
        found = _FALLBACKS[name].findall(text)
        if found and _is_answer(found[-1].strip()):
            return Extraction(found[-1].strip(), name)
    if finish_reason == "length":
        return Extraction(None, "truncated")
    if boxes:
        empty = all(_NOTHING.fullmatch(box.content) for box in boxes)
        return Extraction(None, "empty_box" if empty else "placeholder")
    return Extraction(None, "unclosed_box" if unclosed else "no_box")


def _is_answer(content: str) -> bool:
    if len(content) <= _MAX_PLACEHOLDER and _PLACEHOLDER.fullmatch(content):
        return False
    return not _NOTHING.fullmatch(content)


def _boxes(text: str) -> tuple[list[_Box], bool]:
    """Outermost complete boxes in order, and whether a box is still open at the end."""
    spans: list[tuple[int, int, int, int]] = []  # start, content start, content end, end
    braces: list[tuple[int, int] | None] = []  # None: a plain brace; else start, content start
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if token["brace"]:
            braces.append((token.start(), token.end()))
        elif kind == "open":
            braces.append(None)
        elif kind == "close" and braces:
            opened = braces.pop()
            if opened is not None:
                while spans and spans[-1][0] > opened[0]:
                    spans.pop()
                spans.append((*opened, token.start(), token.end()))
        elif token["bare"] is not None:
            spans.append((token.start(), *token.span("bare"), token.end()))
        elif token["glm"] is not None:
            spans.append((token.start(), *token.span("glm"), token.end()))
    contents = [_Box(start, end, _unbox(text[a:b])) for start, a, b, end in spans]
    last_open = max((opened[0] for opened in braces if opened is not None), default=-1)
    return contents, last_open >= 0 and (not contents or last_open >= contents[-1].end)


def _unbox(content: str) -> str:
    r"""Box content without inner box commands: "x = \boxed{3}" becomes "x = 3"."""
    pieces: list[str] = []
    inner: list[bool] = []
    done = 0
    for token in _TOKEN.finditer(content):
        dropped = token["brace"] is not None
        if dropped or token.lastgroup == "open":
            inner.append(dropped)
        elif token.lastgroup == "close" and inner:
            dropped = inner.pop()
        elif token["bare"] is not None:
            pieces.append(content[done : token.start()])
            done = token.start("bare")
        if dropped:
            pieces.append(content[done : token.start()])
            done = token.end()
    return "".join([*pieces, content[done:]]).strip()


def _join_last(text: str, boxes: Sequence[_Box]) -> str:
    """The last box, joined with those just before it that only a separator keeps apart.

    One value written twice ("9.5 or 19/2") is not a list: then the last form stands alone.
    """
    joined = [boxes[-1].content]
    for before, after in zip(reversed(boxes[:-1]), reversed(boxes), strict=False):
        between = text[before.end : after.start]
        if (
            len(joined) == _MAX_JOINED
            or len(between) > _MAX_SEPARATOR
            or not _SEPARATOR.fullmatch(between)
        ):
            break
        if not any(compare(before.content, other).verdict == "equal" for other in joined):
            joined.append(before.content)
    return ", ".join(reversed(joined))
