"""What a statement asks for: nothing, one value, several things, a proof, yes or no.

The prose is read sentence by sentence. A sentence asks if it ends in a question mark or if one of
its clauses opens with a command; "such that one can find" commands nothing.
"""

import re

from sure_math.statement.lists import Enumeration, enumerations
from sure_math.statement.prose import MASK, prose

# Where a clause opens: after a stop or a comma, after a formula if the word is a capital one, after
# a joining word. "Or show that none exists" opens no clause of its own.
_OPENS = (
    rf"(?:^|[.?!:;,()\n][\s'\"“”]*|{MASK}\s*(?=[A-Z])"
    r"|\b(?i:then|please|and|also|now|hence|thus|next|finally|first|second|secondly|instead)\s+)"
)
_MAIN = r"(?i:find|compute|determine|calculate|evaluate|work out|figure out)\b"
_OTHER = (
    r"(?i:simplify|solve|express|give|state|write|count|factor(?:i[sz]e)?|expand|estimate|list|name"
    r"|round|convert|rationali[sz]e|reduce|multiply|add|subtract|divide|sum|enter|fill|select"
    r"|choose|identify|describe|characteri[sz]e|obtain|derive|approximate|specify|report|order"
    r"|arrange|compare|complete|differentiate|integrate|minimi[sz]e|maximi[sz]e|decompose|construct"
    r"|exhibit|explain|discuss|investigate|sketch|draw|graph|plot|classify|show|prove|verify|decide"
    r"|answer|rank|sort|perform|use|rewrite|provide|design|invert|represent|search|seek|tell|check"
    r"|analy[sz]e|locate|deduce|recover|predict|assess|combine|apply|guess|choose|put|place|make"
    r"|let us find|help)\b"
)
_PART_COMMAND = (
    r"(?i:find|compute|determine|calculate|evaluate|work out|figure out|simplify|solve|express|give"
    r"|state|list|factor(?:i[sz]e)?|expand|estimate|sketch|explain|describe|discuss|compare"
    r"|investigate|derive|deduce|prove|show|verify|write (?:down|out|the|an?|all)|what|how|which"
    r"|complete the|construct|give|name|identify|count|convert|approximate|design|establish"
    r"|demonstrate|justify|decide|conclude|rewrite|factorise|obtain|characteri[sz]e)\b"
)
_COMMAND = re.compile(
    rf"(?:{_OPENS}|{MASK}\s*|(?i:\\btry to\s+)|^)(?:(?i:fully|completely|exactly)\s+)?(?:{_MAIN}|{_OTHER})",
    re.MULTILINE,
)
_MAIN_COMMAND = re.compile(rf"{_OPENS}{_MAIN}(?!\s(?:whether|if)\b)", re.MULTILINE)
_PART_ASKS = re.compile(rf"{_OPENS}{_PART_COMMAND}", re.MULTILINE)

