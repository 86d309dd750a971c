"""What is refused before a model is loaded: the recipe, and rows that do not suffice."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import datasets
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.errors import ConfigError, DataError
from sure_math.train.preflight import Preflight, check, check_recipe
from sure_math.train.recipe import TrainRecipe
from sure_math.train.rows import TrainingData, load_training_data, training_rows
from tests.train.models import copy, edit
from tests.train.recipes import recipe

SYSTEM = "the chat template of the student builtin:student drops the system turn of the prompt"


@pytest.fixture(scope="module")
def data(release: Path) -> TrainingData:
    return load_training_data(recipe(release))


def own(data: TrainingData, **columns: list[Any]) -> TrainingData:
    """Somebody's problems with these columns, as if they were the dataset."""
    rows = len(next(iter(columns.values())))
    problems = {"problem": [f"What is {i} + {i}?" for i in range(rows)], **columns}
    found = training_rows(datasets.Dataset.from_dict(problems), weights_needed=False)
    return replace(data, rows=found, annotation=None)


@pytest.mark.parametrize("method", ["uopd", "opd", "binary", "sampler", "grpo"])
def test_every_method_can_begin(release: Path, method: str) -> None:
    wanted = recipe(release, method=method, weighting={"tau": 0.6})
    loaded = load_training_data(wanted)
    found = check(wanted, loaded, world_size=2)
    assert found.data is loaded
    assert 10 < found.longest_prompt < 40
    assert f"{SYSTEM}, as rollout.allow_dropped_system allows" in found.findings
    about_teacher = "the weights are about scripted, the teacher is builtin:teacher"
    assert (about_teacher in found.findings) == (method in {"uopd", "sampler"})


def test_a_dropped_system_turn_must_be_allowed(release: Path, data: TrainingData) -> None:
    strict = recipe(release, rollout={"allow_dropped_system": False})
    with pytest.raises(ConfigError, match=f"{SYSTEM}\nNext: "):
        check(strict, data)


def test_the_split_and_the_prompt_are_noticed(
    release: Path, data: TrainingData, tmp_path: Path
) -> None:
    path = tmp_path / "mine.md"
    path.write_text("Be brief.\n<!-- user -->\n{{ problem }}\n")
    found = check(
        recipe(release, rollout={"prompt": str(path)}),
        replace(data, identity=replace(data.identity, split="test")),
    )
    assert "the rows are those of the split test, not of train" in found.findings
    assert "the dataset was annotated with another prompt than rollout.prompt" in found.findings


