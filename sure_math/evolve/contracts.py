"""The contracts of the six strategies: what a new problem has to change, and what it has to keep.

Only what no good problem does is rejected. Everything else is a flag that the teacher's answers
settle (`weight.contracts`): an expert's hard edit of a problem can look like no change at all.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from sure_math.evolve.symbols import asks_for_an_expression, parameters
from sure_math.overlap.grams import containment, distinct, grams
from sure_math.overlap.numbers import number_key
from sure_math.overlap.tokens import tokenize

CONTRACT_REASONS = ("not_algebraized", "contest_named")
CONTRACT_FLAGS = ("noop_suspect", "numbers_changed", "no_unit", "branch_unnamed")

_KEPT_WORDING = 0.5  # share of a rewrite's 8-grams that stood in its parent
_SAME_TOKENS = 0.97  # similarity from which a harder problem may be the old one


@dataclass(frozen=True)
class Finding:
    """What a contract says of one new problem."""

    reason: str | None = None
    """Why it is rejected; None if it is not."""
    detail: str | None = None
    flags: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    """Letters that *algebraize* brought in."""


def contract_finding(
    strategy: str, parent: str, child: str, tags: Mapping[str, str] | None = None
) -> Finding:
    """Check a new problem against the contract of its strategy.

    Args:
        strategy: the strategy that made it.
        parent: text of the problem it was made from.
        child: its text.
        tags: what the evolver said of it (`evolve.parse.TAGS`), by name.
    """
    return _CONTRACTS[strategy](parent, child, tags or {})


def kept_wording(parent: str, child: str) -> float:
    """Share of the child's token 8-grams that stand in its parent, in [0, 1]."""
    found = distinct(grams(tokenize([child, parent]), 8))
    return containment(found.row(0), found.row(1))


def token_similarity(parent: str, child: str) -> float:
    """Twice the tokens of a common subsequence over all tokens of both, in [0, 1]."""
    tokens = tokenize([parent, child])
    first, second = (tokens.row(row).tolist() for row in (0, 1))
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def _harder(parent: str, child: str, tags: Mapping[str, str]) -> Finding:
    same_numbers = number_key(parent) == number_key(child)
    if same_numbers and token_similarity(parent, child) >= _SAME_TOKENS:
        return Finding(flags=("noop_suspect",))
    return Finding()


def _rewrite(parent: str, child: str, tags: Mapping[str, str]) -> Finding:
    flags = []
    if kept_wording(parent, child) > _KEPT_WORDING:
        flags.append("noop_suspect")
    if Counter(number_key(parent)) - Counter(number_key(child)):
        flags.append("numbers_changed")
    return Finding(flags=tuple(flags))


def _algebraize(parent: str, child: str, tags: Mapping[str, str]) -> Finding:
    found = parameters(parent, child, tags.get("parameter", ""))
    if found or asks_for_an_expression(child):
        return Finding(parameters=found)
    return Finding("not_algebraized", "no letter that the problem before did not have")


def _apply(parent: str, child: str, tags: Mapping[str, str]) -> Finding:
    named = tags.get("unit", "none").casefold().strip(" .") not in ("none", "")
    return Finding(flags=() if named or _names_a_unit(child) else ("no_unit",))


def _compose(parent: str, child: str, tags: Mapping[str, str]) -> Finding:
    return Finding(flags=() if _new_branch(tags.get("branches", "")) else ("branch_unnamed",))


def _competition(parent: str, child: str, tags: Mapping[str, str]) -> Finding:
    named = next((match for rule in _CONTEST if (match := rule.search(child))), None)
    return Finding("contest_named", named[0].strip()) if named else Finding()


_CONTRACTS: dict[str, Callable[[str, str, Mapping[str, str]], Finding]] = {
    "harder": _harder,
    "rewrite": _rewrite,
    "algebraize": _algebraize,
    "apply": _apply,
    "compose": _compose,
    "competition": _competition,
}


# --- units --------------------------------------------------------------------------------------

