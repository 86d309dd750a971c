"""Free text (summaries, translations): the whole response is the answer.

Notation and algebra say nothing about it; texts that differ in more than white space are for a
judge to compare.
"""

from collections.abc import Iterable
from typing import Literal

from sure_math.answers.equivalence import Comparison
from sure_math.answers.thinking import after_thinking

TextStatus = Literal["text", "unclosed_thinking", "truncated", "empty_response"]


def whole_text(text: str, *, finish_reason: str = "stop") -> tuple[str | None, TextStatus]:
    """The response after its thinking, or None and the reason why it is no answer.

    A text that the token limit cut is no answer: what it would have said is not known.
    """
    said = after_thinking(text)
    if said is None:
        return None, "unclosed_thinking"
    if finish_reason == "length":
        return None, "truncated"
    said = said.strip()
    return (said, "text") if said else (None, "empty_response")


def text_keys(texts: Iterable[str]) -> dict[str, str]:
    """The class of every distinct text: it is the same text however its white space is set."""
    return {text: " ".join(text.split()) for text in texts}


def compare_texts(a: str, b: str) -> Comparison:
    """Two keys of `text_keys`: equal if they are the same, otherwise for the judge."""
    return Comparison("equal", "exact") if a == b else Comparison("undecided", "none")
