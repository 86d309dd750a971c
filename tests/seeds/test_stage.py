"""Seeds of several sources: which rows stay, and what becomes of a test split."""

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from sure_math.pipeline import execute, open_run, select
from sure_math.recipes import resolve
from sure_math.runtime.executors import Partition
from sure_math.runtime.run import Run

MARBLES = [f"Tom has {n} marbles and wins {3 * n}. How many is that?" for n in range(10, 16)]


def source(folder: Path, name: str, texts: list[str], **options: Any) -> dict[str, Any]:
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps({"problem": text, "answer": None}) + "\n" for text in texts))
    common = {"adapter": "table", "path": str(path), "tier": "easy", "license": "mit"}
    return {"name": name, **common, **options}


def gather(folder: Path, *sources: dict[str, Any]) -> Run:
    recipe = resolve({"name": "gathered", "shard_rows": 4, "seeds": {"sources": list(sources)}})
    run = open_run(recipe, folder)
    execute(run, select(None, "seeds"), Partition())
    return run


def counts(run: Run) -> dict[tuple[str, str], int]:
    rows = run.store("seeds").read_all().to_pylist()
    found = [(row["source"], row["split"]) for row in rows]
    return {key: found.count(key) for key in found}


@pytest.mark.parametrize("name", ["aaa", "zzz"])
def test_a_test_split_gives_way_to_no_seed(tmp_path: Path, name: str) -> None:
    """The same texts as seeds, under a freer licence and a name on either side."""
    own = source(tmp_path, "own", MARBLES, use="annotate", holdout=4, license="cc-by-nc-4.0")
    run = gather(tmp_path, source(tmp_path, name, MARBLES, license="mit"), own)
    assert counts(run) == {("own", "test"): 4, ("own", "train"): 2}


def test_a_test_split_that_cannot_be_filled_is_told(tmp_path: Path) -> None:
    twice = MARBLES[:3] + [text.lower() for text in MARBLES[:3]]
    with pytest.warns(UserWarning, match="own: 5 problems were to be held out.*only 3 of its"):
        run = gather(tmp_path, source(tmp_path, "own", twice, use="annotate", holdout=5))
    assert counts(run) == {("own", "test"): 3}


def test_the_order_of_the_sources_does_not_matter(tmp_path: Path) -> None:
    sources = [
        source(tmp_path, "a", MARBLES[:4], license="cc-by-4.0"),
        source(tmp_path, "b", MARBLES[2:], license="mit"),
        source(tmp_path, "c", MARBLES[1:5], use="annotate", holdout=2),
    ]
    tables = [
        gather(tmp_path / str(number), *order).store("seeds").read_all()
        for number, order in enumerate(permutations(sources))
    ]
    assert all(table.equals(tables[0]) for table in tables)
