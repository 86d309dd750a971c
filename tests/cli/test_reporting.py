"""`sure-math report` on recorded runs, through the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sure_math.cli import main
from tests.backends.scripted_server import ScriptedServer
from tests.finished_run import finish
from tests.report.recorded import STEPS, first, recipe, trained
from tests.roles import respond


def report(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["report", *arguments])


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("evaluations")
    for seed in (0, 1):
        trained(root, recipe("opd", seed), first(4 + seed))
        for step in (10, STEPS):
            name = f"uopd-{seed}/step-{step}"
            trained(root, recipe("uopd", seed), first(6 + seed), step=step, name=name)
        for name, sections in (
            ("n", {"weighting": {"samples": 2}}),
            ("k", {"loss": {"top_k": 128}}),
            ("rollouts", {"rollout": {"k": 8}}),
        ):
            given = recipe("uopd", seed, **sections)
            trained(root, given, first(3 + seed), name=f"{name}-{seed}")
    return root


@pytest.mark.parametrize(
    "name", ["table1", "table2", "ablation-n", "ablation-k", "ablation-rollouts", "convergence"]
)
def test_every_report_of_runs(name: str, runs: Path, tmp_path: Path) -> None:
    done = report(name, str(runs), "--out", str(tmp_path))
    assert done.exit_code == 0, done.output
    assert (tmp_path / f"{name}.txt").read_text(encoding="utf-8") == done.stdout
    picture = (tmp_path / f"{name}.png").is_file()
    assert picture == (name not in {"table1", "table2"})
    for kind, suffix in (("markdown", "md"), ("latex", "tex"), ("json", "json")):
        printed = report(name, str(runs), "--format", kind).stdout
        assert printed == (tmp_path / f"{name}.{suffix}").read_text(encoding="utf-8")
    assert json.loads((tmp_path / f"{name}.json").read_text())["report"] == name


def test_evaluations_are_chosen(runs: Path) -> None:
    done = report("table1", str(runs), "--only", "*opd-0*", "--format", "json")
    assert done.exit_code == 0, done.output
    assert len(json.loads(done.stdout)["folders"]) == 2
    done = report("table1", str(runs), "--suite", "paper")
    assert done.exit_code == 1
    assert "nothing was evaluated with suite 'paper'; there is: small" in done.stderr


def test_no_runs_at_all(tmp_path: Path) -> None:
    done = report("table1", str(tmp_path))
    assert done.exit_code == 1
    assert f"no evaluations below {tmp_path}" in done.stderr
    assert "\nNext: " in done.stderr


def test_reports_on_a_dataset(tmp_path: Path, runs: Path) -> None:
    with ScriptedServer(respond) as server:
        run = finish(tmp_path / "run", server)
    done = report("se-histogram", str(run.root), "--out", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(f"Semantic entropy of run {run.root}\n")
    assert (tmp_path / "out" / "se-histogram.png").is_file()
    done = report("examples", str(run.root), "--evaluations", str(runs), "--count", "1")
    assert done.exit_code == 0, done.output
    assert "What the students answered: Sums pass@1, seed 0" in done.stdout
    done = report("examples", str(run.root), "--evaluations", str(tmp_path / "none"))
    assert done.exit_code == 1
    assert "there is no folder" in done.stderr
