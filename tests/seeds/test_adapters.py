from pathlib import Path
from typing import Any

import pytest

from sure_math.config import SourceConfig
from sure_math.seeds.adapters import ADAPTERS
from sure_math.seeds.read import read
from sure_math.seeds.rows import Reject, SeedRow
from tests.seeds.layouts import WRITERS


def rows_of(adapter: str, root: Path, **options: Any) -> list[SeedRow | Reject]:
    WRITERS[adapter](root)
    source = SourceConfig(name="s", adapter=adapter, path=str(root), tier="hard", **options)
    return sorted(read(source, seed=1, min_length=10), key=lambda row: row.id)


def seeds_of(adapter: str, root: Path, **options: Any) -> list[SeedRow]:
    rows = rows_of(adapter, root, **options)
    assert all(isinstance(row, SeedRow) for row in rows)
    return [row for row in rows if isinstance(row, SeedRow)]


def answers(rows: list[SeedRow]) -> list[str | None]:
    return [row.answer for row in rows]


def test_every_public_adapter_has_a_layout_here() -> None:
    assert set(WRITERS) == set(ADAPTERS) - {"curated", "builtin"}


@pytest.mark.parametrize("adapter", WRITERS)
def test_ids_licences_and_benchmark_flags(adapter: str, tmp_path: Path) -> None:
    described = ADAPTERS[adapter]
    rows = [row for row in rows_of(adapter, tmp_path) if isinstance(row, SeedRow)]
    assert rows
    for row in rows:
        dataset, config, split, number = row.id.split(":")
        assert (dataset, split) == (described.dataset, described.split)
        assert config in {name or "default" for name in described.configs}
        assert number
        assert row.license == described.license
        assert row.source == "s"
        assert ("eval_source" in row.flags) == (described.split in described.benchmark_splits)
        assert (row.answer_source is None) == (row.answer is None)
    assert len({row.id for row in rows}) == len(rows)


def test_scalequest_answers_are_a_models_and_so_left_out(tmp_path: Path) -> None:
    rows = seeds_of("scalequest", tmp_path)
    assert len(rows) == 30
    assert set(answers(rows)) == {None}


def test_numina_drops_copies_and_takes_the_last_box(tmp_path: Path) -> None:
    rows = seeds_of("numina_math_cot", tmp_path)
    assert [row.domain for row in rows] == ["olympiads", "cn_k12", "aops_forum"]
    assert answers(rows)[0] == r"\frac{9}{2}"
    assert answers(rows)[1] is not None
    assert r"\sqrt{36}" in str(answers(rows)[1])
    assert rows[2].flags == ("proof",)


def test_math_reads_seven_configs_of_the_train_split(tmp_path: Path) -> None:
    rows = seeds_of("math", tmp_path)
    assert len({row.id.split(":")[1] for row in rows}) == 7
    levels = {row.id: row.level for row in rows}
    assert levels["EleutherAI/hendrycks_math:algebra:train:0"] == "5"
    assert levels["EleutherAI/hendrycks_math:algebra:train:1"] is None  # "Level ?"
    assert rows[1].answer == "2"


def test_the_test_split_of_math_is_a_benchmark(tmp_path: Path) -> None:
    rows = seeds_of("math", tmp_path, split="test", config="algebra")
    assert [row.flags for row in rows] == [("eval_source",)]


def test_omni_math_repairs_or_rejects_control_characters(tmp_path: Path) -> None:
    fraction, proof, broken = rows_of("omni_math", tmp_path)
    assert isinstance(fraction, SeedRow)
    assert fraction.problem == r"Compute $\frac{1}{2} + 1$."
    assert (fraction.answer, fraction.level, fraction.domain) == (r"\frac{3}{2}", "4.5", None)
    assert fraction.flags == ("repaired",)
    assert isinstance(proof, SeedRow)
    assert (proof.answer, proof.answer_source, proof.flags) == (None, None, ("proof",))
    assert isinstance(broken, Reject)
    assert (broken.reason, broken.detail) == ("control_characters", "in the problem")
    assert broken.raw == "The fi\x0crst number is 3. Which is it?"


def test_olympiadbench_joins_answers_and_never_opens_images(tmp_path: Path) -> None:
    rows = seeds_of("olympiadbench", tmp_path)
    assert answers(rows) == [r"\frac{1}{2}", "69,84", "2500,7500"]
    assert [row.flags for row in rows] == [(), ("multiple_answers",), ("multiple_answers",)]
    assert rows[1].problem.startswith("Let $x > 0$.\n\nQuestion 12")
    assert rows[0].id == "Hothan/OlympiadBench:OE_TO_maths_en_COMP:train:11"


def test_olympiadbench_proofs_have_no_answer(tmp_path: Path) -> None:
    (row,) = seeds_of("olympiadbench", tmp_path, config="TP_TO_maths_en_COMP")
    assert (row.answer, row.flags) == (None, ("proof",))


def test_only_aime_answers_lose_leading_zeros(tmp_path: Path) -> None:
    assert answers(seeds_of("aime_2024", tmp_path / "a")) == ["25", "73", "385", "0"]
    assert answers(seeds_of("aime_2025", tmp_path / "b")) == ["70", "588", "16"]
    assert answers(seeds_of("aime_2025_math_ai", tmp_path / "c")) == ["70"]
    assert answers(seeds_of("hmmt_feb_2025", tmp_path / "d")) == [r"\frac{1}{576}", "103", "025"]
    assert answers(seeds_of("hmmt_nov_2025", tmp_path / "e")) == ["1/91", "8.5"]


def test_amo_bench_loses_its_format_instruction_in_all_variants(tmp_path: Path) -> None:
    rows = seeds_of("amo_bench", tmp_path)
    assert [row.problem for row in rows] == [f"Own problem number {i}: find $n$." for i in range(4)]
    assert answers(rows) == ["6", r"\{1, 2\}", "2n", "the floor of $n/2$"]


def test_gsm8k_answers_follow_the_marks_without_commas(tmp_path: Path) -> None:
    assert answers(seeds_of("gsm8k", tmp_path)) == ["7", "1200"]
    assert seeds_of("gsm8k", tmp_path, split="test")[0].flags == ("eval_source",)


def test_math_500_keeps_its_own_ids(tmp_path: Path) -> None:
    (row,) = seeds_of("math_500", tmp_path)
    assert row.id == "HuggingFaceH4/MATH-500:default:test:test/algebra/1.json"
    assert (row.answer, row.level, row.domain) == ("p - q", "5", "Algebra")
