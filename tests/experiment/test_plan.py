"""The commands that an experiment stands for."""

from pathlib import Path
from typing import Any

import pytest

from sure_math.errors import ConfigError
from sure_math.experiment.check import check
from sure_math.experiment.experiments import EXPERIMENTS
from sure_math.experiment.plan import Experiment, phases

ROOT = Path("out")


def small(**changes: object) -> Experiment:
    data = {
        "name": "small",
        "models": {"reader": {"recipe": "reader"}},
        "dataset": {"recipe": "demo", "settings": ["models.teacher.model={root}/models/reader"]},
        "train": "miniature",
        "settings": ["optimization.draws=8"],
        "seeds": [3, 4],
        "suite": "miniature",
        "curve_suite": "curve",
        "references": {"Base": "builtin:student"},
        "arms": [
            {"name": "opd", "settings": ["method=opd"]},
            {"name": "uopd", "settings": ["method=uopd"], "curve": True},
        ],
    }
    return EXPERIMENTS.resolve({**data, **changes})


def commands(experiment: Experiment) -> dict[str, tuple[str, ...]]:
    return {s.name: s.command for phase in phases(experiment, ROOT) for s in phase.steps}


def test_phases_follow_the_way_of_the_data() -> None:
    names = [phase.name for phase in phases(small(), ROOT)]
    assert names == ["models", "dataset", "training", "evaluation", "report"]


def test_every_arm_is_trained_and_evaluated_with_every_seed() -> None:
    names = list(commands(small()))
    cells = ["opd-seed3", "uopd-seed3", "opd-seed4", "uopd-seed4"]
    assert [n for n in names if n.startswith("train-")] == [f"train-{cell}" for cell in cells]
    evaluated = [n for n in names if n.startswith("evaluate-") and not n.endswith("-curve")]
    assert evaluated == ["evaluate-base", *(f"evaluate-{cell}" for cell in cells)]
    assert [n for n in names if n.endswith("-curve")] == [
        "evaluate-uopd-seed3-curve", "evaluate-uopd-seed4-curve",
    ]  # fmt: skip


def test_arms_differ_in_their_settings_and_nothing_else() -> None:
    found = commands(small())
    opd, uopd = found["train-opd-seed3"], found["train-uopd-seed3"]
    differing = [(a, b) for a, b in zip(opd, uopd, strict=True) if a != b]
    assert differing == [
        ("out/training/opd-seed3", "out/training/uopd-seed3"),
        ("method=opd", "method=uopd"),
    ]
    assert opd[opd.index("--seed") + 1] == "3"
    assert opd[opd.index("--dataset") + 1] == "out/dataset"


def test_settings_of_the_suite_do_not_reach_that_of_the_curve() -> None:
    found = commands(small(suite_settings=["decodings.1.n=4"]))
    assert "decodings.1.n=4" in found["evaluate-uopd-seed3"]
    assert "decodings.1.n=4" not in found["evaluate-uopd-seed3-curve"]


def test_the_root_stands_in_for_its_placeholder() -> None:
    assert "models.teacher.model=out/models/reader" in commands(small())["dataset"]


def test_a_published_dataset_is_not_made() -> None:
    experiment = small(dataset={"name": "USER/sure-math", "revision": "v1.0.0"})
    found = commands(experiment)
    assert "dataset" not in found
    train = found["train-opd-seed3"]
    assert train[train.index("--dataset") + 1] == "USER/sure-math"
    assert train[train.index("--revision") + 1] == "v1.0.0"


def test_a_launcher_stands_before_the_training_only() -> None:
    launch = ["accelerate", "launch", "--num_processes", "4"]
    found = commands(small(launch=launch))
    assert list(found["train-opd-seed3"][:6]) == [*launch, "-m", "sure_math.cli"]
    assert found["evaluate-opd-seed3"][1:3] == ("-m", "sure_math.cli")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"arms": [{"name": "a", "settings": []}] * 2}, "names of arms must be unique"),
        ({"seeds": []}, "seeds"),
        ({"arms": [{"name": "../a", "settings": []}]}, "arms.0.name"),
        ({"arm": []}, "no such setting; did you mean arms"),
        ({"curve_suite": None}, "an arm has a curve, but there is no curve_suite"),
        ({"reports": ["table3"]}, "reports.0: Input should be 'table1'"),
        (
            {"arms": [{"name": "a", "settings": []}], "reports": ["convergence"]},
            "convergence needs an arm with",
        ),
    ],
)
def test_bad_experiments(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        small(**changes)


def test_the_convergence_is_drawn_where_there_is_a_curve() -> None:
    assert "report-convergence" in commands(small())
    without = small(arms=[{"name": "opd", "settings": ["method=opd"]}])
    assert [n for n in commands(without) if n.startswith("report-")] == [
        "report-table1", "report-table2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dataset": {"recipe": "dem"}}, "no recipe 'dem'"),
        ({"dataset": {"recipe": "demo", "settings": ["sample.m=4"]}}, "sample.m: no such setting"),
        ({"train": "qwen"}, "arm opd: no training recipe 'qwen'"),
        ({"arms": [{"name": "k", "settings": ["rollout.kk=2"]}]}, r"(?s)arm k: .*rollout\.kk"),
        ({"suite": "papers"}, "no suite 'papers'"),
        ({"suite_settings": ["max_token=4"]}, "max_token: no such setting"),
        ({}, "no suite 'curve'"),
    ],
)
def test_what_would_fail_hours_later_is_said_first(changes: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        check(small(**changes), ROOT)


@pytest.mark.parametrize("name", EXPERIMENTS.bundled())
def test_shipped_experiments_have_a_plan(name: str) -> None:
    experiment = EXPERIMENTS.load(name)
    assert experiment.name == name
    check(experiment, ROOT)
    assert len(commands(experiment)) == sum(len(p.steps) for p in phases(experiment, ROOT))
