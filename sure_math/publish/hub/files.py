"""Files of a release, here and at a hub, and how they differ.

A hub names a large file by its SHA-256 and one that git holds itself by its git id; both are
computed here, in one reading.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from sure_math.errors import DataError
from sure_math.publish.manifest import MANIFEST, Manifest

ATTRIBUTES = ".gitattributes"
"""Every repository has it; it says which files are large, and is nobody's to change."""
_CHUNK = 1 << 20


@dataclass(frozen=True)
class RemoteFile:
    """A file of a commit."""

    path: str
    bytes: int
    sha256: str | None
    """Of a large file; None for one that git holds itself."""
    blob_id: str
    """What git calls it."""


@dataclass(frozen=True)
class LocalFile:
    """A file of the release folder."""

    path: str
    bytes: int
    sha256: str
    blob_id: str

    def equals(self, other: RemoteFile | None) -> bool:
        """Whether the file at the hub is there and has the same content."""
        if other is None:
            return False
        same = other.blob_id == self.blob_id
        return same if other.sha256 is None else other.sha256 == self.sha256


def read_files(release: Path, manifest: Manifest) -> tuple[LocalFile, ...]:
    """The files of a release, each checked against its manifest.

    Raises:
        DataError: a file is missing or not the one that the manifest lists.
    """
    digests = {file.path: file.sha256 for file in manifest.files} | manifest.pages
    found = []
    for path in sorted(manifest.paths()):
        try:
            file = _read(release, path)
        except OSError as error:
            raise DataError(
                f"{release} is not whole: {path}: {error.strerror}", hint="write it again"
            ) from error
        wanted = digests.get(path)
        if path != MANIFEST and file.sha256 != wanted:
            raise DataError(
                f"{path} in {release} was changed after the release was written",
                hint="write it again",
            )
        found.append(file)
    return tuple(found)


def differences(
    local: Collection[LocalFile],
    remote: Mapping[str, RemoteFile],
    others: Collection[str] | None = None,
) -> list[str]:
    """What at the hub is not as it is here, each with the reason.

    Args:
        others: paths that may be there as well; None = any.
    """
    found = [
        f"{file.path} ({'differs' if file.path in remote else 'missing'})"
        for file in local
        if not file.equals(remote.get(file.path))
    ]
    if others is not None:
        known = {ATTRIBUTES, *others, *(file.path for file in local)}
        found += [f"{path} (unexpected)" for path in sorted(remote.keys() - known)]
    return found


def _read(release: Path, path: str) -> LocalFile:
    place = release / path
    length = place.stat().st_size
    sha256, git = hashlib.sha256(), hashlib.sha1(b"blob %d\0" % length)
    with place.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            sha256.update(chunk)
            git.update(chunk)
    return LocalFile(path, length, sha256.hexdigest(), git.hexdigest())
