"""Random Qwen3 models of a hundred words, and eq. 7-9 written out in float64."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM, TrainerCallback

from sure_math.train import UOPDConfig, UOPDTrainer

WORDS = ["<pad>", "<end>", *(f"w{i}" for i in range(101))]
WEIGHTS = [1.0, 0.5, 0.819, 0.0, 0.25, 0.73]


def tokenizer() -> PreTrainedTokenizerFast:
    """Words are tokens."""
    words = Tokenizer(WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="<pad>"))
    words.pre_tokenizer = Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", eos_token="<end>", padding_side="left"
    )


def model(
    seed: int, layers: int = 2, hidden: int = 32, dtype: torch.dtype = torch.float32
) -> Qwen3ForCausalLM:
    """Random, but far from uniform, so that responses end at different lengths."""
    torch.manual_seed(seed)
    config = Qwen3Config(
        vocab_size=len(WORDS),
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        max_position_embeddings=128,
        initializer_range=0.3,
        tie_word_embeddings=True,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=1,
    )
    network = Qwen3ForCausalLM(config).to(dtype)
    with torch.no_grad():  # one direction that ends a response more often than chance
        network.model.embed_tokens.weight[1] *= 1.5
    return network


def rows(count: int = 12) -> Dataset:
    """Prompts of different lengths with weights, entropies, and prompts for a teacher."""
    words = [[f"w{(7 * i + j) % 101}" for j in range(2 + i % 5)] for i in range(count)]
    weights = [WEIGHTS[i % len(WEIGHTS)] for i in range(count)]
    return Dataset.from_dict(
        {
            "problem_id": [f"p{i}" for i in range(count)],
            "prompt": [" ".join(w) for w in words],
            "teacher_prompt": [" ".join(["w90", "w91", *w]) for w in words],
            "w_se": weights,
            "semantic_entropy": [2.0 * (1 - w) for w in weights],
        }
    )


def config(folder: Path, **settings: Any) -> UOPDConfig:
    """Fast settings for a CPU: 4 prompts with 2 rollouts each in a step."""
    given = {
        "use_cpu": True,
        "bf16": False,
        "gradient_checkpointing": False,
        "per_device_train_batch_size": 8,
        "num_generations": 2,
        "max_completion_length": 10,
        "loss_top_k": 8,
        "max_grad_norm": 0.0,
        "learning_rate": 1e-3,
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
    }
    return UOPDConfig(str(folder), **(given | settings))


class Recorder(TrainerCallback):
    """Keeps the student's weights before every step and the gradients of every step."""

    def __init__(self) -> None:
        self.students: list[Any] = []
        self.gradients: list[dict[str, torch.Tensor]] = []

    def on_step_begin(self, *args: Any, model: Any, **kwargs: Any) -> None:
        self.students.append(deepcopy(model))

    def on_pre_optimizer_step(self, *args: Any, model: Any, **kwargs: Any) -> None:
        self.gradients.append(
            {name: p.grad.detach().clone() for name, p in model.named_parameters()}
        )


class Recorded(UOPDTrainer):
    """Keeps the micro-batches that the loss was computed from."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.recorder = Recorder()
        self.batches: list[dict[str, Any]] = []
        super().__init__(*args, callbacks=[self.recorder], **kwargs)

    def _compute_loss(self, unwrapped_student: Any, inputs: Any, num_items_in_batch: Any) -> Any:
        self.batches.append(inputs)
        return super()._compute_loss(unwrapped_student, inputs, num_items_in_batch)

    @property
    def losses(self) -> list[float]:
        return [entry["loss"] for entry in self.state.log_history if "loss" in entry]


def made(kind: type[Any], folder: Path, seed: int = 0, **settings: Any) -> Any:
    """A trainer of a random student under a random teacher."""
    dtype = settings.pop("dtype", torch.float32)
    return kind(
        model(seed, dtype=dtype),
        model(1, layers=3, hidden=48, dtype=dtype),
        config(folder, **settings),
        train_dataset=rows(),
        processing_class=tokenizer(),
    )


def trained(folder: Path, **settings: Any) -> Recorded:
    """A short run, recorded."""
    trainer: Recorded = made(Recorded, folder, **settings)
    trainer.train()
    return trainer


def real_tokens(batch: dict[str, Any], row: int, part: str) -> list[int]:
    """One row of a batch without its padding."""
    mask = batch[f"{part}_mask"][row].bool()
    tokens: list[int] = batch[f"{part}_ids"][row][mask].tolist()
    return tokens


def sequence_loss(
    student: Any, teacher: Any, batch: dict[str, Any], row: int, k: int, heat: float
) -> torch.Tensor:
    """The mean over a response of eq. 7, token by token, without padding or batching."""
    own = "teacher_prompt" if "teacher_prompt_ids" in batch else "prompt"
    response = real_tokens(batch, row, "completion")
    logits = []
    for network, part in ((student, "prompt"), (teacher, own)):
        tokens = torch.tensor([real_tokens(batch, row, part) + response])
        logits.append(network(tokens).logits[0, -len(response) - 1 : -1] / heat)
    losses = []
    for z_student, z_teacher in zip(*logits, strict=True):
        p = z_teacher.detach().softmax(-1)
        top = p.topk(k or len(p))
        target = top.values / top.values.sum()
        losses.append(-(target * z_student.log_softmax(-1)[top.indices]).sum())
    return torch.stack(losses).mean()


def step_loss(
    trainer: Recorded, step: int, k: int = 8, heat: float = 1.0
) -> tuple[float, dict[str, torch.Tensor]]:
    """Eq. 9 of one optimizer step and its gradient, in float64."""
    accumulation = trainer.args.gradient_accumulation_steps
    batches = trainer.batches[step * accumulation : (step + 1) * accumulation]
    student = deepcopy(trainer.recorder.students[step]).double()
    teacher = deepcopy(trainer.teacher_model).double()
    student.zero_grad()
    total, count = torch.zeros((), dtype=torch.float64), 0
    for batch in batches:
        for row, weight in enumerate(batch["weights"].tolist()):
            total = total + weight * sequence_loss(student, teacher, batch, row, k, heat)
            count += 1
    (total / count).backward()
    return float(total.detach() / count), {n: p.grad for n, p in student.named_parameters()}


def difference(ours: dict[str, torch.Tensor], theirs: dict[str, torch.Tensor]) -> float:
    """Of two gradients, relative to the length of the second."""
    gap = sum(float((ours[n].double() - theirs[n].double()).square().sum()) for n in theirs)
    size = sum(float(theirs[n].double().square().sum()) for n in theirs)
    return float((gap / size) ** 0.5)
