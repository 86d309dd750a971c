"""Uncertainty-weighted on-policy distillation, eq. 7-9: `trl.DistillationTrainer` with another
loss.

    UOPDTrainer(model, teacher, UOPDConfig(output_dir), train_dataset=rows).train()

With K rollouts for each of P prompts, the loss of a step is

    1 / (P K)  sum over rollouts y  w_se / |y|  sum over tokens t  l_t              (eq. 8, 9)

where l_t is eq. 7 (`sure_math.train.loss`). TRL generates, tokenises, pads, shards and logs; what
is overridden here is which prompts come (K times each), what a batch carries (weights, the
teacher's prompts), the loss, and what is logged.
"""

# trl is untyped here, so DistillationTrainer is Any:
# mypy: disable-error-code="misc"

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import torch
from datasets import Dataset
from torch import Tensor
from transformers import AutoConfig, ProcessorMixin
from trl import DistillationTrainer
from trl.trainer.utils import RepeatSampler, maybe_gather_lm_head_ctx, pad

from sure_math.errors import ConfigError, DataError
from sure_math.train.batches import Batch, by_length
from sure_math.train.config import UOPDConfig
from sure_math.train.draws import check_weights, draw, weight
from sure_math.train.loss import TeacherStates, TokenLoss, topk_cross_entropy
from sure_math.train.measured import Measured
from sure_math.train.output_layer import output_layer
from sure_math.train.rollouts import builtin_rollouts


