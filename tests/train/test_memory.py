"""Memory and time of a training run, against real models and known sizes."""

from pathlib import Path

import pytest

from sure_math.builtin import MODELS, model_path
from sure_math.errors import ConfigError
from sure_math.train.memory import SLAB, Budget, Machine, estimate_training
from sure_math.train.recipes import TRAINING_RECIPES
from sure_math.train.shapes import Shape, shape_of

SMALL = {
    "vocab_size": 512, "hidden_size": 128, "intermediate_size": 384, "num_attention_heads": 4,
    "num_key_value_heads": 2, "head_dim": 32,
}  # fmt: skip
EXPERTS = {"num_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 96}


def budget(name: str, *overrides: str, gpus: int = 4) -> Budget:
    return Budget.of(TRAINING_RECIPES.load(name, overrides), Machine(gpus=gpus))


@pytest.mark.parametrize(
    ("name", "billions"),
    [("0.6B", 0.596), ("1.7B", 1.72), ("4B", 4.02), ("8B", 8.19), ("14B", 14.8), ("32B", 32.8),
     ("30B-A3B", 30.5)],
)  # fmt: skip
def test_parameters_of_the_family(name: str, billions: float) -> None:
    assert shape_of(f"Qwen/Qwen3-{name}").parameters / 1e9 == pytest.approx(billions, rel=3e-3)


def test_experts_that_a_token_meets() -> None:
    shape = shape_of("Qwen/Qwen3-30B-A3B")  # 3.3 billion with the embedding, which is looked up
    assert shape.multiplied + shape.vocabulary * shape.hidden == pytest.approx(3.35e9, rel=1e-2)


@pytest.mark.engine
@pytest.mark.parametrize("name", MODELS)
def test_parameters_of_a_folder(name: str) -> None:
    transformers = pytest.importorskip("transformers")
    model = transformers.AutoModelForCausalLM.from_pretrained(model_path(name))
    counted = sum(parameter.numel() for parameter in model.parameters())
    assert shape_of(str(model_path(name))).parameters == counted


def _model(layers: int, *, experts: bool, tied: bool) -> "tuple[Shape, object]":
    transformers = pytest.importorskip("transformers")
    settings = SMALL | {"num_hidden_layers": layers, "tie_word_embeddings": tied}
    settings |= EXPERTS if experts else {}
    kind = "Qwen3Moe" if experts else "Qwen3"
    config = getattr(transformers, f"{kind}Config")(**settings)
    return Shape.of(settings), getattr(transformers, f"{kind}ForCausalLM")(config)


@pytest.mark.engine
@pytest.mark.parametrize("experts", [False, True])
@pytest.mark.parametrize("tied", [False, True])
def test_parameters_of_a_model(experts: bool, tied: bool) -> None:
    shape, model = _model(2, experts=experts, tied=tied)
    counted = sum(parameter.numel() for parameter in model.parameters())  # type: ignore[attr-defined]
    assert shape.parameters == counted


@pytest.mark.engine
@pytest.mark.parametrize("experts", [False, True])
def test_what_a_layer_keeps_for_backward(experts: bool) -> None:
    """Counted with autograd's own hooks, in bfloat16: two more layers against the formula."""
    kept = [_kept(layers, experts=experts) for layers in (1, 3)]
    shape, _ = _model(1, experts=experts, tied=True)
    assert (kept[1] - kept[0]) / 2 == pytest.approx(shape.layer_bytes, rel=0.05)


def _kept(layers: int, *, experts: bool) -> float:
    """Bytes per token that a forward pass leaves behind, weights apart."""
    import torch

    _, model = _model(layers, experts=experts, tied=True)
    model = model.to(torch.bfloat16)  # type: ignore[attr-defined]
    own = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}
    kept: dict[int, object] = {}

    def keep(tensor: "torch.Tensor") -> "torch.Tensor":
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        _last = model.model(torch.arange(64)[None]).last_hidden_state
    return sum(storage.nbytes() for storage in kept.values()) / 64  # type: ignore[attr-defined]


