"""Checks `manifest` and `counts`: files, bytes and rows are those that the manifest lists."""

import hashlib
from pathlib import Path

import pyarrow as pa

from sure_math.publish.gate.checks import refuse, some
from sure_math.publish.gate.release import Release
from sure_math.publish.manifest import ReleaseFile
from sure_math.publish.tables import SPLITS

_DATA = {".parquet", ".arrow", ".feather", ".json", ".jsonl", ".csv", ".tsv", ".txt", ".zip",
         ".gz", ".tar", ".zst", ".bz2", ".xz", ".py"}  # fmt: skip
"""Endings that a loader could take for data (or, old ones, for a loading script)."""
_STEERING = (".huggingface.yaml", "dataset_infos.json")
"""Pages that tell `datasets` what to read, over the head of the card."""
_APART = {".git", ".cache"}
"""Folders that clients of a hub keep beside the files they got."""


def check_files(release: Release) -> str:
    """Files, sizes and digests."""
    manifest = release.manifest
    paths = [*(file.path for file in manifest.files), *manifest.pages]
    faults = [f"{path} is listed twice" for path in paths if paths.count(path) > 1]
    faults += [fault for file in manifest.files for fault in _file_faults(release.folder, file)]
    for path, digest in manifest.pages.items():
        faults += _digest_faults(release.folder, path, digest)
    strays = {*_strays(release), *steering(release)}
    faults += [f"{path} is no file of a release, a loader may read it" for path in sorted(strays)]
    faults += _history_faults(release)
    refuse(faults)
    size = sum(file.bytes for file in manifest.files) / 1e6
    return f"{len(manifest.files)} files of data, {size:.1f} MB, {len(manifest.pages)} pages"


def _file_faults(folder: Path, file: ReleaseFile) -> list[str]:
    if file.split not in SPLITS:
        return [f"{file.path}: there is no split {file.split!r}"]
    path = folder / file.path
    if not path.is_file():
        return [f"{file.path} is missing"]
    size = path.stat().st_size
    if size != file.bytes:
        return [f"{file.path} has {size} bytes, the manifest says {file.bytes}"]
    return _digest_faults(folder, file.path, file.sha256)


def _digest_faults(folder: Path, path: str, digest: str) -> list[str]:
    if not (folder / path).is_file():
        return [f"{path} is missing"]
    found = _sha256(folder / path)
    if found != digest:
        return [f"{path} was changed: its SHA-256 is {found}, the manifest says {digest}"]
    return []


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def steering(release: Release) -> list[str]:
    """Pages in the folder that would have a loader read something else than the card says."""
    return [name for name in _STEERING if (release.folder / name).exists()]


def _strays(release: Release) -> list[str]:
    """Data that the manifest does not know; other files of whoever owns the folder may stay."""
    known = release.manifest.paths()
    inside = (path.relative_to(release.folder) for path in release.folder.rglob("*"))
    others = [path for path in inside if path.as_posix() not in known]
    return sorted(
        path.as_posix()
        for path in others
        if path.suffix.lower() in _DATA
        and not _APART.intersection(path.parts)
        and (release.folder / path).is_file()
    )


def _history_faults(release: Release) -> list[str]:
    manifest = release.manifest
    if not manifest.history:
        return ["the manifest has no history"]
    latest, faults = manifest.history[0], []
    if latest.version != manifest.version:
        faults = [f"version {manifest.version}, but its history begins with {latest.version}"]
    if latest.rows != manifest.rows():
        faults.append(f"its history says {latest.rows} rows, its files have {manifest.rows()}")
    versions = [each.version for each in manifest.history]
    if len(set(versions)) < len(versions):
        faults.append(f"a version stands in its history twice: {some(versions)}")
    return faults


def check_counts(release: Release) -> str:
    """Check `counts`: manifest, Parquet footers and front matter tell the same rows and files."""
    manifest, (head, _) = release.manifest, release.card
    faults = []
    for file in manifest.files:
        try:
            rows = release.footers[file.path]
        except (OSError, pa.ArrowException) as error:
            faults.append(f"a footer cannot be read: {error}")
            break
        if rows != file.rows:
            faults.append(f"{file.path} has {rows} rows, the manifest says {file.rows}")
    announced, listed = head.rows(), manifest.rows()
    for config in sorted({*announced, *listed}):
        said, real = announced.get(config, {}), listed.get(config, {})
        if said != real:
            faults.append(f"{config}: the card announces the rows {said}, the manifest {real}")
    faults += _path_faults(release)
    refuse(faults)
    splits = (f"{name} {' + '.join(map(str, rows.values()))}" for name, rows in listed.items())
    return "rows: " + ", ".join(splits)


def _path_faults(release: Release) -> list[str]:
    """Where the card's `data_files` are not the files of the manifest."""
    head, _ = release.card
    said = {
        (config.config_name, files.split): sorted(files.path)
        for config in head.configs
        for files in config.data_files
    }
    real: dict[tuple[str, str], list[str]] = {}
    for file in release.manifest.files:
        real.setdefault((file.config, file.split), []).append(file.path)
    return [
        f"{config}/{split}: the card has a loader read {some(said.get((config, split), []))}, "
        f"the files are {some(sorted(real.get((config, split), [])))}"
        for config, split in sorted({*said, *real})
        if said.get((config, split)) != sorted(real.get((config, split), []))
    ]
