"""What a statement asks for: nothing, several questions, only a proof, only a yes or a no."""

import re

from sure_math.statement.choices import offers_choices
from sure_math.statement.language import is_foreign
from sure_math.statement.prose import prose
from sure_math.statement.sentences import (
    CHOOSING_WORD,
    COMMAND,
    OPENS,
    VALUE_WORD,
    adds_value,
    asks_proof,
    asks_value,
    is_aside,
    is_question,
    is_yes_or_no,
    sentences,
)
from sure_math.text import split_drawings

_GIVEN_AWAY = re.compile(r"\bshow that (?:it is|the answer is)\b", re.IGNORECASE)


def asks_only_proof(statement: str) -> bool:
    """Whether a proof is all that is asked for; "find, with proof, all n" asks for a value."""
    parts = sentences(statement)
    if any(map(_GIVEN_AWAY.search, parts)):
        return True
    return any(map(asks_proof, parts)) and not any(
        asks_value(each) or adds_value(each) for each in parts
    )


_WHETHER = re.compile(
    rf"{OPENS}(?i:determine|decide|investigate|find out|figure out|state|check|tell|tell me|tell us"
    r"|establish|say|indicate|judge|answer|explain|verify)\s+(?i:whether|if)\b"
    r"|(?i:\btrue or false\b|\byes or no\b|\byes/no\b)",
    re.MULTILINE,
)


def asks_yes_or_no(statement: str) -> bool:
    """Whether "yes" or "no" would be the whole answer, perhaps with its reason."""
    parts = sentences(statement)
    if any(asks_value(each) or (asks_proof(each) and " that " in each) for each in parts):
        return False
    return any(map(_wants_yes_or_no, parts))


def _wants_yes_or_no(sentence: str) -> bool:
    if asks_proof(sentence):
        return False
    if is_question(sentence):
        return is_yes_or_no(sentence)
    return bool(_WHETHER.search(sentence)) and not CHOOSING_WORD.search(sentence)


_AND_WHAT = re.compile(
    r"\band (?:then |also |for )?"
    r"(?:what (?!was\b|remains\b|\w+ left\b)|how (?:many|much|long|far)\b)",
    re.IGNORECASE,
)


def asks_many(statement: str) -> bool:
    """Whether there are two questions or more, in one sentence or in several."""
    return sum(map(_count_questions, sentences(statement))) >= 2


def _count_questions(sentence: str) -> int:
    if not is_question(sentence) or is_aside(sentence):
        return 0
    first = VALUE_WORD.search(sentence)
    return 1 + (first is not None and _AND_WHAT.search(sentence, first.end()) is not None)


_WORDS = re.compile(
    r"\bwhat\b|\bhow (?:many|much|long|far|often|old|big|large|tall|fast)\b"
    r"|(?:^|[.:;,]\s*)(?:(?:in|for|at|on|of|by|to|from) )?(?:which|who|whose|where)\b"
    r"|\b(?:like|want|wants|wanted) to know\b",
    re.IGNORECASE,
)
_BLANK = re.compile(
    r"_{2}|\\_|\bfill in\b|\(\s*\)|\[\s*\]|\\boxed|\\square|\\qquad|\\underline\s?\{\s*(?:\\|\})"
    r"|\\quad\s?(?:\\\)|\$)"
)
_UNFINISHED = re.compile(
    r"(?:\b(?:is|are|equals?|to|of|be|by|for|as)|=|:)\s{0,9}[.:]?\s{0,9}(?:$|\n|\([Aa]\)|A[.)])"
)


def asks_nothing(statement: str) -> bool:
    """Whether there is no question, no command, no blank to fill and nothing to choose."""
    text = prose(statement)
    if "?" in split_drawings(statement)[0] or _BLANK.search(statement) or COMMAND.search(statement):
        return False
    if any(sign.search(text) for sign in (COMMAND, _WORDS, _UNFINISHED, _WHETHER)):
        return False
    if any(map(asks_proof, sentences(statement))) or offers_choices(statement):
        return False
    return not is_foreign(statement)  # another language asks in words that are not known here
