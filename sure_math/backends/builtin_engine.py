"""A small Qwen3 in numpy: it runs the built-in checkpoints, with nothing but numpy and
`tokenizers` installed.

The weights come from the same safetensors file that transformers and vLLM load (bf16 becomes fp32
by a shift). A request is prefilled once and continued n times, with one key-value cache over
left-padded rows. Log-probabilities are raw: those of the model at temperature 1, whatever the
sampling temperature.

Matrices are tiny, so one BLAS thread is fastest (threads that wait for each other cost up to 8x on
a busy machine): set ``OPENBLAS_NUM_THREADS=1`` before numpy is loaded.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jinja2.sandbox import ImmutableSandboxedEnvironment
from numpy.typing import NDArray
from tokenizers import Tokenizer

Array = NDArray[np.float32]
Ids = NDArray[np.int64]

_BATCH_ROWS = 256
_COMPACT_BELOW = 0.85
_MASKED = np.float32(-1e4)


@dataclass(frozen=True)
class Prompt:
    """One request: sample `n` continuations of `tokens`. Temperature 0 is greedy."""

    tokens: tuple[int, ...]
    n: int = 1
    temperature: float = 1.0
    top_p: float = 1.0
    max_tokens: int = 256
    seed: int = 0


@dataclass
class Continuation:
    """One sampled response: tokens, end token included, and the raw log-probability of each."""

    tokens: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    finish_reason: Literal["stop", "length"] = "length"


class TokenEngine:
    """Weights that continue tokens; `config` is that of a Qwen3 checkpoint, as transformers has it.

    Raises:
        ValueError: the network is none that this engine computes.
    """

    def __init__(self, config: Mapping[str, Any], weights: Mapping[str, Array]) -> None:
        self._network = _Network(config, weights)
        self.end_token: int = config["eos_token_id"]
        self.max_positions: int = config["max_position_embeddings"]

    def score(self, prompt: Sequence[int], response: Sequence[int]) -> Array:
        """The raw log-probability, in nats, of each response token after the prompt."""
        tokens = np.array([[*prompt, *response]])
        logits = self._network.logits(tokens)[0, len(prompt) - 1 : -1]
        scores: Array = _log_softmax(logits)[np.arange(len(response)), list(response)]
        return scores

    def generate(self, prompts: Sequence[Prompt]) -> Iterator[tuple[int, list[Continuation]]]:
        """Yield (index of the prompt, its continuations), batch by batch, short prompts first.

        The random numbers of a continuation depend only on its prompt's seed and its own number.

        Raises:
            ValueError: a prompt is empty or leaves no room for a response.
        """
        for prompt in prompts:
            if not 0 < len(prompt.tokens) < self.max_positions:
                raise ValueError(
                    f"a prompt has {len(prompt.tokens)} tokens; the model takes 1 to "
                    f"{self.max_positions - 1}"
                )
        for batch in _batches(prompts):
            yield from zip(batch, self._sample([prompts[i] for i in batch]), strict=True)

    def _sample(self, prompts: list[Prompt]) -> list[list[Continuation]]:
        width = max(len(p.tokens) for p in prompts)
        cache, logits = self._prefill(prompts, width)
        repeats = np.repeat(np.arange(len(prompts)), [p.n for p in prompts])
        cache.select(repeats)
        rows = _Rows.start(prompts, self.max_positions)
        logits = logits[repeats]
        while True:
            chosen = rows.choose(logits)
            alive = rows.record(chosen, logits, self.end_token)
            if not alive.any():
                break
            if alive.mean() < _COMPACT_BELOW:
                chosen = chosen[alive]
                cache.select(np.flatnonzero(alive))
                rows.select(alive)
            logits = self._network.step(chosen[:, None], cache)[:, -1]
        outputs = iter(rows.outputs)
        return [[next(outputs) for _ in range(p.n)] for p in prompts]

    def _prefill(self, prompts: list[Prompt], width: int) -> "tuple[_Cache, Array]":
        tokens = np.zeros((len(prompts), width), np.int64)
        padding = np.zeros((len(prompts), width), np.float32)
        for row, prompt in enumerate(prompts):
            start = width - len(prompt.tokens)
            tokens[row, start:] = prompt.tokens
            padding[row, :start] = _MASKED
        cache = self._network.new_cache(padding)
        return cache, self._network.step(tokens, cache)[:, -1]


class BuiltinEngine(TokenEngine):
    """A checkpoint directory, loaded: its weights, its tokenizer and its chat template."""

    def __init__(self, folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text())
        super().__init__(config, _read_safetensors(folder / "model.safetensors"))
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        self._template = environment.from_string((folder / "chat_template.jinja").read_text())

    def encode_chat(self, messages: Sequence[Mapping[str, str]]) -> tuple[int, ...]:
        """The prompt tokens of chat messages (`role`, `content`), by the checkpoint's template."""
        text = self._template.render(messages=messages, add_generation_prompt=True)
        return tuple(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of response tokens, without the end token."""
        text: str = self.tokenizer.decode(list(tokens), skip_special_tokens=True)
        return text


@dataclass
class _Rows:
    """The sampling state of the rows that are still in the batch."""

    outputs: list[Continuation]
    index: Ids
    uniforms: NDArray[np.float64]
    temperatures: Array
    top_p: Array
    limits: Ids
    step: int = 0

    @classmethod
    def start(cls, prompts: list[Prompt], positions: int) -> "_Rows":
        owners = [(p, sample) for p in prompts for sample in range(p.n)]
        limits = np.array([min(p.max_tokens, positions - len(p.tokens)) for p, _ in owners])
        # The rows of one batch draw as many numbers as the longest needs; a generator's stream is
        # the same however far it is read, so a row's draws do not depend on its neighbours.
        draws = [np.random.default_rng([p.seed, k]).random(limits.max()) for p, k in owners]
        return cls(
            outputs=[Continuation() for _ in owners],
            index=np.arange(len(owners)),
            uniforms=np.array(draws),
            temperatures=np.array([p.temperature for p, _ in owners], np.float32),
            top_p=np.array([p.top_p for p, _ in owners], np.float32),
            limits=limits,
        )

    def choose(self, logits: Array) -> Ids:
        """The next token of each row."""
        greedy = self.temperatures == 0
        heat = np.where(greedy, np.float32(1), self.temperatures)[:, None]
        weights = np.exp((logits - logits.max(-1, keepdims=True)) / heat)
        if (self.top_p < 1).any():
            weights = _nucleus(weights, self.top_p)
        cumulative = np.cumsum(weights, -1, dtype=np.float64)
        target = self.uniforms[:, self.step, None] * cumulative[:, -1:]
        sampled = np.minimum((cumulative <= target).sum(-1), logits.shape[-1] - 1)
        chosen: Ids = np.where(greedy, logits.argmax(-1), sampled)
        return chosen

    def record(self, chosen: Ids, logits: Array, end: int) -> NDArray[np.bool_]:
        """Append the chosen tokens to the unfinished rows; say which rows go on."""
        raw = _log_softmax(logits)[np.arange(len(chosen)), chosen]
        self.step += 1
        open_rows = self.limits >= self.step
        for row in np.flatnonzero(open_rows):
            output = self.outputs[self.index[row]]
            output.tokens.append(int(chosen[row]))
            output.logprobs.append(float(raw[row]))
            if chosen[row] == end:
                output.finish_reason = "stop"
                self.limits[row] = 0
        alive: NDArray[np.bool_] = self.limits > self.step
        return alive

    def select(self, alive: NDArray[np.bool_]) -> None:
        """Drop the finished rows."""
        self.index, self.uniforms = self.index[alive], self.uniforms[alive]
        self.temperatures, self.top_p = self.temperatures[alive], self.top_p[alive]
        self.limits = self.limits[alive]


class _Cache:
    """Keys and values [layers, 2, rows, kv heads, capacity, head size]; the mask of the padding."""

    def __init__(self, layers: int, heads: int, head_dim: int, padding: Array) -> None:
        rows, width = padding.shape
        shape = (layers, 2, rows, heads, width + 64, head_dim)
        self.values = np.zeros(shape, np.float32)
        self.padding = padding
        self.length = 0

    def reserve(self, count: int) -> None:
        """Make room for `count` more positions."""
        missing = self.length + count - self.values.shape[4]
        if missing > 0:
            grow = [(0, 0)] * 6
            grow[4] = (0, max(missing, self.values.shape[4] // 2))
            self.values = np.pad(self.values, grow)

    def mask(self, count: int) -> Array:
        """What is added to the scores of `count` new positions: [rows, 1, 1, count, positions]."""
        total = self.length + count
        padding = np.pad(self.padding, ((0, 0), (0, max(0, total - self.padding.shape[1]))))
        causal = np.triu(np.full((count, total), _MASKED), 1 + self.length)
        mask: Array = padding[:, None, None, None, :] + causal
        return mask

    def select(self, rows: Ids) -> None:
        """Keep (or repeat) these rows."""
        self.values = self.values[:, :, rows]
        self.padding = self.padding[rows]


@dataclass(frozen=True)
class _Layer:
    input_norm: Array
    qkv: Array
    q_norm: Array
    k_norm: Array
    out: Array
    feed_norm: Array
    gate_up: Array
    down: Array


class _Network:
    """The decoder itself."""

    def __init__(self, config: Mapping[str, Any], weights: Mapping[str, Array]) -> None:
        _check(config)
        self.embeddings = weights["model.embed_tokens.weight"]
        self.last_norm = weights["model.norm.weight"]
        self.epsilon = np.float32(config["rms_norm_eps"])
        self.heads = config["num_attention_heads"]
        self.kv_heads = config["num_key_value_heads"]
        self.head_dim = config["head_dim"]
        self.layers = [_layer(weights, i) for i in range(config["num_hidden_layers"])]
        self.scale = np.float32(self.head_dim**-0.5)
        half = np.arange(0, self.head_dim, 2) / self.head_dim
        # Rotary positions are relative, and padding on the left can push a row up to twice as far.
        positions = np.arange(2 * config["max_position_embeddings"])
        angles = np.outer(positions, _rope_theta(config) ** -half)
        self.cos, self.sin = np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)

    def new_cache(self, padding: Array) -> _Cache:
        """An empty cache for rows whose first positions are masked by `padding` [rows, width]."""
        return _Cache(len(self.layers), self.kv_heads, self.head_dim, padding)

    def logits(self, tokens: Ids) -> Array:
        """Logits [rows, tokens, vocabulary] of whole sequences."""
        return self.step(tokens, self.new_cache(np.zeros(tokens.shape, np.float32)), every=True)

    def step(self, tokens: Ids, cache: _Cache, *, every: bool = False) -> Array:
        """Append `tokens` [rows, count] to the cache; logits of the last position or of all."""
        count = tokens.shape[1]
        cache.reserve(count)
        mask = cache.mask(count)
        x = self.embeddings[tokens]
        for layer, values in zip(self.layers, cache.values, strict=True):
            x = x + self._attend(layer, x, values, cache.length, mask)
            x = x + _feed_forward(layer, _norm(x, layer.feed_norm, self.epsilon))
        cache.length += count
        last = _norm(x if every else x[:, -1:], self.last_norm, self.epsilon)
        logits: Array = last @ self.embeddings.T
        return logits

    def _attend(self, layer: _Layer, x: Array, values: Array, start: int, mask: Array) -> Array:
        rows, count, _ = x.shape
        end, groups = start + count, self.heads // self.kv_heads
        qkv = _norm(x, layer.input_norm, self.epsilon) @ layer.qkv
        qkv = qkv.reshape(rows, count, -1, self.head_dim).transpose(0, 2, 1, 3)
        q, k, v = np.split(qkv, [self.heads, self.heads + self.kv_heads], axis=1)
        q = self._rotate(_norm(q, layer.q_norm, self.epsilon), start)
        values[0, :, :, start:end] = self._rotate(_norm(k, layer.k_norm, self.epsilon), start)
        values[1, :, :, start:end] = v
        keys, held = values[0, :, :, :end], values[1, :, :, :end]
        q = q.reshape(rows, self.kv_heads, groups * count, self.head_dim)
        products: Array = np.matmul(q, keys.transpose(0, 1, 3, 2)) * self.scale
        scores = products.reshape(rows, self.kv_heads, groups, count, end) + mask
        weights = _softmax(scores).reshape(rows, self.kv_heads, groups * count, end)
        mixed: Array = np.matmul(weights, held).reshape(rows, self.heads, count, self.head_dim)
        out: Array = mixed.transpose(0, 2, 1, 3).reshape(rows, count, -1) @ layer.out
        return out

    def _rotate(self, x: Array, start: int) -> Array:
        end = start + x.shape[-2]
        cos, sin = self.cos[start:end], self.sin[start:end]
        first, second = np.split(x, 2, axis=-1)
        return np.concatenate((first * cos - second * sin, second * cos + first * sin), -1)


def _check(config: Mapping[str, Any]) -> None:
    if config["model_type"] != "qwen3" or not config["tie_word_embeddings"]:
        raise ValueError("the engine computes Qwen3 with tied embeddings, and no other network")
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    if rope.get("rope_type", "default") != "default" or config.get("attention_bias"):
        raise ValueError("the engine knows neither scaled rotary positions nor attention biases")


def _rope_theta(config: Mapping[str, Any]) -> float:
    """transformers 5 writes it one level deeper."""
    theta: float = (config.get("rope_parameters") or config)["rope_theta"]
    return theta


def _layer(weights: Mapping[str, Array], number: int) -> _Layer:
    def stacked(*names: str) -> Array:
        parts = [weights[f"model.layers.{number}.{name}.weight"] for name in names]
        return np.ascontiguousarray(np.concatenate(parts).T)

    return _Layer(
        input_norm=stacked("input_layernorm"),
        qkv=stacked("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
        q_norm=stacked("self_attn.q_norm"),
        k_norm=stacked("self_attn.k_norm"),
        out=stacked("self_attn.o_proj"),
        feed_norm=stacked("post_attention_layernorm"),
        gate_up=stacked("mlp.gate_proj", "mlp.up_proj"),
        down=stacked("mlp.down_proj"),
    )


def _feed_forward(layer: _Layer, x: Array) -> Array:
    gate, up = np.split(x @ layer.gate_up, 2, axis=-1)
    out: Array = (gate / (1 + np.exp(-gate)) * up) @ layer.down
    return out


def _norm(x: Array, weight: Array, epsilon: np.float32) -> Array:
    squares = np.mean(x * x, -1, keepdims=True)
    scaled: Array = x / np.sqrt(squares + epsilon) * weight
    return scaled


def _softmax(x: Array) -> Array:
    weights = np.exp(x - x.max(-1, keepdims=True))
    normalised: Array = weights / weights.sum(-1, keepdims=True)
    return normalised


def _log_softmax(x: Array) -> Array:
    shifted = x - x.max(-1, keepdims=True)
    logs: Array = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return logs


def _nucleus(weights: Array, top_p: Array) -> Array:
    """Zero what lies outside the smallest set of tokens that holds `top_p` of the mass."""
    order = np.argsort(-weights, -1, kind="stable")
    ranked = np.take_along_axis(weights, order, -1)
    before = np.cumsum(ranked, -1) - ranked
    ranked[before >= top_p[:, None] * ranked.sum(-1, keepdims=True)] = 0
    kept = np.empty_like(weights)
    np.put_along_axis(kept, order, ranked, -1)
    return kept


def _batches(prompts: Sequence[Prompt]) -> Iterator[list[int]]:
    """Indices of prompts, shortest first, in groups of about `_BATCH_ROWS` continuations."""
    batch: list[int] = []
    rows = 0
    for index in sorted(range(len(prompts)), key=lambda i: len(prompts[i].tokens)):
        if batch and rows + prompts[index].n > _BATCH_ROWS:
            yield batch
            batch, rows = [], 0
        batch.append(index)
        rows += prompts[index].n
    if batch:
        yield batch


def _read_safetensors(path: Path) -> dict[str, Array]:
    """Every tensor of a safetensors file as fp32."""
    raw = path.read_bytes()
    start = 8 + int.from_bytes(raw[:8], "little")
    tensors: dict[str, Array] = {}
    for name, entry in json.loads(raw[8:start]).items():
        if name == "__metadata__":
            continue
        first, last = entry["data_offsets"]
        data = raw[start + first : start + last]
        tensors[name] = _as_float32(data, entry["dtype"]).reshape(entry["shape"])
    return tensors


def _as_float32(data: bytes, dtype: str) -> Array:
    match dtype:
        case "BF16":
            return (np.frombuffer(data, np.uint16).astype(np.uint32) << 16).view(np.float32)
        case "F32":
            return np.frombuffer(data, np.float32)
        case "F16":
            return np.frombuffer(data, np.float16).astype(np.float32)
    raise ValueError(f"the engine reads BF16, F16 and F32 tensors, not {dtype}")
