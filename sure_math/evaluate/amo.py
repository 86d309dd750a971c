r"""AMO-Bench's grading by its rules, re-implemented on our answer parser (Meituan LongCat 2025).

39 of its 50 problems are graded by rules, by the type of their answer: `number` and `set` by
equality, where numbers agree that agree to four decimals, with a second try on what follows an "=";
`variable` (problems 5 and 37) by value at fixed points, to eight decimals. The other 11 are a
`description`, which only a judge can grade. The answer stands after the last </think>, behind
"### The final answer is:" or in a \boxed{}.

Where this is stricter than the benchmark's own script: a response cut inside its thinking has no
answer, and one without marker and box has none either, whatever number it ends on.

Known of the set: problem 26 is an older contest problem in other words; problem 35 was reworded on
5 November 2025 (name a revision); 12, 13, 15 and 21 need heavy arithmetic; 38 and 39 resemble
published results. Eleven descriptions and 39 rules make two figures, never one mean.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Literal, get_args

from sure_math.answers.boxed import Extraction
from sure_math.answers.boxed import extract as extract_boxed
from sure_math.answers.canonical import canonical
from sure_math.answers.equivalence import equivalent
from sure_math.answers.evaluation import evaluate
from sure_math.answers.expression import Node, Operation, is_closed, is_structure, variables
from sure_math.answers.parser import read
from sure_math.answers.thinking import after_thinking
from sure_math.answers.values import Undefined, Unsure, Value, as_float, close, context, real
from sure_math.errors import DataError

AnswerType = Literal["number", "set", "variable", "description"]

NUMBER_DECIMALS = 4
VARIABLE_DECIMALS = 8
_SINGLE = range(1, 21)
"""Values of a single variable."""
_SEVERAL = range(2, 19)
"""First values of several variables; the next ones, in alphabetical order, follow on."""

_THINK_ENDS = ("</think>", "</longcat_think>")
_PHRASE = r"final[ \t]+answer[ \t]*(?:is\b[ \t]*:?|:)"
_MARKER = re.compile(rf"\#\#\#[ \t]*(?:the[ \t]+)?{_PHRASE}", re.IGNORECASE)
_PROSE = re.compile(_PHRASE, re.IGNORECASE)
# What may follow an answer without a box: a rule, a skip, a new paragraph.
_END = re.compile(r"\\medskip|\n[ \t]*---|\n[ \t]*\n")
_CONDITION = re.compile(r"\\q?quad(?![A-Za-z])|,")
# arcosh 7, which the parser does not know: a_n of problem 5 is cosh(arcosh(7) / 2^(n-1)).
_ARCOSH = re.compile(
    r"\\(?:(?:operatorname|mathrm|text)\s*\{arc?cosh\}|arc?cosh|cosh\s*\^\s*\{\s*-\s*1\s*\})"
    r"\s*(?:(\d+)|\(\s*(\d+)\s*\)|\{\s*(\d+)\s*\})"
)


def parser_graded(answer_type: str) -> bool:
    """Whether answers of this type are graded by rules: `AMO-Bench-P`, 39 of the 50 problems.

    Raises:
        DataError: AMO-Bench knows no such type.
    """
    if answer_type not in get_args(AnswerType):
        raise DataError(
            f"AMO-Bench knows no answers of type {answer_type!r}",
            hint=f"the column answer_type holds {', '.join(get_args(AnswerType))}",
        )
    return answer_type != "description"


def extract(text: str, *, finish_reason: str = "stop", described: bool = False) -> Extraction:
    """The final answer of a response: what stands behind its last marker, or its last box.

    Of what stands behind the marker it is the box, or else the first paragraph. Without marker and
    box, "the final answer is" in prose will do.

    Args:
        text: the response.
        finish_reason: "length" if the token limit cut the response.
        described: for a `description`, which may be long: everything behind the marker.
    """
    outside = after_thinking(text)
    if outside is None:
        return Extraction(None, "unclosed_thinking")
    for end in _THINK_ENDS:
        outside = outside.rpartition(end)[2]
    marked = _behind(_MARKER, outside) if finish_reason != "length" else ""
    if marked:
        box = extract_boxed(marked)
        if box.status != "no_box" and not described:
            return box
        return _unboxed(marked, described)
    found = extract_boxed(outside, finish_reason=finish_reason)
    if found.status == "no_box" and (prose := _behind(_PROSE, outside)):
        return _unboxed(prose, described)
    return found


def grade(answer: str | None, gold: str, answer_type: str) -> bool | None:
    """Whether an answer is right; None for a `description`, which needs a judge.

    `answer` is what `extract` found, `gold` the benchmark's answer without its box.

    Raises:
        DataError: AMO-Bench knows no such type.
    """
    if not parser_graded(answer_type):
        return None
    if answer is None:
        return False
    if answer_type == "variable":
        return any(_same_function(each, _right_side(gold)) for each in _formulas(answer))
    return _same_number(answer, gold) or ("=" in answer and _same_number(_right_side(answer), gold))


def _behind(marker: re.Pattern[str], text: str) -> str:
    """What follows the last marker, without Markdown emphasis; "" if there is nothing."""
    ends = [match.end() for match in marker.finditer(text)]
    return text[ends[-1] :].strip().lstrip("*").lstrip() if ends else ""


def _unboxed(text: str, described: bool) -> Extraction:
    """Everything for a description, else the first paragraph."""
    said = text if described else _END.split(text, maxsplit=1)[0].strip().strip("*").strip()
    return Extraction(said, "final_answer") if said else Extraction(None, "no_box")


def _right_side(answer: str) -> str:
    return answer.rpartition("=")[2].strip()


# --- numbers and sets ---------------------------------------------------------------------------


def _same_number(answer: str, gold: str) -> bool:
    """By value where both are closed numbers or collections of them, else by our equality."""
    left, right = _numbers(answer), _numbers(gold)
    if left is None or right is None:
        return equivalent(answer, gold)
    return (
        left[0] == right[0]
        and all(any(_agree(x, y, NUMBER_DECIMALS) for y in right[1]) for x in left[1])
        and all(any(_agree(x, y, NUMBER_DECIMALS) for x in left[1]) for y in right[1])
    )


def _numbers(answer: str) -> tuple[str, list[Value]] | None:
    """("one", [value]) of a number, ("set", values) of a set or list; None for anything else."""
    tree = read(canonical(answer))
    if tree is None or not is_closed(tree):
        return None
    nodes = _elements(tree)
    several = nodes != (tree,)
    if not nodes or any(map(is_structure, nodes)):
        return None
    try:
        values = [real(evaluate(node, {})) for node in nodes]
    except (Unsure, Undefined):
        return None
    return None if None in values else ("set" if several else "one", values)


def _elements(tree: Node) -> tuple[Node, ...]:
    """What a set or a list consists of; (1, 2, 3) is read as a set too, (1, 2) is an interval."""
    if not isinstance(tree, Operation):
        return (tree,)
    is_set = tree.name in ("{}", "list") or (tree.name == "()" and len(tree.arguments) > 2)
    return tree.arguments if is_set else (tree,)


def _agree(x: Value, y: Value, decimals: int) -> bool:
    """Whether two real numbers are the same, rounded to so many decimals."""
    return close(x, y) or _rounded(x, decimals) == _rounded(y, decimals)


def _rounded(value: Value, decimals: int) -> Value:
    if isinstance(value, Fraction):
        return round(value * 10**decimals)
    return context().nint(as_float(value) * 10**decimals)


# --- expressions in variables -------------------------------------------------------------------


def _formulas(answer: str) -> Iterator[str]:
    r"""The formula of "a_n = 2n, \quad n \ge 1": without its condition and its name."""
    yield _right_side(_CONDITION.split(answer, maxsplit=1)[0])
    yield _right_side(answer)


def _same_function(answer: str, gold: str) -> bool:
    """Whether two expressions agree at every point where the gold one has a value."""
    right = read(canonical(gold))
    left = read(canonical(_ARCOSH.sub(_logarithm, answer)))
    if left is None or right is None or not variables(right):
        return equivalent(answer, gold)
    pairs = [(_value(left, point), wanted) for point, wanted in _wanted(right)]
    return bool(pairs) and all(
        found is not None and _agree(found, wanted, VARIABLE_DECIMALS) for found, wanted in pairs
    )


def _logarithm(arcosh: re.Match[str]) -> str:
    x = arcosh[arcosh.lastindex or 0]
    return rf"\ln({x}+\sqrt{{{x}^2-1}})"


def _wanted(gold: Node) -> Iterator[tuple[dict[str, Value], Value]]:
    """The fixed points and the gold value there: n = 1 ... 20, or (a, b, c) = (2, 3, 4) ...
    (18, 19, 20)."""
    names = sorted(variables(gold))
    for first in _SINGLE if len(names) == 1 else _SEVERAL:
        point = {name: Fraction(first + place) for place, name in enumerate(names)}
        wanted = _value(gold, point)
        if wanted is not None:
            yield point, wanted


def _value(node: Node, point: dict[str, Value]) -> Value | None:
    """The real value of an expression at a point; None if it has none there."""
    try:
        return real(evaluate(node, point))
    except (Unsure, Undefined):
        return None
