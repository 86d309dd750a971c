import os
import subprocess
import sys
from pathlib import Path

import pytest

from sure_math.config import EvaluationSet, SourceConfig
from sure_math.errors import ConfigError, DataError
from sure_math.seeds.read import read, source_files
from sure_math.seeds.rows import Reject, SeedRow
from tests.seeds.layouts import WRITERS, write_jsonl


def scalequest(root: Path, cap: int | None = None) -> SourceConfig:
    WRITERS["scalequest"](root)
    return SourceConfig(name="s", adapter="scalequest", path=str(root), tier="easy", cap=cap)


def table(path: Path, cap: int | None = None) -> SourceConfig:
    return SourceConfig(name="t", adapter="table", path=str(path), tier="easy", cap=cap)


def ids(source: SourceConfig, seed: int) -> list[str]:
    return [row.id for row in read(source, seed)]


def test_a_cap_keeps_the_first_rows_of_the_seeded_order(tmp_path: Path) -> None:
    everything = ids(scalequest(tmp_path), 7)
    assert len(everything) == 30
    for cap in (1, 4, 29, 30, 99):
        assert ids(scalequest(tmp_path, cap), 7) == everything[:cap]


def test_the_order_depends_on_the_seed_and_is_no_file_order(tmp_path: Path) -> None:
    source = scalequest(tmp_path)
    numbers = [int(name.rpartition(":")[2]) for name in ids(source, 7)]
    assert numbers != sorted(numbers)
    assert ids(source, 7) != ids(source, 8)


def test_the_order_does_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    source = scalequest(tmp_path, 5)
    program = (
        "import sys\nfrom sure_math.config import SourceConfig\n"
        "from sure_math.seeds.read import read\n"
        "source = SourceConfig.model_validate_json(sys.argv[1])\n"
        "print([row.id for row in read(source, 7)])"
    )
    for hash_seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program, source.model_dump_json()],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == str(ids(source, 7))


def test_rejects_have_reasons_and_keep_the_raw_text(tmp_path: Path) -> None:
    texts = ["Find x.", "", None, 12, "a\x00b and some more", "\ud800 and some more", "   \n "]
    write_jsonl(tmp_path / "t.jsonl", [{"problem": text} for text in texts])
    found = sorted(read(table(tmp_path / "t.jsonl"), 0, min_length=10), key=lambda r: r.id)
    rejects = [row for row in found if isinstance(row, Reject)]
    assert [(r.reason, r.raw) for r in rejects] == [
        ("too_short", "Find x."),
        ("empty", ""),
        ("empty", "None"),
        ("not_text", "12"),
        ("control_characters", "a\x00b and some more"),
        ("control_characters", "\\ud800 and some more"),
        ("empty", "   \n "),
    ]
    assert rejects[0].detail == "7 of 10 characters"


def test_a_cap_counts_usable_rows_only(tmp_path: Path) -> None:
    rows = [{"problem": "short" if n % 2 else f"Problem number {n}?"} for n in range(40)]
    write_jsonl(tmp_path / "t.jsonl", rows)
    found = list(read(table(tmp_path / "t.jsonl", cap=10), 3, min_length=10))
    assert sum(isinstance(row, SeedRow) for row in found) == 10
    assert isinstance(found[-1], SeedRow)  # nothing after the last row that was needed


def test_an_evaluation_set_is_read_whole_and_flagged(tmp_path: Path) -> None:
    WRITERS["gsm8k"](tmp_path)
    items = list(read(EvaluationSet(name="g", adapter="gsm8k", path=str(tmp_path)), 0))
    assert [item.flags for item in items if isinstance(item, SeedRow)] == [("eval_source",)] * 2


def test_an_evaluation_set_without_one_usable_row_is_an_error(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "e.jsonl", [{"problem": " "}, {"problem": None}])
    options = {"adapter": "table", "path": str(tmp_path / "e.jsonl")}
    with pytest.raises(DataError, match="evaluation set e: none of its 2 rows can be used"):
        list(read(EvaluationSet(name="e", **options), 0))
    seeds = read(SourceConfig(name="e", tier="easy", **options), 0)
    assert all(isinstance(row, Reject) for row in seeds)


def test_a_missing_config_is_an_error_that_lists_what_is_there(tmp_path: Path) -> None:
    WRITERS["olympiadbench"](tmp_path)
    source = SourceConfig(
        name="o", adapter="olympiadbench", path=str(tmp_path), tier="hard", config="OE_MM"
    )
    with pytest.raises(
        DataError, match=r"source o: .*no config 'OE_MM'.*OE_TO_maths_en_COMP, TP_TO"
    ):
        list(read(source, 0))


def test_a_missing_split_is_an_error_that_lists_what_is_there(tmp_path: Path) -> None:
    WRITERS["omni_math"](tmp_path)
    source = SourceConfig(
        name="o", adapter="omni_math", path=str(tmp_path), tier="hard", split="train"
    )
    with pytest.raises(DataError, match=r"source o: .*no split 'train'; it has test.jsonl"):
        list(read(source, 0))


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    source = SourceConfig(name="g", adapter="gsm8k", path=str(tmp_path / "no"), tier="easy")
    with pytest.raises(DataError, match=r"source g: .*does not exist"):
        list(read(source, 0))
    with pytest.raises(DataError, match=r"source g: .*does not exist"):
        source_files(source)


def test_a_folder_of_another_layout_is_an_error(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "train.jsonl", [{"prompt": "Find x.", "label": 1}])
    source = SourceConfig(name="q", adapter="scalequest", path=str(tmp_path), tier="easy")
    with pytest.raises(DataError, match="lacks the columns query; it has label, prompt"):
        list(read(source, 0))


def test_a_source_without_rows_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text("")
    source = SourceConfig(name="q", adapter="scalequest", path=str(tmp_path), tier="easy")
    with pytest.raises(DataError, match=r"source q: .* has no rows"):
        list(read(source, 0))


def test_an_unknown_adapter_names_the_known_ones() -> None:
    source = SourceConfig(name="q", adapter="gsm9k", tier="easy")
    with pytest.raises(ConfigError, match=r"source q: no adapter 'gsm9k'; did you mean gsm8k\?"):
        list(read(source, 0))
    with pytest.raises(ConfigError, match=r"(?s)evaluation set q: .*'x'\nNext: .*gsm8k.*table"):
        list(read(EvaluationSet(name="q", adapter="x"), 0))


def test_table_options_are_refused_elsewhere() -> None:
    source = SourceConfig(name="q", adapter="gsm8k", tier="easy", problem_column="question")
    with pytest.raises(ConfigError, match="problem_column works only with adapter table"):
        list(read(source, 0))


def test_source_files_are_the_files_read(tmp_path: Path) -> None:
    WRITERS["gsm8k"](tmp_path)
    source = SourceConfig(name="g", adapter="gsm8k", path=str(tmp_path), tier="easy")
    assert source_files(source) == [tmp_path / "main" / "train-00000-of-00001.parquet"]
    assert source_files(SourceConfig(name="g", adapter="gsm8k", tier="easy")) == []
    curated = source_files(SourceConfig(name="c", adapter="curated", tier="easy"))
    assert {"algebra.jsonl", "geometry.jsonl"} <= {path.name for path in curated}


def test_curated_rows_of_the_tier_come_with_verified_answers() -> None:
    rows = list(read(SourceConfig(name="c", adapter="curated", tier="medium"), 0))
    seeds = [row for row in rows if isinstance(row, SeedRow)]
    assert len(seeds) == len(rows) == 75
    assert {row.level for row in seeds} == {"medium"}
    assert {row.answer_source for row in seeds} == {"program"}
