"""Reading the verdict with which a judge ends: the last of its words outside the thinking part.

The words of a judge are a pattern with one named group for each verdict, the one that is asked for
first. A match without a group, such as a negated word, is no verdict.
"""

import re

from sure_math.answers.thinking import after_thinking
from sure_math.backends.base import Completion

YES_NO = re.compile(r"\b(?:(?P<yes>yes)|(?P<no>no))\b", re.IGNORECASE)


def last_verdict(text: str, words: re.Pattern[str]) -> str | None:
    """Name of the last verdict in a text; None if there is none or thinking never ends."""
    verdict = None
    for match in words.finditer(after_thinking(text) or ""):
        verdict = match.lastgroup
    return verdict


def verdict_of(completion: Completion, words: re.Pattern[str]) -> str | None:
    """What a judge said; None if it was refused, cut off or cannot be read."""
    if completion.failure or completion.samples[0].finish_reason == "length":
        return None
    return last_verdict(completion.samples[0].text, words)


def is_yes(verdict: str | None) -> bool | None:
    """A verdict of `YES_NO` as a truth value; None stays unreadable."""
    return None if verdict is None else verdict == "yes"
