"""Stage `problems`: the problems of every benchmark with their answers, read once per evaluation.

Public benchmarks come through the seed adapters, the test split of a release through
`load_dataset`. What is read here is kept in the evaluation, so that sampling that goes on later,
and grading, need no source.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sure_math import schemas
from sure_math.answers.canonical import parse
from sure_math.answers.parser import read as read_answer
from sure_math.config import SourceConfig
from sure_math.errors import DataError
from sure_math.evaluate.amo import parser_graded
from sure_math.evaluate.suite import Benchmark, Suite
from sure_math.publish.hub.load import load, resolve
from sure_math.publish.manifest import MANIFEST
from sure_math.runtime.context import Context
from sure_math.runtime.ids import stable_hash
from sure_math.runtime.stage import Inputs, Reject, ShardResult, Stage
from sure_math.seeds.read import adapter_for, read, source_files
from sure_math.seeds.rows import REASONS
from sure_math.seeds.rows import Reject as SeedReject

Row = dict[str, Any]

_ORDER = 0  # which problems a cap keeps must not depend on the suite's seed


def problems_stage(suite: Suite, sources: Sequence[Mapping[str, Any]]) -> Stage:
    """The stage that reads `suite`, whose sources have these identities."""

    def run(inputs: Inputs, context: Context) -> ShardResult:
        found = [_read(benchmark) for benchmark in suite.benchmarks]
        rejects = [reject for one in found for reject in one.rejects]
        return ShardResult([row for one in found for row in one.rows], rejects)

    return Stage(
        name="problems",
        version=1,
        inputs=(),
        output=schemas.BENCHMARK_PROBLEMS,
        run_shard=run,
        config=lambda recipe: {"benchmarks": list(sources)},
        expected=None,
        reasons=frozenset({*REASONS, "no_answer"}),
        scope="run",
    )


def source_identity(benchmark: Benchmark) -> dict[str, Any]:
    """What decides a benchmark's problems, as JSON values; nothing is asked of a hub.

    Raises:
        ConfigError: the options do not fit the adapter.
        DataError: a local source is not there.
    """
    identity = {key: value for key, value in benchmark.content().items() if key != "grader"}
    if benchmark.adapter == "release":
        place = resolve(benchmark.path or benchmark.dataset)
        if place.folder:
            identity["content"] = _digest([place.folder / MANIFEST])
            identity["dataset"] = None
        else:
            identity["dataset"] = place.name
        return identity
    source = _source(benchmark)
    identity["revision"] = source.revision or adapter_for(source).revision
    if files := source_files(source):
        identity["content"] = _digest(files)
    return identity


def text_golds(problems: Sequence[Row]) -> list[str]:
    """Ids of problems whose answer no parser can read, so that only equal text counts."""

    def readable(gold: str) -> bool:
        return all(read_answer(item.value) is not None for item in parse(gold).items)

    return [row["problem_id"] for row in problems if not readable(row["gold"])]


def _read(benchmark: Benchmark) -> ShardResult:
    """The problems of one benchmark, with an answer each.

    Raises:
        DataError: it cannot be read, has no usable problem, or two of one id.
    """
    items = _release(benchmark) if benchmark.adapter == "release" else _adapted(benchmark)
    rows: list[Row] = []
    rejects: list[Reject] = []
    for item in items:
        if isinstance(item, Reject):
            rejects.append(item)
        elif not item["gold"]:
            rejects.append(Reject(item["problem_id"], "no_answer", item["problem"]))
        else:
            rows.append(item)
    if not rows:
        first = f"; the first: {rejects[0].reason}" if rejects else ""
        raise DataError(
            f"benchmark {benchmark.name}: none of its {len(rejects)} rows can be graded{first}",
            hint="check `split`, and `answer_column` with adapter table",
        )
    ids = Counter(row["problem_id"] for row in rows)
    if repeated := [name for name, count in ids.items() if count > 1]:
        raise DataError(f"benchmark {benchmark.name}: several problems have id {repeated[0]}")
    return ShardResult(rows, rejects)


def _adapted(benchmark: Benchmark) -> Iterator[Row | Reject]:
    by_amo = benchmark.grader == "amo"
    for item in read(_source(benchmark), _ORDER):
        if isinstance(item, SeedReject):
            yield Reject(item.id, item.reason, item.raw, item.detail)
        else:
            if by_amo:
                parser_graded(item.domain or "")  # a type that nothing can grade is said now
            yield {
                "benchmark": benchmark.name,
                "problem_id": item.id,
                "problem": item.problem,
                "gold": item.answer,
                "answer_type": item.domain if by_amo else None,
                "revision": item.revision,
            }


def _source(benchmark: Benchmark) -> SourceConfig:
    settings = benchmark.model_dump(exclude={"grader", "sources"})
    return SourceConfig(**settings, tier="medium", use="annotate")


def _release(benchmark: Benchmark) -> Iterator[Row]:
    """The rows of a release whose answers are verified."""
    place = resolve(benchmark.path or benchmark.dataset)
    config, split = benchmark.config or "default", benchmark.split or "test"
    rows = load(place, config, split=split, revision=benchmark.revision)
    table = rows.with_format("arrow")[:]
    kept = table.select(["problem_id", "problem", "answer", "source"]).to_pylist()
    wanted = benchmark.sources or {row["source"] for row in kept}
    labelled = [row for row in kept if row["answer"] and row["source"] in wanted]
    if not labelled:
        among = f" among its rows of {', '.join(benchmark.sources)}" if benchmark.sources else ""
        raise DataError(
            f"benchmark {benchmark.name}: split {split} of {place.name} has no verified "
            f"answers{among}",
            hint="hold out labelled problems (`holdout` of a seed source), or name another split",
        )
    for row in labelled[: benchmark.cap]:
        yield {
            "benchmark": benchmark.name,
            "problem_id": row["problem_id"],
            "problem": row["problem"],
            "gold": row["answer"],
            "answer_type": None,
            "revision": benchmark.revision,
        }


def _digest(paths: Sequence[Path]) -> str:
    def one(path: Path) -> str:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()

    return stable_hash([one(path) for path in paths])
