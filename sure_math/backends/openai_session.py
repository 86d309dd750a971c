"""The conversation with a chat-completions server during one `generate` call (asyncio).

A request becomes one exchange for all its n samples, or several where the server or the settings
want fewer choices at a time. An exchange ends in samples, in a `RequestError` that concerns this
request alone, or in a `BackendError` that stops everything:

    429, 503, 529                  all workers pause; no attempt is used up
    400, 413, 422                  an optional field or n > 1 is given up, else the request failed
    408, 409, 5xx, timeouts,       limited attempts with back-off, then the request failed if other
    broken connections             requests succeeded meanwhile, else the server is unavailable
    unusable answers               limited attempts, then the request failed
    401, 403, 404, any other       wrong settings: stop at once
"""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import openai
from openai import AsyncOpenAI

from sure_math.backends import openai_reply
from sure_math.backends.base import Completion, Failure, Request
from sure_math.backends.openai_pacing import Pacing, retry_after
from sure_math.backends.openai_reply import Reply
from sure_math.errors import BackendError, BackendUnavailable
from sure_math.model_config import OpenAIModel
from sure_math.runtime.ids import sampling_seed

ATTEMPTS = 5
"""How often one exchange is tried; rate limits do not count."""
HOPELESS = 8
"""So many failed requests without a single success mean wrong settings, not wrong requests."""

RATE_LIMITED = frozenset({429, 503, 529})
REJECTED = frozenset({400, 413, 422})
TRANSIENT = frozenset({408, 409, 425})
OPTIONAL_FIELDS = ("chat_template_kwargs", "return_token_ids", "logprobs", "seed")
MOST_CONNECTIONS = 1000
"""The client's own connection pool ends here."""

T = TypeVar("T")


@dataclass(slots=True)
class Server:
    """What was learnt about a server; kept for the life of the backend."""

    url: str
    is_openai: bool
    """OpenAI itself: strict about unknown fields, and `max_tokens` has another name."""
    choices_per_request: int | None
    refused_fields: set[str] = field(default_factory=set)
    answered: int = 0
    failed: int = 0


