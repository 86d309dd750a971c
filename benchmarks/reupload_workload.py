"""Releases for the upload benchmark: problems with responses, and the edits that versions bring.

Responses to one problem share most of their sentences, as a teacher's do. The sentences are of real
solutions and responses where those lie on this machine, otherwise of the curated problems.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import polars as pl
import pyarrow as pa

from benchmarks.scale_workload import bases, varied
from sure_math import schemas
from sure_math.runtime.ids import content_id

SHARED = Path(__file__).parents[2] / "shared/data"
SAMPLES = 8
_SENTENCE = re.compile(r"[^.\n]+[.\n]+\s*")


class Entry(NamedTuple):
    """A problem of a release; another `text` or `figures` is another draw of those."""

    number: int
    text: int = 0
    figures: int = 0


class Release(NamedTuple):
    """Problems in the order of the pool."""

    entries: list[Entry]
    extra_column: bool = False


# --- edits ----------------------------------------------------------------------------------------


def edits(base: Release) -> Iterator[tuple[str, Release]]:
    """What happens to a release from one version to the next, by name."""
    entries, rng = base.entries, Random(0)
    count, share = len(entries), max(1, len(entries) // 100)
    by_id = sorted(entries, key=lambda entry: problem_id(entry.number))
    some, others = set(rng.sample(entries, share)), set(rng.sample(entries, 5 * share))
    middle = set(by_id[count // 2 : count // 2 + share])
    new = [Entry(count + number) for number in range(5 * share)]
    shuffled = rng.sample(entries, count)

    def changed(chosen: set[Entry], **draw: int) -> Release:
        return Release([e._replace(**draw) if e in chosen else e for e in entries])

    yield "other figures, 1 % of problems", changed(some, figures=1)
    yield "other figures, all problems", changed(set(entries), figures=1)
    yield "one more column", base._replace(extra_column=True)
    yield "other responses, 1 % of problems", changed(some, text=1, figures=1)
    yield "the same, neighbours by id", changed(middle, text=1, figures=1)
    yield "one problem more", Release(_mixed(entries, new[:1], rng))
    yield "1 % more, anywhere", Release(_mixed(entries, new[:share], rng))
    yield "1 % more, at the end", Release(entries + new[:share])
    yield "1 % fewer", Release([entry for entry in entries if entry not in some])
    yield "5 % replaced", Release(_mixed([e for e in entries if e not in others], new, rng))
    yield "another order", Release(shuffled)


def _mixed(entries: Sequence[Entry], new: Sequence[Entry], rng: Random) -> list[Entry]:
    found = list(entries)
    for entry in new:
        found.insert(rng.randrange(len(found)), entry)
    return found


# --- rows -----------------------------------------------------------------------------------------


def problem_id(number: int) -> str:
    return content_id("reupload", number)


class Writer:
    """Makes the tables of releases."""

    def __init__(self, data: Path, length: int) -> None:
        """Responses are about as long as `length` of the texts below `data`."""
        self._documents, self._length = documents(data), length
        self._text = cache(self._responses)

    def tables(self, release: Release) -> dict[str, pa.Table]:
        """Problems and responses in the order of the release's entries, by name."""
        problems = schemas.RELEASE.build(map(self._problem, release.entries))
        rows = (row for entry in release.entries for row in self._rows(entry))
        responses = schemas.RELEASE_RESPONSES.build(rows)
        if release.extra_column:
            problems, responses = map(_with_column, (problems, responses))
        return {"data": problems, "responses": responses}

    def _problem(self, entry: Entry) -> dict[str, Any]:
        rng = Random(f"figures {entry.number} {entry.figures}")
        entropy = rng.choice([0.0, 0.0, rng.uniform(0, 2)])
        name = problem_id(entry.number)
        text = varied(_choice(self._documents, f"problem {entry.number}"), Random(entry.number))
        cluster = {"answer": str(entry.number), "count": SAMPLES, "prob": 1.0}
        return {
            "problem_id": name, "problem": text, "answer": str(entry.number),
            "answer_source": "majority", "tier": "hard", "source": "benchmark",
            "source_id": f"benchmark:default:train:{entry.number}", "source_revision": None,
            "license": "mit", "curated": False, "split": "train", "root_id": name,
            "parent_id": name, "strategy": "add_constraint", "round": 1, "flags": [],
            "validity": [], "evolver": "evolver", "decontamination": ["MATH-500"],
            "semantic_entropy": entropy, "semantic_entropy_normalized": entropy / 2.08,
            "w_se": 1 - entropy / 2.08, "discrete_entropy": entropy, "surface_entropy": entropy,
            "intra_cluster_entropy": 0.0, "n_samples": SAMPLES, "n_returned": SAMPLES,
            "n_answered": SAMPLES, "n_truncated": 0, "n_clusters": 1,
            "majority_answer": str(entry.number), "majority_share": 1.0, "clusters": [cluster],
            "conflicts": 0, "teacher": "teacher", "judge": "judge",
            "logprobs_mode": "raw_logprobs", "root_sha256": f"{entry.number:064x}",
        }  # fmt: skip

    def _rows(self, entry: Entry) -> Iterator[dict[str, Any]]:
        rng = Random(f"logprob {entry.number} {entry.figures}")
        for index, text in enumerate(self._text(entry.number, entry.text)):
            yield {
                "problem_id": problem_id(entry.number), "sample_index": index, "text": text,
                "finish_reason": "stop", "token_count": len(text) // 4,
                "logprob": -rng.uniform(5, 500), "answer": str(entry.number),
                "extract_status": "boxed", "cluster": 0,
            }  # fmt: skip

    def _responses(self, number: int, draw: int) -> list[str]:
        rng = Random(f"responses {number} {draw}")
        texts = (rng.choice(self._documents) for _ in range(self._length))
        own = [sentence for text in texts for sentence in _sentences(text)]
        return ["".join(self._said(own, rng)) for _ in range(SAMPLES)]

    def _said(self, own: Sequence[str], rng: Random) -> Iterator[str]:
        """One response: sentences of this problem, some of them put in another way."""
        for sentence in own:
            chance = rng.random()
            if chance < 0.5:
                yield sentence
            elif chance < 0.7:
                yield varied(sentence, rng)
            elif chance < 0.9:
                yield rng.choice(_sentences(rng.choice(self._documents)))


