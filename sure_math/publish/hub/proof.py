"""What the real client reads of a release: a program of its own, `python -m ... FOLDER`.

It is run apart because the cache and the offline switch of `datasets` are read when it is imported,
and because an abandoned stream can abort the interpreter when it exits (threads of pyarrow outlive
it). Every split is read to its end.
"""

import json
import os
import sys
from typing import TypedDict


class Count(TypedDict):
    """Rows of one split."""

    announced: int | None
    """By the card, before anything is read."""
    read: int


def count_rows(folder: str) -> dict[str, dict[str, Count]]:
    """Stream every split of every configuration; rows by configuration and split.

    Raises:
        Whatever `datasets` does.
    """
    import datasets

    found: dict[str, dict[str, Count]] = {}
    for config in datasets.get_dataset_config_names(folder):
        builder = datasets.load_dataset_builder(folder, config)
        announced = builder.info.splits or {}
        for split, stream in builder.as_streaming_dataset().items():
            batches = stream.with_format("arrow").iter(batch_size=1000)
            count = announced[split].num_examples if split in announced else None
            rows = sum(batch.num_rows for batch in batches)
            found.setdefault(config, {})[split] = Count(announced=count, read=rows)
    return found


def main() -> None:
    """Print the rows of the folder that is named as JSON."""
    print(json.dumps(count_rows(sys.argv[1])), flush=True)
    os._exit(0)  # the streams are done; what their threads do now is nobody's concern


if __name__ == "__main__":
    main()
