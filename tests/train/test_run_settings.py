"""From a training recipe to the configurations of the trainers."""

from pathlib import Path
from typing import Any

import pytest

from sure_math.errors import ConfigChanged, ConfigError
from sure_math.report.method import shared_settings
from sure_math.train.plan import content
from sure_math.train.recipes import TRAINING_RECIPES
from sure_math.train.record import refuse_changes

pytest.importorskip("trl")
pytestmark = pytest.mark.engine


def test_the_paper_s_settings_reach_the_trainer(tmp_path: Path) -> None:
    from sure_math.train.arguments import distillation_config

    config = distillation_config(TRAINING_RECIPES.load("qwen3-1.7b"), tmp_path, 1, 390)
    assert (config.learning_rate, config.lr_scheduler_type) == (3e-6, "cosine")
    assert (config.adam_beta1, config.adam_beta2, config.max_grad_norm) == (0.9, 0.95, 1.0)
    assert config.get_warmup_steps(config.max_steps) == 20  # 5 % of 390
    assert config.sequences_per_step == 128 * 4
    assert (config.num_generations, config.loss_top_k, config.draws) == (4, 512, 50_000)
    assert (config.temperature, config.loss_temperature, config.beta) == (1.0, 1.0, 0.0)
    assert config.model_init_kwargs == config.teacher_model_init_kwargs == {
        "dtype": "bfloat16", "attn_implementation": "flash_attention_2",
    }  # fmt: skip
    assert config.bf16
    assert config.gradient_checkpointing
    assert config.use_vllm
    assert (config.vllm_mode, config.vllm_gpu_memory_utilization) == ("colocate", 0.25)
    assert config.chat_template_kwargs == {"enable_thinking": False}
    assert (config.save_steps, config.report_to, config.logging_steps) == (50, [], 1)


@pytest.mark.parametrize(
    ("method", "weighting", "column"),
    [("uopd", "soft", None), ("opd", "uniform", None), ("binary", "binary", None),
     ("sampler", "sampler", None), ("sdr", "uniform", "teacher_prompt")],
)  # fmt: skip
def test_the_method_is_the_weighting(
    tmp_path: Path, method: str, weighting: str, column: str | None
) -> None:
    from sure_math.train.arguments import distillation_config

    recipe = TRAINING_RECIPES.load("tiny", [f"method={method}", "weighting.tau=0.5"])
    config = distillation_config(recipe, tmp_path, 1, 8)
    assert (config.weighting, config.teacher_prompt_column, config.tau) == (weighting, column, 0.5)


def test_processes_share_the_rollouts_of_a_step(tmp_path: Path) -> None:
    from sure_math.train.arguments import distillation_config

    recipe = TRAINING_RECIPES.load("qwen3-1.7b")
    shares = [
        distillation_config(recipe, tmp_path, world, 390).gradient_accumulation_steps
        for world in (1, 4, 8)
    ]
    assert shares == [128, 32, 16]


def test_further_settings_of_the_trainer(tmp_path: Path) -> None:
    from sure_math.train.arguments import distillation_config, grpo_config

    given = ["trainer.adam_epsilon=0.1", "trainer.logging_steps=4"]
    config = distillation_config(TRAINING_RECIPES.load("tiny", given), tmp_path, 1, 8)
    assert (config.adam_epsilon, config.logging_steps) == (0.1, 4)
    only = TRAINING_RECIPES.load("tiny", ["method=grpo", "trainer.loss_type=grpo"])
    assert grpo_config(only, tmp_path, 1, 8).loss_type == "grpo"
    wrong = TRAINING_RECIPES.load("tiny", ["trainer.weight_decai=0.3"])
    with pytest.raises(ConfigError, match=r"trainer\.weight_decai: .* did you mean weight_decay"):
        distillation_config(wrong, tmp_path, 1, 8)


def test_another_optimizer_is_another_training(tmp_path: Path) -> None:
    def settings(*overrides: str) -> dict[str, Any]:
        return content(TRAINING_RECIPES.load("tiny", overrides))

    plain, other = settings(), settings("trainer.optim=sgd")
    assert settings("trainer.report_to=wandb", "trainer.logging_steps=4") == plain
    assert other == plain | {"trainer": {"optim": "sgd"}}
    with pytest.raises(ConfigChanged, match="trainer"):
        refuse_changes(tmp_path, plain, other)
    told = shared_settings(TRAINING_RECIPES.load("tiny", ["trainer.optim=sgd"]))
    assert told["trainer.optim"] == "sgd"  # so the tables say that it differs


@pytest.mark.parametrize(
    "setting", ["learning_rate=1", "output_dir=elsewhere", "max_steps=1", "num_generations=8"]
)
def test_the_trainer_is_told_nothing_that_the_recipe_decides(tmp_path: Path, setting: str) -> None:
    from sure_math.train.arguments import distillation_config, grpo_config

    for method, configure in (("uopd", distillation_config), ("grpo", grpo_config)):
        recipe = TRAINING_RECIPES.load("tiny", [f"method={method}", f"trainer.{setting}"])
        with pytest.raises(ConfigError, match=rf"trainer\.{setting.split('=')[0]}: the recipe"):
            configure(recipe, tmp_path, 1, 8)


def test_training_in_bfloat16_on_a_cpu(tmp_path: Path) -> None:
    from sure_math.train.arguments import distillation_config

    for dtype, mixed in (("float32", False), ("bfloat16", True)):
        recipe = TRAINING_RECIPES.load("tiny", [f"student.dtype={dtype}"])
        config = distillation_config(recipe, tmp_path, 1, 8)
        assert config.model_init_kwargs["dtype"] == dtype
        assert config.bf16 is mixed or not config.use_cpu
