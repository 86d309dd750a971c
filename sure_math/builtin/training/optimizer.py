"""Muon for the matrices, AdamW for embeddings and norms, over fp32 master copies of the bf16
parameters.

Muon: K. Jordan et al., 2024: momentum whose update is orthogonalised by five Newton-Schulz steps.
"""

from collections import defaultdict

import torch
from torch import Tensor, nn

MUON_RATE, ADAM_RATE = 0.02, 3e-3
_MOMENTUM, _DECAY = 0.95, 0.02
_NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)


class Optimizer:
    """Updates `network` in place from the gradients of its parameters."""

    def __init__(self, network: nn.Module) -> None:
        self.parameters = dict(network.named_parameters())
        self.masters = {n: p.detach().float().clone() for n, p in self.parameters.items()}
        self._momenta: dict[str, Tensor] = {}
        self._groups: dict[tuple[int, ...], list[str]] = defaultdict(list)
        for name, master in self.masters.items():
            if master.dim() == 2 and "embed" not in name:
                self._momenta[name] = torch.zeros_like(master)
                self._groups[tuple(master.shape)].append(name)
        self._rest = [name for name in self.masters if name not in self._momenta]
        self._adam = torch.optim.AdamW(
            [
                {"params": [self.masters[n]], "weight_decay": 0.01 * (self.masters[n].dim() == 2)}
                for n in self._rest
            ],
            lr=ADAM_RATE,
            betas=(0.9, 0.97),
            fused=True,
        )

    def step(self, factor: float) -> None:
        """Take one step at `factor` times the base rates, then clear the gradients."""
        gradients = {n: p.grad.float() for n, p in self.parameters.items() if p.grad is not None}
        with torch.no_grad():
            self._adam_step(gradients, factor)
            for shape, names in self._groups.items():
                self._muon_step(shape, names, gradients, factor)
            for name, parameter in self.parameters.items():
                parameter.copy_(self.masters[name])
                parameter.grad = None

    def _adam_step(self, gradients: dict[str, Tensor], factor: float) -> None:
        for name in self._rest:
            self.masters[name].grad = gradients[name]
        torch.nn.utils.clip_grad_norm_([self.masters[name] for name in self._rest], 1.0)
        for group in self._adam.param_groups:
            group["lr"] = ADAM_RATE * factor
        self._adam.step()

    def _muon_step(
        self,
        shape: tuple[int, ...],
        names: list[str],
        gradients: dict[str, Tensor],
        factor: float,
    ) -> None:
        for name in names:
            self._momenta[name].lerp_(gradients[name], 1 - _MOMENTUM)
        updates = _orthogonal(
            torch.stack([gradients[n].lerp(self._momenta[n], _MOMENTUM) for n in names])
        )
        rate = MUON_RATE * factor
        scale = max(1.0, shape[0] / shape[1]) ** 0.5
        for name, update in zip(names, updates, strict=True):
            self.masters[name].mul_(1 - rate * _DECAY).add_(update, alpha=-rate * scale)


def _orthogonal(stack: Tensor) -> Tensor:
    a, b, c = _NEWTON_SCHULZ
    x = stack.bfloat16()
    tall = x.size(-2) > x.size(-1)
    x = x.mT if tall else x
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        gram = x @ x.mT
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return (x.mT if tall else x).float()
