"""Teacher sampling against a scripted server."""

from pathlib import Path

import pytest

from sure_math.errors import BackendError
from sure_math.runtime.stage import ShardResult
from sure_math.sample.stage import STAGE
from tests.backends.scripted_server import Body, Fault, ScriptedServer, error, prompt_of
from tests.one_shard import pooled, run_stage, served

PROBLEMS = [pooled(f"How many legs have {n} dogs?", f"p{n}") for n in range(4)]


def sample(folder: Path, server: ScriptedServer, **settings: object) -> ShardResult:
    recipe = served(server, sample={"n": 3, **settings})
    return run_stage(STAGE, recipe, folder, {"pool": PROBLEMS})


def test_every_response_is_a_row_in_the_order_of_the_problems(tmp_path: Path) -> None:
    with ScriptedServer() as server:
        result = sample(tmp_path, server, temperature=0.6, max_tokens=50)
    assert [(row["problem_id"], row["sample_index"]) for row in result.rows] == [
        (f"p{n}", index) for n in range(4) for index in range(3)
    ]
    assert {row["model"] for row in result.rows} == {"scripted"}
    assert {row["logprobs_mode"] for row in result.rows} == {"raw_logprobs"}
    assert all(row["logprob"] < 0 and row["token_count"] > 5 for row in result.rows)
    assert {body["temperature"] for body in server.bodies} == {0.6}


def test_every_problem_has_a_seed_of_its_own_which_was_sent(tmp_path: Path) -> None:
    with ScriptedServer() as server:
        result = sample(tmp_path, server)
    stored = {row["problem_id"]: row["seed"] for row in result.rows}
    assert len(set(stored.values())) == len(PROBLEMS)
    assert all(0 <= seed < 2**63 for seed in stored.values())
    texts = {row["problem_id"]: row["problem"] for row in PROBLEMS}
    sent = {prompt_of(body): body["seed"] for body in server.bodies}
    assert len(set(sent.values())) == len(PROBLEMS)
    assert set(sent) == set(texts.values())
    with ScriptedServer() as server:
        assert sample(tmp_path, server).rows == result.rows
        other = served(server, seed=1, sample={"n": 3})
        again = run_stage(STAGE, other, tmp_path, {"pool": PROBLEMS})
    assert not {row["seed"] for row in again.rows} & set(stored.values())


def test_missing_logprobs_are_refused_with_the_way_on(tmp_path: Path) -> None:
    with (
        ScriptedServer(logprobs=False) as server,
        pytest.raises(BackendError, match="log-probabilities") as raised,
    ):
        sample(tmp_path, server)
    assert "--allow-missing-logprobs" in str(raised.value)


def test_missing_logprobs_can_be_allowed(tmp_path: Path) -> None:
    with ScriptedServer(logprobs=False) as server:
        result = sample(tmp_path, server, allow_missing_logprobs=True)
    assert len(result.rows) == 12
    assert {(row["logprob"], row["logprobs_mode"]) for row in result.rows} == {(None, "none")}


def test_a_request_that_fails_becomes_rejects_and_rows_are_conserved(tmp_path: Path) -> None:
    def faults(body: Body) -> Fault | None:
        return error(400, "no thanks") if "2 dogs" in prompt_of(body) else None

    with ScriptedServer(faults=faults) as server:
        result = sample(tmp_path, server)
    assert len(result.rows) == 9
    assert [(r.id, r.reason) for r in result.rejects] == [
        (f"p2:{index}", "request_rejected") for index in range(3)
    ]
    assert "no thanks" in (result.rejects[0].detail or "")
