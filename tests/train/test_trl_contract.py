"""What UOPDTrainer takes from TRL. If a test here fails after an upgrade, read TRL's diff."""

import inspect
from pathlib import Path
from typing import Any

import pytest
import torch
from trl import DistillationTrainer, GRPOTrainer
from trl.models.utils import _ForwardRedirection
from trl.trainer.utils import RepeatSampler, maybe_gather_lm_head_ctx, pad

from tests.train.tiny import config, difference, model, rows, tokenizer, trained

OVERRIDDEN = {
    "_set_signature_columns_if_needed": "",
    "_get_train_sampler": "dataset",
    "_generate_single_turn": "prompt_ids images multimodal_fields has_tool_images",
    "_generate_and_score_completions": "inputs",
    "_prepare_inputs": "generation_batch",
    "_compute_loss": "unwrapped_student inputs num_items_in_batch",
    "log": "logs start_time",
}
CALLED = {
    "_tokenize_prompts": "prompts",
    "_get_last_hidden_state": "unwrapped_model input_ids attention_mask logits_to_keep",
    "compute_loss": "model inputs return_outputs num_items_in_batch",
}
ATTRIBUTES = (
    "teacher_model _forward_redirection _metrics _step _buffered_inputs _tokenizer eos_token_ids "
    "pad_to_multiple_of temperature top_p max_completion_length model_wrapped state accelerator"
)
BATCH = {"prompt_ids", "prompt_mask", "completion_ids", "completion_mask", "num_items_in_batch"}


def parameters(function: Any) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name != "self"]


@pytest.mark.parametrize("name", [*OVERRIDDEN, *CALLED])
def test_methods_have_the_parameters_that_we_know(name: str) -> None:
    known = (OVERRIDDEN | CALLED)[name].split()
    found = parameters(getattr(DistillationTrainer, name))
    assert (found if name in OVERRIDDEN else found[: len(known)]) == known


def test_helpers_have_the_parameters_that_we_know() -> None:
    assert parameters(GRPOTrainer._generate_single_turn)[:1] == ["prompt_ids"]
    sampler = "data_source mini_repeat_count batch_size repeat_count shuffle seed"
    assert parameters(RepeatSampler.__init__) == sampler.split()
    padding = {"tensors", "padding_value", "padding_side", "pad_to_multiple_of"}
    assert padding <= set(parameters(pad))
    assert parameters(maybe_gather_lm_head_ctx) == ["params"]
    redirection = "wrapper_module original_module method args kwargs"
    assert parameters(_ForwardRedirection.__call__) == redirection.split()


def test_the_constructor_takes_what_we_pass_on() -> None:
    names = parameters(DistillationTrainer.__init__)
    assert names[:5] == ["model", "teacher_model", "args", "train_dataset", "eval_dataset"]
    assert "processing_class" in names


def test_batches_and_logs_of_trl_have_the_names_that_we_know(tmp_path: Path) -> None:
    trainer = DistillationTrainer(
        model(0),
        model(1),
        config(tmp_path, max_steps=1),
        train_dataset=rows(),
        processing_class=tokenizer(),
    )
    assert [name for name in ATTRIBUTES.split() if not hasattr(trainer, name)] == []
    batch = trainer._generate_and_score_completions([{"prompt": p} for p in rows()["prompt"][:4]])
    assert set(batch) == BATCH
    assert batch["num_items_in_batch"].dim() == 0
    assert batch["num_items_in_batch"] == batch["completion_mask"].sum()
    trainer.train()
    names = {"completions/mean_length", "completions/clipped_ratio", "entropy", "step_time"}
    assert names <= set(trainer.state.log_history[0])


def test_our_batches_add_weights_and_the_teachers_prompts(tmp_path: Path) -> None:
    run = trained(tmp_path, teacher_prompt_column="teacher_prompt")
    ours = {"weights", "teacher_prompt_ids", "teacher_prompt_mask"}
    assert set(run.batches[0]) == BATCH | ours
    assert run.batches[0]["num_items_in_batch"] == 8


def test_with_the_whole_vocabulary_our_loss_is_trls_and_the_teachers_entropy(
    tmp_path: Path,
) -> None:
    settings = {"weighting": "uniform", "loss_mean": "token", "loss_top_k": 0}
    run = trained(tmp_path, dtype=torch.float64, **settings)
    student, batch = run.recorder.students[0], run.batches[0]
    student.zero_grad()
    divergence, entropy, tokens = DistillationTrainer._compute_loss(run, student, batch, None)
    divergence.backward()
    logged = run.state.log_history[0]
    assert logged["loss"] - logged["teacher/entropy"] == pytest.approx(divergence.item(), rel=1e-5)
    assert logged["kl"] == pytest.approx(divergence.item(), rel=1e-5)
    assert logged["entropy"] == pytest.approx(entropy.item() / tokens.item(), rel=1e-5)
    theirs = {name: p.grad for name, p in student.named_parameters()}
    assert difference(run.recorder.gradients[0], theirs) < 1e-5
