"""What a statement asks for: nothing, one value, several things, a proof, yes or no.

The prose is read sentence by sentence. A sentence asks if it ends in a question mark or if one of
its clauses opens with a command; "such that one can find" commands nothing.
"""

import re

from sure_math.statement.enumeration import Enumeration, enumerations
from sure_math.statement.language import is_foreign
from sure_math.statement.prose import MASK, prose

_SENTENCE = re.compile(rf"(?<=[.?!])['\")\]”’]{{0,3}}\s+(?=[A-Z{MASK}(\[\"“$\\\d])|\n[ \t]*\n")
_QUOTED = re.compile(r"(?<!\w)[\"“](?=[A-Za-z])[^\"”\n]{0,200}[\"”]|``[^'`]{0,200}''")


def _sentences(statement: str) -> list[str]:
    """The sentences of the prose, without the questions that somebody in it asks."""
    text = _QUOTED.sub(lambda quote: "" if "?" in quote[0] else quote[0], prose(statement))
    return [piece.strip() for piece in _SENTENCE.split(text) if piece.strip()]


# Where a clause opens: after a stop or a comma, after a formula if the word is a capital one, after
# a joining word. "Or show that none exists" opens no clause of its own.
_OPENS = (
    rf"(?:^[\s'\"“”]*|[.?!:;,()>}}\n][\s'\"“”-]*|{MASK}\s*(?=[A-Z])"
    r"|\b(?i:then|please|and|also|now|hence|thus|next|finally|first|second|secondly|instead)\s+)"
)
_MAIN = r"(?i:find|compute|determine|calculate|evaluate|work out|figure out)"
_REDUCE = r"simplify|solve|express|factor(?:i[sz]e)?|expand|estimate|list|name|convert|construct"
_TELL = (
    r"explain|describe|discuss|compare|investigate|derive|deduce|prove|show|verify|identify|decide"
    r"|demonstrate|justify|establish|conclude|obtain|characteri[sz]e|approximate|sketch|count|give"
    r"|state|design|rewrite"
)
_REST = (
    r"write|round|rationali[sz]e|reduce|multiply|add|subtract|divide|sum|enter|fill|select|choose"
    r"|specify|report|order|arrange|complete|differentiate|integrate|minimi[sz]e|maximi[sz]e"
    r"|decompose|exhibit|draw|graph|plot|classify|answer|rank|sort|perform|use|provide|represent"
    r"|check|analy[sz]e|locate|predict|combine|apply|guess|put|place|make"
)
_COMMAND = re.compile(
    rf"(?:{_OPENS}|{MASK}\s*|\btry to\s+|\b(?i:fully|completely|exactly)\s+)"
    rf"(?:{_MAIN}|(?i:{_REDUCE}|{_TELL}|{_REST}))\b",
    re.MULTILINE,
)
_MAIN_COMMAND = re.compile(rf"{_OPENS}{_MAIN}\b(?!\s(?:whether|if)\b)", re.MULTILINE)
_ITEM_COMMAND = re.compile(
    rf"{_OPENS}(?:{_MAIN}|(?i:{_REDUCE}|{_TELL}|complete the|write (?:down|out|the|an?|all)"
    r"|what|how|which))\b",
    re.MULTILINE,
)

_ASKING_WORD = re.compile(
    r"\b(?:what|(?<!matter )how|which|who|whose|where|when|why)\b", re.IGNORECASE
)
_VALUE_WORD = re.compile(r"(?<!matter )\b(?:what|how)\b(?! to\b)", re.IGNORECASE)
_CHOOSING_WORD = re.compile(
    r"(?:^|,\s*|\bthen\s+)(?:\w+\s+)?(?:which|who|whose)\b|,\s+or\b|\bneither\b", re.IGNORECASE
)
_AUXILIARY = re.compile(
    r"(?:^|[,;:)]\s*|\b(?:then|and|so|but|or)\s+)(?:is|are|was|were|does|do|did|can|could|will"
    r"|would|has|have|had|must|should|may|might|isn't|aren't|doesn't|can't)\b",
    re.IGNORECASE,
)
_CAN_YOU_FIND = re.compile(
    r"\b(?:can|could|will|would)\s+(?:\w+\s+){1,2}"
    r"(?:find|compute|tell|determine|calculate|help|figure|give|work)\b",
    re.IGNORECASE,
)
_WHETHER = re.compile(
    rf"{_OPENS}(?i:determine|decide|investigate|find out|figure out|state|check|tell|establish|say"
    r"|indicate|judge|answer|explain|verify)\s+(?i:whether|if)\b"
    r"|(?i:\btrue or false\b|\byes or no\b|\byes/no\b)",
    re.MULTILINE,
)


def _is_question(sentence: str) -> bool:
    ended = sentence.rstrip(" '\")]”’*_").endswith("?")
    return ended and bool(_ASKING_WORD.search(sentence) or _AUXILIARY.search(sentence))


def _is_yes_or_no(question: str) -> bool:
    if any(word.search(question) for word in (_VALUE_WORD, _CHOOSING_WORD, _CAN_YOU_FIND)):
        return False
    return _AUXILIARY.search(question) is not None


def _asks_value(sentence: str) -> bool:
    """Whether a sentence asks for something else than a proof or a yes."""
    if _MAIN_COMMAND.search(sentence):
        return True
    return _is_question(sentence) and not _is_yes_or_no(sentence)


