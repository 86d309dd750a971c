r"""What a response may make of a reference answer: the same value otherwise written, or another.

A rewrite keeps the value and returns None where it does not apply; `perturbations` change it. The
truth of a simulated problem is known by construction: nothing is parsed or evaluated here.
"""

import math
import random
import re
from collections.abc import Callable
from fractions import Fraction

Rewrite = Callable[[str, random.Random], str | None]

_INTEGER = re.compile(r"-?\d+")
_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\\d?frac\{\d+\}\{\d+\})")
_FRACTION = re.compile(r"(-?)\\d?frac\{(\d+)\}\{(\d+)\}")
_SURD = re.compile(r"(-?)(\d*)\\sqrt\{(\d+)\}")
_SURD_FRACTION = re.compile(r"(-?)\\d?frac\{(\d*)(\\sqrt\{\d+\}|\\pi)\}\{(\d+)\}")
_SINGLE_FRACTION = re.compile(r"(-?)\\d?frac\{(\d+|[a-z]|\\pi|\\sqrt\{\d+\})\}\{(\d+|[a-z])\}")
_INTERVAL = re.compile(r"([(\[])([^()\[\],]+),([^()\[\],]+)([)\]])")
_THOUSANDS = re.compile(r"\$?\d{1,3}(?:(?:,|\{,\}|,\\!)\d{3})+")
_TEXT = re.compile(r"\\text\{(\(?)([A-Za-z ]+?)(\)?)\}")
_NOT_ONE_VALUE = re.compile(
    r"[=<>,;%$]|\\text|\\(?:pm|mp|leq?|geq?|neq?|in|cup|begin|infty|circ)\b|\\[{}]"
)
# One unit, since two would be two answers, in several spellings.
_UNITS = (r"\text{ cm}", r"\,\text{cm}", r"\text{ centimeters}", r"\mathrm{~cm}")


def variant(gold: str, rng: random.Random) -> str:
    """The gold answer as another response would write it; the gold itself if nothing applies."""
    text = _rewritten(gold, NOTATION, rng) if rng.random() < 0.2 else gold
    return _rewritten(text, REWRITES, rng)


def _rewritten(text: str, rewrites: dict[Rewrite, float], rng: random.Random) -> str:
    names, weights = zip(*rewrites.items(), strict=True)
    for rewrite in rng.choices(names, weights, k=12):
        found = rewrite(text, rng)
        if found is not None and found != text:
            return str(found)
    return text


# --- notation -------------------------------------------------------------------------------------


def _fraction_command(text: str, rng: random.Random) -> str | None:
    if r"\frac" not in text:
        return text.replace(r"\dfrac", r"\frac")
    return text.replace(r"\frac", rng.choice([r"\dfrac", r"\dfrac", r"\tfrac"]))


def _short_arguments(text: str, rng: random.Random) -> str | None:
    return re.sub(r"\\frac\{(\d)\}\{(\d)\}(?!\d)", r"\\frac\1\2", text)


def _braced_powers(text: str, rng: random.Random) -> str | None:
    return re.sub(r"\^([0-9a-z])", r"^{\1}", text)


def _spaces(text: str, rng: random.Random) -> str | None:
    if _TEXT.search(text) or _THOUSANDS.search(text):
        return None
    if " " in text:
        return re.sub(r"(?<=[^A-Za-z0-9]) | (?=[^A-Za-z0-9])", "", text)
    return re.sub(r"(?<=[\w)}\]])([-+=])", r" \1 ", re.sub(r",(?!\\!)", ", ", text))


def _thin_spaces(text: str, rng: random.Random) -> str | None:
    return re.sub(r"(\d)(\\sqrt|\\pi|\\frac)", r"\1\\,\2", text) if text[-1] != "!" else None


