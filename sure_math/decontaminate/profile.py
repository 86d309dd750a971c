"""What identifies a problem however it is worded: its numbers, its signs, its telling words."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sure_math.overlap.numbers import number_key
from sure_math.text import split_drawings

# Words that only phrase a question, and names of LaTeX commands that only set it.
_PHRASES = """
also an and any are as at be been by can consider did do doe does each either every exist
exists for from given gives had has have her his how if in into is it its known let many may
might must of on only one ones or our out over please possible respectively shall she should
so some such suppose than that the their them then there these they thi this those to two us was we
were what when where whether which while who whose will with would you your
answer calculate compute determine enter evaluate express expression find form give name solve
state write value valued number quantity
call called define defined denote denoted denotes hold holding satisfied satisfie satisfies satisfy
satisfying equal equals equation function problem question simplest term terms unit units
zero three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred
thousand million dozen half third fourth fifth quarter
above align aligned array begin below bf big bigg biggl biggr bigl bigr bm boldsymbol cdot cdots
centerdot circ colon degree dfrac displaystyle dots dotsb dotsc end frac gather geq geqslant ge
gt hspace it label langle ldots left leq leqslant le limits lt mathbb mathbf mathcal mathit
mathrm mbox mid neq ne operatorname overline pm mp qquad quad rangle rightarrow right rm tag
text textbf textit textrm textstyle tfrac times underline vspace
"""
_PHRASING = frozenset(_PHRASES.split())
_WORD = re.compile("[a-z]{3,}|ln|pi|[A-Z]{4,}|GC[DF]|LCM")
_TOKEN = re.compile("[A-Za-z]+")
_SIGN = re.compile(
    r"\\(?:leqslant|leq|le|geqslant|geq|ge|neq|ne|lt|gt|pm|mp)(?![a-z])"
    r"|[+<>=≤≥±≠−]|(?<!-)-(?!-|[a-z]{2})"  # a hyphen stands before a word
)
_SIGNS = {
    r"\leqslant": "≤", r"\leq": "≤", r"\le": "≤", r"\geqslant": "≥", r"\geq": "≥", r"\ge": "≥",
    r"\neq": "≠", r"\ne": "≠", r"\lt": "<", r"\gt": ">", r"\pm": "±", "−": "-",
}  # fmt: skip


@dataclass(frozen=True)
class Profile:
    """The identity of a statement; drawings apart."""

    numbers: Counter[str]
    """The numbers it states, as a multiset."""
    drawing: tuple[str, ...]
    """The numbers in the code of its drawings; none without a drawing."""
    signs: Mapping[str, int]
    """Plus, minus and relations, as a multiset."""
    words: frozenset[str]
    """Words that do more than phrase the question, without a plural s; names of functions too.
    Names of people and the beginnings of sentences are left out, as they are capitalised."""


def profile(problem: str) -> Profile:
    """The profile of a statement."""
    text, drawing = split_drawings(problem)
    text = unicodedata.normalize("NFKC", text)
    words = {word.lower() for word in _TOKEN.findall(text) if _WORD.fullmatch(word)}
    return Profile(
        numbers=Counter(number_key(problem)),
        drawing=number_key(drawing),
        signs=Counter(_SIGNS.get(sign, sign) for sign in _SIGN.findall(text.lower())),
        words=frozenset(_singular(word) for word in words) - _PHRASING,
    )


def weight(numbers: Iterable[str]) -> int:
    """How many numbers there are; a long one (120, 5.6) says as much as two others."""
    return sum(2 if len(number) > 2 else 1 for number in numbers)


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) > 3 else word
