"""The way of the data, top to bottom: every stage in order, and running some of them."""

from collections.abc import Sequence
from pathlib import Path

from sure_math.answers.stage import STAGE as ANSWERS
from sure_math.cluster.stage import STAGE as CLUSTER
from sure_math.config import Recipe
from sure_math.decontaminate.stage import STAGE as DECONTAMINATE
from sure_math.errors import ConfigError
from sure_math.evolve.stage import EVOLVE_STAGE, PLAN_STAGE
from sure_math.pool.stage import STAGE as POOL
from sure_math.publish.licenses import refuse_sources
from sure_math.recipes import load_recipe, resolve
from sure_math.runtime.executors import Partition
from sure_math.runtime.run import Run
from sure_math.runtime.stage import Stage
from sure_math.sample.stage import STAGE as SAMPLE
from sure_math.seeds.stage import EVALUATION_STAGE, SEEDS_STAGE
from sure_math.weight.stage import STAGE as WEIGHT

STAGES: tuple[Stage, ...] = (
    EVALUATION_STAGE,
    SEEDS_STAGE,
    PLAN_STAGE,
    EVOLVE_STAGE,
    DECONTAMINATE,
    POOL,
    SAMPLE,
    ANSWERS,
    CLUSTER,
    WEIGHT,
)
STAGE_NAMES = tuple(stage.name for stage in STAGES)


def open_run(recipe: Recipe, runs: Path, name: str | None = None) -> Run:
    """The run directory of a recipe under `runs`; `name` takes the place of the recipe's own.

    Raises:
        ConfigError: the name cannot be that of a folder.
    """
    if name:
        recipe = resolve({**recipe.model_dump(mode="json"), "name": name})
    return Run(runs / recipe.name, recipe, STAGES)


def inspect_run(runs: Path, name: str | None = None, overrides: Sequence[str] = ()) -> Run:
    """A run that was started before, with the recipe stored in it; by default the latest one.

    What is stored is read, whatever made it: only for looking at a run and for releasing it.

    Raises:
        ConfigError: there is no such run.
    """
    stored = _stored_recipe(runs, name)
    return Run(stored.parent, load_recipe(str(stored), overrides), STAGES, as_stored=True)


def _stored_recipe(runs: Path, name: str | None) -> Path:
    places = [runs / name] if name else sorted(runs.glob("*"))
    stored = [path for place in places if (path := place / "recipe.yaml").is_file()]
    if not stored:
        raise ConfigError(
            f"no run {name!r} in {runs}" if name else f"no run in {runs}",
            hint="start one with `sure-math run demo`, or name its folder with --runs",
        )
    return max(stored, key=lambda path: path.stat().st_mtime)


def select(first: str | None = None, last: str | None = None) -> tuple[Stage, ...]:
    """The stages from `first` to `last`, both included.

    Raises:
        ConfigError: no stage has that name, or they are in the wrong order.
    """
    for name in (first, last):
        if name is not None and name not in STAGE_NAMES:
            raise ConfigError(f"no stage {name!r}", hint=f"stages: {', '.join(STAGE_NAMES)}")
    start = STAGE_NAMES.index(first) if first else 0
    stop = STAGE_NAMES.index(last) + 1 if last else len(STAGES)
    if start >= stop:
        raise ConfigError(f"stage {first} comes after {last}")
    return STAGES[start:stop]


def execute(
    run: Run, stages: Sequence[Stage], partition: Partition, *, fresh: bool = False
) -> None:
    """Run these stages on a run directory; finished shards are kept.

    Raises:
        ConfigError: no release of the recipe could hold what its sources give.
        ConfigChanged: stored shards were made by another configuration.
        SureMathError: whatever stops a stage; finished shards stay.
    """
    refuse_sources(run.recipe)
    with run.locked(partition.rank, partition.world):
        if fresh:
            if partition.world > 1:
                raise ConfigError("--fresh moves shards that other ranks may be reading")
            run.start_fresh(stages)
        for stage in select(None, stages[-1].name):
            run.store(stage.name).scan()  # a changed configuration is refused before any work
        run.save_recipe()
        for stage in stages:
            partition.execute(run, stage)