def _delimiters(text: str, rng: random.Random) -> str | None:
    if r"\left" in text:
        return re.sub(r"\\(?:left|right)(?![A-Za-z])\s*", "", text)
    if r"\sqrt[" in text or r"\text" in text:
        return None
    return re.sub(r"\\\{|[(\[]", r"\\left\g<0>", re.sub(r"\\\}|[)\]]", r"\\right\g<0>", text))


def _punctuation(text: str, rng: random.Random) -> str | None:
    if re.search(r"(?<!\\)\$|\.$|\\displaystyle", text):
        return None
    return rng.choice([f"{text}.", f"${text}$", rf"\displaystyle {text}"])


def _matrix(text: str, rng: random.Random) -> str | None:
    kind = rng.choice(["bmatrix", "pmatrix"])
    spaced = text.replace("&", " & ").replace(r"\\", r" \\ ")
    return spaced.replace("pmatrix", kind) if r"\begin" in text else None


def _words(text: str, rng: random.Random) -> str | None:
    if match := _TEXT.fullmatch(text):
        words = match[2]
        spellings = [words, rf"\text{{{words.capitalize()}}}", rf"\textbf{{{words}}}"]
        return rng.choice(spellings if len(words) > 1 else [words, f"({words})"])
    return None


def _degrees_and_percent(text: str, rng: random.Random) -> str | None:
    if text.endswith(r"\%"):
        return rng.choice([text[:-2], rf"{text[:-2]} \text{{ percent}}", text[:-2] + "%"])
    if re.fullmatch(r"\d+\^\\circ", text):
        return rng.choice([text[:-6], rf"{text[:-6]}^{{\circ}}", rf"{text[:-6]} \text{{ degrees}}"])
    return text[2:] if text.startswith(r"\$") else None


def _thousands(text: str, rng: random.Random) -> str | None:
    if not re.fullmatch(r"\d{4,}", text):
        return None
    return f"{int(text):,}".replace(",", rng.choice([",", "{,}"]))


def _assigned(text: str, rng: random.Random) -> str | None:
    if _NOT_ONE_VALUE.search(text):
        return None
    name = next(name for name in "xkmnSN" if name not in re.sub(r"\\[A-Za-z]+", "", text))
    return f"{name} = {text}"


def _unit(text: str, rng: random.Random) -> str | None:
    return f"{text}{rng.choice(_UNITS)}" if re.fullmatch(r"\d+", text) else None


# --- other forms of one value ---------------------------------------------------------------------


def _decimal(text: str, rng: random.Random) -> str | None:
    if _INTEGER.fullmatch(text):
        return f"{text}.{'0' * rng.choice([1, 1, 2])}" if len(text) < 4 else None
    if match := _FRACTION.fullmatch(text):
        value = Fraction(int(match[2]), int(match[3]))
        return f"{match[1]}{float(value)}" if 10**4 % value.denominator == 0 else None
    if re.fullmatch(r"-?\d+\.\d+", text):
        value = abs(Fraction(text))
        return rf"{'-' * (text[0] == '-')}\frac{{{value.numerator}}}{{{value.denominator}}}"
    return None


def _slash(text: str, rng: random.Random) -> str | None:
    match = _SINGLE_FRACTION.fullmatch(text)
    return f"{match[1]}{match[2]}/{match[3]}" if match else None


def _not_reduced(text: str, rng: random.Random) -> str | None:
    factor = rng.choice([2, 3, 4])
    match = _FRACTION.fullmatch(text)
    return (
        rf"{match[1]}\frac{{{int(match[2]) * factor}}}{{{int(match[3]) * factor}}}"
        if match
        else None
    )


def _mixed(text: str, rng: random.Random) -> str | None:
    match = _FRACTION.fullmatch(text)
    if not match or int(match[2]) <= int(match[3]) or int(match[2]) % int(match[3]) == 0:
        return None
    whole, rest = divmod(int(match[2]), int(match[3]))
    return rf"{match[1]}{whole}\frac{{{rest}}}{{{match[3]}}}"


