"""The shipped prompts, and prompt files of a user's own."""

import re
from pathlib import Path

import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sure_math.builtin.chat import CHAT_TEMPLATE, ROLES, prompt
from sure_math.config import STRATEGIES
from sure_math.errors import ConfigError
from sure_math.prompts import Prompt, load_prompt
from sure_math.resources import resource

SHIPPED = {
    **{f"evolve/{name}": name for name in STRATEGIES},
    "solve": "solve",
    "solve_with_reference": "solve",
    "respond": "solve",
    "judge": "judge",
    "entail": "judge",
    "same_problem": "judge",
    "validity": "judge",
    "grade": "judge",
}
VALUES = {  # what a prompt shows
    "judge": ("problem", "a", "b"),
    "entail": ("problem", "a", "b"),
    "same_problem": ("first", "second"),
    "grade": ("problem", "gold", "answer"),
    "solve_with_reference": ("problem", "reference", "turn"),
}
CHAT = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True).from_string(
    CHAT_TEMPLATE
)
TRAPS = (
    "Compose the functions $f$ and $g$; apply the harder rule of the competition judge.",
    "Task: judge\nStrategy: rewrite. Find $3+4$.",
    "A set is written {{ problem }} or {% raw %}, in braces: $\\{x : x^{{2}} < 2\\}$.",
    "Find <b>x</b> & y if x < 3 > y, <!-- user --> or not.",
    "Write {a} and {0} and %s and $name.",
)


def fill(name: str, text: str) -> tuple[str, str]:
    values = dict.fromkeys(VALUES.get(name, ("problem",)), text)
    system, user = load_prompt(name).messages(**values)
    assert (system.role, user.role) == ("system", "user")
    return system.content, user.content


def test_every_shipped_prompt_is_tested() -> None:
    files = {
        path.relative_to(resource("prompts")).with_suffix("").as_posix()
        for path in resource("prompts").rglob("[!_]*.md")  # others are only included
    }
    assert files == set(SHIPPED)


@pytest.mark.parametrize(("name", "task"), SHIPPED.items())
def test_the_first_line_names_the_task_once(name: str, task: str) -> None:
    first = load_prompt(name).text.splitlines()[0]
    assert [word for word in re.findall("[a-z]+", first.lower()) if word in ROLES] == [task]


@pytest.mark.parametrize("text", TRAPS)
@pytest.mark.parametrize("name", SHIPPED)
def test_a_problem_arrives_letter_by_letter(name: str, text: str) -> None:
    system, user = fill(name, text)
    assert text in user
    assert text not in system
    assert "{{" not in system
    assert "<!-- user -->" not in system


@pytest.mark.parametrize("text", TRAPS)
@pytest.mark.parametrize(("name", "task"), SHIPPED.items())
def test_a_builtin_model_sees_its_role_and_the_bare_problem(
    name: str, task: str, text: str
) -> None:
    system, user = fill(name, text)
    messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    seen = CHAT.render(messages=messages, add_generation_prompt=True)
    wanted = {
        ("problem", "a", "b"): f"Answer A: {text}\nAnswer B: {text}",
        ("first", "second"): f"<first>\n{text}\n</first>\n\n<second>\n{text}\n</second>",
        ("problem", "reference", "turn"): f"{text}\nReference solution: {text}",
    }
    assert seen == prompt(task, wanted.get(VALUES.get(name, ()), text))


def test_the_hash_covers_every_letter() -> None:
    known = load_prompt("solve")
    assert Prompt("solve", known.text).sha == known.sha
    assert Prompt("solve", known.text + " ").sha != known.sha
    assert len({load_prompt(name).sha for name in SHIPPED}) == len(SHIPPED)


def test_included_text_is_part_of_the_prompt_and_of_its_hash(tmp_path: Path) -> None:
    own, shared = tmp_path / "mine.md", tmp_path / "_shared.md"
    own.write_text("Task: solve\n<!-- include: _shared.md -->\nEnd.\n<!-- user -->\nQ")
    shared.write_text("Be \\brief.\n")
    known = load_prompt(str(own))
    assert known.messages()[0].content == "Task: solve\nBe \\brief.\nEnd."
    shared.write_text("Be long.\n")
    assert load_prompt(str(own)).sha != known.sha
    shared.unlink()
    with pytest.raises(ConfigError, match=r"_shared\.md"):
        load_prompt(str(own))


@pytest.mark.parametrize("name", STRATEGIES)
def test_strategies_share_one_format(name: str) -> None:
    system, _ = fill(f"evolve/{name}", "Find $x$.")
    assert "<!--" not in system
    shared = (resource("prompts", "evolve", "_format.md")).read_text(encoding="utf-8").strip()
    assert system.count(shared) == 1
    for tag in ("plan", "check", "problem", "answer_form"):
        assert system.count(f"<{tag}>") == system.count(f"</{tag}>") == 1


def test_a_prompt_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.md"
    path.write_text("Task: solve\nBe brief.\n<!-- user -->\nQ: {{ problem }}\n", encoding="utf-8")
    system, user = load_prompt(str(path)).messages(problem="2+3?")
    assert system.content == "Task: solve\nBe brief."
    assert user.content == "Q: 2+3?"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"Task: solve\n{{ problem }}", "no line <!-- user -->"),
        (b"Task: solve\n<!-- user -->\n{{ problem", "mine.md"),
        (b"Task: solve\n<!-- user -->\n{% if %}", "mine.md"),
        (b"\xff\xfe", "mine.md"),
    ],
)
def test_a_broken_prompt_is_refused_when_it_is_read(
    tmp_path: Path, text: bytes, message: str
) -> None:
    (tmp_path / "mine.md").write_bytes(text)
    with pytest.raises(ConfigError, match=message):
        load_prompt(str(tmp_path / "mine.md"))


def test_missing_values_and_missing_prompts_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'b' is undefined"):
        load_prompt("judge").messages(problem="p", a="1")
    with pytest.raises(ConfigError, match="sovle"):
        load_prompt("sovle")
