r"""Units of measure: `split_unit` takes a quantity apart into a value and the name of its unit.

Whether "5 cm" and "5" are the same answer is a question about the problem, not about the string,
so the canonical key keeps the unit and `problem.problem_keys` decides.
"""

import re
from collections.abc import Iterable
from fractions import Fraction

from sure_math.answers.numbers import exact_value, render

PERCENT = "percent"

_SYNONYMS = {
    "m": "m meter meters metre metres",
    "cm": "cm cms centimeter centimeters centimetre centimetres",
    "mm": "mm millimeter millimeters millimetre millimetres",
    "km": "km kms kilometer kilometers kilometre kilometres",
    "in": "in inch inches",
    "ft": "ft foot feet",
    "yd": "yd yard yards",
    "mile": "mi mile miles",
    "g": "g gm gram grams",
    "kg": "kg kgs kilogram kilograms",
    "mg": "mg milligram milligrams",
    "lb": "lb lbs pound pounds",
    "oz": "oz ounce ounces",
    "s": "s sec secs second seconds",
    "min": "min mins minute minutes",
    "h": "h hr hrs hour hours",
    "day": "day days",
    "week": "week weeks",
    "month": "month months",
    "year": "yr yrs year years",
    "l": "l liter liters litre litres",
    "ml": "ml milliliter milliliters millilitre millilitres",
    "dollar": "dollar dollars usd bucks",
    "cent": "cent cents",
    "euro": "euro euros eur",
    "degree": "degree degrees deg",
    "radian": "radian radians rad rads",
    "unit": "unit units",
    "mile/h": "mph",
    PERCENT: "percent percentage pct",
}
_UNITS = {word: unit for unit, words in _SYNONYMS.items() for word in words.split()}
_SCALES = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
# Words after a number that change what it says, so they are never dropped as a unit.
_NOT_UNITS = re.compile(
    r"if|for|when|where|with|and|or|is|are|only|even|odd|more|less|fewer|least|most|than|to|not|of"
    r"|mod|modulo|base|choose|factorial|squared|cubed|half|halves|(third|quarter|tenth|hundredth)s?"
    r"|solutions?|roots?"
)
# Units of one kind, each with its size in the first of them.
_KINDS: list[dict[str, Fraction | int]] = [
    {"m": 1, "cm": Fraction(1, 100), "mm": Fraction(1, 1000), "km": 1000},
    {"in": 1, "ft": 12, "yd": 36, "mile": 63360},
    {"g": 1, "mg": Fraction(1, 1000), "kg": 1000},
    {"oz": 1, "lb": 16},
    {"s": 1, "min": 60, "h": 3600, "day": 86400, "week": 604800},
    {"l": 1, "ml": Fraction(1, 1000)},
    {"cent": 1, "dollar": 100},
]
_POWERS = {"square": "^2", "sq": "^2", "cubic": "^3", "cu": "^3"}
_TAIL = re.compile(
    r"(?P<value>.*(?:[\d)}\]]|\\pi))"
    r"(?:\\text\{(?P<text>[^{}]*)\}|\{(?P<braced>[A-Za-z]+(?:/[A-Za-z]+)?)\}|(?P<bare>[A-Za-z]{2,}))"
    r"(?:\^(?P<power>[23]))?",
    re.DOTALL,
)
_DEGREES = re.compile(
    r"(?P<value>(?!.*\\(?:sin|cos|tan|cot|sec|csc)).*[\d)}])\^(?:\\circ|\{\\circ\})", re.DOTALL
)
_PERCENT = re.compile(r"(?P<value>.*[\d)}])\\?%", re.DOTALL)
_CURRENCY = re.compile(
    r"(?P<sign>-?)(?P<currency>\\\$|[€£¥])(?P<value>.*[\d)}].*)|(?P<before>.*[\d)}])(?P<after>\\\$|[€£¥])",
    re.DOTALL,
)
_CURRENCIES = {r"\$": "dollar", "€": "euro", "£": "pound sterling", "¥": "yen"}
_NUMERIC = re.compile(r"\d|\\pi|\\sqrt")


