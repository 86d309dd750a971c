"""The tables of a release are the same however a run was cut into shards and shared by ranks."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sure_math.pipeline import STAGES, open_run
from sure_math.publish.tables import write_tables
from sure_math.recipes import load_recipe
from sure_math.runtime.executors import Partition
from sure_math.runtime.run import Run
from tests.backends.scripted_server import ScriptedServer
from tests.roles import respond, write_recipe

LICENSES = {"default": ("cc0-1.0",), "by": ("CC-BY-4.0", "cc0-1.0"), "nc": ("cc-by-nc-4.0",)}


def finish(folder: Path, server: ScriptedServer, shard_rows: int, world: int) -> Run:
    """A run of this many processes, one after the other in every stage."""
    folder.mkdir()
    path = write_recipe(folder, server.base_url, seeds=8)
    run = open_run(load_recipe(str(path), [f"shard_rows={shard_rows}"]), folder / "runs")
    for stage in STAGES:
        for rank in reversed(range(world)) if stage.scope == "shard" else [0]:
            Partition(rank, world).execute(run, stage)
    return run


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """The same run in one shard, and in many that two processes shared."""
    folder = tmp_path_factory.mktemp("runs")
    with ScriptedServer(respond) as server:
        return [
            finish(folder / str(rows), server, rows, world) for rows, world in ((100, 1), (3, 2))
        ]


def write(run: Run, out: Path) -> dict[str, bytes]:
    stores = (run.store(name) for name in ("weight", "cluster", "seeds"))
    files = write_tables(out, *stores, LICENSES)
    found = {str(path.relative_to(out)): path for path in out.rglob("*") if path.is_file()}
    assert sorted(found) == sorted(file.path for file in files)
    return {name: path.read_bytes() for name, path in found.items()}


def test_shards_and_ranks_leave_no_trace(runs: list[Run], tmp_path: Path) -> None:
    whole, shared = runs
    assert len(whole.store("weight").scan()) == 1
    assert len(shared.store("weight").scan()) > 3
    assert write(shared, tmp_path / "shared") == write(whole, tmp_path / "whole")


def test_rows_are_ordered_and_stand_where_their_licence_says(
    runs: list[Run], tmp_path: Path
) -> None:
    run = runs[1]
    files = write(run, tmp_path / "out")
    name = "-00000-of-00001.parquet"
    by = [f"{place}/{split}" for place in ("by", "by_responses") for split in ("test", "train")]
    kinds = [*by, "data/train", "responses/train"]
    assert sorted(files) == sorted(kind + name for kind in kinds)
    rows = run.store("weight").read_all().to_pylist()
    for kind in kinds:
        table = pq.read_table(tmp_path / "out" / (kind + name))
        keys = table.select(table.column_names[:2]).to_pylist()
        place, split = kind.split("/")
        licence = "cc-by-4.0" if place.startswith("by") else "cc0-1.0"
        ids = sorted(
            r["problem_id"] for r in rows if (r["license"], r["split"]) == (licence, split)
        )
        if "responses" in place:
            order = [(key["problem_id"], key["sample_index"]) for key in keys]
            assert order == sorted(order)
            assert sorted({key["problem_id"] for key in keys}) == ids
        else:
            assert [key["problem_id"] for key in keys] == ids
