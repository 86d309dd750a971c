"""Any server that speaks the OpenAI chat-completions protocol, hosted or local.

`generate` is a plain iterator for its caller; behind it one asyncio loop in a thread of its own
keeps up to `concurrency` requests in flight and hands over completions as they arrive. Thread,
loop and connections live exactly as long as one `generate` call, so leaving it early - an error, a
closed generator, Ctrl-C - cancels what is in flight and leaves nothing behind.

The server's own defaults (top_k, repetition penalties, a model's generation config) apply to
whatever a request does not set; `extra_body` of the model's settings overrides them.
"""

import asyncio
import os
import queue
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from openai import AsyncOpenAI

from sure_math.backends.base import BackendInfo, Closing, Completion, Request
from sure_math.backends.openai_pacing import Pacing
from sure_math.backends.openai_session import Server, Session
from sure_math.errors import BackendError, ConfigError
from sure_math.model_config import OpenAIModel

OPENAI_URL = "https://api.openai.com/v1"
OPENAI_HOSTS = ("api.openai.com", ".openai.azure.com")


@dataclass(frozen=True, slots=True)
class _End:
    """Marks the end of the completions."""

    error: BaseException | None


class OpenAIBackend(Closing):
    """An OpenAI-compatible endpoint. Responses are paid for, so callers journal them."""

    def __init__(self, config: OpenAIModel, *, backoff: float = 0.5) -> None:
        """`backoff` is the first pause after a failure, in seconds; it doubles from there.

        Raises:
            ConfigError: `base_url` is no URL, or OpenAI itself is meant and there is no key.
        """
        self._config = config
        self._backoff = backoff
        self._server = Server(
            url=_url(config),
            is_openai=(urlsplit(_url(config)).hostname or "").endswith(OPENAI_HOSTS),
            choices_per_request=config.n_per_request,
        )
        self._api_key = _api_key(config, self._server)
        self._running: set[_LoopThread] = set()

    @property
    def info(self) -> BackendInfo:
        """The model as configured. The URL is left out: it may change within a run."""
        return BackendInfo(
            backend="openai",
            model=self._config.model,
            revision=self._config.revision,
            engine="openai-compatible",
            logprobs_mode="raw_logprobs" if self._config.logprobs else "none",
        )

    @property
    def journaled(self) -> bool:
        """Responses of an endpoint are paid for."""
        return True

    def generate(self, requests: Sequence[Request]) -> Iterator[Completion]:
        """Answer every request exactly once, streaming, as answers arrive.

        `token_count` is exact where the server returns log-probabilities or token ids; else the
        choices of one answer share the reported usage in proportion to their length. `logprob` is
        None where the server returns none.

        Raises:
            BackendUnavailable: no success for `give_up_after` seconds, or one request failed too
                often while no other succeeded.
            BackendError: wrong key, model or URL, or every request is rejected.
        """
        if not requests:
            return
        completions: queue.SimpleQueue[Completion | _End] = queue.SimpleQueue()
        session = Session(
            self._config, self._client(), self._server, self._pacing(), completions.put
        )
        thread = _LoopThread(session.run(requests), lambda error: completions.put(_End(error)))
        self._running.add(thread)
        delivered = 0
        try:
            thread.start()
            while not isinstance(item := completions.get(), _End):
                delivered += 1
                yield item
            if isinstance(item.error, BackendError):
                item.error.saved = (
                    f"{delivered} of {len(requests)} answers arrived before that and are kept"
                )
            if item.error is not None:
                raise item.error
        finally:
            thread.stop()
            self._running.discard(thread)

    def close(self) -> None:
        """Cancel what is still in flight."""
        for thread in tuple(self._running):
            thread.stop()

    def _client(self) -> AsyncOpenAI:
        # Retries and time limits are ours: the client's own would use up attempts on rate limits.
        return AsyncOpenAI(
            api_key=self._api_key, base_url=self._server.url, max_retries=0, timeout=None
        )

    def _pacing(self) -> Pacing:
        return Pacing(self._server.url, self._config.give_up_after, self._backoff)


class _LoopThread:
    """One coroutine on an event loop of its own, in a thread of its own."""

    def __init__(
        self,
        work: Coroutine[Any, Any, None],
        when_done: Callable[[BaseException | None], None],
    ) -> None:
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(work)
        self._when_done = when_done
        self._thread = threading.Thread(target=self._run, name="sure-math-openai", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Cancel the coroutine, wait for it and release the loop. May be called twice."""
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        self._loop.run_until_complete(asyncio.wait([self._task]))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        if self._task.cancelled():
            self._when_done(BackendError("the backend was closed while it answered"))
        else:
            self._when_done(self._task.exception())


def _url(config: OpenAIModel) -> str:
    url = config.base_url or os.environ.get("OPENAI_BASE_URL") or OPENAI_URL
    if not url.startswith(("http://", "https://")):
        raise ConfigError(
            f"base_url {url!r} does not start with http:// or https://",
            hint="write it like http://localhost:8000/v1",
        )
    return url.rstrip("/")


def _api_key(config: OpenAIModel, server: Server) -> str:
    key = os.environ.get(config.api_key_env)
    if key is None and server.is_openai:
        raise ConfigError(
            f"no API key: the environment variable {config.api_key_env} is not set",
            hint="set it, name another one with api_key_env, or give the base_url of a server "
            "that needs no key",
        )
    return key or "none"
