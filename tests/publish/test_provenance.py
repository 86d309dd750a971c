"""The card's account of a run, and its copy for programs."""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sure_math import __version__
from sure_math.errors import DataError
from sure_math.pipeline import STAGES
from sure_math.publish.provenance import evaluation_sets, label_conflicts
from sure_math.publish.release import write_release
from sure_math.runtime.run import Run
from sure_math.runtime.stage import ShardResult
from sure_math.text import canonical_text
from tests.backends.scripted_server import ScriptedServer
from tests.finished_run import finish
from tests.roles import respond

NAMES = ("bench", "far")
RESEARCH = "Qwen/Qwen2.5-3B-Instruct"


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(respond) as running:
        yield running


def benchmarks(folder: Path) -> dict[str, Any]:
    """Two evaluation sets: one has a problem of the recipe's own, the other nothing like it."""
    rows = {
        "bench": ["Add 20 to 25. What is the sum?", "How many primes lie below 90?"],
        "far": ["For which n does 7 divide 3^n + 5^n, and for which does it not?"],
    }
    folder.mkdir(exist_ok=True)
    listed = []
    for name, problems in rows.items():
        path = folder / f"{name}.jsonl"
        path.write_text("".join(json.dumps({"problem": problem}) + "\n" for problem in problems))
        listed.append({"name": name, "adapter": "table", "path": str(path)})
    return {"evaluation_sets": listed}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, server: ScriptedServer) -> Run:
    folder = tmp_path_factory.mktemp("run")
    names = (f"models.teacher.model={RESEARCH}", "models.judge.model=Qwen/Qwen2.5-72B-Instruct")
    return finish(folder, server, *names, decontaminate=benchmarks(folder))


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    with pytest.warns(UserWarning, match=f"forbid commercial use .*{RESEARCH}"):
        return write_release(run, tmp_path_factory.mktemp("release") / "sure-math")


def verdict(problem: str, rule: str, decision: str = "blocked", **changes: Any) -> dict[str, Any]:
    row = {"problem_id": problem, "evaluation_set": "bench", "item": "0", "rule": rule}
    asked = {"forward": None, "reverse": None, "judge": None}
    return {**row, **asked, "score": 0.5, "decision": decision, **changes}


def with_side(run: Run, root: Path, stage: str, name: str, rows: list[dict[str, Any]]) -> Run:
    """A copy of a run in which a stage wrote these rows of a side table."""
    shutil.copytree(run.root, root)
    copy = Run(root, run.recipe, STAGES)
    store = copy.store(stage)
    side = {each: store.read_side(each).to_pylist() for each in store.stage.side} | {name: rows}
    kept = store.read(0).to_pylist()
    store.commit(0, len(store.scan()), ShardResult(kept, [], side), {})
    return copy


def test_blocked_and_kept_problems_are_counted_once_per_set_and_rule(
    run: Run, tmp_path: Path
) -> None:
    rows = [
        verdict("a", "judge", judge="marker", forward=True, reverse=True),
        verdict("a", "exact", item="1"),
        verdict("a", "exact", item="2"),
        verdict("b", "equal_numbers"),
        verdict("c", "judge", judge="marker", forward=True, reverse=True),
        verdict("c", "coverage", "kept"),
        verdict("d", "lineage"),
        verdict("e", "judge", "kept", judge="marker", forward=False, reverse=False),
        verdict("e", "lineage", evaluation_set="held-out test"),
    ]
    copy = with_side(run, tmp_path / "run", "decontaminate", "verdicts", rows)
    by_name = {each["name"]: each for each in evaluation_sets(copy)}
    assert list(by_name) == [*NAMES, "held-out test"]
    nothing = {"exact": 0, "text": 0, "judge": 0, "lineage": 0, "kept": 0}
    bench = {"exact": 2, "text": 1, "judge": 1, "lineage": 1, "kept": 1}  # one exact by the seeds
    whole = {"name": "bench", "dataset": "bench.jsonl", "items": 2, "candidates": 6}
    assert by_name["bench"] == whole | bench
    other = {"dataset": None, "items": None, "candidates": 1}
    assert by_name["held-out test"] == {"name": "held-out test", **other, **nothing, "lineage": 1}
    place = {"dataset": "far.jsonl", "items": 1, "candidates": 0}
    assert by_name["far"] == {"name": "far", **place, **nothing}
    with pytest.warns(UserWarning, match="forbid commercial use"):
        out = write_release(copy, tmp_path / "sure-math")
    card = (out / "README.md").read_text()
    assert "| bench | 2 | 6 | 2 | 1 | 1 | 1 | 1 |" in card
    assert "| far | 1 | 0 | 0 | 0 | 0 | 0 | 0 |" in card
    assert "| held-out test | - | 1 | 0 | 0 | 0 | 1 | 0 |" in card
    assert "| judge | marker | unknown to this tool |" in card


