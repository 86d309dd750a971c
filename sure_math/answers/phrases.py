"""Answers in words: numbers ("twenty-five", "one half") and set phrases ("does not exist")."""

import re
from fractions import Fraction

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_CARDINALS = {
    **{word: value for value, word in enumerate(re.findall(r"\w+", _SMALL))},
    **{word: 10 * value for value, word in enumerate(re.findall(r"\w+", _TENS), start=2)},
}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6}
_PARTS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4,
    "fourths": 4, "fifth": 5, "fifths": 5, "sixth": 6, "sixths": 6, "seventh": 7, "sevenths": 7,
    "eighth": 8, "eighths": 8, "ninth": 9, "ninths": 9, "tenth": 10, "tenths": 10,
}  # fmt: skip
_MAX_WORDS = 12
_LEAD = re.compile(r"(?:the answer is|there (?:is|are)|it is|the limit|this|the)\s+")
_PHRASES = {
    "does not exist": "dne",
    "doesn't exist": "dne",
    "no solutions": "no solution",
    "has no solution": "no solution",
    "has no solutions": "no solution",
    "no real solutions": "no real solution",
    "infinitely many solutions": "infinitely many",
    "infinite solutions": "infinitely many",
}
_SETS = {
    "all real numbers": r"\mathbb{R}",
    "all reals": r"\mathbb{R}",
    "real numbers": r"\mathbb{R}",
    "empty set": r"\emptyset",
}


def number_in_words(text: str) -> Fraction | None:
    """The value of a number in English words, None for anything else."""
    words = re.findall(r"[a-z]+", text.lower().replace(" and ", " "))
    if not words or len(words) > _MAX_WORDS or re.search(r"[^A-Za-z\s-]", text):
        return None
    parts = _PARTS.get(words[-1]) if len(words) > 1 else None
    cardinal = _cardinal(words[:-1] if parts else words)
    return None if cardinal is None else Fraction(cardinal, parts or 1)


def phrase_key(words: str) -> str:
    r"""The key of an answer in words: "No solutions." is \text{nosolution}."""
    phrase = _phrase(words)
    letters = re.sub(r"[ \n.']", "", phrase)
    return _SETS.get(phrase, rf"\text{{{letters}}}")


def _phrase(words: str) -> str:
    """One spelling for the usual answers."""
    short = _LEAD.sub("", " ".join(words.lower().replace("’", "'").split()).rstrip(". "), count=1)
    return _PHRASES.get(short, short)


def _cardinal(words: list[str]) -> int | None:
    """two hundred five thousand seven = (2 * 100 + 5) * 1000 + 7."""
    total = group = 0
    previous = ""
    for word in words:
        if word in _CARDINALS:
            # "two three" is no number; "twenty three" is.
            if previous in _CARDINALS and not (
                _CARDINALS[previous] >= 20 and 0 < _CARDINALS[word] < 10
            ):
                return None
            group += _CARDINALS[word]
        elif word == "hundred" and 0 < group < 10:
            group *= 100
        elif word in _SCALES and word != "hundred" and group:
            total, group = total + group * _SCALES[word], 0
        else:
            return None
        previous = word
    return total + group if words else None
