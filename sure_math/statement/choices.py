"""Whether a statement offers its answers to choose from."""

import re

from sure_math.statement.enumeration import Enumeration, enumerations
from sure_math.statement.prose import MASK, prose
from sure_math.statement.sentences import COMMAND, MAIN_COMMAND, is_question, split

_NOUN = r"(?:options?|choices?|alternatives?|answers?|letters?)"
_CHOOSE = r"(?:choose|select|pick|circle|mark|enter|give|type)"
_PICK = re.compile(
    r"\bwhich(?: one)? (?:of|among) (?:the following|these (?:\w+ )?(?:options|statements|numbers"
    r"|expressions|values|answers|choices))"
    rf"|\bwhich {_NOUN}\b|\b(?:answer choices|options|choices|alternatives)\"?(?: are)?\s?:"
    rf"|\b{_CHOOSE} (?:only )?(?:the|one) (?:correct|right|best) {_NOUN}"
    rf"|\b{_CHOOSE} (?:only )?the letters?\b|\bpick one\b|\bone of the following:",
    re.IGNORECASE,
)
_SELECT = re.compile(r"(?:^|[.?!:]\s+)(?:choose|select|pick|which)\b", re.IGNORECASE)
_OPEN_END = re.compile(r"(?:\?|_|\b(?:is|are|equals|be|then)|=|[=_¤]\s*\?)\s*[:.\\]*\s*$")
_NOT_A_CHOICE = re.compile(
    r"\b(?:condition|propert|satisf|such that|following|these|those|both|either|rules?|statements?"
    r"|called|said to be)",
    re.IGNORECASE,
)
_VALUE = re.compile(rf"(?:{MASK}|-?\d)[^A-Za-z]{{0,20}}$")
_EMPTY = re.compile(r"(?:[,;.\s]|and\b|or\b)*$")
_LONGEST = 160  # characters of one choice


def offers_choices(statement: str) -> bool:
    """Whether there are lettered options, or "which of the following"."""
    if any(map(_are_choices, enumerations(statement))):
        return True
    return _PICK.search(prose(statement)) is not None


def _are_choices(listed: Enumeration) -> bool:
    *inner, last = listed.items
    if len(inner) < 2 or any(map(_is_no_choice, inner)):
        return False
    if listed.style == "upper":
        return not _asks_afterwards(listed.lead, last)
    if _is_no_choice(last):
        return False
    if _SELECT.search(listed.lead):
        return True
    if _NOT_A_CHOICE.search(listed.lead):
        return False
    ended = listed.lead.endswith(".") and all(map(_VALUE.match, listed.items))
    return ended or _OPEN_END.search(listed.lead) is not None


def _is_no_choice(item: str) -> bool:
    long = len(item) > _LONGEST
    return long or "?" in item or item.endswith(" and") or _EMPTY.match(item) is not None


def _asks_afterwards(lead: str, last: str) -> bool:
    """Whether the question follows the list and is not about its letters: data, not choices."""
    asked = any(is_question(each) or COMMAND.search(each) for each in split(lead))
    if asked or _PICK.search(last):
        return False
    return any(is_question(each) or MAIN_COMMAND.search(each) for each in split(last))
