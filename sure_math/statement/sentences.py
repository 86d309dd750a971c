"""Sentences of a statement's prose, and what each of them asks for.

A sentence asks if it ends in a question mark or if one of its clauses opens with a command; "such
that one can find" commands nothing.
"""

import re
from functools import lru_cache

from sure_math.statement.prose import MASK, prose

_NO_TITLE = "".join(rf"(?<!\b{title}\.)" for title in ("Dr", "Mr", "Ms", "Mrs", "Prof", "St"))
_END = re.compile(
    rf"(?<=[.?!]){_NO_TITLE}['\")\]”’]{{0,3}}\s+"
    rf"(?=[A-Z{MASK}(\[\"“$\\\d]|[a-hivx]{{1,3}}[).])|\n[ \t]*\n"
)
_QUOTED = re.compile(r"(?<!\w)[\"“](?=[A-Za-z])[^\"”\n]{0,200}[\"”]|``[^'`]{0,200}''")


@lru_cache(maxsize=8)
def sentences(statement: str) -> tuple[str, ...]:
    """The sentences of the prose, without the questions that somebody in it asks."""
    text = _QUOTED.sub(lambda quote: "" if "?" in quote[0] else quote[0], prose(statement))
    return split(text)


def split(text: str) -> tuple[str, ...]:
    """The sentences of some prose, none of them empty."""
    return tuple(piece.strip() for piece in _END.split(text) if piece.strip())


# Where a clause opens: after a stop or a comma, after a formula if the word is a capital one, after
# a joining word. "Or show that none exists" opens no clause of its own.
OPENS = (
    rf"(?:(?:^|[.?!:;,()\]>}}/\n])[\s'\"“”*•-]{{0,9}}|{MASK}\s*(?=[A-Z])"
    r"|\b(?i:then|please|and|also|now|hence|thus|next|finally|first|second|secondly|instead"
    r"|separately|additionally)\s+)"
)
MAIN = r"(?i:find|compute|determine|calculate|evaluate|work out|figure out)"
REDUCE = r"simplify|solve|express|factor(?:i[sz]e)?|expand|estimate|list|name|convert|construct"
TELL = (
    r"explain|describe|discuss|compare|investigate|derive|deduce|prove|show|verify|identify|decide"
    r"|demonstrate|justify|establish|conclude|obtain|characteri[sz]e|approximate|sketch|count|give"
    r"|state|design|rewrite"
)
_OTHER = (
    r"write|round|rationali[sz]e|reduce|multiply|add|subtract|divide|sum|enter|fill|select|choose"
    r"|specify|report|order|arrange|complete|differentiate|integrate|minimi[sz]e|maximi[sz]e|pick"
    r"|decompose|exhibit|draw|graph|plot|classify|answer|rank|sort|perform|use|provide|represent"
    r"|check|analy[sz]e|locate|predict|combine|apply|guess|put|place|make|tell|carry out"
)
COMMAND = re.compile(
    rf"(?:{OPENS}|{MASK}\s*|\b(?i:either|try to|let us|let's|help \w+|fully|completely|exactly)\s+)"
    rf"(?:{MAIN}|(?i:{REDUCE}|{TELL}|{_OTHER}))\b",
    re.MULTILINE,
)
"""A clause that opens with any verb a problem is set with."""
MAIN_COMMAND = re.compile(
    rf"{OPENS}{MAIN}\b(?!\s(?:whether|if)\b)(?![^.]{{0,60}}\b(?:equality|where \w+ went)\b)",
    re.MULTILINE,
)
"""A clause that asks for a value; "determine when equality holds" belongs to a proof."""