def _sentences(text: str) -> list[str]:
    return _SENTENCE.findall(text + "\n")


def _choice(texts: Sequence[str], seed: str) -> str:
    return Random(seed).choice(texts)


def _with_column(table: pa.Table) -> pa.Table:
    figures = [Random(number).random() for number in range(len(table))]
    return table.append_column(pa.field("extra", pa.float64(), nullable=False), [figures])


# --- texts ----------------------------------------------------------------------------------------


def documents(data: Path) -> list[str]:
    """Solutions and responses below `data`, or the curated problems."""
    found = [text for read in _READERS for text in read(data) if len(text) > 100]
    return found or bases()


def _teacher(data: Path) -> Iterator[str]:
    for path in sorted(data.glob("samples_*_n*_dev.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            yield from (sample["response"] for sample in json.loads(line)["samples"])


def _grade_school(data: Path) -> Iterator[str]:
    for path in sorted(data.glob("seeds/openai__gsm8k/main/*.parquet")):
        yield from pl.read_parquet(path)["answer"]


def _competition(data: Path) -> Iterator[str]:
    for path in sorted(data.glob("seeds/EleutherAI__hendrycks_math/*/*.parquet")):
        yield from pl.read_parquet(path)["solution"]
    for path in sorted(data.glob("seeds/KbsdJames__Omni-MATH/test.jsonl")):
        yield from pl.read_ndjson(path)["solution"]


_READERS: tuple[Callable[[Path], Iterator[str]], ...] = (_teacher, _grade_school, _competition)
