"""What one would do in a notebook instead of `sure-math browse`: pandas, everything in memory.

`python -m benchmarks.browse_notebook FOLDER REPEATS` prints seconds by request and the peak memory
in MB as JSON; in a process of its own, so that start and memory are those of this way alone.
"""

import json
import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def measure(folder: Path, repeats: int) -> dict[str, float]:
    """Load the release, then search, list and open a problem so many times."""
    start = time.perf_counter()
    import pandas as pd

    files = {name: sorted((folder / name).glob("*.parquet")) for name in ("data", "responses")}
    problems = pd.concat([pd.read_parquet(path) for path in files["data"]])
    found = {"start, problems only": time.perf_counter() - start}
    responses = [pd.read_parquet(path) for path in files["responses"]]
    found["start"] = time.perf_counter() - start
    status = Path("/proc/self/status").read_text()
    found["memory"] = int(re.findall(r"VmHWM:\s*(\d+)", status)[0]) / 1024
    del responses

    def search(_: str) -> Any:
        hits = problems
        for word in ("train", "prime"):
            hits = hits[hits["problem"].str.contains(word, case=False, regex=False)]
        return hits.iloc[:50].to_dict("records")

    def listing(_: str) -> Any:
        hits = problems[(problems["tier"] == "hard") & (problems["semantic_entropy"] >= 1)]
        return hits.sort_values("w_se").iloc[:50].to_dict("records")

    def read_whole(wanted: str) -> Any:
        parts = (pd.read_parquet(path) for path in files["responses"])
        return [part[part["problem_id"] == wanted].to_dict("records") for part in parts]

    def read_filtered(wanted: str) -> Any:
        return pd.read_parquet(folder / "responses", filters=[("problem_id", "=", wanted)])

    ids = problems["problem_id"].iloc[:: len(problems) // repeats][:repeats].tolist()
    found["search"] = _median(search, ids)
    found["list"] = _median(listing, ids)
    found["problem, files read whole"] = _median(read_whole, ids)
    found["problem, filter pushed down"] = _median(read_filtered, ids)
    return found


def _median(ask: Callable[[str], Any], ids: list[str]) -> float:
    seconds = []
    for wanted in ids:
        start = time.perf_counter()
        ask(wanted)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), int(sys.argv[2]))))
