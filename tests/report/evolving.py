"""A small run whose evolver has one bad prompt (compose), one lazy one (rewrite), and writes what
no terminal and no browser should ever act on."""

from pathlib import Path
from typing import Any

from sure_math.pipeline import STAGES, execute, open_run, select
from sure_math.recipes import load_recipe
from sure_math.runtime.executors import Partition
from sure_math.runtime.run import Run
from tests.backends.scripted_server import Answer, Body, ScriptedServer, dice, prompt_of
from tests.roles import respond, write_recipe

HOSTILE = (
    "</textarea></script><script>alert(1)</script><img src=x onerror=alert(2)> "
    "\x1b[31mred\x1b[0m \u202egnp.exe {{ 7 * 7 }}"
)
TWO_QUESTIONS = "A hall has {0} rows. How many seats are there? And how many rows?"


def evolver(body: Body, index: int) -> Answer:
    """Mostly new problems; most of compose asks twice, half of rewrite copies."""
    task = body["messages"][0]["content"].splitlines()[0]
    if not task.startswith("Strategy: "):
        return respond(body, index)
    strategy, rng = task.removeprefix("Strategy: "), dice(body, index)
    fate, number = rng.random(), rng.randrange(10, 9999)
    if strategy == "compose" and fate < 0.85:
        return _tagged(TWO_QUESTIONS.format(number))
    if strategy == "rewrite" and fate < 0.5:
        return _tagged(prompt_of(body).split("<problem>")[1].split("</problem>")[0])
    if fate < 0.06:
        return Answer(f"I write no tag. {HOSTILE}")
    if fate < 0.1:
        return _tagged(f"Find <b>$x$</b> if $x < {number}$ & {HOSTILE}.")
    if fate < 0.14:
        return Answer("<plan>I plan for ever", "length")
    return _tagged(
        f"In the {strategy} garden, <i>row</i> {number}, grow ${number}+{rng.randrange(9)}$ trees "
        "and 7 shrubs. How many plants?"
    )


def _tagged(problem: str) -> Answer:
    form = "<answer_form>integer</answer_form>"
    return Answer(f"<plan>p</plan><check>c</check><problem>{problem}</problem>{form}")


def evolve(
    folder: Path, server: ScriptedServer, last: str = "weight", *, seeds: int = 24, **sections: Any
) -> Run:
    """The run up to a stage."""
    folder.mkdir(parents=True, exist_ok=True)
    run = open_run(
        load_recipe(str(write_recipe(folder, server.base_url, seeds=seeds, **sections))),
        folder / "runs",
    )
    execute(run, select(None, last) if last else STAGES, Partition())
    return run
