"""What the training of a recorded run spent and logged.

Tokens and memory stand in its record, which every evaluation carries. Other figures stand in
`log.parquet` of the training folder, if it still lies where the evaluated model was.
"""

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from sure_math.report.runs import RecordedRun

LOG = "log.parquet"


def generated_tokens(run: RecordedRun) -> int | None:
    """Tokens that the student had generated at the step of this run; None if unknown."""
    record = run.training or {}
    by_step = {each["step"]: each["generated_tokens"] for each in record.get("checkpoints", ())}
    if record.get("finished") and run.step == record["steps"]:
        return int(record["generated_tokens"])
    return by_step.get(run.step)


def peak_memory(run: RecordedRun) -> float | None:
    """The most memory that any process of the training had in use, GiB; None if unknown."""
    return (run.training or {}).get("peak_memory_gib")


def mean_weight(run: RecordedRun) -> float | None:
    """Mean weight of the rows that were trained on; None if the method reads none."""
    return (run.training or {}).get("mean_weight")


def logged(run: RecordedRun, metric: str) -> float | None:
    """Mean of a logged figure over the steps; None if it was not logged."""
    path = Path(run.model).parent / LOG
    if not path.is_file():
        return None
    values = pl.DataFrame(pl.from_arrow(pq.read_table(path))).filter(metric=metric)["value"]
    return float(values.to_numpy().mean()) if len(values) else None
