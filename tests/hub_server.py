"""A dataset hub on the loopback that serves folders to the real clients.

    with LocalHub() as hub:
        sha = hub.add("owner/name", folder, tags=("v1.0.0",))
        subprocess.run([...], env=hub.environment(tmp_path / "home"))

Every folder added is one commit of its repository and the newest is `main`. The clients read
`HF_ENDPOINT` when they are imported, so they run in subprocesses with `environment`. Large files
(Parquet) are announced as Git LFS, all are sent by the hub itself. What an unknown repository, a
private one, a revision or a path gets back follows the real hub, error codes included.
"""

import hashlib
import json
import os
import re
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

import yaml

DATE = "2025-01-01T00:00:00.000Z"
ENVIRONMENT = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_XET": "1",
    "USE_TORCH": "0",
}


@dataclass(frozen=True)
class Request:
    """A request and what it got."""

    method: str
    path: str
    """Unquoted, without the query."""
    headers: Mapping[str, str]
    body: bytes
    status: int
    sent: int
    """Bytes of the answer's body."""


@dataclass(frozen=True)
class Reply:
    """What goes back."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Repository:
    """Commits, oldest first, and the names that point to them."""

    name: str
    private: bool
    commits: dict[str, dict[str, Path]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def resolve(self, revision: str) -> str | None:
        """The commit of a branch, tag or commit id."""
        named = {**self.tags, "main": list(self.commits)[-1]}
        sha = named.get(revision.removeprefix("refs/heads/"), revision)
        return sha if sha in self.commits else None


Fault = int | Literal["drop"]
"""A status to answer with, or the connection closes without an answer."""


class LocalHub:
    """Serves from `__enter__` to `__exit__`."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        token: str = "hf_scripted",
        fault: Callable[[str, str], Fault | None] = lambda method, path: None,
    ) -> None:
        """`folder` may hold repositories as `owner/name`; `fault` sees the method and the path."""
        self.requests: list[Request] = []
        self.token = token
        self.fault = fault
        self._repositories: dict[str, Repository] = {}
        self._http = _HTTPServer(("127.0.0.1", 0), _Handler)
        self._http.hub = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))
        for place in sorted(folder.glob("*/*")) if folder else ():
            self.add(f"{place.parent.name}/{place.name}", place)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    @property
    def url(self) -> str:
        """What a client takes as `HF_ENDPOINT`."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def environment(self, home: Path, **more: str) -> dict[str, str]:
        """The environment of a client process whose caches lie in `home`."""
        mine = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "HUGGING"))}
        return {**mine, **ENVIRONMENT, "HF_ENDPOINT": self.url, "HF_HOME": str(home), **more}

    def add(
        self,
        repo: str,
        folder: Path,
        revision: str | None = None,
        *,
        tags: tuple[str, ...] = (),
        private: bool = False,
    ) -> str:
        """Serve the files of `folder` as the newest commit of `repo`; returns the commit.

        `revision` is its id (40 hex digits); None = one made from the paths and contents.
        """
        files = {
            path.relative_to(folder).as_posix(): path
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        listing = [repo, *(f"{name} {_git_id(path.read_bytes())}" for name, path in files.items())]
        sha = revision or hashlib.sha1("\n".join(listing).encode()).hexdigest()
        repository = self._repositories.setdefault(repo, Repository(repo, private))
        repository.commits.pop(sha, None)
        repository.commits[sha] = files
        repository.tags |= dict.fromkeys(tags, sha)
        return sha

    def revisions(self, repo: str) -> set[str]:
        """The revisions of `repo` that clients asked for, as they spelt them."""
        asked = (_REVISION.fullmatch(request.path) for request in self.requests)
        return {match["revision"] for match in asked if match and match["repo"] == repo}

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """The reply to a request."""
        parts = urlsplit(target)
        for pattern, handler in _ROUTES.items():
            match = re.fullmatch(pattern, parts.path)
            if match:
                found = {name: unquote(value or "") for name, value in match.groupdict().items()}
                repository = self._repositories.get(found["repo"])
                if refusal := self._refusal(repository, headers):
                    return refusal
                assert repository is not None
                sha = repository.resolve(found.get("revision") or "main")
                if sha is None:
                    return _error(404, "RevisionNotFound", "Invalid rev id")
                query = {**parse_qs(parts.query), **parse_qs(body.decode())}
                asked = Asked(repository, sha, found.get("path", ""), query, headers)
                return handler(asked)
        return _error(404, "NotFound", "no such route")

    def _refusal(self, repository: Repository | None, headers: Mapping[str, str]) -> Reply | None:
        """As on the real hub, who may not read a repository cannot tell whether it exists."""
        authorization = headers.get("authorization")
        if authorization not in (None, f"Bearer {self.token}"):
            return _error(401, "", "Invalid credentials in Authorization header")
        if repository is None or (repository.private and authorization is None):
            status = 401 if authorization is None else 404
            return _error(status, "RepoNotFound", "Repository not found")
        return None


# --- routes ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A request for something in a repository that may be read."""

    repository: Repository
    sha: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]

    @property
    def files(self) -> dict[str, Path]:
        """The files of the commit."""
        return self.repository.commits[self.sha]


def _info(asked: Asked) -> Reply:
    entries = [_entry(name, path) for name, path in asked.files.items()]
    siblings = [
        {"rfilename": e["path"], "size": e["size"], "blobId": e["oid"], "lfs": e.get("lfs")}
        for e in entries
    ]
    readme = asked.files.get("README.md")
    head = readme.read_text(encoding="utf-8").split("---\n") if readme else []
    return _json(
        {
            "_id": "1",
            "id": asked.repository.name,
            "author": asked.repository.name.split("/")[0],
            "sha": asked.sha,
            "private": asked.repository.private,
            "gated": False,
            "disabled": False,
            "createdAt": DATE,
            "lastModified": DATE,
            "downloads": 0,
            "likes": 0,
            "tags": [],
            "cardData": yaml.safe_load(head[1]) if len(head) > 2 else {},
            "siblings": siblings,
        }
    )


