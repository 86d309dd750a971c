"""What UOPDTrainer computes, against eq. 7-9 written out."""

from pathlib import Path

import pytest
import torch
from datasets import Dataset

from sure_math.errors import ConfigError, DataError
from sure_math.train import UOPDTrainer
from tests.train.tiny import (
    WEIGHTS,
    Recorded,
    config,
    difference,
    model,
    rows,
    sequence_loss,
    step_loss,
    tokenizer,
    trained,
)


@pytest.mark.parametrize(
    ("dtype", "loss_error", "gradient_error"),
    [(torch.float64, 1e-6, 1e-6), (torch.float32, 1e-6, 5e-6)],
)
def test_loss_and_gradient_are_those_of_equations_7_to_9(
    tmp_path: Path, dtype: torch.dtype, loss_error: float, gradient_error: float
) -> None:
    trainer = trained(
        tmp_path, dtype=dtype, per_device_train_batch_size=4, gradient_accumulation_steps=2
    )
    assert len(trainer.losses) == 3
    for step, logged in enumerate(trainer.losses):
        loss, gradient = step_loss(trainer, step)
        assert logged == pytest.approx(loss, rel=loss_error)
        assert difference(trainer.recorder.gradients[step], gradient) < gradient_error


def test_responses_have_different_lengths_and_all_weights_occur(tmp_path: Path) -> None:
    trainer = trained(tmp_path)
    lengths = torch.cat([batch["completion_mask"].sum(1) for batch in trainer.batches])
    assert len(lengths.unique()) > 3
    weights = torch.cat([batch["weights"] for batch in trainer.batches])
    assert sorted(weights.tolist()) == pytest.approx(sorted(WEIGHTS * 4))


def test_rollouts_of_one_step_are_k_of_each_prompt(tmp_path: Path) -> None:
    trainer = trained(tmp_path, num_generations=4)
    for batch in trainer.batches:
        prompts = [tuple(ids.tolist()) for ids in batch["prompt_ids"]]
        assert sorted(prompts.count(p) for p in set(prompts)) == [4, 4]


def test_accumulation_changes_nothing(tmp_path: Path) -> None:
    runs = [
        trained(
            tmp_path / str(parts),
            per_device_train_batch_size=8 // parts,
            gradient_accumulation_steps=parts,
        )
        for parts in (1, 2, 4)
    ]
    for run in runs[1:]:
        assert run.losses == pytest.approx(runs[0].losses, rel=1e-5)
        for ours, first in zip(run.recorder.gradients, runs[0].recorder.gradients, strict=True):
            assert difference(ours, first) < 1e-4


def test_weight_zero_gives_no_gradient(tmp_path: Path) -> None:
    trainer = Recorded(
        model(0),
        model(1),
        config(tmp_path),
        train_dataset=rows().remove_columns("w_se").add_column("w_se", [0.0] * 12),
        processing_class=tokenizer(),
    )
    trainer.train()
    assert trainer.losses == [0.0] * 3
    assert all(not g.any() for grads in trainer.recorder.gradients for g in grads.values())


def test_token_mean_is_over_all_tokens_of_the_step(tmp_path: Path) -> None:
    trainer = trained(
        tmp_path, loss_mean="token", per_device_train_batch_size=4, gradient_accumulation_steps=2
    )
    student, teacher = trainer.recorder.students[0], trainer.teacher_model
    total, tokens = 0.0, 0
    for batch in trainer.batches[:2]:
        for row, weight in enumerate(batch["weights"].tolist()):
            length = int(batch["completion_mask"][row].sum())
            total += weight * length * sequence_loss(student, teacher, batch, row, 8, 1.0).item()
            tokens += length
    assert trainer.losses[0] == pytest.approx(total / tokens, rel=1e-5)


def test_loss_temperature_is_not_the_temperature_of_the_rollouts(tmp_path: Path) -> None:
    hot = trained(tmp_path / "a", loss_temperature=2.0)
    assert hot.losses[0] == pytest.approx(step_loss(hot, 0, heat=2.0)[0], rel=1e-5)
    plain = trained(tmp_path / "b")
    assert torch.equal(hot.batches[0]["completion_ids"], plain.batches[0]["completion_ids"])
    varied = trained(tmp_path / "c", temperature=0.5)
    assert not torch.equal(varied.batches[0]["completion_ids"], plain.batches[0]["completion_ids"])
    assert varied.losses[0] == pytest.approx(step_loss(varied, 0)[0], rel=1e-5)


