"""Every table: documented, free of large types, and the same after a round trip."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sure_math import schemas
from sure_math.errors import DataError

TABLES = [value for value in vars(schemas).values() if isinstance(value, schemas.Table)]
NAMES = [table.name for table in TABLES]
EXAMPLES: dict[pa.DataType, Any] = {
    pa.string(): "x² \n\\frac{1}{2}",
    pa.int16(): 7,
    pa.int32(): 70_000,
    pa.int64(): 2**63 - 1,
    pa.float64(): 0.1,
    pa.bool_(): True,
}


def types(kind: pa.DataType) -> Iterator[pa.DataType]:
    """A type and everything inside it."""
    yield kind
    for index in range(kind.num_fields):
        yield from types(kind.field(index).type)


def example(kind: pa.DataType) -> Any:
    if pa.types.is_list(kind):
        return [example(kind.value_type)] * 2
    if pa.types.is_struct(kind):
        return {field.name: example(field.type) for field in kind}
    return EXAMPLES[kind]


def rows(table: schemas.Table) -> list[dict[str, Any]]:
    full = {field.name: example(field.type) for field in table.schema}
    sparse = {f.name: None if f.nullable else full[f.name] for f in table.schema}
    return [full, sparse]


def test_names_are_unique_but_for_the_published_responses() -> None:
    assert {name for name in NAMES if NAMES.count(name) > 1} == {"responses"}
    assert NAMES.count("responses") == 2


@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_columns_are_unique_and_documented(table: schemas.Table) -> None:
    assert len(set(table.schema.names)) == len(table.schema.names)
    for column, kind, doc in table.describe():
        assert column.islower()
        assert kind
        assert len(doc) > 5, column
        assert not doc.endswith("."), column


@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_types_concatenate_with_everybody_elses(table: schemas.Table) -> None:
    for field in table.schema:
        for kind in types(field.type):
            assert not pa.types.is_large_string(kind), field.name
            assert not pa.types.is_large_list(kind), field.name
            assert not pa.types.is_null(kind), field.name
            assert not pa.types.is_dictionary(kind), field.name


@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_round_trip(table: schemas.Table, tmp_path: Path) -> None:
    built = table.build(rows(table))
    assert built.schema.equals(table.schema, check_metadata=True)
    pq.write_table(built, tmp_path / "t.parquet")
    read = pq.read_table(tmp_path / "t.parquet")
    assert read.to_pylist() == rows(table)
    docs = {field.name: field.metadata[b"doc"].decode() for field in read.schema}
    assert docs == {column: doc for column, _, doc in table.describe()}


@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_no_rows_are_a_table_too(table: schemas.Table) -> None:
    assert table.build([]).schema == table.schema


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"logprob": "much"}, "logprob|double"),
        ({"token_count": 2**40}, "table responses"),
        ({"seed": 2**70}, "table responses"),
        ({"text": "\ud800"}, "table responses"),
        ({"text": None}, r"null in columns \['text'\]"),
        ({"txt": "x"}, r"unknown columns \['txt'\]"),
    ],
)
def test_bad_rows_are_refused(change: dict[str, Any], message: str) -> None:
    row = rows(schemas.RESPONSES)[0] | change
    with pytest.raises(DataError, match=message):
        schemas.RESPONSES.build([row])


def test_the_release_is_the_annotation_without_bookkeeping() -> None:
    annotated, release = set(schemas.ANNOTATED.schema.names), set(schemas.RELEASE.schema.names)
    assert annotated - release == {"use"}
    assert release - annotated == {"root_sha256"}
