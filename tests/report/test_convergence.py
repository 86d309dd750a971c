"""Convergence: one point per method and step, over the seeds that were evaluated there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sure_math.errors import DataError
from sure_math.evaluate.suite import Decoding
from sure_math.report.convergence import convergence
from sure_math.report.document import Document, write
from sure_math.report.runs import find_runs
from tests.report.by_hand import over_seeds
from tests.report.recorded import (
    STEPS,
    STUDENT,
    SUITE,
    TEACHER,
    evaluation,
    first,
    graded,
    recipe,
    trained,
    training,
)

RIGHT = {"opd": {10: (3, 4), 20: (4, 5), STEPS: (4, 6)}, "uopd": {10: (5, 6), STEPS: (7, 9)}}


def record(root: Path) -> None:
    for method, steps in RIGHT.items():
        for step, counts in steps.items():
            for seed, count in enumerate(counts):
                given = recipe(method, seed)
                spent = training(given, generated_tokens=40_000 + 100 * seed)
                name = f"{method}-{seed}/step-{step}"
                trained(root, given, first(count), training=spent, step=step, name=name)


def report(root: Path) -> Document:
    return convergence(find_runs(root, curve=True))


def test_points_by_steps_and_tokens(tmp_path: Path) -> None:
    record(tmp_path)
    evaluation(tmp_path / "base", first(2), model=STUDENT)
    found: dict[str, Any] = json.loads(report(tmp_path).render("json"))["curves"][0]
    points = {(each["method"], each["step"]): each for each in found["points"]}
    assert list(points) == [
        ("base", 0), ("opd", 10), ("opd", 20), ("opd", STEPS), ("uopd", 10), ("uopd", STEPS)
    ]  # fmt: skip
    assert points["base", 0]["generated_tokens"] == 0
    assert points["opd", 20]["generated_tokens"] == 20_000
    assert points["opd", STEPS]["generated_tokens"] == 40_050  # mean of the two seeds
    for method, steps in RIGHT.items():
        for step, counts in steps.items():
            matrix = [[1.0] * count + [0.0] * (10 - count) for count in counts]
            mean, se, low, high = over_seeds(matrix)
            accuracy = points[method, step]["accuracy"]["Sums pass@1"]
            assert (accuracy["mean"], accuracy["se"]) == pytest.approx((mean, se), abs=1e-6)
            assert (accuracy["low"], accuracy["high"]) == pytest.approx((low, high), abs=1e-6)


def test_the_student_s_start_may_come_from_another_suite(tmp_path: Path) -> None:
    record(tmp_path)
    decodings = (Decoding(name="pass@1"), Decoding(name="avg@4", n=4, temperature=1.0))
    whole = SUITE.model_copy(update={"name": "whole", "decodings": decodings})
    answers = {("Sums", "pass@1"): first(2), ("Sums", "avg@4"): graded(1, samples=4)}
    evaluation(tmp_path / "base", answers, model=STUDENT, suite=whole)
    other = whole.model_copy(update={"max_tokens": 64})
    evaluation(tmp_path / "short", answers, model=TEACHER, suite=other)
    found = find_runs(tmp_path, curve=True)
    assert found.left_out == ("suite whole: 1 evaluation",)  # the one with other conditions
    points = convergence(found).data["curves"][0]["points"]
    assert (points[0]["method"], points[0]["step"]) == ("base", 0)
    assert list(points[0]["accuracy"]) == ["Sums pass@1"]
    assert points[0]["accuracy"]["Sums pass@1"]["mean"] == pytest.approx(0.2)


def test_tokens_that_are_unknown_are_left_open(tmp_path: Path) -> None:
    record(tmp_path)
    for step in (10, STEPS):
        given = recipe("grpo")
        spent = training(given, checkpoints=[])
        trained(tmp_path, given, first(3), training=spent, step=step, name=f"grpo-{step}")
    document = report(tmp_path)
    text = document.render("text")
    assert re.search(r"\nGRPO +10 +– +1 +30\.0 ", text)
    written = write(document, tmp_path / "out")
    assert (tmp_path / "out" / "convergence.png") in written
    assert (tmp_path / "out" / "convergence.png").stat().st_size > 10_000


def test_only_final_models_draw_no_curve(tmp_path: Path) -> None:
    trained(tmp_path, recipe("opd"), first(3))
    with pytest.raises(DataError, match="was evaluated at several checkpoints") as refused:
        report(tmp_path)
    assert "--checkpoints" in str(refused.value.hint)