_UNIT = re.compile(
    r"\bhow (?:many|much|long|far|fast|old|tall|high|deep|wide|heavy|often|late|big|large)\b"
    r"|\bwhat (?:time|day|date|year|percentage|percent|fraction|proportion|share)\b|\bwhen\b"
    r"|\b(?:number|amount|probability|chance|odds|ratio|percentage|percent|fraction|proportion"
    r"|share|factor|rate|price|cost|profit|revenue|income|salary|total bill|change)\b"
    r"|[%°€£]|\\\$|\b(?:per|to the nearest|in square|in cubic) [a-z]+"
    r"|\b(?:metres?|meters?|litres?|liters?|grams?|seconds?|minutes?|hours?|days?|weeks?|months?"
    r"|years?|dollars?|cents?|euros?|inch(?:es)?|feet|foot|yards?|miles?|acres?|tons?|tonnes?"
    r"|degrees?|radians?|watts?|volts?|amperes?|joules?|newtons?|(?:kilo|centi|milli)\w+)\b"
    r"|\b(?:km|cm|mm|kg|mg|mL|ml|km/h|m/s|mph|kWh|m\^2|m\^3|cm\^2|cm\^3)\b",
    re.IGNORECASE,
)  # fmt: skip


def _names_a_unit(text: str) -> bool:
    """Whether the question says what is counted or measured."""
    return _UNIT.search(_question(text)) is not None


def _question(text: str) -> str:
    """The sentence with the last question mark, or the last sentence; all of it if in doubt."""
    sentences = [each for each in re.split(r"(?<=[.?!])\s+", text.strip()) if each]
    asked = [each for each in sentences if "?" in each] or sentences[-1:]
    return asked[-1] if asked else text


# --- branches -----------------------------------------------------------------------------------

_ARROW = re.compile(r"-+>|=+>|→|\\(?:right)?arrow|\\to\b")
_BETWEEN = re.compile(r"[,;/+&]|\band\b|\bwith\b")


def _new_branch(said: str) -> bool:
    """Whether the tag names a branch after its arrow that does not stand before it."""
    before, *after = (_names(part) for part in _ARROW.split(said))
    return bool(after and before and after[-1] - before)


def _names(part: str) -> set[str]:
    words = (" ".join(re.findall("[a-z]+", name)) for name in _BETWEEN.split(part.lower()))
    return {name for name in words if name not in ("", "none")}


# --- contests -----------------------------------------------------------------------------------

_YEAR = r"(?:19|20)\d\d"
_SHORT = r"(?:AMC|IMO|BMO|APMO|EGMO|RMM|SMT|IMC|JBMO)"
_CONTEST = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (r"\b(?:AIME|AHSME|AJHSME|USAMO|USAJMO|HMMT|PUMaC|CMIMC|ARML|MATHCOUNTS|USAMTS)\b", 0),
        (rf"\b{_SHORT}\b[ ,:-]*(?:\d|[Pp]roblem|[Ss]hortlist|[Ee]xam)", 0),
        (rf"\b{_YEAR}[ ,]+{_SHORT}\b", 0),
        (r"\b(?:Mathematical|Mathematics|Math|Maths) (?:Olympiad|Invitational)\b", 0),
        (r"\bPutnam (?:[Ee]xam|[Cc]ompetition|[Pp]roblem|\d)", 0),
        (rf"\b(?:Olympiad|Contest|Competition|Championship)s?[ ,(]{{1,3}}{_YEAR}\b", 0),
        (rf"^\W{{0,4}}{_YEAR}\b[^.?!\n]{{0,40}}\b(?:Olympiad|Contest|Competition)\b", 0),
        (r"^\W{0,4}(?:problem|exercise)\s*(?:no\.?\s*|number\s*)?#?\s*\d+\s*[.:)(\]]", re.I),
        (r"^\W{0,4}\d+ points?[\])]|[\[(]\d+ points?[\])]\W*$", re.I),
    )
)
