"""Plain HTTP, for what the clients have no function for."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes

    def json(self) -> Any:
        """The value in the body."""
        return json.loads(self.body)


def talk(
    method: str, url: str, body: Any = None, *, token: str | None = None, **headers: str
) -> Answer:
    """One request; `body` is sent as JSON unless it is bytes; raises what `http.client` raises."""
    parts = urlsplit(url)
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request(method, url.split(parts.netloc, 1)[1], body, headers)
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, answer.read())
    finally:
        connection.close()
