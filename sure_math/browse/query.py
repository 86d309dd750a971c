"""What a reader asks of the problem list: parse the address, filter, sort, cut out a page."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import polars as pl

from sure_math.config import TIERS
from sure_math.errors import ConfigError

SEED = "seed"
"""What the strategy of a problem is called that was not evolved."""
CHOICES = ("state", "tier", "strategy", "split", "source", "flag", "majority")
_RANGES = {
    "entropy_min": "semantic_entropy",
    "entropy_max": "semantic_entropy",
    "weight_min": "w_se",
    "weight_max": "w_se",
}
SORTS = (
    "position", "semantic_entropy", "w_se", "intra_cluster_entropy", "n_clusters",
    "majority_share", "length", "problem_id", "tier", "round", "strategy",
)  # fmt: skip
_SINGLE = ("text", "root", "sort", "offset", "limit", *_RANGES)
_MOST = 500  # rows of one page
_TOKEN = re.compile(r'"([^"]*)"?|([^\s"]+)')


@dataclass(frozen=True)
class Query:
    """A filter, an order and a page."""

    words: tuple[str, ...] = ()
    """Folded words and phrases, all of which must occur."""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Allowed values by name, as in the facets."""
    bounds: Mapping[str, float] = field(default_factory=dict)
    """Inclusive bounds by parameter."""
    root: str | None = None
    sort: tuple[tuple[str, bool], ...] = ()
    """Columns, each with whether it is descending."""
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True)
class Page:
    """The rows asked for, and how many there are in all."""

    total: int
    rows: pl.DataFrame


def parse(text: str) -> Query:
    """The query in the part of an address after `?`.

    Raises:
        ConfigError: a parameter is unknown, is given twice, or has a value that makes no sense.
    """
    try:
        given = parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=1000)
    except ValueError as error:
        raise ConfigError(f"the address cannot be read: {error}") from error
    unknown = sorted(given.keys() - {*CHOICES, *_SINGLE})
    if unknown:
        raise ConfigError(
            f"unknown parameter {unknown[0]!r}",
            hint=f"parameters: {', '.join((*CHOICES, *_SINGLE))}",
        )
    twice = [name for name in _SINGLE if len(given.get(name, ())) > 1]
    if twice:
        raise ConfigError(f"parameter {twice[0]!r} is given more than once")
    single = {name: given[name][0] for name in _SINGLE if name in given}
    return Query(
        words=_words(single.get("text", "")),
        chosen={name: tuple(given[name]) for name in CHOICES if name in given},
        bounds={name: _number(name, single[name]) for name in _RANGES if name in single},
        root=single.get("root"),
        sort=_sort(single.get("sort", "")),
        offset=_whole("offset", single.get("offset", "0"), 0, 2**31),
        limit=_whole("limit", single.get("limit", "50"), 1, _MOST),
    )


def find(problems: pl.DataFrame, query: Query) -> Page:
    """The page of a query over the table of a library."""
    names = [name for name, _ in query.sort]
    matches = problems.filter(_condition(query)) if _is_filter(query) else problems
    keys = matches.select("position", *(_sort_key(name) for name in names if name != "position"))
    ordered = keys.sort(
        *names,
        "position",
        descending=[*(descending for _, descending in query.sort), False],
        nulls_last=True,
    )
    page = ordered["position"].slice(query.offset, query.limit)
    return Page(matches.height, problems[page])


def folded(*columns: str) -> pl.Expr:
    """Columns as one text for the search: lower case, every white space one space.

    Each column ends a line, so that no match reaches from one into the next.
    """
    parts = [pl.col(c).str.to_lowercase().str.replace_all(r"\s+", " ") for c in columns]
    return pl.concat_str(parts, separator="\n", ignore_nulls=True)


def _words(text: str) -> tuple[str, ...]:
    line: str = pl.DataFrame({"text": [text]}).select(folded("text")).item()
    return tuple(a or b for a, b in _TOKEN.findall(line) if (a or b).strip())


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ConfigError(f"{name} must be a number, not {text!r}")
    return value


def _whole(name: str, text: str, low: int, high: int) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", text) or not low <= int(text) <= high:
        raise ConfigError(f"{name} must be a whole number from {low} to {high}, not {text!r}")
    return int(text)


def _sort(text: str) -> tuple[tuple[str, bool], ...]:
    found = tuple(
        (each.removeprefix("-"), each.startswith("-")) for each in text.split(",") if each
    )
    names = [name for name, _ in found]
    unknown = [name for name in names if name not in SORTS]
    if unknown:
        raise ConfigError(f"cannot sort by {unknown[0]!r}", hint=f"sorts: {', '.join(SORTS)}")
    if len(set(names)) < len(names):
        raise ConfigError("a column is named twice in sort")
    return found


def _is_filter(query: Query) -> bool:
    return bool(query.words or query.chosen or query.bounds or query.root is not None)


def _condition(query: Query) -> pl.Expr:
    conditions = [pl.col("folded").str.contains(word, literal=True) for word in query.words]
    conditions += [_choice(name, values) for name, values in query.chosen.items()]
    for name, value in query.bounds.items():
        column = pl.col(_RANGES[name])
        conditions.append(column >= value if name.endswith("_min") else column <= value)
    if query.root is not None:
        conditions.append(pl.col("root_id") == query.root)
    return pl.all_horizontal(conditions)


def _choice(name: str, values: tuple[str, ...]) -> pl.Expr:
    if name == "flag":
        return pl.col("flags").list.set_intersection(list(values)).list.len() > 0
    column = pl.col(name).cast(pl.String)
    return (column.fill_null(SEED) if name == "strategy" else column).is_in(values)


def _sort_key(name: str) -> pl.Expr:
    if name == "tier":
        ranks = {tier: rank for rank, tier in enumerate(TIERS)}
        rank = pl.col(name).cast(pl.String)
        return rank.replace_strict(ranks, default=None, return_dtype=pl.Int8).alias(name)
    return pl.col(name).cast(pl.String) if name == "strategy" else pl.col(name)
