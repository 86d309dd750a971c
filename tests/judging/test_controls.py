"""Control questions: files, figures and the stored report."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.errors import ConfigError, JudgeUnfit
from sure_math.judging.controls import (
    FILE,
    MIN_ACCURACY,
    Control,
    ControlReport,
    ControlVerdict,
    Question,
    enforce,
    load_controls,
    put_controls,
    read_report,
    write_report,
)

GOOD = '{"claim": "2 + 2 = 4", "right": ["true"]}'
COLOURS = ("green", "red")


class Claim(Control):
    """Controls of a judge with one field and more than two verdicts."""

    claim: str
    right: list[str]

    @property
    def questions(self) -> tuple[tuple[Question, tuple[str, ...]], ...]:
        return (((self.claim,), tuple(self.right)),)


class Pair(Control):
    """Controls with two orders."""

    a: str
    b: str
    there: str
    back: str

    @property
    def questions(self) -> tuple[tuple[Question, tuple[str, ...]], ...]:
        return ((self.a, self.b), (self.there,)), ((self.b, self.a), (self.back,))


def report(verdicts: tuple[ControlVerdict, ...]) -> ControlReport:
    return ControlReport("key", "scripted", "sha", "own", COLOURS, verdicts)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    other = '{"claim": "2 + 2 = 5", "right": ["false", "absurd"]}'
    (tmp_path / "own.jsonl").write_text(f"{GOOD}\n\n{other}\n")
    one, two = load_controls(str(tmp_path / "own.jsonl"), Claim)
    assert one.questions == ((("2 + 2 = 4",), ("true",)),)
    assert two.right == ["false", "absurd"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no single verdict may be right"),
        (GOOD, "no single verdict may be right"),
        (f'{GOOD}\n{{"claim": "p", "right": ["true", "absurd"]}}', "no single verdict"),
        (f'{GOOD}\n{{"claim": "p", "right": 1}}', "right"),
        (f'{GOOD}\n{{"claim": "p", "right": ["false"], "why": ""}}', "why"),
        (f"{GOOD}\ntrue", "cannot read"),
        (f"{GOOD}\nyes", "cannot read"),
    ],
)
def test_bad_files(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "own.jsonl").write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_controls(str(tmp_path / "own.jsonl"), Claim)


def test_an_unknown_set_is_named_and_so_are_the_keys() -> None:
    with pytest.raises(ConfigError, match="'jury'") as caught:
        load_controls("jury", Claim)
    assert "the keys claim, right" in str(caught.value)


@given(st.lists(st.sampled_from([*COLOURS, None]), min_size=4, max_size=4))
def test_figures(said: list[str | None]) -> None:
    controls = (
        Pair(a="1", b="1.0", there="green", back="green"),
        Pair(a="1", b="2", there="red", back="red"),
    )
    verdicts = put_controls(controls, ("a", "b"), lambda asked: dict(zip(asked, said, strict=True)))
    assert verdicts[1].question == {"a": "1.0", "b": "1"}
    found = report(verdicts)
    right = ["green", "green", "red", "red"]
    assert found.correct == sum(x == y for x, y in zip(said, right, strict=True))
    assert found.unparseable == said.count(None)
    readable = [verdict for verdict in said if verdict is not None]
    for word in COLOURS:
        assert found.rate(word) == (readable.count(word) / len(readable) if readable else None)
    assert (found.complaint is None) == (found.correct >= 4 * MIN_ACCURACY)
    same = [x == y for x, y in (said[:2], said[2:]) if x is not None and y is not None]
    assert found.order_consistency == (sum(same) / len(same) if same else None)
    assert f"{found.correct} of 4 control questions right (own), green rate" in found.summary()


def test_one_way_pairs_and_single_questions_say_nothing_about_order() -> None:
    controls = (
        Pair(a="more", b="less", there="green", back="red"),
        Claim(claim="p", right=["green"]),
        Claim(claim="q", right=["red"]),
    )
    right = {question: words[0] for each in controls for question, words in each.questions}
    verdicts = put_controls(controls[:1], ("a", "b"), lambda _: right)
    verdicts += put_controls(controls[1:], ("claim",), lambda _: right)
    assert report(verdicts).accuracy == 1.0
    assert report(verdicts[:2]).order_consistency is None
    assert report(verdicts[2:]).order_consistency is None


def test_any_of_several_right_verdicts_counts() -> None:
    verdicts = (ControlVerdict(1, {"claim": "p"}, COLOURS, "red"),)
    assert report(verdicts).accuracy == 1.0
    assert report((ControlVerdict(1, {"claim": "p"}, COLOURS, None),)).accuracy == 0.0


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    verdict = ControlVerdict(1, {"a": "1", "b": "½"}, ("green",), None)
    write_report(tmp_path, report((verdict, verdict)))
    assert read_report(tmp_path) == report((verdict, verdict))
    figures = json.loads((tmp_path / FILE).read_text())["figures"]
    assert figures["complaint"] == "gave no readable verdict on 2 of 2 control questions"


@pytest.mark.parametrize(
    "text", ["", "[]", "5", '{"verdicts": [5]}', '{"verdicts": []}', "\\x00", "\xff"]
)
def test_a_file_that_is_no_report_is_passed_over(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_bytes(text.encode("latin-1"))
    assert read_report(tmp_path) is None


def test_an_empty_report_is_none(tmp_path: Path) -> None:
    stored = {"key": "k", "judge": "j", "prompt_sha": "s", "control_set": "c", "words": ["yes"]}
    (tmp_path / FILE).write_text(json.dumps({**stored, "verdicts": []}))
    assert read_report(tmp_path) is None


def test_a_failed_judge_is_told_what_to_set() -> None:
    bad = report((ControlVerdict(1, {"a": "1", "b": "2"}, ("green",), "red"),))
    with pytest.raises(JudgeUnfit, match="scripted said red to every one of 1") as stopped:
        enforce(bad, "require", "evolve", "evolve.validity_")
    assert f"{FILE} of the evolve stage" in str(stopped.value)
    assert "evolve.validity_control_set" in str(stopped.value)
    assert "--set evolve.validity_controls=report" in str(stopped.value)
    with pytest.warns(UserWarning, match="its verdicts would mean nothing"):
        enforce(bad, "report", "evolve", "evolve.validity_")
    enforce(report((ControlVerdict(1, {"a": "1", "b": "2"}, ("red",), "red"),)), "require", "", "")
