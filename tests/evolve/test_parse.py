import unicodedata

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
        "**<problem>**\nFind $x$.\n**</problem>**",
        "**<problem>\nFind $x$.\n</problem>**",
        "`<problem>` Find $x$. `</problem>`",
        "< problem >Find $x$.</ problem >",
        "<problem><problem>Find $x$.</problem></problem>",
        "<problem>__Question__: Find $x$.</problem>",
        "<problem>### The rewritten problem: Find $x$.</problem>",
        "<check>In <problem> I saw no flaw.</check><problem>Find $x$.</problem>",
        "<problem>Find $x$.</problem> The part in <problem> is complete.",
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
        ("<problem>a draft</problem> No: <problem>Find", "length", "truncated"),
        ("I’m sorry, I can’t do that.", "stop", "refusal"),
        ("<think>never ends", "stop", "no_tag"),
    ],
)
def test_reasons(text: str, finish: str, reason: str) -> None:
    parsed = parse_evolution(text, finish)  # type: ignore[arg-type]
    assert (parsed.problem, parsed.reason) == (None, reason)


@pytest.mark.parametrize(
    ("said", "form"),
    [("poem", None), ("an Integer", "integer"), ("", None), ("interval, or a set", "interval")],
)
def test_answer_form_is_the_first_known_word(said: str, form: str | None) -> None:
    assert parse_evolution(GOOD.replace("integer", said), "stop").answer_form == form


def test_the_last_answer_form_counts() -> None:
    text = "<answer_form>integer</answer_form>" + GOOD.replace("integer", "set")
    assert parse_evolution(text, "stop").answer_form == "set"


def test_tags_are_optional_and_read_in_one_line() -> None:
    assert parse_evolution(GOOD, "stop").tags == {}
    said = "<branches>\n  algebra -> geometry\n</branches><Unit>metres</Unit><unit></unit>"
    tags = parse_evolution(GOOD + said, "stop").tags
    assert tags == {"branches": "algebra -> geometry", "unit": "metres"}


@pytest.mark.parametrize(
    "body",
    ["Problem: $x$ is 3. Find $x^2$.", "**Problem:** $x$ is 3. Find $x^2$."],
)
def test_a_label_takes_nothing_of_the_text_along(body: str) -> None:
    parsed = parse_evolution(f"<problem>{body}</problem>", "stop")
    assert parsed.problem == "$x$ is 3. Find $x^2$."


def test_text_is_composed_and_otherwise_left_alone() -> None:
    parsed = parse_evolution("<problem>E\u0301mile has **two**  x² \\frac12.</problem>", "stop")
    assert parsed.problem == "\u00c9mile has **two**  x² \\frac12."


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
    assert parsed.problem is None or unicodedata.is_normalized("NFC", parsed.problem)


@pytest.mark.parametrize(
    "piece", ["<", "<problem>", "< ", "`", "**<problem", "<branches>", "\n", "</think ", "**"]
)
def test_long_repetitions_are_read_at_once(piece: str) -> None:
    parsed = parse_evolution(piece * 30_000, "length")
    assert parsed.problem is None


@given(st.text(alphabet=st.characters(exclude_characters="<>`*"), min_size=1))
def test_a_tagged_text_comes_back_unchanged(body: str) -> None:
    expected = unicodedata.normalize("NFC", f"Find {body} now?")
    assert parse_evolution(f"<problem>{expected}</problem>", "stop").problem == expected
