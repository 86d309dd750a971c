"""A training recipe: frozen, from YAML, with the paper's values as defaults.

`method` is the one switch between the rows of the paper's tables; everything else of a recipe is
the same for all of them, or read by one method only (`grpo`, `sdr`).
"""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sure_math.builtin import MODELS, model_path
from sure_math.section import Operational, Section
from sure_math.train.draws import TauUnit
from sure_math.train.draws import Weighting as HowWeighted

Method = Literal["uopd", "opd", "binary", "sampler", "grpo", "sdr"]
METHODS: dict[Method, str] = {
    "uopd": "UOPD: on-policy distillation, each rollout weighted by w_se",
    "opd": "Standard OPD: the same with w = 1",
    "binary": "prompts above the entropy threshold tau are left out, w = 1 for the others",
    "sampler": "prompts drawn with probability proportional to w_se, then w = 1 (ours)",
    "grpo": "GRPO: rewards for boxed answers equal to the label",
    "sdr": "Self-Distilled Reasoner, our re-implementation: the teacher sees a reference solution",
}
WEIGHTINGS: dict[Method, HowWeighted] = {
    "uopd": "soft",
    "opd": "uniform",
    "binary": "binary",
    "sampler": "sampler",
    "grpo": "uniform",
    "sdr": "uniform",
}
"""How each method uses the weights."""
_TELLING = frozenset({"disable_tqdm", "log_completions", "log_level", "logging_dir",
                      "logging_steps", "num_completions_to_print", "report_to", "run_name",
                      "project", "trackio_space_id"})  # fmt: skip
"""Settings of TRL that say what is told, and to whom; another one is the same training."""


class TrainedModel(Section):
    """A checkpoint that transformers loads: a hub id, a folder, or `builtin:NAME`."""

    model: str
    revision: str | None = None
    dtype: Literal["bfloat16", "float32", "auto"] = "bfloat16"
    attn_implementation: Annotated[str | None, Operational] = None
    """None: what transformers chooses; the shipped recipes name flash_attention_2."""

    @property
    def place(self) -> str:
        """What `from_pretrained` takes: a hub id or a folder."""
        name = self.model.removeprefix("builtin:")
        return str(model_path(name)) if name in MODELS and name != self.model else name


class DatasetSource(Section):
    """A published dataset: a release folder or `owner/name` on a hub."""

    name: str | None = None
    """None: found as `sure_math.load_dataset` finds it."""
    revision: str | None = None
    config: str = "default"
    split: str = "train"


class Weighting(Section):
    """Where the weights come from, and the threshold of the binary filter."""

    column: str = "w_se"
    samples: int | None = Field(default=None, ge=2)
    """Recompute eq. 4-6 from the first so many responses of each problem (ablation of N)."""
    tau: float = Field(default=0.3, ge=0)
    tau_unit: TauUnit = "normalized"
    """The filter keeps H / log N <= tau (`normalized`) or H <= tau (`nats`)."""

    @model_validator(mode="after")
    def _one_origin(self) -> "Weighting":
        if self.samples is not None and self.column != "w_se":
            raise ValueError(
                f"samples makes the weights of w_se anew, but column is {self.column}: set one"
            )
        return self


class Labels(Section):
    """What GRPO is rewarded for and what the teacher of SDR is shown."""

    use: Literal["verified", "majority"] = "verified"
    """`verified`: only rows with a verified answer are trained on; `majority`: rows without one
    take the teacher's majority answer as pseudo-label, and are counted as such."""


