"""What the card says of evolved problems, their flags and the judge, and that it stays a page
whatever data says."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import polars as pl
import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markdown_it import MarkdownIt

from sure_math.config import Recipe
from sure_math.evolve.contracts import CONTRACT_FLAGS
from sure_math.publish.card import render_card
from sure_math.publish.manifest import read_manifest
from sure_math.publish.markdown import one_line
from sure_math.publish.pictures import LABELLED, Picture
from sure_math.publish.provenance import evolution, flags
from sure_math.publish.release import write_release
from sure_math.resources import resource
from sure_math.runtime.run import Run
from sure_math.seeds.rows import Flag
from sure_math.weight.contracts import ANSWER_FLAGS
from tests.backends.scripted_server import Answer, Body, ScriptedServer
from tests.finished_run import finish
from tests.roles import respond

EVOLVE = {"keep": "all", "max_tokens": 400, "validity_votes": 3}


def credulous(body: Body, index: int) -> Answer:
    """A judge to whom every problem is well posed."""
    asked = body["messages"][0]["content"].startswith("Task: judge validity")
    return Answer("well_posed") if asked else respond(body, index)


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(respond) as running:
        yield running


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, server: ScriptedServer) -> Run:
    return finish(tmp_path_factory.mktemp("run"), server, evolve=EVOLVE)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    return write_release(run, tmp_path_factory.mktemp("release") / "sure-math")


def told(release: Path) -> tuple[str, dict[str, Any]]:
    facts: dict[str, Any] = json.loads((release / "provenance.json").read_text())
    return (release / "README.md").read_text(), facts


def test_votes_are_counted_by_problem() -> None:
    good, bad = ["well_posed"] * 3, ["well_posed", "incomplete", "well_posed"]
    rows = pl.DataFrame(
        {
            "strategy": ["harder", "harder", "apply", None],
            "validity": [good, bad, [], []],
            "flags": [["no_unit"], ["noop", "no_unit"], [], ["figure"]],
        },
        schema_overrides={"validity": pl.List(pl.String), "flags": pl.List(pl.String)},
    )
    found = {"problems": 3, "voted": 2, "unanimously_well_posed": 1}
    assert evolution(rows) == {**found, "strategies": {"harder": 2, "apply": 1}}
    assert list(flags(rows).items()) == [("no_unit", 2), ("figure", 1), ("noop", 1)]
    nothing = evolution(rows.clear())
    assert nothing == {"problems": 0, "strategies": {}, "voted": 0, "unanimously_well_posed": 0}


def test_every_flag_has_a_meaning() -> None:
    text = resource("data_cards", "flags.yaml").read_text(encoding="utf-8")
    every = {*get_args(Flag), *CONTRACT_FLAGS, *ANSWER_FLAGS}
    assert yaml.safe_load(text).keys() == every


def test_the_card_tells_how_problems_were_evolved(run: Run, release: Path) -> None:
    card, facts = told(release)
    rows = pl.concat(pl.read_parquet(path) for path in (release / "data").glob("*.parquet"))
    evolved = rows.drop_nulls("strategy")
    assert 0 < evolved.height == facts["evolution"]["problems"]
    assert facts["evolution"]["voted"] == evolved.height
    assert f"Evolution: {evolved.height} problems were written by a model" in card
    for flag, count in facts["flags"].items():
        assert rows.filter(pl.col("flags").list.contains(flag)).height == count
        assert f"| {flag} | {count} |" in card
    held_out = rows.filter(split="test")
    easy = f"| default | easy | test | {held_out.height} | 0 | {held_out.height} |"
    assert easy in card


def test_the_limits_say_what_separates_hard_from_ill_posed(release: Path) -> None:
    card, facts = told(release)
    assert "The judge's votes in `validity` let you separate them" in card
    assert facts["judge_controls"].keys() == {"evolve", "cluster"}
    assert facts["judge_controls"]["evolve"]["complaint"] is None
    assert "- `evolve`: 16 of 16 control questions right (validity)" in card
    assert "not fit" not in card
    assert card.endswith("\n")


def test_without_votes_or_evolution_the_card_promises_neither(
    server: ScriptedServer, tmp_path: Path
) -> None:
    card, facts = told(write_release(finish(tmp_path, server), tmp_path / "plain"))
    assert facts["evolution"]["problems"] == 0
    assert "Evolution:" not in card
    assert "ill-posed ones: a teacher" not in card
    evolving = finish(tmp_path / "no votes", server, evolve=EVOLVE | {"validity_votes": 0})
    card, _ = told(write_release(evolving, tmp_path / "unjudged"))
    assert "No judge was asked whether the evolved problems are well posed" in card


def test_a_judge_that_failed_its_controls_is_named_at_the_top(tmp_path: Path) -> None:
    with ScriptedServer(credulous) as server, pytest.warns(UserWarning, match="said well_posed"):
        run = finish(tmp_path, server, evolve=EVOLVE | {"validity_controls": "report"})
    card, facts = told(write_release(run, tmp_path / "credulous"))
    complaint = facts["judge_controls"]["evolve"]["complaint"]
    assert complaint == "said well_posed to every one of 16 control questions"
    top, _ = card.split("## Load it")
    assert f"> **Warning: the judge of `evolve` {complaint}" in top
    assert f"**not fit**: it {complaint}" in card


# --- a page, whatever data says -------------------------------------------------------------------

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
PLAIN = {"text", "text_special", "code_inline"}
ADDRESS = "https://example.org/terms"


@dataclass(frozen=True, repr=False)
class Inputs:
    """What a card is made from."""

    head: dict[str, Any]
    recipe: Recipe
    problems: pl.DataFrame
    facts: dict[str, Any]
    pictures: dict[str, Picture]
    folder: Path

    def card(self, name: str = "sure-math", warnings: tuple[str, ...] = ()) -> str:
        history = read_manifest(self.folder).history
        return render_card(
            self.head, name, self.recipe, self.problems, self.facts, history, self.pictures,
            warnings,
        )  # fmt: skip


@pytest.fixture(scope="module")
def inputs(run: Run, release: Path) -> Inputs:
    card, facts = told(release)
    files = sorted((release / "data").glob("*.parquet"))
    rows = pl.read_parquet(files).with_columns(config=pl.lit("default"))
    names = ("entropy", "weights", "clusters", "flow")
    pictures = {name: Picture(f"plots/{name}.png", name, "what it shows") for name in names}
    head = yaml.safe_load(card.split("---\n")[1])
    return Inputs(head, run.recipe, rows, facts, pictures, release)


def with_text(inputs: Inputs, text: str) -> str:
    """A card in which everything that data, models or recipes can name is this text."""
    facts = json.loads(json.dumps(inputs.facts))
    words = ("source", "dataset", "revision", "license", "title", "citation", "model", "backend",
             "weights", "duty", "name", "version", "file", "summary", "complaint")  # fmt: skip
    parts = [*facts["sources"], *facts["models"], *facts["evaluation_sets"], *facts["software"],
             *facts["prompts"], *facts["judge_controls"].values()]  # fmt: skip
    for part in parts:
        part |= dict.fromkeys(part.keys() & set(words), text)
        part |= {"link": ADDRESS} if "link" in part else {}
    for model in facts["models"]:
        model["settings"] = {"dtype": text}
    for stage in facts["stages"].values():
        stage["rejected"] = {text: 3}
    facts["stages"]["evaluation"]["settings"] = {"sets": [{"name": text}]}
    facts["licenses"] = {"default": {text: 7}}
    facts["attempts"]["rejected"] = {text: 1}
    publish = inputs.recipe.publish.model_copy(update={"notice": text, "pretty_name": text})
    recipe = inputs.recipe.model_copy(update={"publish": publish})
    pictures = {name: Picture(each.path, text, text) for name, each in inputs.pictures.items()}
    changed = Inputs(inputs.head, recipe, inputs.problems, facts, pictures, inputs.folder)
    return changed.card(warnings=(text,))


def shape(card: str) -> list[str]:
    """The page as a Markdown reader sees it, without the text itself."""
    found = []
    for token in READER.parse(card.split("---\n", 2)[2]):
        found.append(f"{token.type} {token.tag} {token.level}")
        found += [token.content] if token.type in ("fence", "html_block") else []
        found += [c.type for c in token.children or () if c.type not in PLAIN]
    return found


@pytest.fixture(scope="module")
def plain_shape(inputs: Inputs) -> list[str]:
    return shape(with_text(inputs, "plain"))


def widths(card: str) -> set[int]:
    """How many cells the lines of each table have, beyond those of its head."""
    tables = re.findall(r"(?:^\|.*\n)+", card, re.M)
    return {
        len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) - len(re.findall(r"\|", table.split("\n")[0]))
        for table in tables
        for line in table.splitlines()
    }


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text() | st.text(alphabet="\\`|*_[]<>&#-+1.) \n!~${}a\"'()="))
def test_no_text_changes_the_page(inputs: Inputs, plain_shape: list[str], text: str) -> None:
    assume(one_line(text).strip())
    card = with_text(inputs, text)
    assert shape(card) == plain_shape
    assert widths(card) == {0}


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "a | b", "```", "# x", "> x", "{{ x }}"]
)
def test_known_troublemakers(inputs: Inputs, plain_shape: list[str], text: str) -> None:
    card = with_text(inputs, text)
    assert shape(card) == plain_shape
    body = card.split("---\n", 2)[2]
    tags = set(re.findall(r"</?([a-z]+)", re.sub(r"`[^`\n]*`|```.*?```", "", body, flags=re.S)))
    assert tags <= {"details", "summary", "b"}


def test_a_missing_fact_is_an_error_and_no_gap(inputs: Inputs) -> None:
    facts = {key: value for key, value in inputs.facts.items() if key != "evolution"}
    broken = Inputs(
        inputs.head, inputs.recipe, inputs.problems, facts, inputs.pictures, inputs.folder
    )
    with pytest.raises(UndefinedError, match="evolution"):
        broken.card()


# --- what it says ---------------------------------------------------------------------------------


def test_the_top_answers_in_one_screen(release: Path) -> None:
    card, facts = told(release)
    top = card.split("---\n", 2)[2].split("## Load it")[0]
    assert len(top.splitlines()) < 30
    for words in ("**Size**", "**Teacher**", "**Uncertainty**", "**Is it right?**", "**Licence**"):
        assert f"| {words} |" in top
    share = facts["trust"]["accuracy"]["value"]
    assert f"{100 * share:.1f} %" in top


def test_the_accuracy_is_only_announced_where_it_is_drawn(inputs: Inputs) -> None:
    for labelled in (LABELLED - 1, LABELLED):
        trust = inputs.facts["trust"] | {"labelled": labelled}
        facts = inputs.facts | {"trust": trust}
        rest = (facts, inputs.pictures, inputs.folder)
        card = Inputs(inputs.head, inputs.recipe, inputs.problems, *rest).card()
        assert ("and how often the majority answer" in card) is (labelled >= LABELLED)


def test_a_toy_teacher_is_named_at_the_top(inputs: Inputs) -> None:
    words = "The teacher is a tiny built-in model"
    assert words not in inputs.card()
    facts = json.loads(json.dumps(inputs.facts))
    for model in facts["models"]:
        model["model"] = "builtin/teacher" if model["role"] == "teacher" else model["model"]
    toy = Inputs(inputs.head, inputs.recipe, inputs.problems, facts, inputs.pictures, inputs.folder)
    assert words in toy.card().split("## Load it")[0]


def test_a_release_of_a_hub_names_its_tag(inputs: Inputs) -> None:
    card = inputs.card("owner/sure-math")
    (first, second) = re.findall(r"```python\n(.*?)```", card, re.S)
    for block in (first, second):
        assert 'load_dataset("owner/sure-math"' in block.replace("(\n    ", "(")
        assert 'revision="v1.0.0"' in block
    assert "hf://datasets/owner/sure-math@v1.0.0/data/" in card
    folder = inputs.card("sure-math")
    assert "revision=" not in folder
    assert len(re.findall("```python", folder)) == 3


def test_prompts_are_named_with_the_hashes_that_were_used(run: Run, release: Path) -> None:
    card, facts = told(release)
    named = {(each["stage"], each["file"]): each["hash"] for each in facts["prompts"]}
    assert named["sample", "prompts/solve.md"] == run.store("sample").config["prompt_sha"]
    assert named["cluster", "prompts/judge.md"] == run.store("cluster").config["prompt_sha"]
    assert named["evolve", "prompts/validity.md"]
    strategies = run.store("evolve").config["prompts"]
    assert named["evolve", "prompts/evolve/harder.md"] == strategies["harder"]
    for sha in named.values():
        assert f"`{sha}`" in card
    assert "You are a careful mathematician." in card


def test_software_is_what_the_shards_were_made_with(release: Path) -> None:
    card, facts = told(release)
    found = {each["name"]: each for each in facts["software"]}
    assert found.keys() >= {"sure-math", "math-verify", "sympy", "pyarrow"}
    assert f"| math-verify | {found['math-verify']['version']} | all |" in card
    assert found["openai"]["stages"] == ["evolve", "sample", "cluster"]


def test_every_call_of_the_judge_is_counted(run: Run, release: Path) -> None:
    card, facts = told(release)
    for stage in ("evolve", "cluster"):
        footers = run.store(stage).scan().values()
        calls = sum(footer.stats["judge_calls"] for footer in footers)
        assert facts["judge"]["stages"][stage]["calls"] == calls > 0
        assert re.search(rf"^\| {stage} \| whether .* \| {calls:,} \|", card, re.M)
    said = run.store("cluster").read_side("judgements")
    assert facts["judge"]["answers"]["pairs"] == said.num_rows
    assert f"of {said.num_rows:,} pairs equal" in card


def test_a_judge_that_was_never_asked_is_not_said_to_have_judged(tmp_path: Path) -> None:
    def same(body: Body, index: int) -> Answer:
        return Answer("It is \\boxed{5}.")

    with ScriptedServer(same) as server:
        run = finish(tmp_path, server, "models.judge.model=Qwen/Qwen2.5-3B-Instruct")
    release = write_release(run, tmp_path / "sure-math")
    card, facts = told(release)
    rows = pl.read_parquet(sorted((release / "data").glob("*.parquet")))
    assert set(rows["judge"]) == {"Qwen/Qwen2.5-3B-Instruct"}
    assert "It was never asked: rules decided every pair." in card
    assert facts["judge"]["stages"]["cluster"]["calls"] == 0
    assert {each["role"] for each in facts["models"]} == {"teacher"}
    assert "Qwen/Qwen2.5-3B-Instruct" not in card
    assert "Equality of answers is decided by rules, which err." in card
