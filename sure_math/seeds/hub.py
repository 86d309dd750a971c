"""Rows of a dataset on the Hugging Face hub, at a pinned commit."""

import re
from collections.abc import Iterator, Sequence

from sure_math.errors import DataError
from sure_math.seeds.rows import Row

DISABLED = {
    "hendrycks/competition_math": (
        "it was disabled after a takedown notice",
        "use `adapter: math`, which reads EleutherAI/hendrycks_math",
    ),
}
"""Dataset id -> (what became of it, what to use instead)."""


def resolve_revision(dataset: str, revision: str | None) -> str:
    """The 40-digit commit of a branch, a tag or (None) the newest version.

    Raises:
        DataError: the dataset is disabled, unknown, or the hub cannot be reached.
    """
    if dataset in DISABLED:
        reason, instead = DISABLED[dataset]
        raise DataError(f"dataset {dataset} cannot be read from the hub: {reason}", hint=instead)
    if revision is not None and re.fullmatch(r"[0-9a-f]{40}", revision):
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
        DataError: the dataset, config, split or revision cannot be read.
    """
    from datasets import load_dataset

    try:
        rows = load_dataset(dataset, config, split=split, revision=revision, streaming=stream)
        if columns is not None and rows.column_names:
            rows = rows.select_columns([c for c in rows.column_names if c in columns])
        yield from rows
    except GeneratorExit:
        raise
    except Exception as error:  # datasets, its client, pyarrow: many unrelated classes
        raise _unreadable(dataset, config, split, revision, error) from error


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
