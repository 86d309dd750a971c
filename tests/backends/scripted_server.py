"""A real chat-completions server on the loopback whose behaviour is scripted.

    with ScriptedServer(faults=[error(429, retry_after="1"), None, dropped()]) as server:
        backend = OpenAIBackend(OpenAIModel(model="scripted", base_url=server.base_url))

Answers are a function of (prompt, seed, index of the choice) and so are their log-probabilities.
`respond` replaces the default answers: it gets the request body and the index and returns text or
an `Answer`; `prompt_of` and `dice` help it. `faults` says what goes wrong: a sequence, by order of
arrival, or a function of the request body. The keyword arguments of `ScriptedServer` are the
permanent traits of a server (no log-probabilities, refuses n > 1, wants a key, ...). `requests`
is the log of everything that arrived.

Stand-alone, for tests that kill processes:
`python -m tests.backends.scripted_server --port 0 [--respond module:function] [--delay SECONDS]`
prints the base URL and serves until it is killed.
"""

import hashlib
import importlib
import itertools
import json
import random
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self

import click

Body = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """One choice. `text` is cut at the request's `max_tokens` words."""

    text: str | None
    finish_reason: str | None = "stop"
    reasoning: str | None = None


@dataclass(frozen=True)
class Fault:
    """What happens instead of a normal answer (or to one: `delay`, `cut`)."""

    status: int | None = None
    body: bytes | None = None
    """Raw body; None keeps the normal one."""
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    """Seconds before the answer."""
    cut: Literal["never", "before", "half", "after"] = "never"
    """Where the connection breaks: before the answer, in its middle, or silently after it."""


@dataclass(frozen=True)
class Call:
    """A request that arrived."""

    body: Body
    headers: dict[str, str]
    at: float
    """Seconds on the monotonic clock."""


def error(status: int, message: str = "scripted", **headers: str) -> Fault:
    """An error in OpenAI's layout; `retry_after="1"` becomes the header `retry-after: 1`."""
    body = json.dumps({"error": {"message": message, "type": "scripted", "code": None}})
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Fault(status, body.encode(), named)


def raw(body: bytes, status: int = 200) -> Fault:
    """Any bytes as the body."""
    return Fault(status, body)


def hang(seconds: float = 3600.0) -> Fault:
    """An answer that comes late or never."""
    return Fault(delay=seconds)


def dropped() -> Fault:
    """The connection is closed instead of an answer."""
    return Fault(cut="before")


def cut_short() -> Fault:
    """The connection breaks in the middle of the body."""
    return Fault(cut="half")


def half_closed() -> Fault:
    """A good answer, after which the server closes its side of a kept-alive connection."""
    return Fault(cut="after")


def prompt_of(body: Body) -> str:
    """The last message of a request."""
    return str(body["messages"][-1]["content"])


def dice(body: Body, index: int) -> random.Random:
    """Noise that depends on prompt, seed and index only; none of seed and index at T = 0."""
    greedy = body.get("temperature") == 0
    key = [body["messages"], None if greedy else body.get("seed"), 0 if greedy else index]
    return random.Random(hashlib.blake2b(json.dumps(key).encode()).digest())


def default_answer(body: Body, index: int) -> Answer:
    """A short solution with one of four boxed answers, the first of them likelier."""
    answer = dice(body, index).choice([7, 7, 7, 8, 9, 10])
    return Answer(f"We count carefully and find that the answer is $\\boxed{{{answer}}}$.")


Respond = Callable[[Body, int], "str | Answer"]
Faults = Iterable[Fault | None] | Callable[[Body], Fault | None]


