"""What stages recorded of how they were made: settings, prompts, models."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from sure_math.pipeline import STAGES
from sure_math.publish import recorded
from sure_math.publish.lineage import lineage
from sure_math.resources import resource
from sure_math.runtime.run import Run
from tests.backends.scripted_server import ScriptedServer
from tests.finished_run import finish
from tests.roles import respond

EVOLVE = {"keep": "all", "max_tokens": 400}


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(respond) as running:
        yield running


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, server: ScriptedServer) -> Run:
    folder = tmp_path_factory.mktemp("run")
    own = folder / "mine.md"
    own.write_text(resource("prompts", "solve.md").read_text() + "\nThink twice.\n")
    revision = "models.teacher.revision=abc123"
    return finish(folder, server, f"sample.prompt={own}", revision, evolve=EVOLVE)


def test_settings_are_those_of_the_shards_and_not_of_the_recipe(run: Run, tmp_path: Path) -> None:
    shutil.copytree(run.root, tmp_path / "run")
    sample = run.recipe.sample.model_copy(update={"temperature": 1.5, "prompt": None})
    recipe = run.recipe.model_copy(update={"sample": sample})
    later = Run(tmp_path / "run", recipe, STAGES, as_stored=True)
    made = recorded.stages(later)
    assert made["sample"]["settings"]["temperature"] == run.recipe.sample.temperature
    assert made == recorded.stages(run)
    assert [stage.name for stage in STAGES] == list(made)
    for name, stage in made.items():
        store = run.store(name)
        assert stage["hash"] == store.stage_hash
        assert stage["rows"] == store.read_all().num_rows
        assert sum(stage["rejected"].values()) == store.read_side("rejects").num_rows
        assert stage["software"]["sure-math"]


def test_a_prompt_of_ones_own_is_named_by_its_hash_only(run: Run) -> None:
    found = {each["stage"]: each for each in recorded.prompts(recorded.stages(run), run.recipe)}
    assert found["sample"]["file"] == "mine.md"
    assert not found["sample"]["shipped"]
    assert found["cluster"] == {
        "stage": "cluster", "role": "judge", "file": "prompts/judge.md", "shipped": True,
        "hash": run.store("cluster").config["prompt_sha"],
    }  # fmt: skip


def test_models_have_the_revision_they_were_asked_with(run: Run) -> None:
    known = recorded.identities(recorded.stages(run))
    assert known["teacher", "scripted"]["revision"] == "abc123"
    assert known["judge", "scripted"]["revision"] is None
    assert known.keys() == {(role, "scripted") for role in ("evolver", "teacher", "judge")}


def test_the_folder_of_local_weights_is_not_told(run: Run) -> None:
    made = recorded.stages(run)
    local = {"backend": "vllm", "model": "/home/me/models/Mine-8B", "weights": "d1gest"}
    remote = {"backend": "vllm", "model": "Qwen/Qwen3-8B", "revision": "r1"}
    toy = {"backend": "builtin", "model": "/home/me/teacher", "weights": "d2gest"}
    settings = {"teacher": local, "others": [remote, {"deep": toy}]}
    found = recorded.without_places(settings)
    assert found["teacher"] == local | {"model": "Mine-8B"}
    assert found["others"] == [remote, {"deep": toy | {"model": "builtin/teacher"}}]
    assert str(run.root) not in json.dumps(made)


def test_lineage_counts_every_problem_once(run: Run) -> None:
    weighted = pl.DataFrame(run.store("weight").read_all())
    found = lineage(run, weighted)
    released = found.filter(outcome="released")
    assert released["problems"].sum() == weighted.height
    for stage in ("decontaminate", "pool", "weight"):
        rejects = run.store(stage).read_side("rejects").num_rows
        assert found.filter(outcome=stage)["problems"].sum() == rejects
    ways = weighted.group_by("source", "strategy").len().drop_nulls("strategy")
    assert ways.height > 2
    for source, strategy, count in ways.iter_rows():
        mine = released.filter(source=source, strategy=strategy)
        assert mine["problems"].sum() == count
    plain = released.filter(strategy="as it is")["problems"].sum()
    assert plain == weighted["strategy"].null_count()
