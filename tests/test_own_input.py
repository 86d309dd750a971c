"""`annotate --input`: problems of the user's own, in their files and under their column names."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from click.testing import CliRunner, Result

from sure_math.cli import main
from sure_math.config import Recipe
from sure_math.errors import ConfigError
from sure_math.own_input import annotation_recipe, model_spec
from tests.backends.scripted_server import ScriptedServer
from tests.roles import respond

ROWS = [
    {"key": f"k{n}", "question": f"Add {n} and {n + 3}. What is the sum?", "gold": str(2 * n + 3)}
    for n in range(20, 26)
]
COLUMNS = ("--problem-column", "question", "--answer-column", "gold", "--id-column", "key")
DEFAULTS: dict[str, Any] = {
    "problem_column": "problem",
    "answer_column": None,
    "id_column": None,
    "split": "train",
    "license_id": None,
    "teacher": None,
    "judge": None,
    "allow_missing_logprobs": False,
    "overrides": (),
}


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(respond) as running:
        yield running


def annotate(folder: Path, server: ScriptedServer, *arguments: str) -> Result:
    model = f"openai:scripted@{server.base_url}"
    common = ("--teacher", model, "--judge", model, "--runs", str(folder / "runs"))
    return CliRunner().invoke(main, ["annotate", *common, *arguments])


def annotated(folder: Path, name: str) -> list[dict[str, Any]]:
    paths = sorted((folder / "runs" / name / "weight").glob("part-*.parquet"))
    return pl.concat([pl.read_parquet(path) for path in paths]).to_dicts()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("builtin:teacher", {"backend": "builtin", "model": "teacher"}),
        ("vllm:Qwen/Qwen3-8B", {"backend": "vllm", "model": "Qwen/Qwen3-8B"}),
        ("transformers:./checkpoint", {"backend": "transformers", "model": "./checkpoint"}),
        ("openai:gpt", {"backend": "openai", "model": "gpt"}),
        (
            "openai:Qwen/Qwen3-8B@http://127.0.0.1:8000/v1",
            {
                "backend": "openai",
                "model": "Qwen/Qwen3-8B",
                "base_url": "http://127.0.0.1:8000/v1",
            },
        ),
        (
            "openai:owner@home/model:free@https://h/v1",
            {"backend": "openai", "model": "owner@home/model:free", "base_url": "https://h/v1"},
        ),
    ],
)
def test_model_specifications(text: str, expected: dict[str, str]) -> None:
    assert model_spec(text) == expected


@pytest.mark.parametrize(
    "text", ["Qwen/Qwen3-8B", "vlm:Qwen", "vllm:", "", "openai", "vllm:m@http://h/v1"]
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ConfigError) as error:
        model_spec(text)
    assert repr(text) in str(error.value)


@pytest.mark.parametrize("suffix", ["parquet", "jsonl", "csv"])
def test_every_file_format(tmp_path: Path, server: ScriptedServer, suffix: str) -> None:
    path = tmp_path / f"my questions.{suffix}"
    frame = pl.DataFrame(ROWS)
    write = {"parquet": frame.write_parquet, "jsonl": frame.write_ndjson, "csv": frame.write_csv}
    write[suffix](path)
    result = annotate(tmp_path, server, "--input", str(path), *COLUMNS)
    assert result.exit_code == 0, result.output
    assert "publish" in result.output
    rows = annotated(tmp_path, "annotate-my-questions")
    assert {row["problem"]: row["answer"] for row in rows} == {
        row["question"]: row["gold"] for row in ROWS
    }
    assert {row["source_id"].rsplit(":", 1)[1] for row in rows} == {row["key"] for row in ROWS}
    assert {row["answer_source"] for row in rows} == {"user"}
    assert {row["split"] for row in rows} == {"train"}
    assert {row["n_samples"] for row in rows} == {8}
    assert all(0 <= row["w_se"] <= 1 for row in rows)


def test_what_the_file_leaves_out(tmp_path: Path, server: ScriptedServer) -> None:
    path = tmp_path / "bare.jsonl"
    path.write_text("".join(json.dumps({"problem": row["question"]}) + "\n" for row in ROWS))
    options = ("--input", str(path), "--set", "sample.n=4", "--run", "mine")
    result = annotate(tmp_path, server, *options)
    assert result.exit_code == 0, result.output
    rows = annotated(tmp_path, "mine")
    assert len({row["problem_id"] for row in rows}) == len(ROWS)
    assert {(row["answer"], row["answer_source"]) for row in rows} == {(None, None)}
    assert {(row["license"], row["n_samples"]) for row in rows} == {("unknown", 4)}


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ((), "problem"),
        (("--problem-column", "query"), "query"),
        (("--problem-column", "question", "--answer-column", "solution"), "solution"),
        (("--problem-column", "question", "--id-column", "number"), "number"),
    ],
)
def test_a_missing_column_is_named_with_those_that_are_there(
    tmp_path: Path, server: ScriptedServer, options: tuple[str, ...], missing: str
) -> None:
    path = tmp_path / "own.csv"
    pl.DataFrame(ROWS).write_csv(path)
    asked = len(server.requests)
    result = annotate(tmp_path, server, "--input", str(path), *options)
    assert result.exit_code == 1
    assert missing in result.stderr
    assert "question" in result.stderr
    assert "gold" in result.stderr
    assert "Traceback" not in result.output
    assert len(server.requests) == asked


@pytest.mark.parametrize("name", ["none.parquet", "none.ndjson", "no folder"])
def test_a_missing_file_is_no_hub_dataset(
    tmp_path: Path, server: ScriptedServer, name: str
) -> None:
    result = annotate(tmp_path, server, "--input", str(tmp_path / name))
    assert result.exit_code == 1
    assert f"{name} does not exist" in result.stderr


def test_the_recipe_gives_the_settings(tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").write_text("")
    source = str(tmp_path / "own.jsonl")
    own = annotation_recipe(None, source, **DEFAULTS)
    assert (own.name, own.publish.pretty_name) == ("annotate-own", "own")
    assert not own.evolve.enabled
    assert not own.decontaminate.evaluation_sets  # nothing is read from a hub
    (only,) = own.seeds.sources
    assert (only.path, only.dataset, only.use) == (source, None, "annotate")
    named = annotation_recipe("clean", source, **DEFAULTS)
    assert [each.name for each in named.decontaminate.evaluation_sets][:1] == ["MATH-500"]
    hub = annotation_recipe(None, "openai/gsm8k", **{**DEFAULTS, "split": "test"})
    (only,) = hub.seeds.sources
    assert (only.path, only.dataset, only.split) == (None, "openai/gsm8k", "test")
    models = annotation_recipe("demo", None, **{**DEFAULTS, "teacher": "vllm:m"}).models
    assert (models.teacher.backend, models.evolver.backend) == ("vllm", "builtin")


# --- licences -------------------------------------------------------------------------------------


def release(folder: Path, server: ScriptedServer, *arguments: str, config: str = "") -> Path:
    """Annotate own rows and publish them, both on the command line."""
    path = folder / "own.jsonl"
    path.write_text("".join(json.dumps({"problem": row["question"]}) + "\n" for row in ROWS[:2]))
    result = annotate(folder, server, "--input", str(path), "--run", "mine", *arguments)
    assert result.exit_code == 0, result.output
    out = folder / "mine"
    options = ["publish", "--run", "mine", "--runs", str(folder / "runs"), "--local", str(out)]
    result = CliRunner().invoke(main, options)
    assert result.exit_code == 0, result.output
    assert f'{out} is written: datasets.load_dataset("{out}"{config})' in result.output
    return out


def test_own_problems_are_released_but_not_as_free(tmp_path: Path, server: ScriptedServer) -> None:
    out = release(tmp_path, server)
    assert (out / "data").is_dir()
    card = (out / "README.md").read_text()
    assert yaml.safe_load(card.split("---\n", 2)[1])["license"] == "unknown"
    for text in (card, (out / "LICENSE").read_text()):
        assert "They are not freely licensed, and this release gives no right to use them." in text


def test_own_problems_carry_the_licence_they_are_given(
    tmp_path: Path, server: ScriptedServer
) -> None:
    out = release(tmp_path, server, "--license", "house rules 2")
    card = (out / "README.md").read_text()
    head = yaml.safe_load(card.split("---\n", 2)[1])
    assert (head["license"], head["license_name"]) == ("other", "house-rules-2")
    assert "| default, responses | house rules 2 | 2 |" in card
    assert {row["license"] for row in annotated(tmp_path, "mine")} == {"house rules 2"}


def test_non_commercial_own_problems_lie_apart(tmp_path: Path, server: ScriptedServer) -> None:
    out = release(tmp_path, server, "--license", "CC-BY-NC-4.0", config=', "nc"')
    assert {path.name for path in out.iterdir() if path.is_dir()} == {"nc", "nc_responses", "plots"}


def test_the_licence_of_own_problems_decides_where_they_go(tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").write_text("")
    source = str(tmp_path / "own.jsonl")
    usual = Recipe(name="usual").publish.licenses
    for license_id in ("MIT", "cc-by-nc-4.0"):
        own = annotation_recipe(None, source, **{**DEFAULTS, "license_id": license_id})
        allowed = own.publish.licenses
        assert {name: allowed[name] for name in usual} == usual
        assert own.seeds.sources[0].license == license_id
    with pytest.raises(ConfigError, match="--input"):
        annotation_recipe("demo", None, **{**DEFAULTS, "license_id": "mit"})
