"""Who works on which shard.

`Partition(rank, world)` owns every shard with index % world == rank; several processes on one run
folder need nothing else, because the shards themselves are the progress. `local` is rank 0 of 1.
Stages that gather (`scope="run"`) are done by rank 0 while the others wait.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import pyarrow as pa

from sure_math import __version__
from sure_math.errors import StageError
from sure_math.runtime.context import Context, Models
from sure_math.runtime.progress import Progress
from sure_math.runtime.run import Run
from sure_math.runtime.shards import totals, write_text
from sure_math.runtime.stage import Inputs, ShardResult, Stage
from sure_math.runtime.store import StageStore

_POLL = 0.5
_SPEAK_EVERY = 30.0


@dataclass(frozen=True)
class Partition:
    """One of `world` processes that share a run folder."""

    rank: int = 0
    world: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.rank < self.world:
            raise StageError(f"rank {self.rank} is not in 0..{self.world - 1}")

    def owns(self, index: int) -> bool:
        """Whether this process does shard `index`."""
        return index % self.world == self.rank

    def execute(self, run: Run, stage: Stage) -> None:
        """Do this process's part of a stage; what is already durable is kept.

        Raises:
            SureMathError: whatever stops the stage; finished shards stay.
        """
        store = run.store(stage.name)
        store.scan()
        if stage.scope == "run" and self.rank != 0:
            self.wait_for(store)
            return
        if stage.scope == "run":
            for upstream in run.inputs(stage).values():
                self.wait_for(upstream)
        store.remove_temporaries(self.owns)
        if stage.scope == "run":
            _run_whole(run, stage, store)
        else:
            self._run_shards(run, stage, store)
        if store.complete():
            _write_summary(store)

    def wait_for(self, store: StageStore) -> None:
        """Wait until all ranks have finished a stage.

        Raises:
            StageError: this process is alone and the stage is not finished.
        """
        self._wait(store.complete, f"the other ranks to finish {store.stage.name}")

    def _run_shards(self, run: Run, stage: Stage, store: StageStore) -> None:
        upstream = run.inputs(stage)
        primary = upstream[stage.inputs[0]]
        count = primary.shard_count()
        if count is None:
            raise StageError(f"stage {stage.name} has no input", hint="run the earlier stages")
        mine = [index for index in range(count) if self.owns(index)]
        done = self._current(store, count, upstream)
        sizes = {i: footer.rows for i, footer in primary.scan().items() if self.owns(i)}
        finished = sum(rows for i, rows in sizes.items() if i in done)
        with (
            Models(run.recipe) as models,
            Progress(stage.name, sum(sizes.values()), finished) as bar,
        ):
            for index in (i for i in mine if i not in done):
                for name, source in upstream.items():
                    self._wait(partial(source.has, index), f"shard {index} of {name}")
                tables = {name: source.read(index) for name, source in upstream.items()}
                result = _apply(run, stage, store, index, tables, models, bar)
                store.commit(index, count, result, _digests(upstream, index))
                bar.advance(rows=tables[stage.inputs[0]].num_rows)

    def _current(
        self, store: StageStore, count: int, upstream: Mapping[str, StageStore]
    ) -> set[int]:
        """This rank's finished shards; those made from rows that exist no more are discarded."""
        done = {index: footer for index, footer in store.scan().items() if self.owns(index)}
        stale = {
            index
            for index, footer in done.items()
            if footer.shards != count
            or not _digests(upstream, index).items() <= footer.inputs.items()
        }
        for index in stale:
            store.discard(index)
        _report_stale(store, stale)
        return done.keys() - stale

    def _wait(self, ready: Callable[[], bool], what: str) -> None:
        spoken = time.monotonic()
        while not ready():
            if self.world == 1:
                raise StageError(f"{what} is missing", hint="run the earlier stages first")
            if time.monotonic() - spoken >= _SPEAK_EVERY:
                spoken = time.monotonic()
                print(f"rank {self.rank}: waiting for {what}", file=sys.stderr, flush=True)
            time.sleep(_POLL)


def _run_whole(run: Run, stage: Stage, store: StageStore) -> None:
    """A gathering stage: all input at once, cut into shards afterwards."""
    inputs = {name: source.digest_all() for name, source in run.inputs(stage).items()}
    stale = {index for index, footer in store.scan().items() if footer.inputs != inputs}
    for index in stale:
        store.discard(index)
    _report_stale(store, stale)
    if store.complete():
        return
    tables = {name: source.read_all() for name, source in run.inputs(stage).items()}
    with Models(run.recipe) as models, Progress(stage.name, 1, 0, "steps") as bar:
        result = _apply(run, stage, store, 0, tables, models, bar)
    pieces = list(_cut(result, run.recipe.shard_rows))
    done = store.scan()
    for index, piece in enumerate(pieces):
        if index not in done:
            store.commit(index, len(pieces), piece, inputs)


def _digests(upstream: Mapping[str, StageStore], index: int) -> dict[str, str]:
    """Hashes of one shard of every input, as far as they are there."""
    found = {name: source.digest(index) for name, source in upstream.items()}
    return {name: digest for name, digest in found.items() if digest is not None}


def _report_stale(store: StageStore, stale: set[int]) -> None:
    if stale:
        warnings.warn(
            f"{store.stage.name}: {len(stale)} shards were made from rows that are no longer "
            "there and are made again",
            stacklevel=2,
        )


def _cut(result: ShardResult, size: int) -> Iterator[ShardResult]:
    """Rows in pieces of `size`; everything that is not a row stays with the first piece."""
    yield replace(result, rows=result.rows[:size])
    for start in range(size, len(result.rows), size):
        yield ShardResult(rows=result.rows[start : start + size])


def _apply(
    run: Run,
    stage: Stage,
    store: StageStore,
    index: int,
    tables: Inputs,
    models: Models,
    bar: Progress,
) -> ShardResult:
    context = Context(run.recipe, models, store.journal(index), bar)
    result = stage.run_shard(tables, context)
    stage.check(result, tables, run.recipe)
    return replace(result, stats={**context.stats, **result.stats})


def _write_summary(store: StageStore) -> None:
    footers = store.scan().values()
    summary = {
        "stage": store.stage.name,
        "stage_hash": store.stage_hash,
        "rows": sum(footer.rows for footer in footers),
        "rejected": totals(footer.rejected for footer in footers),
        "stats": totals(footer.stats for footer in footers),
        "config": store.config,
        "versions": {"sure-math": __version__, "pyarrow": pa.__version__},
    }
    text = json.dumps(summary, indent=2, sort_keys=True) + "\n"
    write_text(store.folder / "stage.json", text)
