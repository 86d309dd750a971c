"""The files of the page, as a server may hand them out: known kinds below one folder."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parent / "page"
TYPES = {
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
"""Kinds of files that are served, by the end of their names."""


@dataclass(frozen=True)
class PageFile:
    """A file of the page."""

    content: bytes
    type: str
    """For the header Content-Type."""
    tag: str
    """For the header ETag: equal files have equal tags."""


def page_file(name: str, folder: Path = PAGE) -> PageFile | None:
    """A file by its path below the folder, with `/`; None if there is no such file.

    What lies outside, links that lead there and unknown kinds do not exist.
    """
    if "\0" in name:
        return None
    root = folder.resolve()
    path = (root / name).resolve()
    if not (path.is_relative_to(root) and path.suffix in TYPES and path.is_file()):
        return None
    content = path.read_bytes()
    tag = hashlib.sha256(content).hexdigest()[:32]
    return PageFile(content, TYPES[path.suffix], f'"{tag}"')
