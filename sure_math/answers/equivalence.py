"""When are two answers equal? Tiers, each only for what the one before left open.

exact string -> canonical key -> plain numbers -> algebra (our expression trees) -> symbolic
(math-verify, for what has no tree) -> [a judge, elsewhere]

"different" is final and needs no judge; only closed values that clearly differ earn it. What the
symbolic tier calls unequal stays undecided: its false negatives are many.
"""

import functools
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from sure_math.answers.algebra import compare_trees, compare_values, settled
from sure_math.answers.canonical import canonical, kept_name
from sure_math.answers.numbers import exact_value
from sure_math.answers.parser import read
from sure_math.answers.problem import problem_keys
from sure_math.answers.symbolic import SymbolicChecker, Verdict

Tier = Literal["exact", "canonical", "number", "algebra", "symbolic", "none"]


@dataclass(frozen=True)
class Comparison:
    """A verdict on two answers and the tier that gave it ("none" if it is undecided)."""

    verdict: Verdict
    tier: Tier


_UNDECIDED = Comparison("undecided", "none")


def compare(a: str, b: str, *, symbolic: SymbolicChecker | None = None) -> Comparison:
    """Compare two answers by themselves, or two keys of `problem_keys`; symmetric.

    Units and percent signs are compared as written: whether "5 cm" and "5" are one answer depends
    on the other answers of the problem, which `problem_keys` knows.
    """
    if a == b:
        return Comparison("equal", "exact")
    a, b = sorted((canonical(a), canonical(b)))
    if a == b:
        return Comparison("equal", "canonical")
    (name, a), (other_name, b) = kept_name(a), kept_name(b)
    if name or other_name:
        return _compare_named(name, a, other_name, b)
    if _same_choice(a, b):
        return Comparison("equal", "canonical")
    x, y = exact_value(a), exact_value(b)
    if x is not None and y is not None:
        verdict = compare_values(x, y)
        return Comparison(verdict, "none" if verdict == "undecided" else "number")
    if _number_and_none(x, b) or _number_and_none(y, a):
        return Comparison("different", "number")
    left, right = read(a), read(b)
    if left is not None and right is not None:
        verdict = compare_trees(left, right)
        if verdict != "undecided":
            return Comparison(verdict, "algebra")
        if settled(left, right):
            return _UNDECIDED
    if symbolic is not None and _comparable(a, b) and symbolic.check(a, b) == "equal":
        return Comparison("equal", "symbolic")
    return _UNDECIDED


def equivalent(a: str, b: str) -> bool:
    """Whether two final answers are equal, without a judge; undecided counts as no.

    Symmetric and reflexive. A unit or a variable on one side only is ignored ("x = 5 cm" and "5").
    Starts one worker process on first use, which ends with the program.
    """
    return verdict_on(a, b) == "equal"


def verdict_on(a: str, b: str) -> Verdict:
    """What `equivalent` rests on, with `undecided` apart from `different`."""
    if a == b:
        return "equal"
    keys = problem_keys([a, b])
    return compare(keys[a], keys[b], symbolic=shared_checker()).verdict


@functools.cache
def shared_checker() -> SymbolicChecker:
    """The process-wide symbolic checker; its worker starts with the first question."""
    return SymbolicChecker()


_NO_NUMBERS = frozenset(
    {r"\text{true}", r"\text{false}", r"\text{yes}", r"\emptyset", r"\{\}", "[]"}
)


def _number_and_none(number: Fraction | None, key: str) -> bool:
    """A number other than 0 and 1 is neither a truth value nor nothing."""
    return number is not None and number not in (0, 1) and key in _NO_NUMBERS


def _compare_named(name: str, value: str, other_name: str, other_value: str) -> Comparison:
    """Names that matter make equations: [x]=y+1 and [y]=x-1."""
    trees = [read(f"{n}={v}") if n else None for n, v in ((name, value), (other_name, other_value))]
    if trees[0] is None or trees[1] is None:
        return _UNDECIDED
    verdict = compare_trees(trees[0], trees[1])
    return Comparison(verdict, "none" if verdict == "undecided" else "algebra")


_CHOICE = re.compile(
    r"([A-J])|(?:\(([A-Ja-j])\)|([A-J])[.:])(?!.*\([A-Ja-j]\))(?:\d|[A-Za-z\\-].).*", re.DOTALL
)


def _same_choice(a: str, b: str) -> bool:
    """A letter, and the same letter with the text of that choice: C and (C) 12 cm."""
    x, y = _CHOICE.fullmatch(a), _CHOICE.fullmatch(b)
    if not (x and y) or not (x[1] or y[1]):
        return False
    return "".join(x.groups("")).upper() == "".join(y.groups("")).upper()


# math-verify is shown single values only: it drops what it cannot read, repairs what is cut off,
# and takes lists, sets, relations, words, labels (AB = BA) and number bases for something else.
_COMMANDS = (
    "frac sqrt sum prod int lim to infty cdot times div pi sin cos tan cot sec csc arcsin arccos"
    " arctan sinh cosh tanh ln log exp binom alpha beta theta lambda mu phi"
)
_VALUE = re.compile(
    rf"(?:[A-Za-z0-9{{}}()|+\-*/^_!.]|\\(?:{_COMMANDS.replace(' ', '|')})(?![A-Za-z]) ?"
    r"|\\(?:begin|end)\{pmatrix\}|&|\\\\)*"
)
_LIMITS = re.compile(r"_\{[A-Za-z]=[^{}=]*\}")
_MISREAD = re.compile(r"\d_|\d[({]+\\frac")
_LETTERS = re.compile(r"[A-Z]{2}|[A-Za-z]{3}")
_COMMAND = re.compile(r"\\(?:begin|end)\{\w+\}|\\[A-Za-z]+")


def _comparable(a: str, b: str) -> bool:
    """Whether math-verify can be trusted with a pair of keys."""
    return _is_value(a) and _is_value(b) and (r"\begin" in a) == (r"\begin" in b)


def _is_value(key: str) -> bool:
    key = _LIMITS.sub("_k", key)
    balanced = key.count("{") == key.count("}") and key.count("(") == key.count(")")
    if not (balanced and key.count("|") % 2 == 0 and _VALUE.fullmatch(key)):
        return False
    return not (_MISREAD.search(key) or _LETTERS.search(_COMMAND.sub(" ", key)))
