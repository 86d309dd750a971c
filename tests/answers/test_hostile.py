"""Hostile answers: every call ends soon, raises nothing and contradicts no known truth.

Bounds are on CPU time, far above what the calls need. `fuzz` looks for more of these.
"""

import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sure_math import cluster_answers, equivalent, extract_answer
from sure_math.answers.symbolic import SymbolicChecker
from tests.answers import hostile, truths
from tests.answers.invariants import (
    check_answer,
    check_box,
    check_clusters,
    check_extraction,
    check_pair,
    check_truth,
)

ROOT = Path(__file__).resolve().parents[2]
BOMBS = hostile.bombs()


@pytest.mark.parametrize("row", hostile.CORPUS, ids=lambda row: row["kind"])
def test_kept_answers(row) -> None:
    answers = row["answers"]
    for answer in answers:
        check_answer(answer)
        check_box(answer)
        check_extraction(rf"So it is $\boxed{{{answer}}}$.")
        check_pair(answer, "x+1")
        check_pair(answer, answers[0] + "+0")
    check_clusters([*answers, None, "1"], random.Random(1))


def test_kept_pairs_with_known_truth() -> None:
    with SymbolicChecker() as checker:
        for row in hostile.CORPUS:
            if "equal" in row:
                check_truth(truths.Truth(*row["answers"], row["equal"]), checker)


@pytest.mark.parametrize("name", BOMBS)
def test_bombs(name) -> None:
    bomb = BOMBS[name]
    check_answer(bomb)
    check_pair(bomb, bomb[:-1] + "+1")
    check_extraction(rf"So it is $\boxed{{{bomb}}}$.")
    check_extraction(f"**Answer:** {bomb}")
    check_clusters([bomb, "1", bomb + "1", None], random.Random(1))


def test_all_hostile_answers_together_are_clustered() -> None:
    answers = [*hostile.ANSWERS, *BOMBS.values()]
    ids = check_clusters(answers[::5], random.Random(2))
    assert len(set(ids)) > 1


def test_the_worker_is_asked_about_a_bomb_only_once() -> None:
    """Structures around a tower reach the worker; without memory every pair would cost seconds."""
    answers = [f"(9^{{9^{{9^9}}}},{n})" for n in range(6)]
    with SymbolicChecker(cpu_seconds=0.3) as checker:
        check_clusters(answers, random.Random(3), checker)
        assert checker.check(r"\sum_{k=1}^{10}k", "55") == "equal"


def test_ends_of_the_pipeline_in_one_call_each() -> None:
    tower = r"9^{9^{9^9}}"
    assert extract_answer(rf"It is \boxed{{{tower}}}") == tower
    assert equivalent(tower, tower)
    assert not equivalent(tower, "7")
    assert cluster_answers([tower, "7", None, tower, "(10^9)!"]) == [0, 1, -1, 0, 2]


def test_close_to_the_recursion_limit_of_the_caller() -> None:
    """A caller that is itself deep leaves less of the stack, but enough for the deepest tree."""
    product = "x*" * 60 + "x"

    def deep(levels: int) -> bool:
        return deep(levels - 1) if levels else equivalent(product, "x^{61}")

    assert deep(sys.getrecursionlimit() // 3)


def test_in_a_thread() -> None:
    verdicts: list[bool] = []
    thread = threading.Thread(target=lambda: verdicts.append(equivalent("9^{9^9}", "1")))
    thread.start()
    thread.join()
    assert verdicts == [False]


@settings(max_examples=150, deadline=None)
@given(st.integers(min_value=0))
def test_no_verdict_contradicts_the_truth(seed) -> None:
    try:
        truth = truths.pair(random.Random(seed))
    except truths.Unfit:
        return
    check_truth(truth)


@settings(max_examples=150, deadline=None)
@given(st.integers(min_value=0))
def test_mutated_answers(seed) -> None:
    rng = random.Random(seed)
    first, second = (
        hostile.mutate(rng, rng.choice(hostile.ANSWERS), hostile.ANSWERS) for _ in range(2)
    )
    check_answer(first)
    check_box(first)
    check_pair(first, second)
    check_clusters([first, second, None, "2", first], rng)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=60), st.text(max_size=60))
def test_any_text(first, second) -> None:
    check_answer(first)
    check_pair(first, second)
    check_extraction(rf"{first} \boxed{{{second}}}")


def test_the_fuzzer_runs(tmp_path) -> None:
    """In a process of its own, since it limits its memory."""
    command = [sys.executable, "-m", "tests.answers.fuzz", "--cpu-minutes", "0.02"]
    subprocess.run([*command, "--folder", str(tmp_path)], cwd=ROOT, check=True)
    assert not (tmp_path / "found.jsonl").exists()