def _tree(asked: Asked) -> Reply:
    root = f"{asked.path}/" if asked.path else ""
    below = [name for name in asked.files if name.startswith(root)]
    if asked.path and not below:
        return _error(404, "EntryNotFound", f"{asked.path} does not exist")
    deep = asked.query.get("recursive", [""])[0].lower() in ("true", "1")
    listed = {name: _entry(name, asked.files[name]) for name in below}
    listed |= {folder: _folder(folder) for name in below for folder in _parents(name, root)}
    shown = [e for name, e in sorted(listed.items()) if deep or "/" not in name[len(root) :]]
    return _json(shown)


def _paths_info(asked: Asked) -> Reply:
    folders = {folder for name in asked.files for folder in _parents(name, "")}
    found = [_entry(p, asked.files[p]) for p in asked.query.get("paths", []) if p in asked.files]
    return _json([*found, *map(_folder, sorted(folders & {*asked.query.get("paths", [])}))])


def _refs(asked: Asked) -> Reply:
    def ref(kind: str, name: str, sha: str) -> dict[str, str]:
        return {"name": name, "ref": f"refs/{kind}/{name}", "targetCommit": sha}

    tags = [ref("tags", *item) for item in asked.repository.tags.items()]
    branches = [ref("heads", "main", asked.sha)]
    return _json({"branches": branches, "tags": tags, "converts": [], "pullRequests": []})


def _file(asked: Asked) -> Reply:
    """A whole file, or the range asked for."""
    commit = {"X-Repo-Commit": asked.sha}
    if asked.path not in asked.files:
        return _error(404, "EntryNotFound", f"{asked.path} does not exist", commit)
    data = asked.files[asked.path].read_bytes()
    entry = _entry(asked.path, asked.files[asked.path])
    tag = entry["lfs"]["oid"] if "lfs" in entry else entry["oid"]
    headers = {**commit, "ETag": f'"{tag}"', "Accept-Ranges": "bytes"}
    if "lfs" in entry:
        headers |= {"X-Linked-Etag": f'"{tag}"', "X-Linked-Size": str(len(data))}
    wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", asked.headers.get("range", ""))
    if not wanted:
        return Reply(data, headers=headers)
    first, last = int(wanted[1]), min(int(wanted[2] or len(data)), len(data) - 1)
    if first > last:
        return Reply(status=416, headers={**headers, "Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    return Reply(data[first : last + 1], 206, headers)


_REPO = r"(?P<repo>[^/]+/[^/]+)"
_API = f"/api/datasets/{_REPO}"
_REV = r"(?P<revision>[^/]+)"
_ROUTES: dict[str, Callable[[Asked], Reply]] = {
    f"{_API}/refs": _refs,
    f"{_API}(?:/revision/{_REV})?": _info,
    f"{_API}/tree/{_REV}(?:/(?P<path>.+))?": _tree,
    f"{_API}/paths-info/{_REV}": _paths_info,
    f"/datasets/{_REPO}/resolve/{_REV}/(?P<path>.+)": _file,
}
_REVISION = re.compile(
    rf"(?:/api)?/datasets/{_REPO}/(?:revision|tree|paths-info|resolve)/{_REV}(?:/.*)?"
)


def _json(value: Any) -> Reply:
    return Reply(json.dumps(value).encode(), headers={"Content-Type": "application/json"})


def _error(status: int, code: str, message: str, more: Mapping[str, str] | None = None) -> Reply:
    headers = {**({"X-Error-Code": code} if code else {}), "X-Error-Message": message}
    return Reply(json.dumps({"error": message}).encode(), status, {**headers, **(more or {})})


def _entry(name: str, path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    entry = {"type": "file", "oid": _git_id(data), "size": len(data), "path": name}
    if name.endswith(".parquet"):
        digest = hashlib.sha256(data).hexdigest()
        entry["lfs"] = {"oid": digest, "sha256": digest, "size": len(data), "pointerSize": 130}
    return entry


def _folder(name: str) -> dict[str, Any]:
    return {"type": "directory", "oid": _git_id(name.encode()), "size": 0, "path": name}


def _parents(name: str, root: str) -> list[str]:
    """The folders of a path below `root`."""
    parts = name[len(root) :].split("/")[:-1]
    return [root + "/".join(parts[: end + 1]) for end in range(len(parts))]


def _git_id(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


# --- HTTP -----------------------------------------------------------------------------------------


class _HTTPServer(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for the handlers and nothing leaks
    request_queue_size = 64
    hub: LocalHub

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is not an event to print; anything else is a bug of the hub."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """HTTP/1.0: one request per connection, so no handler outlives its client."""

    server: _HTTPServer

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = unquote(urlsplit(self.path).path)
        fault = self.server.hub.fault(self.command, path)
        if fault == "drop":
            self._log(path, headers, body, Reply(status=0))
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if isinstance(fault, int):
            reply = _error(fault, "", "scripted fault")
        else:
            reply = self.server.hub.answer(self.command, self.path, headers, body)
        self._log(path, headers, body, reply)
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": len(reply.body)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def _log(self, path: str, headers: Mapping[str, str], body: bytes, reply: Reply) -> None:
        sent = 0 if self.command == "HEAD" else len(reply.body)
        request = Request(self.command, path, headers, body, reply.status, sent)
        self.server.hub.requests.append(request)

    do_GET = do_HEAD = do_POST = _serve  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """The log is `LocalHub.requests`."""