def test_teacher_reads_its_own_prompt(tmp_path: Path) -> None:
    trainer = trained(
        tmp_path,
        teacher_prompt_column="teacher_prompt",
        per_device_train_batch_size=4,
        gradient_accumulation_steps=2,
    )
    batch = trainer.batches[0]
    longer = batch["teacher_prompt_mask"].sum(1) - batch["prompt_mask"].sum(1)
    assert longer.tolist() == [2] * 4
    assert trainer.losses[0] == pytest.approx(step_loss(trainer, 0)[0], rel=1e-5)


@pytest.mark.parametrize("weighting", ["uniform", "binary", "sampler"])
def test_other_weightings_choose_prompts_and_weigh_none(tmp_path: Path, weighting: str) -> None:
    trainer = trained(tmp_path, weighting=weighting, draws=8, tau=0.3)
    assert all(w == 1.0 for batch in trainer.batches for w in batch["weights"].tolist())
    trusted = {i for i, w in enumerate(rows()["w_se"]) if w >= 0.7}
    drawn = set(trainer.draws.tolist())
    assert (drawn <= trusted) == (weighting == "binary")
    assert trainer.losses[0] == pytest.approx(step_loss(trainer, 0)[0], rel=1e-5)


def test_every_step_logs_what_training_is_judged_by(tmp_path: Path) -> None:
    trainer = trained(tmp_path)
    steps = [entry for entry in trainer.state.log_history if "loss" in entry]
    tokens = 0
    for entry, batch in zip(steps, trainer.batches, strict=True):
        tokens += int(batch["completion_mask"].sum())
        assert entry["generated_tokens"] == tokens
        assert entry["weight"] == pytest.approx(float(batch["weights"].mean()))
        assert entry["kl"] == pytest.approx(entry["cross_entropy"] - entry["teacher/entropy"])
        assert 0 < entry["teacher/topk_mass"] < 1
        assert entry["entropy"] > 0
        assert entry["tokens_per_second"] > 0
        assert 0.1 < entry["peak_memory_gib"] < 100
        ended = (batch["completion_ids"] == 1).any(1).float().mean()
        assert entry["completions/clipped_ratio"] == pytest.approx(1 - float(ended))


def test_unused_columns_may_be_removed(tmp_path: Path) -> None:
    kept = trained(
        tmp_path, remove_unused_columns=True, teacher_prompt_column="teacher_prompt", max_steps=1
    )
    assert kept.losses[0] == pytest.approx(step_loss(kept, 0)[0], rel=1e-5)


def _make(folder: Path, data: object = None, teacher: object = None, **settings: object) -> None:
    UOPDTrainer(
        model(0),
        teacher or model(1),
        config(folder, **settings),
        train_dataset=rows() if data is None else data,
        processing_class=tokenizer(),
    )


def _with_weights(weights: list[float | None]) -> Dataset:
    return rows().remove_columns("w_se").add_column("w_se", weights)


def test_bad_rows_are_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no column 'w_se'"):
        _make(tmp_path, rows().remove_columns("w_se"))
    with pytest.raises(DataError, match=r"1 of 12 values of 'w_se'.*row 0: 1\.5"):
        _make(tmp_path, _with_weights([1.5] + [1.0] * 11))
    with pytest.raises(DataError, match=r"missing or outside"):
        _make(tmp_path, _with_weights([None] + [1.0] * 11))
    with pytest.raises(DataError, match=r"missing or outside"):
        _make(tmp_path, _with_weights([float("nan")] + [1.0] * 11))
    with pytest.raises(DataError, match="no column 'prompt'"):
        _make(tmp_path, rows().remove_columns("prompt"))
    with pytest.raises(DataError, match="no column 'other'"):
        _make(tmp_path, teacher_prompt_column="other")
    with pytest.raises(DataError, match="not a IterableDataset"):
        _make(tmp_path, rows().to_iterable_dataset())
    with pytest.raises(DataError, match="one step takes 4 prompts, but there are 3"):
        _make(tmp_path, rows(3))


def test_settings_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="num_generations is 3, which does not divide the 8"):
        _make(tmp_path, num_generations=3)
    other = model(1)
    other.resize_token_embeddings(64, mean_resizing=False)
    with pytest.raises(ConfigError, match="vocabulary has 103 entries, the teacher's 64"):
        _make(tmp_path, teacher=other)
    with pytest.raises(ConfigError, match="there is no teacher"):
        UOPDTrainer(model(0), args=config(tmp_path), train_dataset=rows())
