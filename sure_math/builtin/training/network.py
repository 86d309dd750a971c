"""A plain torch Qwen3 for training, with the parameter names and the numbers of transformers'
`Qwen3ForCausalLM`.
"""

# torch is untyped here, so nn.Module is Any:
# mypy: disable-error-code="misc"

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

MAX_POSITIONS = 1024
ROPE_THETA = 10_000.0
EPSILON = 1e-6


@dataclass(frozen=True)
class Size:
    """The shape of a network; the vocabulary is padded to a multiple of 16."""

    vocabulary: int
    hidden: int
    layers: int
    feed_forward: int
    heads: int
    kv_heads: int
    head_dim: int = 32


class Norm(nn.Module):
    """Root-mean-square normalisation."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise the last axis."""
        return functional.rms_norm(x, (x.size(-1),), self.weight, EPSILON)


class Attention(nn.Module):
    """Grouped-query attention with normalised queries and keys."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        width, kv_width = size.heads * size.head_dim, size.kv_heads * size.head_dim
        self.q_proj = nn.Linear(size.hidden, width, bias=False)
        self.k_proj = nn.Linear(size.hidden, kv_width, bias=False)
        self.v_proj = nn.Linear(size.hidden, kv_width, bias=False)
        self.o_proj = nn.Linear(width, size.hidden, bias=False)
        self.q_norm = Norm(size.head_dim)
        self.k_norm = Norm(size.head_dim)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        """Attend within each row; `x` is [rows, tokens, hidden]."""
        rows, tokens, _ = x.shape
        heads = (rows, tokens, -1, self.size.head_dim)
        q = _rotate(self.q_norm(self.q_proj(x).view(heads)).transpose(1, 2), cos, sin)
        k = _rotate(self.k_norm(self.k_proj(x).view(heads)).transpose(1, 2), cos, sin)
        v = self.v_proj(x).view(heads).transpose(1, 2)
        repeats = self.size.heads // self.size.kv_heads
        k, v = k.repeat_interleave(repeats, 1), v.repeat_interleave(repeats, 1)
        # Plain products: on a CPU the fused attention's backward pass is several times slower.
        scores = q @ k.transpose(-1, -2) * self.size.head_dim**-0.5 + mask
        out: Tensor = self.o_proj(
            (scores.softmax(-1) @ v).transpose(1, 2).reshape(rows, tokens, -1)
        )
        return out


class FeedForward(nn.Module):
    """SwiGLU."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(size.hidden, size.feed_forward, bias=False)
        self.up_proj = nn.Linear(size.hidden, size.feed_forward, bias=False)
        self.down_proj = nn.Linear(size.feed_forward, size.hidden, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Apply to each token."""
        out: Tensor = self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))
        return out


class Layer(nn.Module):
    """Attention and feed-forward, each after a norm and around a residual."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.self_attn = Attention(size)
        self.mlp = FeedForward(size)
        self.input_layernorm = Norm(size.hidden)
        self.post_attention_layernorm = Norm(size.hidden)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        """One layer."""
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask)
        out: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return out


class Trunk(nn.Module):
    """Embedding, layers and last norm (named as in the checkpoint)."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(size.vocabulary, size.hidden)
        self.layers = nn.ModuleList(Layer(size) for _ in range(size.layers))
        self.norm = Norm(size.hidden)


class Qwen3(nn.Module):
    """A decoder whose output weights are its embeddings."""

    cos: Tensor
    sin: Tensor
    mask: Tensor

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        self.model = Trunk(size)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                nn.init.normal_(weight, std=_initial_deviation(name, weight))
        frequencies = ROPE_THETA ** -(torch.arange(0, size.head_dim, 2) / size.head_dim)
        angles = torch.arange(MAX_POSITIONS)[:, None] * frequencies
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)
        self.register_buffer("mask", torch.full((512, 512), -1e4).triu(1), persistent=False)

    def loss(self, tokens: Tensor, targets: Tensor) -> Tensor:
        """Mean cross-entropy in nats over the positions whose target is not negative."""
        width = tokens.size(1)
        x = self.model.embed_tokens(tokens)
        cos, sin, mask = self.cos[:width], self.sin[:width], self.mask[:width, :width]
        for layer in self.model.layers:
            x = layer(x, cos, sin, mask)
        wanted = targets >= 0
        logits = functional.linear(self.model.norm(x)[wanted], self.model.embed_tokens.weight)
        return functional.cross_entropy(logits.float(), targets[wanted])


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    first, second = x.chunk(2, -1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), -1)


def _initial_deviation(name: str, weight: Tensor) -> float:
    if "embed" in name:
        return 0.02
    residual = "o_proj" in name or "down_proj" in name
    return (0.5 if residual else 1.0) / math.sqrt(weight.size(1))
