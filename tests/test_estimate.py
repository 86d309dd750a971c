"""Calls and tokens before they are spent: counted from the plan, measured on existing samples."""

import json
from pathlib import Path

import pytest

from sure_math.estimate import estimate_run
from sure_math.pipeline import execute, open_run, select
from sure_math.recipes import load_recipe
from sure_math.runtime.executors import Partition
from sure_math.runtime.run import Run
from tests.backends.scripted_server import ScriptedServer
from tests.roles import respond, write_recipe

NOWHERE = "http://127.0.0.1:9/v1"


def calls(report: str) -> dict[str, int]:
    """Calls by role, from the table."""
    rows = [line.split() for line in report.split("\n\n")[0].splitlines()[2:]]
    return {row[0]: int(row[1].replace(",", "")) for row in rows}


def open_with(folder: Path, url: str, *overrides: str) -> Run:
    path = write_recipe(folder, url, seeds=8)  # two seeds of each tier, eight labelled problems
    return open_run(load_recipe(str(path), overrides), folder / "runs")


@pytest.mark.parametrize(
    ("override", "steps", "problems"),
    [
        ("evolve.keep=all", 2 * (1 + 2 + 3 + 5), 22 + 8),
        ("evolve.keep=last", 2 * (1 + 2 + 3 + 5), 8 + 8),
        ("evolve.chains_per_seed.competition=3", 2 * (1 + 2 + 3 + 15), 42 + 8),
    ],
)
def test_calls_follow_from_the_plan(
    tmp_path: Path, override: str, steps: int, problems: int
) -> None:
    report = estimate_run(open_with(tmp_path, NOWHERE, override), None, 1000.0)
    counted = calls(report)
    assert counted["evolver"] == steps
    assert counted["teacher"] == 8 * problems
    assert counted["total"] == sum(n for role, n in counted.items() if role != "total")
    assert "Assumed" in report


def test_roles_that_are_not_used_cost_nothing(tmp_path: Path) -> None:
    off = ("evolve.enabled=false", "cluster.judge=false", "sample.n=4")
    counted = calls(estimate_run(open_with(tmp_path, NOWHERE, *off), None, 1000.0))
    assert counted == {"teacher": 32, "total": 32}


def test_every_text_is_judged_in_both_orders(tmp_path: Path) -> None:
    text = ("evolve.enabled=false", "answers.kind=text", "sample.n=4")
    report = estimate_run(open_with(tmp_path, NOWHERE, *text), 500.0, 1000.0)
    assert calls(report) == {"teacher": 32, "judge": 8 * 2 * 3, "total": 32 + 48}
    assert "every text judged in both orders" in report


def test_a_judge_of_contamination_is_not_asked(tmp_path: Path) -> None:
    """Seeds beside items that only a judge can tell apart: the plan holds them all."""
    text = "Tom has 10 marbles and wins 10. How many marbles does Tom have now, all in all?"
    (tmp_path / "bench.jsonl").write_text(json.dumps({"q": text, "a": "21"}) + "\n")
    sets = [{"name": "bench", "adapter": "table", "path": str(tmp_path / "bench.jsonl"),
             "problem_column": "q", "answer_column": "a"}]  # fmt: skip
    judged = {"decontaminate": {"judge": True, "evaluation_sets": sets}}
    with ScriptedServer(respond) as server:
        path = write_recipe(tmp_path, server.base_url, seeds=8, **judged)
        run = open_run(load_recipe(str(path)), tmp_path / "runs")
        before = calls(estimate_run(run, None, 1000.0))
        assert not server.requests
        assert not run.root.exists()
        execute(run, select(None, "plan"), Partition())
        asked = len(server.requests)
        assert asked
        after = calls(estimate_run(run, None, 1000.0))
        assert len(server.requests) == asked
    assert before["evolver"] == 2 * (1 + 2 + 3 + 5)
    assert after["evolver"] <= before["evolver"]


def test_hours_follow_from_the_lengths(tmp_path: Path) -> None:
    run = open_with(tmp_path, NOWHERE, "evolve.enabled=false", "cluster.judge=false")
    report = estimate_run(run, 9000.0, 1000.0)
    row = report.splitlines()[2].split()
    assert row[:2] == ["teacher", "64"]
    assert row[-2:] == ["576,000", "0.16"]


def test_lengths_are_measured_where_the_run_has_samples(tmp_path: Path) -> None:
    with ScriptedServer(respond) as server:
        run = open_with(tmp_path, server.base_url, "evolve.enabled=false")
        execute(run, select(None, "sample"), Partition())
        asked = len(server.requests)
        report = estimate_run(run, None, 1000.0)
        assert len(server.requests) == asked
    sampled = run.store("sample").read_all()
    mean = sum(sampled["token_count"].to_pylist()) / sampled.num_rows
    assert f"teacher {mean:,.0f}" in report
