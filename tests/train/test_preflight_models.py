"""Teacher and student that do not go together, and chat templates that lose something."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sure_math.errors import ConfigError, DataError
from sure_math.prompts import load_prompt
from sure_math.train.checkpoints import Checkpoint, read_checkpoint
from sure_math.train.preflight import Preflight, check
from sure_math.train.recipe import TrainedModel
from sure_math.train.rows import TrainingData, load_training_data
from sure_math.train.templates import chat, check_parts, drops_system, lengths, rendered, thinks
from tests.train.models import WHOLE, copy, edit
from tests.train.recipes import recipe

SWITCH = WHOLE + "{%- if not enable_thinking -%}<think></think>{%- endif -%}"
ALWAYS = WHOLE + "<think>"


@pytest.fixture(scope="module")
def data(release: Path) -> TrainingData:
    return load_training_data(recipe(release))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """A student whose template keeps everything."""
    folder = copy(tmp_path_factory.mktemp("whole") / "model", WHOLE)
    return read_checkpoint(TrainedModel(model=str(folder)), "student")


def with_teacher(release: Path, data: TrainingData, teacher: Path) -> Preflight:
    return check(recipe(release, teacher={"model": str(teacher)}), data)


def with_student(release: Path, data: TrainingData, student: Path, **rollout: Any) -> Preflight:
    strict = {"allow_dropped_system": False, **rollout}
    model = {"model": str(student)}
    return check(recipe(release, student=model, teacher=model, rollout=strict), data)


def test_a_model_that_is_not_there(release: Path, data: TrainingData, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read the teacher .*nowhere.*\n*.*Next: name a"):
        with_teacher(release, data, tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="the student builtin:nobody is no built-in"):
        check(recipe(release, student={"model": "builtin:nobody"}), data)


def test_a_folder_without_a_tokenizer(release: Path, data: TrainingData, tmp_path: Path) -> None:
    """transformers makes an empty one without a word."""
    bare = copy(tmp_path / "bare")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (bare / name).unlink()
    with pytest.raises(ConfigError, match="has 1,024 tokens, but its tokenizer knows 1\nNext: "):
        with_teacher(release, data, bare)


def test_a_tokenizer_of_another_model(release: Path, data: TrainingData, tmp_path: Path) -> None:
    small = copy(tmp_path / "small")
    edit(small / "config.json", lambda config: config.update(vocab_size=1000))
    with pytest.raises(ConfigError, match="has 1,000 tokens, but its tokenizer knows 1,024"):
        with_teacher(release, data, small)


def _rename(vocabulary: dict[str, int], merges: list[Any]) -> None:
    """A token that no merge knows gets another name."""
    known = {part for merge in merges for part in (*merge, "".join(merge))}
    old = next(t for t in vocabulary if t not in known and len(t) == 1 and not t.isalnum())
    vocabulary["§new§"] = vocabulary.pop(old)


def _swap(vocabulary: dict[str, int], merges: list[Any]) -> None:
    vocabulary["8"], vocabulary["9"] = vocabulary["9"], vocabulary["8"]


def _forget(vocabulary: dict[str, int], merges: list[Any]) -> None:
    merges.clear()


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (_rename, "1 tokens only of the student .*, 1 tokens only of the teacher .'§new§'"),
        (_swap, "2 tokens with another id .'8', '9'"),
        (_forget, "they cut .* differently .token [0-9]+ of a prompt"),
    ],
)
def test_tokenizers_that_differ(
    release: Path, data: TrainingData, tmp_path: Path, change: Any, difference: str
) -> None:
    other = copy(tmp_path / "other")
    edit(
        other / "tokenizer.json",
        lambda found: change(found["model"]["vocab"], found["model"]["merges"]),
    )
    with pytest.raises(ConfigError, match=rf"tokenizers of .* differ: {difference}"):
        with_teacher(release, data, other)


def test_responses_that_end_differently(release: Path, data: TrainingData, tmp_path: Path) -> None:
    other = copy(tmp_path / "other")
    edit(other / "tokenizer_config.json", lambda found: found.update(eos_token="<|pad|>"))
    with pytest.raises(ConfigError, match=r"end with '<\|end\|>' and with '<\|pad\|>'"):
        with_teacher(release, data, other)


def test_rows_of_padding(release: Path, data: TrainingData, tmp_path: Path) -> None:
    padded = copy(tmp_path / "padded")
    edit(padded / "config.json", lambda config: config.update(vocab_size=1088))
    with pytest.raises(ConfigError, match=r"1,024 rows .* 1,088, .*\nNext: .*resize_token_embedd"):
        with_teacher(release, data, padded)


def test_grpo_asks_no_teacher(release: Path, tmp_path: Path) -> None:
    wanted = recipe(release, method="grpo", teacher={"model": str(tmp_path / "nowhere")})
    check(wanted, load_training_data(wanted))


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("", "has no chat template"),
        ("{{ raise_exception('System role not supported') }}", "refuses .*: System role not supp"),
        ("{{ messages[0].contents.nothing }}", "refuses the prompt"),
        ("{{ messages[1].content }}", "drops the system turn"),
        ("{{ messages[0].content[:50] }}{{ messages[1].content }}", "drops the system turn"),
        ("{{ messages[0].content }}", "drops or changes the problem in 9 of 9 prompts: '"),
        (
            "{{ messages[0].content }}{{ messages[1].content[:20] }}",
            "drops or changes the problem in [0-9] of 9 prompts",
        ),
        ("{{ messages[0].content }}{{ messages[1].content | upper }}", "changes the problem"),
    ],
)
def test_templates_that_lose_something(
    release: Path, data: TrainingData, tmp_path: Path, template: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        with_student(release, data, copy(tmp_path / "model", template))


def test_a_template_that_keeps_everything(
    release: Path, data: TrainingData, whole: Checkpoint
) -> None:
    found = with_student(release, data, Path(whole.model))
    assert found.findings == ("the weights are about scripted, the teacher is " + whole.model,)


def test_another_template_of_the_teacher(release: Path, data: TrainingData, tmp_path: Path) -> None:
    found = with_teacher(release, data, copy(tmp_path / "model", WHOLE))
    assert any("in the student's chat template, not in its own" in f for f in found.findings)


@pytest.mark.parametrize(
    ("template", "annotated", "wanted", "message"),
    [
        (SWITCH, True, False, "is false, but the dataset was annotated with enable_thinking: true"),
        (SWITCH, False, True, "is true, but the dataset was annotated with enable_thinking: false"),
        (ALWAYS, False, False, "ignores enable_thinking and always thinks"),
        (WHOLE, True, True, "ignores enable_thinking and knows no thinking"),
        (WHOLE, None, True, "ignores enable_thinking and knows no thinking"),
    ],
)
def test_another_mode_than_that_of_the_annotation(
    release: Path, data: TrainingData, tmp_path: Path, template: str, annotated: bool | None,
    wanted: bool, message: str,
) -> None:  # fmt: skip
    told = data.annotation and replace(data.annotation, enable_thinking=bool(annotated))
    changed = replace(data, annotation=None if annotated is None else told)
    student = copy(tmp_path / "model", template)
    with pytest.raises(ConfigError, match=message):
        with_student(release, changed, student, enable_thinking=wanted)


@pytest.mark.parametrize(
    ("template", "thinking"), [(SWITCH, False), (ALWAYS, True), (WHOLE, False)]
)
def test_the_mode_of_the_annotation(
    release: Path, data: TrainingData, tmp_path: Path, template: str, thinking: bool
) -> None:
    assert data.annotation is not None
    told = replace(data, annotation=replace(data.annotation, enable_thinking=thinking))
    student = copy(tmp_path / "model", template)
    with_student(release, told, student, enable_thinking=thinking)


def test_thoughts_that_the_template_opens() -> None:
    assert thinks("...<|assistant|><think>\n")
    assert thinks("<think>before</think><think>")
    assert not thinks("...<think>\n\n</think>\n\n")
    assert not thinks("...<|assistant|>")


def test_a_reference_that_the_template_drops(release: Path) -> None:
    """The built-in template keeps one word of the system turn."""
    for teacher in (None, "self"):
        wanted = recipe(release, method="sdr", sdr={"turn": "system", "teacher": teacher})
        with pytest.raises(ConfigError, match=r"teacher .* drops or changes the reference sol"):
            check(wanted, load_training_data(wanted))


@pytest.mark.parametrize("turn", ["user", "system"])
def test_a_teacher_that_reads_the_reference(release: Path, whole: Checkpoint, turn: str) -> None:
    """In its own format, if the student's is another; what it reads is text then."""
    wanted = recipe(release, method="sdr", sdr={"turn": turn, "teacher": whole.model})
    data = load_training_data(wanted)
    found = check(wanted, data)
    assert any("its own chat template, not in the student's" in f for f in found.findings)
    for row, before in zip(found.data.rows, data.rows, strict=True):
        assert row["teacher_prompt"] == rendered(whole, [before["teacher_prompt"]], False)[0]
        assert row["reference"] in row["teacher_prompt"]
        assert row["problem"] in row["teacher_prompt"]
        assert row["prompt"] == before["prompt"]


