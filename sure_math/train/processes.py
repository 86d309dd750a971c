"""The processes that train together, as `accelerate launch` or torchrun starts them."""

import os
from typing import Any


def processes() -> tuple[int, int]:
    """The number of this process, and how many there are."""
    return int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))


def on_cpu() -> bool:
    """Whether to train without a GPU: there is none, or the launcher says so."""
    import torch

    return not torch.cuda.is_available() or os.environ.get("ACCELERATE_USE_CPU") == "true"


def agreed(value: Any) -> Any:
    """What the first process says, in all of them."""
    if processes()[1] == 1:
        return value
    from accelerate import PartialState
    from accelerate.utils import broadcast_object_list

    PartialState(cpu=on_cpu())
    box = [value]
    broadcast_object_list(box)
    return box[0]


def part() -> None:
    """Wait for all processes and close what connects them; one that just ends may abort others."""
    if processes()[1] == 1:
        return
    from torch import distributed

    if distributed.is_initialized():
        distributed.barrier()
        distributed.destroy_process_group()
