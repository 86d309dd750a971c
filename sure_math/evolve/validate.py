"""The form and identity rungs of the validation ladder.

The first rule that fires rejects. The form rules are lengths and the detectors of `statement`: they
look at the text alone, because what is wrong in substance shows in the teacher's answers.
"""

from collections.abc import Callable, Iterable

from sure_math.statement import DETECTORS
from sure_math.text import canonical_text

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
_RULES: dict[str, Callable[[str], bool]] = {
    "too_short": lambda text: len(text) < _MIN_CHARACTERS,
    "too_long": lambda text: len(text) > _MAX_CHARACTERS,
    **DETECTORS,
}


def form_reason(problem: str) -> str | None:
    """Why the text is not one self-contained question with one answer; None if it is."""
    return next((reason for reason in FORM_REASONS if _RULES[reason](problem)), None)


def identity_reason(problem: str, parent: str, ancestors: Iterable[str]) -> str | None:
    """Whether nothing was evolved: the text repeats its parent or an earlier ancestor."""
    key = canonical_text(problem)
    if key == canonical_text(parent):
        return "copy_of_parent"
    if any(key == canonical_text(ancestor) for ancestor in ancestors):
        return "copy_of_ancestor"
    return None
