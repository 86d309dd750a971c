"""A release of many problems for the browser benchmark: short texts, families, eight responses."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sure_math import schemas
from sure_math.publish.manifest import MANIFEST, Manifest, ReleaseFile, Version
from sure_math.publish.tables import Config, configs

SAMPLES = 8
FAMILY = 10  # problems that descend from one root
_TEST_SHARE = 50
_TIERS = ("easy", "medium", "hard", "competition")
_STRATEGIES = ("harder", "rewrite", "algebraize", "apply", "compose", "competition")
_FLAGS = ("answer_changed", "figure", "numbers_changed", "repaired")
_VOCABULARY = (
    "the of a is and in to with how many each find value if sum all number numbers from are "
    "product least greatest positive integer triangle circle radius sides area box marbles red "
    "blue green train hour kilometres price coins ratio angle prime divides remainder polynomial "
    "roots real sequence term digits square cube garden rows plants Anna Ben school tickets sold"
)


def fabricate(folder: Path, problems: int, *, words: int = 45, seed: int = 0) -> Path:
    """Write a release of that many problems and `SAMPLES` responses each; the folder itself.

    One problem in three has a verified answer, half of them the majority's.
    """
    rng = np.random.default_rng(seed)
    table = _problems(rng, problems, words)
    files: list[ReleaseFile] = []
    own, replies = configs("default")
    test = problems // _TEST_SHARE
    for split, part in (("train", table.slice(test)), ("test", table.slice(0, test))):
        for number, batch in enumerate(part.to_batches(max_chunksize=100_000)):
            files.append(_write(folder, own, split, number, pa.Table.from_batches([batch])))
        for number, batch in enumerate(part.to_batches(max_chunksize=50_000 // SAMPLES)):
            files.append(_write(folder, replies, split, number, _responses(rng, batch, words)))
    version = Version(version="1.0.0", date="2026-01-31", rows={})
    manifest = Manifest(
        sure_math="0",
        name="sure-math",
        version="1.0.0",
        tables={"default": schemas.RELEASE.version, "responses": schemas.RELEASE_RESPONSES.version},
        files=tuple(files),
        pages={},
        history=(version,),
    )
    (folder / MANIFEST).write_text(manifest.as_text())
    return folder


def _problems(rng: np.random.Generator, count: int, words: int) -> pa.Table:
    ids = [hashlib.sha256(str(number).encode()).hexdigest()[:16] for number in range(count)]
    number = np.arange(count)
    root, place = number - number % FAMILY, number % FAMILY
    parent = np.where(place == 0, -1, np.where(place < 4, root, number - 3))
    sizes = [_sizes(rng) for _ in range(500)]
    clusters = [_clusters(sizes[i], rng.integers(2, 999)) for i in rng.integers(500, size=count)]
    entropies = np.array([_entropy([c["count"] for c in each]) for each in clusters])
    counts = [each[0]["count"] for each in clusters]
    tied = [len(each) > 1 and each[1]["count"] == each[0]["count"] for each in clusters]
    answers = [each[0]["answer"] for each in clusters]
    labelled = rng.integers(6, size=count)
    columns = {
        "problem_id": ids,
        "problem": _texts(rng, count, words),
        "answer": [
            answer if fate == 0 else "7" if fate == 1 else None
            for answer, fate in zip(answers, labelled, strict=True)
        ],
        "answer_source": [None] * count,
        "tier": rng.choice(_TIERS, count),
        "source": rng.choice(["numina", "scalequest", "curated"], count),
        "source_id": [f"numina:default:train:{each}" for each in root],
        "source_revision": [None] * count,
        "license": ["apache-2.0"] * count,
        "curated": place == 0,
        "split": np.where(number < count // _TEST_SHARE, "test", "train"),
        "root_id": [ids[each] for each in root],
        "parent_id": [None if each < 0 else ids[each] for each in parent],
        "strategy": [
            None if at == 0 else name
            for at, name in zip(place, rng.choice(_STRATEGIES, count), strict=True)
        ],
        "round": (place + 2) // 3,
        "flags": [[_FLAGS[k]] if k < 4 else [] for k in rng.integers(20, size=count)],
        "validity": [["well_posed"]] * count,
        "evolver": ["org/teacher"] * count,
        "decontamination": [["MATH-500", "AIME 2025"]] * count,
        "semantic_entropy": entropies,
        "semantic_entropy_normalized": entropies / np.log(SAMPLES),
        "w_se": 1 - entropies / np.log(SAMPLES),
        "discrete_entropy": entropies,
        "surface_entropy": entropies,
        "intra_cluster_entropy": np.zeros(count),
        "n_samples": [SAMPLES] * count,
        "n_returned": [SAMPLES] * count,
        "n_answered": [SAMPLES] * count,
        "n_truncated": [0] * count,
        "n_clusters": [len(each) for each in clusters],
        "majority_answer": [
            None if tie else answer for tie, answer in zip(tied, answers, strict=True)
        ],
        "majority_share": np.array(counts) / SAMPLES,
        "clusters": clusters,
        "conflicts": [0] * count,
        "teacher": ["org/teacher"] * count,
        "judge": ["org/judge"] * count,
        "logprobs_mode": ["raw_logprobs"] * count,
        "root_sha256": ["0" * 64] * count,
    }
    schema = schemas.RELEASE.schema
    arrays = [pa.array(columns[field.name], field.type) for field in schema]
    return pa.table(arrays, schema=schema)


def _responses(rng: np.random.Generator, problems: pa.RecordBatch, words: int) -> pa.Table:
    ids, clusters = problems["problem_id"].to_pylist(), problems["clusters"].to_pylist()
    count = len(ids) * SAMPLES
    tokens = rng.integers(20, 400, count)
    drawn = [
        (k, c["answer"]) for each in clusters for k, c in enumerate(each) for _ in range(c["count"])
    ]
    columns = {
        "problem_id": np.repeat(ids, SAMPLES),
        "sample_index": np.tile(np.arange(SAMPLES), len(ids)),
        "text": _texts(rng, count, 2 * words),
        "finish_reason": ["stop"] * count,
        "token_count": tokens,
        "logprob": -0.1 * tokens,
        "answer": [answer for _, answer in drawn],
        "extract_status": ["boxed"] * count,
        "cluster": [cluster for cluster, _ in drawn],
    }
    schema = schemas.RELEASE_RESPONSES.schema
    return pa.table([pa.array(columns[f.name], f.type) for f in schema], schema=schema)


def _texts(rng: np.random.Generator, count: int, words: int) -> list[str]:
    """Sentences of that many words, every eighth a number."""
    vocabulary = np.array(_VOCABULARY.split())
    chosen = vocabulary[rng.integers(len(vocabulary), size=(count, words))]
    chosen[:, ::8] = rng.integers(2, 9999, size=chosen[:, ::8].shape).astype(str)
    return [" ".join(row) + "?" for row in chosen]


def _sizes(rng: np.random.Generator) -> list[int]:
    left, sizes = SAMPLES, []
    while left:
        sizes.append(int(rng.integers(1, left + 1)))
        left -= sizes[-1]
    return sorted(sizes, reverse=True)


def _clusters(sizes: Sequence[int], first: int) -> list[dict[str, object]]:
    return [
        {"answer": str(first + k), "count": size, "prob": size / SAMPLES}
        for k, size in enumerate(sizes)
    ]


def _entropy(sizes: Sequence[int]) -> float:
    shares = np.array(sizes) / SAMPLES
    return float(-(shares * np.log(shares)).sum())


def _write(folder: Path, config: Config, split: str, number: int, table: pa.Table) -> ReleaseFile:
    """A file as `publish.tables` writes it."""
    path = folder / config.folder / f"{split}-{number:05d}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(
        table, path, compression="zstd", row_group_size=20_000, write_page_index=True,
        use_content_defined_chunking=True,
    )  # fmt: skip
    return ReleaseFile(
        config=config.name,
        split=split,
        path=str(path.relative_to(folder)),
        rows=len(table),
        bytes=path.stat().st_size,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )
