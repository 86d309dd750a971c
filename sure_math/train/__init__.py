"""Training on a published dataset: UOPD, its baselines, and the checks before the first step.

    from sure_math.train import UOPDConfig, UOPDTrainer

Needs the extra `train`. Nothing heavy is imported before one of the names is used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sure_math.train.config import UOPDConfig
    from sure_math.train.loss import topk_cross_entropy
    from sure_math.train.rows import training_rows
    from sure_math.train.trainer import UOPDTrainer

__all__ = ["UOPDConfig", "UOPDTrainer", "topk_cross_entropy", "training_rows"]

_HOMES = {
    "UOPDConfig": "sure_math.train.config",
    "UOPDTrainer": "sure_math.train.trainer",
    "topk_cross_entropy": "sure_math.train.loss",
    "training_rows": "sure_math.train.rows",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
