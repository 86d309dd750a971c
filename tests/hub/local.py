"""The hub as tests use it: start, fill, break, look at what was asked."""

import hashlib
import os
import re
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.hub.accounts import Account, OrgRole, TokenRole
from tests.hub.asked import State
from tests.hub.attributes import is_large
from tests.hub.control import control
from tests.hub.faults import Failure, Failures, Fault, as_failure
from tests.hub.messages import Request
from tests.hub.routes import REVISION, answer
from tests.hub.server import Handler, Hooks, HubServer
from tests.hub.store import MAIN, Commit, Gate, Repository, Store, now

ENVIRONMENT = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "NO_PROXY": "127.0.0.1",
    "USE_TORCH": "0",
}


class LocalHub:
    """Serves from `__enter__` to `__exit__`."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        token: str = "hf_scripted",
        user: str = "own",
        fault: Callable[[str, str], Fault | None] = lambda method, path: None,
        state: Path | None = None,
        port: int = 0,
        page_size: int = 1000,
        part_size: int = 16 << 20,
    ) -> None:
        """`folder` may hold repositories as `owner/name`; `fault` sees the method and the path.

        `token` writes for `user`, whose namespace it is. What is pushed is kept in memory, with
        `state` in that folder. `page_size`: entries of a page of a listing; LFS objects above
        `part_size` bytes are sent in parts.
        """
        self.requests: list[Request] = []
        """The log, oldest first."""
        self.token = token
        self.fault = fault
        self.failures = Failures()
        """What `fail` put on the list."""
        self._calm = threading.Event()
        self._http = HubServer(("127.0.0.1", port), Handler)
        self._state = State(self.url, Store(state), page_size=page_size, part_size=part_size)
        self._http.hooks = Hooks(
            answer=partial(answer, self._state),
            fault=self._next_fault,
            log=self.requests.append,
            control=partial(control, self),
            calm=lambda: self._calm,
        )
        self._state.accounts.add(Account(user, token))
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
        self._calm.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    @property
    def url(self) -> str:
        """What a client takes as `HF_ENDPOINT`."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def environment(self, home: Path, *, xet: bool = False, **more: str) -> dict[str, str]:
        """The environment of a client process whose caches lie in `home`; `xet` = Xet on."""
        mine = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "HUGGING"))}
        place = {"HF_ENDPOINT": self.url, "HF_HOME": str(home)}
        how = {} if xet else {"HF_HUB_DISABLE_XET": "1"}
        return {**mine, **ENVIRONMENT, **how, **place, **more}

    def account(
        self, name: str, role: TokenRole = "write", orgs: Mapping[str, OrgRole] | None = None
    ) -> Account:
        """Let a user in, or give one another token; `.token` is theirs."""
        return self._state.accounts.add(Account(name, f"hf_{name}_{role}", role, orgs or {}))

    def add(
        self,
        repo: str,
        folder: Path,
        revision: str | None = None,
        *,
        tags: tuple[str, ...] = (),
        private: bool = False,
        gated: Gate = False,
    ) -> str:
        """Serve the files of `folder` as the newest commit of `repo`; returns the commit.

        `revision` is its id (40 hex digits); None = one made from the paths and contents.
        """
        with self._state.lock:
            store = self._state.store
            repository = store.get(repo) or store.create(repo, private, gated)
            commit = _commit_of(repository, folder, revision)
            if repository.refs.get(MAIN) != commit.oid:
                repository.add_commit(MAIN, commit)
            repository.refs |= {f"refs/tags/{tag}": commit.oid for tag in tags}
            store.save(repository)
        return commit.oid

    def repository(self, repo: str) -> Repository:
        """What the hub holds of `repo`; raises KeyError."""
        found = self._state.store.get(repo)
        if found is None:
            raise KeyError(repo)
        return found

    def read(self, repo: str, path: str, revision: str = "main") -> bytes:
        """The content of a file; raises KeyError."""
        repository = self.repository(repo)
        commit = repository.resolve(revision)
        if commit is None:
            raise KeyError(revision)
        return repository.blobs[commit.files[path].sha256]

    def fail(self, match: str = "", **how: Any) -> None:
        """Put a `Failure` on the list: see `tests.hub.faults`."""
        self.failures.add(Failure(match, **how))

    def recover(self) -> None:
        """Empty the list of failures; who waits because of one waits no longer."""
        self.failures.clear()
        self._calm.set()
        self._calm = threading.Event()

    def asked(self, match: str) -> list[Request]:
        """The requests whose `METHOD /path` contains the regular expression."""
        return [request for request in list(self.requests) if re.search(match, str(request))]

    def revisions(self, repo: str) -> set[str]:
        """The revisions of `repo` that clients asked for, as they spelt them."""
        asked = (REVISION.fullmatch(request.path) for request in list(self.requests))
        return {match["revision"] for match in asked if match and match["repo"] == repo}

    def _next_fault(self, method: str, path: str) -> Failure | None:
        fault = self.fault(method, path)
        return as_failure(fault) if fault else self.failures.next(f"{method} {path}")


def _commit_of(repository: Repository, folder: Path, revision: str | None) -> Commit:
    """The files of `folder` as a commit on top of `main`."""
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name, data = path.relative_to(folder).as_posix(), path.read_bytes()
            files[name] = repository.keep(data, is_large(name, len(data), data[:512]))
    listing = [repository.name, *(f"{name} {file.sha256}" for name, file in files.items())]
    oid = revision or hashlib.sha1("\n".join(listing).encode()).hexdigest()
    parent = None if oid in repository.commits else repository.refs.get(MAIN)
    return Commit(oid, parent, "Files of a folder", "", repository.namespace, now(), files)
