"""Breaking a copy of a release, and mending what says so, until one check alone can find it."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from sure_math.publish.gate import examine
from sure_math.publish.gate.release import table_of

Change = Callable[[pl.DataFrame], pl.DataFrame]
ROWS = {"data/train": "default", "data/test": "default", "nc/train": "nc",
        "responses/train": "responses", "responses/test": "responses",
        "nc_responses/train": "nc_responses"}  # fmt: skip


class Broken:
    """A copy of a release to be changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """The Parquet file of `data/train` and the like."""
        (found,) = self.folder.glob(f"{name}-*.parquet")
        return found

    def rows(self, name: str) -> pl.DataFrame:
        return pl.DataFrame(pq.read_table(self.path(name)))

    def write(self, name: str, rows: pl.DataFrame) -> None:
        schema = table_of(ROWS[name]).schema
        pq.write_table(rows.select(schema.names).to_arrow().cast(schema), self.path(name))

    def change(self, name: str, change: Change) -> None:
        """Rewrite a file of rows."""
        self.write(name, change(self.rows(name)))

    def first(self, name: str, **columns: Any) -> str:
        """Give the first row other values; its problem id."""
        rows = self.rows(name)
        first = rows.head(1).with_columns(
            pl.lit(value, dtype=rows.schema[column]).alias(column)
            for column, value in columns.items()
        )
        self.write(name, pl.concat([first, rows.slice(1)]))
        return str(rows["problem_id"][0])

    def text(self, page: str, old: str, new: str) -> None:
        """Replace a piece of a page."""
        path = self.folder / page
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def head(self, change: Callable[[dict[str, Any]], Any]) -> None:
        """Change the front matter of the card."""
        path = self.folder / "README.md"
        _, head, body = path.read_text().split("---\n", 2)
        value = yaml.safe_load(head)
        change(value)
        path.write_text(f"---\n{yaml.safe_dump(value, sort_keys=False)}---\n{body}")

    def page(self, name: str, change: Callable[[dict[str, Any]], Any]) -> None:
        """Change a page of JSON."""
        path = self.folder / name
        value = json.loads(path.read_text())
        change(value)
        path.write_text(json.dumps(value))

    def mend(self) -> None:
        """Digests and sizes in the manifest."""

        def change(manifest: dict[str, Any]) -> None:
            for file in manifest["files"]:
                data = (self.folder / file["path"]).read_bytes()
                file.update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
            for page in manifest["pages"]:
                data = (self.folder / page).read_bytes()
                manifest["pages"][page] = hashlib.sha256(data).hexdigest()

        self.page("sure_math.json", change)

    def count(self) -> None:
        """Rows in manifest, card and provenance, then digests; files that are gone are unlisted."""
        rows: dict[str, dict[str, int]] = {}

        def listed(manifest: dict[str, Any]) -> None:
            files = [f for f in manifest["files"] if (self.folder / f["path"]).exists()]
            for file in files:
                file["rows"] = pq.read_metadata(self.folder / file["path"]).num_rows
                rows.setdefault(file["config"], {})[file["split"]] = file["rows"]
            manifest.update(files=files)
            manifest["history"][0]["rows"] = rows

        def announced(head: dict[str, Any]) -> None:
            for config, info in zip(head["configs"], head["dataset_info"], strict=True):
                mine = rows[info["config_name"]]
                config["data_files"] = [d for d in config["data_files"] if d["split"] in mine]
                info["splits"] = [
                    {**split, "num_examples": mine[split["name"]]}
                    for split in info["splits"]
                    if split["name"] in mine
                ]

        def licensed(facts: dict[str, Any]) -> None:
            facts["licenses"] = {}
            for name, config in ROWS.items():
                if "responses" in name or not list(self.folder.glob(f"{name}-*")):
                    continue
                counts = facts["licenses"].setdefault(config, {})
                for license_id, number in self.rows(name)["license"].value_counts().rows():
                    counts[license_id] = counts.get(license_id, 0) + number

        self.page("sure_math.json", listed)
        self.head(announced)
        self.page("provenance.json", licensed)
        self.mend()

    def failed(self) -> dict[str, str]:
        """The checks that find something, and what; no other process is started."""
        checks = examine(self.folder, loads=False, snippet=False)
        return {check.name: check.detail for check in checks if not check.passed}


def instead(key: str, which: str, **columns: Any) -> Change:
    """Rows where those with this key have other values."""
    wanted = pl.col(key) == which
    return lambda rows: rows.with_columns(
        pl.when(wanted).then(pl.lit(value)).otherwise(column).alias(column)
        for column, value in columns.items()
    )


def with_type(path: Path, column: str, kind: pa.DataType, *, nullable: bool = False) -> None:
    """Rewrite a Parquet file with another type of one column."""
    table = pq.read_table(path)
    index = table.schema.get_field_index(column)
    field = pa.field(column, kind, nullable=nullable)
    pq.write_table(table.cast(table.schema.set(index, field)), path)
