"""Templates render and match with the same string."""

from random import Random

from sure_math.builtin.template import Template


def test_render_and_match_are_inverse() -> None:
    template = Template("<name> has <a> <item>. <name> sells <b>. Solve $\\frac{<E>}{2}=1$.")
    text = template.render({"a": "12", "b": "-5", "E": "x+1"}, Random(1))
    slots = template.match(text)
    assert slots is not None
    assert (slots["a"], slots["b"], slots["E"]) == ("12", "-5", "x+1")
    assert template.render(slots, Random(2)) == text


def test_a_repeated_slot_must_repeat_its_value() -> None:
    template = Template("<name> gives <name> <a> <item>")
    assert template.match("Ana gives Ana 3 coins") is not None
    assert template.match("Ana gives Ben 3 coins") is None
    assert template.match("Ana gives Ana three coins") is None
