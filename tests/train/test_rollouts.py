"""Rollouts by the numpy engine, and training that goes on after it was killed."""

from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import GRPOConfig, GRPOTrainer

from sure_math.backends.builtin_engine import BuiltinEngine
from sure_math.builtin import model_path
from sure_math.errors import ConfigError
from sure_math.train import UOPDTrainer
from sure_math.train.rollouts import builtin_rollouts
from tests.train.tiny import Recorded, config, made, model, real_tokens, rows, tokenizer, trained


def test_rollouts_are_of_the_weights_that_are_trained(tmp_path: Path) -> None:
    """Nearly greedy rollouts are what the student of the same step would say."""
    run = trained(
        tmp_path, rollout_engine="builtin", temperature=1e-4, learning_rate=0.3, weighting="uniform"
    )
    for student, batch in zip(run.recorder.students, run.batches, strict=True):
        for row in range(8):
            prompt, response = (real_tokens(batch, row, p) for p in ("prompt", "completion"))
            with torch.no_grad():
                logits = student(torch.tensor([prompt + response])).logits[0]
            said = logits[len(prompt) - 1 : -1].argmax(-1).tolist()
            assert said == response
    first, last = (run.batches[i]["completion_ids"].flatten().tolist() for i in (0, 2))
    assert first != last


def test_rollouts_end_with_the_end_token_or_at_the_limit(tmp_path: Path) -> None:
    run = trained(tmp_path, rollout_engine="builtin", num_generations=4)
    for batch in run.batches:
        for row in range(8):
            response = real_tokens(batch, row, "completion")
            assert 1 not in response[:-1]
            assert response[-1] == 1 or len(response) == 10


def test_rollouts_of_one_prompt_differ_and_depend_on_seed_step_and_process(tmp_path: Path) -> None:
    run = trained(tmp_path, rollout_engine="builtin", max_steps=1)
    prompts = [[5, 6, 7]] * 4 + [[9]] * 2

    def sample() -> list[list[int]]:
        return builtin_rollouts(run, prompts)

    first = sample()
    assert first == sample()
    assert len({tuple(tokens) for tokens in first[:4]}) > 1
    run.state.global_step += 1
    assert first != sample()


@pytest.mark.parametrize("engine", ["transformers", "builtin"])
def test_a_killed_run_goes_on_with_the_same_draws_to_the_same_weights(
    tmp_path: Path, engine: str
) -> None:
    settings: dict[str, Any] = {
        "rollout_engine": engine,
        "draws": 24,
        "save_strategy": "steps",
        "save_steps": 3,
        "per_device_train_batch_size": 4,
        "gradient_accumulation_steps": 2,
        "max_grad_norm": 1.0,
    }
    whole = trained(tmp_path, **settings)
    again = made(Recorded, tmp_path, seed=7, **settings)  # the checkpoint replaces the student
    again.train(resume_from_checkpoint=str(tmp_path / "checkpoint-3"))
    assert again.state.global_step == whole.state.global_step == 6
    for batch, expected in zip(again.batches, whole.batches[6:], strict=True):
        assert torch.equal(batch["completion_ids"], expected["completion_ids"])
    for (name, ours), theirs in zip(
        again.model.named_parameters(), whole.model.parameters(), strict=True
    ):
        assert torch.equal(ours, theirs), name
    assert _logged(again, "generated_tokens") == _logged(whole, "generated_tokens")
    assert _logged(again, "loss") == _logged(whole, "loss")


def test_a_second_pass_goes_on_too(tmp_path: Path) -> None:
    settings = {"num_train_epochs": 2, "save_strategy": "steps", "save_steps": 4}
    whole = trained(tmp_path, **settings)
    again = made(Recorded, tmp_path, seed=7, **settings)  # the checkpoint replaces the student
    again.train(resume_from_checkpoint=str(tmp_path / "checkpoint-4"))
    assert _logged(again, "loss") == _logged(whole, "loss")


def _logged(run: UOPDTrainer, name: str) -> list[float]:
    return [entry[name] for entry in run.state.log_history if name in entry]


def test_other_networks_are_refused(tmp_path: Path) -> None:
    student = model(0)
    student.config.tie_word_embeddings = False
    trainer = UOPDTrainer(
        student,
        model(1),
        config(tmp_path, rollout_engine="builtin"),
        train_dataset=rows(),
        processing_class=tokenizer(),
    )
    with pytest.raises(ConfigError, match="cannot run this model: the engine computes Qwen3"):
        trainer.train()


def test_the_engine_reads_what_transformers_saves(tmp_path: Path) -> None:
    folder = model_path("student")
    before = BuiltinEngine(folder)
    student = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    student.save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path)
    after = BuiltinEngine(tmp_path)
    tokens = before.encode_chat([{"role": "user", "content": "What is 2+3?"}])
    assert after.encode_chat([{"role": "user", "content": "What is 2+3?"}]) == tokens
    assert after.score(tokens, [5, 6, 7]).tolist() == before.score(tokens, [5, 6, 7]).tolist()


class Grpo(GRPOTrainer):
    """GRPO on the same rollouts."""

    def _generate_single_turn(self, prompt_ids: Any, *args: Any, **kwargs: Any) -> Any:
        return builtin_rollouts(self, prompt_ids), None


def test_grpo_of_trl_takes_them_as_well(tmp_path: Path) -> None:
    settings = GRPOConfig(
        str(tmp_path),
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        per_device_train_batch_size=8,
        num_generations=4,
        max_completion_length=10,
        learning_rate=1e-2,
        report_to="none",
        save_strategy="no",
        disable_tqdm=True,
        logging_steps=1,
    )

    def reward(completions: list[str], **_: Any) -> list[float]:
        return [float(len(text)) for text in completions]

    student = model(0)
    before = student.model.embed_tokens.weight.detach().clone()
    trainer = Grpo(
        student,
        reward,
        settings,
        Dataset.from_dict({"prompt": rows()["prompt"][:]}),
        processing_class=tokenizer(),
    )
    trainer.train()
    assert not torch.equal(before, student.model.embed_tokens.weight)
    assert max(_logged(trainer, "reward_std")) > 0
