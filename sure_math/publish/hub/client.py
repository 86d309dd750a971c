"""The way to a dataset hub: every request goes through `Hub.ask`, and no other error leaves it.

Reads and settings are asked again for a short while when the hub is busy; uploads have retries of
their own in the client. The wait for a hub that does not answer ends within about a minute.
"""

import logging
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from huggingface_hub import HfApi, constants, get_session, get_token, hf_raise_for_status
from huggingface_hub.hf_api import GitRefs, RepoFile
from huggingface_hub.utils.tqdm import disable_progress_bars

from sure_math import __version__
from sure_math.errors import ConfigError, HubRefused, HubUnavailable
from sure_math.publish.hub.failures import (
    CLIENT_ERRORS,
    LOG_IN,
    NotThere,
    asked_wait,
    explain,
    refuse_long_wait,
    scrub,
    transient,
)
from sure_math.publish.hub.files import RemoteFile
from sure_math.publish.manifest import MANIFEST, Manifest, parse_manifest

T = TypeVar("T")

UNTOUCHED = "no file at the hub was changed"
_TIMEOUT = (10.0, 60.0, 60.0, 60.0)
"""Seconds to connect, and between two pieces read, written, or for a free connection."""
_PATIENCE = 30.0
"""Seconds after which nothing is asked again."""


class Hub:
    """A dataset hub, and who asks it."""

    def __init__(
        self, api: HfApi, token: str, waits: Sequence[float], cache: Path | None = None
    ) -> None:
        self.api = api
        self.host = urlsplit(api.endpoint).netloc.rpartition("@")[2]
        self.waits = tuple(waits)
        self.account: str | None = None
        """Known after `sign_in`."""
        self._token = token
        self._cache = cache

    def __repr__(self) -> str:
        return f"Hub({self.host})"

    def ask(
        self, doing: str, call: Callable[[], T], *, saved: str = UNTOUCHED, again: bool = True
    ) -> T:
        """The result of a call of the client.

        Args:
            doing: what it does, as in "read ada/sums".
            saved: what is safe if it fails.
            again: ask again if the hub is busy; not for calls that do so themselves.

        Raises:
            PublishError: it failed; the class says how, the text holds no token.
        """
        _set_limits()
        start = time.monotonic()
        for wait in (*(self.waits if again else ()), None):
            try:
                return call()
            except CLIENT_ERRORS as error:
                problem = explain(error, doing, self.host, self.account)
                pause = max(wait or 0.0, asked_wait(error))
                late = time.monotonic() - start + pause > _PATIENCE
                final = wait is None or late or not transient(error)
            if final:
                break
            time.sleep(pause)
        message = scrub(problem.message, self._token)
        raise type(problem)(message, saved=saved, hint=problem.hint)

    def sign_in(self) -> dict[str, Any]:
        """Who the token belongs to, as the hub describes the account."""
        try:
            found = self.ask("sign in", lambda: _named(self.api.whoami(cache=True)))
        except NotThere as error:
            raise HubUnavailable(
                f"{self.host} is no dataset hub: it cannot say whose token this is",
                saved=error.saved,
                hint="look at HF_ENDPOINT",
            ) from None
        self.account = found["name"]
        return found

    def refs(self, repo: str) -> GitRefs:
        """Branches and tags of a dataset."""
        return self.ask(
            f"read the branches and tags of {repo}",
            lambda: self.api.list_repo_refs(repo, repo_type="dataset"),
        )

    def head(self, repo: str, revision: str) -> str:
        """The commit of a revision."""
        return self.ask(
            f"read {repo} at {revision}",
            lambda: str(self.api.dataset_info(repo, revision=revision).sha),
        )

    def files(self, repo: str, revision: str, *, saved: str = UNTOUCHED) -> dict[str, RemoteFile]:
        """Every file of a revision by its path."""
        listed = self.ask(
            f"list the files of {repo} at {revision}",
            lambda: list(
                self.api.list_repo_tree(
                    repo, recursive=True, revision=revision, repo_type="dataset"
                )
            ),
            saved=saved,
            again=False,
        )
        return {file.path: _remote_file(file) for file in listed if isinstance(file, RepoFile)}

    def download(self, repo: str, path: str, commit: str) -> Path:
        """A file of a commit in the cache of the client, which keeps the folders of `path`."""
        return self.ask(
            f"download {path} of {repo}",
            lambda: Path(
                self.api.hf_hub_download(
                    repo, path, repo_type="dataset", revision=commit, cache_dir=self._cache
                )
            ),
        )

    def manifest(self, repo: str, commit: str) -> Manifest:
        """The manifest of the release in a commit.

        Raises:
            NotThere: it has none.
            DataError: it cannot be read.
        """
        found = self.download(repo, MANIFEST, commit)
        return parse_manifest(found.read_bytes(), f"{repo} at {self.host}")

    def check_card(self, text: str, repo: str) -> None:
        """Have the hub check the YAML of a card, as it does again at the commit."""

        def call() -> None:
            reply = get_session().post(
                f"{self.api.endpoint}/api/validate-yaml",
                json={"content": text, "repoType": "dataset"},
            )
            hf_raise_for_status(reply)

        self.ask(f"publish README.md in {repo}", call)


def connect(
    endpoint: str | None = None,
    token: str | None = None,
    *,
    waits: Sequence[float] = (1.0, 2.0, 4.0),
    cache: Path | None = None,
) -> Hub:
    """A hub, with address and token as its client finds them.

    Args:
        endpoint: None takes HF_ENDPOINT, or the default of the client.
        token: None takes HF_TOKEN, or that of a login.
        waits: seconds before each further attempt at a hub that is busy.
        cache: folder of downloads; None takes that of the client.

    Raises:
        HubRefused: there is no token.
        ConfigError: the endpoint is no web address.
    """
    endpoint = (endpoint or constants.ENDPOINT).rstrip("/")
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(
            f"the hub's address is no web address: {endpoint}", hint="look at HF_ENDPOINT"
        )
    token = token or get_token()
    if not token:
        raise HubRefused(f"no token for {parts.hostname} was found", hint=LOG_IN)
    if not (token.isascii() and token.isprintable()):
        raise HubRefused("the token holds characters that no token has", hint=LOG_IN)
    for name in ("httpcore", "httpcore2"):  # their debug lines show whatever a server repeats
        logging.getLogger(name).setLevel(logging.INFO)
    if not sys.stderr.isatty():
        disable_progress_bars()
    api = HfApi(endpoint, token, library_name="sure-math", library_version=__version__)
    return Hub(api, token, waits, cache)


def _set_limits() -> None:
    """The client waits for ever by itself, for an answer and whenever a server says so."""
    session = get_session()
    session.timeout = _TIMEOUT
    hooks = session.event_hooks
    if refuse_long_wait not in hooks["response"]:
        session.event_hooks = {**hooks, "response": [*hooks["response"], refuse_long_wait]}


def _named(found: dict[str, Any]) -> dict[str, Any]:
    """An answer without a name is not that of a hub: KeyError."""
    return {**found, "name": str(found["name"])}


def _remote_file(file: RepoFile) -> RemoteFile:
    return RemoteFile(file.path, file.size, file.lfs.sha256 if file.lfs else None, file.blob_id)
