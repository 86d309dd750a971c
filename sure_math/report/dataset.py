"""Reading a published dataset, local or from a hub, as Arrow tables of all splits."""

from dataclasses import dataclass

import pyarrow as pa

from sure_math.publish.hub.load import load_dataset, resolve


@dataclass(frozen=True)
class Dataset:
    """The two tables of a dataset, whole."""

    origin: str
    """Where it comes from, for people: "release sure-math", "run runs/demo"."""
    problems: pa.Table
    """One row per problem, as in the table `default` of a release."""
    responses: pa.Table
    """One row per response, as in its table `responses`."""


def read_release(name: str | None) -> Dataset:
    """A release, found as `sure_math.load_dataset` finds it.

    Raises:
        DataError: nothing was found under that name, or it cannot be loaded.
    """
    place = resolve(name)
    tables = (_all_splits(place, config) for config in ("default", "responses"))
    return Dataset(f"release {place}", *tables)


def _all_splits(place: str, config: str) -> pa.Table:
    splits = load_dataset(place, config=config)
    return pa.concat_tables([split.with_format("arrow")[:] for split in splits.values()])
