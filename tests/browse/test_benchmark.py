"""The benchmark measures a release that is one, and prints every figure."""

import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.browse_workload import SAMPLES, fabricate
from sure_math import schemas
from sure_math.browse.library import open_library
from sure_math.browse.problem import problem_json
from sure_math.publish.manifest import read_manifest


def test_the_fabricated_release_is_one(tmp_path: Path) -> None:
    folder = fabricate(tmp_path / "sure-math", 7_000, words=5)
    for file in read_manifest(folder).files:
        table = schemas.RELEASE if file.config == "default" else schemas.RELEASE_RESPONSES
        assert pq.read_schema(folder / file.path) == table.schema
    library = open_library(str(folder), tmp_path)
    assert library.source.complaints == []
    assert library.problems.height == 7_000
    assert set(library.problems["majority"]) == {"right", "pending", "tie", "unknown"}
    for name in library.problems["problem_id"][6_990:]:
        found = problem_json(library, name)
        assert found is not None
        assert len(found["responses"]) == SAMPLES
        assert len(found["family"]["nodes"]) == 10
        counts = [(each["answer"], each["count"]) for each in found["clusters"]]
        assert counts == [(c["answer"], c["count"]) for c in found["problem"]["clusters"]]
        assert [len(each["members"]) for each in found["clusters"]] == [c for _, c in counts]


def test_it_prints_every_figure() -> None:
    command = [sys.executable, "-m", "benchmarks.browse", "--problems", "300", "--repeats", "1"]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    assert "300 problems, 2,400 responses" in done.stdout
    names = {line.split("  ")[0] for line in done.stdout.splitlines()[4:]}
    assert names == {
        "start, ms", "start, majorities known, ms", "summary, ms", "list, ms", "search, ms",
        "search, phrase, ms", "search, no hit, ms", "problem, ms", "memory, MB",
    }  # fmt: skip
