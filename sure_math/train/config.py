"""Settings of `UOPDTrainer`: those of `trl.DistillationConfig`, and what equations 7-9 add.

The defaults are the paper's where it names a value, so `UOPDConfig(output_dir)` is a whole
configuration. One step takes `per_device_train_batch_size * gradient_accumulation_steps` rollouts
of every process: `num_generations` for each of its prompts.
"""

# trl is untyped here, so DistillationConfig is Any:
# mypy: disable-error-code="misc"

from dataclasses import dataclass
from typing import Any, Literal, get_args

from trl import DistillationConfig

from sure_math.errors import ConfigError
from sure_math.train.draws import TauUnit, Weighting

Truncation = Literal["renormalize", "tail"]
LossMean = Literal["sequence", "token"]
RolloutEngine = Literal["transformers", "vllm", "builtin"]

_CHOICES: dict[str, Any] = {
    "weighting": Weighting,
    "tau_unit": TauUnit,
    "truncation": Truncation,
    "loss_mean": LossMean,
    "rollout_engine": RolloutEngine,
}
_SAMPLING_OF_TRL = {"top_k": 0, "min_p": None, "repetition_penalty": 1.0, "generation_kwargs": None}


@dataclass
class UOPDConfig(DistillationConfig):
    """Configuration of uncertainty-weighted on-policy distillation.

    Raises:
        ConfigError: a value is outside its range, or two of them contradict each other.
    """

    num_generations: int = 4
    """Rollouts per prompt (K of eq. 9)."""
    weighting: Weighting = "soft"
    """`soft`: every rollout is weighted (eq. 8); `binary`: prompts of entropy above tau are left
    out; `uniform`: no weights (standard OPD); `sampler`: prompts are drawn with probability
    proportional to the weight, which then is 1."""
    weight_column: str = "w_se"
    """Weights in [0, 1]."""
    tau: float = 0.3
    """Largest entropy that the binary filter keeps."""
    tau_unit: TauUnit = "normalized"
    """`normalized` compares 1 - weight; `nats` compares the column semantic_entropy."""
    draws: int = 0
    """Prompts drawn with replacement for one epoch, seeded; 0: every row once."""
    loss_top_k: int = 512
    """Teacher tokens per position; 0: the whole vocabulary."""
    loss_temperature: float = 1.0
    """Divides the logits of both models in the loss; `temperature` is that of the rollouts."""
    truncation: Truncation = "renormalize"
    """`renormalize`: the top k sum to 1 (eq. 7); `tail`: the rest is one more bucket."""
    loss_mean: LossMean = "sequence"
    """`sequence`: mean over each response (eq. 8); `token`: over all tokens of the batch."""
    teacher_prompt_column: str | None = None
    """Prompts of the teacher, where they differ from the student's."""
    rollout_engine: RolloutEngine = "transformers"
    """`builtin` is the numpy engine, for small Qwen3 models on a CPU."""
    use_vllm: bool = False
    """As TRL has it: the same as rollout_engine "vllm"."""

    max_completion_length: int | None = 2048
    learning_rate: float = 3e-6
    lr_scheduler_type: str = "cosine"
    warmup_steps: float = 0.05
    adam_beta2: float = 0.95
    num_train_epochs: float = 1.0
    logging_steps: float = 1
    beta: float = 0.0
    """Fixed: equations 7-9 are a forward divergence."""

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if value not in get_args(choices):
                known = ", ".join(get_args(choices))
                raise ConfigError(f"{name} is {value!r}, but is one of {known}")
        self._check_ranges()
        self._choose_engine()
        super().__post_init__()

    @property
    def sequences_per_step(self) -> int:
        """Rollouts of one optimizer step, all processes together."""
        per_process = self.per_device_train_batch_size * self.gradient_accumulation_steps
        return int(per_process * self.world_size)

    @property
    def prompts_per_step(self) -> int:
        """Prompts of one optimizer step.

        Raises:
            ConfigError: `num_generations` does not divide the rollouts of a step.
        """
        prompts, rest = divmod(self.sequences_per_step, self.num_generations)
        if rest:
            raise ConfigError(
                f"num_generations is {self.num_generations}, which does not divide the "
                f"{self.sequences_per_step} rollouts of a step ({self.per_device_train_batch_size} "
                f"per device x {self.gradient_accumulation_steps} accumulated x {self.world_size} "
                "processes)",
                hint="change num_generations, per_device_train_batch_size or "
                "gradient_accumulation_steps",
            )
        return prompts

    def _check_ranges(self) -> None:
        at_least = {"num_generations": 1, "draws": 0, "loss_top_k": 0, "tau": 0}
        for name, lowest in at_least.items():
            if getattr(self, name) < lowest:
                raise ConfigError(f"{name} is {getattr(self, name)}, but must be {lowest} or more")
        for name in ("temperature", "loss_temperature"):
            if not getattr(self, name) > 0:
                raise ConfigError(f"{name} is {getattr(self, name)}, but must be above 0")
        if self.beta != 0:
            raise ConfigError(
                f"beta is {self.beta}, but the loss of UOPD is the forward divergence, beta = 0",
                hint="use trl.DistillationTrainer for other divergences",
            )
        if self.weighting == "sampler" and self.draws == 0:
            raise ConfigError("weighting 'sampler' draws prompts, but draws is 0", hint="set draws")

    def _choose_engine(self) -> None:
        """TRL's `use_vllm` and our `rollout_engine` say the same."""
        if self.use_vllm and self.rollout_engine == "builtin":
            raise ConfigError("use_vllm is set, but rollout_engine is 'builtin'")
        if self.use_vllm:
            self.rollout_engine = "vllm"
        self.use_vllm = self.rollout_engine == "vllm"
        if self.rollout_engine == "builtin":
            for name, neutral in _SAMPLING_OF_TRL.items():
                if getattr(self, name) != neutral:
                    raise ConfigError(
                        f"{name} is {getattr(self, name)}, but the builtin engine samples with "
                        "temperature and top_p only"
                    )
