"""Pauses and patience."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.backends.openai_pacing import Pacing, retry_after
from sure_math.errors import BackendUnavailable


def test_retry_after_reads_seconds_milliseconds_and_dates() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    assert retry_after({"retry-after": "7"}) == 7.0
    assert retry_after({"retry-after-ms": "1500", "retry-after": "2"}) == 1.5
    assert 90 < (retry_after({"retry-after": date}) or 0) <= 100
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0


@pytest.mark.parametrize("headers", [{}, {"retry-after": "soon"}, {"retry-after": "nan"}])
def test_retry_after_that_says_nothing_is_none(headers: dict[str, str]) -> None:
    assert retry_after(headers) is None


@given(value=st.text())
def test_any_header_is_read(value: str) -> None:
    seconds = retry_after({"retry-after": value})
    assert seconds is None or seconds >= 0


def test_one_rate_limit_pauses_every_worker() -> None:
    async def wake() -> float:
        await pacing.ready()
        return time.monotonic()

    async def workers() -> list[float]:
        return await asyncio.gather(*(wake() for _ in range(5)))

    pacing = Pacing("url", give_up_after=60, backoff=0.001)
    limited = time.monotonic()
    pacing.slow_down(limited, 0.2, "HTTP 429")
    assert min(asyncio.run(workers())) - limited >= 0.2


def test_a_pause_longer_than_the_patience_gives_up() -> None:
    pacing = Pacing("url", give_up_after=0.1, backoff=0.001)
    pacing.slow_down(time.monotonic(), 3600, "HTTP 429")
    with pytest.raises(BackendUnavailable, match="HTTP 429"):
        asyncio.run(pacing.ready())
