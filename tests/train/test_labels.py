"""Labels and reference solutions: where they come from, and what is left out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import datasets
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trl.rewards import accuracy_reward

import sure_math
from sure_math.errors import DataError
from sure_math.prompts import load_prompt
from sure_math.train.labels import (
    boxed,
    is_readable,
    labelled,
    references,
    teacher_messages,
    with_references,
)
from sure_math.train.rows import load_training_data
from tests.train.recipes import recipe

PROMPTS = load_prompt("solve_with_reference"), load_prompt("solve")


def answers(*pairs: tuple[str | None, str | None]) -> datasets.Dataset:
    text = datasets.Value("string")
    return datasets.Dataset.from_dict(
        {
            "problem_id": [f"p{number}" for number in range(len(pairs))],
            "answer": [verified for verified, _ in pairs],
            "majority_answer": [majority for _, majority in pairs],
        },
        features=datasets.Features({"problem_id": text, "answer": text, "majority_answer": text}),
    )


def responses(*rows: tuple[str, str | None, int, int, str]) -> datasets.Dataset:
    """Rows of (text, answer, cluster, tokens, finish reason), all to problem p0."""
    columns = ("text", "answer", "cluster", "token_count", "finish_reason")
    found: dict[str, Sequence[Any]] = dict(zip(columns, zip(*rows, strict=True), strict=True))
    named = {"problem_id": ["p0"] * len(rows), "sample_index": list(range(len(rows)))}
    return datasets.Dataset.from_dict(named | found)


def test_verified_answers_only() -> None:
    rows, counts = labelled(answers(("1", "2"), (None, "3"), (None, None)), "verified")
    assert rows["problem_id"][:] == ["p0"]
    assert rows["solution"][:] == [r"\boxed{1}"]
    assert rows["label_source"][:] == ["verified"]
    assert counts == {"verified": 1, "majority": 0, "unlabelled": 2, "unreadable": 0}


def test_majority_answers_are_marked() -> None:
    rows, counts = labelled(answers(("1", "2"), (None, "3"), (None, None)), "majority")
    assert rows["label"][:] == ["1", "3"]
    assert rows["label_source"][:] == ["verified", "majority"]
    assert counts == {"verified": 1, "majority": 1, "unlabelled": 1, "unreadable": 0}


def test_labels_that_no_box_can_hold_are_left_out() -> None:
    rows, counts = labelled(answers(("1", None), ("}{", None), (" ", None)), "verified")
    assert rows["label"][:] == ["1"]
    assert counts["unreadable"] == 2


def test_no_labels_at_all() -> None:
    with pytest.raises(DataError, match=r"none of 2 rows has a label.*\nNext: labels\.use=maj"):
        labelled(answers((None, "3"), (None, None)), "verified")
    with pytest.raises(DataError, match="none of 1 rows has a label: 1 have no answer"):
        labelled(answers((None, None)), "majority")
    with pytest.raises(DataError, match="0 have no answer, 1 have one that no box can hold"):
        labelled(answers(("}{", None)), "verified")
    without = datasets.Dataset.from_dict({"problem": ["What?"]})
    with pytest.raises(DataError, match="none of 1 rows has a label"):
        labelled(without, "majority")


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [(r"2\sqrt{3}", "2"), ("2^{10}-1", "2"), ("(1,2)", "(2,1)"), (r"\{1,2\}", r"\{1,3\}"),
     (r"\frac{3}{7}", "3"), ("[0, 1)", "[0, 1]"), ("x=5", "x=6"), ("-12", "12")],
)  # fmt: skip
def test_the_gold_is_what_the_reward_reads(answer: str, wrong: str) -> None:
    """Bare, the first two are read as 2 and the next two not at all."""
    assert is_readable(answer)
    said = [
        [{"role": "assistant", "content": rf"So \boxed{{{each}}}."}] for each in (answer, wrong)
    ]
    assert accuracy_reward(said, [boxed(answer)] * 2) == [1.0, 0.0]


@given(st.text(alphabet=r"\{}$ab1+,()[] ", max_size=20))
def test_a_readable_answer_survives_its_box(answer: str) -> None:
    if is_readable(answer):
        assert sure_math.extract_answer(boxed(answer)) == answer.strip()


def test_the_reference_is_the_shortest_whole_right_response() -> None:
    found = responses(
        (r"wrong \boxed{2}", "2", 0, 3, "stop"),
        (r"long \boxed{1}", "1", 1, 9, "stop"),
        (r"cut off \boxed{1}", "1", 1, 2, "length"),
        (r"first \boxed{1.0}", "1.0", 1, 5, "stop"),
        (r"second \boxed{1}", "1", 1, 5, "stop"),
        ("nothing", None, -1, 1, "stop"),
    )
    assert references(["p0"], ["1"], found) == {"p0": r"first \boxed{1.0}"}
    assert references(["p0"], [r"\frac{2}{2}"], found) == {"p0": r"first \boxed{1.0}"}
    assert references(["p0"], ["3"], found) == {}
    assert references(["p1"], ["1"], found) == {}


def test_thoughts_are_no_reference() -> None:
    found = responses((r"<think>hm, \boxed{7}</think>So \boxed{1}.", "1", 0, 9, "stop"))
    assert references(["p0"], ["1"], found) == {"p0": r"So \boxed{1}."}


def test_references_of_a_release(release: Path) -> None:
    verified = load_training_data(recipe(release, method="sdr"))
    assert verified.counts["verified"] == len(verified.rows) == 5
    assert verified.counts["unlabelled"] == 4
    pseudo = load_training_data(recipe(release, method="sdr", labels={"use": "majority"}))
    assert pseudo.counts["majority"] == len(pseudo.rows) - 5 > 0
    for data in (verified, pseudo):
        counts = data.counts
        assert counts["reference_response"] + counts["reference_answer"] == len(data.rows)
        for row in data.rows:
            answer = sure_math.extract_answer(row["reference"])
            assert answer is not None
            assert sure_math.equivalent(answer, row["label"]) or row["label_source"] == "majority"
            assert row["teacher_prompt"] == teacher_messages(
                row["problem"], row["reference"], PROMPTS, "user"
            )


def test_what_the_teacher_never_found_is_only_stated(release: Path) -> None:
    rows = load_training_data(recipe(release, method="grpo")).rows
    found = sure_math.load_dataset(str(release), config="responses", split="train")
    wrong = rows.remove_columns(["label"]).add_column("label", ["123456789"] * len(rows))
    stated, counts = with_references(wrong, found, recipe(release).sdr, "solve")
    assert set(stated["reference"][:]) == {r"\boxed{123456789}"}
    assert counts == {"reference_response": 0, "reference_answer": len(rows)}


def test_both_baselines_see_the_same_rows(release: Path) -> None:
    grpo, sdr = (load_training_data(recipe(release, method=m)) for m in ("grpo", "sdr"))
    assert grpo.rows["problem_id"][:] == sdr.rows["problem_id"][:]


def test_teacher_and_student_have_one_system_turn() -> None:
    system, _ = teacher_messages("P", "R", PROMPTS, "user")
    assert system["content"] == PROMPTS[1].messages(problem="P")[0].content


def test_the_reference_in_the_system_turn() -> None:
    system, user = teacher_messages("a problem", "a solution", PROMPTS, "system")
    assert (system["role"], user["role"]) == ("system", "user")
    assert user["content"] == "a problem"
    assert system["content"].endswith("Do not mention the reference.")
    assert "<reference>\na solution\n</reference>" in system["content"]
    assert "a problem" not in system["content"]


@given(problem=st.text(min_size=1), reference=st.text(min_size=1))
def test_any_text_reaches_the_teacher(problem: str, reference: str) -> None:
    system, user = teacher_messages(problem, reference, PROMPTS, "user")
    assert f"<problem>\n{problem}\n</problem>" in user["content"]
    assert f"<reference>\n{reference}\n</reference>" in user["content"]
    system, user = teacher_messages(problem, reference, PROMPTS, "system")
    assert user["content"] == problem.strip()
    assert f"<reference>\n{reference}\n</reference>" in system["content"]
