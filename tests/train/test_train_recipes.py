"""The shipped training recipes and the configurations they are launched with."""

from pathlib import Path

import pytest

from sure_math.cli.training import METHODS as OFFERED
from sure_math.errors import ConfigError
from sure_math.resources import resource
from sure_math.train.recipe import METHODS
from sure_math.train.recipes import TRAINING_RECIPES

LAUNCHED = sorted(resource("pipelines", "train", "accelerate").glob("*.yaml"))
PAPER = ("qwen3-1.7b", "qwen3-4b", "qwen3-8b")


@pytest.mark.parametrize("name", TRAINING_RECIPES.bundled())
@pytest.mark.parametrize("method", METHODS)
def test_every_recipe_resolves_for_every_method(name: str, method: str) -> None:
    recipe = TRAINING_RECIPES.load(name, [f"method={method}"])
    assert (recipe.name, recipe.method) == (name, method)
    assert recipe.description


@pytest.mark.parametrize("name", PAPER)
def test_the_paper_s_hyper_parameters(name: str) -> None:
    recipe = TRAINING_RECIPES.load(name)
    chosen = recipe.optimization
    assert (chosen.learning_rate, chosen.warmup_ratio, chosen.betas) == (3e-6, 0.05, (0.9, 0.95))
    assert (chosen.max_grad_norm, chosen.prompts_per_step, chosen.draws) == (1.0, 128, 50_000)
    assert (recipe.rollout.k, recipe.loss.top_k, recipe.weighting.column) == (4, 512, "w_se")
    assert recipe.student.dtype == "bfloat16"
    assert recipe.student.attn_implementation == "flash_attention_2"


def test_weights_come_from_one_place() -> None:
    given = ["weighting.samples=4", "weighting.column=w_discrete"]
    with pytest.raises(ConfigError, match="samples makes the weights of w_se anew"):
        TRAINING_RECIPES.load("tiny", given)


@pytest.mark.parametrize("name", PAPER)
def test_a_recipe_names_a_configuration_that_ships(name: str) -> None:
    text = resource("pipelines", "train", f"{name}.yaml").read_text()
    (config,) = {word for word in text.split() if word.startswith("pipelines/train/accelerate/")}
    assert config.removeprefix("pipelines/train/accelerate/") in {path.name for path in LAUNCHED}


@pytest.mark.parametrize("path", LAUNCHED, ids=lambda path: path.stem)
def test_accelerate_reads_the_configuration(path: Path) -> None:
    pytest.importorskip("accelerate")
    from accelerate.commands.config.config_args import load_config_from_file

    config = load_config_from_file(str(path))
    assert config.distributed_type.value == "DEEPSPEED"
    assert config.num_processes == 4 * config.num_machines
    assert config.mixed_precision == "bf16"


@pytest.mark.engine
@pytest.mark.parametrize("path", LAUNCHED, ids=lambda path: path.stem)
def test_deepspeed_accepts_the_configuration(path: Path) -> None:
    """What accelerate makes of it is valid for DeepSpeed itself."""
    pytest.importorskip("deepspeed")
    import subprocess
    import sys

    code = (
        "import sys, accelerate.utils, deepspeed.runtime.config as c\n"
        "from accelerate.commands.config.config_args import load_config_from_file\n"
        "given = load_config_from_file(sys.argv[1])\n"
        "chosen = given.deepspeed_config\n"
        "plugin = accelerate.utils.DeepSpeedPlugin(\n"
        "    zero_stage=chosen['zero_stage'],\n"
        "    zero3_init_flag=chosen['zero3_init_flag'],\n"
        "    zero3_save_16bit_model=chosen.get('zero3_save_16bit_model', False))\n"
        "ready = plugin.deepspeed_config | {'train_micro_batch_size_per_gpu': 4,\n"
        "    'gradient_accumulation_steps': 2, 'gradient_clipping': 1.0,\n"
        "    'bf16': {'enabled': True}, 'train_batch_size': 8}\n"
        "found = c.DeepSpeedConfig(ready)\n"
        "print('stage', found.zero_optimization_stage)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    stage = 3 if path.stem == "zero3" else 1
    assert f"stage {stage}" in done.stdout


def test_an_unknown_recipe_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="no training recipe 'qwen'") as error:
        TRAINING_RECIPES.load("qwen")
    assert "qwen3-1.7b" in str(error.value)


def test_a_wrong_setting_is_named() -> None:
    with pytest.raises(ConfigError, match=r"optimization\.learning_rat: no such setting.*rate"):
        TRAINING_RECIPES.load("tiny", ["optimization.learning_rat=1"])


def test_k_of_grpo_divides_a_step() -> None:
    with pytest.raises(ConfigError, match="does not divide"):
        TRAINING_RECIPES.load("tiny", ["method=grpo", "grpo.k=5"])


def test_the_command_line_knows_every_method() -> None:
    assert tuple(METHODS) == OFFERED
