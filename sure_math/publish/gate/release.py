"""A release folder under examination: its pages, and its tables a few columns at a time."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from sure_math.errors import DataError
from sure_math.publish.gate.checks import listing
from sure_math.publish.gate.pages import FrontMatter, Provenance, read_card, read_provenance
from sure_math.publish.manifest import Manifest, ReleaseFile, holds_responses, read_manifest
from sure_math.publish.tables import configs
from sure_math.schemas import RELEASE, RELEASE_RESPONSES, Table

_BATCH = 200_000
_PATH = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)*")
"""Paths below the release that are no pattern and no address, so that they name one file."""


def table_of(config: str) -> Table:
    """The table whose rows a configuration has."""
    return RELEASE_RESPONSES if holds_responses(config) else RELEASE


class Release:
    """Reads what the checks ask for.

    Every property and method raises DataError where the folder does not have it, and the errors of
    pyarrow and the disk where a file is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def manifest(self) -> Manifest:
        """`sure_math.json`; every path in it names one file below the folder, no pipe or device."""
        manifest = read_manifest(self.folder)
        paths = {path: self.folder / path for path in manifest.paths() if _PATH.fullmatch(path)}
        odd = sorted(manifest.paths() - paths.keys())
        odd += sorted(path for path, at in paths.items() if at.exists() and not at.is_file())
        if odd:
            raise DataError(f"the manifest names what is no file of the release: {odd[:3]}")
        return manifest

    @cached_property
    def provenance(self) -> Provenance:
        """What `provenance.json` says."""
        return read_provenance(self.folder)

    @cached_property
    def card(self) -> tuple[FrontMatter, str]:
        """Front matter and text of README.md."""
        return read_card(self.folder)

    @cached_property
    def footers(self) -> dict[str, int]:
        """Rows of every Parquet file by its own footer."""
        paths = [file.path for file in self.manifest.files]
        return {path: pq.read_metadata(self.folder / path).num_rows for path in paths}

    @cached_property
    def schema_faults(self) -> list[str]:
        """What is not as the tables of this version are, file by file."""
        return [fault for file in self.manifest.files for fault in self._schema_faults(file)]

    def _schema_faults(self, file: ReleaseFile) -> list[str]:
        try:
            found = pq.read_schema(self.folder / file.path)
        except (OSError, pa.ArrowException) as error:
            return [f"{file.path} cannot be read: {error}"]
        wanted = table_of(file.config).schema
        if found.names != wanted.names:
            odd = sorted(set(found.names) ^ set(wanted.names))
            return [f"{file.path}: other columns than the table has: {odd or found.names}"]
        return [
            f"{file.path}: column {want.name} is {_kind(have)}, not {_kind(want)}"
            for have, want in zip(found, wanted, strict=True)
            if (have.type, have.nullable) != (want.type, want.nullable)
        ]

    def pairs(self) -> list[tuple[str, str]]:
        """Configurations of problems with those of their responses."""
        names = [name for name in self.manifest.rows() if not holds_responses(name)]
        return [(name, configs(name)[1].name) for name in names]

    def files(self, config: str, split: str) -> list[ReleaseFile]:
        """The files of a split in the order of the manifest."""
        files = self.manifest.files
        return [file for file in files if (file.config, file.split) == (config, split)]

    def rows(
        self, files: Sequence[ReleaseFile], columns: Sequence[str]
    ) -> Iterator[tuple[ReleaseFile, pl.DataFrame]]:
        """These columns of these files, in parts of bounded size."""
        if self.schema_faults:
            raise DataError(f"the tables are not as expected:\n{listing(self.schema_faults)}")
        for file in files:
            with pq.ParquetFile(self.folder / file.path) as table:
                for batch in table.iter_batches(_BATCH, columns=list(columns)):
                    batch.validate(full=True)  # polars takes strings and offsets on trust
                    yield file, pl.DataFrame(pa.Table.from_batches([batch])).select(columns)

    def problems(self, columns: Sequence[str]) -> pl.DataFrame:
        """These columns of all problems, with `config` and `file_split` of their files."""
        files = [file for file in self.manifest.files if not holds_responses(file.config)]
        parts = [
            part.with_columns(config=pl.lit(file.config), file_split=pl.lit(file.split))
            for file, part in self.rows(files, columns)
        ]
        if not parts:
            raise DataError("the release has no problems")
        return pl.concat(parts)


def _kind(field: pa.Field) -> str:
    return f"{field.type}{'' if field.nullable else ' not null'}"
