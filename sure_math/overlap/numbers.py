r"""The numbers of a statement, as a multiset: what a reworded problem keeps and a sister changes.

Digits (`5.60` is 5.6, `1,000` and `1{,}000` are 1000, `.5` is 0.5), also in indices, exponents and
`\frac12`; number words (`twenty-five`, `two hundred and six`, `2 million`); fractions as their two
parts, written `3/4`, `\frac{3}{4}`, `¾` or `three quarters`; `half` is 1 and 2, `twice` and
`squared` are 2. Signs and operators say nothing here; nor do `one` alone (mostly a pronoun),
`1st`, `2nd`, `first` and `second`, which come and go with the wording, nor the code of drawings.
"""

import re
import unicodedata
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from sure_math.overlap.batch import BREAK, join
from sure_math.overlap.hashing import Cache, Hashes, hash64, mix

_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_UNITS = "zero one two three four five six seven eight nine"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_SCALES = {
    "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "dozen": 12,
}  # fmt: skip
_WORDS = {
    **{word: i for i, word in enumerate(f"{_UNITS} {_TEENS}".split())},
    **{word: 20 + 10 * i for i, word in enumerate(_TENS.split())},
}
_PARTS = {
    **{word: (str(3 + i),) for i, word in enumerate(_ORDINALS.split())},
    **dict.fromkeys(("half", "halve"), ("1", "2")),
    **dict.fromkeys(("twice", "double", "doubled", "squared"), ("2",)),
    **dict.fromkeys(("thrice", "triple", "tripled", "cubed"), ("3",)),
    "quarter": ("4",),
}


def _any(words: str) -> str:
    return rf"(?:{words.replace(' ', '|')})"


_PART = rf"{_any(' '.join(_PARTS))}s?\b"
_SMALL = rf"(?:{_any(_TENS)}(?:[ -]{_any(_UNITS)}\b)?|{_any(_TEENS)}|{_any(_UNITS)})\b"
_SCALE = rf"(?:[ -]{_any(' '.join(_SCALES))}\b)"
_NUMBER = re.compile(
    r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?"
    rf"(?:(?:st|nd|rd|th)\b|{_SCALE}+)?"
    r"|\.[0-9]+"
    rf"|\b(?:one[ -]{_PART}|a {_PART}(?= of\b)|{_PART})"
    rf"|\b{_SMALL}(?:{_SCALE}+(?:(?: and)?[ -]{_SMALL}{_SCALE}*)*)?"
    rf"|\b{_any(' '.join(_SCALES))}s?\b"
    f"|{BREAK}"
)
_LONG = 40  # digits of a number that is worked out; a longer one is compared as it is written

_GLUED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+|[₀₁₂₃₄₅₆₇₈₉]+|[¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]")
_SHORT_FRACTION = re.compile(r"\\[dtc]?(?:frac|binom)[ \n]*([0-9])[ \n]*([0-9])")
_THOUSANDS = re.compile(r"(?<=[0-9])(?:\{,\}|,\\!|\\,)(?=[0-9]{3}(?![0-9]))")
_TAG = re.compile(rf"\\tag\*?\{{[^{{}}{BREAK}]*\}}")
_LIST = re.compile(r"(?<=[\[({])[0-9]+(?:,[0-9]+)+(?=\\?[\])}]|,(?![0-9]))")


def number_key(text: str) -> tuple[str, ...]:
    """The numbers of a statement, sorted as strings; equal for the same multiset. Never raises."""
    found = _NUMBER.findall(_prepared([text]))
    return tuple(sorted(value for match in found for value in _values(match)))


def number_hashes(texts: Sequence[str]) -> Hashes:
    """One hash per text, equal if and (but for collisions) only if the `number_key` is.

    Returns:
        uint64 (texts,).
    """
    found = _NUMBER.findall(_prepared(texts))
    sums = np.fromiter(map(_HASHES.__getitem__, found), dtype=np.uint64, count=len(found))
    breaks = np.fromiter((i for i, match in enumerate(found) if match == BREAK), dtype=np.int64)
    running = np.concatenate(([np.uint64(0)], np.cumsum(sums, dtype=np.uint64)))
    ends = running[np.append(breaks, len(sums))]
    return mix(np.diff(ends, prepend=np.uint64(0)))[: len(texts)]


def _prepared(texts: Sequence[str]) -> str:
    """The batch as one lower-case string in which no two numbers touch."""
    text = join(texts)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _GLUED.sub(r" \g<0> ", text)).replace("\u2044", "/")
    text = _SHORT_FRACTION.sub(r" \1 \2 ", _TAG.sub(" ", text.lower()))
    text = _THOUSANDS.sub(",", text)
    return _LIST.sub(lambda match: match[0].replace(",", ", "), text)


def _hashed(match: str) -> int:
    return sum(map(hash64, _values(match))) % 2**64


_HASHES = Cache(_hashed)


def _values(match: str) -> tuple[str, ...]:
    """The numbers that one match of `_NUMBER` stands for."""
    if match[0] in "0123456789.":
        return _digits(match)
    words = re.split("[ -]", match.removesuffix("s"))
    part = _PARTS.get(words[-1])
    if part is None:
        value = _worked_out(words)
        return () if match == "one" or match == BREAK else (str(value),)
    return ("1", *part) if len(words) > 1 and len(part) == 1 else part


def _digits(match: str) -> tuple[str, ...]:
    number, *scales = re.split("[ -]", match)
    if number in ("1st", "2nd"):
        return ()
    number = number.rstrip("strndh").replace(",", "")
    whole, _, decimals = number.partition(".")
    if not scales or len(number) > _LONG:
        return (_plain(whole, decimals), *(str(_SCALES[scale]) for scale in scales))
    value = Fraction(f"{whole or 0}.{decimals}" if decimals else whole)
    for scale in scales:
        value *= _SCALES[scale]
    if value.denominator == 1:
        return (str(value.numerator),)
    whole, _, decimals = f"{float(value)}".partition(".")
    return (_plain(whole, decimals),)


def _plain(whole: str, decimals: str) -> str:
    """Digits without leading and trailing zeros."""
    whole, decimals = whole.lstrip("0") or "0", decimals.rstrip("0")
    return f"{whole}.{decimals}" if decimals else whole


def _worked_out(words: Sequence[str]) -> int:
    """`two hundred and six` is 206."""
    total = current = 0
    for word in words:
        scale = _SCALES.get(word)
        if scale is None:
            current += _WORDS.get(word, 0)
            continue
        current = max(current, 1) * scale
        if scale >= 1000:
            total, current = total + current, 0
    return total + current
