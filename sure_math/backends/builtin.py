"""The built-in models as a backend: no GPU, no torch, no network."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from sure_math.backends.base import BackendInfo, Closing, Completion, Failure, Request, Sample
from sure_math.backends.builtin_engine import BuiltinEngine, Continuation, Prompt
from sure_math.builtin import MODELS, model_path
from sure_math.errors import BackendError
from sure_math.model_config import BuiltinModel

_NEEDED = ("config.json", "tokenizer.json", "chat_template.jinja")


def checkpoint_folder(model: str) -> Path:
    """Where the weights of a built-in model, or of any Qwen3 checkpoint folder, are.

    Raises:
        BackendError: it is neither a built-in name nor a checkpoint folder.
    """
    folder = model_path(model) if model in MODELS else Path(model)
    if not (folder / "model.safetensors").is_file():
        raise BackendError(
            f"{model!r} is no built-in model and no checkpoint folder",
            hint=f"use one of {', '.join(MODELS)}, or a folder with model.safetensors",
        )
    if missing := [name for name in _NEEDED if not (folder / name).is_file()]:
        raise BackendError(f"the checkpoint in {folder} has no {', '.join(missing)}")
    return folder


class BuiltinBackend(Closing):
    """Runs a checkpoint in numpy; responses cost nothing, so none are journaled."""

    journaled = False

    def __init__(self, config: BuiltinModel) -> None:
        self._engine = BuiltinEngine(checkpoint_folder(config.model))
        name = f"builtin/{Path(config.model).name}"
        self.info = BackendInfo("builtin", name, None, "numpy", "raw_logprobs")

    def generate(self, requests: Sequence[Request]) -> Iterator[Completion]:
        """Answer the requests in batches of similar prompt length."""
        ready: list[tuple[Request, Prompt]] = []
        for request in requests:
            prompt = self._prompt(request)
            if len(prompt.tokens) >= self._engine.max_positions:
                detail = f"{len(prompt.tokens)} of {self._engine.max_positions} positions"
                yield Completion(request.id, (), Failure("prompt_too_long", detail))
            else:
                ready.append((request, prompt))
        for index, continuations in self._engine.generate([p for _, p in ready]):
            request, prompt = ready[index]
            samples = tuple(self._sample(continuation) for continuation in continuations)
            yield Completion(request.id, samples, prompt_tokens=len(prompt.tokens))

    def close(self) -> None:
        """Nothing to release: the weights go with the object."""

    def _prompt(self, request: Request) -> Prompt:
        messages = [{"role": m.role, "content": m.content} for m in request.messages]
        sampling = request.sampling
        return Prompt(
            tokens=self._engine.encode_chat(messages),
            n=sampling.n,
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            max_tokens=sampling.max_tokens,
            seed=request.seed,
        )

    def _sample(self, continuation: Continuation) -> Sample:
        return Sample(
            text=self._engine.decode(continuation.tokens),
            token_count=len(continuation.tokens),
            logprob=float(sum(continuation.logprobs)),
            finish_reason=continuation.finish_reason,
            token_ids=tuple(continuation.tokens),
        )
