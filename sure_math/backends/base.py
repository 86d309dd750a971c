"""What every model backend does: turn requests into samples with log-probabilities.

A backend is opened once per stage, answers `generate` calls as often as needed and is closed at the
end. `generate` streams: completions leave as they finish, in any order, so that a caller can
journal paid responses and show progress. A request that fails for good is data (a `Failure` with a
reason from a closed list); only a backend that cannot go on at all raises `BackendError`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Protocol, Self

FinishReason = Literal["stop", "length"]
FailureReason = Literal["prompt_too_long", "request_rejected", "malformed_response"]


@dataclass(frozen=True, slots=True)
class Message:
    """One chat turn."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to sample. Temperature 0 is greedy; `max_tokens` counts response tokens."""

    n: int = 1
    temperature: float = 1.0
    top_p: float = 1.0
    max_tokens: int = 1024
    enable_thinking: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One prompt to be answered `sampling.n` times.

    `id` names the request within its shard. `seed` is a 63-bit hash of the run seed and the id of
    the row (never a counter: neighbouring seeds make vLLM share its noise between prompts).
    """

    id: str
    messages: tuple[Message, ...]
    sampling: Sampling
    seed: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One response.

    `logprob` is the sum, in nats, of the raw log-probabilities (temperature 1) of the
    `token_count` response tokens, the end token included; None when the backend gives none.
    """

    text: str
    token_count: int
    logprob: float | None
    finish_reason: FinishReason
    token_ids: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request got no samples."""

    reason: FailureReason
    detail: str


@dataclass(frozen=True, slots=True)
class Completion:
    """The answer to one request: its samples, or why there are none."""

    request_id: str
    samples: tuple[Sample, ...]
    failure: Failure | None = None
    prompt_tokens: int = 0


@dataclass(frozen=True, slots=True)
class BackendInfo:
    """Who answers: written to every row and into the data card."""

    backend: str
    model: str
    revision: str | None
    engine: str
    logprobs_mode: Literal["raw_logprobs", "none"]


class Backend(Protocol):
    """A model that answers requests. Use it as a context manager."""

    @property
    def info(self) -> BackendInfo:
        """Model, revision and engine version."""

    @property
    def journaled(self) -> bool:
        """Whether responses are paid for elsewhere and worth keeping across a kill."""

    def generate(self, requests: Sequence[Request]) -> Iterator[Completion]:
        """Answer every request exactly once, streaming, in any order.

        Raises:
            BackendError: the backend cannot go on; completions already yielded stay valid.
        """

    def close(self) -> None:
        """Release the engine, its memory and its connections."""

    def __enter__(self) -> Self:
        """The backend itself."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""


class Closing(ABC):
    """A context manager that closes itself at the end."""

    @abstractmethod
    def close(self) -> None:
        """Release everything."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
