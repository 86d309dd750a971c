"""Shards, manifests, refusal, conservation and partition, on a toy stage and real files."""

import json
import threading
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sure_math.config import Recipe, SampleConfig
from sure_math.errors import ConfigChanged, DataError, StageError
from sure_math.runtime.context import Context
from sure_math.runtime.executors import Partition
from sure_math.runtime.run import Run
from sure_math.runtime.stage import Inputs, ShardResult, Stage
from tests.runtime.toy import COUNT, DOUBLE, LOSSY, NUMBERS, RECIPE, REST


def execute(
    root: Path, recipe: Recipe = RECIPE, double: Stage = DOUBLE, rank: int = 0, world: int = 1
) -> Run:
    run = Run(root, recipe, (COUNT, double))
    for stage in run.stages:
        Partition(rank, world).execute(run, stage)
    return run


def content(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*.parquet"))}


def test_rows_arrive_in_order_and_are_conserved(tmp_path: Path) -> None:
    run = execute(tmp_path)
    rows = run.store("double").read_all().to_pylist()
    assert [row["value"] for row in rows] == [0, 2, 4, 6, 10, 12, 14, 16]
    rejects = run.store("double").read_side("rejects").to_pylist()
    assert [(r["id"], r["reason"], r["raw"]) for r in rejects] == [
        ("004", "unlucky", "4"),
        ("009", "unlucky", "9"),
    ]
    footers = run.store("double").scan()
    assert [(f.rows, f.rejected, f.stats) for f in footers.values()] == [
        (3, {}, {"seen": 3}),
        (2, {"unlucky": 1}, {"seen": 3}),
        (3, {}, {"seen": 3}),
        (0, {"unlucky": 1}, {"seen": 1}),
    ]


def test_lost_rows_stop_the_stage(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="3 rows expected"):
        execute(tmp_path, double=LOSSY)
    assert not list((tmp_path / "double").glob("part-*.parquet"))


def test_unlisted_reason_stops_the_stage(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="unlisted"):
        execute(tmp_path, double=replace(DOUBLE, reasons=frozenset()))


def test_finished_shards_are_kept_and_missing_ones_made_again_to_the_byte(tmp_path: Path) -> None:
    execute(tmp_path)
    before = content(tmp_path)
    times = {path: (tmp_path / path).stat().st_mtime_ns for path in before}
    (tmp_path / "double/part-00001.parquet").unlink()
    (tmp_path / "double/.part-00001.parquet.123.tmp").write_bytes(b"half a shard")
    execute(tmp_path)
    assert content(tmp_path) == before
    assert not list((tmp_path / "double").glob(".*.tmp"))
    kept = "double/part-00000.parquet"
    assert (tmp_path / kept).stat().st_mtime_ns == times[kept]


def test_truncated_shard_is_noticed_and_made_again(tmp_path: Path) -> None:
    execute(tmp_path)
    before = content(tmp_path)
    part = tmp_path / "double/part-00002.parquet"
    part.write_bytes(part.read_bytes()[:-20])
    with pytest.warns(UserWarning, match="not a finished shard"):
        execute(tmp_path)
    aside = tmp_path / "double/aside/part-00002.parquet"
    assert aside.exists()
    aside.unlink()
    assert content(tmp_path) == before


def test_damaged_pages_are_noticed(tmp_path: Path) -> None:
    run = execute(tmp_path)
    part = tmp_path / "count/part-00000.parquet"
    data = bytearray(part.read_bytes())
    for position in range(30, 60):
        data[position] ^= 0xFF
    part.write_bytes(bytes(data))
    with pytest.raises(StageError, match="damaged"):
        run.store("count").read(0)


def test_foreign_parquet_is_never_read_as_data(tmp_path: Path) -> None:
    run = execute(tmp_path)
    pq.write_table(pa.table({"id": ["x"], "value": [1]}), tmp_path / "double/part-00009.parquet")
    with pytest.raises(StageError, match="not written by this run"):
        run.store("double").scan()


def test_shard_under_another_name_is_refused(tmp_path: Path) -> None:
    run = execute(tmp_path)
    (tmp_path / "double/part-00000.parquet").rename(tmp_path / "double/part-00007.parquet")
    with pytest.raises(StageError, match="not what its name says"):
        run.store("double").scan()


def test_changed_configuration_is_refused_with_its_difference(tmp_path: Path) -> None:
    execute(tmp_path)
    changed = RECIPE.model_copy(update={"sample": SampleConfig(n=16)})
    with pytest.raises(ConfigChanged, match=r"n: 8 -> 16") as error:
        execute(tmp_path, changed)
    assert "--fresh" in str(error.value)
    assert "--run NAME" in str(error.value)
    execute(tmp_path)  # the old configuration still goes on


def test_change_upstream_refuses_downstream(tmp_path: Path) -> None:
    run = execute(tmp_path)
    changed = Run(tmp_path, RECIPE.model_copy(update={"seed": 1}), run.stages)
    with pytest.raises(ConfigChanged, match="input stage"):
        changed.store("double").scan()


def test_fresh_moves_old_shards_aside_from_the_first_change_on(tmp_path: Path) -> None:
    run = execute(tmp_path)
    changed = Run(tmp_path, RECIPE.model_copy(update={"sample": SampleConfig(n=16)}), run.stages)
    target = changed.start_fresh(run.stages)
    assert target == tmp_path / "old-1"
    assert (target / "double/part-00000.parquet").exists()
    assert not (target / "count").exists()
    assert changed.store("count").complete()
    assert not changed.store("double").scan()


def test_fresh_also_moves_what_was_made_from_the_moved_rows(tmp_path: Path) -> None:
    run = execute(tmp_path)
    for number in (1, 2):
        target = run.start_fresh(run.stages[:1])
        assert target == tmp_path / f"old-{number}"
        assert {path.name for path in target.iterdir()} == {"count", "double"}
        execute(tmp_path)
    (tmp_path / "old-1").rename(tmp_path / "kept")
    assert run.start_fresh(run.stages) == tmp_path / "old-1"
    assert run.start_fresh(run.stages) is None


def test_two_ranks_make_what_one_makes(tmp_path: Path) -> None:
    execute(tmp_path / "alone")
    ranks = [
        threading.Thread(target=execute, args=(tmp_path / "shared", RECIPE, DOUBLE, rank, 2))
        for rank in (1, 0)
    ]
    for rank in ranks:
        rank.start()
    for rank in ranks:
        rank.join(30)
    assert content(tmp_path / "shared") == content(tmp_path / "alone")


def test_second_process_of_the_same_rank_is_refused(tmp_path: Path) -> None:
    run = Run(tmp_path, RECIPE, (COUNT, DOUBLE))
    with (
        run.locked(0, 2),
        run.locked(1, 2),
        pytest.raises(StageError, match="rank 0 of 2"),
        run.locked(0, 2),
    ):
        pytest.fail("two processes held the same rank")


def test_alone_without_input_says_so(tmp_path: Path) -> None:
    run = Run(tmp_path, RECIPE, (COUNT, DOUBLE))
    with pytest.raises(StageError, match="no input"):
        Partition().execute(run, DOUBLE)


def test_summary_is_written_for_people(tmp_path: Path) -> None:
    execute(tmp_path)
    summary = json.loads((tmp_path / "double/stage.json").read_text())
    assert summary["rows"] == 8
    assert summary["rejected"] == {"unlucky": 2}
    assert summary["stats"] == {"seen": 10}


def test_refused_write_is_a_clear_error_and_loses_nothing(tmp_path: Path) -> None:
    run = execute(tmp_path)
    (tmp_path / "double/part-00001.parquet").unlink()
    blocker = tmp_path / "double/rejects/part-00001.parquet"
    blocker.unlink()
    blocker.mkdir()
    (blocker / "occupied").touch()
    with pytest.raises(StageError, match="cannot write") as error:
        execute(tmp_path)
    assert "finished before" in str(error.value)
    assert sorted(run.store("double").scan()) == [0, 2, 3]


def test_schema_refuses_unknown_and_missing_columns() -> None:
    with pytest.raises(DataError, match="unknown columns"):
        NUMBERS.build([{"id": "1", "value": 1, "extra": 2}])
    with pytest.raises(DataError, match="missing"):
        NUMBERS.build([{"id": "1"}])


def test_rows_made_again_otherwise_take_what_follows_along(tmp_path: Path) -> None:
    """An engine that samples anew gives other rows; nothing may rest on the old ones."""
    execute(tmp_path)
    store = Run(tmp_path, RECIPE, (COUNT, DOUBLE)).store("count")
    other = ShardResult([{"id": f"{n:03d}", "value": 100 + n} for n in range(3)])
    store.discard(0)
    store.commit(0, 4, other, {})
    with pytest.warns(UserWarning, match="1 shards were made from rows"):
        run = execute(tmp_path)
    assert [row["value"] for row in run.store("double").read(0).to_pylist()] == [200, 202, 204]
    assert run.store("double").read(1).to_pylist()[0]["value"] == 6
    execute(tmp_path)  # and nothing is stale any more


def test_deleted_input_does_not_unmake_what_was_made_from_it(tmp_path: Path) -> None:
    execute(tmp_path)
    before = content(tmp_path / "double")
    for path in (tmp_path / "count").rglob("part-00001.parquet"):
        path.unlink()
    run = Run(tmp_path, RECIPE, (COUNT, DOUBLE))
    Partition().execute(run, DOUBLE)
    assert content(tmp_path / "double") == before


def _again(inputs: Inputs, context: Context) -> ShardResult:
    return ShardResult(inputs["double"].to_pylist())


def test_more_ranks_than_shards(tmp_path: Path) -> None:
    """A rank that owns nothing may reach a stage before its input has any shard."""
    recipe = RECIPE.model_copy(update={"shard_rows": 100})
    again = Stage("again", 1, ("double",), NUMBERS, _again, lambda recipe: {}, None)

    def work(rank: int) -> None:
        run = Run(tmp_path, recipe, (COUNT, DOUBLE, again))
        for stage in run.stages:
            Partition(rank, 2).execute(run, stage)
        finished.append(rank)

    finished: list[int] = []
    Partition(0, 2).execute(Run(tmp_path, recipe, (COUNT,)), COUNT)
    idle = threading.Thread(target=work, args=(1,))
    idle.start()
    idle.join(2.0)  # it has nothing to do, and nothing to take from the other rank yet
    assert idle.is_alive()
    work(0)
    idle.join(30)
    assert finished == [0, 1]
    assert Run(tmp_path, recipe, (COUNT, DOUBLE, again)).store("again").complete()


SURVEYED = (COUNT, DOUBLE, REST)


def _work(root: Path, rank: int = 0, world: int = 1) -> Run:
    run = Run(root, RECIPE, SURVEYED)
    for stage in run.stages:
        Partition(rank, world).execute(run, stage)
    return run


def test_a_survey_sees_all_rows_before_the_first_shard(tmp_path: Path) -> None:
    rows = _work(tmp_path / "alone").store("rest").read_all().to_pylist()
    assert [row["value"] for row in rows] == [64 - n for n in (0, 2, 4, 6, 10, 12, 14, 16)]
    ranks = [threading.Thread(target=_work, args=(tmp_path / "shared", r, 2)) for r in (1, 0)]
    for rank in ranks:
        rank.start()
    for rank in ranks:
        rank.join(30)
    assert content(tmp_path / "shared") == content(tmp_path / "alone")


def test_a_row_made_again_otherwise_unmakes_every_surveyed_shard(tmp_path: Path) -> None:
    store = _work(tmp_path).store("double")
    store.discard(3)
    store.commit(3, 4, ShardResult([{"id": "009", "value": 1000}]), store_inputs(tmp_path))
    with pytest.warns(UserWarning, match="rest: 4 shards were made from rows"):
        run = _work(tmp_path)
    assert run.store("rest").read(0).to_pylist()[0]["value"] == 1064


def store_inputs(root: Path) -> dict[str, str]:
    return {"count": Run(root, RECIPE, SURVEYED).store("count").digest(3)}


def test_a_survey_waits_for_nobody_when_alone(tmp_path: Path) -> None:
    _work(tmp_path)
    for path in (tmp_path / "double").rglob("part-00001.parquet"):
        path.unlink()
    with pytest.raises(StageError, match="earlier stages"):
        Partition().execute(Run(tmp_path, RECIPE, SURVEYED), REST)


def test_chosen_columns_of_a_shard_are_still_checked(tmp_path: Path) -> None:
    store = _work(tmp_path).store("double")
    assert [table.column_names for table in store.tables(["value"])] == [["value"]] * 4
