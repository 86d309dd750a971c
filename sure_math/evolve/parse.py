"""Reading an evolver's output: the last complete `<problem>` outside the thinking part.

Tags instead of JSON: a model that forgets to double its backslashes breaks JSON or, worse, turns
`\\frac` into a form feed without any error.
"""

import re
from dataclasses import dataclass

from sure_math.backends.base import FinishReason

ANSWER_FORMS = frozenset(
    {"integer", "fraction", "decimal", "expression", "interval", "set", "tuple", "equation"}
)

_THINKING_END = re.compile(r"</think\s*>", re.IGNORECASE)
_THINKING = re.compile(r"<think\s*>", re.IGNORECASE)
_OPEN = re.compile(r"<problem\s*>", re.IGNORECASE)
_CLOSE = re.compile(r"</problem\s*>", re.IGNORECASE)
_FORM = re.compile(r"<answer_form\s*>\s*([a-z]+)", re.IGNORECASE)
_LABEL = re.compile(
    r"^\W{0,4}(?:new |evolved |rewritten )?(?:problem|question)\s*:\W{0,4}\s*", re.I
)
_FENCE = re.compile(r"^```\w*\n(.*?)\n?```$", re.DOTALL)
_REFUSAL = re.compile(
    r"\b(?:sorry|i can(?:no|')t|i am unable|i'm unable|as an ai)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Parsed:
    """The new problem, or the reason why there is none."""

    problem: str | None
    reason: str | None = None
    answer_form: str | None = None


def parse_evolution(text: str, finish_reason: FinishReason) -> Parsed:
    """Find the evolved problem in a raw output.

    Reasons: truncated, no_tag, empty, refusal. An unclosed last tag is accepted only when the
    model stopped by itself.
    """
    final = _final_part(text)
    if final is None:
        return Parsed(None, "truncated" if finish_reason == "length" else "no_tag")
    body, closed = _last_problem(final)
    if body is None:
        return Parsed(None, _why_missing(final, finish_reason))
    if not closed and finish_reason == "length":
        return Parsed(None, "truncated")
    problem = _clean(body)
    if not problem:
        return Parsed(None, "empty")
    form = _FORM.search(final)
    name = form[1].lower() if form else None
    return Parsed(problem, None, name if name in ANSWER_FORMS else None)


def _final_part(text: str) -> str | None:
    """What follows the last thinking block; None if the thinking never ends."""
    ends = list(_THINKING_END.finditer(text))
    rest = text[ends[-1].end() :] if ends else text
    return None if _THINKING.search(rest) else rest


def _last_problem(text: str) -> tuple[str | None, bool]:
    """Body of the last complete tag pair, else of a last open tag; and whether it was closed."""
    opens = [match.end() for match in _OPEN.finditer(text)]
    closes = [match.start() for match in _CLOSE.finditer(text)]
    if not opens:
        return None, False
    if closes:
        end = closes[-1]
        before = [start for start in opens if start <= end]
        if before:
            return text[before[-1] : end], True
    return text[opens[-1] :].split("<answer_form", 1)[0], False


def _why_missing(text: str, finish_reason: FinishReason) -> str:
    if not text.strip():
        return "empty"
    if finish_reason == "length":
        return "truncated"
    if len(text) < 400 and _REFUSAL.search(text):
        return "refusal"
    return "no_tag"


def _clean(body: str) -> str:
    """Strip fences, bold marks and a leading label; the text itself is not rewritten."""
    text = body.strip()
    fenced = _FENCE.match(text)
    if fenced:
        text = fenced[1].strip()
    if text.startswith("**") and text.endswith("**") and text.count("**") == 2:
        text = text[2:-2].strip()
    return _LABEL.sub("", text, count=1).strip()
