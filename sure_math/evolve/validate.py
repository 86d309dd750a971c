"""The form and identity rungs of the validation ladder.

The first rule that fires rejects. Rules look at the text alone and prefer to let a bad problem
pass over losing a good one: what is wrong in substance shows in the teacher's answers.
"""

import re
from collections.abc import Callable, Iterable

from sure_math.text import canonical_text, has_figure

PARSE_REASONS = ("truncated", "no_tag", "empty", "refusal")
FORM_REASONS = (
    "too_short",
    "too_long",
    "control_characters",
    "language",
    "unbalanced",
    "template_leak",
    "answer_leak",
    "figure",
    "proof_only",
    "multi_part",
    "many_questions",
    "multiple_choice",
    "binary",
    "no_question",
)
IDENTITY_REASONS = ("copy_of_parent", "copy_of_ancestor")

_MIN_CHARACTERS = 15
_MAX_CHARACTERS = 3000

_IMPERATIVE = (
    r"(?:find|compute|determine|evaluate|calculate|express|simplify|solve|give|state|write|count|"
    r"factor|expand|work out|estimate|list|name|prove|show|verify)"
)
_ASKS = re.compile(rf"\?|\b{_IMPERATIVE}\b|\b(?:what|how many|how much|which)\b", re.IGNORECASE)
_PROOF = re.compile(
    r"\b(?:prove|show|demonstrate|verify)\b(?:\s+\w+){0,3}?\s+that\b", re.IGNORECASE
)
_VALUE = re.compile(
    r"\?|\b(?:find|compute|determine|evaluate|calculate|what is|how many)\b", re.IGNORECASE
)
_PART = re.compile(
    rf"(?:^|\n|\s)\(?(?:[a-d]|i{{1,3}}|[1-4])[).]\s+(?:{_IMPERATIVE}\b|[^\n?]{{3,200}}\?)",
    re.IGNORECASE,
)
_OPTION = re.compile(r"(?:^|\s)(?:\\textbf\{)?\(?([A-E])\)[\s}.~\\:]")
_BINARY = re.compile(
    r"(?:^|[.!]\s+)(?:is|are|does|do|can|will|has|have)\b[^.?!]{0,300}\?\s*$", re.IGNORECASE
)
_TEMPLATE = re.compile(
    r"</?(?:plan|check|answer_form|think|problem)\b|\{\{\s*problem\s*\}\}|<\|[a-z_]+\|>|"
    r"\b(?:given problem|new problem|original problem|rewritten problem|your task)\b",
    re.IGNORECASE,
)
_LEAK = re.compile(
    r"\\boxed|\\fbox|(?:^|\n)\s*(?:answer|solution)\s*[:.]|\bthe (?:final )?answer is\b",
    re.IGNORECASE,
)
_DISPLAY = re.compile(r"\\begin\{(\w+\*?)\}|\\end\{(\w+\*?)\}")


def form_reason(problem: str) -> str | None:
    """Why the text is not one self-contained question with one answer; None if it is."""
    for reason, fires in _FORM_RULES:
        if fires(problem):
            return reason
    return None


def identity_reason(problem: str, parent: str, ancestors: Iterable[str]) -> str | None:
    """Whether nothing was evolved: the text repeats its parent or an earlier ancestor."""
    key = canonical_text(problem)
    if key == canonical_text(parent):
        return "copy_of_parent"
    if any(key == canonical_text(ancestor) for ancestor in ancestors):
        return "copy_of_ancestor"
    return None


def _is_foreign(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    foreign = sum(not ("a" <= c.lower() <= "z" or "\u0370" <= c <= "\u03ff") for c in letters)
    return len(letters) > 0 and foreign > 0.05 * len(letters)


def _is_unbalanced(text: str) -> bool:
    """Braces, environments or dollar signs that do not close; `\\$` is money."""
    depth = 0
    bare = text.replace("\\\\", "").replace("\\{", "").replace("\\}", "").replace("\\$", "")
    for character in bare:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return True
    opened: list[str] = []
    for match in _DISPLAY.finditer(text):
        if match[1]:
            opened.append(match[1])
        elif not opened or opened.pop() != match[2]:
            return True
    # An odd number of dollars is usually a price, unless the text has formulas as well.
    dollars = bare.count("$")
    prices = len(re.findall(r"\$\s?\d[\d,.]*(?=[\s.,;?!]|$)", bare))
    return depth != 0 or bool(opened) or (dollars % 2 == 1 and prices == 0)


def _is_control(text: str) -> bool:
    return any((ord(c) < 32 and c not in "\n\t\r") or 0xD800 <= ord(c) < 0xE000 for c in text)


def _is_multi_part(text: str) -> bool:
    return len(_PART.findall(text)) >= 2


def _is_multiple_choice(text: str) -> bool:
    letters = _OPTION.findall(text)
    return {"A", "B", "C"} <= set(letters)


_FORM_RULES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("too_short", lambda text: len(text) < _MIN_CHARACTERS),
    ("too_long", lambda text: len(text) > _MAX_CHARACTERS),
    ("control_characters", _is_control),
    ("language", _is_foreign),
    ("unbalanced", _is_unbalanced),
    ("template_leak", lambda text: bool(_TEMPLATE.search(text))),
    ("answer_leak", lambda text: bool(_LEAK.search(text))),
    ("figure", has_figure),
    ("proof_only", lambda text: bool(_PROOF.search(text)) and not _VALUE.search(text)),
    ("multi_part", _is_multi_part),
    ("many_questions", lambda text: text.count("?") >= 2),
    ("multiple_choice", _is_multiple_choice),
    ("binary", lambda text: bool(_BINARY.search(text)) and text.count("?") == 1),
    ("no_question", lambda text: not _ASKS.search(text)),
)