def test_one_template_for_both(release: Path, whole: Checkpoint) -> None:
    model = {"model": whole.model}
    wanted = recipe(release, method="sdr", student=model, teacher=model)
    data = load_training_data(wanted)
    assert check(wanted, data).data is data


def test_a_reference_that_leaves_no_room(release: Path, whole: Checkpoint) -> None:
    sections: dict[str, Any] = {"method": "sdr", "sdr": {"teacher": whole.model}}
    data = load_training_data(recipe(release, **sections))
    shown = lengths(whole, rendered(whole, data.rows["teacher_prompt"][:], False))
    tokens = 1024 - max(shown) + 1
    with pytest.raises(DataError, match=r"what the teacher .* has room for\), the longest has"):
        check(recipe(release, rollout={"max_tokens": tokens}, **sections), data)
    dropping = recipe(release, rollout={"max_tokens": tokens, "drop_long": True}, **sections)
    found = check(dropping, data)
    assert found.data.counts["too_long"] == shown.count(max(shown))
    assert found.data.counts["reference_response"] == data.counts["reference_response"]


@settings(deadline=None)
@given(problem=st.text(min_size=1).filter(str.strip))
def test_a_problem_of_any_characters_is_kept(whole: Checkpoint, problem: str) -> None:
    prompts = [chat(load_prompt("solve").messages(problem=problem))]
    texts = rendered(whole, prompts, False)
    check_parts(whole, "the problem", [problem], texts)
    assert not drops_system(prompts, texts)
