"""What the card says of evolved problems, their flags and the judge's votes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import polars as pl
import pytest
import yaml

from sure_math.evolve.contracts import CONTRACT_FLAGS
from sure_math.publish.provenance import evolution, flags
from sure_math.publish.release import write_release
from sure_math.resources import resource
from sure_math.runtime.run import Run
from sure_math.seeds.rows import Flag
from sure_math.weight.contracts import ANSWER_FLAGS
from tests.backends.scripted_server import Answer, Body, ScriptedServer
from tests.finished_run import finish
from tests.roles import respond

EVOLVE = {"keep": "all", "max_tokens": 400, "validity_votes": 3}


def credulous(body: Body, index: int) -> Answer:
    """A judge to whom every problem is well posed."""
    asked = body["messages"][0]["content"].startswith("Task: judge validity")
    return Answer("well_posed") if asked else respond(body, index)


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(respond) as running:
        yield running


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, server: ScriptedServer) -> Run:
    return finish(tmp_path_factory.mktemp("run"), server, evolve=EVOLVE)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    return write_release(run, tmp_path_factory.mktemp("release") / "sure-math")


def told(release: Path) -> tuple[str, dict[str, Any]]:
    facts: dict[str, Any] = json.loads((release / "provenance.json").read_text())
    return (release / "README.md").read_text(), facts


def test_votes_are_counted_by_problem() -> None:
    good, bad = ["well_posed"] * 3, ["well_posed", "incomplete", "well_posed"]
    rows = pl.DataFrame(
        {
            "strategy": ["harder", "harder", "apply", None],
            "validity": [good, bad, [], []],
            "flags": [["no_unit"], ["noop", "no_unit"], [], ["figure"]],
        },
        schema_overrides={"validity": pl.List(pl.String), "flags": pl.List(pl.String)},
    )
    found = {"problems": 3, "voted": 2, "unanimously_well_posed": 1}
    assert evolution(rows) == {**found, "strategies": {"harder": 2, "apply": 1}}
    assert list(flags(rows).items()) == [("no_unit", 2), ("figure", 1), ("noop", 1)]
    nothing = evolution(rows.clear())
    assert nothing == {"problems": 0, "strategies": {}, "voted": 0, "unanimously_well_posed": 0}


def test_every_flag_has_a_meaning() -> None:
    text = resource("data_cards", "flags.yaml").read_text(encoding="utf-8")
    every = {*get_args(Flag), *CONTRACT_FLAGS, *ANSWER_FLAGS}
    assert yaml.safe_load(text).keys() == every


def test_the_card_tells_how_problems_were_evolved(run: Run, release: Path) -> None:
    card, facts = told(release)
    rows = pl.concat(pl.read_parquet(path) for path in (release / "data").glob("*.parquet"))
    evolved = rows.drop_nulls("strategy")
    assert 0 < evolved.height == facts["evolution"]["problems"]
    assert facts["evolution"]["voted"] == evolved.height
    assert f"Evolution: {evolved.height} problems were written by a model" in card
    for flag, count in facts["flags"].items():
        assert rows.filter(pl.col("flags").list.contains(flag)).height == count
        assert f"| {flag} | {count} |" in card
    held_out = rows.filter(split="test")
    easy = f"| default | easy | test | {held_out.height} | 0 | {held_out.height} |"
    assert easy in card


def test_the_limits_say_what_separates_hard_from_ill_posed(release: Path) -> None:
    card, facts = told(release)
    assert "The judge's votes in `validity` let you separate them" in card
    assert facts["judge_controls"].keys() == {"evolve", "cluster"}
    assert facts["judge_controls"]["evolve"]["complaint"] is None
    assert "- `evolve`: 16 of 16 control questions right (validity)" in card
    assert "not fit" not in card
    assert card.endswith("\n")


def test_without_votes_or_evolution_the_card_promises_neither(
    server: ScriptedServer, tmp_path: Path
) -> None:
    card, facts = told(write_release(finish(tmp_path, server), tmp_path / "plain"))
    assert facts["evolution"]["problems"] == 0
    assert "Evolution:" not in card
    assert "ill-posed ones: a teacher" not in card
    evolving = finish(tmp_path / "no votes", server, evolve=EVOLVE | {"validity_votes": 0})
    card, _ = told(write_release(evolving, tmp_path / "unjudged"))
    assert "No judge was asked whether the evolved problems are well posed" in card


def test_a_judge_that_failed_its_controls_is_named_at_the_top(tmp_path: Path) -> None:
    with ScriptedServer(credulous) as server, pytest.warns(UserWarning, match="said well_posed"):
        run = finish(tmp_path, server, evolve=EVOLVE | {"validity_controls": "report"})
    card, facts = told(write_release(run, tmp_path / "credulous"))
    complaint = facts["judge_controls"]["evolve"]["complaint"]
    assert complaint == "said well_posed to every one of 16 control questions"
    top, _ = card.split("## Load it")
    assert f"> **Warning: the judge of `evolve` {complaint}" in top
    assert f"**not fit**: it {complaint}" in card