class RequestError(Exception):
    """This request gets no samples; the others go on."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class Session:
    """Answers requests concurrently; `deliver` gets each completion as it is ready."""

    def __init__(
        self,
        config: OpenAIModel,
        client: AsyncOpenAI,
        server: Server,
        pacing: Pacing,
        deliver: Callable[[Completion], None],
    ) -> None:
        self._config = config
        self._client = client
        self._server = server
        self._pacing = pacing
        self._deliver = deliver
        self._slots = asyncio.Semaphore(min(config.concurrency, MOST_CONNECTIONS))

    async def run(self, requests: Sequence[Request]) -> None:
        """Answer every request.

        Raises:
            BackendError: the server cannot go on; everything in flight is cancelled.
        """
        waiting = iter(requests)
        workers = min(self._config.concurrency, len(requests))
        async with self._client:
            await _all(self._work(waiting) for _ in range(workers))

    async def _work(self, waiting: Iterator[Request]) -> None:
        for request in waiting:
            self._deliver(await self._complete(request))

    async def _complete(self, request: Request) -> Completion:
        try:
            replies = await self._collect(request, range(request.sampling.n))
        except RequestError as failed:
            self._server.failed += 1
            if not self._server.answered and self._server.failed >= HOPELESS:
                raise BackendError(
                    f"{self._server.url} answered none of the first {HOPELESS} requests; "
                    f"the last failure: {failed.failure.reason}: {failed.failure.detail}",
                    hint="check model, base_url, max_tokens and extra_body in the recipe",
                ) from failed
            return Completion(request.id, (), failed.failure)
        samples = tuple(itertools.chain.from_iterable(reply.samples for reply in replies))
        return Completion(
            request.id, samples, prompt_tokens=max(reply.prompt_tokens for reply in replies)
        )

    async def _collect(self, request: Request, indices: range) -> list[Reply]:
        """Replies that together hold one sample per index, in as many parts as needed."""
        size = self._server.choices_per_request or len(indices)
        parts = [indices[start : start + size] for start in range(0, len(indices), size)]
        replies = await _all(self._collect_part(request, part) for part in parts)
        return list(itertools.chain.from_iterable(replies))

    async def _collect_part(self, request: Request, indices: range) -> list[Reply]:
        replies: list[Reply] = []
        attempt = 0
        while indices:
            if len(indices) > (self._server.choices_per_request or len(indices)):
                return replies + await self._collect(request, indices)
            reply = await self._exchange(request, indices, attempt)
            if reply.filtered:
                raise RequestError(Failure("request_rejected", "withheld by the content filter"))
            if not reply.faults and len(reply.samples) < len(indices):
                self._server.choices_per_request = 1
            replies.append(reply)
            indices = indices[len(reply.samples) :]
            if reply.faults:
                attempt += 1
                if attempt == ATTEMPTS:
                    raise RequestError(Failure("malformed_response", reply.faults[-1]))
                await self._pacing.back_off(attempt, reply.faults[-1])
        return replies

    async def _exchange(self, request: Request, indices: range, attempt: int) -> Reply:
        """One answer of the server; empty and without faults when it refuses n > 1."""
        failures = 0
        successes_before = self._pacing.successes
        while True:
            try:
                async with self._slots:
                    await self._pacing.ready()
                    fields = self._fields(request, indices, attempt)
                    started = time.monotonic()
                    async with asyncio.timeout(self._config.request_timeout):
                        content = await self._post(request, fields)
            except openai.APIStatusError as error:
                problem = _described(error)
                if error.status_code in RATE_LIMITED and error.code != "insufficient_quota":
                    self._pacing.slow_down(started, retry_after(error.response.headers), problem)
                    continue
                if error.status_code in REJECTED:
                    if openai_reply.is_about_context_length(problem):
                        raise RequestError(Failure("prompt_too_long", problem)) from error
                    if self._gave_up_a_field(problem, fields):
                        continue
                    if len(indices) > 1 and openai_reply.is_about_several_choices(problem):
                        return Reply()
                    raise RequestError(Failure("request_rejected", problem)) from error
                if error.status_code not in TRANSIENT and error.status_code < 500:
                    raise self._wrong_settings(error, problem) from error
            except (openai.APIConnectionError, TimeoutError) as error:
                problem = _described(error)
            else:
                return self._read(content, len(indices))
            failures += 1
            if failures == ATTEMPTS:
                raise self._exhausted(problem, self._pacing.successes > successes_before)
            await self._pacing.back_off(failures, problem)

    def _read(self, content: bytes, expected: int) -> Reply:
        reply = openai_reply.read_reply(content, expected)
        if reply.samples:
            self._pacing.succeeded()
            self._server.answered += 1
        return reply

    # --- what is sent -------------------------------------------------------------------------

    async def _post(self, request: Request, fields: dict[str, Any]) -> bytes:
        messages = [{"role": turn.role, "content": turn.content} for turn in request.messages]
        response = await self._client.chat.completions.with_raw_response.create(
            model=self._config.model, messages=cast(Any, messages), extra_body=fields
        )
        return response.http_response.content

    def _fields(self, request: Request, indices: range, attempt: int) -> dict[str, Any]:
        """Everything but model and messages, without what the server refused before."""
        sampling = request.sampling
        fields: dict[str, Any] = {
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": _seed(request, indices, attempt),
        }
        if len(indices) > 1:
            fields["n"] = len(indices)
        if self._config.logprobs:
            fields["logprobs"] = True
        if self._server.is_openai:
            fields["max_completion_tokens"] = sampling.max_tokens
        else:
            fields["max_tokens"] = sampling.max_tokens
            fields["chat_template_kwargs"] = {"enable_thinking": sampling.enable_thinking}
            fields["return_token_ids"] = True
        kept = {k: v for k, v in fields.items() if k not in self._server.refused_fields}
        merged = kept | self._config.extra_body
        own, users = kept.get("chat_template_kwargs"), merged.get("chat_template_kwargs")
        if isinstance(own, dict) and isinstance(users, dict):
            merged["chat_template_kwargs"] = own | users
        return merged

    # --- what goes wrong ----------------------------------------------------------------------

    def _gave_up_a_field(self, problem: str, sent: dict[str, Any]) -> bool:
        """Whether the server refuses an optional field that was sent without being asked for."""
        for name in OPTIONAL_FIELDS:
            asked_for = name in self._config.extra_body
            if name in sent and not asked_for and openai_reply.is_about_field(problem, name):
                self._server.refused_fields.add(name)
                return True
        return False

    def _exhausted(self, problem: str, others_succeeded: bool) -> Exception:
        if others_succeeded:
            detail = f"failed {ATTEMPTS} times while other requests succeeded: {problem}"
            return RequestError(Failure("request_rejected", detail))
        return BackendUnavailable(
            f"{self._server.url} failed {ATTEMPTS} times in a row; last: {problem}",
            hint="check that the server is up and reachable, then run the same command again: "
            "it goes on where this one stopped",
        )

    def _wrong_settings(self, error: openai.APIStatusError, problem: str) -> BackendError:
        url, variable = self._server.url, self._config.api_key_env
        if error.status_code in (401, 403):
            hint = f"set the environment variable {variable} to a key that {url} accepts"
        elif error.status_code == 404:
            hint = (
                f"check that {url} serves the model {self._config.model!r} and that base_url is "
                "right (it usually ends in /v1)"
            )
        elif error.status_code in (402, 429):
            hint = f"check quota and billing of the account behind {variable}"
        else:
            hint = f"check that base_url ({url}) is that of an OpenAI-compatible server"
        return BackendError(f"{url} refused to answer: {problem}", hint=hint)


def _described(error: openai.APIError | TimeoutError) -> str:
    if isinstance(error, openai.APIStatusError):
        return f"HTTP {error.status_code} {openai_reply.complaint(error.body)}".rstrip()
    if isinstance(error, openai.APIConnectionError) and error.__cause__ is not None:
        cause = error.__cause__
        return f"{error.message} ({type(cause).__name__}: {cause})"
    return "the request timed out"


def _seed(request: Request, indices: range, attempt: int) -> int:
    """The seed of the request, or a hash of it for a part of its samples or another attempt."""
    if attempt == 0 and len(indices) == request.sampling.n:
        return request.seed
    return sampling_seed(request.seed, indices[0], attempt)


async def _all(work: Iterable[Awaitable[T]]) -> list[T]:
    """Run everything at once; the first error cancels the rest and is raised as it is."""
    tasks = [asyncio.ensure_future(awaitable) for awaitable in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
