"""Problems of benchmarks: public sources by their adapters, and the test split of a release."""

import json
from pathlib import Path
from typing import Any

import pytest

import sure_math
from sure_math.config import Recipe
from sure_math.errors import ConfigError, DataError
from sure_math.evaluate.benchmarks import problems_stage, source_identity, text_golds
from sure_math.evaluate.suite import Benchmark, Suite
from sure_math.runtime.context import Context, Models
from sure_math.runtime.stage import ShardResult
from tests.evaluate.asking import benchmark, write_problems

SEEDS = Path(__file__).parents[3] / "shared" / "data" / "seeds"


def read(tmp_path: Path, **settings: Any) -> ShardResult:
    suite = Suite(name="one", benchmarks=(Benchmark(**settings),))
    recipe = Recipe(name="one")
    stage = problems_stage(suite, [source_identity(each) for each in suite.benchmarks])
    with Models(recipe) as models:
        result = stage.run_shard({}, Context(recipe, models, tmp_path / "journal/x.jsonl"))
    stage.check(result, {}, recipe)
    stage.output.build(result.rows)
    return result


def test_a_table(tmp_path: Path) -> None:
    found = read(tmp_path, **benchmark(write_problems(tmp_path / "sums.jsonl")))
    assert {row["problem_id"].split(":")[-1] for row in found.rows} == {f"s{i}" for i in range(6)}
    row = next(row for row in found.rows if row["problem_id"].endswith("s3"))
    assert row["gold"] == "13"
    assert "3 + 10" in row["problem"]
    few = read(tmp_path, **benchmark(tmp_path / "sums.jsonl", cap=2))
    assert [row["problem_id"] for row in few.rows] == [row["problem_id"] for row in found.rows[:2]]


def test_the_test_split_of_a_release(tmp_path: Path, release: Path) -> None:
    found = read(tmp_path, name="ours", adapter="release", path=str(release))
    assert len(found.rows) == 3
    assert all(row["gold"] for row in found.rows)
    every = read(tmp_path, name="ours", adapter="release", path=str(release), split="train")
    assert len(every.rows) == 5  # of the labelled problems; the others have no verified answer
    assert not {row["problem_id"] for row in every.rows} & {r["problem_id"] for r in found.rows}
    assert len(read(tmp_path, name="o", adapter="release", path=str(release), cap=1).rows) == 1


def test_rows_without_an_answer_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    rows = [{"q": f"How many are {i} apples?", "a": str(i) if i else None} for i in range(3)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = read(tmp_path, **benchmark(path, id_column=None))
    assert len(found.rows) == 2
    assert [reject.reason for reject in found.rejects] == ["no_answer"]


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"path": "none.jsonl"}, DataError, "none.jsonl does not exist"),
        ({"answer_column": None}, DataError, "none of its 6 rows can be graded"),
        ({"answer_column": "b"}, DataError, "lacks the columns b"),
        ({"id_column": "same"}, DataError, "several problems have id"),
        ({"adapter": "maths"}, ConfigError, "no adapter 'maths'"),
        ({"adapter": "release", "path": "nowhere"}, DataError, "no folder 'nowhere'"),
    ],
)
def test_what_cannot_be_read(
    tmp_path: Path, settings: dict[str, Any], error: type[Exception], words: str
) -> None:
    path = write_problems(tmp_path / "sums.jsonl")
    rows = [{**json.loads(line), "same": 1} for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(error, match=words):
        read(tmp_path, **benchmark(path, **settings))


def test_rows_of_some_sources(tmp_path: Path, release: Path) -> None:
    settings: dict[str, Any] = {"adapter": "release", "path": str(release), "split": "train"}
    split = sure_math.load_dataset(str(release), split="train")
    sources = [row["source"] for row in split if row["answer"]]
    some = read(tmp_path, name="some", sources=(sources[0],), **settings)
    assert len(some.rows) == sources.count(sources[0])
    with pytest.raises(DataError, match="no verified answers among its rows of elsewhere"):
        read(tmp_path, name="none", sources=("elsewhere",), **settings)


def test_a_release_without_labels_in_that_split(tmp_path: Path, release: Path) -> None:
    with pytest.raises(DataError, match="cannot load"):
        read(tmp_path, name="ours", adapter="release", path=str(release), split="validation")


def test_a_source_is_its_content_not_its_place(tmp_path: Path) -> None:
    one, other = write_problems(tmp_path / "1.jsonl"), write_problems(tmp_path / "2.jsonl")
    first, second = (source_identity(Benchmark(**benchmark(path))) for path in (one, other))
    assert first == second
    write_problems(other, count=5)
    assert source_identity(Benchmark(**benchmark(other))) != first


def test_a_release_is_its_manifest(release: Path) -> None:
    identity = source_identity(Benchmark(name="ours", adapter="release", path=str(release)))
    assert len(identity["content"]) == 32
    assert "path" not in identity
    hub = source_identity(Benchmark(name="o", adapter="release", dataset="a/b", revision="v1"))
    assert (hub["dataset"], hub["revision"]) == ("a/b", "v1")


def test_answers_that_no_parser_reads_are_found() -> None:
    golds = {
        "a": "12",
        "b": r"\frac{1}{2}",
        "c": r"(-\infty, 3] \cup [5, 7)",
        "d": r"\text{Infinitely many}",
        "e": "1, 2, 3",
    }
    problems = [{"problem_id": name, "gold": gold} for name, gold in golds.items()]
    assert text_golds(problems) == ["d"]


REAL = [
    ("math_500", "HuggingFaceH4__MATH-500", 394, "symbolic"),
    ("aime_2025", "MathArena__aime_2025", 24, "symbolic"),
    ("amo_bench", "meituan-longcat__AMO-Bench", 8, "amo"),
]


@pytest.mark.parametrize(("adapter", "folder", "count", "grader"), REAL)
def test_the_public_layouts(
    tmp_path: Path, adapter: str, folder: str, count: int, grader: str
) -> None:
    if not (SEEDS / folder).is_dir():
        pytest.skip("no local copy of the benchmark")
    found = read(tmp_path, name="b", adapter=adapter, path=str(SEEDS / folder), grader=grader)
    assert len(found.rows) == count
    if grader == "symbolic":
        assert len(text_golds(found.rows)) < 0.02 * count
    assert all((row["answer_type"] is None) == (grader == "symbolic") for row in found.rows)
