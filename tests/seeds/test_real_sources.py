"""The adapters on real rows, where a copy of them lies beside the repository."""

from collections import Counter
from pathlib import Path

import pytest

from sure_math.config import SourceConfig
from sure_math.seeds.adapters import ADAPTERS
from sure_math.seeds.dedup import deduplicate
from sure_math.seeds.read import read
from sure_math.seeds.rows import Reject, SeedRow
from sure_math.text import canonical_text

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "seeds"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no real rows beside the repository")


def folder(adapter: str) -> Path:
    return DATA / ADAPTERS[adapter].dataset.replace("/", "__")


def rows_of(adapter: str, split: str | None = None, below: str = "") -> list[SeedRow | Reject]:
    path = str(folder(adapter) / below)
    source = SourceConfig(name=adapter, adapter=adapter, path=path, split=split, tier="hard")
    return list(read(source, 0, min_length=10))


@pytest.mark.parametrize(
    ("adapter", "split", "seeds", "rejects", "without_answer"),
    [
        ("scalequest", None, 80, 0, 80),
        ("numina_math_cot", None, 4990, 2, 0),  # 8 of 5,000 are copies that the adapter leaves out
        ("math", None, 5998, 0, 2),
        ("math", "test", 4018, 0, 0),
        ("omni_math", None, 2378 + 1215 - 6, 6, 7),
        ("olympiadbench", None, 531, 0, 0),
        ("aime_2024", None, 24, 0, 0),
        ("aime_2025", None, 24, 0, 0),
        ("aime_2025_math_ai", None, 24, 0, 0),
        ("hmmt_feb_2025", None, 24, 0, 0),
        ("hmmt_nov_2025", None, 24, 0, 0),
        ("amo_bench", None, 8, 0, 0),
        ("gsm8k", None, 5936, 0, 0),
        ("gsm8k", "test", 1057, 0, 0),
        ("math_500", None, 394, 0, 0),
    ],
)
def test_row_counts(
    adapter: str, split: str | None, seeds: int, rejects: int, without_answer: int
) -> None:
    rows = rows_of(adapter, split)
    found = [row for row in rows if isinstance(row, SeedRow)]
    assert len(found) == seeds
    assert Counter(row.reason for row in rows if isinstance(row, Reject)) == (
        {"control_characters": rejects} if rejects else {}
    )
    assert sum(row.answer is None for row in found) == without_answer
    assert len({row.id for row in rows}) == len(rows)
    assert not any("After solving" in row.problem for row in found)


def test_math_500_is_part_of_the_test_split_of_math_and_not_of_train() -> None:
    def keys(adapter: str, split: str | None = None) -> set[str]:
        rows = rows_of(adapter, split)
        return {canonical_text(row.problem) for row in rows if isinstance(row, SeedRow)}

    benchmark = keys("math_500")
    assert benchmark <= keys("math", "test")
    assert not benchmark & keys("math")


def test_only_few_problems_agree_in_both_wordings_of_aime_2025() -> None:
    both = [*rows_of("aime_2025"), *rows_of("aime_2025_math_ai")]
    kept, rejects, _ = deduplicate(row for row in both if isinstance(row, SeedRow))
    assert len(both) == 48
    assert Counter(row.reason for row in rejects) == {"duplicate": 12}
    assert len(kept) == 36


def test_one_file_of_a_source_can_be_read() -> None:
    assert len(rows_of("omni_math", below="test.jsonl")) == 2378
