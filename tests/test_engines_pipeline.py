"""`sure-math annotate --input` with every real engine as the teacher, through the command line."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sure_math import schemas
from sure_math.builtin import model_path
from tests.backends.engines import require
from tests.backends.vllm_server import ENVIRONMENT, vllm_server

require("vllm")
pytestmark = [pytest.mark.engine, pytest.mark.filterwarnings("ignore")]

QUESTIONS = (
    "Find the sum of 48 and 37.",
    "What is the remainder when 1234 is divided by 19?",
    "A club has 9 members. In how many ways can it choose a team of 4?",
)


@pytest.mark.parametrize("engine", ["builtin", "transformers", "vllm", "vllm server"])
def test_engine_fills_the_tables(engine: str, tmp_path: Path) -> None:
    rows = [json.dumps({"question": text}) + "\n" for text in QUESTIONS]
    (tmp_path / "mine.jsonl").write_text("".join(rows))
    folder = model_path("teacher")
    with ExitStack() as stack:
        if engine == "vllm server":
            teacher = f"openai:teacher@{stack.enter_context(vllm_server(folder))}"
        else:
            teacher = f"{engine}:{folder}"
        small = {"kv_cache_memory_bytes": 2**28, "max_num_seqs": 32}
        settings = {
            "vllm": ["models.teacher.enforce_eager=true", f"models.teacher.engine_args={small}"]
        }
        command = [sys.executable, "-m", "sure_math.cli", "annotate", "--input", "mine.jsonl"]
        command += ["--problem-column", "question", "--teacher", teacher, "--run", "mine"]
        command += ["--judge", "builtin:judge", "--set", "sample.max_tokens=200"]
        command += [part for each in settings.get(engine, []) for part in ("--set", each)]
        done = subprocess.run(
            command, cwd=tmp_path, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True
        )
    assert done.returncode == 0, done.stdout + done.stderr
    responses = pq.read_table(tmp_path / "runs/mine/sample/part-00000.parquet")
    assert responses.schema.names == schemas.RESPONSES.schema.names
    assert responses.num_rows == 8 * len(QUESTIONS)
    assert responses["logprob"].null_count == 0
    assert all(value < 0 for value in responses["logprob"].to_pylist())
    assert len(set(responses["seed"].to_pylist())) == len(QUESTIONS)
    annotated = pq.read_table(tmp_path / "runs/mine/weight/part-00000.parquet").to_pylist()
    assert [row["n_returned"] for row in annotated] == [8] * len(QUESTIONS)
    assert all(0 <= row["w_se"] <= 1 for row in annotated)
    # The teacher knows these: whatever the engine, most responses end in a box.
    assert sum(row["n_answered"] for row in annotated) >= 20
