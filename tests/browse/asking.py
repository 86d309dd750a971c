"""A client of the browse server, and what it should answer, in plain Python over every row."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from sure_math.browse.library import Library
from sure_math.browse.server import BrowseServer
from sure_math.config import TIERS

Row = dict[str, Any]
RANGES = {"entropy": "semantic_entropy", "weight": "w_se"}


def get(server: BrowseServer, path: str, **parameters: Any) -> Any:
    """The JSON at a path; repeated parameters as lists."""
    address = server.url + path + ("?" + urlencode(parameters, doseq=True) if parameters else "")
    with urllib.request.urlopen(address) as reply:
        return json.load(reply)


def problem(server: BrowseServer, problem_id: str) -> Any:
    """Everything about one problem."""
    return get(server, "api/problem/" + quote(problem_id, safe=""))


def refusal(server: BrowseServer, path: str) -> tuple[int, Any]:
    """Status and JSON of a request that must fail."""
    try:
        with urllib.request.urlopen(server.url + path) as reply:
            raise AssertionError(f"{path} was answered: {reply.read()[:100]!r}")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def expected(library: Library, parameters: Mapping[str, Any]) -> list[str]:
    """The ids that a filter and an order must give, all pages together."""
    rows = [row for row in library.problems.to_dicts() if _fits(row, parameters)]
    rows.sort(key=lambda row: row["position"])
    names = [name for name in parameters.get("sort", "").split(",") if name]
    for name in reversed(names):
        rows = _sorted(rows, name.removeprefix("-"), name.startswith("-"))
    return [row["problem_id"] for row in rows]


def _sorted(rows: list[Row], name: str, descending: bool) -> list[Row]:
    def key(row: Row) -> Any:
        return TIERS.index(row[name]) if name == "tier" else row[name]

    with_value = [row for row in rows if row[name] is not None]
    # Python keeps the order of equals in reverse too, as an order by position wants it.
    with_value.sort(key=key, reverse=descending)
    return with_value + [row for row in rows if row[name] is None]


def _fits(row: Row, parameters: Mapping[str, Any]) -> bool:
    texts = [squeezed(row[c]) for c in ("problem", "problem_id", "answer") if row[c] is not None]
    return (
        all(any(word in text for text in texts) for word in words(parameters.get("text", "")))
        and all(_chosen(row, name, parameters[name]) for name in parameters.keys() & {
            "state", "tier", "strategy", "split", "source", "flag", "majority"})
        and all(_in_range(row, name, value) for name, value in parameters.items())
        and ("root" not in parameters or row["root_id"] == parameters["root"])
    )  # fmt: skip


def _chosen(row: Row, name: str, values: Sequence[str]) -> bool:
    if name == "flag":
        return bool(set(row["flags"]) & set(values))
    return (row[name] or "seed" if name == "strategy" else row[name]) in values


def _in_range(row: Row, name: str, bound: Any) -> bool:
    kind, _, side = name.partition("_")
    if kind not in RANGES:
        return True
    value = row[RANGES[kind]]
    return value is not None and (value >= bound if side == "min" else value <= bound)


def squeezed(text: str) -> str:
    """Lower case, and every white space one space."""
    return re.sub(r"\s+", " ", text.lower())


def words(text: str) -> list[str]:
    """Words and quoted phrases of a search."""
    found: list[str] = []
    for number, piece in enumerate(squeezed(text).split('"')):
        found += piece.split(" ") if number % 2 == 0 else [piece]
    return [word for word in found if word.strip()]
