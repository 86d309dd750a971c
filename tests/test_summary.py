"""A run as text: the table, the stages, and one problem from its seed to its clusters."""

from collections import Counter
from pathlib import Path

import pytest

from sure_math.errors import DataError
from sure_math.pipeline import STAGE_NAMES, STAGES, execute, open_run, select
from sure_math.recipes import load_recipe
from sure_math.runtime.executors import Partition
from sure_math.runtime.run import Run
from sure_math.summary import run_summary, show_problem, status_table, table
from tests.backends.scripted_server import ScriptedServer
from tests.roles import respond, write_recipe


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("summary")
    with ScriptedServer(respond) as server:
        path = write_recipe(folder, server.base_url, seeds=4)
        made = open_run(load_recipe(str(path)), folder / "runs")
        execute(made, STAGES, Partition())
    return made


def test_columns_are_aligned_and_numbers_stand_to_the_right() -> None:
    text = table(
        ("name", "count", "share"),
        [("a", 5, "0.5"), ("long\nname", 1234567, "12.25"), ("none", 0, "-1")],
    )
    assert text.splitlines() == [
        "name           count  share",
        "---------  ---------  -----",
        "a                  5    0.5",
        "long name  1,234,567  12.25",
        "none               0     -1",
    ]


def test_an_empty_table_has_its_head() -> None:
    assert table(("a", "bc"), []).splitlines() == ["a  bc", "-  --"]


def test_every_stage_is_listed_with_its_counts(run: Run) -> None:
    lines = status_table(run).splitlines()
    assert tuple(line.split()[0] for line in lines[2:]) == STAGE_NAMES
    found = {line.split()[0]: line.split()[1:] for line in lines[2:]}
    for name in STAGE_NAMES:
        footers = run.store(name).scan()
        rows = sum(footer.rows for footer in footers.values())
        rejected = run.store(name).read_side("rejects").num_rows
        assert found[name][:3] == [f"{len(footers)}/{len(footers)}", f"{rows:,}", str(rejected)]
    assert int(found["sample"][3].replace(",", "")) == sum(
        run.store("sample").read_all()["token_count"].to_pylist()
    )
    reasons = Counter(run.store("evolve").read_side("rejects")["reason"].to_pylist())
    listed = ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))
    assert next(line for line in lines if line.startswith("evolve")).endswith(listed)


def test_uncertainty_by_tier_once_everything_is_weighted(run: Run, tmp_path: Path) -> None:
    text = run_summary(run)
    entropies = run.store("weight").read_all()["semantic_entropy"].to_pylist()
    assert f"max {max(entropies):.3f}" in text
    tiers = {row["tier"] for row in run.store("weight").read_all().to_pylist()}
    last = text.split("\n\n")[-1].splitlines()[2:]
    assert [line.split()[0] for line in last] == sorted(tiers)
    assert sum(int(line.split()[1]) for line in last) == len(entropies)
    fresh = open_run(run.recipe, tmp_path)
    execute(fresh, select(None, "plan"), Partition())
    assert "semantic entropy" not in run_summary(fresh)
    assert "0/?" in run_summary(fresh)


def test_one_problem_from_seed_to_clusters(run: Run) -> None:
    rows = run.store("weight").read_all().to_pylist()
    row = max(rows, key=lambda each: each["round"])
    text = show_problem(run, row["problem_id"])
    assert row["round"] > 1
    lineage = text.split("lineage\n")[1].split("\n\n")[0].splitlines()
    assert [line.split()[1] for line in lineage] == [str(n) for n in range(row["round"] + 1)]
    assert lineage[0].split()[2] == "seed"
    assert row["problem"] in lineage[-1]
    for cluster in row["clusters"]:
        assert cluster["answer"] in text
        assert f"{cluster['prob']:.4f}" in text
    assert f"semantic entropy {row['semantic_entropy']:.4f} nats" in text
    assert "verified answer: none" in text
    samples = text.split("end of the response")[1].split("\n\n")[0].splitlines()[2:]
    assert len(samples) == 8


def test_the_most_uncertain_problem_is_shown_by_default(run: Run) -> None:
    rows = run.store("weight").read_all().to_pylist()
    highest = max(row["semantic_entropy"] for row in rows)
    assert f"semantic entropy {highest:.4f} nats" in show_problem(run, None)


def test_judgements_are_shown_where_there_are_any(run: Run) -> None:
    judged = {row["problem_id"] for row in run.store("cluster").read_side("judgements").to_pylist()}
    others = set(run.store("weight").read_all()["problem_id"].to_pylist()) - judged
    assert judged
    assert "answer a" in show_problem(run, min(judged))
    for problem_id in others:
        assert "the judge was not needed" in show_problem(run, problem_id)


def test_what_is_not_there_is_an_error(run: Run, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no annotated problem 'nonsense'"):
        show_problem(run, "nonsense")
    with pytest.raises(DataError, match="nothing is annotated yet"):
        show_problem(open_run(run.recipe, tmp_path), None)
