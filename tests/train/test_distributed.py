"""Several processes compute what one does: gloo on a CPU, DDP and DeepSpeed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.train.tiny import trained

pytestmark = pytest.mark.engine

# Nearly greedy, so that rollouts do not depend on which process draws which random number.
SETTINGS = {"temperature": 1e-4, "max_grad_norm": 1.0, "num_generations": 2, "draws": 12}
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "DS_ACCELERATOR": "cpu", "PYTHONFAULTHANDLER": "1"}
COMPARED = ("loss", "grad_norm", "kl", "entropy", "teacher/topk_mass", "weight", "generated_tokens")


def deepspeed(stage: int) -> dict[str, Any]:
    return {
        "zero_optimization": {"stage": stage},
        "zero_allow_untested_optimizer": True,
        "train_micro_batch_size_per_gpu": "auto",
        "train_batch_size": "auto",
        "gradient_accumulation_steps": "auto",
        "gradient_clipping": "auto",
    }


def launched(folder: Path, **settings: Any) -> list[dict[str, Any]]:
    """The log of a run with two processes."""
    out = folder / "log.json"
    script = Path(__file__).parent / "distributed_run.py"
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    run = subprocess.run(
        [*launcher, str(script), str(out), json.dumps(SETTINGS | settings)],
        env=os.environ | ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert run.returncode == 0, run.stderr[-4000:]
    log: list[dict[str, Any]] = json.loads(out.read_text())
    return log


@pytest.mark.parametrize("method", ["ddp", "zero-1", "zero-3"])
def test_two_processes_log_what_one_does(tmp_path: Path, method: str) -> None:
    alone = trained(tmp_path / "one", **SETTINGS, per_device_train_batch_size=8)
    settings: dict[str, Any] = {"per_device_train_batch_size": 2, "gradient_accumulation_steps": 2}
    if method != "ddp":
        settings["deepspeed"] = deepspeed(int(method[-1]))
    together = launched(tmp_path, **settings)
    steps = [entry for entry in alone.state.log_history if "loss" in entry]
    assert len(steps) == 3
    for one, two in zip(steps, together, strict=False):
        for name in COMPARED:
            assert two[name] == pytest.approx(one[name], rel=2e-5), name
