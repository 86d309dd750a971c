"""A request as the routes see it: the hub's state, who asks, what for, and what they may.

The rules are those of the real hub: who may not see a repository cannot tell whether it exists;
branches and tags change by people of the namespace with a writing token; `refs/pr/*` by anybody
with a writing token; a gated repository shows its listing to all and its files to who was let in.
"""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.hub.accounts import Account, Accounts
from tests.hub.messages import (
    Refused,
    forbidden,
    invalid_token,
    json_object,
    no_repository,
    no_revision,
)
from tests.hub.store import Commit, Repository, Store

_PROPOSE = "Forbidden: pass `create_pr=1` as a query parameter to create a Pull Request"
_SECRET = secrets.token_bytes(32)


@dataclass
class State:
    """All the hub knows; changed only while `lock` is held."""

    url: str
    store: Store
    accounts: Accounts = field(default_factory=Accounts)
    page_size: int = 1000
    part_size: int = 16 << 20
    """Larger LFS objects are sent in parts of this many bytes."""
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)
    """Parts of unfinished LFS objects."""
    lock: threading.RLock = field(default_factory=threading.RLock)


@dataclass(frozen=True)
class Asked:
    """A request."""

    state: State
    who: Account | None
    parts: Mapping[str, str]
    """The named parts of the path, unquoted."""
    query: Mapping[str, list[str]]
    """Of the URL, and of a form in the body."""
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    url: str
    """As it was asked for."""

    def json(self) -> dict[str, Any]:
        """The body; raises `Refused` (400) unless it is a JSON object."""
        return json_object(self.body)

    def flag(self, name: str) -> bool:
        """Whether the query says yes to `name`."""
        return self.query.get(name, [""])[0].lower() in ("1", "true")

    @property
    def repository(self) -> Repository:
        """The repository of the path; raises `Refused` for one that is not to be seen."""
        found = self.state.store.get(self.parts["repo"])
        visible = found and (not found.private or (self.who and self.who.sees(found.namespace)))
        if found is None or not visible:
            raise no_repository(known=self.who is not None)
        return found

    def commit(self, repository: Repository) -> Commit:
        """The commit of the path's revision; raises `Refused` (404)."""
        revision = self.parts.get("revision") or "main"
        found = repository.resolve(revision)
        if found is None:
            raise no_revision(revision)
        return found

    def known(self) -> Account:
        """Who asks; raises `Refused` (401) for anonymous requests."""
        if self.who is None:
            raise invalid_token()
        return self.who

    def writer(self) -> Account:
        """Who asks, with a token that writes; raises `Refused` (401, 403)."""
        if self.known().role != "write":
            raise forbidden("Your token is read-only: a token with the role write is needed")
        return self.known()

    def owner(self, repository: Repository) -> Account:
        """Who asks, with the right to change branches, tags and settings; else `Refused`."""
        if not self.writer().pushes(repository.namespace):
            raise forbidden(f"You don't have write access to the dataset {repository.name}")
        return self.known()

    def pusher(self, repository: Repository, revision: str | None) -> Account:
        """Who asks, with the right to push to `revision`, None = to some pull request."""
        if revision is None or revision.startswith("refs/pr/") or self.flag("create_pr"):
            return self.writer()
        if not self.writer().pushes(repository.namespace):
            raise forbidden(_PROPOSE)
        return self.known()

    def may_read_files(self, repository: Repository) -> None:
        """Raises `Refused` where a gated repository is closed to who asks."""
        if not repository.gated or (self.who and self.who.sees(repository.namespace)):
            return
        status = repository.access.get(self.who.name) if self.who else None
        if status != "accepted":
            raise _closed(repository.name, self.state.url, self.who is not None, status)


def _closed(name: str, url: str, known: bool, status: str | None) -> Refused:
    words = f"Access to dataset {name} is restricted"
    if status == "pending":
        words = f"Your request to access dataset {name} is awaiting a review from the repo authors."
    elif status == "rejected":
        words = f"Your request to access dataset {name} has been rejected by the repo's authors."
    elif known:
        place = f"{url}/datasets/{name}"
        words += f" and you are not in the authorized list. Visit {place} to ask for access."
    else:
        words += ". You must have access to it and be authenticated to access it. Please log in."
    return Refused(403 if known else 401, words, "GatedRepo")


def signature(*words: str) -> str:
    """What a signed URL of this hub carries, as upload links do that are sent without a token."""
    return hmac.new(_SECRET, "\n".join(words).encode(), hashlib.sha256).hexdigest()[:32]


def check_signature(asked: Asked, *words: str) -> None:
    """Raises `Refused` (403) unless the query carries the signature of `words`."""
    given = asked.query.get("signature", [""])[0]
    if not hmac.compare_digest(given, signature(*words)):
        raise forbidden("SignatureDoesNotMatch")
