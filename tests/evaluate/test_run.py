"""Whole evaluations: against a server that fails, killed, repeated, changed and graded again."""

import os
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sure_math import schemas
from sure_math.errors import BackendError, ConfigChanged, DataError
from sure_math.evaluate.plan import Plan, new_plan, stored_plan
from sure_math.evaluate.results import Results, read_results, read_rows
from sure_math.evaluate.run import evaluate, regrade
from sure_math.evaluate.subject import subject
from sure_math.runtime.executors import Partition
from sure_math.runtime.shards import read_footer
from tests.backends.scripted_server import Body, ScriptedServer, error, prompt_of, raw
from tests.evaluate.asking import DECODINGS, respond, small_suite, write_problems, write_suite
from tests.waiting import until_journaled

PER_PROBLEM = 2
"""Requests: one for each decoding."""


def planned(folder: Path, server: ScriptedServer, **settings: Any) -> Plan:
    model = subject(f"openai:scripted@{server.base_url}", ("model.concurrency=1",))
    return new_plan(small_suite(folder, **settings), model)


def done(plan: Plan, folder: Path, **options: Any) -> Results:
    results = evaluate(plan, folder, **options)
    assert results is not None
    return results


def test_rows_add_up_and_a_finished_evaluation_asks_nothing(tmp_path: Path) -> None:
    with ScriptedServer(respond) as server:
        plan = planned(tmp_path, server)
        results = done(plan, tmp_path / "out")
        assert len(server.requests) == 6 * PER_PROBLEM
        completions = read_rows(tmp_path / "out/completions", schemas.COMPLETIONS)
        grades = read_rows(tmp_path / "out/grades", schemas.GRADES)
        assert completions.height == grades.height == 6 * 5
        assert results.rates.height == 6 * 2
        again = done(plan, tmp_path / "out")
        assert len(server.requests) == 6 * PER_PROBLEM
    assert again.rates.equals(results.rates)
    assert again.meta == results.meta
    assert grades["correct"].sum() == results.rates["correct"].sum()
    assert 0 < grades["correct"].mean() < 1
    assert results.meta["problems"] == {"sums": 6}
    assert results.meta["engine"] == "openai-compatible"


def test_what_the_server_is_asked(tmp_path: Path) -> None:
    with ScriptedServer(respond) as server:
        done(planned(tmp_path, server), tmp_path / "out")
    greedy = [body for body in server.bodies if body["temperature"] == 0]
    average = [body for body in server.bodies if body["temperature"] == 1.2]
    assert [len(greedy), len(average)] == [6, 6]
    assert {body["n"] for body in average} == {4}
    assert {body["top_p"] for body in average} == {0.95}
    assert {body["messages"][0]["content"].splitlines()[0] for body in greedy} == {"Task: solve"}
    seeds = [body["seed"] for body in server.bodies]
    assert len(set(seeds)) == len(seeds)


def test_faults_of_the_server_change_nothing(tmp_path: Path) -> None:
    faults = [error(429, retry_after="0"), None, error(500), raw(b"no json"), None, raw(b"{}")]
    with ScriptedServer(respond, faults) as troubled, ScriptedServer(respond) as calm:
        expected = done(planned(tmp_path, calm), tmp_path / "calm")
        found = done(planned(tmp_path, troubled), tmp_path / "troubled")
    assert len(troubled.requests) > len(calm.requests)
    assert found.rates.equals(expected.rates)
    assert found.rates["failed"].sum() == 0


def test_requests_that_fail_for_good_count_as_wrong(tmp_path: Path) -> None:
    def too_long(body: Body) -> Any:
        said = "This model's maximum context length is 8 tokens. However, you requested 80 tokens."
        return error(400, said) if "What is 3 +" in prompt_of(body) else None

    with ScriptedServer(respond, too_long) as server:
        results = done(planned(tmp_path, server), tmp_path / "out")
    lost = results.rates.filter(pl.col("failed") > 0)
    assert lost["problem_id"].str.ends_with("s3").all()
    assert lost["failed"].to_list() == lost["unanswered"].to_list() == lost["n"].to_list() == [1, 4]
    assert lost["correct"].to_list() == [0, 0]
    assert lost["tokens"].null_count() == 2
    rejects = read_rows(tmp_path / "out/completions/rejects", schemas.REJECTS)
    assert set(rejects["reason"]) == {"prompt_too_long"}
    assert rejects.height == 5