class Rollout(Section):
    """How the student answers while it learns."""

    k: int = Field(default=4, ge=1)
    """Rollouts per prompt (K of eq. 9)."""
    temperature: float = Field(default=1.0, gt=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_prompt_tokens: int = Field(default=1024, ge=1)
    drop_long: bool = False
    """Rows whose prompt is longer are left out and counted; otherwise they are an error."""
    max_tokens: int = Field(default=2048, ge=1)
    """Longest response, in tokens."""
    enable_thinking: bool = False
    """Must equal what the dataset was annotated with."""
    allow_dropped_system: bool = False
    """Train although the chat template leaves the system turn out, as that of the built-in models
    does on purpose; otherwise it is an error."""
    prompt: Annotated[str, Operational] = "solve"
    """A shipped prompt or a path."""
    engine: Annotated[Literal["transformers", "vllm", "builtin"], Operational] = "transformers"
    """`vllm` runs colocated with training on a GPU; `builtin` is the numpy engine, for CPUs."""
    engine_args: Annotated[dict[str, Any], Operational] = {}
    """Further `vllm_*` settings of TRL, such as vllm_gpu_memory_utilization."""


class Loss(Section):
    """Equations 7-8."""

    top_k: int = Field(default=512, ge=0)
    """Teacher tokens per position; 0 = the whole vocabulary."""
    temperature: float = Field(default=1.0, gt=0)
    """Of both distributions in the loss, apart from the temperature of the rollouts."""
    truncation: Literal["renormalize", "tail"] = "renormalize"
    """`renormalize`: eq. 7; `tail`: what is left of the mass is one more bucket (ours)."""
    mean: Literal["sequence", "token"] = "sequence"
    """`sequence`: eq. 8; `token`: over all response tokens of the batch."""


class Optimization(Section):
    """AdamW with warm-up and a cosine."""

    learning_rate: float = Field(default=3e-6, gt=0)
    warmup_ratio: float = Field(default=0.05, ge=0, lt=1)
    betas: tuple[float, float] = (0.9, 0.95)
    weight_decay: float = Field(default=0.0, ge=0)
    max_grad_norm: float = Field(default=1.0, gt=0)
    prompts_per_step: int = Field(default=128, ge=1)
    """Prompts of one optimizer step; each has `rollout.k` rollouts."""
    draws: int = Field(default=50_000, ge=0)
    """Prompts drawn with replacement in the whole run; 0 = one pass over the dataset."""
    micro_batch: Annotated[int, Operational, Field(ge=1)] = 4
    """Sequences of one forward and backward pass on one device."""
    gradient_checkpointing: Annotated[bool, Operational] = True


class Grpo(Section):
    """Settings that only GRPO has."""

    k: int = Field(default=8, ge=2)
    """Rollouts per prompt; the sequences of a step stay as many as those of the other methods."""
    beta: float = Field(default=0.0, ge=0)
    """Weight of the KL term to the start."""
    learning_rate: float | None = Field(default=None, gt=0)
    """None: that of the recipe."""


class Sdr(Section):
    """Settings that only the Self-Distilled Reasoner has."""

    teacher: str | None = None
    """None: the recipe's teacher; `self`: the student as it starts; else another checkpoint."""
    turn: Literal["user", "system"] = "user"
    """Where the reference solution stands in the teacher's prompt."""
    prompt: Annotated[str, Operational] = "solve_with_reference"


class Saving(Section):
    """Checkpoints: those that a killed run goes on from, and those of the convergence curve."""

    every: int = Field(default=50, ge=1)
    """Optimizer steps between two checkpoints."""
    keep: int | None = Field(default=None, ge=1)
    """None: all of them."""


class TrainRecipe(Section):
    """One training run."""

    name: str = Field(pattern=r"^[^./\\][^/\\]*$")
    description: str = ""
    method: Method = "uopd"
    seed: int = Field(default=0, ge=0)
    student: TrainedModel
    teacher: TrainedModel
    dataset: DatasetSource = DatasetSource()
    weighting: Weighting = Weighting()
    labels: Labels = Labels()
    rollout: Rollout = Rollout()
    loss: Loss = Loss()
    optimization: Optimization = Optimization()
    grpo: Grpo = Grpo()
    sdr: Sdr = Sdr()
    saving: Saving = Saving()
    trainer: Annotated[dict[str, Any], Operational] = {}
    """Further settings of TRL's configuration, passed through. All of them decide what is trained
    but those that only say what is told."""

    @model_validator(mode="after")
    def _divisible(self) -> "TrainRecipe":
        if self.method == "grpo" and self.sequences_per_step % self.grpo.k:
            raise ValueError(
                f"grpo.k is {self.grpo.k}, which does not divide the "
                f"{self.sequences_per_step} sequences of a step"
            )
        return self

    def content(self) -> dict[str, Any]:
        """The settings that decide what is trained."""
        decisive = {name: value for name, value in self.trainer.items() if name not in _TELLING}
        return super().content() | ({"trainer": decisive} if decisive else {})

    @property
    def teaching(self) -> TrainedModel | None:
        """The teacher that this method asks: none for GRPO, maybe the student itself for SDR."""
        if self.method == "grpo":
            return None
        named = self.sdr.teacher if self.method == "sdr" else None
        if named == "self":
            return self.student
        if named:
            return self.teacher.model_copy(update={"model": named, "revision": None})
        return self.teacher

    @property
    def sequences_per_step(self) -> int:
        """Rollouts of one optimizer step."""
        return self.optimization.prompts_per_step * self.rollout.k

    @property
    def prompts_per_step(self) -> int:
        """Prompts of one optimizer step; GRPO has fewer, with more rollouts each."""
        if self.method == "grpo":
            return self.sequences_per_step // self.grpo.k
        return self.optimization.prompts_per_step