class UOPDTrainer(Measured, DistillationTrainer):
    """Trains a student on its own rollouts towards a teacher, each prompt as far as it is trusted.

    Takes what `DistillationTrainer` takes. `train_dataset` is a `datasets.Dataset` with a column
    `prompt` (text or chat messages) and those that the configuration names; `teacher_model` may
    also stand in the configuration.

    `draws` holds the row numbers of `train_dataset` in the order of training.

    Raises:
        ConfigError: settings contradict each other, or the models do not share a vocabulary.
        DataError: a column is missing or holds what cannot be trained on.
    """

    _buffered_inputs: list[Batch] | None

    def __init__(
        self,
        model: Any,
        teacher_model: Any = None,
        args: UOPDConfig | None = None,
        train_dataset: Dataset | None = None,
        eval_dataset: Any = None,
        **kwargs: Any,
    ) -> None:
        args = UOPDConfig("uopd") if args is None else args
        teacher_model = teacher_model or args.teacher_model_name_or_path
        _check_models(model, teacher_model, args)
        if isinstance(kwargs.get("processing_class"), ProcessorMixin):
            raise ConfigError("only text models are trained, but processing_class is a processor")
        evaluated = eval_dataset.values() if isinstance(eval_dataset, Mapping) else [eval_dataset]
        for held_out in evaluated:
            if held_out is not None:
                _check_rows(held_out, args)
        rows = _check_rows(train_dataset, args)
        self.draws = draw(rows, args)
        self._sums: dict[str, Any] = defaultdict(float)
        super().__init__(
            model=model,
            teacher_model=teacher_model,
            args=args,
            train_dataset=rows.select(self.draws),
            eval_dataset=eval_dataset,
            **kwargs,
        )

    def _set_signature_columns_if_needed(self) -> None:
        super()._set_signature_columns_if_needed()
        self._signature_columns += [self.args.weight_column, self.args.teacher_prompt_column]

    def _get_train_sampler(self, dataset: Any = None) -> RepeatSampler:
        """K copies of each prompt, in the order of the draws."""
        return RepeatSampler(
            data_source=self.train_dataset if dataset is None else dataset,
            mini_repeat_count=self.args.num_generations,
            batch_size=self.args.prompts_per_step,
            repeat_count=self.args.gradient_accumulation_steps,
            shuffle=False,
        )

    def _generate_single_turn(self, prompt_ids: Any, *args: Any, **kwargs: Any) -> Any:
        if self.args.rollout_engine == "builtin":
            return builtin_rollouts(self, prompt_ids)
        return super()._generate_single_turn(prompt_ids, *args, **kwargs)

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> Batch:
        """The batch of TRL, with weights, the teacher's prompts, and eq. 9's denominator."""
        batch: Batch = super()._generate_and_score_completions(inputs)
        device = batch["completion_ids"].device
        batch["weights"] = torch.tensor([weight(row, self.args) for row in inputs], device=device)
        if self.args.loss_mean == "sequence":
            sequences = torch.tensor(len(inputs), device=device)
            batch["num_items_in_batch"] = self.accelerator.gather(sequences).sum()
        if self.args.teacher_prompt_column:
            prompts = [row[self.args.teacher_prompt_column] for row in inputs]
            tokens = [
                torch.tensor(ids, device=device) for ids in self._tokenize_prompts(prompts)[0]
            ]
            masks = [torch.ones_like(ids) for ids in tokens]
            padding = {"padding_side": "left", "pad_to_multiple_of": self.pad_to_multiple_of}
            pad_id = self._tokenizer.pad_token_id
            batch["teacher_prompt_ids"] = pad(tokens, padding_value=pad_id, **padding)
            batch["teacher_prompt_mask"] = pad(masks, padding_value=0, **padding)
        return batch

    def _prepare_inputs(self, generation_batch: Any) -> Batch:
        """Micro-batches of rollouts of like length, so that little of them is padding."""
        batch: Batch = super()._prepare_inputs(generation_batch)
        fresh = self._step % self.args.gradient_accumulation_steps == 0
        if self.model.training and fresh and self._buffered_inputs:
            self._buffered_inputs = by_length(self._buffered_inputs)
            batch = self._buffered_inputs[0]
        return batch

    def _compute_loss(
        self, unwrapped_student: Any, inputs: Batch, num_items_in_batch: Any
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Eq. 8-9 on one micro-batch; also the sum of the student's entropies, and the tokens."""
        mask = inputs["completion_mask"]
        if "tool_mask" in inputs:
            mask = mask * inputs["tool_mask"]
        figures = self._token_loss(unwrapped_student, inputs, mask)
        per_token = figures.cross_entropy.view_as(mask)
        per_rollout = per_token.sum(1)
        if self.args.loss_mean == "sequence":
            per_rollout = per_rollout / mask.sum(1).clamp(min=1)
        if num_items_in_batch is None:
            num_items_in_batch = len(mask) if self.args.loss_mean == "sequence" else mask.sum()
        loss = (inputs["weights"] * per_rollout).sum() / num_items_in_batch
        self._add_up(figures, inputs["weights"], mask)
        return loss, figures.student_entropy.sum(), mask.sum()

    def _token_loss(self, student: Any, inputs: Batch, mask: Tensor) -> TokenLoss:
        """Eq. 7 for every token of the responses, [rollouts * tokens]."""
        self.teacher_model.eval()
        teacher = self.accelerator.unwrap_model(self.teacher_model)
        hidden = self._last_hidden(student, inputs, "prompt")
        role = "teacher_prompt" if "teacher_prompt_ids" in inputs else "prompt"
        with torch.no_grad():
            # Through the wrapper, so that a teacher kept in parts is put together.
            teacher_hidden = self._forward_redirection(
                self.teacher_model, teacher, self._last_hidden, teacher, inputs, role
            )
        return topk_cross_entropy(
            hidden.flatten(0, 1),
            output_layer(student),
            TeacherStates(teacher_hidden.flatten(0, 1), output_layer(teacher)),
            top_k=self.args.loss_top_k,
            temperature=self.args.loss_temperature,
            truncation=self.args.truncation,
            mask=mask.flatten().bool(),
            gather=maybe_gather_lm_head_ctx,
        )

    def _last_hidden(self, model: Any, inputs: Batch, role: str) -> Tensor:
        """States that predict the response tokens, after the prompt of this role."""
        tokens = torch.cat([inputs[f"{role}_ids"], inputs["completion_ids"]], dim=1)
        mask = torch.cat([inputs[f"{role}_mask"], inputs["completion_mask"]], dim=1)
        width = inputs["completion_ids"].size(1)
        hidden: Tensor = self._get_last_hidden_state(model, tokens, mask, width)
        return hidden

    def _add_up(self, figures: TokenLoss, weights: Tensor, mask: Tensor) -> None:
        if self.model.training:
            for name, values in figures._asdict().items():
                self._sums[name] += values.detach().sum()
            self._sums["tokens"] += mask.sum()
            self._sums["weights"] += weights.sum()
            self._sums["rollouts"] += len(weights)

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Add the means since the last log."""
        if self.model.training and self._sums:
            for name, mean in self._means().items():
                self._metrics["train"][name] = [mean]
        super().log(logs, start_time)

    def _means(self) -> dict[str, float]:
        """Over the response tokens (weight: the rollouts) of all processes; in nats."""
        local = torch.tensor([[float(total) for total in self._sums.values()]])
        gathered = self.accelerator.gather(local.to(self.accelerator.device)).double().sum(0)
        sums = dict(zip(self._sums, gathered.tolist(), strict=True))
        self._sums.clear()
        tokens = max(sums["tokens"], 1.0)
        return {
            "kl": (sums["cross_entropy"] - sums["teacher_entropy"]) / tokens,
            "cross_entropy": sums["cross_entropy"] / tokens,
            "teacher/entropy": sums["teacher_entropy"] / tokens,
            "teacher/topk_mass": sums["teacher_mass"] / tokens,
            "entropy": sums["student_entropy"] / tokens,
            "weight": sums["weights"] / sums["rollouts"],
        }


def _check_rows(rows: Any, args: UOPDConfig) -> Dataset:
    """Rows that can be drawn from, with the columns that training reads."""
    if not isinstance(rows, Dataset):
        raise DataError(
            f"prompts are drawn by number, from a datasets.Dataset, not a {type(rows).__name__}",
            hint="load one split, without streaming",
        )
    for column in filter(None, ("prompt", args.teacher_prompt_column)):
        if column not in rows.column_names:
            raise DataError(
                f"the dataset has no column {column!r}; it has {', '.join(rows.column_names)}",
                hint="sure_math.train.training_rows makes such rows from a published dataset",
            )
    check_weights(rows, args)
    return rows


def _check_models(model: Any, teacher: Any, args: UOPDConfig) -> None:
    if teacher is None:
        raise ConfigError("there is no teacher", hint="pass teacher_model")
    student_kwargs, teacher_kwargs = args.model_init_kwargs, args.teacher_model_init_kwargs
    revision = args.teacher_model_revision
    ours = _vocabulary(model, args, **(student_kwargs or {}))
    theirs = _vocabulary(teacher, args, **{"revision": revision} | (teacher_kwargs or {}))
    if ours != theirs:
        raise ConfigError(
            f"the student's vocabulary has {ours} entries, the teacher's {theirs}: their "
            "distributions cannot be compared",
            hint="choose a teacher of the student's family",
        )


def _vocabulary(model: Any, args: UOPDConfig, *, revision: str | None = None, **_: Any) -> int:
    config = (
        model.config
        if not isinstance(model, str)
        else AutoConfig.from_pretrained(
            model, revision=revision, trust_remote_code=args.trust_remote_code
        )
    )
    size: int = config.get_text_config().vocab_size
    return size