@pytest.mark.engine
def test_a_slab_is_that_of_the_loss() -> None:
    pytest.importorskip("torch")
    from sure_math.train.head import GPU_SLAB_BYTES

    assert SLAB == GPU_SLAB_BYTES


def test_bytes_of_the_weights_and_their_optimizer() -> None:
    given = budget("qwen3-1.7b")
    parameters = given.student.parameters
    plain, sharded = given.memory(0), given.memory(1)
    assert plain["student weights"] == plain["gradients"] == 2 * parameters
    assert plain["AdamW states"] == 4 * parameters
    assert sharded["AdamW states"] == 12 * parameters / 4
    assert plain["teacher"] == sharded["teacher"] == 2 * shape_of("Qwen/Qwen3-8B").parameters
    assert given.memory(3)["teacher"] == plain["teacher"] / 4
    single = budget("qwen3-1.7b", "student.dtype=float32").memory(0)
    assert single["AdamW states"] == 8 * parameters


def test_less_is_needed_with_more_sharding() -> None:
    for name in ("qwen3-1.7b", "qwen3-4b", "qwen3-8b"):
        peaks = [budget(name).peak(zero) for zero in range(4)]
        assert peaks == sorted(peaks, reverse=True)


@pytest.mark.parametrize(
    ("name", "zero", "fits"),
    [("qwen3-1.7b", 1, True), ("qwen3-4b", 1, True), ("qwen3-8b", 1, False),
     ("qwen3-8b", 3, True)],
)  # fmt: skip
def test_the_paper_s_pairs_fit_as_their_configurations_say(
    name: str, zero: int, fits: bool
) -> None:
    assert (budget(name).peak(zero) <= 80e9) is fits


def test_checkpointing_and_sleeping_save_memory() -> None:
    kept = budget("qwen3-4b", "optimization.gradient_checkpointing=false").memory(1)
    assert kept["activations"] > 5 * budget("qwen3-4b").memory(1)["activations"]
    awake = budget("qwen3-8b", "rollout.engine_args.vllm_enable_sleep_mode=false")
    assert awake.peak(3) > budget("qwen3-8b").peak(3)


def test_methods_that_need_no_teacher() -> None:
    given = budget("qwen3-1.7b", "method=grpo")
    assert given.teacher is None
    assert given.memory(1)["teacher"] == 0
    assert set(given.hours()) == {"rollouts", "student"}
    reference = budget("qwen3-1.7b", "method=grpo", "grpo.beta=0.04").memory(1)["teacher"]
    assert reference == 2 * given.student.parameters
    own = budget("qwen3-1.7b", "method=sdr", "sdr.teacher=self")
    assert own.teacher == own.student


def test_steps_and_tokens() -> None:
    given = budget("qwen3-1.7b")
    assert (given.steps, given.sequences) == (390, 390 * 128 * 4)
    assert given.hours()["rollouts"] == pytest.approx(
        given.sequences * given.response / (4 * 10_000 * 3600)
    )
    twice = budget("qwen3-1.7b", gpus=8)
    assert sum(twice.hours().values()) == pytest.approx(sum(given.hours().values()) / 2)


def test_the_text_names_every_assumption() -> None:
    text = estimate_training(budget("qwen3-8b"))
    told = ("fits 80 GB: ZeRO-3", "optimizer steps   390", "30.53B parameters, 3.04B", "Assumed:")
    assumed = ("TFLOP per second", "tokens, responses of 1,024", "sleeps")
    for words in (*told, *assumed):
        assert words in text


def test_responses_are_no_longer_than_allowed() -> None:
    with pytest.raises(ConfigError, match=r"rollout\.max_tokens"):
        Budget.of(TRAINING_RECIPES.load("tiny"), Machine(), 5000)


def test_another_architecture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"vocab_size": 10, "d_model": 4}')
    with pytest.raises(ConfigError, match="no Qwen3 configuration"):
        shape_of(str(tmp_path))