def test_label_conflicts_are_counted_where_a_stage_writes_them(run: Run, tmp_path: Path) -> None:
    assert label_conflicts(run) == {"groups": 0, "problems": 0}
    row = {"source": "own", "source_id": "own:1", "problem": "Find x.", "answer": "1"}
    rows = [{"group": g, "problem_id": p, **row} for g, p in ("aa", "ab", "cc", "cd", "ce")]
    copy = with_side(run, tmp_path / "run", "seeds", "label_conflicts", rows)
    assert label_conflicts(copy) == {"groups": 2, "problems": 5}
    with pytest.warns(UserWarning, match="forbid commercial use"):
        out = write_release(copy, tmp_path / "sure-math")
    said = "Label conflicts: 2 groups of problems that say the same came with contradicting"
    assert said in (out / "README.md").read_text()


def test_provenance_is_a_copy_of_the_card_for_programs(run: Run, release: Path) -> None:
    told = json.loads((release / "provenance.json").read_text())
    assert told["sure_math"] == __version__
    assert told["licenses"] == {"default": {"cc-by-4.0": 7}}
    assert told["stages"].keys() == {stage.name for stage in STAGES}
    (source,) = told["sources"]
    assert (source["source"], source["dataset"]) == ("labelled", "labelled.jsonl")
    assert source["problems"] == {"default": 7}
    assert [(each["name"], each["exact"]) for each in told["evaluation_sets"]] == [
        ("bench", 1), ("far", 0)
    ]  # fmt: skip
    models = {each["role"]: each for each in told["models"]}
    assert models.keys() == {"teacher", "judge"}
    assert models["teacher"]["non_commercial"] is True
    assert "Built with Qwen" in models["judge"]["duty"]
    assert told["recipe"]["models"]["teacher"]["model"] == RESEARCH


def test_the_card_lists_models_with_their_duties_and_warns(release: Path) -> None:
    card = (release / "README.md").read_text()
    assert "| judge | Qwen/Qwen2.5-72B-Instruct | [Qwen licence](https://" in card
    assert "> **Warning: configuration default is not free for every use" in card
    assert f"{RESEARCH} (teacher, Qwen research licence)" in card
    assert "write to the discussion page of this dataset" in card


def test_the_hash_of_a_root_is_that_of_its_canonical_text(run: Run, release: Path) -> None:
    rows = pl.read_parquet(sorted((release / "data").glob("*.parquet")))
    for problem, digest in rows.select("problem", "root_sha256").iter_rows():
        assert digest == hashlib.sha256(canonical_text(problem).encode()).hexdigest()
        assert re.fullmatch("[0-9a-f]{64}", digest)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "bench.jsonl does not exist"),
        ("", "evaluation set bench: .*has no rows"),
        ('{"problem": " "}\n', "evaluation set bench: none of its 1 rows can be used"),
    ],
)
def test_an_evaluation_set_that_cannot_be_loaded_stops_the_run(
    tmp_path: Path, server: ScriptedServer, text: str | None, words: str
) -> None:
    sets = benchmarks(tmp_path)
    path = Path(sets["evaluation_sets"][0]["path"])
    path.unlink()
    if text is not None:
        path.write_text(text)
    asked = len(server.requests)
    with pytest.raises(DataError, match=words):
        finish(tmp_path, server, decontaminate=sets)
    assert len(server.requests) == asked
    assert not list(tmp_path.glob("runs/*/seeds/*.parquet"))
