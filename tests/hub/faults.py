"""Trouble on demand: what a request gets in place of, before or after its answer.

A `Failure` is chosen by a function that sees method and path, or stands in a list and is used up:

    hub.fail(r"PUT /lfs/", status=500, times=3)             # and fine from the fourth on
    hub.fail(r"POST .*/commit/", drop=True, after=True)     # done, but nobody hears of it
    hub.fail(r"/resolve/", cut=1000)                        # the body breaks off
    hub.fail(r"whoami", status=401, message="no: {authorization}")
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.hub.messages import Reply, as_json, header_text


@dataclass(frozen=True)
class Failure:
    """One kind of trouble."""

    match: str = ""
    """Regular expression, searched for in `METHOD /path`."""
    times: int | None = None
    """How many requests it meets, None = all."""
    skip: int = 0
    """How many matching requests pass before."""
    status: int | None = None
    """Answer with this status; None = with the hub's own answer, if at all."""
    message: str = "scripted fault"
    """`X-Error-Message` of that answer; `{authorization}` is what the client sent."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    """Of that answer, instead of JSON with the message: HTML, say."""
    delay: float = 0.0
    """Seconds before the answer."""
    drop: bool = False
    """Close the connection without an answer."""
    cut: int | None = None
    """Send only so many bytes of the body, then close the connection."""
    after: bool = False
    """Let the hub do what was asked, and only then fail."""

    def __post_init__(self) -> None:
        re.compile(self.match)

    @property
    def silences(self) -> bool:
        """Whether the client gets no answer of the hub's own."""
        return self.drop or self.status is not None

    def reply(self, request: Mapping[str, str]) -> Reply:
        """The answer with `status`, to a request with these headers."""
        authorization = request.get("authorization", "no token")
        words = self.message.replace("{authorization}", authorization)
        headers = {"X-Error-Message": header_text(words), **self.headers}
        if self.body is None:
            return as_json({"error": words}, self.status or 500, headers)
        return Reply(
            self.body.encode(), self.status or 500, {"Content-Type": "text/html", **headers}
        )


Fault = int | Literal["drop"] | Failure
"""What a function may choose: a status, `"drop"`, or a `Failure`, whose `match`, `times` and
`skip` then say nothing."""


def as_failure(fault: Fault) -> Failure:
    """The long form of a fault."""
    if fault == "drop":
        return Failure(drop=True)
    return Failure(status=fault) if isinstance(fault, int) else fault


class Failures:
    """The list: the first failure that matches and is not used up meets a request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[Failure, int]] = []
        """Each with the number of requests it has seen."""

    def add(self, failure: Failure) -> None:
        """Append to the list."""
        with self._lock:
            self._waiting.append((failure, 0))

    def waiting(self) -> list[Failure]:
        """Those that are not used up."""
        with self._lock:
            return [f for f, seen in self._waiting if f.times is None or seen < f.skip + f.times]

    def clear(self) -> None:
        """All is well again."""
        with self._lock:
            self._waiting.clear()

    def next(self, line: str) -> Failure | None:
        """What meets the request `METHOD /path`."""
        with self._lock:
            for i, (failure, seen) in enumerate(self._waiting):
                last = failure.skip + failure.times if failure.times is not None else None
                if re.search(failure.match, line) and (last is None or seen < last):
                    self._waiting[i] = (failure, seen + 1)
                    if seen >= failure.skip:
                        return failure
        return None
