"""The output layer of a loaded model, as the loss reads it."""

from typing import Any

from torch import Tensor
from torch.distributed.tensor import DTensor

from sure_math.train.head import Head


def output_layer(model: Any) -> Head:
    """Weights and what the architecture does to logits, of any causal language model."""
    layer = model.get_output_embeddings()
    config = model.config.get_text_config()
    return Head(
        weight=_whole(layer.weight),
        bias=None if layer.bias is None else _whole(layer.bias),
        scale=_logit_scale(config),
        softcap=getattr(config, "final_logit_softcapping", None),
    )


def _whole(weight: Tensor) -> Tensor:
    """FSDP keeps weights in parts; gathered once here, not once for every slab."""
    return weight.full_tensor() if isinstance(weight, DTensor) else weight


def _logit_scale(config: Any) -> float:
    """The factor of the logits, by the names that architectures have for it."""
    for name in ("logit_scale", "output_multiplier", "lm_head_multiplier"):
        if getattr(config, name, None) is not None:
            return float(getattr(config, name))
    divisor = getattr(config, "logits_scaling", None)
    if divisor is None:
        return 1.0
    return float(divisor) if config.model_type == "hyperclovax" else 1 / float(divisor)
