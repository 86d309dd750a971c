"""Chains on a shard: attempts, strategies, skipped rounds and lineage."""

import itertools
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from sure_math.config import STRATEGIES
from sure_math.errors import ConfigError
from sure_math.evolve.stage import EVOLVE_STAGE, PLAN_STAGE
from sure_math.prompts import load_prompt
from sure_math.runtime.stage import ShardResult
from tests.backends.scripted_server import Body, Fault, ScriptedServer, error, prompt_of
from tests.one_shard import Row, item, problem, run_stage, served

SEED = problem("Add 2 and 3. What is the sum?", "seed", use="evolve", tier="hard", flags=["figure"])
BENCH = item("A shed has 4 spiders and 5 hens. How many legs are in the shed?")
NOTHING = "I could not think of one."


def task(body: Body) -> str:
    """The strategy that a request asks for."""
    return str(body["messages"][0]["content"]).splitlines()[0].removeprefix("Strategy: ")


def given(body: Body) -> str:
    """The problem that a request wants evolved."""
    return prompt_of(body).split("<problem>")[1].split("</problem>")[0].strip()


def better(body: Body) -> str:
    """A new problem that tells how it came about."""
    number = len(given(body))
    return f"<problem>With {task(body)} of {number} sheep, how many legs?</problem>"


def evolve(
    folder: Path, respond: Callable[[Body, int], str], **settings: object
) -> tuple[list[Row], ShardResult, list[Body]]:
    """The plan of the seed, what became of it, and the requests in their order."""
    with ScriptedServer(respond) as server:
        recipe = served(server, evolve=settings)
        plan = run_stage(PLAN_STAGE, recipe, folder, {"seeds": [SEED]})
        inputs = {"plan": plan.rows, "seeds": [SEED], "evaluation": [BENCH]}
        result = run_stage(EVOLVE_STAGE, recipe, folder, inputs)
        return plan.rows, result, server.bodies


def attempts(result: ShardResult) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in result.side["attempts"]:
        found[row["step_id"]].append(row)
    return found


def test_lineage_of_a_chain(tmp_path: Path) -> None:
    plan, result, bodies = evolve(tmp_path, lambda body, _: better(body))
    assert [step["round"] for step in plan] == [1, 2, 3]
    rows = result.rows
    assert len(rows) == 3
    assert len({row["problem_id"] for row in rows}) == 3
    parent = SEED
    for number, (row, body) in enumerate(zip(rows, bodies, strict=True), 1):
        assert given(body) == parent["problem"]
        assert row["strategy"] == task(body) == plan[number - 1]["strategies"][0]
        assert row["seed"] == body["seed"] == plan[number - 1]["seed"]
        assert (row["root_id"], row["parent_id"]) == ("seed", parent["problem_id"])
        assert (row["round"], row["planned_round"], row["attempts"]) == (number, number, 1)
        assert (row["answer"], row["curated"], row["use"]) == (None, False, "annotate")
        assert "figure" not in row["flags"]
        assert row["prompt_sha"] == load_prompt(f"evolve/{row['strategy']}").sha
        parent = row
    assert {row["tier"] for row in rows} == {"hard"}
    assert {row["license"] for row in rows} == {"cc0-1.0"}


@pytest.mark.parametrize(("keep", "kept"), [("last", [False, False, True]), ("all", [True] * 3)])
def test_keep(tmp_path: Path, keep: str, kept: list[bool]) -> None:
    _, result, _ = evolve(tmp_path, lambda body, _: better(body), keep=keep)
    assert [row["kept"] for row in result.rows] == kept


def test_the_same_strategy_is_tried_again_and_then_the_next(tmp_path: Path) -> None:
    plan, result, bodies = evolve(tmp_path, lambda *_: NOTHING)
    assert not result.rows
    assert [(r.id, r.reason, r.raw) for r in result.rejects] == [
        (step["step_id"], "no_tag", NOTHING) for step in plan
    ]
    for step in plan:
        tried = attempts(result)[step["step_id"]]
        first, second = step["strategies"][:2]
        assert [row["strategy"] for row in tried] == [first, first, second]
        assert [row["attempt"] for row in tried] == [1, 2, 3]
        assert {row["reason"] for row in tried} == {"no_tag"}
        assert {(row["parent_id"], row["problem"]) for row in tried} == {("seed", None)}
        assert {(row["tier"], row["round"]) for row in tried} == {("hard", step["round"])}
        assert len({row["seed"] for row in tried}) == 3
    assert {given(body) for body in bodies} == {SEED["problem"]}


def test_no_step_repeats_the_strategy_before_it(tmp_path: Path) -> None:
    """Also where that strategy came in only as the last attempt's fallback."""
    seen: dict[str, int] = defaultdict(int)

    def respond(body: Body, _: int) -> str:
        seen[given(body)] += 1
        return better(body) if seen[given(body)] == 3 else NOTHING

    for seed in range(3):
        seen.clear()
        with ScriptedServer(respond) as server:
            recipe = served(server, seed=seed, evolve={"rounds": {"hard": 4}})
            plan = run_stage(PLAN_STAGE, recipe, tmp_path, {"seeds": [SEED]}).rows
            inputs = {"plan": plan, "seeds": [SEED], "evaluation": []}
            result = run_stage(EVOLVE_STAGE, recipe, tmp_path / str(seed), inputs)
        previous = None
        for row in result.rows:
            tried = {each["strategy"] for each in attempts(result)[_step_of(row)]}
            assert previous not in tried
            previous = row["strategy"]
        assert len(result.rows) == 4


def _step_of(row: Row) -> str:
    return f"{row['root_id']}:{row['chain']}:{row['planned_round']}"


