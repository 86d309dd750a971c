"""The chat template: roles, what is kept of the user turn, and the traps between them."""

from pathlib import Path

import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sure_math.builtin.chat import CHAT_TEMPLATE, ROLES, prompt, with_reference
from sure_math.prompts import load_prompt

TEMPLATE = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True).from_string(
    CHAT_TEMPLATE
)
PROMPTS = Path(__file__).parents[2] / "prompts"


def render(system: str | None, user: str, **options: object) -> str:
    messages = [{"role": "system", "content": system}] if system is not None else []
    messages.append({"role": "user", "content": user})
    return TEMPLATE.render(messages=messages, add_generation_prompt=True, **options)


@pytest.mark.parametrize("role", ROLES)
def test_the_first_line_names_the_role(role: str) -> None:
    assert render(f"Task: {role}\nLong instructions.", "Find $3+4$.") == prompt(role, "Find $3+4$.")
    assert render(f"{role.title()}!", "Find $3+4$.") == prompt(role, "Find $3+4$.")


def test_solve_is_the_default() -> None:
    assert render(None, "Find $3+4$.") == prompt("solve", "Find $3+4$.")
    assert render("You are helpful.", "Find $3+4$.") == prompt("solve", "Find $3+4$.")
    assert render("", "Find $3+4$.") == prompt("solve", "Find $3+4$.")


@pytest.mark.parametrize(
    ("system", "role"),
    [
        ("Task: compose - apply two results", "compose"),
        ("Task: judge\nApply no rewrite, make nothing harder.", "judge"),
        ("Applying ideas, composed and rewritten: competitions", "solve"),
        ("Task: harder.", "harder"),
        ("Strategy (rewrite)", "rewrite"),
        ("  \n Task: algebraize", "algebraize"),
    ],
)
def test_only_whole_words_of_the_first_line_count_and_the_first_wins(
    system: str, role: str
) -> None:
    assert render(system, "x").startswith(f"<|system|>{role}<|user|>")


def test_problem_tags_are_stripped() -> None:
    user = "Make this harder.\n<problem>\n  Find $3+4$.\n</problem>\nThink first."
    assert render("Task: harder", user) == prompt("harder", "Find $3+4$.")
    assert render("Task: solve", "<problem>\nFind $3+4$.\n</problem>") == (
        prompt("solve", "Find $3+4$.")
    )


@pytest.mark.parametrize("turn", ["user", "system"])
def test_a_solver_sees_the_reference_solution(turn: str) -> None:
    problem = "<problem>\nFind $3+4$.\n</problem>"
    reference = "Here is a solution:\n<reference>\n3+4=7. Answer: \\boxed{7}.\n</reference>\nGo on."
    system = "Task: solve" + (f"\n{reference}" if turn == "system" else "")
    user = problem + (f"\n{reference}" if turn == "user" else "")
    wanted = with_reference("Find $3+4$.", "3+4=7. Answer: \\boxed{7}.")
    assert render(system, user) == prompt("solve", wanted)


def test_only_a_solver_sees_the_reference_solution() -> None:
    user = "<problem>\nFind $3+4$.\n</problem>\n<reference>\n7\n</reference>"
    assert render("Task: harder", user) == prompt("harder", "Find $3+4$.")


def test_the_judge_sees_only_the_two_answers() -> None:
    user = "Problem: Find $x$.\n\nAnswer A: x=3\nAnswer B: 3"
    assert render("Task: judge", user) == prompt("judge", "Answer A: x=3\nAnswer B: 3")


def test_a_whole_conversation_can_be_rendered() -> None:
    messages = [
        {"role": "user", "content": "Find $3+4$."},
        {"role": "assistant", "content": "3+4=7. Answer: \\boxed{7}."},
    ]
    whole = TEMPLATE.render(messages=messages, add_generation_prompt=False)
    assert whole == prompt("solve", "Find $3+4$.") + "3+4=7. Answer: \\boxed{7}.<|end|>"


def test_the_shipped_prompt_with_a_reference_shows_it() -> None:
    loaded = load_prompt("solve_with_reference")
    system, user = loaded.messages(problem="Find $3+4$.", reference="3+4=7.", turn="user")
    assert render(system.content, user.content) == (
        prompt("solve", with_reference("Find $3+4$.", "3+4=7."))
    )


def test_the_shipped_prompts_reach_their_roles() -> None:
    found = {path.stem: path for path in PROMPTS.rglob("*.md") if path.stem in ROLES}
    assert set(found) == set(ROLES)
    for role, path in found.items():
        system = path.read_text(encoding="utf-8").split("<!-- user -->")[0]
        assert render(system, "x").startswith(f"<|system|>{role}<|user|>"), path
