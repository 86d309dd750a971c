"""One evaluation in its folder: doing what is left of it, and grading it again.

Three stages of the ordinary runtime: `problems`, `completions`, `grades`. Another benchmark, model
or decoding is refused; other grading code or another judge grades the same completions again.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from sure_math import schemas
from sure_math.backends.base import BackendInfo
from sure_math.config import Recipe
from sure_math.errors import ConfigChanged, ConfigError, DataError
from sure_math.evaluate.benchmarks import problems_stage, text_golds
from sure_math.evaluate.completions import completions_stage
from sure_math.evaluate.grading import grader_digest, grades_stage
from sure_math.evaluate.plan import Plan
from sure_math.evaluate.results import (
    RECORD,
    Results,
    pass_rates,
    read_record,
    read_results,
    read_rows,
)
from sure_math.model_config import BuiltinModel, Models
from sure_math.runtime.executors import Partition
from sure_math.runtime.run import Run
from sure_math.runtime.shards import write_text
from sure_math.runtime.store import stored_footers


def evaluate(
    plan: Plan, folder: Path, partition: Partition | None = None, *, fresh: bool = False
) -> Results | None:
    """Do what is left of an evaluation; None for every rank but the first.

    Raises:
        ConfigChanged: the folder holds another evaluation.
        DataError: a benchmark cannot be read; the model was asked nothing.
        BackendError: the model cannot go on; what it said is kept.
    """
    work = _Work(plan, folder, partition or Partition())
    with work.locked():
        if fresh:
            work.start_fresh()
        work.refuse_changes()
        work.write_record(finished=False)
        work.execute("problems")
        work.execute("completions")
        return work.grade()


def regrade(plan: Plan, folder: Path) -> Results | None:
    """Grade all completions of an evaluation again; nothing is sampled.

    Raises:
        DataError: sampling is not finished.
    """
    work = _Work(plan, folder, Partition())
    with work.locked():
        work.refuse_changes()
        if not work.run.store("completions").complete():
            raise DataError(
                f"evaluation {folder} is not sampled to its end",
                hint="run the command that began it again, then grade",
            )
        work.forget_grades()
        return work.grade()


class _Work:
    """What one rank does in an evaluation folder."""

    def __init__(self, plan: Plan, folder: Path, partition: Partition) -> None:
        suite = plan.suite
        judge = suite.judge or BuiltinModel(model="judge")  # asked nothing without suite.judge
        recipe = Recipe(
            name=suite.name,
            shard_rows=suite.shard_rows,
            models=Models(teacher=plan.subject.model, judge=judge),
        )
        stages = (
            problems_stage(suite, plan.sources),
            completions_stage(suite, plan.model, plan.prompt_sha, self._meet),
            grades_stage(suite),
        )
        self.run = Run(folder, recipe, stages)
        self._plan = plan
        self._folder = folder
        self._partition = partition
        self._engine: str | None = None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for this rank; the engine that a kill interrupted is remembered."""
        with self.run.locked(self._partition.rank, self._partition.world):
            if (self._folder / RECORD).exists():
                self._engine = read_record(self._folder).get("engine")
            yield

    def start_fresh(self) -> None:
        """Move everything aside."""
        if self._partition.world > 1:
            raise ConfigError("--fresh moves shards that other ranks may be reading")
        self.run.start_fresh(self.run.stages)
        self._engine = None

    def refuse_changes(self) -> None:
        """Stop before anything is asked or written if the folder holds other rows.

        Raises:
            ConfigChanged: it does.
        """
        try:
            for name in ("problems", "completions"):
                self.run.store(name).scan()
        except ConfigChanged as error:
            raise ConfigChanged(
                error.message,
                saved=error.saved,
                hint="--out DIR starts another evaluation beside this one; --fresh moves this one "
                "aside and starts again",
            ) from error

    def execute(self, name: str) -> None:
        """This rank's part of a stage; the next stage begins when all ranks are done with it."""
        self._partition.execute(self.run, self.run.store(name).stage)
        self._partition.wait_for(self.run.store(name))

    def grade(self) -> Results | None:
        """Grade what is not graded yet by the code that is here now."""
        self.forget_grades(only_of_others=True)
        self.write_record(finished=False)
        self.execute("grades")
        self.write_record(finished=True)
        return read_results(self._folder) if self._partition.rank == 0 else None

    def forget_grades(self, *, only_of_others: bool = False) -> None:
        """Drop the grades, or those of another grader; what a judge said stays in the journals."""
        store = self.run.store("grades")
        for footer in stored_footers(store.folder):
            if not only_of_others or footer.stage_hash != store.stage_hash:
                store.discard(footer.shard)

    def write_record(self, *, finished: bool) -> None:
        """Write `evaluation.json`; only the first rank does."""
        if self._partition.rank == 0:
            record = {
                **self._plan.record(),
                "engine": self._engine,
                "grader": grader_digest(),
                "finished": finished,
                **(self._counts() if finished else {}),
            }
            text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
            write_text(self._folder / RECORD, text)

    def _meet(self, info: BackendInfo) -> None:
        if info.engine != self._engine:
            self._engine = info.engine
            self.write_record(finished=False)

    def _counts(self) -> dict[str, Any]:
        """What the benchmarks are made of."""
        suite = self._plan.suite
        table = read_rows(self._folder / "problems", schemas.BENCHMARK_PROBLEMS)
        rates = pass_rates(self._folder, suite.model_dump(mode="json"))
        problems = rates.group_by("benchmark", maintain_order=True)
        revisions = table.group_by("benchmark", maintain_order=True).agg(pl.first("revision"))
        by_text = {
            benchmark.name: text_golds(
                table.filter(pl.col("benchmark") == benchmark.name).to_dicts()
            )
            for benchmark in suite.benchmarks
            if benchmark.grader == "symbolic"
        }
        return {
            "problems": dict(problems.agg(pl.col("problem_id").n_unique()).rows()),
            "revisions": dict(revisions.rows()),
            "text_golds": {name: ids for name, ids in by_text.items() if ids},
        }
