"""Repositories: commits with their whole trees, the names that point to them, the contents.

A commit maps every path to a `File`; contents lie by SHA-256 **in their repository**, so that a
test never finds an upload already done by another one. With a folder, a repository is
`owner/name/repository.json` beside `blobs/` and `xorbs/`, written after every change.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self

from tests.hub.blobs import Blobs, write_whole

Gate = Literal["auto", "manual", False]
MAIN = "refs/heads/main"


@dataclass(frozen=True)
class File:
    """A file of a commit."""

    size: int
    sha256: str
    git_id: str
    """What git calls it: the id of the content, or of the LFS pointer to it."""
    lfs: bool

    @property
    def oid(self) -> str:
        """What a client compares its own file with."""
        return self.sha256 if self.lfs else self.git_id


@dataclass(frozen=True)
class Commit:
    """A state of all files."""

    oid: str
    parent: str | None
    title: str
    message: str
    author: str
    date: str
    files: Mapping[str, File]


@dataclass
class Discussion:
    """A discussion, or a pull request with its own ref `refs/pr/N`."""

    num: int
    title: str
    author: str
    pull: bool
    status: str
    base: str
    """The commit a pull request started from."""
    date: str
    events: list[dict[str, Any]] = field(default_factory=list)
    merge_commit: str | None = None


Segment = tuple[str, int, int, int]
"""A part of a file in Xet storage: xorb, bytes, first chunk, chunk after the last."""


@dataclass
class Repository:
    """One dataset."""

    name: str
    private: bool = False
    gated: Gate = False
    commits: dict[str, Commit] = field(default_factory=dict)
    """Oldest first."""
    refs: dict[str, str] = field(default_factory=dict)
    """Full names (`refs/heads/main`, `refs/tags/v1.0.0`, `refs/pr/1`) to commits."""
    discussions: list[Discussion] = field(default_factory=list)
    access: dict[str, str] = field(default_factory=dict)
    """Users who asked for a gated repository: `pending`, `accepted` or `rejected`."""
    xet_hashes: dict[str, str] = field(default_factory=dict)
    """SHA-256 to the hash of the file in Xet storage."""
    xet_files: dict[str, list[Segment]] = field(default_factory=dict)
    """Hash of a file in Xet storage to its parts."""
    blobs: Blobs = field(default_factory=Blobs)
    """Contents by SHA-256."""
    xorbs: Blobs = field(default_factory=Blobs)
    """Xet's bundles of chunks by hash."""

    @property
    def namespace(self) -> str:
        """User or organisation it belongs to."""
        return self.name.split("/")[0]

    def resolve(self, revision: str) -> Commit | None:
        """The commit of a branch, tag, full ref, or commit id (at least 7 digits)."""
        for ref in (revision, f"refs/heads/{revision}", f"refs/tags/{revision}"):
            if ref in self.refs:
                return self.commits[self.refs[ref]]
        found = [oid for oid in self.commits if len(revision) >= 7 and oid.startswith(revision)]
        return self.commits[found[0]] if found else None

    def add_commit(self, ref: str, commit: Commit) -> None:
        """Append `commit`; `ref` points to it."""
        self.commits.pop(commit.oid, None)
        self.commits[commit.oid] = commit
        self.refs[ref] = commit.oid

    def history(self, commit: Commit) -> Iterator[Commit]:
        """`commit` and its ancestors, newest first."""
        current: Commit | None = commit
        while current is not None:
            yield current
            current = self.commits.get(current.parent) if current.parent else None

    def keep(self, data: bytes, lfs: bool) -> File:
        """Store a content; returns the file for a tree."""
        digest = hashlib.sha256(data).hexdigest()
        self.blobs[digest] = data
        git_id = git_blob_id(lfs_pointer(digest, len(data)) if lfs else data)
        return File(len(data), digest, git_id, lfs)

    def as_json(self) -> dict[str, Any]:
        """Everything but the contents."""
        fields = {**self.__dict__}
        del fields["blobs"], fields["xorbs"]
        fields["commits"] = [asdict(commit) for commit in self.commits.values()]
        fields["discussions"] = [asdict(each) for each in self.discussions]
        return fields

    @classmethod
    def from_json(cls, fields: dict[str, Any], folder: Path) -> Self:
        """The reverse of `as_json`, with the contents below `folder`."""
        commits = [
            Commit(**{**c, "files": {path: File(**f) for path, f in c["files"].items()}})
            for c in fields.pop("commits")
        ]
        discussions = [Discussion(**each) for each in fields.pop("discussions")]
        parts = {h: [tuple(s) for s in found] for h, found in fields.pop("xet_files").items()}
        return cls(
            **fields,
            commits={commit.oid: commit for commit in commits},
            discussions=discussions,
            xet_files=parts,
            blobs=Blobs(folder / "blobs"),
            xorbs=Blobs(folder / "xorbs"),
        )


class Store:
    """All repositories by name, in memory or below `folder`."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._repositories: dict[str, Repository] = {}
        self._xorbs: dict[str, Blobs] = {}
        """Of deleted repositories: clients remember what they sent, and do not send it again."""
        for path in sorted(folder.glob("*/*/repository.json")) if folder else ():
            found = Repository.from_json(json.loads(path.read_bytes()), path.parent)
            self._repositories[found.name] = found

    def __iter__(self) -> Iterator[Repository]:
        return iter(list(self._repositories.values()))

    def get(self, name: str) -> Repository | None:
        """The repository of that name."""
        return self._repositories.get(name)

    def create(self, name: str, private: bool = False, gated: Gate = False) -> Repository:
        """A new repository without commits."""
        place = self._folder / name if self._folder else None
        blobs, xorbs = (Blobs(place / part if place else None) for part in ("blobs", "xorbs"))
        xorbs = self._xorbs.pop(name, xorbs)
        repository = Repository(name, private, gated, blobs=blobs, xorbs=xorbs)
        self._repositories[name] = repository
        return repository

    def delete(self, name: str) -> None:
        """Forget a repository and its contents, but not its xorbs."""
        self._xorbs[name] = self._repositories.pop(name).xorbs
        if self._folder:
            (self._folder / name / "repository.json").unlink()
            shutil.rmtree(self._folder / name / "blobs")

    def save(self, repository: Repository) -> None:
        """After a change; nothing to do in memory."""
        if self._folder:
            place = self._folder / repository.name / "repository.json"
            write_whole(place, json.dumps(repository.as_json()).encode())


def new_commit(
    parent: Commit | None, files: Mapping[str, File], title: str, message: str, author: str
) -> Commit:
    """A commit of now; no two are alike, even with the same files."""
    date = now()
    listing = [f"{path} {file.git_id}" for path, file in sorted(files.items())]
    words = [parent.oid if parent else "", date, title, message, author, *listing]
    oid = hashlib.sha1("\n".join(words).encode()).hexdigest()
    return Commit(oid, parent.oid if parent else None, title, message, author, date, dict(files))


def now() -> str:
    """The time as the hub writes it, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def git_blob_id(data: bytes) -> str:
    """The id git gives a content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def lfs_pointer(sha256: str, size: int) -> bytes:
    """What git holds in place of an LFS file."""
    head = "version https://git-lfs.github.com/spec/v1"
    return f"{head}\noid sha256:{sha256}\nsize {size}\n".encode()