def test_a_model_that_gives_up_keeps_what_it_said(tmp_path: Path) -> None:
    plan: list[Plan] = []

    def refuses(body: Body) -> Any:
        return error(401, "no more credit") if len(server.requests) > 7 else None

    with ScriptedServer(respond, refuses) as server:
        plan.append(planned(tmp_path, server))
        with pytest.raises(BackendError):
            evaluate(plan[0], tmp_path / "out")
        answered = len(server.requests) - 1
    with pytest.raises(DataError, match="is not finished"):
        read_results(tmp_path / "out")
    with ScriptedServer(respond) as server:
        done(planned(tmp_path, server), tmp_path / "out")
        assert len(server.requests) == 6 * PER_PROBLEM - answered


KILLED = """
import sys
from pathlib import Path
from sure_math.evaluate.plan import new_plan
from sure_math.evaluate.run import evaluate
from sure_math.evaluate.subject import subject
from sure_math.evaluate.suites import load_suite
model = subject(sys.argv[1], ("model.concurrency=1",))
evaluate(new_plan(load_suite(sys.argv[2]), model), Path(sys.argv[3]))
"""


def test_killed_in_the_middle_no_completion_is_paid_twice(tmp_path: Path) -> None:
    """The server kills its client while that waits for its ninth answer."""
    victim: list[int] = []

    def deadly(body: Body) -> None:
        if victim and len(server.requests) == 9:
            until_journaled(tmp_path / "out/completions", 2)
            os.kill(victim.pop(), signal.SIGKILL)

    suite = write_suite(tmp_path, shard_rows=3)
    with ScriptedServer(respond, deadly) as server:
        model = f"openai:scripted@{server.base_url}"
        command = [sys.executable, "-c", KILLED, model, str(suite), str(tmp_path / "out")]
        process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
        victim.append(process.pid)
        assert process.wait(timeout=120) == -signal.SIGKILL
        assert len(server.requests) == 9
        killed = done(planned(tmp_path, server, shard_rows=3), tmp_path / "out")
        asked = Counter((prompt_of(body), body["temperature"]) for body in server.bodies)
        whole = done(planned(tmp_path, server, shard_rows=3), tmp_path / "whole")
    assert sorted(asked.values()) == [1] * 11 + [2]  # the one that was in flight
    assert killed.rates.equals(whole.rates)
    for name in ("problems", "completions", "grades"):
        parts = [sorted((tmp_path / run / name).glob("*.parquet")) for run in ("out", "whole")]
        assert [p.read_bytes() for p in parts[0]] == [p.read_bytes() for p in parts[1]]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"max_tokens": 99}, "max_tokens: 100 -> 99"),
        ({"seed": 1}, "seed: 0 -> 1"),
        ({"decodings": DECODINGS[:1]}, "decodings"),
        ({"shard_rows": 3}, "shard_rows: 2 -> 3"),
    ],
)
def test_another_decoding_is_refused(tmp_path: Path, change: dict[str, Any], line: str) -> None:
    with ScriptedServer(respond) as server:
        before = done(planned(tmp_path, server), tmp_path / "out")
        with pytest.raises(ConfigChanged, match="--out DIR starts another") as refused:
            evaluate(planned(tmp_path, server, **change), tmp_path / "out")
        assert line in str(refused.value)
        assert len(server.requests) == 6 * PER_PROBLEM
    assert read_results(tmp_path / "out").meta == before.meta


def test_another_model_or_other_problems_are_refused(tmp_path: Path) -> None:
    with ScriptedServer(respond) as server:
        plan = planned(tmp_path, server)
        done(plan, tmp_path / "out")
        other = replace(plan, model={**plan.model, "model": "another"})
        with pytest.raises(ConfigChanged, match="scripted' -> 'another"):
            evaluate(other, tmp_path / "out")
        write_problems(tmp_path / "sums.jsonl", count=5)
        sources = new_plan(plan.suite, plan.subject).sources
        with pytest.raises(ConfigChanged, match=r"benchmarks\[0\].content"):
            evaluate(replace(plan, sources=sources), tmp_path / "out")


