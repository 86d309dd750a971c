"""The solved examples in the strategy prompts climb the ladder that evolved problems climb."""

import re

import pytest

from sure_math.config import STRATEGIES
from sure_math.evolve.contracts import contract_finding
from sure_math.evolve.parse import TAGS, parse_evolution
from sure_math.evolve.validate import form_reason, identity_reason
from sure_math.prompts import load_prompt

EXAMPLE = re.compile(r"^Example\. Given: (.+?)^Good: (.+?) \(([^\n]*)\)$\n^Bad: ", re.M | re.DOTALL)
NAMED = {"compose": {"branches": "counting -> geometry"}}


def example(strategy: str) -> tuple[str, str]:
    """The given problem and the good one, each in one line."""
    found = EXAMPLE.search(load_prompt(f"evolve/{strategy}").text)
    assert found is not None
    return " ".join(found[1].split()), " ".join(found[2].split())


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_good_examples_are_accepted(strategy: str) -> None:
    given, good = example(strategy)
    assert form_reason(good) is None
    assert identity_reason(good, given, []) is None
    found = contract_finding(strategy, given, good, NAMED.get(strategy))
    assert (found.reason, found.flags) == (None, ())


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_an_answer_in_the_asked_form_is_read(strategy: str) -> None:
    """The format block of a prompt, taken as an answer, has every tag that the parser knows."""
    system = load_prompt(f"evolve/{strategy}").messages(problem="Find $x$.")[0].content
    parsed = parse_evolution(system[system.index("<plan>") :], "stop")
    assert parsed.problem == "the complete text of the new problem"
    assert parsed.answer_form == "integer"
    wanted = {"algebraize": "parameter", "apply": "unit", "compose": "branches"}.get(strategy)
    assert set(parsed.tags) == ({wanted} if wanted else set())
    assert set(parsed.tags) <= set(TAGS)
