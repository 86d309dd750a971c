"""The server itself: files, headers, names, methods, and that nothing is ever written."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sure_math.browse import page_files
from sure_math.browse.library import open_library
from sure_math.browse.server import BrowseServer
from sure_math.errors import ConfigError
from sure_math.runtime.run import Run
from tests.browse.asking import get, problem, refusal

PAGE = Path(page_files.__file__).parent / "page"
FILES = sorted(str(path.relative_to(PAGE)) for path in PAGE.rglob("*.*") if path.is_file())


def ask(
    server: BrowseServer, path: str, method: str = "GET", **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    """The reply to a request, its body read."""
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
    try:
        connection.request(
            method, path, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
        reply = connection.getresponse()
        return reply, reply.read()
    finally:
        connection.close()


def raw(server: BrowseServer, request: bytes) -> bytes:
    """Everything that comes back for bytes that no client would send."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as link:
        link.sendall(request)
        link.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: link.recv(65536), b""))


def test_the_summary_counts_what_is_there(server: BrowseServer) -> None:
    summary = get(server, "api/summary")
    problems = server.library.problems
    assert summary["problems"] == problems.height
    for facet in ("state", "tier", "strategy", "split", "source", "majority"):
        assert sum(summary["facets"][facet].values()) == problems.height
        for value, count in summary["facets"][facet].items():
            assert get(server, "api/problems", **{facet: value})["total"] == count
    for value, count in summary["facets"]["flag"].items():
        assert get(server, "api/problems", flag=value)["total"] == count
    for column in ("semantic_entropy", "w_se"):
        spread = summary[column]
        assert sum(part["count"] for part in spread["bins"]) == summary["annotated"]
        assert spread["bins"][0]["low"] == spread["min"] == problems[column].min()
        assert spread["bins"][-1]["high"] == spread["max"] == problems[column].max()
    assert summary["models"]["teacher"] == ["scripted"]
    assert summary["n_samples"] == [8]
    assert summary["complaints"] == []


@pytest.mark.parametrize("name", FILES)
def test_every_file_of_the_page_is_served(server: BrowseServer, name: str) -> None:
    if Path(name).suffix not in page_files.TYPES:
        assert refusal(server, f"static/{name}")[0] == 404
        return
    reply, body = ask(server, f"/static/{name}")
    assert reply.status == 200
    assert body == (PAGE / name).read_bytes()
    again, empty = ask(server, f"/static/{name}", If_None_Match=str(reply.getheader("ETag")))
    assert (again.status, empty) == (304, b"")


def test_the_page_is_at_the_root_whatever_it_is_asked(server: BrowseServer) -> None:
    for path in ("/", "/?tier=hard"):
        reply, body = ask(server, path)
        assert reply.getheader("Content-Type") == "text/html; charset=utf-8"
        assert body == (PAGE / "index.html").read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/static/../server.py",
        "/static/%2e%2e/server.py",
        "/static/..%2fserver.py",
        "/static//etc/hostname.txt",
        "/static/%2Fetc%2Fhostname.txt",
        "/static/",
        "/static/katex",
        "/static/index.html%00.txt",
        "/static/absent.js",
        "/api",
        "/api/problems/",
        "/index.html",
    ],
)
def test_nothing_else_is_served(server: BrowseServer, path: str) -> None:
    reply, body = ask(server, path)
    assert reply.status == 404
    assert "error" in json.loads(body)


def test_links_do_not_lead_out_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "page" / "inside.txt").write_text("fine")
    (tmp_path / "page" / "out.txt").symlink_to(tmp_path / "secret.txt")
    assert page_files.page_file("out.txt", tmp_path / "page") is None
    inside = page_files.page_file("inside.txt", tmp_path / "page")
    assert inside is not None
    assert inside.content == b"fine"


@pytest.mark.parametrize("path", ["/", "/api/summary", "/api/problems?limit=0", "/nowhere"])
def test_every_reply_forbids_what_the_page_does_not_need(server: BrowseServer, path: str) -> None:
    reply, _ = ask(server, path)
    policy = str(reply.getheader("Content-Security-Policy"))
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["connect-src"] == "'self'"
    assert reply.getheader("X-Content-Type-Options") == "nosniff"
    assert reply.getheader("Referrer-Policy") == "no-referrer"
    assert reply.getheader("Access-Control-Allow-Origin") is None
    assert "Python" not in str(reply.getheader("Server"))


