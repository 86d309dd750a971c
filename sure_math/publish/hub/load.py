"""Loading a release, local or from a hub: which one is meant, and the errors of its client."""

import logging
import os
from pathlib import Path
from typing import Any

from sure_math.errors import DataError
from sure_math.publish.manifest import MANIFEST

_LOG = logging.getLogger("sure_math")


def load_dataset(
    name: str | None = None,
    *,
    config: str = "default",
    split: str | None = None,
    revision: str | None = None,
    streaming: bool = False,
) -> Any:
    """Load a SURE-Math release, local or from a hub, as the `datasets` library would.

    Args:
        name: a folder or `owner/name` on the hub. None takes the environment variable
            `SURE_MATH_DATASET`, else the folder `./sure-math` if a release made it.
        config: `default` (one row per problem) or `responses` (one row per response); where a
            release has rows under non-commercial licences, also `nc` and `nc_responses`.
        split: `train` or `test`; None gives both.
        revision: tag or commit on the hub.
        streaming: iterate without a local copy.

    Raises:
        DataError: nothing was found under that name, or it cannot be loaded.
    """
    import datasets

    place = resolve(name)
    _LOG.info("loading %s (config %s)", place, config)
    try:
        builder = datasets.load_dataset_builder(place, config, revision=revision)
        if revision is not None:
            _check_revision(place, revision, builder.hash)
        if streaming:
            return builder.as_streaming_dataset(split=split)
        builder.download_and_prepare()
        return builder.as_dataset(split=split)
    except Exception as error:  # datasets, its client, pyarrow: many unrelated classes
        at = f", revision {revision}" if revision else ""
        raise DataError(
            f"cannot load {place} (config {config}, split {split}{at}): {error}",
            hint="configs are default and responses, for non-commercial rows nc and nc_responses; "
            "splits are train and test; "
            "a hub name is owner/name, a private one needs HF_TOKEN",
        ) from error


def _check_revision(place: str, revision: str, commit: str) -> None:
    """`datasets` ignores a revision in a folder and, with the hub out of reach, in its cache."""
    from huggingface_hub import try_to_load_from_cache

    if Path(place).is_dir():
        raise DataError("it is a folder, which has no revisions")
    card = try_to_load_from_cache(place, "README.md", repo_type="dataset", revision=revision)
    if not isinstance(card, str) or Path(card).parent.name != commit:
        raise DataError(f"the hub does not answer, and the local copy is of commit {commit}")


def resolve(name: str | None) -> str:
    """The folder or hub name that `load_dataset(name)` reads.

    Raises:
        DataError: there is no such folder, it is no release, or nothing was named.
    """
    wanted = name or os.environ.get("SURE_MATH_DATASET")
    if wanted:
        return _checked(wanted)
    if Path("sure-math", MANIFEST).is_file():
        return "sure-math"
    raise DataError(
        "no dataset was named and there is no release in ./sure-math",
        hint="name a folder or owner/name, set SURE_MATH_DATASET, or run `sure-math run demo`",
    )


def _checked(name: str) -> str:
    folder = Path(name)
    if folder.is_dir():
        if not (folder / MANIFEST).is_file():
            raise DataError(f"folder {folder} is not a release of sure-math (no {MANIFEST})")
    elif "/" not in name:  # `datasets` would take any old copy that its cache holds
        raise DataError(
            f"there is no folder {name!r} here", hint="on the hub a name is written owner/name"
        )
    return name
