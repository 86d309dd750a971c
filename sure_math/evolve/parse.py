"""Reading an evolver's output: the last complete `<problem>` outside the thinking part.

Tags instead of JSON: a model that forgets to double its backslashes breaks JSON or, worse, turns
`\\frac` into a form feed without any error. Tags may be in any case, in code fences or in bold.
The text between them is brought to Unicode's NFC and loses its wrapping (a fence, bold,
"Problem:"); it is not rewritten in any other way.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from sure_math.backends.base import FinishReason

ANSWER_FORMS = frozenset(
    {"integer", "fraction", "decimal", "expression", "interval", "set", "tuple", "equation"}
)
TAGS = ("branches", "parameter", "unit")
"""What a strategy may say about its problem; no problem is rejected for not saying it."""

_THINKING_END = re.compile(r"</think\s*>", re.IGNORECASE)
_THINKING = re.compile(r"<think\s*>", re.IGNORECASE)
_START = r"(?:\*\*<problem>\*\*|`<problem>`|<\s?problem\s?>)"
_STOP = r"(?:\*\*</problem>\*\*|`</problem>`|<\s?/\s?problem\s?>)"
_OPEN = re.compile(_START, re.IGNORECASE)
_PAIR = re.compile(rf"{_START}((?:(?!{_START}|{_STOP}).)*){_STOP}", re.IGNORECASE | re.DOTALL)
_FORM = re.compile(r"<answer_form\s?>([^<]{0,200})", re.IGNORECASE)
_SAID = {name: re.compile(rf"<{name}\s?>([^<]{{1,200}})</{name}", re.I) for name in TAGS}
_NAME = (
    r"(?:(?:the )?(?:new|evolved|rewritten|harder|modified|final|composed) )?"
    r"(?:math(?:s|ematics|ematical)? )?(?:problem|question)(?: statement)?"
)
_LABEL = re.compile(
    rf"^#{{0,6}}\s*(?:(\*\*|__){_NAME}\s*(?::\s*\1|\1\s*:)|{_NAME}\s*:)\s*", re.IGNORECASE
)
_FENCE = re.compile(r"^```\w*\n(.*?)\n?```$", re.DOTALL)
_REFUSAL = re.compile(
    r"\b(?:sorry|i can(?:no|['’])t|i am unable|i['’]m unable|as an ai)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Parsed:
    """The new problem, or the reason why there is none."""

    problem: str | None
    reason: str | None = None
    answer_form: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    """What the evolver said in `TAGS`, by name."""


def parse_evolution(text: str, finish_reason: FinishReason) -> Parsed:
    """Find the evolved problem in a raw output.

    Reasons: truncated, no_tag, empty, refusal. An unclosed last tag is accepted only when the
    model stopped by itself.
    """
    final = _final_part(text)
    if final is None:
        return Parsed(None, "truncated" if finish_reason == "length" else "no_tag")
    body, closed = _last_problem(final)
    if not closed and finish_reason == "length":
        return Parsed(None, "truncated")
    if body is None:
        return Parsed(None, _why_missing(final))
    problem = _clean(body)
    if not problem:
        return Parsed(None, "empty")
    return Parsed(problem, None, _answer_form(final), _said(final))


def _final_part(text: str) -> str | None:
    """What follows the last thinking block; None if the thinking never ends."""
    ends = list(_THINKING_END.finditer(text))
    rest = text[ends[-1].end() :] if ends else text
    return None if _THINKING.search(rest) else rest


def _last_problem(text: str) -> tuple[str | None, bool]:
    """Body of the last complete tag pair, else of a last open tag; and whether none is open."""
    pairs = list(_PAIR.finditer(text))
    end = pairs[-1].end() if pairs else 0
    opens = list(_OPEN.finditer(text, end))
    if pairs:
        return pairs[-1][1], not opens
    if not opens:
        return None, False
    return re.split("<answer_form", text[opens[-1].end() :], maxsplit=1, flags=re.I)[0], False


def _why_missing(text: str) -> str:
    if not text.strip():
        return "empty"
    return "refusal" if len(text) < 400 and _REFUSAL.search(text) else "no_tag"


def _clean(body: str) -> str:
    """The bare text: without fences, bold marks around all of it, and a leading label."""
    text = unicodedata.normalize("NFC", body).strip()
    if fenced := _FENCE.match(text):
        text = fenced[1].strip()
    if text.startswith("**") and text.endswith("**") and text.count("**") == 2:
        text = text[2:-2].strip()
    return _LABEL.sub("", text, count=1).strip()


def _answer_form(text: str) -> str | None:
    """The first known form in the last `<answer_form>`."""
    said = _FORM.findall(text)[-1:]
    words = re.findall("[a-z]+", " ".join(said).lower())
    return next((word for word in words if word in ANSWER_FORMS), None)


def _said(text: str) -> dict[str, str]:
    found = {name: pattern.findall(text)[-1:] for name, pattern in _SAID.items()}
    return {name: " ".join(said[0].split()) for name, said in found.items() if said}
