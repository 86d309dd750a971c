"""A local Hugging Face causal language model, run by transformers on the CPU or one GPU.

The sampling loop is our own, over `model(..., past_key_values=...)`: rows (one per sample) are
sorted by prompt length, left-padded and decoded together, and each token is drawn by inverting the
cumulative distribution at a uniform number of the row's own generator. So the random numbers of a
sample depend on its request's seed and its index alone, never on the batch; its text can still
differ between batch shapes where rounding moves a probability across the number drawn.

`dtype: auto` is float32 on the CPU and the checkpoint's own type on a GPU.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from sure_math.backends.base import BackendInfo, Closing, Completion, Request, Sample, Sampling
from sure_math.backends.chat import encode_request
from sure_math.errors import BackendError
from sure_math.model_config import TransformersModel


@dataclass(frozen=True, slots=True)
class _Row:
    """One sample still to be drawn."""

    request: int
    index: int
    prompt: list[int]
    limit: int
    uniforms: np.random.Generator


class TransformersBackend(Closing):
    """Answers requests in batches of `batch_rows` samples."""

    journaled = False

    def __init__(self, config: TransformersModel) -> None:
        """Load the model.

        Raises:
            BackendError: torch or transformers is missing, or the model cannot be loaded.
        """
        try:
            import torch
            import transformers
        except ImportError as error:
            raise BackendError(
                f"The transformers backend needs {error.name}, which is not installed.",
                hint="pip install 'sure-math[local]'",
            ) from error
        self._torch = torch
        self._config = config
        self._device = config.device or ("cuda" if torch.cuda.is_available() else "cpu")
        on_cpu = torch.device(self._device).type == "cpu"
        dtype = "float32" if config.dtype == "auto" and on_cpu else config.dtype
        try:
            self._tokenizer = transformers.AutoTokenizer.from_pretrained(
                config.model, revision=config.revision
            )
            model = transformers.AutoModelForCausalLM.from_pretrained(
                config.model, revision=config.revision, dtype=dtype
            )
            self._model = model.to(self._device).eval()
        except (OSError, ValueError, RuntimeError) as error:
            raise BackendError(
                f"transformers cannot load {config.model!r}: {error}",
                hint="Check the name, the revision, the device and the free memory.",
            ) from error
        if self._tokenizer.chat_template is None:
            raise BackendError(
                f"{config.model!r} has no chat template.", hint="Use an instruction-tuned model."
            )
        self._context: int = model.config.get_text_config().max_position_embeddings
        self.stop_ids = _stop_ids(model, self._tokenizer)
        self._engine = (
            f"transformers {transformers.__version__}, torch {torch.__version__}, "
            f"{str(model.dtype).removeprefix('torch.')} on {self._device}"
        )

    @property
    def info(self) -> BackendInfo:
        """Model, revision and engine version."""
        return BackendInfo(
            backend="transformers",
            model=self._config.model,
            revision=self._config.revision,
            engine=self._engine,
            logprobs_mode="raw_logprobs",
        )

    def generate(self, requests: Sequence[Request]) -> Iterator[Completion]:
        """Answer every request; a completion leaves with the batch that ends its last sample."""
        rows: list[_Row] = []
        for number, request in enumerate(requests):
            prompt = encode_request(self._tokenizer, request, self._context)
            if isinstance(prompt, Completion):
                yield prompt
                continue
            limit = min(request.sampling.max_tokens, self._context - len(prompt))
            rows += [
                _Row(number, index, prompt, limit, np.random.default_rng((request.seed, index)))
                for index in range(request.sampling.n)
            ]
        samples: dict[int, dict[int, Sample]] = {}
        for batch in self._batches(rows, requests):
            drawn = self._sample(batch, requests[batch[0].request].sampling)
            for row, sample in zip(batch, drawn, strict=True):
                request = requests[row.request]
                done = samples.setdefault(row.request, {})
                done[row.index] = sample
                if len(done) == request.sampling.n:
                    ordered = tuple(done[index] for index in range(request.sampling.n))
                    del samples[row.request]
                    yield Completion(request.id, ordered, prompt_tokens=len(row.prompt))

    def close(self) -> None:
        """Free the model's memory."""
        self._model = None
        if self._torch.cuda.is_available():
            self._torch.cuda.empty_cache()

    def _batches(self, rows: list[_Row], requests: Sequence[Request]) -> Iterator[list[_Row]]:
        """Rows of equal temperature and top_p and of similar prompt length, longest first."""

        def kind(row: _Row) -> tuple[float, float]:
            sampling = requests[row.request].sampling
            return sampling.temperature, sampling.top_p

        rows = sorted(rows, key=lambda row: (*kind(row), -len(row.prompt), row.request, row.index))
        for _, group in groupby(rows, key=kind):
            alike = list(group)
            for start in range(0, len(alike), self._config.batch_rows):
                yield alike[start : start + self._config.batch_rows]

    def _sample(self, rows: list[_Row], sampling: Sampling) -> list[Sample]:
        try:
            with self._torch.inference_mode():
                tokens, logprobs = self._decode(rows, sampling)
        except self._torch.OutOfMemoryError as error:
            raise BackendError(
                f"Out of memory with {len(rows)} samples at once: {error}",
                hint="Lower batch_rows or max_tokens.",
            ) from error
        return [
            self._finish(row, tokens[:, number], logprobs[:, number])
            for number, row in enumerate(rows)
        ]

    def _decode(self, rows: list[_Row], sampling: Sampling) -> tuple[Any, Any]:
        """Draw until every row has ended: token ids and raw log-probabilities, (steps, rows).

        A row that has ended goes on as padding; `_finish` cuts it off.
        """
        torch = self._torch
        longest = max(len(row.prompt) for row in rows)
        pad = self._tokenizer.pad_token_id or 0
        ids = torch.tensor([[pad] * (longest - len(r.prompt)) + r.prompt for r in rows])
        mask = torch.tensor([[0] * (longest - len(r.prompt)) + [1] * len(r.prompt) for r in rows])
        ids, mask = ids.to(self._device), mask.to(self._device)
        positions = (mask.cumsum(-1) - 1).clamp(min=0)
        limits = torch.tensor([row.limit for row in rows], device=self._device)
        stop_ids = torch.tensor(sorted(self.stop_ids), device=self._device)
        running = torch.ones(len(rows), dtype=torch.bool, device=self._device)
        cache, tokens, logprobs = None, [], []
        while bool(running.any()):
            output = self._model(
                input_ids=ids,
                attention_mask=mask,
                position_ids=positions,
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
            )
            cache, logits = output.past_key_values, output.logits[:, -1].float()
            uniforms = torch.tensor([row.uniforms.random() for row in rows], device=self._device)
            token = _draw(torch, logits, sampling, uniforms)
            tokens.append(token)
            logprobs.append(logits.log_softmax(-1).gather(1, token[:, None])[:, 0])
            running &= ~torch.isin(token, stop_ids) & (len(tokens) < limits)
            ids = token[:, None]
            mask = torch.cat([mask, torch.ones_like(mask[:, :1])], dim=1)
            positions = positions[:, -1:] + running[:, None].long()
        return torch.stack(tokens).cpu(), torch.stack(logprobs).double().cpu()

    def _finish(self, row: _Row, tokens: Any, logprobs: Any) -> Sample:
        ids = tokens[: row.limit].tolist()
        end = next((at for at, token in enumerate(ids) if token in self.stop_ids), None)
        count = len(ids) if end is None else end + 1
        return Sample(
            text=self._tokenizer.decode(ids[:end], skip_special_tokens=True),
            token_count=count,
            logprob=float(logprobs[:count].sum()),
            finish_reason="length" if end is None else "stop",
            token_ids=tuple(ids[:count]),
        )


def _stop_ids(model: Any, tokenizer: Any) -> frozenset[int]:
    """Every token that ends a response: the generation config's and the tokenizer's."""
    configured = model.generation_config.eos_token_id
    ids = configured if isinstance(configured, list) else [configured]
    return frozenset(token for token in [*ids, tokenizer.eos_token_id] if token is not None)


def _draw(torch: Any, logits: Any, sampling: Sampling, uniforms: Any) -> Any:
    """One token per row of `logits` (rows, vocabulary), at `uniforms` (rows) in [0, 1)."""
    if sampling.temperature == 0:
        return logits.argmax(-1)
    probs = (logits.double() / sampling.temperature).softmax(-1)
    if sampling.top_p < 1:
        ordered, order = probs.sort(dim=-1, descending=True)
        outside = ordered.cumsum(-1) - ordered >= sampling.top_p
        probs = probs.scatter(1, order, ordered.masked_fill(outside, 0.0))
    cumulative = probs.cumsum(-1)
    threshold = uniforms.double()[:, None] * cumulative[:, -1:]
    token = torch.searchsorted(cumulative, threshold, right=True)[:, 0]
    return token.clamp(max=logits.shape[1] - 1)
