"""Which files go to large-file storage: the patterns of `.gitattributes`, or size, or content."""

from fnmatch import fnmatch

LARGE = 10 << 20
"""Bytes above which git holds no content itself."""

_PATTERNS = (
    "*.arrow", "*.avro", "*.bin", "*.bz2", "*.feather", "*.gz", "*.jpeg", "*.jpg", "*.npy", "*.npz",
    "*.parquet", "*.pdf", "*.pkl", "*.png", "*.safetensors", "*.tar", "*.webp", "*.xz", "*.zip",
    "*.zst",
)  # fmt: skip

GITATTRIBUTES = "".join(f"{p} filter=lfs diff=lfs merge=lfs -text\n" for p in _PATTERNS)
"""What a new repository starts with."""


def is_large(path: str, size: int, sample: bytes, attributes: str = GITATTRIBUTES) -> bool:
    """Whether a file goes to large-file storage; `sample` = its first bytes."""
    lines = [line.split() for line in attributes.splitlines()]
    patterns = [words[0] for words in lines if "filter=lfs" in words]
    return size > LARGE or b"\0" in sample or matches(path, patterns)


def matches(path: str, patterns: list[str]) -> bool:
    """Whether git would say that one of `patterns` names `path` or a folder above it."""
    folders = path.split("/")
    ways = {"/".join(folders[: end + 1]) for end in range(len(folders))}
    return any(
        fnmatch(way if "/" in pattern.strip("/") else way.rsplit("/", 1)[-1], pattern.strip("/"))
        for pattern in patterns
        for way in ways
    )
