r"""What a new version of a release costs to upload: `python -m benchmarks.reupload`.

A release is written and uploaded, then edited, written again and uploaded again, in three ways: as
this toolkit writes it, as `Dataset.push_to_hub` writes the same rows in the order they have in the
pool, and with `pyarrow.parquet.write_table`. Counted are the bytes that the hub's own client sends
over Xet (hf_xet, to a store on this disk that holds the first version) and those of the files that
changed, which is what plain LFS sends. A ratio above 1 means that ours sends less.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.reupload_workload import SHARED, Entry, Release, Writer, edits
from sure_math.publish.parquet import Shape, write_files
from sure_math.publish.sorting import SortedRows, row_bytes
from sure_math.summary import table

Tables = Mapping[str, pa.Table]
Contestant = Callable[[Path, Tables, Shape], None]


# --- contestants ----------------------------------------------------------------------------------


def ours(folder: Path, tables: Tables, shape: Shape) -> None:
    """The release files of this toolkit."""
    for name, rows in tables.items():
        with tempfile.TemporaryDirectory() as spilled:
            ordered = SortedRows(Path(spilled) / name, rows.schema, [])
            ordered.add(rows)
            problems = ordered.problems()
            list(write_files(folder / name, "train", rows.schema, problems, ordered, shape))


def push_to_hub(folder: Path, tables: Tables, shape: Shape) -> None:
    """The files that `Dataset.push_to_hub` makes before it sends them."""
    from datasets import Dataset, disable_progress_bars

    disable_progress_bars()
    for name, rows in tables.items():
        dataset, path = Dataset(rows), folder / name
        path.mkdir(parents=True)
        count = _file_count(rows, shape)
        for number in range(count):
            part = dataset.shard(count, number, contiguous=True)
            part.to_parquet(
                path / f"train-{number:05d}-of-{count:05d}.parquet",
                batch_size=max(1, len(rows) * shape.row_group_bytes // rows.nbytes),
            )


def write_table(folder: Path, tables: Tables, shape: Shape) -> None:
    """Plain Parquet with zstd: pages and row groups of so and so many rows."""
    for name, rows in tables.items():
        path, count = folder / name, _file_count(rows, shape)
        path.mkdir(parents=True)
        each = -(-len(rows) // count)
        for number in range(count):
            part = rows.slice(number * each, each)
            file = path / f"train-{number:05d}-of-{count:05d}.parquet"
            pq.write_table(part, file, compression="zstd", compression_level=3)


def _file_count(rows: pa.Table, shape: Shape) -> int:
    return int(rows.nbytes / shape.file_bytes) + 1


CONTESTANTS: dict[str, Contestant] = {
    "ours": ours,
    "push_to_hub": push_to_hub,
    "write_table": write_table,
}


# --- uploads --------------------------------------------------------------------------------------


def send_xet(folder: Path, store: Path) -> int:
    """Upload all files to a Xet store on this disk; bytes that the client sends."""
    import hf_xet

    store.mkdir(parents=True, exist_ok=True)
    commit = hf_xet.XetSession().new_upload_commit(endpoint=f"local://{store}")
    for path in sorted(folder.rglob("*.parquet")):
        commit.start_upload_file(str(path), sha256=hf_xet.SKIP_SHA256)
    return int(commit.wait_to_finish().dedup_metrics.total_bytes_uploaded)


def digests(folder: Path) -> dict[str, int]:
    """SHA-256 of every file with its bytes."""
    found = {}
    for path in folder.rglob("*.parquet"):
        with path.open("rb") as file:
            found[hashlib.file_digest(file, "sha256").hexdigest()] = path.stat().st_size
    return found


class Upload:
    """The first version of a release, as one contestant writes it, and what later ones send."""

    def __init__(self, write: Contestant, folder: Path, tables: Tables, shape: Shape) -> None:
        self._write, self._folder, self._shape = write, folder, shape
        write(folder / "first", tables, shape)
        self._known = digests(folder / "first")
        self.files, self.bytes = len(self._known), sum(self._known.values())
        send_xet(folder / "first", folder / "store")

    def again(self, tables: Tables) -> tuple[int, int]:
        """Bytes sent for another version over Xet and over plain LFS."""
        version, store = self._folder / "version", self._folder / "copy"
        self._write(version, tables, self._shape)
        shutil.copytree(self._folder / "store", store)
        lfs = sum(size for name, size in digests(version).items() if name not in self._known)
        sent = send_xet(version, store) if lfs else 0
        shutil.rmtree(version)
        shutil.rmtree(store)
        return sent, lfs


# --- the tables -----------------------------------------------------------------------------------


def measure(problems: int, writer: Writer, shape: Shape, folder: Path) -> None:
    """Print bytes and ratios of every edit."""
    base = Release([Entry(number) for number in range(problems)])
    first = writer.tables(base)
    raw = sum(int(row_bytes(rows).sum()) for rows in first.values())
    uploads = {
        name: Upload(write, folder / name, first, shape) for name, write in CONTESTANTS.items()
    }
    click.echo(f"{problems} problems, {raw / 1e6:.1f} MB before compression\n")
    lines = [(name, each.files, f"{each.bytes / 1e6:.1f}") for name, each in uploads.items()]
    click.echo(table(("first version", "files", "MB"), lines) + "\n")
    sent: dict[str, list[tuple[int, int]]] = {}
    for name, release in edits(base):
        rows = writer.tables(release)
        sent[name] = [each.again(rows) for each in uploads.values()]
    for number, way in enumerate(("over Xet", "over plain LFS")):
        lines_ = [_line(name, [each[number] for each in row]) for name, row in sent.items()]
        names = list(CONTESTANTS)
        head = (f"MB sent {way}", *names, *(f"{name} / ours" for name in names[1:]))
        click.echo(table(head, lines_) + "\n")


def _line(name: str, sent: list[int]) -> tuple[str, ...]:
    megabytes = [f"{each / 1e6:.2f}" for each in sent]
    return (name, *megabytes, *(_ratio(theirs, sent[0]) for theirs in sent[1:]))


def _ratio(theirs: int, mine: int) -> str:
    return f"{theirs / mine:.2f}" if mine else "inf"


@click.command(help=__doc__)
@click.option("--problems", default=5000, show_default=True, help="Each with eight responses.")
@click.option("--length", default=3, show_default=True, help="Of a response, in real solutions.")
@click.option("--data", default=SHARED, show_default=True, type=click.Path(path_type=Path))
@click.option("--file-mb", default=500.0, show_default=True)
@click.option("--row-group-mb", default=100.0, show_default=True)
@click.option("--page-kb", default=(128, 512), show_default=True, nargs=2, help="Of ours.")
def main(
    problems: int,
    length: int,
    data: Path,
    file_mb: float,
    row_group_mb: float,
    page_kb: tuple[int, int],
) -> None:
    """Measure in a folder that is removed at the end."""
    least, largest = page_kb
    shape = Shape(int(file_mb * 1e6), int(row_group_mb * 1e6), (least << 10, largest << 10))
    with tempfile.TemporaryDirectory() as name:
        os.environ["HF_HOME"] = str(Path(name) / "hf")
        measure(problems, Writer(data, length), shape, Path(name))


if __name__ == "__main__":
    main()