@pytest.mark.parametrize("path", ["/", "/api/summary", "/api/problems", "/nowhere"])
def test_head_is_get_without_its_body(server: BrowseServer, path: str) -> None:
    whole, body = ask(server, path)
    head, nothing = ask(server, path, "HEAD")
    assert nothing == b""
    assert (head.status, head.getheader("Content-Length")) == (whole.status, str(len(body)))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"])
def test_other_methods_are_refused(server: BrowseServer, method: str) -> None:
    reply, body = ask(server, "/api/summary", method)
    assert reply.status == 405
    assert reply.getheader("Allow") == "GET, HEAD"
    assert "error" in json.loads(body)


def test_another_name_gets_nothing(server: BrowseServer) -> None:
    port = urlsplit(server.url).port
    for host in (f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port}.evil.example"):
        for path in ("/", "/api/summary", "/static/browse.js"):
            reply, body = ask(server, path, Host=host)
            assert reply.status == 403
            assert list(json.loads(body)) == ["error", "hint"]
    assert ask(server, "/", Host=f"localhost:{port}")[0].status == 200


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"",
    ],
)
def test_bytes_that_are_no_request_do_no_harm(server: BrowseServer, request_: bytes) -> None:
    reply = raw(server, request_)
    assert b"<!doctype html" not in reply.lower()
    assert get(server, "api/summary")["kind"] in {"run", "release"}


def test_two_searches_at_once_do_not_wait_for_each_other(server: BrowseServer) -> None:
    """One connection that sends nothing holds up nobody; many at once are all answered."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port)):
        totals: list[int] = []
        threads = [
            threading.Thread(target=lambda: totals.append(get(server, "api/problems")["total"]))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert totals == [server.library.problems.height] * 8


def test_nothing_is_written(server: BrowseServer) -> None:
    place = server.library.source.place
    before = {path: path.stat().st_mtime_ns for path in (place, *place.rglob("*"))}
    get(server, "api/summary")
    get(server, "api/problems", text="garden", sort="-length")
    for name in server.library.problems["problem_id"].head(5):
        problem(server, name)
    assert {path: path.stat().st_mtime_ns for path in (place, *place.rglob("*"))} == before


def test_a_file_that_is_damaged_while_browsing_is_said(run: Run, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(run.root, tmp_path / "mine"))
    with BrowseServer(open_library(str(copy), tmp_path)) as server:
        server.library.settle()
        name = server.library.problems.filter(state="annotated")["problem_id"][0]
        for path in (copy / "cluster").glob("*.parquet"):
            path.write_bytes(b"PAR1" + bytes(100) + b"PAR1")
        status, reply = refusal(server, f"api/problem/{name}")
        assert status == 500
        assert "cannot be read" in reply["error"]
        assert get(server, "api/problems")["total"] == server.library.problems.height


def test_a_taken_port_is_a_clear_error(server: BrowseServer) -> None:
    port = urlsplit(server.url).port
    assert port is not None
    with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1, port {port}"):
        BrowseServer(server.library, port=port)
    for host, number in (("no such host.invalid", 0), ("127.0.0.1", 99_999), ("203.0.113.1", 0)):
        with pytest.raises(ConfigError, match="cannot listen on"):
            BrowseServer(server.library, host=host, port=number)


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6")
def test_other_addresses_of_this_machine(release: Path) -> None:
    with BrowseServer(open_library(str(release), release), host="::1") as server:
        assert server.url.startswith("http://[::1]:")
        assert get(server, "api/summary")["kind"] == "release"


@pytest.fixture
def program(release: Path) -> Iterator["subprocess.Popen[str]"]:
    """`serve` in a process of its own."""
    code = (
        "import sys; from pathlib import Path; from sure_math.browse.server import serve; "
        "serve(sys.argv[1], Path('runs'), host='127.0.0.1', port=0, open_browser=False)"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(release)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    ) as process:
        yield process
        process.kill()


def test_it_says_where_it_is_and_ends_with_ctrl_c(program: "subprocess.Popen[str]") -> None:
    assert program.stdout is not None
    line, how_to_end = program.stdout.readline(), program.stdout.readline()
    assert "Ctrl-C" in how_to_end
    assert line.startswith("release sure-math: ")
    address = urlsplit(line.split(" at ")[1].strip())
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", "/api/summary")
        assert json.load(connection.getresponse())["kind"] == "release"
        program.send_signal(signal.SIGINT)  # while a browser still holds a connection open
        _, err = program.communicate(timeout=60)
    assert (program.returncode, err) == (0, "")
