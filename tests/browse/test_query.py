"""Filters, orders and pages: what comes over HTTP is what a loop over all rows finds."""

import contextlib
from typing import Any
from urllib.parse import quote, urlencode

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sure_math.browse.library import Library
from sure_math.browse.query import CHOICES, SORTS, Query, find, parse
from sure_math.browse.server import BrowseServer
from sure_math.errors import ConfigError
from tests.browse.asking import expected, get, refusal, words

SHARED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def pieces(library: Library) -> st.SearchStrategy[str]:
    """Searches that often find something: pieces of statements, ids and answers, odd cases."""
    rows = library.problems.select("problem", "problem_id", "answer").rows()
    texts = sorted({text for row in rows for text in row if text})

    def piece(text: str, start: int, length: int, style: int) -> str:
        part = text[start % len(text) :][:length]
        return (part, part.upper(), f'"{part}"', f'"{part}')[style]

    number = st.integers(0, 400)
    one = st.builds(piece, st.sampled_from(texts), number, st.integers(1, 12), st.integers(0, 3))
    return st.lists(one, max_size=3).map(" \t".join)


@st.composite
def requests(draw: st.DrawFn, library: Library) -> dict[str, Any]:
    problems = library.problems
    facets = get_facets(problems)
    parameters: dict[str, Any] = {}
    if draw(st.booleans()):
        parameters["text"] = draw(pieces(library))
    for name in draw(st.sets(st.sampled_from(CHOICES), max_size=2)):
        values = st.sampled_from([*facets[name], "nothing has this"])
        parameters[name] = draw(st.lists(values, min_size=1, max_size=2))
    for name, column in (("entropy", "semantic_entropy"), ("weight", "w_se")):
        known = problems[column].drop_nulls().to_list()
        for side in draw(st.sets(st.sampled_from(("min", "max")), max_size=1)):
            parameters[f"{name}_{side}"] = draw(st.sampled_from([*known, 0.5, -1.0]))
    if draw(st.integers(0, 4)) == 0:
        parameters["root"] = draw(st.sampled_from(problems["root_id"].to_list()))
    names = draw(st.lists(st.sampled_from(SORTS), unique=True, max_size=3))
    parameters["sort"] = ",".join(draw(st.sampled_from(("", "-"))) + name for name in names)
    return parameters


def get_facets(problems: pl.DataFrame) -> dict[str, list[str]]:
    found = {name: problems[name].cast(pl.String).unique() for name in CHOICES if name != "flag"}
    found["strategy"] = found["strategy"].fill_null("seed")
    found["flag"] = problems["flags"].explode().unique().drop_nulls()
    return {name: sorted(values.to_list()) for name, values in found.items()}


@SHARED
@given(data=st.data())
def test_a_filter_finds_what_a_loop_finds(server: BrowseServer, data: st.DataObject) -> None:
    parameters = data.draw(requests(server.library))
    wanted = expected(server.library, parameters)
    offset, limit = data.draw(st.integers(0, 60)), data.draw(st.integers(1, 70))
    reply = get(server, "api/problems", **parameters, offset=offset, limit=limit)
    assert reply["total"] == len(wanted)
    assert [row["problem_id"] for row in reply["rows"]] == wanted[offset : offset + limit]


def test_pages_together_are_the_whole_list(server: BrowseServer) -> None:
    total = get(server, "api/problems")["total"]
    pages = [
        get(server, "api/problems", sort="-semantic_entropy", offset=start, limit=7)["rows"]
        for start in range(0, total + 7, 7)
    ]
    ids = [row["problem_id"] for page in pages for row in page]
    assert len(ids) == total
    assert sorted(ids) == sorted(server.library.problems["problem_id"])
    assert ids == expected(server.library, {"sort": "-semantic_entropy"})


def test_a_search_does_not_reach_from_one_column_into_the_next(library: Library) -> None:
    row = library.problems.filter(pl.col("answer").is_not_null()).row(0, named=True)
    joined = f'"{row["problem_id"]} {row["answer"]}"'
    assert find(library.problems, parse(urlencode({"text": joined}))).total == 0
    apart = f'{row["problem_id"]} "{row["answer"]}"'
    assert find(library.problems, parse(urlencode({"text": apart}))).total == 1


@given(st.text(max_size=40))
def test_words_are_read_like_by_a_plain_splitter(text: str) -> None:
    tidy = text.replace("\x1c", "").replace("\x1d", "").replace("\x1e", "").replace("\x1f", "")
    lower = pl.Series([tidy]).str.to_lowercase().item()  # capitals of later Unicode versions
    assert list(parse(urlencode({"text": lower})).words) == words(lower)


@given(st.text(max_size=60))
def test_any_address_is_a_query_or_a_clear_refusal(text: str) -> None:
    with contextlib.suppress(ConfigError):
        assert isinstance(parse(text), Query)


@given(
    st.dictionaries(
        st.sampled_from(("entropy_min", "weight_max", "offset", "limit", "sort")),
        st.text(max_size=6),
    )
)
def test_values_are_read_or_refused(parameters: dict[str, str]) -> None:
    with contextlib.suppress(ConfigError):
        query = parse(urlencode(parameters))
        assert query.offset >= 0
        assert 1 <= query.limit <= 500
        assert all(name in SORTS for name, _ in query.sort)
        assert all(value == value for value in query.bounds.values())


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("entropy_min=nan", "entropy_min must be a number"),
        ("weight_max=inf", "weight_max must be a number"),
        ("entropy_min=", "entropy_min must be a number"),
        ("limit=0", "limit must be a whole number"),
        ("limit=501", "limit must be a whole number"),
        ("offset=-1", "offset must be a whole number"),
        ("offset=1e3", "offset must be a whole number"),
        ("offset=٣", "offset must be a whole number"),
        ("sort=problem", "cannot sort by 'problem'"),
        ("sort=w_se,-w_se", "twice in sort"),
        ("text=a&text=b", "'text' is given more than once"),
        ("tire=hard", "unknown parameter 'tire'"),
        ("text=%ff", "cannot be read"),
    ],
)
def test_what_makes_no_sense_is_refused(server: BrowseServer, query: str, said: str) -> None:
    status, reply = refusal(server, "api/problems?" + quote(query, safe="=&%,-"))
    assert status == 400
    assert said in reply["error"]
