"""A named run directory: the resolved recipe, one store per stage, and the hash chain."""

import fcntl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import yaml

from sure_math.config import Recipe
from sure_math.errors import ConfigChanged, StageError
from sure_math.runtime.shards import write_text
from sure_math.runtime.stage import Stage
from sure_math.runtime.store import StageStore


class Run:
    """`runs/<name>` under one recipe."""

    def __init__(self, root: Path, recipe: Recipe, stages: Sequence[Stage]) -> None:
        self.root = root
        self.recipe = recipe
        self.stages = tuple(stages)
        self._stores: dict[str, StageStore] = {}

    def store(self, name: str) -> StageStore:
        """The store of a stage; hashing walks down to the seeds once."""
        if name not in self._stores:
            stage = next(stage for stage in self.stages if stage.name == name)
            upstream = {each: self.store(each).stage_hash for each in stage.inputs}
            stage_hash = stage.hash(self.recipe, upstream)
            config = stage.content(self.recipe)
            self._stores[name] = StageStore(self.root, stage, stage_hash, config)
        return self._stores[name]

    def inputs(self, stage: Stage) -> Mapping[str, StageStore]:
        """The stores a stage reads."""
        return {name: self.store(name) for name in stage.inputs}

    def save_recipe(self) -> None:
        """Write the resolved recipe, which is itself a runnable recipe."""
        text = yaml.safe_dump(self.recipe.model_dump(mode="json"), sort_keys=False)
        write_text(self.root / "recipe.yaml", text)

    def start_fresh(self, stages: Sequence[Stage]) -> Path | None:
        """Move aside the folders of these stages, from the first changed one on.

        Without any change all of them are moved. Returns where the old shards are now, or None if
        there was nothing to move.
        """
        names = [stage.name for stage in stages]
        changed = [name for name in names if self._is_changed(name)]
        start = names.index(changed[0]) if changed else 0
        old = [self.root / name for name in names[start:] if (self.root / name).exists()]
        if not old:
            return None
        number = 1 + sum(1 for _ in self.root.glob("old-*"))
        target = self.root / f"old-{number}"
        target.mkdir(parents=True)
        for folder in old:
            folder.rename(target / folder.name)
        return target

    @contextmanager
    def locked(self, rank: int, world: int) -> Iterator[None]:
        """Hold the run for this rank, so that no second process does the same shards.

        Raises:
            StageError: another process works on this run as the same rank.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / f".lock-{rank}-of-{world}").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise StageError(
                    f"another process is working on {self.root} as rank {rank} of {world}",
                    hint="wait for it, or give this process another --rank or --run",
                ) from error
            yield

    def _is_changed(self, name: str) -> bool:
        try:
            self.store(name).scan()
        except ConfigChanged:
            return True
        return False
