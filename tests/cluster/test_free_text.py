"""Free text from the teacher to the weight: clusters by entailment in both directions."""

import json
import math
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from click.testing import CliRunner

from sure_math.cli import main
from sure_math.cluster.judge import AnswerPair
from sure_math.judging.controls import load_controls, read_report
from sure_math.pipeline import inspect_run
from sure_math.publish.release import write_release
from sure_math.recipes import load_recipe, resolve
from tests.backends.scripted_server import Answer, Body, ScriptedServer, dice, prompt_of
from tests.roles import on_controls

DOCS = Path(__file__).parents[2] / "docs/pipeline.md"
# What each text says; it entails every text that says no more.
TEXTS = {
    "The train is late.": {"late"},
    "The  train\nis late.": {"late"},
    "There is a delay.": {"late"},
    "The train is late because of snow.": {"late", "snow"},
    "The bridge is closed.": {"bridge"},
}
REQUESTS = [{"request": f"Translate sentence number {n} into English."} for n in range(6)]
CONTROLS = sum(len(control.questions) for control in load_controls("entail", AnswerPair))


def respond(body: Body, index: int) -> Answer:
    """A teacher that writes one of the texts, and a judge that knows what they entail."""
    task = body["messages"][0]["content"].splitlines()[0]
    if task == "Task: solve a request in free text":
        return Answer(f"<think>Hm.</think>{dice(body, index).choice(list(TEXTS))}")
    assert task == "Task: judge entailment"
    known = on_controls(prompt_of(body))
    if known is None:
        pair = prompt_of(body).split("Answer A: ")[1].split("\nAnswer B: ")
        said, claimed = (TEXTS[text] for text in pair)
        known = said >= claimed
    return Answer("yes" if known else "B says more.\nno")


def rows(run: Path, stage: str) -> list[dict[str, Any]]:
    return pl.concat(map(pl.read_parquet, sorted((run / stage).glob("*.parquet")))).to_dicts()


def annotate(folder: Path, *arguments: str) -> str:
    done = CliRunner().invoke(main, ["annotate", *arguments, "--runs", str(folder / "runs")])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    path = tmp_path / "articles.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in REQUESTS))
    return path


def check(run: Path) -> None:
    """Two texts share a cluster exactly if each entails the other; the weights follow."""
    responses = pl.DataFrame(rows(run, "cluster"))
    assert set(responses["extract_status"]) == {"text"}
    assert set(responses["answer"]) <= set(TEXTS)
    for problem in rows(run, "weight"):
        mine = responses.filter(problem_id=problem["problem_id"])
        meaning = [frozenset(TEXTS[text]) for text in mine["answer"]]
        for x, i in zip(meaning, mine["cluster"], strict=True):
            assert {j for y, j in zip(meaning, mine["cluster"], strict=True) if x == y} == {i}
        assert problem["n_clusters"] == len(set(meaning)) == mine["cluster"].n_unique()
        assert 0 <= problem["w_se"] <= 1
        assert problem["semantic_entropy"] <= math.log(problem["n_clusters"]) + 1e-9
        assert problem["surface_entropy"] >= problem["semantic_entropy"] - 1e-9
        assert problem["intra_cluster_entropy"] >= -1e-9


@pytest.mark.parametrize("linkage", ["single", "complete"])
def test_own_requests(tmp_path: Path, articles: Path, linkage: str) -> None:
    with ScriptedServer(respond) as server:
        model = f"openai:scripted@{server.base_url}"
        options = ("--teacher", model, "--judge", model, "--set", "answers.kind=text")
        linked = ("--set", f"cluster.linkage={linkage}", "--run", "texts")
        source = ("--input", str(articles), "--problem-column", "request")
        output = annotate(tmp_path, *source, *options, *linked)
    run = tmp_path / "runs/texts"
    check(run)
    assert f"{CONTROLS} of {CONTROLS} control questions right (entail)" in output
    said = rows(run, "cluster/judgements")
    assert any(row["forward"] and row["reverse"] is False for row in said)  # one way only
    card = write_release(inspect_run(tmp_path / "runs"), tmp_path / "release") / "README.md"
    assert f"of each text that it entails the other; {linkage} linkage" in card.read_text()
    shown = CliRunner().invoke(main, ["show", "--runs", str(tmp_path / "runs")])
    assert "The train is late." in shown.output


def test_the_recipe_of_the_documentation(tmp_path: Path, articles: Path) -> None:
    (text,) = re.findall(r"```yaml\n(name: summaries\n.*?)```", DOCS.read_text(), re.DOTALL)
    path = tmp_path / "summaries.yaml"
    recipe = yaml.safe_load(text)
    recipe["seeds"]["sources"][0]["path"] = str(articles)
    with ScriptedServer(respond) as server:
        for role in ("teacher", "judge"):
            recipe["models"][role]["base_url"] = server.base_url
        path.write_text(yaml.safe_dump(recipe))
        annotate(tmp_path, str(path))
    check(tmp_path / "runs/summaries")
    report = read_report(tmp_path / "runs/summaries/cluster")
    assert report is not None
    assert (report.control_set, report.accuracy) == ("entail", 1.0)


def test_prompts_follow_the_kind_unless_they_are_named() -> None:
    text = resolve({"name": "x", "answers": {"kind": "text"}})
    assert (text.sample_prompt, text.judge_prompt) == ("respond", "entail")
    boxed = load_recipe("clean")
    assert (boxed.sample_prompt, boxed.judge_prompt) == ("solve", "judge")
    own = resolve({"name": "x", "sample": {"prompt": "a.md"}, "cluster": {"prompt": "b.md"}})
    assert (own.sample_prompt, own.judge_prompt) == ("a.md", "b.md")
