import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.evolve.parse import parse_evolution

GOOD = (
    "<plan>p</plan>\n<check>c</check>\n"
    "<problem>\nFind $x$.\n</problem>\n<answer_form>integer</answer_form>"
)


def test_full_answer() -> None:
    parsed = parse_evolution(GOOD, "stop")
    assert (parsed.problem, parsed.reason, parsed.answer_form) == ("Find $x$.", None, "integer")


@pytest.mark.parametrize(
    "text",
    [
        "<think>draft <problem>no</problem></think><problem>Find $x$.</problem>",
        "<PROBLEM>Find $x$.</PROBLEM>",
        "<problem>first</problem> better: <problem>Find $x$.</problem>",
        "```\n<problem>Find $x$.</problem>\n```",
        "<problem>```latex\nFind $x$.\n```</problem>",
        "<problem>**Find $x$.**</problem>",
        "<problem>Problem: Find $x$.</problem>",
        "<problem>**New Problem:** Find $x$.</problem>",
        "<problem>Find $x$.",
        "<problem>Find $x$.\n<answer_form>integer</answer_form>",
    ],
)
def test_variants_give_the_bare_text(text: str) -> None:
    assert parse_evolution(text, "stop").problem == "Find $x$."


@pytest.mark.parametrize(
    ("text", "finish", "reason"),
    [
        ("", "stop", "empty"),
        ("<problem> </problem>", "stop", "empty"),
        ("Find $x$.", "stop", "no_tag"),
        ("I'm sorry, I cannot help with that.", "stop", "refusal"),
        ("<plan>long", "length", "truncated"),
        ("<problem>Find", "length", "truncated"),
        ("<think>never ends", "length", "truncated"),
        ("<think>never ends", "stop", "no_tag"),
    ],
)
def test_reasons(text: str, finish: str, reason: str) -> None:
    parsed = parse_evolution(text, finish)  # type: ignore[arg-type]
    assert (parsed.problem, parsed.reason) == (None, reason)


def test_unknown_answer_form_is_dropped() -> None:
    assert parse_evolution(GOOD.replace("integer", "poem"), "stop").answer_form is None


_PIECES = st.sampled_from(
    [
        "<problem>",
        "</problem>",
        "<think>",
        "</think>",
        "<answer_form>",
        "```",
        "**",
        "Problem:",
        "x",
    ]
)


@given(st.lists(_PIECES | st.text(max_size=5), max_size=12), st.sampled_from(["stop", "length"]))
def test_any_text_gives_a_problem_or_a_reason(pieces: list[str], finish: str) -> None:
    parsed = parse_evolution("".join(pieces), finish)  # type: ignore[arg-type]
    assert (parsed.problem is None) == (parsed.reason is not None)
    assert parsed.problem is None or parsed.problem.strip()


@given(st.text(alphabet=st.characters(exclude_characters="<>`*"), min_size=1))
def test_a_tagged_text_comes_back_unchanged(body: str) -> None:
    expected = f"Find {body} now?".strip()
    assert parse_evolution(f"<problem>{expected}</problem>", "stop").problem == expected
