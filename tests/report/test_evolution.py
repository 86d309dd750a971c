"""Figures of an evolution, recounted from the tables of real runs."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sure_math.errors import DataError
from sure_math.pipeline import inspect_run
from sure_math.proportion import Proportion
from sure_math.report.evolution import STAGES, EvolutionReport, Quota, evolution_report
from sure_math.report.evolution_text import findings, of_chains
from sure_math.runtime.run import Run
from tests.backends.scripted_server import Answer, Body, ScriptedServer, dice
from tests.report.evolving import evolve, evolver
from tests.roles import respond

Row = dict[str, Any]


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(evolver) as running:
        yield running


@pytest.fixture(scope="module", name="run")
def _run(evolved_run: Run) -> Run:
    return evolved_run


@pytest.fixture(scope="module")
def report(run: Run) -> EvolutionReport:
    return evolution_report(run)


def attempts_of(run: Run) -> list[Row]:
    rows: list[Row] = run.store("evolve").read_side("attempts").to_pylist()
    return rows


def test_attempts_are_counted_once(run: Run, report: EvolutionReport) -> None:
    rows = attempts_of(run)
    first = [row for row in rows if row["attempt"] == 1]
    total = report.total
    assert report.planned == total.first.total == len(first)
    assert total.first.count == sum(row["reason"] is None for row in first)
    assert total.attempts == len(rows)
    assert total.accepted == run.store("evolve").read_all().num_rows
    assert total.given_up == run.store("evolve").read_side("rejects").num_rows
    assert total.given_up > 0


@pytest.mark.parametrize("key", ["strategies", "tiers", "rounds"])
def test_groups_add_up_to_the_whole(report: EvolutionReport, key: str) -> None:
    groups, total = getattr(report, key), report.total
    assert sum((g.first for g in groups), Proportion(0, 0)) == total.first
    assert sum((g.retries for g in groups), Proportion(0, 0)) == total.retries
    for name in ("given_up", "kept", "left"):
        assert sum(getattr(group, name) for group in groups) == getattr(total, name)


def test_one_strategy_is_recounted(run: Run, report: EvolutionReport) -> None:
    rows = [row for row in attempts_of(run) if row["strategy"] == "compose"]
    group = next(each for each in report.strategies if each.name == "compose")
    first = [row["reason"] for row in rows if row["attempt"] == 1]
    assert group.first == Proportion(first.count(None), len(first))
    made = run.store("evolve").read_all().to_pylist()
    assert group.kept == sum(row["kept"] for row in made if row["strategy"] == "compose")


def test_later_stages_take_what_they_reject(run: Run, report: EvolutionReport) -> None:
    evolved = set(run.store("evolve").read_all()["problem_id"].to_pylist())
    for name in STAGES:
        rejects = run.store(name).read_side("rejects").to_pylist()
        counts = Counter(row["reason"] for row in rejects if row["id"] in evolved)
        assert report.total.lost[name] == counts
    assert report.total.lost["pool"]["surplus"] > 0
    left = run.store("weight").read_all().to_pylist()
    assert report.total.left == sum(row["problem_id"] in evolved for row in left)
    weights = [row["w_se"] for row in left if row["problem_id"] in evolved]
    assert report.total.weight == pytest.approx(sum(weights) / len(weights))


def test_losses_are_all_rejects_the_worst_first(run: Run, report: EvolutionReport) -> None:
    rejected = Counter((r["strategy"], r["reason"]) for r in attempts_of(run) if r["reason"])
    tried = Counter(row["strategy"] for row in attempts_of(run))
    ladder = [loss for loss in report.losses if loss.stage == "evolve"]
    assert {(loss.strategy, loss.reason): loss.share for loss in ladder} == {
        key: Proportion(count, tried[key[0]]) for key, count in rejected.items()
    }
    worst = report.losses[0]
    assert (worst.strategy, worst.reason) == ("compose", "many_questions")
    lows = [loss.share.low for loss in report.losses if loss.reason != "surplus"]
    assert lows == sorted(lows, reverse=True)
    assert report.losses[-1].reason == "surplus"


def test_the_bad_prompt_is_named(report: EvolutionReport) -> None:
    assert [(o.strategy, o.measure) for o in report.outliers] == [("compose", "first")]
    assert report.strategies[0].name == "compose"
    outlier = report.outliers[0]
    assert outlier.own.high < outlier.others.low
    assert outlier.reasons[0][0] == "many_questions"
    assert any(line.startswith("Look at the prompt of compose: ") for line in findings(report))


def test_quotas(report: EvolutionReport) -> None:
    easy, hard = report.quotas
    assert (easy.tier, easy.wanted, easy.reached) == ("easy", 2, 2)
    assert (hard.tier, hard.wanted) == ("hard", 99)
    assert 0 < hard.reached < 99
    assert f"Below quota: hard {hard.reached} of 99." in findings(report)
    without = replace(report, tiers=report.tiers[:1], quotas=(Quota("hard", 5, 0),))
    assert "Below quota: hard 0 of 5 (no step tried: are there seeds?)." in findings(without)


def test_what_does_not_go_on_by_choice_is_no_loss(report: EvolutionReport) -> None:
    assert of_chains(report) == ""  # keep: all
    group = replace(report.total, kept=report.total.accepted - 1)
    chosen = replace(report, keep="last", total=group)
    assert of_chains(chosen) == "last of each chain"
    said = f"{group.kept} problems went on, the last of each chain"
    assert any(line.startswith(said) for line in findings(chosen))


def test_examples_of_every_kind(run: Run, report: EvolutionReport) -> None:
    kinds = {(row["strategy"], row["reason"]) for row in attempts_of(run)}
    shown = Counter((e.strategy, e.reason) for e in report.examples if e.stage == "evolve")
    assert shown.keys() == kinds
    assert max(shown.values()) == 3
    texts = {
        row["problem_id"]: row["problem"]
        for name in ("seeds", "evolve")
        for row in run.store(name).read_all().to_pylist()
    }
    made = {
        (row["raw_output"], row["attempt"], row["round"], texts[row["parent_id"]], row["problem"])
        for row in attempts_of(run)
    }
    for example in report.examples:
        if example.stage == "evolve":
            key = (example.raw, example.attempt, example.round, example.parent, example.problem)
            assert key in made
        else:
            assert example.problem in texts.values()
            assert example.parent in texts.values()
            assert example.raw is None
    assert {e.stage for e in report.examples} >= {"evolve", "pool"}


def test_no_examples(run: Run) -> None:
    assert evolution_report(run, examples=0).examples == ()


def test_a_run_that_is_not_finished(server: ScriptedServer, tmp_path: Path) -> None:
    run = evolve(tmp_path, server, "evolve", seeds=40)
    last = max((run.root / "evolve").glob("part-*.parquet"))
    last.unlink()  # a shard in flight: its side tables are there already
    report = evolution_report(inspect_run(run.root.parent))
    done = {each.stage: each for each in report.progress}
    assert done["evolve"].shards == done["evolve"].done + 1
    assert done["pool"].shards is None
    assert report.total.first.total < report.planned
    assert report.total.left == report.total.kept > 0
    assert report.total.weight is None
    unfinished = findings(report)[-1]
    assert unfinished.startswith("The run is not finished (evolve ")
    assert "pool none" in unfinished


def test_a_run_without_rejects(tmp_path: Path) -> None:
    def perfect(body: Body, index: int) -> Answer:
        if not body["messages"][0]["content"].startswith("Strategy: "):
            return respond(body, index)
        number = dice(body, index).randrange(10**6)
        return Answer(f"<problem>Let $n$ be {number}. How many digits has ${number}n$?</problem>")

    with ScriptedServer(perfect) as server:
        report = evolution_report(evolve(tmp_path, server, "pool"))
    assert report.total.first.count == report.total.first.total > 0
    assert (report.losses, report.outliers, report.total.given_up) == ((), (), 0)
    assert any(line.startswith("No prompt stands out") for line in findings(report))


def test_an_evolver_that_gives_nothing_is_said(tmp_path: Path) -> None:
    with ScriptedServer(lambda body, index: Answer("No.")) as server:
        report = evolution_report(evolve(tmp_path, server, "pool"))
    assert report.total.left == 0
    assert any(line.startswith("Nothing is left for the teacher") for line in findings(report))
    assert not any("stands out" in line for line in findings(report))


def test_nothing_evolved(server: ScriptedServer, tmp_path: Path) -> None:
    run = evolve(tmp_path, server, "evolve", evolve={"enabled": False})
    with pytest.raises(DataError, match="nothing has been evolved"):
        evolution_report(run)


def test_a_run_of_another_version(server: ScriptedServer, tmp_path: Path) -> None:
    run = evolve(tmp_path, server, "evolve")
    path = run.root / "evolve" / "attempts" / "part-00000.parquet"
    table = pq.read_table(path)
    pq.write_table(table.drop_columns(["parent_id"]), path)
    with pytest.raises(DataError, match="has no column parent_id"):
        evolution_report(run)
