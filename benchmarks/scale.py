r"""A million problems in one pass: `python -m benchmarks.scale --rows 1000000`.

Plans, validates, decontaminates and deduplicates that many problems with the stages themselves, on
a real run folder, `--world` processes side by side; only the evolver's outputs are recorded instead
of sampled. Prints rows per second and the peak memory of a process for every stage.

Then, on `--sample` of the same problems and in one process, the usual short script: any shared
word 8-gram with a benchmark (the rule of s1 and open-r1) and MinHash with datasketch. Ratios above
1 mean that ours is faster.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks.scale_workload import SHARED, bases, evolution, statement
from sure_math.backends.base import Completion, Request, Sample
from sure_math.config import DecontaminateConfig, EvaluationSet, EvolveConfig, Recipe
from sure_math.decontaminate.checker import Checked, Checker
from sure_math.decontaminate.index import ItemIndex
from sure_math.decontaminate.items import read_items
from sure_math.overlap.duplicates import find_duplicates
from sure_math.pipeline import STAGES
from sure_math.runtime.context import Context, Models, Role
from sure_math.runtime.executors import Partition
from sure_math.runtime.run import Run
from sure_math.runtime.stage import ShardResult
from sure_math.summary import table

_MEASURED = ("plan", "evolve", "decontaminate", "pool")
_SETS = (
    ("MATH-500", "math_500", "HuggingFaceH4__MATH-500", None),
    ("AIME 2025", "aime_2025", "MathArena__aime_2025", None),
    ("AMO-Bench", "amo_bench", "meituan-longcat__AMO-Bench", None),
    ("GSM8K test", "gsm8k", "openai__gsm8k", "test"),
)


def scale_recipe(shard_rows: int) -> Recipe:
    """One round on every seed, against the four benchmarks, as far as they lie on this machine."""
    sets = tuple(
        EvaluationSet(name=name, adapter=adapter, path=str(SHARED / folder), split=split)
        for name, adapter, folder, split in _SETS
        if (SHARED / folder).is_dir()
    )
    return Recipe(
        name="scale",
        shard_rows=shard_rows,
        evolve=EvolveConfig(rounds={"easy": 1}, attempts=2),
        decontaminate=DecontaminateConfig(evaluation_sets=sets),
    )


# --- our stages -----------------------------------------------------------------------------------


class Recorded(Context):
    """A context whose evolver was recorded."""

    benchmark: Sequence[str] = ()

    def generate(
        self, role: Role, requests: Sequence[Request], *, keep: bool = False
    ) -> Iterator[Completion]:
        """What the evolver said to each request."""
        for request in requests:
            asked = request.messages[-1].content
            parent = asked.split("<problem>\n", 1)[-1].split("\n</problem>")[0]
            child = evolution(parent, request.seed, self.benchmark)
            sample = Sample(f"<problem>{child}</problem>", 100, -50.0, "stop")
            yield Completion(request.id, (sample,), prompt_tokens=100)


def write_seeds(run: Run, rows: int) -> None:
    """The seeds, shard by shard."""
    store, size, texts = run.store("seeds"), run.recipe.shard_rows, bases()
    count = -(-rows // size)
    for index in range(count):
        numbers = range(index * size, min(rows, (index + 1) * size))
        result = ShardResult([_seed(number, statement(texts, number)) for number in numbers])
        store.commit(index, count, result, {"evaluation": run.store("evaluation").digest_all()})


def _seed(number: int, text: str) -> dict[str, Any]:
    name = f"{number:016x}"
    return {
        "problem_id": name, "problem": text, "answer": None, "answer_source": None,
        "tier": "easy", "source": "scale", "source_id": f"scale:default:train:{number}",
        "source_revision": None, "license": "mit", "curated": False, "split": "train",
        "use": "evolve", "root_id": name, "parent_id": None, "strategy": None, "round": 0,
        "flags": [],
    }  # fmt: skip


def work(run: Run, rank: int, world: int) -> dict[str, list[float]]:
    """One process's part of every stage: seconds, and peak memory so far in MB."""
    partition = Partition(rank, world)
    stages = {stage.name: stage for stage in STAGES}
    found = {}
    for name in _MEASURED:
        start = time.perf_counter()
        if name == "evolve":
            _evolve(run, partition)
            partition.wait_for(run.store("evolve"))
        else:
            partition.execute(run, stages[name])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found[name] = [time.perf_counter() - start, peak]
    return found


def _evolve(run: Run, partition: Partition) -> None:
    """As the executor does, with the recorded evolver."""
    stage = next(stage for stage in STAGES if stage.name == "evolve")
    store, sources = run.store("evolve"), run.inputs(stage)
    assert stage.survey is not None
    partition.wait_for(sources["plan"])
    survey = stage.survey(sources, run.recipe)
    whole = {name: sources[name].digest_all() for name in stage.surveyed}
    footers = sources["plan"].scan()
    with Models(run.recipe) as models:
        for index in filter(partition.owns, footers):
            tables = {name: sources[name].read(index) for name in stage.inputs}
            context = Recorded(run.recipe, models, store.journal(index), survey=survey)
            context.benchmark = [item.problem for item in survey.items]
            result = stage.run_shard(tables, context)
            stage.check(result, tables, run.recipe)
            digests = {name: sources[name].digest(index) for name in stage.inputs}
            store.commit(index, len(footers), result, digests | whole)


