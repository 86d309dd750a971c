"""The whole pipeline through the command line, against a scripted server on the loopback."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from tests.backends.scripted_server import (
    Body,
    Fault,
    ScriptedServer,
    cut_short,
    dropped,
    error,
)
from tests.roles import respond, write_recipe

KILLS = int(os.environ.get("SURE_MATH_KILLS", "6"))


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(respond) as running:
        yield running


def start(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "sure_math.cli", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def sure_math(folder: Path, *arguments: str, code: int = 0) -> str:
    process = start(folder, *arguments)
    out, err = process.communicate(timeout=300)
    assert process.returncode == code, f"{out}\n{err}"
    return out + err


def shards(run: Path) -> dict[str, bytes]:
    return {str(p.relative_to(run)): p.read_bytes() for p in sorted(run.rglob("part-*.parquet"))}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, server: ScriptedServer) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    sure_math(folder, "run", str(write_recipe(folder, server.base_url)))
    return folder


def test_every_row_is_accounted_for(undisturbed: Path) -> None:
    run = undisturbed / "runs/scripted"
    counts = {
        stage.name: (
            sum(pq.read_metadata(p).num_rows for p in stage.glob("part-*.parquet")),
            sum(pq.read_metadata(p).num_rows for p in stage.glob("rejects/part-*.parquet")),
        )
        for stage in run.iterdir()
        if stage.is_dir()
    }
    assert counts["seeds"] == (32, 0)
    assert counts["plan"] == (6 * (1 + 2 + 3 + 5), 0)
    assert sum(counts["evolve"]) == counts["plan"][0]
    attempts = pq.ParquetDataset(sorted(run.glob("evolve/attempts/*.parquet"))).read()
    failed = [reason for reason in attempts["reason"].to_pylist() if reason]
    assert attempts.num_rows == counts["plan"][0] + len(failed) - counts["evolve"][1]
    assert {"no_tag", "copy_of_parent"} <= set(failed)
    assert sum(counts["decontaminate"]) == counts["evolve"][0] + 8
    assert sum(counts["sample"]) == 8 * counts["pool"][0]
    assert counts["answers"] == counts["cluster"] == (counts["sample"][0], 0)
    assert counts["weight"] == (counts["pool"][0], 0)


def test_release_loads_in_its_folder(undisturbed: Path) -> None:
    code = """
