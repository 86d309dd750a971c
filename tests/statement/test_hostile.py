"""No rule may take more than linear time: a long text of near-matches for each of them.

With a quadratic rule any of these texts would run for minutes, into the time limit.
"""

import pytest

from sure_math.statement import DETECTORS

LENGTH = 100_000
LISTS = ("(a) ", "(i) (ii) ", "(1) Find x. (2) ", "A. x B. y ", "- a\n", "\\item ", "①")
FORMULAS = ("$", "$5 ", "5$ ", "$5 a ", "$1, 2$ ", "\\(", "{", "{}", "\\left(", "\\begin{", "1,")
DRAWINGS = ("[asy]", "[asy] [/asy]", "$\\textbf{(A)} ", "in the given ", "\n|", "![")
ASKING = ("Prove ", "Show a, ", "find, ", "and find ", "and what is ", "Is it ", "? ", "can a b ")
LEAKS = ("answer ", "the answer is ", "\\boxed{a{", "{{ abc ", "{a ", "here is a b ", "<plan ")
OTHERS = ("\n", "\n ", " ", '" ', '"a', "``a", "(That is ", "is ", "which of ", "¤", "é", "求", "a")


@pytest.mark.timeout(120)
@pytest.mark.parametrize("unit", [*LISTS, *FORMULAS, *DRAWINGS, *ASKING, *LEAKS, *OTHERS])
def test_near_matches_take_linear_time(unit):
    text = "Find " + unit * (LENGTH // len(unit)) + "!"
    assert {found(text) for found in DETECTORS.values()} <= {True, False}
