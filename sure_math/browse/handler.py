"""Requests: the page, its files, and three kinds of JSON.

Only GET and HEAD, nothing is ever written. The page may load nothing from any other place, so
hostile text in a problem has nowhere to go.
"""

import json
import logging
import math
import socket
import socketserver
import sys
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from sure_math.browse.hosts import is_named
from sure_math.browse.library import Library
from sure_math.browse.listing import listing
from sure_math.browse.page_files import page_file
from sure_math.browse.problem import problem_json
from sure_math.browse.query import find, parse
from sure_math.browse.summary import summary_json
from sure_math.errors import ConfigError, SureMathError

_LOG = logging.getLogger("sure_math")

_HEADERS = {
    # Styles in attributes: KaTeX places its delimiters with them.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "style-src-attr 'unsafe-inline'; font-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Allow": "GET, HEAD",
}
_JSON = "application/json; charset=utf-8"
_EXACT = 2**53  # a browser knows no larger whole number exactly


class Server(ThreadingHTTPServer):
    """A thread per connection; it goes by the names that `hosts.is_named` knows."""

    daemon_threads = True
    block_on_close = False  # an idle browser keeps its connections open

    def __init__(self, library: Library, host: str, port: int) -> None:
        self.library = library
        self.host = host
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), Handler)
        self.port: int = self.server_address[1]

    def server_bind(self) -> None:
        """Bind without asking a name server for the name of this machine."""
        socketserver.TCPServer.server_bind(self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that went away is no error."""
        if not isinstance(sys.exception(), ConnectionError):
            _LOG.exception("a request from %s failed", client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection of a browser."""

    protocol_version = "HTTP/1.1"
    server_version = "sure-math"
    sys_version = ""
    timeout = 60  # of an idle connection, in seconds
    server: Server

    def do_GET(self) -> None:
        """Answer a request."""
        if not self._is_for_us():
            self._complain(HTTPStatus.FORBIDDEN, "this server does not go by that name")
            return
        path, _, query = self.path.partition("?")
        try:
            self._route(path, query)
        except ConfigError as error:
            self._complain(HTTPStatus.BAD_REQUEST, error.message, error.hint)
        except SureMathError as error:
            self._complain(HTTPStatus.INTERNAL_SERVER_ERROR, error.message, error.hint)

    do_HEAD = do_GET  # noqa: N815 - the body is left out when sending

    def _route(self, path: str, query: str) -> None:
        library = self.server.library
        if path == "/api/summary":
            self._reply(summary_json(library))
        elif path == "/api/problems":
            wanted = parse(query)
            self._reply(listing(find(library.problems, wanted), wanted))
        elif path.startswith("/api/problem/"):
            name = unquote(path.removeprefix("/api/problem/"))
            found = problem_json(library, name)
            if found is None:
                message = f"no problem {name!r} in {library.source.name}"
                self._complain(HTTPStatus.NOT_FOUND, message)
            else:
                self._reply(found)
        elif path in ("/", "/favicon.ico"):
            self._send_file(path[1:] or "index.html")
        elif path.startswith("/static/"):
            self._send_file(unquote(path.removeprefix("/static/")))
        else:
            self._complain(HTTPStatus.NOT_FOUND, "there is nothing here")

    def _is_for_us(self) -> bool:
        hosts = self.headers.get_all("Host", [])
        return len(hosts) == 1 and is_named(hosts[0], self.server.host, self.server.port)

    def _send_file(self, name: str) -> None:
        file = page_file(name)
        if file is None:
            self._complain(HTTPStatus.NOT_FOUND, f"no file {name!r} in this page")
            return
        extra = {"ETag": file.tag, "Cache-Control": "no-cache"}
        if file.tag in self.headers.get("If-None-Match", ""):
            self._send(HTTPStatus.NOT_MODIFIED, b"", extra)
        else:
            self._send(HTTPStatus.OK, file.content, {"Content-Type": file.type, **extra})

    def _reply(self, value: Mapping[str, Any]) -> None:
        self._send_json(HTTPStatus.OK, value)

    def _complain(self, status: HTTPStatus, message: str, hint: str | None = None) -> None:
        self._send_json(status, {"error": message, "hint": hint})

    def _send_json(self, status: HTTPStatus, value: Mapping[str, Any]) -> None:
        text = json.dumps(_plain(value), ensure_ascii=False, allow_nan=False)
        extra = {"Content-Type": _JSON, "Cache-Control": "no-store"}
        self._send(status, text.encode(), extra)

    def _send(self, status: HTTPStatus, body: bytes, extra: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, text in {**_HEADERS, **extra, "Content-Length": str(len(body))}.items():
            self.send_header(name, text)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What http.server finds wrong with a request (a method, a line too long), as JSON."""
        self.close_connection = True
        status = HTTPStatus(code)
        if status == HTTPStatus.NOT_IMPLEMENTED:  # what http.server says of a method
            status = HTTPStatus.METHOD_NOT_ALLOWED
        self._complain(status, message or status.phrase)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as in http.server
        """Requests are of interest to nobody but a developer."""
        _LOG.debug(format, *args)


def _plain(value: Any) -> Any:
    """The value as JSON can hold it: no NaN, and large whole numbers as text."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and abs(value) > _EXACT:
        return str(value)
    return value