import datasets, json
whole = datasets.load_dataset("sure-math")
responses = datasets.load_dataset("sure-math", "responses", split="train", streaming=True)
row = whole["train"][0]
print(json.dumps({
    "splits": {name: len(part) for name, part in whole.items()},
    "columns": whole["train"].column_names,
    "responses": sum(1 for _ in responses),
    "in_range": all(0 <= r["w_se"] <= 1 for part in whole.values() for r in part),
    "labelled": sum(r["answer"] is not None for r in whole["test"]),
    "clusters": row["clusters"],
}))
"""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(undisturbed / "hf")}
    out = subprocess.run(
        [sys.executable, "-c", code],
        cwd=undisturbed,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert out.returncode == 0, out.stderr
    seen = json.loads(out.stdout.splitlines()[-1])
    pool = pq.ParquetDataset(
        sorted((undisturbed / "runs/scripted/pool").glob("part-*.parquet"))
    ).read()
    assert seen["splits"] == {"train": pool.num_rows - 3, "test": 3}
    assert seen["labelled"] == 3
    assert seen["responses"] == 8 * seen["splits"]["train"]
    assert seen["in_range"]
    assert set(seen["clusters"][0]) == {"answer", "count", "prob"}
    assert {"semantic_entropy", "w_se", "majority_answer", "license", "strategy"} <= set(
        seen["columns"]
    )


def test_entropy_follows_from_the_published_responses(undisturbed: Path) -> None:
    """Whoever has only the release can recompute every weight."""
    from sure_math import semantic_entropy

    folder = undisturbed / "sure-math"
    problems = pl.read_parquet(sorted((folder / "data").glob("*.parquet")))
    replies = pl.read_parquet(sorted((folder / "responses").glob("*.parquet")))
    for row in problems.to_dicts():
        mine = replies.filter(problem_id=row["problem_id"]).sort("sample_index")
        again = semantic_entropy(
            mine["cluster"].to_list(), mine["logprob"].to_list(), mine["token_count"].to_list()
        )
        assert again.entropy == pytest.approx(row["semantic_entropy"], abs=1e-12)
        assert again.weight == pytest.approx(row["w_se"], abs=1e-12)


def test_status_and_show(undisturbed: Path) -> None:
    status = sure_math(undisturbed, "status")
    assert "pool" in status
    assert "mean entropy" in status
    shown = sure_math(undisturbed, "show")
    assert "lineage" in shown
    assert "cluster answer" in shown
    assert "no problem 'nonsense'" in sure_math(undisturbed, "show", "nonsense", code=1)


def test_second_run_asks_nothing(undisturbed: Path, server: ScriptedServer) -> None:
    before, asked = shards(undisturbed / "runs/scripted"), len(server.requests)
    sure_math(undisturbed, "run", "scripted.yaml")
    assert shards(undisturbed / "runs/scripted") == before
    assert len(server.requests) == asked


def test_changed_configuration_is_refused_and_fresh_goes_on(
    tmp_path: Path, server: ScriptedServer
) -> None:
    recipe = str(write_recipe(tmp_path, server.base_url, seeds=4))
    sure_math(tmp_path, "annotate", recipe)
    refused = sure_math(tmp_path, "annotate", recipe, "--set", "sample.n=4", code=1)
    assert "n: 8 -> 4" in refused
    assert "--fresh" in refused
    assert "--run NAME" in refused
    sure_math(tmp_path, "annotate", recipe, "--set", "sample.n=4", "--fresh")
    old = tmp_path / "runs/scripted/old-1"
    assert {path.name for path in old.iterdir()} == {"sample", "answers", "cluster", "weight"}
    # What does not decide the content may change freely.
    sure_math(
        tmp_path, "annotate", recipe, "--set", "sample.n=4", "--set", "models.teacher.concurrency=2"
    )


def test_changed_input_file_is_refused(tmp_path: Path, server: ScriptedServer) -> None:
    recipe = write_recipe(tmp_path, server.base_url, seeds=4)
    sure_math(tmp_path, "seeds", str(recipe))
    with (tmp_path / "easy.jsonl").open("a") as handle:
        handle.write('{"q": "How many legs have nine cats?", "a": null}\n')
    assert "sources[0].content" in sure_math(tmp_path, "seeds", str(recipe), code=1)


def test_killed_at_any_moment_it_ends_with_the_same_bytes(
    undisturbed: Path, tmp_path: Path, server: ScriptedServer
) -> None:
    recipe = str(write_recipe(tmp_path, server.base_url))
    rng = random.Random(20)
    for _ in range(KILLS):
        process = start(tmp_path, "run", recipe)
        time.sleep(rng.uniform(1.0, 5.0))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    sure_math(tmp_path, "run", recipe)
    assert shards(tmp_path / "runs/scripted") == shards(undisturbed / "runs/scripted")
    assert not list((tmp_path / "runs").rglob(".part-*.tmp"))
    journals = {path.parents[1].name for path in (tmp_path / "runs").rglob("*.jsonl")}
    assert journals == {"cluster"}  # what a judge said is kept, the rest goes with its shard
    for path in (undisturbed / "sure-math").rglob("*.parquet"):
        assert (tmp_path / path.relative_to(undisturbed)).read_bytes() == path.read_bytes()


def test_misbehaving_server_changes_nothing_but_the_time(undisturbed: Path, tmp_path: Path) -> None:
    rng = random.Random(1)
    faults = [error(429, retry_after="0"), error(503), error(500), dropped(), cut_short()]

    def sometimes(body: Body) -> Fault | None:
        return rng.choice(faults) if rng.random() < 0.2 else None

    with ScriptedServer(respond, sometimes) as server:
        sure_math(tmp_path, "run", str(write_recipe(tmp_path, server.base_url)))
    assert shards(tmp_path / "runs/scripted") == shards(undisturbed / "runs/scripted")


def test_two_ranks_make_what_one_makes(
    undisturbed: Path, tmp_path: Path, server: ScriptedServer
) -> None:
    recipe = str(write_recipe(tmp_path, server.base_url))
    ranks = [start(tmp_path, "run", recipe, "--rank", r, "--world", "2") for r in ("1", "0")]
    for rank in ranks:
        out, err = rank.communicate(timeout=300)
        assert rank.returncode == 0, out + err
    assert shards(tmp_path / "runs/scripted") == shards(undisturbed / "runs/scripted")


def test_full_disk_stops_clearly_and_loses_nothing(
    undisturbed: Path, tmp_path: Path, server: ScriptedServer
) -> None:
    """A limit on the size of files stands for the full disk: the same refusal of a write."""
    recipe = str(write_recipe(tmp_path, server.base_url))
    command = f"ulimit -f 12; exec {sys.executable} -m sure_math.cli run {recipe}"
    full = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert full.returncode == 1, full.stdout + full.stderr
    assert "cannot write" in full.stderr
    assert "run the same command again" in full.stderr
    assert "Traceback" not in full.stderr
    sure_math(tmp_path, "run", recipe)
    assert shards(tmp_path / "runs/scripted") == shards(undisturbed / "runs/scripted")


def test_journal_keeps_paid_responses(tmp_path: Path) -> None:
    """A server that shuts out its client in mid-shard: what it answered is not asked again."""
    limit = [10**6]
    with ScriptedServer(
        respond, lambda body: error(401, "revoked") if len(server.requests) > limit[0] else None
    ) as server:
        recipe = str(write_recipe(tmp_path, server.base_url, seeds=4))
        sure_math(tmp_path, "evolve", recipe)
        limit[0] = len(server.requests) + 5
        one = ("--set", "models.teacher.concurrency=1")
        assert "401" in sure_math(tmp_path, "run", recipe, "--to", "sample", *one, code=1)
        journal = next((tmp_path / "runs/scripted/sample/journal").glob("*.jsonl"))
        kept = len(journal.read_text().splitlines())
        assert kept == 5
        limit[0], before = 10**6, len(server.requests)
        sure_math(tmp_path, "run", recipe, "--to", "sample")
        problems = pq.ParquetDataset(
            sorted((tmp_path / "runs/scripted/pool").glob("part-*.parquet"))
        ).read()
        assert len(server.requests) - before == problems.num_rows - kept
        assert not journal.exists()
