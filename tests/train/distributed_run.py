"""A short training run as one of several processes; writes what it logged.

python -m torch.distributed.run --standalone --nproc_per_node 2 tests/train/distributed_run.py OUT SETTINGS
"""

import json
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.train.tiny import trained


def main(out: Path, settings: str) -> None:
    torch.set_num_threads(1)
    trainer = trained(out.parent / "run", **json.loads(settings))
    if trainer.accelerator.is_main_process:
        out.write_text(json.dumps(trainer.state.log_history))
    trainer.accelerator.end_training()  # without it, processes may wait for each other at the end


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