# "Prove" takes any object, "show" only what can be shown: a claim, not one's work or a graph.
_PROOF = re.compile(
    rf"(?:{_OPENS}(?i:prove|disprove)\b|\bProve\b|\b(?i:prove or disprove)\b|{_OPENS}Proof that\b"
    rf"|{_OPENS}(?i:show|verify|demonstrate|establish|justify|confirm|deduce|conclude)"
    r"(?!\s(?:all |the )?(?:your|work|steps|correct|final|how)\b)"
    rf"(?:[\s,]+[\w{MASK}]+){{0,8}}?[\s,]*(?:\bthat\b|\bwhy\b|:|\b(?:identity|inequality|inequalities"
    r"|statement|existence|formula|claim|result|equality|theorem|lemma)\b)"
    rf"|{_OPENS}(?i:show|verify|demonstrate)\s+{MASK}"
    rf"|\b(?i:give|provide|write|present|find)\s(?:\w+\s){{0,2}}proofs?\s(?:of|that|for)\b"
    rf"|{_OPENS}(?i:explain why)\b"
    r"|\b(?i:you to|asked to|required to|wish to|task is to|goal is to|can you|could you|can we)"
    r"\s(?i:prove|show that|prove that)\b)",
    re.MULTILINE,
)
_GIVEN_AWAY = re.compile(r"\bshow that (?:it is|the answer is)\b", re.IGNORECASE)


def asks_only_proof(statement: str) -> bool:
    """Whether a proof is all that is asked for; "find, with proof, all n" asks for a value."""
    sentences = _sentences(statement)
    if any(map(_GIVEN_AWAY.search, sentences)):
        return True
    return any(map(_PROOF.search, sentences)) and not any(map(_asks_value, sentences))


def asks_yes_or_no(statement: str) -> bool:
    """Whether "yes" or "no" would be the whole answer."""
    sentences = _sentences(statement)
    if any(map(_asks_value, sentences)) or any(map(_PROOF.search, sentences)):
        return False
    return any(
        _is_question(each) or (_WHETHER.search(each) and not _CHOOSING_WORD.search(each))
        for each in sentences
    )


# A second question in the same sentence: "..., and what is ...", "... and find the ...".
_AND_ALSO = re.compile(
    r"(?:,|;|\band\b)\s+(?:and\s+)?(?:then\s+|also\s+|hence\s+)?"
    r"(?:(?<=and )(?:for\s+)?what (?!was\b|remains\b|\w+ left\b)"
    r"|(?<=and )how (?:many|much|long|far)\b"
    rf"|{_MAIN}\s+(?:the|all|its|their|how|which|when|every|an?)\b)",
    re.IGNORECASE,
)
_RESTATED = re.compile(r"^\W*(?:that is|in other words|i\.e\.|equivalently|if so|if yes)\b", re.I)
# "... as m/n. Find m + n." tells the form of the answer already asked for.
_OF_A_FORMULA = re.compile(
    rf"(?i:{_MAIN}|what is|what are)\s+(?:the value of\s+)?(?:{MASK}|[a-z]\b)[^a-zA-Z]*$"
)


def asks_many(statement: str) -> bool:
    """Whether more than one thing is asked for in running text, in one sentence or in several."""
    asking = [each for each in _sentences(statement) if _count_questions(each)]
    if asking and not _OF_A_FORMULA.search(asking[0]):
        asking = [asking[0], *(each for each in asking[1:] if not _OF_A_FORMULA.search(each))]
    return sum(map(_count_questions, asking)) >= 2 and not asks_parts(statement)


def _count_questions(sentence: str) -> int:
    if _RESTATED.match(sentence) or sentence.startswith("("):
        return 0
    command = _MAIN_COMMAND.search(sentence)
    if not command and not _is_question(sentence):
        return 0
    first = command or _VALUE_WORD.search(sentence)
    return 1 + (first is not None and _AND_ALSO.search(sentence, first.end()) is not None)


_UNFINISHED = re.compile(
    r"_{2}|\\_|\bfill in\b|\(\s*\)|\[\s*\]|\\boxed|\\square|\\qquad"
    r"|(?:\b(?:is|are|equals?|to|of|be|by|for|as)|=|:)\s*[.:]?\s*(?:$|\n|\([Aa]\)|A[.)])",
    re.IGNORECASE,
)


def asks_nothing(statement: str) -> bool:
    """Whether there is no question, no command and no blank to fill."""
    text = prose(statement)
    signs = (_COMMAND, _ASKING_WORD, _UNFINISHED, _WHETHER, _PROOF)
    if "?" in text or any(sign.search(text) for sign in signs):
        return False
    return not is_foreign(statement)  # another language asks in words that are not known here


_FOLLOWING = r"(?:the )?(?:values? of )?(?:each of )?(?:the )?following(?: \w+){0,4}"
_EACH_OF = re.compile(
    rf"\b(?:{_MAIN}|(?i:{_REDUCE}))(?: {_FOLLOWING}| its| their| each(?: \w+){{0,3}}"
    r"| the (?:in)?equations| the (?:in)?equalities)?\s*:\s*$",
)
_CASES = re.compile(r"\b(?:if|given that|when|where|for|case|cases)[,:]?$", re.IGNORECASE)
_VALUE_ONLY = re.compile(rf"{MASK}?[.,;?\s{MASK}]*$")
_CONDITIONS = re.compile(
    r"\b(?:procedure|algorithm|process|steps?|operations?|rules?|moves?|instructions?|game|turn"
    r"|conditions?|propert(?:y|ies)|statements?|systems?|requirements?)\b[^.?]*$",
    re.IGNORECASE,
)


def asks_parts(statement: str) -> bool:
    """Whether the items of an enumeration ask, each for itself; conditions and steps do not."""
    return any(map(_are_parts, enumerations(statement)))


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
    return _ITEM_COMMAND.search(item) is not None or any(
        _is_question(piece.strip()) for piece in _SENTENCE.split(item)
    )
