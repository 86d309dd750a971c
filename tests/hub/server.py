"""HTTP for the hub: reads a request, applies faults, sends the answer, keeps the log."""

import socket
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.hub.control import PREFIX
from tests.hub.faults import Failure
from tests.hub.messages import KEPT_BODY, Reply, Request


@dataclass(frozen=True)
class Hooks:
    """What the server asks of the hub."""

    answer: Callable[[str, str, Mapping[str, str], bytes], Reply]
    fault: Callable[[str, str], Failure | None]
    log: Callable[[Request], None]
    control: Callable[[str, str, bytes], Reply]
    calm: Callable[[], threading.Event]
    """What ends the waiting of requests that come now."""


class HubServer(ThreadingHTTPServer):
    """Serves on the loopback."""

    daemon_threads = False  # so that closing waits for the handlers and nothing leaks
    request_queue_size = 64
    hooks: Hooks

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is not an event to print; anything else is a bug of the hub."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """HTTP/1.0: one request per connection, so no handler outlives its client."""

    server: HubServer
    timeout = 60  # seconds of silence after which a client counts as gone

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = unquote(urlsplit(self.path).path)
        body = self._body(headers)
        if body is None:
            self._log(path, headers, b"", 0, 0)
        elif path.startswith(PREFIX):
            self._send(self.server.hooks.control(self.command, path, body), None)
        else:
            calm = self.server.hooks.calm()
            fault = self.server.hooks.fault(self.command, path) or Failure()
            calm.wait(fault.delay)
            reply = self._reply(fault, headers, body)
            sent = 0 if self.command == "HEAD" else len(reply.body[: fault.cut])
            self._log(path, headers, body, reply.status, sent)
            if reply.status == 0:
                self.connection.shutdown(socket.SHUT_RDWR)
            else:
                self._send(reply, fault.cut)

    def _body(self, headers: Mapping[str, str]) -> bytes | None:
        """The request's body, None where the client went away in the middle of it."""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
                parts.append(self.rfile.read(size))
                if self.rfile.readline() != b"\r\n":
                    return None
            return b"".join(parts) if self.rfile.readline() == b"\r\n" else None
        length = int(headers.get("content-length") or 0)
        body = self.rfile.read(length)
        return body if len(body) == length else None

    def _reply(self, fault: Failure, headers: Mapping[str, str], body: bytes) -> Reply:
        """The hub's answer, or what the fault makes of it; status 0 = no answer."""
        reply = Reply(status=0)
        if fault.after or not fault.silences:
            reply = self.server.hooks.answer(self.command, self.path, headers, body)
        if fault.drop:
            return Reply(status=0)
        return fault.reply(headers) if fault.status is not None else reply

    def _send(self, reply: Reply, cut: int | None) -> None:
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body[:cut])

    def _log(
        self, path: str, headers: Mapping[str, str], body: bytes, status: int, sent: int
    ) -> None:
        request = Request(
            method=self.command,
            path=path,
            query=urlsplit(self.path).query,
            headers=headers,
            body=body[:KEPT_BODY],
            status=status,
            received=len(body),
            sent=sent,
        )
        self.server.hooks.log(request)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """The log is `LocalHub.requests`."""
