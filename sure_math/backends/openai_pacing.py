"""When the next request to a server may leave, and when to give up on it.

A rate limit pauses all workers together, for as long as the server says or else for exponentially
growing times with jitter; it never counts as a failed attempt. The circuit breaker looks at one
number, the time since the last success, and only when something goes wrong: a slow server that
still works is left alone.
"""

import asyncio
import logging
import math
import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from sure_math.errors import BackendUnavailable

LONGEST_BACKOFF = 60.0
"""Seconds."""

logger = logging.getLogger(__name__)


class Pacing:
    """The shared clock of all workers of one `generate` call."""

    def __init__(self, url: str, give_up_after: float, backoff: float) -> None:
        """`give_up_after` and `backoff`, the first pause, are in seconds."""
        self.successes = 0
        self._url = url
        self._give_up_after = give_up_after
        self._backoff = backoff
        self._last_success = time.monotonic()
        self._resume_at = self._last_success
        self._paused_at = -math.inf
        self._pauses = 0
        self._problem = ""

    async def ready(self) -> None:
        """Wait until no pause is on.

        Raises:
            BackendUnavailable: the pause outlasts `give_up_after`.
        """
        while (wait := self._resume_at - time.monotonic()) > 0:
            left = self._last_success + self._give_up_after - time.monotonic()
            # Workers that wake together would run into the same limit together.
            await asyncio.sleep(max(0.0, min(wait * random.uniform(1.0, 1.1), left)))
            self._give_up_if_due()

    def succeeded(self) -> None:
        """A usable answer arrived."""
        self.successes += 1
        self._pauses = 0
        self._last_success = time.monotonic()

    def slow_down(self, started: float, seconds: float | None, problem: str) -> None:
        """A request that left at `started` met a rate limit; the server asks for `seconds`.

        Raises:
            BackendUnavailable: there was no success for `give_up_after`.
        """
        self._problem = problem
        self._give_up_if_due()
        now = time.monotonic()
        if started >= self._paused_at:
            self._paused_at = now
            self._pauses += 1
            seconds = seconds or self._exponential(self._pauses)
            logger.warning("%s: %s; pausing for %.1f s", self._url, problem, seconds)
        # The others of a burst that left before the pause do not make it grow.
        self._resume_at = max(self._resume_at, now + (seconds or 0.0))

    async def back_off(self, attempt: int, problem: str) -> None:
        """Wait before attempt number `attempt` + 1 of one request.

        Raises:
            BackendUnavailable: there was no success for `give_up_after`.
        """
        self._problem = problem
        self._give_up_if_due()
        logger.info("%s: %s; attempt %d follows", self._url, problem, attempt + 1)
        await asyncio.sleep(self._exponential(attempt))

    def _exponential(self, step: int) -> float:
        longest = min(LONGEST_BACKOFF, self._backoff * 2.0 ** min(step - 1, 30))
        return longest * random.uniform(0.5, 1.0)

    def _give_up_if_due(self) -> None:
        silent = time.monotonic() - self._last_success
        if silent >= self._give_up_after:
            raise BackendUnavailable(
                f"{self._url} gave no usable answer for {silent:.0f} s; last: {self._problem}",
                hint="check the server, then run the same command again: it goes on where this "
                "one stopped (give_up_after in the model's settings sets the patience)",
            )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks to wait; None when it does not say so intelligibly."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(name)
        if value is None:
            continue
        try:
            seconds = float(value) / unit
        except ValueError:
            seconds = _until(value)
        if math.isfinite(seconds):
            return max(0.0, seconds)
    return None


def _until(date: str) -> float:
    """Seconds from now to an HTTP date; NaN when it is none."""
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return math.nan
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()
