"""A named run directory: the resolved recipe, one store per stage, and the hash chain."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import yaml

from sure_math.config import Recipe
from sure_math.errors import ConfigChanged, StageError
from sure_math.runtime.lock import exclusive
from sure_math.runtime.shards import move_aside, write_text
from sure_math.runtime.stage import Stage
from sure_math.runtime.store import StageStore, stored_footers


class Run:
    """`runs/<name>` under one recipe.

    `as_stored` is for looking at a run: its shards are read whatever made them, so that neither an
    input file that moved nor another version of a model stands in the way.
    """

    def __init__(
        self, root: Path, recipe: Recipe, stages: Sequence[Stage], *, as_stored: bool = False
    ) -> None:
        self.root = root
        self.recipe = recipe
        self.stages = tuple(stages)
        self._as_stored = as_stored
        self._stores: dict[str, StageStore] = {}

    def store(self, name: str) -> StageStore:
        """The store of a stage; hashing walks down to the seeds once."""
        if name not in self._stores:
            stage = next(stage for stage in self.stages if stage.name == name)
            self._stores[name] = self._stored(stage) if self._as_stored else self._expected(stage)
        return self._stores[name]

    def _expected(self, stage: Stage) -> StageStore:
        upstream = {each: self.store(each).stage_hash for each in stage.upstream}
        content = stage.content(self.recipe)  # once: it digests source files and weights
        return StageStore(self.root, stage, stage.hash(content, upstream), content)

    def _stored(self, stage: Stage) -> StageStore:
        footer = next(iter(stored_footers(self.root / stage.name)), None)
        if footer is None:
            return StageStore(self.root, stage, "", {})
        return StageStore(self.root, stage, footer.stage_hash, footer.config)

    def inputs(self, stage: Stage) -> Mapping[str, StageStore]:
        """The stores a stage reads."""
        return {name: self.store(name) for name in stage.upstream}

    def save_recipe(self) -> None:
        """Write the resolved recipe, which is itself a runnable recipe."""
        text = yaml.safe_dump(self.recipe.model_dump(mode="json"), sort_keys=False)
        write_text(self.root / "recipe.yaml", text)

    def start_fresh(self, stages: Sequence[Stage]) -> Path | None:
        """Move aside the first changed of these stages, or the first of all, and what follows it.

        Every later stage of the run moves too: its rows came from the ones that are made again.
        Returns where the old shards are now, or None if there was nothing to move.
        """
        names = [stage.name for stage in stages]
        first = next((name for name in names if self._is_changed(name)), names[0])
        every = [stage.name for stage in self.stages]
        later = [self.root / name for name in every[every.index(first) :]]
        return move_aside([folder for folder in later if folder.exists()], self.root)

    @contextmanager
    def locked(self, rank: int, world: int) -> Iterator[None]:
        """Hold the run for this rank, so that no second process does the same shards.

        Raises:
            StageError: another process works on this run as the same rank, or the folder cannot
                be written.
        """
        busy = StageError(
            f"another process is working on {self.root} as rank {rank} of {world}",
            hint="wait for it, or give this process another --rank or --run",
        )
        with exclusive(self.root / f".lock-{rank}-of-{world}", busy):
            yield

    def _is_changed(self, name: str) -> bool:
        try:
            self.store(name).scan()
        except ConfigChanged:
            return True
        return False
