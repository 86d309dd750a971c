"""The training code: what it writes is what the engine runs, and the card is what was measured."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from sure_math.backends.builtin_engine import BuiltinEngine
from sure_math.builtin import MODELS, model_path
from sure_math.builtin.chat import END, prompt
from sure_math.builtin.grammar import parse
from sure_math.builtin.marking import correct
from sure_math.builtin.training.card import write_card
from sure_math.builtin.training.examples import answering, evolving, judging, reading, solving

MODEL_FOLDER = model_path("teacher").parent


def test_the_shipped_card_is_written_from_the_shipped_figures(tmp_path: Path) -> None:
    shutil.copy(MODEL_FOLDER / "figures.json", tmp_path)
    for name in MODELS:
        shutil.copytree(model_path(name), tmp_path / name)
    write_card(tmp_path)
    written = (tmp_path / "MODEL_CARD.md").read_text()
    assert written == (MODEL_FOLDER / "MODEL_CARD.md").read_text()


def test_the_figures_meet_what_the_documentation_promises() -> None:
    figures = json.loads((MODEL_FOLDER / "figures.json").read_text())
    teacher = figures["teacher"]
    assert 0.6 <= teacher["greedy accuracy"] <= 0.85
    for clustering in ("entropy, exact values", "entropy, built-in judge"):
        assert teacher[clustering]["auroc"] >= 0.9
        assert teacher[clustering]["accuracy at zero"] >= 0.96
    assert figures["judge"]["accuracy"] >= 0.97
    means = [row["mean entropy"] for row in figures["rounds"]]
    assert means[:4] == sorted(means[:4])
    assert min(means[4:]) > means[2]


def test_examples_have_the_formats_of_the_pipeline() -> None:
    rng = Random(61)
    for _ in range(50):
        assert "\\boxed{" in solving(rng).response
        assert evolving(rng).response.startswith("<problem>")
        assert judging(rng).response.split()[-1] in ("yes", "no")


def test_a_terse_student_answers_at_once_three_times_in_four() -> None:
    rng = Random(62)
    responses = [answering(rng).response for _ in range(400)]
    assert all("\\boxed{" in response for response in responses)
    at_once = [r for r in responses if r.startswith(("The answer", "So the", "Answer:"))]
    assert 0.65 < len(at_once) / len(responses) < 0.85


def test_the_reader_sees_right_references_or_none() -> None:
    rng = Random(63)
    seen = {"solution": 0, "answer": 0, "none": 0}
    for _ in range(300):
        example = reading(rng)
        problem, _, reference = example.user.partition("\nReference solution: ")
        known = parse(problem)
        assert known is not None
        assert correct(known, example.response)
        assert not reference or correct(known, reference)
        kind = "answer" if reference.startswith("\\boxed") else "solution"
        seen[kind if reference else "none"] += 1
    assert min(seen.values()) > 20


@pytest.mark.engine
def test_the_network_and_the_engine_are_one_model(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from sure_math.builtin.training import checkpoint
    from sure_math.builtin.training.network import Qwen3, Size

    torch.manual_seed(0)
    tokenizer = BuiltinEngine(model_path("teacher")).tokenizer
    size = Size(1024, 64, 2, 96, 4, 2)
    network = Qwen3(size).bfloat16().float()
    checkpoint.save(tmp_path, size, dict(network.named_parameters()), tokenizer)
    engine = BuiltinEngine(tmp_path)
    start = tokenizer.encode(prompt("solve", "Find $3+4$.")).ids
    response = tokenizer.encode("3+4=7." + END).ids
    whole = torch.tensor([start + response])
    targets = whole[:, 1:].clone()
    targets[:, : len(start) - 1] = -1
    loss = network.loss(whole[:, :-1], targets).item()
    assert loss == pytest.approx(-np.mean(engine.score(start, response)), abs=1e-4)


@pytest.mark.engine
def test_a_run_can_go_on_from_a_checkpoint(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from sure_math.builtin.training import train

    recipe = replace(train.RECIPES["judge"], steps=12, tokens=512, peak=0.01)
    train.train(recipe, tmp_path, start=model_path("judge"))
    before, phase = json.loads((tmp_path / "training.json").read_text())
    assert before == json.loads((model_path("judge") / "training.json").read_text())[0]
    assert phase["recipe"] == "judge"
    assert phase["steps"] == 12
    assert phase["loss"] < 0.1
    assert BuiltinEngine(tmp_path).max_positions == 1024