def measure(rows: int, world: int, shard_rows: int, folder: Path) -> Run:
    """Run everything and print the table."""
    run = Run(folder, scale_recipe(shard_rows), STAGES)
    Partition().execute(run, STAGES[0])
    write_seeds(run, rows)
    run.save_recipe()
    command = [sys.executable, "-m", "benchmarks.scale", "--folder", str(folder)]
    workers = [
        subprocess.Popen(
            [*command, "--rank", str(rank), "--world", str(world)], stdout=subprocess.PIPE
        )
        for rank in range(world)
    ]
    reports = [json.loads(worker.communicate()[0]) for worker in workers]
    lines = []
    for name in _MEASURED:
        seconds = max(report[name][0] for report in reports)
        peak = max(report[name][1] for report in reports)
        footers = run.store(name).scan().values()
        rejected = sum(sum(footer.rejected.values()) for footer in footers)
        kept = sum(footer.rows for footer in footers)
        speed = f"{rows / seconds:,.0f}"
        lines.append((name, kept, rejected, f"{seconds:.0f}", speed, f"{peak:,.0f}"))
    head = ("stage", "rows", "rejected", "seconds", "problems/s", "peak MB per process")
    click.echo(table(head, lines))
    reasons = Counter[str]()
    for name in _MEASURED:
        for footer in run.store(name).scan().values():
            reasons.update(footer.rejected)
    click.echo(f"rejects: {dict(reasons.most_common())}\n")
    return run


# --- the short script -----------------------------------------------------------------------------


def word_grams(text: str) -> set[tuple[str, ...]]:
    """Word 8-grams, as the script of s1 and open-r1 makes them."""
    words = text.lower().split()
    return {tuple(words[i : i + 8]) for i in range(len(words) - 7)}


def script_decontaminate(texts: Sequence[str], items: Sequence[str]) -> int:
    """How many texts share a word 8-gram with an item."""
    known = set().union(*map(word_grams, items)) if items else set()
    return sum(not known.isdisjoint(word_grams(text)) for text in texts)


def script_deduplicate(texts: Sequence[str]) -> int:
    """How many texts datasketch finds again: 5-token shingles, 128 permutations, 0.8."""
    from datasketch import MinHash, MinHashLSH

    index, found = MinHashLSH(threshold=0.8, num_perm=128), 0
    for row, text in enumerate(texts):
        words = text.lower().split()
        shingles = [" ".join(words[i : i + 5]).encode() for i in range(max(1, len(words) - 4))]
        signature = MinHash(num_perm=128)
        signature.update_batch(shingles)
        if index.query(signature):
            found += 1
        else:
            index.insert(row, signature)
    return found


def compare(run: Run, sample: int) -> None:
    """Ours and the script on the same problems, in one process."""
    rows = (t for table in run.store("decontaminate").tables(["problem"]) for t in table["problem"])
    texts = [str(text) for text in islice(rows, sample)]
    items = read_items(run.store("evaluation").read_all().to_pylist())
    problems = [item.problem for item in items]
    checked = [Checked(str(row), text) for row, text in enumerate(texts)]
    batches = [texts[start : start + 2000] for start in range(0, len(texts), 2000)]
    rank = np.arange(len(texts))

    def ours_decontaminate() -> int:
        found = Checker(ItemIndex(items)).check(checked).values()
        return sum(any(one.decision == "blocked" for one in each) for each in found)

    def ours_deduplicate() -> int:
        found = find_duplicates(lambda: batches, rank, {}, str.__eq__, 0.8)
        return len(found.equal) + len(found.near)

    pairs: list[tuple[str, Callable[[], int], Callable[[], int]]] = [
        ("decontaminate", ours_decontaminate, lambda: script_decontaminate(texts, problems)),
        ("deduplicate", ours_deduplicate, lambda: script_deduplicate(texts)),
    ]
    lines = []
    for name, ours, script in pairs:
        (found, seconds), (theirs, baseline) = _timed(ours), _timed(script)
        ratio = f"{baseline / seconds:.2f}"
        lines.append((name, found, f"{seconds:.1f}", theirs, f"{baseline:.1f}", ratio))
    head = ("on the same rows", "ours finds", "s", "script finds", "s", "script / ours")
    click.echo(table(head, lines))


def _timed(function: Callable[[], int]) -> tuple[int, float]:
    start = time.perf_counter()
    return function(), time.perf_counter() - start


@click.command(help=__doc__)
@click.option("--rows", default=1_000_000, show_default=True)
@click.option("--sample", default=20_000, show_default=True)
@click.option("--world", default=2, show_default=True)
@click.option("--shard-rows", default=2000, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), help="Of a worker.", hidden=True)
@click.option("--rank", type=int, hidden=True)
def main(
    rows: int, sample: int, world: int, shard_rows: int, folder: Path | None, rank: int | None
) -> None:
    """Measure, or be one worker of a measurement."""
    if rank is not None and folder is not None:
        from sure_math.recipes import load_recipe

        recipe = load_recipe(str(folder / "recipe.yaml"))
        click.echo(json.dumps(work(Run(folder, recipe, STAGES), rank, world)))
        return
    with tempfile.TemporaryDirectory() as name:
        compare(measure(rows, world, shard_rows, Path(name)), min(sample, rows))


if __name__ == "__main__":
    main()