def _power(text: str, rng: random.Random) -> str | None:
    """1024 as 2^{10} or 720 as 6!."""
    if not re.fullmatch(r"\d{1,9}", text) or int(text) < 4:
        return None
    value = int(text)
    forms = [f"{n}!" for n in range(3, 13) if math.factorial(n) == value]
    for exponent in range(2, 31):
        base = round(value ** (1 / exponent))
        if base > 1 and base**exponent == value:
            forms.append(f"{base}^{{{exponent}}}")
    return rng.choice(forms) if forms else None


def _product(text: str, rng: random.Random) -> str | None:
    """A number by two of its factors, as solutions leave it."""
    if not re.fullmatch(r"\d{2,6}", text):
        return None
    divisors = [d for d in range(2, min(int(text), 100)) if int(text) % d == 0]
    if not divisors:
        return None
    divisor, sign = rng.choice(divisors), rng.choice([r"\cdot", r"\times"])
    return f"{divisor} {sign} {int(text) // divisor}"


def _surd(text: str, rng: random.Random) -> str | None:
    if match := _SURD.fullmatch(text):
        sign, factor, inside = match.groups()
        if factor:
            return rf"{sign}\sqrt{{{int(factor) ** 2 * int(inside)}}}"
        squares = [k for k in range(2, 20) if int(inside) % k**2 == 0]
        return (
            rf"{sign}{squares[-1]}\sqrt{{{int(inside) // squares[-1] ** 2}}}" if squares else None
        )
    if match := _SURD_FRACTION.fullmatch(text):
        sign, factor, root, bottom = match.groups()
        if not factor and root == rf"\sqrt{{{bottom}}}":
            return rf"{sign}\frac{{1}}{{{root}}}"
        return rf"{sign}\frac{{{factor or 1}}}{{{bottom}}}{root}"
    return None


def _times(text: str, rng: random.Random) -> str | None:
    return re.sub(r"(\d)(\\sqrt|\\pi|[a-z](?![a-z]))", r"\1 \\cdot \2", text)


def _turned_sum(text: str, rng: random.Random) -> str | None:
    """The terms of a sum in another order."""
    if _NOT_ONE_VALUE.search(text) or text.endswith("."):
        return None
    terms = [term.strip() for term in _split(text, "+-", keep=True)]
    if len(terms) < 2:
        return None
    turn = rng.randrange(1, len(terms))
    turned = terms[turn:] + terms[:turn]
    return "".join(t if t[0] in "+-" else f"+{t}" for t in turned).removeprefix("+")


def _turned_equation(text: str, rng: random.Random) -> str | None:
    match = re.fullmatch(r"([a-z])\s*=\s*([^=]*[a-z][^=]*)", text)
    return f"{match[2]} = {match[1]}" if match else None


def _list_order(text: str, rng: random.Random) -> str | None:
    inside = text.removeprefix(r"\{").removesuffix(r"\}")
    if _THOUSANDS.search(text) or re.search(r"[<>=$]|\\(?:text|left|cup|,)|\.$", text):
        return None
    parts = [part.strip() for part in _split(inside, ",")]
    rng.shuffle(parts)
    return text.replace(inside, ", ".join(parts)) if len(parts) > 1 else None


def _connective(text: str, rng: random.Random) -> str | None:
    match = re.fullmatch(r"([^(),\[\]]+),\s*([^(),\[\]]+)", text)
    if not match or _THOUSANDS.search(text) or re.search(r"[<>=]|\\(?:text|[{,])", text):
        return None
    return rf"{match[1]} \text{{ {rng.choice(['or', 'and'])} }} {match[2]}"


