"""A benchmark of sums, a suite that reads it, and a server that knows most of them."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from sure_math.evaluate.suite import Suite
from sure_math.evaluate.suites import load_suite
from tests.backends.scripted_server import Answer, Body, dice, prompt_of

DECODINGS = [{"name": "pass@1"}, {"name": "avg@4", "n": 4, "temperature": 1.2, "top_p": 0.95}]


def respond(body: Body, index: int) -> Answer:
    """The sum of the numbers, in thoughts and a box; off by one for every third seed."""
    total = sum(map(int, re.findall(r"\d+", prompt_of(body))))
    wrong = dice(body, index).random() < 1 / 3
    return Answer(f"<think>\\boxed{{0}}?</think> It is \\boxed{{{total + wrong}}}.")


def write_problems(path: Path, count: int = 6) -> Path:
    """`count` sums with ids and answers."""
    rows = [
        {"id": f"s{i}", "q": f"What is {i} + {i + 7}, written as a number?", "a": str(2 * i + 7)}
        for i in range(count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def benchmark(path: Path, /, **settings: Any) -> dict[str, Any]:
    """A benchmark of such a file, for a suite."""
    columns = {"problem_column": "q", "answer_column": "a", "id_column": "id"}
    return {"name": "sums", "adapter": "table", "path": str(path)} | columns | settings


def write_suite(folder: Path, **settings: Any) -> Path:
    """The YAML file of a suite on sums, in shards of two problems."""
    folder.mkdir(parents=True, exist_ok=True)
    sums = write_problems(folder / "sums.jsonl")
    data = {
        "name": "small",
        "benchmarks": [benchmark(sums)],
        "decodings": DECODINGS,
        "max_tokens": 100,
        "shard_rows": 2,
        **settings,
    }
    path = folder / "small.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


def small_suite(folder: Path, **settings: Any) -> Suite:
    """That suite, read."""
    return load_suite(str(write_suite(folder, **settings)))
