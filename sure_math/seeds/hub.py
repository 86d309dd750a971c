"""Rows of a dataset on the Hugging Face hub, at a pinned commit."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sure_math.errors import DataError
from sure_math.seeds.rows import Row

DISABLED = {
    "hendrycks/competition_math": (
        "it was disabled after a takedown notice",
        "use `adapter: math`, which reads EleutherAI/hendrycks_math",
    ),
}
"""Dataset id -> (what became of it, what to use instead)."""

_COMMIT = re.compile(r"[0-9a-f]{40}")


def resolve_revision(dataset: str, revision: str | None) -> str:
    """The 40-digit commit of a branch, a tag or (None) the newest version.

    Raises:
        DataError: the dataset is disabled, unknown or hidden by a folder of its name, or the hub
            cannot be reached.
    """
    if dataset in DISABLED:
        reason, instead = DISABLED[dataset]
        raise DataError(f"dataset {dataset} cannot be read from the hub: {reason}", hint=instead)
    if Path(dataset).is_dir():  # `datasets` would read it instead, whatever the revision
        raise DataError(
            f"the folder {dataset} in the current directory hides the hub's dataset of that name",
            hint="give the folder as `path` if it is what you want, or run in another directory",
        )
    if revision is not None and _COMMIT.fullmatch(revision):
        return revision
    from huggingface_hub import HfApi

    try:
        sha = HfApi().dataset_info(dataset, revision=revision).sha
    except Exception as error:  # whatever the client raises, it is this boundary that failed
        raise _unreadable(dataset, None, None, revision, error) from error
    return str(sha)


def read_hub(
    dataset: str,
    config: str | None,
    split: str,
    revision: str,
    columns: Sequence[str] | None,
    *,
    stream: bool,
) -> Iterator[Row]:
    """The rows of one config and split.

    Args:
        revision: a commit, from `resolve_revision`.
        columns: the columns wanted, as far as they exist; the others (images) are not decoded.
        stream: read without storing the dataset first; for sets that are large on disk.

    Raises:
        DataError: the dataset, config, split or revision cannot be read, or has no such column.
    """
    try:
        rows = _load(dataset, config, split, revision, stream=stream)
        if columns is not None and rows.column_names:
            wanted = [c for c in rows.column_names if c in columns]
            if not wanted:
                raise DataError(f"none of the columns {columns}; it has {rows.column_names}")
            rows = rows.select_columns(wanted)
        yield from rows
    except GeneratorExit:
        raise
    except Exception as error:  # datasets, its client, pyarrow: many unrelated classes
        raise _unreadable(dataset, config, split, revision, error) from error


def _load(dataset: str, config: str | None, split: str, revision: str, *, stream: bool) -> Any:
    """What `datasets.load_dataset` gives, but of no other commit and without its long retries."""
    from datasets import load_dataset_builder
    from huggingface_hub import HfApi, try_to_load_from_cache

    pinned = _COMMIT.fullmatch(revision) is not None
    if pinned and not try_to_load_from_cache(
        dataset, "README.md", revision=revision, repo_type="dataset"
    ):  # never read on this machine: a hub out of reach is an error now, not in half a minute
        HfApi().dataset_info(dataset, revision=revision)
    builder = load_dataset_builder(dataset, config, revision=revision)
    if pinned and builder.hash != revision:  # the library's fallback when the hub is out of reach
        raise DataError(f"it does not answer, and the local copy is of commit {builder.hash}")
    if stream:
        return builder.as_streaming_dataset(split=split)
    builder.download_and_prepare()
    return builder.as_dataset(split=split)


def _unreadable(
    dataset: str, config: str | None, split: str | None, revision: str | None, error: Exception
) -> DataError:
    place = ", ".join(
        f"{name} {value}"
        for name, value in (("config", config), ("split", split), ("revision", revision))
        if value
    )
    return DataError(
        f"cannot read {dataset}{f' ({place})' if place else ''} from the hub: {error}",
        hint="check the id, config and split and your connection (HF_HUB_OFFLINE, HF_TOKEN), "
        "or download the dataset and give its folder as `path`",
    )
