"""Loading a release, local or from a hub: which one is meant, and that it is that one.

`datasets` falls back to any copy in its cache when a hub does not answer, takes one folder for
another of the same name, and never looks at files whose card stayed the same. Here each of these
is an error, and one line says what was taken and why.
"""

import functools
import logging
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sure_math.errors import DataError
from sure_math.publish.manifest import (
    MANIFEST,
    Manifest,
    ReleaseFile,
    parse_manifest,
    read_manifest,
)

_LOG = logging.getLogger("sure_math")
_ON_A_HUB = re.compile(r"\w[\w.-]*/\w[\w.-]*")
_PATIENCE = 10.0
"""Seconds for a hub to answer the first request."""
_HINT = (
    "configs are default and responses, for non-commercial rows nc and nc_responses; splits are "
    "train and test; a hub name is owner/name, a private one needs HF_TOKEN"
)
_OFFLINE = "HF_HUB_OFFLINE=1 loads the newest copy on this machine"
_AS_A_FOLDER = (
    "where there is a network, get it with huggingface_hub.snapshot_download; name the folder"
)


@dataclass(frozen=True)
class Place:
    """Where a dataset is read from."""

    name: str
    """A folder, or `owner/name` on a hub."""
    why: str
    """What made it this one, for people."""

    @property
    def folder(self) -> Path | None:
        """The folder; None on a hub."""
        return Path(self.name) if Path(self.name).is_dir() else None


def load_dataset(
    name: str | None = None,
    *,
    config: str = "default",
    split: str | None = None,
    revision: str | None = None,
    streaming: bool = False,
) -> Any:
    """Load a SURE-Math release, local or from a hub, as the `datasets` library would.

    What is loaded is said once per process and configuration, in one line at level WARNING of the
    logger `sure_math`: what a training run learns from belongs into its log, and Python shows no
    lower level unless it is told to. `logging.getLogger("sure_math").setLevel("ERROR")` hides it.

    Args:
        name: a folder or `owner/name` on the hub. None takes the environment variable
            `SURE_MATH_DATASET`, else the folder `./sure-math` if a release made it.
        config: `default` (one row per problem) or `responses` (one row per response); where a
            release has rows under non-commercial licences, also `nc` and `nc_responses`.
        split: `train` or `test`; None gives both.
        revision: tag or commit on the hub.
        streaming: iterate without a local copy.

    Raises:
        DataError: nothing was found under that name, it cannot be loaded, or what could be loaded
            is not what was asked for.
    """
    return load(resolve(name), config, split=split, revision=revision, streaming=streaming)


def load(
    place: Place,
    config: str,
    *,
    split: str | None = None,
    revision: str | None = None,
    streaming: bool = False,
) -> Any:
    """`load_dataset` of a place that is known."""
    with _explained(place, config, split, revision):
        builder = _builder(place, config, revision)
        _say(_found(place, builder))
        if streaming:
            return builder.as_streaming_dataset(split=split)
        builder.download_and_prepare()
        return builder.as_dataset(split=split)


def commit_of(place: Place, config: str, revision: str | None) -> str | None:
    """The commit that `load` reads, for whoever loads more than one configuration of it.

    Returns: None for a folder.

    Raises:
        DataError: as `load_dataset`.
    """
    with _explained(place, config, None, revision):
        builder = _builder(place, config, revision)
    return None if place.folder else str(builder.hash)


@contextmanager
def _explained(
    place: Place, config: str, split: str | None, revision: str | None
) -> Iterator[None]:
    """Whatever goes wrong while a dataset is loaded is a DataError that names the dataset."""
    try:
        yield
    except Exception as error:  # datasets, its client, pyarrow: many unrelated classes
        asked = {"config": config, "split": split, "revision": revision}
        named = ", ".join(f"{name} {value}" for name, value in asked.items() if value)
        what = error.message if isinstance(error, DataError) else error
        raise DataError(
            f"cannot load {place.name} ({named}): {what}",
            hint=error.hint if isinstance(error, DataError) else _HINT,
        ) from error


def resolve(name: str | None) -> Place:
    """The folder or hub name that `load_dataset(name)` reads.

    Raises:
        DataError: there is no such folder, it is no release, or nothing was named.
    """
    if name:
        return _checked(Place(name, "named"))
    if wanted := os.environ.get("SURE_MATH_DATASET"):
        return _checked(Place(wanted, "named by SURE_MATH_DATASET"))
    if Path("sure-math", MANIFEST).is_file():
        return Place("sure-math", "nothing was named")
    raise DataError(
        "no dataset was named and there is no release in ./sure-math",
        hint="name a folder or owner/name, set SURE_MATH_DATASET, or run `sure-math run demo`",
    )


def _checked(place: Place) -> Place:
    if place.folder:
        if not (place.folder / MANIFEST).is_file():
            raise DataError(f"folder {place.name} is not a release of sure-math (no {MANIFEST})")
    elif not _ON_A_HUB.fullmatch(place.name):  # `datasets` takes any old copy in its cache
        raise DataError(
            f"there is no folder {place.name!r} here",
            hint="on the hub a name is written owner/name",
        )
    return place


def _builder(place: Place, config: str, revision: str | None) -> Any:
    """What `datasets.load_dataset_builder` gives, made sure to be of this place and revision."""
    import datasets

    if place.folder is None:
        return _hub_builder(place.name, config, revision)
    if revision is not None:
        raise DataError("it is a folder, which has no revisions")
    manifest = read_manifest(place.folder)
    _check_files(place.folder, [file for file in manifest.files if file.config == config])
    # In a cache of its own: in the common one `datasets.load_dataset("sure-math")` would find this
    # copy from any other folder, whatever revision it is asked for.
    cache = Path(datasets.config.HF_DATASETS_CACHE, "sure_math_folders")
    builder = datasets.load_dataset_builder(
        str(place.folder.resolve()), config, cache_dir=str(cache)
    )
    version = str(builder.config.version)
    if version != manifest.version:
        raise DataError(f"README.md is of version {version}, {MANIFEST} of {manifest.version}")
    return builder