def split_unit(text: str) -> tuple[str, str]:
    """(value, unit) of a normalised answer; the unit is "" where there is none.

    "3 million" is a value (3000000), words that change the meaning ("3 or more") stay in it.
    """
    if match := _CURRENCY.fullmatch(text):
        currency = _CURRENCIES[match["currency"] or match["after"]]
        value, unit = split_unit(match["before"] or match["sign"] + match["value"])
        return (value, currency) if unit in ("", currency) else (text, "")
    for pattern, unit in ((_DEGREES, "degree"), (_PERCENT, PERCENT)):
        if match := pattern.fullmatch(text):
            return match["value"], unit
    match = _TAIL.fullmatch(text)
    if not match or not _NUMERIC.search(match["value"]):
        return text, ""
    if match["text"] is None:
        return _bare_word(text, match)
    scale, unit = _read(match["text"], match["power"])
    if scale == 1:
        return (match["value"], unit) if unit else (text, "")
    number = exact_value(match["value"])
    return (text, "") if number is None else (render(number * scale), unit)


def base_unit(unit: str) -> tuple[Fraction, str]:
    """(size, base unit) of a unit: "h" is (3600, "s"), "cm^2" is (1/10000, "m^2")."""
    name, _, power = unit.partition("^")
    for kind in _KINDS:
        if name in kind and power in ("", "2", "3"):
            return Fraction(kind[name]) ** int(power or 1), next(iter(kind)) + _power(power)
    return Fraction(1), unit


def convertible(units: Iterable[str]) -> bool:
    """Whether all units measure the same kind of quantity."""
    return len({base_unit(unit)[1] for unit in units}) == 1


def with_unit(value: str, unit: str) -> str:
    """The inverse of `split_unit`, in canonical spelling."""
    return rf"{value}\text{{{unit}}}" if unit else value


def _bare_word(text: str, match: re.Match[str]) -> tuple[str, str]:
    """Letters after a number: a unit only if the word is known and cannot be a product (2mi)."""
    word = (match["braced"] or match["bare"]).lower()
    if match["braced"] and len(word) > 2 and match["value"][-1].isdigit():
        unit = _read(word, match["power"])[1]  # what is left of \\text{...} without its command
        return (match["value"], unit) if unit else (text, "")
    known = word in _UNITS and (match["braced"] or len(word) > 2 or word in ("cm", "km", "kg"))
    return (match["value"], _UNITS[word] + _power(match["power"])) if known else (text, "")


def _power(exponent: str | None) -> str:
    return f"^{exponent}" if exponent else ""


def _read(text: str, exponent: str | None) -> tuple[Fraction, str]:
    """(scale, unit) of the words behind a number; unit "" and scale 1 if they are no unit."""
    words = re.findall(r"[a-z.]+|/|\^\{?[23]\}?", text.replace("a.m.", "am").replace("p.m.", "pm"))
    scale = Fraction(1)
    if words and words[0] in _SCALES:
        scale = Fraction(_SCALES[words.pop(0)])
    if re.search(r"(?<![\^{])\d", text):
        return Fraction(1), ""
    if words and (len(words) > 5 or any(map(_NOT_UNITS.fullmatch, words))):
        return Fraction(1), ""
    unit, power = "", _power(exponent)
    for word in words:
        if word in _POWERS:
            power = _POWERS[word]
        elif word in ("/", "per"):
            unit, power = unit + power + "/", ""
        elif word.startswith("^"):
            power = "^" + word.strip("^{}")
        else:
            name = _UNITS.get(word.strip("."), word.strip(".").removesuffix("s"))
            unit += name if not unit or unit.endswith("/") else " " + name
    return scale, unit + power if unit else ""
