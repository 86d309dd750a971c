"""What the detectors of statements flag: `python -m benchmarks.detectors`.

One table over public problem sets, in percent of their statements. These problems were published
as good ones, so that nearly every flag is a false one, except for figures, lettered choices and
questions of contests that do ask for a proof or a yes. Beside `multi_part` stands what marks alone
would flag: two items numbered in their order, whatever they say.

A second table over labelled statements (JSON lines with `text` and `labels`): how many with a label
are found, and how many without it are flagged, each with its 95 % Wilson interval; "clean" are the
statements without any label.
"""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks.equivalence import wilson
from sure_math.config import SourceConfig
from sure_math.seeds.adapters import ADAPTERS
from sure_math.seeds.read import read
from sure_math.seeds.rows import SeedRow
from sure_math.statement import DETECTORS
from sure_math.statement.enumeration import enumerations

_ROOT = Path(__file__).parents[1]
_DATA = _ROOT.parent / "shared" / "data"
_HELD = _ROOT / "tests" / "statements" / "held.jsonl"
_LABELS = {"proof": "proof_only"}  # what the labelled statements call a detector

SETS = (
    ("GSM8K train", "gsm8k", None),
    ("GSM8K test", "gsm8k", "test"),
    ("MATH train", "math", None),
    ("MATH test", "math", "test"),
    ("AIME 2024", "aime_2024", None),
    ("AIME 2025", "aime_2025", None),
    ("HMMT Feb 2025", "hmmt_feb_2025", None),
    ("HMMT Nov 2025", "hmmt_nov_2025", None),
    ("OlympiadBench", "olympiadbench", None),
    ("Omni-MATH", "omni_math", None),
    ("NuminaMath-CoT", "numina_math_cot", None),
)
_SHORT = {
    "control_characters": "contr",
    "language": "lang",
    "unbalanced": "unbal",
    "template_leak": "templ",
    "answer_leak": "answ",
    "figure": "figure",
    "proof_only": "proof",
    "multi_part": "parts",
    "many_questions": "many",
    "multiple_choice": "choice",
    "binary": "binary",
    "no_question": "none",
}


@dataclass(frozen=True)
class Labelled:
    """A statement and the names of the detectors that should find it."""

    text: str
    labels: frozenset[str]


def read_labelled(path: Path) -> list[Labelled]:
    """Labelled statements from JSON lines."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    return [
        Labelled(row["text"], frozenset(_LABELS.get(name, name) for name in row["labels"]))
        for row in rows
    ]


def problems(data: Path, adapter: str, split: str | None) -> list[str]:
    """Statements of a source as the seeds stage would read them; none if it is not there."""
    folder = data / "seeds" / ADAPTERS[adapter].dataset.replace("/", "__")
    if not folder.is_dir():
        return []
    source = SourceConfig(name=adapter, adapter=adapter, path=str(folder), split=split, tier="hard")
    return [row.problem for row in read(source, 0, min_length=1) if isinstance(row, SeedRow)]


def flags(statements: Sequence[str]) -> dict[str, list[bool]]:
    """What each detector says about each statement."""
    # Statement by statement: the detectors share what they read of the last one.
    verdicts = [[found(text) for found in DETECTORS.values()] for text in statements]
    return dict(zip(DETECTORS, map(list, zip(*verdicts, strict=True)), strict=True))


def sets_table(data: Path) -> Iterator[str]:
    """A line per public set, each as soon as it is known."""
    yield f"{'% flagged':<16}{'n':>6}" + "".join(
        f"{name:>7}" for name in (*_SHORT.values(), "any", "marks", "CPU ms")
    )
    for name, adapter, split in SETS:
        statements = problems(data, adapter, split)
        if not statements:
            continue
        start = time.process_time()
        found = flags(statements)
        milliseconds = 1000 * (time.process_time() - start) / len(statements)
        anything = [any(verdicts) for verdicts in zip(*found.values(), strict=True)]
        marks = [any(True for _ in enumerations(text)) for text in statements]
        columns = [*(found[each] for each in _SHORT), anything, marks]
        shares = "".join(f"{100 * sum(each) / len(statements):>7.2f}" for each in columns)
        yield f"{name:<16}{len(statements):>6}{shares}{milliseconds:>7.2f}"


def labelled_table(rows: Sequence[Labelled]) -> Iterator[str]:
    """A line per detector: found of those with its label, flagged of the others and the clean."""
    found = flags([row.text for row in rows])
    yield f"{'detector':<20}{'found':<32}{'flagged without its label':<32}{'on clean'}"
    for name, verdicts in found.items():
        with_label = [said for said, row in zip(verdicts, rows, strict=True) if name in row.labels]
        without = [said for said, row in zip(verdicts, rows, strict=True) if name not in row.labels]
        clean = [said for said, row in zip(verdicts, rows, strict=True) if not row.labels]
        yield f"{name:<20}{_share(with_label)}{_share(without)}{sum(clean)}/{len(clean)}"


def _share(verdicts: Sequence[bool]) -> str:
    if not verdicts:
        return f"{'-':<32}"
    low, high = wilson(sum(verdicts), len(verdicts))
    counted = f"{sum(verdicts)}/{len(verdicts)}"
    return f"{counted:<9}{sum(verdicts) / len(verdicts):>6.1%} [{low:.1%}, {high:.1%}]".ljust(32)


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=_DATA, show_default=False)
@click.option("--labelled", type=click.Path(path_type=Path), default=_HELD, show_default=False)
def main(data: Path, labelled: Path) -> None:
    """Print both tables; what is not there is left out."""
    if (data / "seeds").is_dir():
        for line in sets_table(data):
            click.echo(line)
    else:
        click.echo("no public sets here")
    if labelled.is_file():
        rows = read_labelled(labelled)
        clean = sum(not row.labels for row in rows)
        click.echo(f"\n{labelled.name}: {len(rows)} statements, {clean} without a label")
        for line in labelled_table(rows):
            click.echo(line)


if __name__ == "__main__":
    main()
