"""What an error of the hub's client means to a person, and what of its text may be shown.

The client, its transport and its storage backends raise unrelated classes: HTTP errors with a
status, `httpx` errors without an answer, builtin ConnectionError and RuntimeError, KeyError for an
answer of another shape. All of them end here, in one message each. A server may repeat in its text
what it was sent, so no token and no signed address leaves this module.
"""

import re
import socket
from collections.abc import Iterator
from json import JSONDecodeError
from typing import Any
from urllib.parse import urlsplit

from huggingface_hub import errors as hf

from sure_math.errors import (
    HubConflict,
    HubRefused,
    HubUnavailable,
    PublishError,
)

TRANSPORT: type[Exception] = hf.HTTPError  # type: ignore[attr-defined]
"""Base of the errors of httpx; which httpx it is, the client decides."""
CLIENT_ERRORS = (
    TRANSPORT, OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError,
)  # fmt: skip

LOG_IN = (
    "log in with `hf auth login`, or set HF_TOKEN to a token that may write "
    "(HF_TOKEN comes before a login)"
)
GO_ON = "run the same command again: it goes on where it was"
_XET_REFUSAL = re.compile(r"HTTP status client error \((401|403) ")
LONGEST_WAIT = 300.0
"""Seconds; the windows in which hubs count requests are not longer."""
_LONGEST = 500
_SECRETS = (
    (re.compile(r"(?i)\b(bearer|basic)[ :=]+[^\s'\",;]+"), r"\1 ***"),
    (re.compile(r"\bhf_\w{6,}"), "hf_***"),
    (re.compile(r"(https?://[^\s'\"?]+)\?[^\s'\")>]+"), r"\1"),  # signed addresses
)


class LongWait(RuntimeError):
    """The hub asks to come back later than the client should sleep for."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"come back in {seconds:.0f} s")
        self.seconds = seconds


class NotThere(HubRefused):
    """A repository, revision or file that does not exist, or is hidden from this account (404)."""


def scrub(text: str, token: str | None) -> str:
    """`text` without the token, anything that looks like one, and the queries of addresses."""
    text = text.replace(token, "***") if token else text
    for pattern, shown in _SECRETS:
        text = pattern.sub(shown, text)
    return text


def explain(error: Exception, doing: str, host: str, account: str | None) -> PublishError:
    """The error of ours for one of the client; its text is not scrubbed yet.

    Args:
        doing: what was tried, as in "read ada/sums".
        host: of the hub.
        account: who tried it, as far as known.
    """
    longer = next((each for each in _chain(error) if isinstance(each, LongWait)), None)
    if longer is not None:
        return HubUnavailable(
            f"cannot {doing}: {host} is busy and asks to wait {longer.seconds:,.0f} s",
            hint=f"then {GO_ON}",
        )
    http = _http_error(error)
    if http is not None:
        if isinstance(error, RuntimeError) and _place(http) != host:  # a store, not the hub
            return _busy(http, doing, host)
        return _by_status(http, doing, host, account or "this account")
    if isinstance(error, hf.LocalTokenNotFoundError):
        return HubRefused(f"no token for {host} was found", hint=LOG_IN)
    if isinstance(error, hf.OfflineModeIsEnabled):
        return HubUnavailable(
            f"cannot {doing}: HF_HUB_OFFLINE is set", hint="unset it, then run the command again"
        )
    if _is_xet_refusal(error):
        return HubRefused(
            f"{host} does not let {account} {doing}: {_short(str(error))}", hint=LOG_IN
        )
    if _is_local(error):
        return PublishError(f"cannot {doing}: {error}")
    if isinstance(error, JSONDecodeError | KeyError | TypeError | AttributeError):
        return HubUnavailable(
            f"cannot {doing}: {host} answers with something else than a hub does "
            f"({type(error).__name__}: {_short(str(error))})",
            hint="look at HF_ENDPOINT, and whether a proxy or a login page stands in between; "
            f"then {GO_ON}",
        )
    if isinstance(error, ValueError):
        return PublishError(f"cannot {doing}: {_short(str(error))}")
    return HubUnavailable(f"cannot {doing}: {host} does not answer: {_words(error)}", hint=GO_ON)


def _is_xet_refusal(error: Exception) -> bool:
    """The Xet client has a class for some refusals, and only words for others."""
    own = isinstance(error, PermissionError) and error.errno is None
    return own or bool(_XET_REFUSAL.search(str(error)))


def _is_local(error: Exception) -> bool:
    """A file that cannot be read or a full disk, not the network."""
    network = isinstance(error, ConnectionError | TimeoutError | socket.gaierror)
    return isinstance(error, OSError) and error.errno is not None and not network


def transient(error: Exception) -> bool:
    """Whether to ask again may help."""
    http = _http_error(error)
    if http is not None:
        return _is_busy(http.response.status_code)
    return isinstance(error, TRANSPORT | ConnectionError | TimeoutError) and not isinstance(
        error, hf.OfflineModeIsEnabled
    )


def asked_wait(error: Exception) -> float:
    """Seconds that the hub asks to wait before the next request, 0 if it does not say."""
    http = _http_error(error)
    return _retry_after(http.response) if http is not None else 0.0


def refuse_long_wait(response: Any) -> None:
    """A hook for the client's transport, whose own retries sleep for as long as a server says.

    Raises:
        LongWait: that is too long.
    """
    if response.is_error and (seconds := _retry_after(response)) > LONGEST_WAIT:
        raise LongWait(seconds)


def _retry_after(response: Any) -> float:
    seconds = response.headers.get("Retry-After", "")
    return float(seconds) if seconds.isdigit() else 0.0


def _by_status(http: hf.HfHubHTTPError, doing: str, host: str, account: str) -> PublishError:
    status, text = http.response.status_code, _server_text(http)
    if _is_busy(status):
        return _busy(http, doing, host)
    if status == 401:
        return HubRefused(f"{host} does not accept the token ({text})", hint=LOG_IN)
    if status == 403:
        return HubRefused(
            f"{host} does not let {account} {doing} ({text})",
            hint=f"ask for the right, use --create-pr, or {LOG_IN}",
        )
    if status == 404:
        return NotThere(
            f"cannot {doing}: it is not at {host}, or hidden from {account} ({text})", hint=LOG_IN
        )
    if status in (409, 412):
        return HubConflict(f"cannot {doing}: it is not as it was ({text})", hint=GO_ON)
    return PublishError(f"cannot {doing}: {host} says {text}")


def _busy(http: hf.HfHubHTTPError, doing: str, host: str) -> HubUnavailable:
    text = _server_text(http)
    return HubUnavailable(f"cannot {doing}: {host} fails or is busy ({text})", hint=GO_ON)


def _place(http: hf.HfHubHTTPError) -> str:
    """Host and port that answered."""
    return urlsplit(str(http.response.url)).netloc


def _is_busy(status: int) -> bool:
    return status in (408, 425, 429) or status >= 500


def _server_text(http: hf.HfHubHTTPError) -> str:
    said = _short(http.server_message or "")
    return f"{http.response.status_code}: {said}" if said else str(http.response.status_code)


def _http_error(error: Exception) -> hf.HfHubHTTPError | None:
    """The answer of the hub behind an error, if it gave one."""
    return next((e for e in _chain(error) if isinstance(e, hf.HfHubHTTPError)), None)


def _words(error: Exception) -> str:
    """The text of the innermost error: the outer ones say only that something failed."""
    last = list(_chain(error))[-1]
    return _short(str(last)) or type(last).__name__


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "..."