def _inequality(text: str, rng: random.Random) -> str | None:
    """An interval that is surely one (a square bracket or infinity) as an inequality."""
    match = _INTERVAL.fullmatch(text)
    if not match or not re.search(r"[\[\]]|\\infty", text):
        return None
    left, low, high, right = match.groups()
    below, above = "<" if left == "(" else r"\leq", "<" if right == ")" else r"\leq"
    if r"\infty" in low:
        return None if r"\infty" in high else f"x {above} {high}"
    if r"\infty" in high:
        return f"x > {low}" if left == "(" else rf"x \geq {low}"
    return f"{low} {below} x {above} {high}"


def _split(text: str, marks: str, *, keep: bool = False) -> list[str]:
    """Pieces of a text at marks outside all brackets; a kept mark begins the next piece."""
    depth, pieces = 0, [""]
    for character in text:
        depth += (character in "{([") - (character in "})]")
        if character in marks and depth == 0 and pieces[-1].strip():
            pieces.append("")
            if not keep:
                continue
        pieces[-1] += character
    return pieces


NOTATION: dict[Rewrite, float] = {
    _fraction_command: 6,
    _spaces: 6,
    _delimiters: 3,
    _matrix: 3,
    _braced_powers: 2,
    _short_arguments: 1,
    _thin_spaces: 1,
}
"""With weights; each may be followed by another rewrite."""
REWRITES: dict[Rewrite, float] = {
    **NOTATION,
    _punctuation: 1,
    _assigned: 3,
    _unit: 3,
    _thousands: 3,
    _words: 3,
    _degrees_and_percent: 3,
    _decimal: 3,
    _list_order: 3,
    _inequality: 3,
    _connective: 2,
    _slash: 2,
    _surd: 2,
    _turned_sum: 2,
    _turned_equation: 2,
    _mixed: 1,
    _power: 1,
    _times: 1,
    _not_reduced: 0.5,
    _product: 0.5,
}


# --- other values ---------------------------------------------------------------------------------

NUMBER = re.compile(r"(?<![\d.])(?:[1-9]\d*|\d+\.\d*[1-9]\d*)(?![\d.])")
"""A number that a perturbation can change."""

_SIGNED = re.compile(r"-?(?:\d+|\\d?frac\{\d+\}\{\d+\}|\d*\\sqrt\{\d+\})")
_WORDS = ("odd", "Monday", "both", "yes", "Player A", "none", "exactly one", "B", "D", "E")


def perturbations(gold: str, count: int, rng: random.Random) -> list[str]:
    """Wrong answers, unequal to the gold and to each other.

    All change the same number of the gold, so no two of them can meet in value; one may be its
    negative, or a plain number where the gold is none.
    """
    if match := _TEXT.fullmatch(gold):
        short = len(match[2]) == 1
        others = [word for word in _WORDS if (len(word) == 1) == short]
        return [rf"\text{{{match[1]}{word}{match[3]}}}" for word in rng.sample(others, count)]
    place = rng.choice(list(NUMBER.finditer(gold)))
    before, after = gold[: place.start()], gold[place.end() :]
    numbers = _other_numbers(place[0], rng)[:count]
    if before.endswith("^"):
        numbers = [f"{{{number}}}" for number in numbers]
    wrong = [before + number + after for number in numbers]
    if _SIGNED.fullmatch(gold) and rng.random() < 0.2:
        wrong[-1] = gold[1:] if gold.startswith("-") else f"-{gold}"
    elif r"\pi" in gold and rng.random() < 0.3:
        wrong[-1] = str(rng.randrange(40, 400))
    return wrong


def _other_numbers(token: str, rng: random.Random) -> list[str]:
    """Other positive numbers near a number, of its form, in random order."""
    if "." in token:
        places = len(token.partition(".")[2])
        near = [f"{float(token) * factor:.{places}f}" for factor in (1.5, 2, 3, 5)]
    else:
        value = int(token)
        numbers = {value + 1, value + 2, 2 * value + 2, value + 10, 3 * value + 1, value - 1}
        near = [str(number) for number in sorted(numbers - {0, value})]
    return rng.sample(near, len(near))
