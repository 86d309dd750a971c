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
        if stage.scope == "shard":
            self._run_shards(run, stage, store)
        elif self.rank == 0:
            self._run_whole(run, stage, store)
        else:
            self.wait_for(store)
            return
        if store.complete():
            _write_summary(store)

    def wait_for(self, store: StageStore) -> None:
        """Wait until all ranks have finished a stage.

        Raises:
            StageError: this process is alone and the stage is not finished.
        """
        self._wait(store.complete, f"the other ranks to finish {store.stage.name}")

    def _run_shards(self, run: Run, stage: Stage, store: StageStore) -> None:
        store.remove_temporaries(self.owns)
        upstream = run.inputs(stage)
        for name in stage.surveyed:
            self.wait_for(upstream[name])
        whole = {name: upstream[name].digest_all() for name in stage.surveyed}
        sources = {name: upstream[name] for name in stage.inputs}
        sizes, count = self._shards(stage, sources)
        done = self._current(store, count, sources, whole)
        finished = sum(rows for i, rows in sizes.items() if i in done)
        left = [index for index in range(count) if self.owns(index) and index not in done]
        survey = stage.survey(upstream, run.recipe) if stage.survey and left else None
        with (
            Models(run.recipe) as models,
            Progress(stage.name, sum(sizes.values()), finished) as bar,
        ):
            for index in left:
                for name, source in sources.items():
                    self._wait(partial(source.has, index), f"shard {index} of {name}")
                tables = {name: source.read(index) for name, source in sources.items()}
                result = _apply(run, stage, store, index, tables, models, bar, survey)
                inputs = {name: source.digest(index) for name, source in sources.items()} | whole
                store.commit(index, count, result, inputs)
                bar.advance(rows=tables[stage.inputs[0]].num_rows)

    def _shards(
        self, stage: Stage, sources: Mapping[str, StageStore]
    ) -> tuple[dict[int, int], int]:
        """Rows by shard of this rank's part of the first input, as far as it is there; and how
        many shards there are in all."""
        first = sources[stage.inputs[0]]
        if self.world > 1:  # a rank without a shard of its own can be here before any other
            self._wait(lambda: bool(first.scan()), f"the first shard of {stage.inputs[0]}")
        primary = first.scan()
        if not primary:
            raise StageError(f"stage {stage.name} has no input", hint="run the earlier stages")
        sizes = {i: footer.rows for i, footer in primary.items() if self.owns(i)}
        return sizes, next(iter(primary.values())).shards

    def _current(
        self,
        store: StageStore,
        count: int,
        sources: Mapping[str, StageStore],
        whole: dict[str, str],
    ) -> set[int]:
        """This rank's finished shards, without those made from rows that exist no more.

        An input shard that is not there (deleted, or still to come) speaks against nothing.
        """
        known = {name: source.scan() for name, source in sources.items()}
        done = {index: footer for index, footer in store.scan().items() if self.owns(index)}
        stale = set()
        for index, footer in done.items():
            rows = {name: at[index].digest for name, at in known.items() if index in at} | whole
            if footer.shards != count or not rows.items() <= footer.inputs.items():
                stale.add(index)
        _discard(store, stale)
        return done.keys() - stale

    def _run_whole(self, run: Run, stage: Stage, store: StageStore) -> None:
        """A gathering stage: all input at once, cut into shards afterwards."""
        upstream = run.inputs(stage)
        for source in upstream.values():
            self.wait_for(source)
        store.remove_temporaries(self.owns)
        inputs = {name: source.digest_all() for name, source in upstream.items()}
        _discard(store, {i for i, footer in store.scan().items() if footer.inputs != inputs})
        if store.complete():
            return
        tables = {name: source.read_all() for name, source in upstream.items()}
        with Models(run.recipe) as models, Progress(stage.name, 1, 0, "steps") as bar:
            result = _apply(run, stage, store, 0, tables, models, bar)
        pieces = list(_cut(result, run.recipe.shard_rows))
        done = store.scan()
        for index, piece in enumerate(pieces):
            if index not in done:
                store.commit(index, len(pieces), piece, inputs)

    def _wait(self, ready: Callable[[], bool], what: str) -> None:
        spoken = time.monotonic()
        while not ready():
            if self.world == 1:
                raise StageError(f"{what} is missing", hint="run the earlier stages first")
            if time.monotonic() - spoken >= _SPEAK_EVERY:
                spoken = time.monotonic()
                print(f"rank {self.rank}: waiting for {what}", file=sys.stderr, flush=True)
            time.sleep(_POLL)


def _discard(store: StageStore, stale: set[int]) -> None:
    """Forget shards whose rows rest on others that are no longer there."""
    for index in stale:
        store.discard(index)
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
    survey: object = None,
) -> ShardResult:
    context = Context(
        run.recipe, models, store.journal(index), bar, earlier=store.earlier(), survey=survey
    )
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
        "software": sorted(
            {f"{name} {version}" for each in footers for name, version in each.versions.items()}
        ),
    }
    text = json.dumps(summary, indent=2, sort_keys=True) + "\n"
    write_text(store.folder / "stage.json", text)
