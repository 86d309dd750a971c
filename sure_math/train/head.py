"""A model's output layer, read a slab of the vocabulary at a time.

Products are fp32 or wider whatever the dtype of the operands, so neither logits nor sums of
gradients are rounded to half precision on the way.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

SLAB_BYTES = 8 << 20
"""Default size of one slab of logits on a CPU, whose caches like it; a handful exist at a time."""
GPU_SLAB_BYTES = 256 << 20
"""The same elsewhere: so few kernels that starting them costs nothing."""
MIN_SLAB = 4096
"""Fewest entries of a default slab: narrower ones make the top k dear."""


@dataclass(frozen=True)
class Head:
    """logits = cap(scale * (weight h + bias)), where cap(y) = softcap * tanh(y / softcap).

    `weight` is [vocabulary, hidden], `bias` [vocabulary].
    """

    weight: Tensor
    bias: Tensor | None = None
    scale: float = 1.0
    softcap: float | None = None

    @property
    def vocabulary(self) -> int:
        """Entries of the whole vocabulary, also while ZeRO-3 keeps the weight in parts."""
        return int(getattr(self.weight, "ds_shape", self.weight.shape)[0])

    def slabs(self, tokens: int, size: int | None) -> Iterator[slice]:
        """Ranges of the vocabulary: of `size` entries, or such that logits fill SLAB_BYTES."""
        budget = SLAB_BYTES if self.weight.device.type == "cpu" else GPU_SLAB_BYTES
        size = size or max(MIN_SLAB, budget // (4 * max(tokens, 1)))
        for start in range(0, self.vocabulary, size):
            yield slice(start, min(start + size, self.vocabulary))

    def logits(self, hidden: Tensor, slab: slice, temperature: float) -> Tensor:
        """[tokens, slab] logits / temperature."""
        z = product(hidden, self.weight[slab].to(hidden.dtype).t())
        if self.bias is not None:
            z += self.bias[slab]
        z *= self.scale
        if self.softcap is not None:
            z = z.div_(self.softcap).tanh_().mul_(self.softcap)
        return z.div_(temperature)

    def gradient(self, upstream: Tensor, logits: Tensor, temperature: float) -> Tensor:
        """Gradient of (weight h + bias) from that of `logits`, in place."""
        if self.softcap is not None:
            upstream *= 1 - (logits * (temperature / self.softcap)) ** 2
        return upstream.mul_(self.scale / temperature)


def operand_dtype(hidden: Tensor) -> torch.dtype:
    """What is multiplied: half precision where a product can still be fp32, else fp32 or wider."""
    device = hidden.device.type
    dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else hidden.dtype
    return dtype if hidden.is_cuda else torch.promote_types(hidden.dtype, torch.float32)


def product(a: Tensor, b: Tensor) -> Tensor:
    """a b, fp32 or wider."""
    half = a.dtype in (torch.bfloat16, torch.float16)
    return torch.mm(a, b, out_dtype=torch.float32) if half else torch.mm(a, b)


def no_autocast(tensor: Tensor) -> AbstractContextManager[Any]:
    """Dtypes are as they are written here."""
    context: AbstractContextManager[Any] = torch.autocast(tensor.device.type, enabled=False)
    return context
