"""Suites: the shipped ones, and what options change in them."""

from pathlib import Path

import pytest

from sure_math.errors import ConfigError
from sure_math.evaluate.suites import SUITES, load_suite
from sure_math.model_config import OpenAIModel
from sure_math.prompts import load_prompt
from sure_math.recipes import load_recipe
from sure_math.train.recipe import Rollout
from tests.evaluate.asking import benchmark, write_suite


def test_the_paper_s_suite() -> None:
    suite = load_suite("paper")
    assert [each.name for each in suite.benchmarks] == [
        "MATH-500", "AIME 2025", "AMO-Bench", "SURE-Math"
    ]  # fmt: skip
    greedy, average = suite.decodings
    assert (greedy.name, greedy.n, greedy.temperature) == ("pass@1", 1, 0)
    assert (average.name, average.n) == ("avg@16", 16)
    assert (average.temperature, average.top_p) == (1.2, 0.95)
    assert not suite.enable_thinking
    assert suite.judge is None


def test_the_prompt_is_that_of_annotation_and_training() -> None:
    shas = {load_prompt(name).sha for name in (
        load_suite("paper").prompt, load_recipe("clean").sample_prompt, Rollout().prompt
    )}  # fmt: skip
    assert len(shas) == 1


@pytest.mark.parametrize("name", SUITES.bundled())
def test_every_shipped_suite_is_valid(name: str) -> None:
    assert load_suite(name).name == name


def test_options_change_it(tmp_path: Path) -> None:
    suite = load_suite(
        "paper",
        ("max_tokens=9", "benchmarks.0.cap=3"),
        dataset=str(tmp_path),
        benchmarks=("SURE-Math", "MATH-500"),
        judge="openai:gpt@http://127.0.0.1:1/v1",
    )
    assert suite.max_tokens == 9
    math, ours = suite.benchmarks
    assert (math.name, math.cap, math.path) == ("MATH-500", 3, None)
    assert (ours.name, ours.path, ours.dataset) == ("SURE-Math", str(tmp_path), None)
    assert isinstance(suite.judge, OpenAIModel)
    (ours,) = load_suite("release", dataset="ORG/sure-math", revision="v1.0.0").benchmarks
    assert (ours.path, ours.dataset, ours.revision) == (None, "ORG/sure-math", "v1.0.0")


def test_a_default_that_the_file_leaves_out_can_be_overridden() -> None:
    assert load_suite("release", ("decodings.1.n=4",)).decodings[1].n == 4


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": "papper"}, "no suite 'papper'"),
        ({"name": "paper", "benchmarks": ("GSM8K",)}, "no benchmark 'GSM8K'"),
        ({"name": "paper", "overrides": ("max_token=3",)}, "did you mean max_tokens"),
        ({"name": "paper", "overrides": ("decodings.0.n=0",)}, "decodings.0.n"),
        ({"name": "paper", "judge": "gpt"}, "'gpt' is not a model"),
        ({"name": "paper", "revision": "v1"}, "--revision is that of a --dataset"),
        ({"name": "paper", "dataset": "x/y", "benchmarks": ("MATH-500",)}, "reads a release"),
    ],
)
def test_what_is_wrong_is_said(options: dict, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        load_suite(**options)


def test_names_are_unique_and_there_are_some(tmp_path: Path) -> None:
    twice = [benchmark(tmp_path / "a"), benchmark(tmp_path / "b")]
    with pytest.raises(ConfigError, match="unique"):
        load_suite(str(write_suite(tmp_path, benchmarks=twice)))
    with pytest.raises(ConfigError, match="names no benchmark"):
        load_suite(str(write_suite(tmp_path, benchmarks=[])))
