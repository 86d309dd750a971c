r"""The exact meaning of a built-in answer, whatever its surface form.

Units, a leading ``x=`` and a dollar sign are dropped; what is left is evaluated exactly, with ``n``
at a few points. Two answers mean the same if and only if their keys are equal: the ground truth
that the judge is measured against.
"""

import ast
import operator
import re
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

from sure_math.answers.boxed import extract_answer
from sure_math.builtin.problems import Problem, solve

Key = tuple[Fraction, ...]

_POINTS = (Fraction(17), Fraction(-5, 3), Fraction(101, 7))
_OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_ALLOWED = re.compile(r"[0-9n+\-*/(). ]{1,80}")


@lru_cache(maxsize=65_536)
def meaning(answer: str) -> Key | None:
    """The key of an answer, or None if it is not one of the family's forms."""
    plain = re.sub(r"\\text\{[^{}]*\}|\\\$|^[A-Za-z]=", "", answer.strip())
    plain = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", plain)
    plain = plain.replace("\\cdot", "*").strip()
    if not _ALLOWED.fullmatch(plain) or "**" in plain:
        return None
    plain = re.sub(r"(?<=[0-9n)]) *(?=[n(])", "*", plain)
    try:
        tree = ast.parse(plain, mode="eval").body
        return tuple(_evaluate(tree, plain, point) for point in _POINTS)
    except (SyntaxError, ZeroDivisionError, ValueError):
        return None


def truth(problem: Problem) -> Key:
    """The key of the problem's exact answer."""
    _, answer = solve(problem)
    if answer.value is not None:
        return (answer.value,) * len(_POINTS)
    key = meaning(answer.forms[0])
    assert key is not None, answer
    return key


def correct(problem: Problem, response: str) -> bool:
    """Whether the boxed answer of a response is the exact answer."""
    answer = extract_answer(response)
    return answer is not None and meaning(answer) == truth(problem)


def _evaluate(node: ast.expr, source: str, n: Fraction) -> Fraction:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            combine = _OPERATORS[type(op)]
            return combine(_evaluate(left, source, n), _evaluate(right, source, n))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluate(operand, source, n)
        case ast.Name(id="n"):
            return n
        case ast.Constant():
            return Fraction(ast.get_source_segment(source, node) or "")
    raise ValueError(f"not an arithmetic expression: {source}")
