"""Scripted models for whole-pipeline tests: evolver, teacher and judge behind one server.

They answer from the prompt and the seed alone, so the same run gives the same bytes.
"""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from sure_math.cluster.judge import AnswerPair
from sure_math.decontaminate.judge import ProblemPair
from sure_math.evolve.validity import ValidityControl
from sure_math.judging.controls import load_controls
from sure_math.prompts import load_prompt
from tests.backends.scripted_server import Answer, Body, dice, prompt_of

_FORMS = ("{0}", "\\frac{{{1}}}{{2}}", "{0}.0", "x={0}", "{0}\\text{{ apples}}")
_NUMBER = re.compile(r"\d+")


def respond(body: Body, index: int) -> Answer:
    """Play the role that the first line of the system prompt names."""
    task = body["messages"][0]["content"].splitlines()[0]
    if task == "Task: judge":
        return _judge(body)
    if task == "Task: judge sameness":
        return Answer(right_verdict(prompt_of(body)) or "no")
    if task == "Task: judge validity":
        return _vote(body)
    if task == "Task: solve":
        return _teach(body, index)
    return _evolve(body, index, task.removeprefix("Strategy: "))


def _evolve(body: Body, index: int, strategy: str) -> Answer:
    """A new problem, or one of the failures that real models show."""
    rng = dice(body, index)
    fate = rng.random()
    if fate < 0.1:
        return Answer("I could not think of one.")
    if fate < 0.2:
        return Answer(f"<problem>{_between_tags(prompt_of(body))}</problem>")  # a mere copy
    first, second = rng.randrange(10, 99), rng.randrange(10, 99)
    problem = f"In the {strategy} garden grow {first} trees and {second} shrubs. How many plants?"
    return Answer(
        f"<plan>p</plan><problem>\n{problem}\n</problem>\n<answer_form>integer</answer_form>"
    )


def _teach(body: Body, index: int) -> Answer:
    """Right two times of three, in varied notation; sometimes cut off or without a box."""
    rng = dice(body, index)
    value = sum(map(int, _NUMBER.findall(prompt_of(body))))
    fate = rng.random()
    if fate < 0.05:
        return Answer("Let us think about \\boxed{", "length")
    if fate < 0.1:
        return Answer("I do not know.")
    value += rng.choice([0, 0, 0, 0, 1, 10])
    if fate < 0.2:
        return Answer(f"So it is \\boxed{{{value}+c}}.")  # only the judge can tell what this is
    return Answer(f"We add: \\boxed{{{rng.choice(_FORMS).format(value, 2 * value)}}}.")


def _judge(body: Body) -> Answer:
    """Knows the control pairs; says yes to equal numbers, no to different ones, and sometimes
    nothing readable."""
    if (known := on_controls(prompt_of(body))) is not None:
        return Answer("yes" if known else "no")
    rng = dice(body, 0)
    if rng.random() < 0.05:
        return Answer("Hard to say.")
    a, b = (line.split(":", 1)[1] for line in prompt_of(body).splitlines()[-2:])
    return Answer("yes" if _NUMBER.findall(a)[:1] == _NUMBER.findall(b)[:1] else "They differ. no")


def _vote(body: Body) -> Answer:
    """Knows the control problems; of others most votes are for well posed."""
    rng = dice(body, 0)
    sure = ["well_posed"] * 6 + ["Well-posed.", "**incomplete**", "contradictory", "Hard to say."]
    return Answer(right_verdict(prompt_of(body)) or rng.choice(sure))


def on_controls(prompt: str) -> bool | None:
    """The right yes or no on a control question; None for any other."""
    return {"yes": True, "no": False}.get(right_verdict(prompt) or "")


def right_verdict(prompt: str) -> str | None:
    """The right word on a control question of any judge; None for any other question."""
    return _CONTROLS.get(prompt)


_CONTROLS = {
    load_prompt(name).messages(**dict(zip(fields, question, strict=False)))[1].content: right[0]
    for name, kind, fields in (
        ("judge", AnswerPair, ("problem", "a", "b")),
        ("entail", AnswerPair, ("problem", "a", "b")),
        ("same_problem", ProblemPair, ("first", "second")),
        ("validity", ValidityControl, ("problem",)),
    )
    for control in load_controls(name, kind)
    for question, right in control.questions
}


def _between_tags(text: str) -> str:
    return text.split("<problem>")[1].split("</problem>")[0].strip()


def write_recipe(folder: Path, base_url: str, seeds: int = 24, **sections: Any) -> Path:
    """A recipe in `folder` whose models are served at `base_url`; own problems as seeds."""
    tiers = ("easy", "medium", "hard", "competition")
    sources = []
    for number, tier in enumerate(tiers):
        path = folder / f"{tier}.jsonl"
        rows = [
            {"q": f"Tom has {i} marbles and wins {17 * number + i}. How many is that?", "a": None}
            for i in range(10, 10 + seeds // 4)
        ]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        common = {"adapter": "table", "path": str(path), "tier": tier, "problem_column": "q"}
        sources.append({"name": tier, "license": "cc0-1.0", **common})
    labelled = folder / "labelled.jsonl"
    rows = [
        {"q": f"Add {i} to {i + 5}. What is the sum?", "a": str(2 * i + 5)} for i in range(20, 28)
    ]
    labelled.write_text("".join(json.dumps(row) + "\n" for row in rows))
    sources.append(
        {"name": "labelled", "adapter": "table", "path": str(labelled), "tier": "easy",
         "problem_column": "q", "answer_column": "a", "license": "cc-by-4.0",
         "use": "annotate", "holdout": 3}
    )  # fmt: skip
    model = {"backend": "openai", "model": "scripted", "base_url": base_url}
    recipe = {
        "name": "scripted",
        "shard_rows": 8,
        "models": dict.fromkeys(("evolver", "teacher", "judge"), model),
        "seeds": {"sources": sources},
        "evolve": {"keep": "all", "max_tokens": 400},
        "sample": {"max_tokens": 400},
        **sections,
    }
    path = folder / "scripted.yaml"
    path.write_text(yaml.safe_dump(recipe))
    return path