def _check_files(folder: Path, files: Sequence[ReleaseFile]) -> None:
    """Sizes as the manifest has them: `datasets` looks at the card only, and may serve its copy of
    a file that was replaced."""
    for file in files:
        path = folder / file.path
        size = path.stat().st_size if path.is_file() else None
        if size != file.bytes:
            found = "is missing" if size is None else f"has {size} bytes"
            raise DataError(
                f"{file.path} {found}, but was released with {file.bytes}: the folder was changed "
                "by hand, or copied in part"
            )


def _hub_builder(name: str, config: str, revision: str | None) -> Any:
    import datasets
    from huggingface_hub import constants

    commit = _commit(name, revision)
    builder = datasets.load_dataset_builder(name, config, revision=revision)
    if _is_copy(builder) and not constants.HF_HUB_OFFLINE:
        raise DataError("the hub does not give it", hint=_OFFLINE)
    if commit not in (None, builder.hash):
        raise DataError(
            f"that is commit {commit}, but what this machine has is of {builder.hash}",
            hint=_AS_A_FOLDER,
        )
    return builder


def _is_copy(builder: Any) -> bool:
    """Whether `datasets` fell back to what it has, whatever revision that is of."""
    return bool(builder.name == "cache")


def _commit(name: str, revision: str | None) -> str | None:
    """The commit that has to be loaded; None if that is not known.

    One request with a deadline: without it a hub out of reach costs half a minute of retries, and
    an old copy may be taken for the newest.
    """
    from huggingface_hub import HfApi, constants, try_to_load_from_cache
    from huggingface_hub.errors import HfHubHTTPError

    if constants.HF_HUB_OFFLINE:
        if revision is None:
            return None
        card = try_to_load_from_cache(name, "README.md", repo_type="dataset", revision=revision)
        if not isinstance(card, str):
            raise DataError(
                "HF_HUB_OFFLINE is set, and this machine never loaded that revision",
                hint=_AS_A_FOLDER,
            )
        return Path(card).parent.name
    try:
        return HfApi().dataset_info(name, revision=revision, timeout=_PATIENCE).sha
    except HfHubHTTPError:
        return None  # `datasets` will say it in better words, or wait for a busy hub
    except Exception as error:  # of whatever library makes the requests
        where = f"the hub {constants.ENDPOINT}"
        raise DataError(f"{where} does not answer ({error})", hint=_OFFLINE) from error


def release_configs(place: Place) -> list[tuple[str, str]]:
    """The configurations of a release by its manifest: problems, and the responses to them.

    Raises:
        DataError: there is no manifest, it cannot be read, or lists no such pair.
    """
    from sure_math.publish.tables import configs

    found = dict.fromkeys(file.config for file in _manifest(place).files)
    names = [tuple(each.name for each in configs(config)) for config in found]
    pairs = [(problems, responses) for problems, responses in names if responses in found]
    if not pairs:
        raise DataError(f"{place.name} has no problems with responses: {', '.join(found)}")
    return pairs


def responses_config(config: str) -> str:
    """The configuration with the responses to the problems of `config`."""
    from sure_math.publish.tables import configs

    return configs(config)[1].name


def read_page(place: Place, path: str, commit: str | None) -> bytes | None:
    """A file beside the tables, such as `provenance.json`; None if there is none.

    Raises:
        DataError: it cannot be read.
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    try:
        if place.folder:
            return (place.folder / path).read_bytes()
        copy = hf_hub_download(place.name, path, repo_type="dataset", revision=commit)
        return Path(copy).read_bytes()
    except (FileNotFoundError, EntryNotFoundError):
        return None
    except Exception as error:  # of the client, and of the library that makes its requests
        raise _unread(place, path, error) from error


def _manifest(place: Place) -> Manifest:
    from huggingface_hub import hf_hub_download

    if place.folder:
        return read_manifest(place.folder)
    try:
        commit = _commit(place.name, None)
        path = hf_hub_download(place.name, MANIFEST, repo_type="dataset", revision=commit)
        return parse_manifest(Path(path).read_bytes(), place.name)
    except Exception as error:  # of the client, and of the library that makes its requests
        raise _unread(place, MANIFEST, error) from error


def _unread(place: Place, path: str, error: Exception) -> DataError:
    return DataError(
        f"cannot read {path} of {place.name}: {error}",
        hint="check the name and your connection; a private dataset needs HF_TOKEN",
    )


def _found(place: Place, builder: Any) -> str:
    """What is loaded, for people."""
    if place.folder:
        where = "folder"
    elif _is_copy(builder):
        where = f"offline copy of commit {builder.hash[:12]}"
    else:
        where = f"commit {builder.hash[:12]} of the hub"
    splits = (builder.info.splits or {}).values()
    rows = ", ".join(f"{split.name} {split.num_examples:,} rows" for split in splits)
    return (
        f"sure_math.load_dataset reads {place.name} ({where}; {place.why}): "
        f"version {builder.info.version}, config {builder.config.name}, {rows or 'rows not known'}"
    )


@functools.cache
def _say(line: str) -> None:
    """Once per process, so that a loop does not repeat it."""
    _LOG.warning(line)