_ASKING_WORD = re.compile(
    r"\b(?:what|(?<!matter )how|which|who|whose|where|when|why)\b", re.IGNORECASE
)
VALUE_WORD = re.compile(r"(?<!matter )\b(?:what|how)\b(?! to\b)", re.IGNORECASE)
CHOOSING_WORD = re.compile(
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
_RHETORICAL = re.compile(r"^(?:have you|did you|do you know|ever wondered)\b", re.IGNORECASE)


@lru_cache(maxsize=256)
def is_question(sentence: str) -> bool:
    """Whether the sentence ends in a question mark and asks the reader something."""
    if not sentence.rstrip(" '\")]”’*_").endswith("?") or _RHETORICAL.match(sentence):
        return False
    return bool(_ASKING_WORD.search(sentence) or _AUXILIARY.search(sentence))


def is_yes_or_no(question: str) -> bool:
    """Whether a question can be answered by yes or no."""
    if any(word.search(question) for word in (VALUE_WORD, CHOOSING_WORD, _CAN_YOU_FIND)):
        return False
    return _AUXILIARY.search(question) is not None


_SAME_AGAIN = re.compile(
    r"^\W{0,9}(?:that is|in other words|i\.e\.|equivalently"
    r"|if (?:so|yes|not|it does|it is|they do))\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\([A-Za-z][^()]{5,400}\)?[.\s]{0,3}$")


def is_aside(sentence: str) -> bool:
    """Whether a sentence asks nothing of its own: the same again, or something in brackets."""
    return bool(_SAME_AGAIN.match(sentence) or _ASIDE.match(sentence))


# Beside a proof, "give its details" or "count them in two ways" asks for nothing more.
_NO_HINT = r"(?! this\b)(?![^.?!;]{0,60}\b(?:in two ways|you used?|to (?:prove|show))\b)"
_NO_VALUE = (
    r"(?![^.?!;]{0,60}\b(?:proofs?|theorem|lemma|law|principle|definition|identity|(?:in)?equality"
    r"|equation|formula|result|statement|converse|claim|reasons?|arguments?|justification|details"
    r"|(?:counter)?examples?|conditions?|assumptions?|conclusion|steps?|you used?)\b)"
)
_VALUE_COMMAND = re.compile(
    "|".join(
        (
            rf"{OPENS}(?i:solve|count|express|simplify|factor(?:i[sz]e)?)\b{_NO_HINT}",
            rf"{OPENS}(?i:list|name)\b{_NO_VALUE}",
            rf"{OPENS}(?i:state|give|write down|report|obtain|infer)\s(?i:the|its|their)\b"
            + _NO_VALUE,
            rf"{OPENS}(?i:deduce|derive|establish|conclude)\s(?:from \w+\s)?the (?:[\w-]+\s){{0,2}}"
            r"(?:values?|number|sum|area|volume|length|probability|remainder)\b(?!-)",
            rf"{OPENS}(?i:use|apply)\b[^.?!;]{{0,80}}?\bto\s{MAIN}\b",
        )
    ),
    re.MULTILINE,
)

# "Prove" takes any object, "show" only what can be shown: a claim, not one's work or a graph.
_SHOW = r"(?i:show|verify|demonstrate|establish|justify|confirm|deduce|conclude|argue|check)"
_YOURS = r"(?!\s(?:all |the )?(?:(?:exact )?values?(?!-)|your|work|steps|correct|final|how|me)\b)"
_MANNER = r"(?:(?i:[a-z]{3,12}ly)\s+)?"
_CLAIM = (
    r"(?:\bthat\b|\bwhy\b|:|\b(?:identity|identities|inequality|inequalities|statement|existence"
    r"|formula|claim|result|equality|theorem|lemma|assertion|is|are|has|there|divides|holds)\b)"
)
_PROOF = re.compile(
    "|".join(
        (
            rf"{OPENS}{_MANNER}(?i:prove|disprove)\b|\bProve\b|\b(?i:prove or disprove)\b",
            rf"(?:{OPENS}|\b(?i:us|you|to)\s+|{MASK}\s*){_MANNER}{_SHOW}{_YOURS}"
            rf"(?:[\s,]+[\w{MASK}√+-]+){{0,10}}?[\s,]*{_CLAIM}",
            rf"{OPENS}(?i:show|verify|demonstrate)\s+{MASK}",
            rf"{OPENS}(?i:proof that|give (?:the |a )?reasons? why)\b",
            rf"{OPENS}(?i:explain(?:,? [\w-]+(?: [\w-]+){{0,3}},?)? why)\b",
            rf"{OPENS}(?i:use|using|apply|employ|proceed|argue)\b[^.?!;]{{0,80}}"
            r"\bto (?:dis)?prove\b",
            r"\b(?i:it|this|what) (?:must|should|is to|has to|needs to|remains to)"
            r" be (?:shown|proved|proven|established|verified)(?=[.:]| that\b)",
            r"\b(?:is|are) to be (?:shown|proved|proven)\b",
            r"\b(?:[Oo]ne|[Ww]e|[Yy]ou) (?:must|should|(?:have|has|needs?) to) prove\b",
            r"\b(?:I|[Ww]e)(?:'d| would)? (?:like|want|need)(?: to (?:see|have))? (?:a|the|your)"
            r" (?:[\w-]+ )?proof\b",
            r"\b(?i:(?:us|we|you|need|want|asked|required|wish|going|task is|goal is|aim is) to"
            r"|(?:can|could|would|how (?:can|do|would)) (?:you|we|one)) (?i:prove)\b",
            r"\b(?i:give|provide|write|present|find|produce|supply|construct|outline|sketch)\s"
            r"(?:down\s)?(?:[\w-]+\s){0,4}(?i:proofs?|counterexample)\b",
            r"\bwith a (?:proof|counterexample)\b",
            r"\b(?i:provide|present|supply|give an?)\s(?:[\w-]+\s){0,3}argument\b(?! of\b)",
            rf"{OPENS}(?i:derive|obtain)\s(?:[\w-]+\s){{0,4}}"
            r"(?i:law|inequality|identity|theorem)\b",
        )
    ),
    re.MULTILINE,
)
_WHY = re.compile(
    r"^\W{0,9}(?:why|how (?:can|do|does|would) (?:one|you|we) (?:prove|show))\b", re.I
)
_FIND_PROOF = re.compile(r"\bfind\s(?:[\w-]+\s){0,4}(?:proofs?|counterexample)\b", re.IGNORECASE)


@lru_cache(maxsize=256)
def asks_proof(sentence: str) -> bool:
    """Whether the sentence asks for a proof, perhaps among other things."""
    return _PROOF.search(sentence) is not None


@lru_cache(maxsize=256)
def asks_value(sentence: str) -> bool:
    """Whether the sentence asks for something else than a proof, a reason or a yes."""
    if MAIN_COMMAND.search(sentence):
        return not _FIND_PROOF.search(sentence)
    return is_question(sentence) and not is_yes_or_no(sentence) and not _WHY.match(sentence)


@lru_cache(maxsize=256)
def adds_value(sentence: str) -> bool:
    """Whether a sentence beside a proof asks for a value in a verb that a story has too."""
    return _VALUE_COMMAND.search(sentence) is not None
