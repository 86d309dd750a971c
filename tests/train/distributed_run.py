"""A short training run as one of several processes; writes what it logged.

python -m torch.distributed.run --standalone --nproc_per_node 2 THIS_FILE OUT SETTINGS
"""

import json
import sys
from pathlib import Path
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).parents[2]))

from sure_math.train import UOPDTrainer
from sure_math.train.processes import part
from tests.train.tiny import made


def main(out: Path, settings: str) -> None:
    torch.set_num_threads(1)
    train(out, json.loads(settings))
    part()  # as a training ends: the model that held the connections is gone by now


def train(out: Path, settings: dict[str, Any]) -> None:
    trainer = made(UOPDTrainer, out.parent / "run", **settings)
    trainer.train()
    if trainer.accelerator.is_main_process:
        out.write_text(json.dumps(trainer.state.log_history))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
