"""What the training of a recorded run logged: `log.parquet` beside the model that was evaluated.

The log lies in the training folder, which may have been moved since; then its figures are unknown.
"""

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from sure_math.report.runs import RecordedRun

LOG = "log.parquet"


def figures(run: RecordedRun, metric: str) -> dict[int, float]:
    """A metric by optimizer step; empty if it was not logged."""
    path = Path(run.model).parent / LOG
    if not path.is_file():
        return {}
    log = pl.DataFrame(pl.from_arrow(pq.read_table(path)))
    return dict(log.filter(metric=metric).select("step", "value").iter_rows())


def generated_tokens(run: RecordedRun) -> float | None:
    """Tokens that the student had generated at the step of this run."""
    tokens = figures(run, "generated_tokens")
    return tokens.get(run.step) if run.step is not None else None


def peak_memory(run: RecordedRun) -> float | None:
    """The most memory of any process, GiB."""
    return max(figures(run, "peak_memory_gib").values(), default=None)


def mean_of(run: RecordedRun, metric: str) -> float | None:
    """Mean of a metric over the log."""
    values = list(figures(run, metric).values())
    return sum(values) / len(values) if values else None