class ScriptedServer:
    """Serves from `__enter__` to `__exit__`."""

    def __init__(
        self,
        respond: Respond = default_answer,
        faults: Faults = (),
        *,
        logprobs: bool = True,
        token_ids: bool = True,
        most_choices: int | None = None,
        over_most: Literal["refuse", "ignore"] = "refuse",
        refused_fields: tuple[str, ...] = (),
        api_key: str | None = None,
        model: str | None = None,
        context_length: int | None = None,
        delay: float = 0.0,
        port: int = 0,
    ) -> None:
        """`context_length` is in words of prompt and response; `delay` in seconds per answer."""
        self.requests: list[Call] = []
        self.most_in_flight = 0
        self.stopping = threading.Event()
        self._respond = respond
        self._fault_of = faults if callable(faults) else None
        self._faults = iter(()) if callable(faults) else iter(faults)
        self._logprobs = logprobs
        self._token_ids = token_ids
        self._most_choices = most_choices
        self._over_most = over_most
        self._refused_fields = refused_fields
        self._api_key = api_key
        self._model = model
        self._context_length = context_length
        self._delay = delay
        self._in_flight = 0
        self._lock = threading.Lock()
        self._http = _HTTPServer(("127.0.0.1", port), _Handler)
        self._http.script = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))

    @property
    def base_url(self) -> str:
        """What a client takes as `base_url`."""
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._thread.join()
        self._http.hang_up()
        self._http.server_close()

    @property
    def bodies(self) -> list[Body]:
        """The bodies of all requests, in order of arrival."""
        return [call.body for call in self.requests]

    def answer(self, body: Body, headers: dict[str, str]) -> Fault:
        """Log a request and decide what goes back, as a complete `Fault`."""
        with self._lock:
            self.requests.append(Call(body, headers, time.monotonic()))
            fault = self._fault_of(body) if self._fault_of else next(self._faults, None)
            self._in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self._in_flight)
        try:
            fault = fault or Fault()
            self.stopping.wait(fault.delay or self._delay)
            if fault.body is not None:
                return fault
            status, content = self._refusal(body, headers) or (200, self._completion(body))
            data = json.dumps(content).encode()
            return Fault(fault.status or status, data, fault.headers, cut=fault.cut)
        finally:
            with self._lock:
                self._in_flight -= 1

    def _refusal(self, body: Body, headers: dict[str, str]) -> tuple[int, Body] | None:
        def refuse(status: int, message: str, param: str | None = None) -> tuple[int, Body]:
            return status, {"error": {"message": message, "param": param, "code": status}}

        if self._api_key and headers.get("authorization") != f"Bearer {self._api_key}":
            return refuse(401, "Incorrect API key provided.")
        if self._model and body["model"] != self._model:
            return refuse(404, f"The model `{body['model']}` does not exist.")
        for name in self._refused_fields:
            if name in body:
                return refuse(400, f"Unrecognized request argument supplied: {name}", name)
        wanted = len(prompt_of(body).split()) + _max_tokens(body)
        if self._context_length and wanted > self._context_length:
            return refuse(
                400,
                f"This model's maximum context length is {self._context_length} tokens. "
                f"However, you requested {wanted} tokens.",
            )
        if self._over_most == "refuse" and body.get("n", 1) > (self._most_choices or 10**9):
            return refuse(400, f"Invalid value: n must be at most {self._most_choices}.", "n")
        return None

    def _completion(self, body: Body) -> Body:
        count = min(body.get("n", 1), self._most_choices or 10**9)
        choices = [self._choice(body, index) for index in range(count)]
        words = len(prompt_of(body).split())
        total = sum(choice.pop("words") for choice in choices)
        return {
            "object": "chat.completion",
            "model": body["model"],
            "choices": choices,
            "usage": {"prompt_tokens": words, "completion_tokens": total},
        }

    def _choice(self, body: Body, index: int) -> Body:
        answer = self._respond(body, index)
        answer = Answer(answer) if isinstance(answer, str) else answer
        tokens = re.findall(r"\S+\s*|\s+", (answer.reasoning or "") + (answer.text or ""))
        text, finish_reason = answer.text, answer.finish_reason
        if len(tokens) + 1 > _max_tokens(body):  # the end token counts
            tokens, finish_reason = tokens[: _max_tokens(body)], "length"
            text = "".join(tokens)
        elif finish_reason == "stop":
            tokens = [*tokens, "<|im_end|>"]
        noise = dice(body, index)
        choice: Body = {
            "index": index,
            "message": {"role": "assistant", "content": text},
            "finish_reason": finish_reason,
            "logprobs": None,
            "words": len(tokens),
        }
        if answer.reasoning is not None:
            choice["message"]["reasoning_content"] = answer.reasoning
        if self._logprobs and body.get("logprobs"):
            content = [{"token": token, "logprob": -noise.expovariate(4.0)} for token in tokens]
            choice["logprobs"] = {"content": content}
        if self._token_ids and body.get("return_token_ids"):
            choice["token_ids"] = [int.from_bytes(token.encode()[:2]) for token in tokens]
        return choice


def _max_tokens(body: Body) -> int:
    return int(body.get("max_tokens") or body.get("max_completion_tokens") or 10**6)


class _HTTPServer(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for the handlers and nothing leaks
    request_queue_size = 256
    script: ScriptedServer

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._connections: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Wake handlers that wait on kept-alive connections."""
        for connection in tuple(self._connections):
            _shut(connection, socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is the point of many tests, not an event to print."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _HTTPServer

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        body = json.loads(self.rfile.read(length))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not self.path.endswith("/chat/completions"):
            self._send(Fault(404, b'{"error": {"message": "no such path"}}'))
        else:
            self._send(self.server.script.answer(body, headers))

    def _send(self, reply: Fault) -> None:
        data = reply.body or b""
        if reply.cut != "before":
            self.send_response(reply.status or 200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            for name, value in reply.headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data[: len(data) // 2] if reply.cut == "half" else data)
        if reply.cut != "never":
            self.close_connection = True
            _shut(self.connection, socket.SHUT_WR if reply.cut == "after" else socket.SHUT_RDWR)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - its name upstream
        """Keep test output clean."""


def _shut(connection: socket.socket, how: int) -> None:
    try:
        connection.shutdown(how)
    except OSError:
        return  # the client was faster


@click.command()
@click.option("--port", default=0, help="0 = any free port")
@click.option("--respond", "hook", help="module:function that answers")
@click.option("--delay", default=0.0, help="seconds per answer")
def main(port: int, hook: str | None, delay: float) -> None:
    """Serve until killed."""
    respond: Respond = default_answer
    if hook is not None:
        module, _, name = hook.partition(":")
        respond = getattr(importlib.import_module(module), name)
    with ScriptedServer(respond, port=port, delay=delay) as server:
        click.echo(server.base_url)
        for _ in itertools.count():
            server.stopping.wait(3600)


if __name__ == "__main__":
    main()
