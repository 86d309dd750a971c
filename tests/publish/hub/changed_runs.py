"""Variants of a finished run, for releases that differ in one thing only."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sure_math.runtime.run import Run


def edited(run: Run, place: Path, stage: str, column: str) -> Run:
    """A copy of the run in which every text of this column has one more word."""
    shutil.copytree(run.root, place)
    for path in (place / stage).glob("part-*.parquet"):
        table = pq.read_table(path)
        texts = pa.array([f"{text} Edited." for text in table[column].to_pylist()], pa.string())
        index = table.schema.get_field_index(column)
        pq.write_table(table.set_column(index, table.field(index), texts), path)
    return Run(place, run.recipe, run.stages, as_stored=True)


def versioned(run: Run, version: str) -> Run:
    """The same run, to be released as this version."""
    publish = run.recipe.publish.model_copy(update={"version": version})
    recipe = run.recipe.model_copy(update={"publish": publish})
    return Run(run.root, recipe, run.stages, as_stored=True)
