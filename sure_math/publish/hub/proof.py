"""The proof of a staged release: the real client reads every row of it."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from sure_math.errors import PublishError


def prove(folder: Path, expected: Mapping[tuple[str, str], int]) -> None:
    """Read every config and split of a staged release to its end with the real client.

    To the end also because an abandoned stream can abort the interpreter when it exits (threads of
    pyarrow outlive it).

    Raises:
        PublishError: something does not load, or has another number of rows than written.
    """
    import datasets

    with tempfile.TemporaryDirectory() as cache:
        for (config, split), rows in expected.items():
            try:
                stream = datasets.load_dataset(
                    str(folder), config, split=split, streaming=True, cache_dir=cache
                )
                batches = stream.with_format("arrow").iter(batch_size=1000)
                found = sum(batch.num_rows for batch in batches)
                announced = stream.info.splits[split].num_examples
            except (ValueError, OSError, KeyError) as error:
                raise PublishError(
                    f"the release does not load ({config}/{split}): {error}"
                ) from error
            if not found == announced == rows:
                raise PublishError(
                    f"{config}/{split}: {rows} rows were written, {found} load and the card "
                    f"announces {announced}"
                )
