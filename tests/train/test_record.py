"""The training folder: what counts as a checkpoint, what is refused, what is moved aside."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sure_math.errors import ConfigChanged, DataError, TrainingError
from sure_math.schemas import TRAINING_LOG
from sure_math.train.record import RECORD, WHOLE, TrainingFolder, refuse_changes


@pytest.fixture
def folder(tmp_path: Path) -> TrainingFolder:
    return TrainingFolder(tmp_path / "training")


def checkpoint(folder: TrainingFolder, step: int) -> Path:
    """A committed checkpoint of two files."""
    place = folder.root / f"checkpoint-{step}"
    (place / "inner").mkdir(parents=True)
    (place / "model.safetensors").write_bytes(b"weights")
    (place / "inner" / "optimizer.pt").write_bytes(b"moments")
    folder.commit(step, {"generated_tokens": 10 * step})
    return place


def test_whole_checkpoints_by_step(folder: TrainingFolder) -> None:
    for step in (10, 2):
        checkpoint(folder, step)
    assert [found.step for found in folder.checkpoints()] == [2, 10]
    assert folder.checkpoints()[0].figures == {"step": 2, "generated_tokens": 20}
    assert folder.torn() == []


@pytest.mark.parametrize("harm", ["no mark", "cut file", "no file", "broken mark", "moved", "list"])
def test_a_half_written_checkpoint_does_not_count(folder: TrainingFolder, harm: str) -> None:
    checkpoint(folder, 2)
    place = checkpoint(folder, 4)
    if harm == "no mark":
        (place / WHOLE).unlink()
    elif harm == "cut file":
        (place / "model.safetensors").write_bytes(b"weig")
    elif harm == "no file":
        (place / "inner" / "optimizer.pt").unlink()
    elif harm == "broken mark":
        (place / WHOLE).write_text('{"step": 4, "fil')
    elif harm == "list":
        (place / WHOLE).write_text("[1]")
    else:
        place = place.rename(place.with_name("checkpoint-6"))
    assert [found.step for found in folder.checkpoints()] == [2]
    assert folder.torn() == [place]
    folder.forget(folder.torn())
    assert not place.exists()
    assert [found.step for found in folder.checkpoints()] == [2]


def test_the_record_comes_back(folder: TrainingFolder) -> None:
    assert folder.read() is None
    told: dict[str, Any] = {"finished": False, "name": "größe", "checkpoints": []}
    folder.write(told)
    assert folder.read() == told


@pytest.mark.parametrize("text", ["{", "[]", ""])
def test_a_broken_record_is_an_error(folder: TrainingFolder, text: str) -> None:
    folder.root.mkdir()
    (folder.root / RECORD).write_text(text)
    with pytest.raises(DataError, match=r"training\.json"):
        folder.read()


def test_a_folder_with_something_else_is_refused(folder: TrainingFolder) -> None:
    folder.root.mkdir()
    (folder.root / "thesis.tex").write_text("important")
    with pytest.raises(TrainingError, match=r"thesis\.tex") as error:
        folder.read()
    assert "--out" in str(error.value)
    assert folder.start_fresh() is None
    assert (folder.root / "thesis.tex").read_text() == "important"


def test_fresh_moves_everything_aside(folder: TrainingFolder) -> None:
    for number in (1, 2):
        folder.write({"finished": False, "number": number})
        checkpoint(folder, 2)
        moved = folder.start_fresh()
        assert moved == folder.root / f"old-{number}"
        assert json.loads((moved / RECORD).read_text())["number"] == number
        assert (moved / "checkpoint-2" / WHOLE).is_file()
        assert folder.read() is None
        assert folder.checkpoints() == []
    assert folder.start_fresh() is None


def test_one_process_holds_a_folder(folder: TrainingFolder) -> None:
    with folder.locked():
        with (
            pytest.raises(TrainingError, match="another process is training"),
            TrainingFolder(folder.root).locked(),
        ):
            pass
        assert folder.read() is None  # its lock is no foreign file
    with folder.locked():
        pass


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    inside = TrainingFolder(tmp_path / "file" / "inside")
    with pytest.raises(TrainingError, match="cannot write"), inside.locked():
        pass


def test_tables_are_replaced(folder: TrainingFolder) -> None:
    for value in (1.0, 2.0):
        folder.write_table("log", TRAINING_LOG, [{"step": 1, "metric": "loss", "value": value}])
    assert pq.read_table(folder.root / "log.parquet")["value"].to_pylist() == [2.0]
    assert [path.name for path in folder.root.iterdir()] == ["log.parquet"]


def test_changes_are_listed(tmp_path: Path) -> None:
    refuse_changes(tmp_path, {"a": {"b": 1}}, {"a": {"b": 1}})
    with pytest.raises(ConfigChanged) as error:
        refuse_changes(tmp_path, {"a": {"b": 1, "c": 2}}, {"a": {"b": 3, "c": 2}})
    assert "a.b: 1 -> 3" in str(error.value)
    assert "a.c" not in str(error.value)
    assert "--fresh" in str(error.value)
