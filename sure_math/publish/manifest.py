"""What a release says of itself in `sure_math.json`: its files, their digests and its history.

The manifest is the only list of what belongs to a release. Whoever replaces a release, here or on
a hub, removes what its manifest lists and nothing else.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from sure_math.errors import DataError

MANIFEST = "sure_math.json"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReleaseFile(_Part):
    """One Parquet file of a release."""

    config: str
    split: str
    path: str
    """Relative to the release, with `/`."""
    rows: int
    bytes: int
    sha256: str


class Version(_Part):
    """A version of a release, for the changelog."""

    version: str
    date: str
    """Day of its first release, as 2026-01-31 (UTC)."""
    rows: dict[str, dict[str, int]]
    """Rows by configuration and split."""
    added: int | None = None
    """Problems that the version before did not have; None if that one could not be compared."""
    removed: int | None = None
    """Problems of the version before that are gone."""
    changed: int | None = None
    """Problems of both versions with another value in some column."""


class Manifest(_Part):
    """The whole of `sure_math.json`."""

    format: Literal[1] = 1
    sure_math: str
    """Version of the toolkit that wrote the release."""
    name: str
    """What `load_dataset` takes: `sure-math` for a folder, `owner/name` on a hub."""
    version: str
    tables: dict[str, int]
    """Version of the schema of every kind of table (`default`, `responses`)."""
    files: tuple[ReleaseFile, ...]
    pages: dict[str, str]
    """SHA-256 of every other file by its path; the manifest itself is not among them."""
    history: tuple[Version, ...]
    """This version first, then those before it."""

    def paths(self) -> set[str]:
        """Every file of the release, the manifest included."""
        return {MANIFEST, *self.pages, *(file.path for file in self.files)}

    def rows(self) -> dict[str, dict[str, int]]:
        """Rows by configuration and split."""
        return rows_by_split(self.files)

    def as_text(self) -> str:
        """The file's content: equal manifests are equal bytes."""
        return json.dumps(self.model_dump(mode="json"), indent=2, sort_keys=True) + "\n"


def holds_responses(config: str) -> bool:
    """Whether a configuration has one row per response, by its name."""
    return config == "responses" or config.endswith("_responses")


def rows_by_split(files: Iterable[ReleaseFile]) -> dict[str, dict[str, int]]:
    """Rows by configuration and split."""
    found: dict[str, dict[str, int]] = {}
    for file in files:
        splits = found.setdefault(file.config, {})
        splits[file.split] = splits.get(file.split, 0) + file.rows
    return found


def parse_manifest(text: str | bytes, place: object) -> Manifest:
    """The manifest in a text that was found at `place`.

    Raises:
        DataError: it is not a manifest that this version can read.
    """
    try:
        value: Any = json.loads(text)
        if not isinstance(value, Mapping) or "files" not in value:
            raise DataError(f"{MANIFEST} in {place} is not the manifest of a release")
        return Manifest.model_validate(value)
    except (ValueError, ValidationError, RecursionError) as error:
        raise DataError(
            f"{MANIFEST} in {place} cannot be read: {_first_line(error)}",
            hint="the release was made by another version of sure-math, or is damaged",
        ) from error


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a release folder.

    Raises:
        DataError: there is none, or it cannot be read.
    """
    path = folder / MANIFEST
    if not path.is_file():  # a pipe or a device would be read for ever
        raise DataError(f"{folder} is not a release of sure-math (no {MANIFEST})")
    try:
        return parse_manifest(path.read_bytes(), folder)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error)
