"""Reading a published dataset, local or from a hub, as Arrow tables of all splits."""

from dataclasses import dataclass

import pyarrow as pa

from sure_math.publish.hub.load import Place, load, release_configs, resolve


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
    """A release, found as `sure_math.load_dataset` finds it, with the rows of all licences.

    Raises:
        DataError: nothing was found under that name, or it cannot be loaded.
    """
    place = resolve(name)
    problems, responses = zip(*release_configs(place), strict=True)
    tables = (_whole(place, configs) for configs in (problems, responses))
    return Dataset(f"release {place.name}", *tables)


def _whole(place: Place, configs: tuple[str, ...]) -> pa.Table:
    """Every split of these configurations, which have the same columns."""
    splits = [split for config in configs for split in load(place, config).values()]
    return pa.concat_tables([split.with_format("arrow")[:] for split in splits])