@pytest.mark.parametrize(
    ("settings", "processes", "message", "hint"),
    [
        ({"micro_batch": 3}, 1, "8 sequences, which micro batches of 3 on 1 process do not",
         "micro_batch={1,2,4,8} or optimization.prompts_per_step=3 or 6"),
        ({"micro_batch": 4}, 4, "8 sequences, which micro batches of 4 on 4 processes do not",
         "micro_batch={1,2} or optimization.prompts_per_step=8"),
        ({"prompts_per_step": 5}, 3, "10 sequences, which micro batches of 2 on 3 processes",
         "Next: optimization.prompts_per_step=3 or 6"),
    ],
)  # fmt: skip
def test_a_step_that_cannot_be_divided(
    settings: dict[str, int], processes: int, message: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        check_recipe(recipe("any", optimization=settings), processes)
    assert message in str(caught.value)
    assert hint in str(caught.value)


@given(
    prompts=st.integers(1, 40), k=st.integers(1, 8), micro=st.integers(1, 12),
    processes=st.integers(1, 8),
)  # fmt: skip
def test_what_is_proposed_divides(prompts: int, k: int, micro: int, processes: int) -> None:
    def wanted(prompts: int) -> TrainRecipe:
        settings = {"prompts_per_step": prompts, "micro_batch": micro, "draws": 1000}
        return recipe("any", rollout={"k": k}, optimization=settings)

    try:
        check_recipe(wanted(prompts), processes)
    except ConfigError as error:
        proposed = str(error).rpartition("prompts_per_step=")[2].split(" or ")
        assert 1 <= len(proposed) <= 2
        for each in proposed:
            check_recipe(wanted(int(each)), processes)
    else:
        assert prompts * k % (micro * processes) == 0


def test_draws_that_fill_no_step() -> None:
    with pytest.raises(ConfigError, match=r"draws is 3, but one step takes 4 prompts"):
        check_recipe(recipe("any", optimization={"draws": 3}))
    with pytest.raises(ConfigError, match=r"sampler draws prompts, but optimization\.draws is 0"):
        check_recipe(recipe("any", method="sampler", optimization={"draws": 0}))
    assert check_recipe(recipe("any", optimization={"draws": 42})) == [
        "the last 2 of 42 draws fill no step"
    ]
    assert check_recipe(recipe("any", optimization={"draws": 0})) == []


def test_a_missing_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['trl'] = None; sys.modules['accelerate'] = None\n"
        "from sure_math.train.preflight import check_recipe\n"
        "from tests.train.recipes import recipe\n"
        "check_recipe(recipe('any'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ConfigError: training needs accelerate, trl\nNext: pip install" in done.stderr
    assert "'sure-math[train]'" in done.stderr


def test_an_engine_that_cannot_run_here() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(
        ConfigError, match=r"rollout.engine is vllm, but .*\nNext: .*\[train,vllm\]"
    ):
        check_recipe(recipe("any", rollout={"engine": "vllm"}))


def test_long_prompts_are_named_or_dropped(release: Path, data: TrainingData) -> None:
    tokens = check(recipe(release), data).longest_prompt
    with pytest.raises(DataError) as caught:
        check(recipe(release, rollout={"max_prompt_tokens": tokens - 1}), data)
    assert f"longer than {tokens - 1} tokens (rollout.max_prompt_tokens)" in str(caught.value)
    assert f"the longest has {tokens}" in str(caught.value)
    assert "rollout.drop_long=true" in str(caught.value)
    found = check(
        recipe(release, rollout={"max_prompt_tokens": tokens - 1, "drop_long": True}), data
    )
    dropped = found.data.counts["too_long"]
    assert dropped == len(data.rows) - len(found.data.rows) > 0
    assert found.longest_prompt < tokens
    assert f"{dropped} rows are left out: their prompts are too long" in found.findings
    long = set(data.rows["problem_id"][:]) - set(found.data.rows["problem_id"][:])
    assert any(name in str(caught.value) for name in long)


def test_nothing_is_left_without_long_prompts(release: Path, data: TrainingData) -> None:
    rollout = {"max_prompt_tokens": 2, "drop_long": True}
    with pytest.raises(DataError, match="9 of 9 prompts are longer than 2 tokens"):
        check(recipe(release, rollout=rollout), data)


def test_models_without_room(release: Path, data: TrainingData, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"max_tokens is 1024, but the student .* only 1024 pos"):
        check(recipe(release, rollout={"max_tokens": 1024}), data)
    with pytest.raises(DataError, match=r"than 4 tokens \(what the student .* has room for\)"):
        check(recipe(release, rollout={"max_tokens": 1020}), data)
    small = copy(tmp_path / "small")
    edit(small / "config.json", lambda config: config.update(max_position_embeddings=130))
    with pytest.raises(DataError, match=r"than 2 tokens \(what the teacher .* has room for\)"):
        check(recipe(release, teacher={"model": str(small)}), data)


def test_weights_that_move_nothing(data: TrainingData, release: Path) -> None:
    zero = own(data, w_se=[0.0] * 8)
    for method in ("uopd", "sampler"):
        with pytest.raises(DataError, match="all 8 weights in 'w_se' are 0"):
            check(recipe(release, method=method), zero)
    check(recipe(release, method="opd"), zero)


def test_a_threshold_that_keeps_nothing(data: TrainingData, release: Path) -> None:
    rows = own(data, w_se=[0.5, 0.25, 0.0, 0.1, 0.2], semantic_entropy=[1.0, 1.5, 2.0, 1.8, 1.6])

    def binary(tau: float, unit: str) -> Preflight:
        weighting = {"tau": tau, "tau_unit": unit}
        return check(recipe(release, method="binary", weighting=weighting), rows)

    with pytest.raises(
        DataError, match=r"0.4 normalized or less; the lowest is 0.500\nNext: raise"
    ):
        binary(0.4, "normalized")
    with pytest.raises(DataError, match=r"0.5 nats or less; the lowest is 1.000"):
        binary(0.5, "nats")
    found = binary(0.5, "normalized")
    assert "1 of 5 rows have an entropy of 0.5 normalized or less" in found.findings
    assert "1 rows for 4 prompts per step: prompts repeat within a step" in found.findings
    assert "3 of 5 rows have an entropy of 1.6 nats or less" in binary(1.6, "nats").findings


def test_nats_need_an_entropy(data: TrainingData, release: Path) -> None:
    wanted = recipe(release, method="binary", weighting={"tau_unit": "nats"})
    with pytest.raises(DataError, match=r"no column 'semantic_entropy'.*\nNext: .*tau_unit=norm"):
        check(wanted, own(data, w_se=[1.0] * 8))
    with pytest.raises(DataError, match="an entropy of every row"):
        check(wanted, own(data, w_se=[1.0] * 2, semantic_entropy=[0.1, None]))


def test_one_pass_over_fewer_rows_than_a_step(data: TrainingData, release: Path) -> None:
    settings = {"draws": 0, "prompts_per_step": 10}
    with pytest.raises(DataError, match="one step takes 10 prompts, but there are 9 rows"):
        check(recipe(release, optimization=settings), data)
    few = own(data, w_se=[1.0] * 5)
    grpo = recipe(release, method="grpo", optimization={"draws": 0, "prompts_per_step": 10})
    check(grpo, few)  # 20 sequences, four of each prompt


def test_a_dataset_that_does_not_say_its_mode(data: TrainingData, release: Path) -> None:
    found = check(recipe(release), own(data, w_se=[1.0] * 4))
    assert (
        "the dataset does not say whether its teacher was thinking; the student is not"
        in found.findings
    )
