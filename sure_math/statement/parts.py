"""Whether a statement asks for several things: items that ask, or one command after another."""

import re

from sure_math.statement.enumeration import Enumeration, enumerations
from sure_math.statement.prose import MASK
from sure_math.statement.sentences import (
    MAIN,
    MAIN_COMMAND,
    OPENS,
    REDUCE,
    TELL,
    is_aside,
    is_question,
    sentences,
    split,
)


def asks_parts(statement: str) -> bool:
    """Whether several things are asked for; conditions and steps of a procedure are none."""
    return any(map(_are_parts, enumerations(statement))) or _commands_follow(statement)


_FOLLOWING = r"(?:the )?(?:values? of )?(?:each of )?(?:the )?following(?: \w+){0,4}"
_EACH_OF = re.compile(
    rf"\b(?:{MAIN}|(?i:{REDUCE}|give))(?: {_FOLLOWING}| its| their| each(?: \w+){{0,3}}"
    r"| the (?:in)?equations| the (?:in)?equalities"
    r"|[^.?!]{0,60} (?:in|for) each (?:case|of the following(?: \w+){0,3}))?\s*[:.]?\s*$"
)
_CASES = re.compile(r"\b(?:if|given that|when|where|for|case|cases)[,:]?$", re.IGNORECASE)
_VALUE_ONLY = re.compile(rf"{MASK}?[.,;?\s{MASK}]*$")
_CONDITIONS = re.compile(
    r"\b(?:procedure|algorithm|process|steps?|operations?|rules?|moves?|instructions?|game|turn"
    r"|conditions?|propert(?:y|ies)|statements?|systems?|requirements?)\b[^.?]*$",
    re.IGNORECASE,
)
_ITEM_COMMAND = re.compile(
    rf"{OPENS}(?:{MAIN}|(?i:{REDUCE}|{TELL}|complete the|write (?:down|out|the|an?|all)|classify"
    rf"|use \w[^.?!;]{{0,80}}? to (?:{MAIN}|{TELL}|prove)"
    r"|what|how|which))\b",
    re.MULTILINE,
)


def _are_parts(listed: Enumeration) -> bool:
    if _CONDITIONS.search(listed.lead):
        return False
    if _EACH_OF.search(listed.lead):
        return True
    if _CASES.search(listed.lead) and all(map(_VALUE_ONLY.match, listed.items)):
        return True
    *inner, last = map(_item_asks, listed.items)
    return sum(inner) + last >= 2


def _item_asks(item: str) -> bool:
    return bool(_ITEM_COMMAND.search(item)) or any(map(is_question, split(item)))


_CLAUSE = re.compile(r";\s+")
_ALSO = re.compile(
    r"(?:^|,\s|;\s|\band\s)(?:and |then )?(?:also|additionally|furthermore|moreover|in addition"
    r"|separately|finally)\b|^then,|\b(?:find|compute|determine|calculate|give|state) also\b",
    re.IGNORECASE,
)
_SECOND_COMMAND = re.compile(
    rf"(?:,|\band)\s+(?:and\s+)?(?:separately\s+)?{MAIN}\s+(?:the|all|its|their|how|which|when|every|an?)\b"
)
_ALSO_COMMAND = re.compile(rf"{OPENS}(?:{MAIN}|(?i:{REDUCE}|{TELL}|write|report))\b")
# "... as m/n. Find m + n." tells the form of the answer already asked for.
_OF_A_FORMULA = re.compile(rf"{MAIN}\s+(?:the value of\s+)?(?:{MASK}|[a-z]\b)[^a-zA-Z]*$")


def _commands_follow(statement: str) -> bool:
    """Whether running text gives a second command; commands before a question are its steps."""
    commands = 0
    asked = False
    clauses = (c for s in sentences(statement) if not is_aside(s) for c in _CLAUSE.split(s))
    for clause in clauses:
        if asked and _ALSO.search(clause) and _asks(clause):
            return True
        asked = asked or _asks(clause)
        commands = 0 if is_question(clause) else commands + _count_commands(clause, commands)
    return commands >= 2


def _asks(clause: str) -> bool:
    return is_question(clause) or _ALSO_COMMAND.search(clause) is not None


def _count_commands(clause: str, before: int) -> int:
    found = MAIN_COMMAND.search(clause)
    if found is None or (before and _OF_A_FORMULA.search(clause)):
        return 0
    return 1 + (_SECOND_COMMAND.search(clause, found.end()) is not None)
