"""The HTTP server behind `sure-math browse`: the page, its files, and three kinds of JSON.

Only GET and HEAD, nothing is ever written. It listens to this machine alone unless told otherwise,
and answers only requests that name it in their Host header: a page elsewhere whose name was pointed
at 127.0.0.1 gets nothing. The page may load nothing from any other place, so hostile text in a
problem has nowhere to go.
"""

import hashlib
import ipaddress
import json
import logging
import math
import socket
import socketserver
import threading
import webbrowser
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from sure_math.browse.library import Library, open_library
from sure_math.browse.listing import listing
from sure_math.browse.problem import problem_json
from sure_math.browse.query import find, parse
from sure_math.browse.summary import summary_json
from sure_math.errors import ConfigError, SureMathError

_LOG = logging.getLogger("sure_math")

PAGE = Path(__file__).parent / "page"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".ttf": "font/ttf",
}
_HEADERS = {
    # Styles in attributes: KaTeX places its delimiters with them.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "style-src-attr 'unsafe-inline'; font-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_JSON = "application/json; charset=utf-8"
_EXACT = 2**53  # a browser knows no larger whole number exactly


def serve(source: str | None, runs: Path, *, host: str, port: int, open_browser: bool) -> None:
    """Browse a run or a release until Ctrl-C; prints the address.

    Args:
        source: see `source.open_source`.
        runs: the folder with all runs.
        host: address to listen on; `127.0.0.1` is this machine alone.
        port: 0 takes any that is free.
        open_browser: show the page at once.

    Raises:
        ConfigError: nothing has that name, or the address cannot be listened on.
        DataError: it is neither a run nor a release, or holds no problem that can be read.
    """
    library = open_library(source, runs)
    with BrowseServer(library, host=host, port=port) as server:
        kind, name = library.source.kind, library.source.name
        print(f"{kind} {name}: {library.problems.height:,} problems at {server.url}", flush=True)
        print("Ctrl-C ends it", flush=True)
        if open_browser:
            webbrowser.open(server.url)
        server.wait()


class BrowseServer:
    """A server in threads of its own; a context manager.

    Raises:
        ConfigError: the address cannot be listened on.
    """

    def __init__(self, library: Library, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.library = library
        self._server = _listen(library, host, port)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{_bracketed(self._server.host)}:{self._server.port}/"

    def __enter__(self) -> Self:
        self.library.warm_up()
        self._thread.start()
        return self

    def wait(self) -> None:
        """Return on Ctrl-C."""
        try:
            self._thread.join()
        except KeyboardInterrupt:
            print(flush=True)  # the terminal shows ^C

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.library.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # an idle browser keeps its connections open

    def __init__(self, library: Library, host: str, port: int) -> None:
        self.library = library
        self.host = host
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)
        self.port: int = self.server_address[1]

    def server_bind(self) -> None:
        """Bind without asking a name server for the name of this machine."""
        socketserver.TCPServer.server_bind(self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that went away is no error; anything else is logged."""
        _LOG.debug("request from %s failed", client_address, exc_info=True)

    def answers_to(self, name: str) -> bool:
        """Whether a Host header without its port means this server.

        One that listens to a network has many addresses, so it answers to any that is no name.
        """
        if name in {"localhost", "127.0.0.1", "::1", self.host.lower()}:
            return True
        return _is_everywhere(self.host) and (
            _is_address(name) or name == socket.gethostname().lower()
        )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sure-math"
    sys_version = ""
    timeout = 60  # of an idle connection, in seconds
    server: _Server

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
        if len(hosts) != 1:
            return False
        name, separator, port = hosts[0].strip().lower().rpartition(":")
        if not separator or port.endswith("]"):  # without a port it is 80
            name, port = hosts[0].strip().lower(), "80"
        return port == str(self.server.port) and self.server.answers_to(name.strip("[]"))

    def _send_file(self, name: str) -> None:
        """A file of the page; nothing outside its folder, and only known kinds."""
        path = _page_file(name)
        if path is None:
            self._complain(HTTPStatus.NOT_FOUND, f"no file {name!r} in this page")
            return
        body = path.read_bytes()
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        extra = {"ETag": tag, "Cache-Control": "no-cache"}
        if tag in self.headers.get("If-None-Match", ""):
            self._send(HTTPStatus.NOT_MODIFIED, b"", extra)
        else:
            self._send(HTTPStatus.OK, body, {"Content-Type": _TYPES[path.suffix], **extra})

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
        if status == HTTPStatus.NOT_IMPLEMENTED:
            status = HTTPStatus.METHOD_NOT_ALLOWED
        self._complain(status, message or status.phrase)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as in http.server
        """Requests are of interest to nobody but a developer."""
        _LOG.debug(format, *args)


def _listen(library: Library, host: str, port: int) -> _Server:
    try:
        return _Server(library, host, port)
    except (OSError, OverflowError) as error:
        raise ConfigError(
            f"cannot listen on {host}, port {port}: {getattr(error, 'strerror', None) or error}",
            hint="give another port, or 0 for any that is free",
        ) from error


def _page_file(name: str) -> Path | None:
    root = PAGE.resolve()
    if "\0" in name:
        return None
    path = (root / name).resolve()
    fits = path.is_relative_to(root) and path.suffix in _TYPES and path.is_file()
    return path if fits else None


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


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_everywhere(host: str) -> bool:
    return not host or (_is_address(host) and ipaddress.ip_address(host).is_unspecified)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