def test_fresh_starts_again_beside_the_old_shards(tmp_path: Path) -> None:
    with ScriptedServer(respond) as server:
        done(planned(tmp_path, server), tmp_path / "out")
        results = done(planned(tmp_path, server, max_tokens=99), tmp_path / "out", fresh=True)
    assert results.meta["suite"]["max_tokens"] == 99
    assert (tmp_path / "out/old-1/completions/part-00000.parquet").is_file()


def test_grading_again_asks_nothing_and_needs_no_source(tmp_path: Path) -> None:
    with ScriptedServer(respond) as server:
        results = done(planned(tmp_path, server), tmp_path / "out")
    (tmp_path / "sums.jsonl").unlink()
    part = tmp_path / "out/grades/part-00000.parquet"
    before = part.stat().st_mtime_ns
    again = regrade(stored_plan(tmp_path / "out"), tmp_path / "out")
    assert again is not None
    assert again.rates.equals(results.rates)
    assert again.meta == results.meta
    assert part.stat().st_mtime_ns > before


def test_grades_of_other_code_are_made_again(tmp_path: Path) -> None:
    """The grader is part of the shards' hash: here its rule changes, and nothing is sampled."""
    with ScriptedServer(respond) as server:
        plan = planned(tmp_path, server)
        done(plan, tmp_path / "out")
        first = read_footer(tmp_path / "out/grades/part-00000.parquet")
        judged = plan.suite.model_copy(update={"judge": plan.subject.model})
        again = done(replace(plan, suite=judged), tmp_path / "out")
        assert len(server.requests) == 6 * PER_PROBLEM
    second = read_footer(tmp_path / "out/grades/part-00000.parquet")
    assert first.stage_hash != second.stage_hash
    assert again.meta["judge"] == "scripted"
    assert first.config["code"] == again.meta["grader"]


def test_only_what_is_sampled_can_be_graded_again(tmp_path: Path) -> None:
    with ScriptedServer(respond) as server:
        done(planned(tmp_path, server), tmp_path / "out")
    (tmp_path / "out/completions/part-00001.parquet").unlink()
    with pytest.raises(DataError, match="not sampled to its end"):
        regrade(stored_plan(tmp_path / "out"), tmp_path / "out")


def test_a_benchmark_out_of_reach_stops_before_the_model_is_asked(tmp_path: Path) -> None:
    with ScriptedServer(respond) as server:
        plan = planned(tmp_path, server)
        (tmp_path / "sums.jsonl").unlink()
        with pytest.raises(DataError, match=r"source sums: .*does not exist"):
            evaluate(plan, tmp_path / "out")
        with pytest.raises(DataError, match=r"source sums: .*does not exist"):
            new_plan(plan.suite, plan.subject)
        assert not server.requests


def test_two_ranks_share_the_work(tmp_path: Path) -> None:
    with ScriptedServer(respond) as server:
        plan = planned(tmp_path, server)
        done(plan, tmp_path / "whole")
        model = f"openai:scripted@{server.base_url}"
        code = KILLED.replace("Path(sys.argv[3]))", "Path(sys.argv[3]), Partition(1, 2))").replace(
            "import sys", "import sys\nfrom sure_math.runtime.executors import Partition"
        )
        command = [sys.executable, "-c", code, model, str(tmp_path / "small.yaml")]
        second = subprocess.Popen([*command, str(tmp_path / "out")], cwd=Path(__file__).parents[2])
        results = done(plan, tmp_path / "out", partition=Partition(0, 2))
        assert second.wait(timeout=120) == 0
    assert results.rates.equals(read_results(tmp_path / "whole").rates)


def test_the_built_in_student_on_a_release(tmp_path: Path, release: Path) -> None:
    suite = small_suite(
        tmp_path, benchmarks=[{"name": "SURE-Math", "adapter": "release", "path": str(release)}]
    )
    results = done(new_plan(suite, subject("builtin:student")), tmp_path / "out")
    assert results.rates.height == 3 * 2
    assert results.meta["engine"] == "numpy"
    assert results.meta["identity"]["model"]["weights"]
    assert (results.rates["tokens"] > 0).all()
