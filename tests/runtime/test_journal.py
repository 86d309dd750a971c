"""The journal of paid responses: replay, torn lines, and never another model's answers."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.backends.base import Completion, Failure, Message, Request, Sample, Sampling
from sure_math.errors import StageError
from sure_math.runtime.journal import Journal

MODEL = {"backend": "openai", "model": "m"}
REQUEST = Request("p1", (Message("user", "How many?"),), Sampling(n=2), seed=7)
ANSWER = Completion("p1", (Sample("five\n", 3, -1.5, "stop", (1, 2, 3)),), prompt_tokens=9)

_NUMBERS = st.floats(max_value=0, allow_infinity=False, allow_nan=False)
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_SAMPLES = st.builds(
    Sample,
    text=_TEXT,
    token_count=st.integers(0, 2**31 - 1),
    logprob=st.none() | _NUMBERS,
    finish_reason=st.sampled_from(["stop", "length"]),
    token_ids=st.none() | st.lists(st.integers(0, 10**6), max_size=3).map(tuple),
)
_FAILURES = st.builds(Failure, reason=st.just("request_rejected"), detail=_TEXT)
_COMPLETIONS = st.builds(
    Completion,
    request_id=_TEXT,
    samples=st.lists(_SAMPLES, max_size=3).map(tuple),
    failure=st.none() | _FAILURES,
    prompt_tokens=st.integers(0, 10**6),
)


def requests(count: int) -> list[Request]:
    return [replace(REQUEST, id=f"p{n}", seed=n) for n in range(count)]


@given(st.lists(_COMPLETIONS, max_size=5))
def test_what_was_written_is_replayed_unchanged(completions: list[Completion]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal" / "part-00000.jsonl"
        writer = Journal(path, MODEL)
        asked = requests(len(completions))
        for request, completion in zip(asked, completions, strict=True):
            writer.add(request, completion)
        reader = Journal(path, MODEL)
        assert [reader.get(request) for request in asked] == completions
        assert reader.get(replace(REQUEST, id="never asked")) is None


@given(st.integers(min_value=0), st.integers(1, 3))
def test_a_torn_end_costs_that_response_alone(cut: int, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "part-00000.jsonl"
        asked = requests(count)
        for request in asked:
            Journal(path, MODEL).add(request, replace(ANSWER, request_id=request.id))
        lines = path.read_bytes().splitlines(keepends=True)
        last = lines.pop()
        path.write_bytes(b"".join(lines) + last[: cut % (len(last) - 1)])
        torn = Journal(path, MODEL)
        found = [torn.get(request) is not None for request in asked]
        assert found == [True] * (count - 1) + [False]
        torn.add(asked[-1], ANSWER)
        whole = Journal(path, MODEL)
        assert all(whole.get(request) for request in asked)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "part-00000.jsonl"
        path.write_bytes(data)
        Journal(path, MODEL).add(REQUEST, ANSWER)
        assert Journal(path, MODEL).get(REQUEST) == ANSWER


@pytest.mark.parametrize("line", ["5", "[]", "null", '"key"', '{"key": "x"}', '{"completion": {}}'])
def test_other_json_is_passed_over(tmp_path: Path, line: str) -> None:
    path = tmp_path / "part-00000.jsonl"
    path.write_text(line + "\n")
    assert Journal(path, MODEL).get(REQUEST) is None


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, seed=8),
        replace(REQUEST, sampling=Sampling(n=3)),
        replace(REQUEST, messages=(Message("user", "How much?"),)),
        replace(REQUEST, id="p2"),
    ],
)
def test_only_the_very_same_request_is_replayed(tmp_path: Path, other: Request) -> None:
    path = tmp_path / "part-00000.jsonl"
    Journal(path, MODEL).add(REQUEST, ANSWER)
    journal = Journal(path, MODEL)
    assert journal.get(REQUEST) == ANSWER
    assert journal.get(other) is None


def test_another_models_answers_are_not_replayed(tmp_path: Path) -> None:
    path = tmp_path / "part-00000.jsonl"
    Journal(path, MODEL).add(REQUEST, ANSWER)
    assert Journal(path, MODEL | {"model": "n"}).get(REQUEST) is None
    assert Journal(path, dict(reversed(MODEL.items()))).get(REQUEST) == ANSWER


def test_an_unwritable_place_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("a file where the folder should be")
    with pytest.raises(StageError, match="cannot write"):
        Journal(tmp_path / "journal" / "part-00000.jsonl", MODEL).add(REQUEST, ANSWER)
