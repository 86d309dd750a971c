"""What a request asked, what goes back, and the errors as the real hub words them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

KEPT_BODY = 1 << 16
"""Bytes of a request's body that the log keeps."""


@dataclass(frozen=True)
class Request:
    """A request and what it got: one line of the log."""

    method: str
    path: str
    """Unquoted, without the query."""
    query: str
    headers: Mapping[str, str]
    body: bytes
    """The first `KEPT_BODY` bytes."""
    status: int
    """0 = the connection was closed without an answer."""
    received: int
    """Bytes of the request's body."""
    sent: int
    """Bytes of the answer's body."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Reply:
    """What goes back."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """The hub says no: a status, its code for the clients, and words for people."""

    def __init__(
        self, status: int, message: str, code: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.headers = headers or {}

    def reply(self) -> Reply:
        """The clients read code and message from headers, some of them from the body."""
        headers = {"X-Error-Message": header_text(self.message), **self.headers}
        if self.code:
            headers["X-Error-Code"] = self.code
        return as_json({"error": self.message}, self.status, headers)


def header_text(words: str) -> str:
    """Words as they may stand in a header: one line of ASCII."""
    return " ".join(words.split()).encode("ascii", "replace").decode()


def as_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A JSON answer."""
    return Reply(
        json.dumps(value).encode(), status, {"Content-Type": "application/json", **(headers or {})}
    )


def invalid_token() -> Refused:
    """With any other words a client takes the 401 for an unknown repository."""
    return Refused(401, "Invalid credentials in Authorization header")


def no_repository(known: bool) -> Refused:
    """For a repository that is missing or hidden; `known` = a valid token came along."""
    words = "Repository not found" if known else "Invalid username or password."
    return Refused(404 if known else 401, words, "RepoNotFound")


def no_revision(revision: str) -> Refused:
    """For a branch, tag or commit that is not there."""
    return Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")


def no_entry(path: str, commit: str) -> Refused:
    """For a path that a commit does not hold."""
    return Refused(404, f"{path} does not exist", "EntryNotFound", {"X-Repo-Commit": commit})


def forbidden(message: str) -> Refused:
    """For somebody known who may not."""
    return Refused(403, message)


def json_lines(body: bytes) -> Iterator[dict[str, Any]]:
    """The objects of an ndjson body; raises `Refused` (400) where a line is not one."""
    for line in body.splitlines():
        if line.strip():
            yield json_object(line)


def json_object(body: bytes) -> dict[str, Any]:
    """The object in a JSON body, an empty one for no body; raises `Refused` (400)."""
    try:
        value = json.loads(body or b"{}")
    except ValueError as error:
        raise Refused(400, f"Invalid JSON: {error}") from error
    if not isinstance(value, dict):
        raise Refused(400, "Invalid JSON: an object is expected")
    return value
