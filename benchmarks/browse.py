"""Browsing 100,000 problems: `python -m benchmarks.browse`.

Fabricates a release with eight responses per problem, starts `sure-math browse` on it in a process
of its own, and measures over HTTP: seconds until the first page, peak memory, and milliseconds per
request. Beside it the usual notebook, in processes of its own too: pandas with everything loaded,
`str.contains` per search, and each response file read (whole, or with a pushed-down filter) per
problem. Ratios above 1 mean that ours needs less. Times are medians over `--repeats` requests.
"""

import functools
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click

from benchmarks.browse_workload import SAMPLES, fabricate
from sure_math.summary import table

_SERVE = """
import sys
from pathlib import Path
from sure_math.browse.server import serve
serve(sys.argv[1], Path("runs"), host="127.0.0.1", port=0, open_browser=False)
"""
_QUERIES = {
    "list": {"tier": "hard", "entropy_min": 1, "sort": "w_se"},
    "search": {"text": "train prime"},
    "search, phrase": {"text": '"each find"', "sort": "-semantic_entropy"},
    "search, no hit": {"text": "nowhere"},
}


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, int]]:
    """The address and the process id of a server on a folder."""
    command = [sys.executable, "-c", _SERVE, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split(" at ")[1].strip(), process.pid
        process.terminate()


def asked(address: str) -> Any:
    """The JSON at an address."""
    with urllib.request.urlopen(address) as reply:
        return json.load(reply)


def median(ask: Callable[[], Any], repeats: int) -> float:
    """Seconds of the middle one of so many calls."""
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        ask()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def ours(folder: Path, repeats: int) -> dict[str, float]:
    """Seconds by request, `start` and `memory` in MB."""
    start = time.perf_counter()
    with served(folder) as (address, process):
        found = {}
        ids = [row["problem_id"] for row in asked(f"{address}api/problems?limit=500")["rows"]]
        found["start"] = time.perf_counter() - start
        while asked(f"{address}api/summary")["facets"]["majority"].get("pending"):
            time.sleep(0.2)
        found["start, majorities known"] = time.perf_counter() - start
        found["summary"] = median(lambda: asked(f"{address}api/summary"), repeats)
        for name, query in _QUERIES.items():
            place = f"{address}api/problems?{urlencode(query)}"
            found[name] = median(functools.partial(asked, place), repeats)
        draw = random.Random(0)
        found["problem"] = median(
            lambda: asked(f"{address}api/problem/{draw.choice(ids)}"), repeats
        )
        status = Path(f"/proc/{process}/status").read_text()
        found["memory"] = int(re.findall(r"VmHWM:\s*(\d+)", status)[0]) / 1024
    return found


def notebook(folder: Path, repeats: int) -> dict[str, float]:
    """The same of pandas."""
    command = [sys.executable, "-m", "benchmarks.browse_notebook", str(folder), str(repeats)]
    found: dict[str, float] = json.loads(subprocess.check_output(command, text=True))
    return found


def rows(own: Mapping[str, float], other: Mapping[str, float]) -> Iterator[Sequence[object]]:
    """Lines of the table: figure, ours, theirs, ratio."""
    for name, value in own.items():
        unit, scale = ("MB", 1.0) if name == "memory" else ("ms", 1000.0)
        rivals = {key: each for key, each in other.items() if key.split(",")[0] == name}
        for rival, theirs in rivals.items() or [("", None)]:
            shown = "" if theirs is None else f"{theirs * scale:.0f}"
            ratio = "" if theirs is None else f"{theirs / value:.1f}"
            yield f"{name}, {unit}", f"{value * scale:.0f}", rival, shown, ratio


@click.command()
@click.option("--problems", default=100_000, show_default=True)
@click.option("--words", default=45, show_default=True, help="Words of a statement.")
@click.option("--repeats", default=15, show_default=True, help="Requests of each kind.")
def main(problems: int, words: int, repeats: int) -> None:
    """Fabricate, measure, print."""
    with tempfile.TemporaryDirectory() as name:
        folder = fabricate(Path(name) / "sure-math", problems, words=words)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        print(f"{problems:,} problems, {problems * SAMPLES:,} responses, {size / 1e6:.0f} MB\n")
        found = rows(ours(folder, repeats), notebook(folder, max(3, repeats // 3)))
        print(table(("figure", "ours", "pandas", "theirs", "ratio"), found))


if __name__ == "__main__":
    main()