def test_a_skipped_round_continues_from_the_parent(tmp_path: Path) -> None:
    asked = iter(range(100))

    def respond(body: Body, _: int) -> str:
        return NOTHING if 1 <= next(asked) <= 3 else better(body)

    _, result, bodies = evolve(tmp_path, respond)
    first, last = result.rows
    assert [reject.id for reject in result.rejects] == ["seed:0:2"]
    assert given(bodies[-1]) == first["problem"]
    assert last["parent_id"] == first["problem_id"]
    assert (last["round"], last["planned_round"]) == (2, 3)
    assert last["strategy"] != first["strategy"]


def test_copies_are_rejected(tmp_path: Path) -> None:
    def respond(body: Body, _: int) -> str:
        return f"<problem>{given(body).lower()}</problem>"

    _, result, _ = evolve(tmp_path, respond)
    assert {reject.reason for reject in result.rejects} == {"copy_of_parent"}
    assert {reject.raw for reject in result.rejects} == {
        f"<problem>{SEED['problem'].lower()}</problem>"
    }


def test_benchmark_items_are_tried_again(tmp_path: Path) -> None:
    copies = f"<problem>{BENCH['problem'].upper()}</problem>"
    asked = itertools.count()
    _, result, _ = evolve(
        tmp_path, lambda body, _: better(body) if next(asked) % 3 == 2 else copies
    )
    assert [row["attempts"] for row in result.rows] == [3, 3, 3]
    failed = [row for row in result.side["attempts"] if row["reason"]]
    assert {(row["reason"], row["detail"]) for row in failed} == {("eval_exact", "bench: bench:0")}


def test_a_refused_request_is_a_reject(tmp_path: Path) -> None:
    def faults(body: Body) -> Fault | None:
        return error(400, "no thanks") if given(body) == SEED["problem"] else None

    other = problem("Add 4 and 5. What is the sum?", "other", use="evolve")
    with ScriptedServer(lambda body, _: better(body), faults) as server:
        recipe = served(server, evolve={"attempts": 1})
        plan = run_stage(PLAN_STAGE, recipe, tmp_path, {"seeds": [SEED, other]}).rows
        inputs = {"plan": plan, "seeds": [SEED, other], "evaluation": []}
        result = run_stage(EVOLVE_STAGE, recipe, tmp_path, inputs)
    assert [row["root_id"] for row in result.rows] == ["other"]
    assert {reject.reason for reject in result.rejects} == {"request_rejected"}


def test_chains_of_a_seed_differ(tmp_path: Path) -> None:
    plan, result, _ = evolve(
        tmp_path, lambda body, _: better(body), chains_per_seed={"hard": 3}, rounds={"hard": 1}
    )
    assert [step["chain"] for step in plan] == [0, 1, 2]
    assert [row["chain"] for row in result.rows] == [0, 1, 2]
    assert len({step["seed"] for step in plan}) == 3
    assert {strategy for step in plan for strategy in step["strategies"]} <= set(STRATEGIES)


def test_only_seeds_are_planned_and_nothing_where_evolution_is_off(tmp_path: Path) -> None:
    problems = [problem("Add 2 and 3.", "a"), problem("Add 4 and 5.", "b", use="evolve")]
    plan = run_stage(PLAN_STAGE, served(None), tmp_path, {"seeds": problems}).rows
    assert {step["root_id"] for step in plan} == {"b"}
    off = served(None, evolve={"enabled": False})
    assert not run_stage(PLAN_STAGE, off, tmp_path, {"seeds": problems}).rows


def test_prompts_of_ones_own(tmp_path: Path) -> None:
    shipped = load_prompt("evolve/harder").text
    (tmp_path / "harder.md").write_text("Strategy: harder\nBe brief.\n<!-- user -->\n{{ problem }}")
    recipe = served(None, evolve={"prompts": str(tmp_path)})
    before = EVOLVE_STAGE.config(served(None))["prompts"]
    after = EVOLVE_STAGE.config(recipe)["prompts"]
    assert {name for name in before if before[name] != after[name]} == {"harder"}
    (tmp_path / "harder.md").write_text(shipped)
    assert EVOLVE_STAGE.config(recipe)["prompts"] == before
    with pytest.raises(ConfigError, match="no prompt of a strategy"):
        EVOLVE_STAGE.config(served(None, evolve={"prompts": str(tmp_path / "nowhere")}))


def votes(word: str) -> Callable[[Body, int], str]:
    """An evolver that does well and a judge that always says one word."""

    def respond(body: Body, index: int) -> str:
        return better(body) if "Strategy: " in body["messages"][0]["content"] else word

    return respond


def test_what_no_vote_calls_well_posed_is_tried_again_and_rejected(tmp_path: Path) -> None:
    settings = {"validity_votes": 3, "validity_controls": "skip"}
    _, result, bodies = evolve(tmp_path, votes("Verdict: incomplete"), **settings)
    assert not result.rows
    assert {(r.reason, r.detail) for r in result.rejects} == {("ill_posed", "incomplete 3")}
    tried = result.side["attempts"]
    assert len(tried) == 9
    assert {(row["reason"], row["problem"] is None) for row in tried} == {("ill_posed", False)}
    assert len(bodies) == 9 + 9 * 3


def test_votes_stand_beside_a_problem(tmp_path: Path) -> None:
    settings = {"validity_votes": 2, "validity_controls": "skip"}
    _, result, _ = evolve(tmp_path, votes("well_posed"), **settings)
    assert [row["validity"] for row in result.rows] == [["well_posed"] * 2] * 3
    assert not result.rejects