_WH = re.compile(r"\b(?:what|(?<!matter )how|which|who|whose|where|when|why)\b", re.IGNORECASE)
_VALUE_WH = re.compile(r"(?<!matter )\b(?:what|how)\b(?! to\b)", re.IGNORECASE)
_CHOICE_WH = re.compile(r"(?:^|,\s*|\bthen\s+)(?:\w+\s+)?(?:which|who|whose)\b", re.IGNORECASE)
_AUXILIARY = re.compile(
    r"(?:^|[,;:)]\s*|\b(?:then|and|so|but|or)\s+)(?:is|are|was|were|does|do|did|can|could|will|would|has"
    r"|have|had|must|should|may|might|isn't|aren't|doesn't)\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r",\s+or\b|\bneither\b", re.IGNORECASE)
_CAN_YOU_FIND = re.compile(
    r"\b(?:can|could|will|would)\s+(?:you|we|anyone|someone|\w+)\s+(?:please\s+)?"
    r"(?:find|compute|tell|determine|calculate|help|figure|give|work)\b",
    re.IGNORECASE,
)
_WHETHER = re.compile(
    rf"{_OPENS}(?i:determine|decide|investigate|find out|figure out|state|check|tell|establish"
    r"|say|indicate|judge|answer|explain)\s+(?i:whether|if)\b"
    r"|(?i:\btrue or false\b|\byes or no\b|\byes/no\b)",
    re.MULTILINE,
)

_SENTENCE = re.compile(r"(?<=[.?!])['\")\]”’]{0,3}\s+(?=[A-Z¤(\[\"“$\\\d])|\n[ \t]*\n")
_QUOTED = re.compile(r"(?<!\w)[\"“](?=[A-Za-z])[^\"”\n]{0,200}\?[\"”]|``[^'`]{0,200}\?''")
_RESTATED = re.compile(r"^\W*(?:that is|in other words|i\.e\.|equivalently|if so|if yes)\b", re.I)


def _sentences(text: str) -> list[str]:
    return [s for s in (piece.strip() for piece in _SENTENCE.split(text)) if s]


def _is_question(sentence: str) -> bool:
    ended = sentence.rstrip(" '\")]”’*_")
    return ended.endswith("?") and bool(_WH.search(sentence) or _AUXILIARY.search(sentence))


def _asks_value(sentence: str) -> bool:
    """Whether a sentence asks for something else than a proof or a yes."""
    if _MAIN_COMMAND.search(sentence):
        return True
    if not _is_question(sentence):
        return False
    return not _is_yes_or_no(sentence)


def _is_yes_or_no(sentence: str) -> bool:
    if any(each.search(sentence) for each in (_VALUE_WH, _CHOICE_WH, _SEVERAL)):
        return False
    return bool(_AUXILIARY.search(sentence)) and not _CAN_YOU_FIND.search(sentence)


_PROOF = re.compile(
    rf"(?:{_OPENS}(?i:prove|disprove)\b|\bProve\b|\b(?i:prove or disprove)\b|{_OPENS}Proof that\b"
    rf"|{_OPENS}(?i:show|verify|demonstrate|establish|justify|confirm|deduce|conclude)"
    r"(?!\s(?:your|all your|the (?:work|steps|correct|final)|all (?:work|steps)|how|work|steps)\b)"
    rf"(?:\s+[\w{MASK},]+){{0,8}}?\s*(?:\bthat\b|\bwhy\b|:|\b(?:identity|inequality|inequalities"
    r"|statement|existence|formula|claim|result|equality|theorem|lemma)\b)"
    rf"|{_OPENS}(?i:show|verify|demonstrate)\s+{MASK}"
    r"|(?i:\b(?:give|provide|write|present|find)\s(?:\w+\s){0,2}proofs?\s(?:of|that|for)\b)"
    rf"|{_OPENS}(?i:explain why)\b)",
    re.MULTILINE,
)
_GIVEN_AWAY = re.compile(r"\bshow that (?:it is|the answer is)\b", re.IGNORECASE)


def asks_only_proof(statement: str) -> bool:
    """Whether a proof is all that is asked for; "find, with proof, all n" asks for a value."""
    text = _QUOTED.sub(" ", prose(statement))
    if _GIVEN_AWAY.search(text):
        return True
    return bool(_PROOF.search(text)) and not any(map(_asks_value, _sentences(text)))


_DIRECT = re.compile(
    r"\b(?:find|compute|calculate|evaluate|determine|simplify|solve|factor(?:i[sz]e)?|expand)"
    r"(?:\s(?:the\s)?(?:values? of\s)?(?:each of\s)?(?:the\s)?following(?:\s\w+){0,4}"
    r"|\s(?:its|their|each)|\seach(?: of the following)?(?:\s\w+){0,3})?\s*:?\s*$",
    re.IGNORECASE,
)
_CONDITIONS = re.compile(r"\b(?:system|condition|propert|rule|statement|requirement)", re.I)
_PROCEDURE = re.compile(
    r"\b(?:procedure|algorithm|process|steps?|operations?|rules?|moves?|instructions?|game|turn"
    r"|conditions?|properties|property|statements?)\b[^.?]*[:.,]?$",
    re.IGNORECASE,
)


def asks_parts(statement: str) -> bool:
    """Whether the items of an enumeration ask, each for itself; conditions and steps do not."""
    return any(_are_parts(each) for each in enumerations(prose(statement)))


def _are_parts(listed: Enumeration) -> bool:
    *inner, last = listed.items
    lead = listed.lead[-200:]
    asking = sum(map(_item_asks, inner))
    if asking and not _PROCEDURE.search(lead):
        return asking + _item_asks(last) >= 2
    direct = _DIRECT.search(lead)
    return direct is not None and not _CONDITIONS.search(direct[0]) and not _item_asks(last)


def _item_asks(item: str) -> bool:
    return _PART_ASKS.search(item) is not None or any(map(_is_question, _sentences(item)))


# A second question in the same sentence. One about a formula ("... as m/n, and find m + n") only
# tells the form of the answer to the first one.
_AND_ALSO = re.compile(
    r"(?:,|;|\band\b)\s+(?:and\s+)?(?:then\s+|also\s+|hence\s+)?"
    r"(?:(?<=and )(?:for\s+)?what (?!was\b|remains\b|\w+ left\b)|(?<=and )how (?:many|much|long|far)\b"
    r"|(?:find|compute|calculate|evaluate|determine)\s+(?:the|all|its|their|how|which|when|every|an?)\b)",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?:{MASK}|\b[a-z]\b)[^a-zA-Z]*$")


def asks_many(statement: str) -> bool:
    """Whether more than one thing is asked for, in one sentence or in several."""
    text = _QUOTED.sub(" ", prose(statement))
    asked = 0
    for sentence in _sentences(text):
        asked += _count_asks(sentence, asked)
    return asked >= 2


def _count_asks(sentence: str, before: int) -> int:
    """Questions of a sentence that are not those asked before in other words."""
    if _RESTATED.search(sentence) or sentence.startswith("("):
        return 0
    command = _MAIN_COMMAND.search(sentence)
    if command:
        rest = sentence[command.end() :]
        if before and _BARE.match(rest.strip()):
            return 0
        return 1 + (_AND_ALSO.search(rest) is not None)
    if not _is_question(sentence):
        return 0
    first = _VALUE_WH.search(sentence)
    return 1 + (first is not None and _AND_ALSO.search(sentence, first.end()) is not None)


def asks_yes_or_no(statement: str) -> bool:
    """Whether "yes" or "no" would be the whole answer."""
    sentences = _sentences(_QUOTED.sub(" ", prose(statement)))
    questions = [each for each in sentences if _is_question(each)]
    if any(map(_asks_value, sentences)) or any(map(_PROOF.search, sentences)):
        return False
    return bool(questions) or any(map(_WHETHER.search, sentences))


_UNFINISHED = re.compile(
    r"_{2}|\\_|\bfill in\b|\(\s*\)|\[\s*\]|\\boxed|\\square"
    r"|(?:\b(?:is|are|equals?|to|of|be|by|for|as)|=|:)\s*[.:]?\s*(?:$|\n|\([Aa]\)|A[.)])",
    re.IGNORECASE,
)


def asks_nothing(statement: str) -> bool:
    """Whether there is no question, no command and no blank to fill."""
    text = prose(statement)
    if _COMMAND.search(text) or _WH.search(text) or _UNFINISHED.search(text):
        return False
    return "?" not in text and not _PROOF.search(text)
