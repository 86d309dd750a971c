"""A finished report: grids of text with notes, written as text, Markdown, LaTeX and JSON.

Reports build grids of strings, so that the formats cannot disagree; `data` holds the numbers.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import fill
from typing import Any

from sure_math.errors import ConfigError
from sure_math.text_table import table

FORMATS = ("text", "markdown", "json", "latex")
_WIDTH = 120
_SUFFIXES = {"text": ".txt", "markdown": ".md", "json": ".json", "latex": ".tex"}


@dataclass(frozen=True)
class Cell:
    """One entry of a grid."""

    text: str
    strong: bool = False
    """The best of its column: bold, and in plain text marked with a star."""


@dataclass(frozen=True)
class Grid:
    """A table of text under a heading."""

    heading: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    fixed: int = 1
    """Columns repeated where plain text has to be broken into several tables."""


@dataclass(frozen=True)
class Prose:
    """Lines under a heading; a line is wrapped, further ones keep its indentation."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """A report, ready to be printed and written."""

    name: str
    """Stem of its files: `table1`."""
    title: str
    parts: tuple[Grid | Prose, ...]
    notes: tuple[str, ...]
    """What it is based on and how its intervals are made: the last lines."""
    data: dict[str, Any] = field(default_factory=dict)
    """Every number, as plain values."""
    draw: Callable[[Path], object] | None = None
    """Writes the picture to a path."""

    def render(self, kind: str) -> str:
        """The report in one of `FORMATS`."""
        if kind == "json":
            content = {"report": self.name, "title": self.title, **self.data, "notes": self.notes}
            return json.dumps(_plain(content), indent=2, ensure_ascii=False)
        return {"text": _text, "markdown": _markdown, "latex": _latex}[kind](self)


def write(document: Document, out: Path) -> list[Path]:
    """Write a report in every format, and its picture; return what was written.

    Raises:
        ConfigError: the folder cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        paths = [out / f"{document.name}{_SUFFIXES[kind]}" for kind in FORMATS]
        for path, kind in zip(paths, FORMATS, strict=True):
            path.write_text(document.render(kind) + "\n", encoding="utf-8")
        if document.draw:
            paths.append(out / f"{document.name}.png")
            document.draw(paths[-1])
    except OSError as error:
        raise ConfigError(f"cannot write the report to {out}: {error.strerror or error}") from error
    return paths


def cells(*texts: object) -> tuple[Cell, ...]:
    """A row of plain entries."""
    return tuple(Cell(str(text)) for text in texts)


def _text(document: Document) -> str:
    parts = [document.title]
    for part in document.parts:
        if isinstance(part, Prose):
            parts.append("\n".join([part.heading, *map(_wrapped, part.lines)]))
        else:
            tables = "\n\n".join(table(head, rows) for head, rows in _broken(part))
            parts.append(f"{part.heading}\n\n{tables}" if part.heading else tables)
    return "\n\n".join([*parts, "\n".join(map(_wrapped, document.notes))]).strip()


def _wrapped(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    number = re.match(r"\d+\. ", line)
    return fill(
        line.strip(), _WIDTH, initial_indent=indent,
        subsequent_indent=" " * len(number[0]) if number else indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _broken(grid: Grid) -> Iterator[tuple[list[str], list[list[str]]]]:
    """Head and rows of the tables that fit into a line, each with the fixed columns."""
    rows = [[f"{each.text} *" if each.strong else each.text for each in row] for row in grid.rows]
    widths = [max(map(len, column)) + 2 for column in zip(grid.head, *rows, strict=True)]
    room = _WIDTH - sum(widths[: grid.fixed])
    groups: list[list[int]] = [[]]
    for place in range(grid.fixed, len(widths)):
        if groups[-1] and sum(widths[i] for i in [*groups[-1], place]) > room:
            groups.append([])
        groups[-1].append(place)
    for group in groups:
        shown = [*range(grid.fixed), *group]
        yield [grid.head[i] for i in shown], [[row[i] for i in shown] for row in rows]


def _markdown(document: Document) -> str:
    parts = [f"# {_escaped(document.title)}"]
    for part in document.parts:
        if part.heading:
            parts.append(f"## {_escaped(part.heading)}")
        if isinstance(part, Prose):
            parts.append("\n\n".join(_escaped(line.strip()) for line in part.lines))
        else:
            parts.append(_markdown_table(part))
    return "\n\n".join([*parts, "\n".join(map(_item, document.notes))])


def _item(note: str) -> str:
    indent = note[: len(note) - len(note.lstrip())]
    return f"{indent}- {_escaped(note)}"


def _markdown_table(grid: Grid) -> str:
    rows = [[_bold(each, "**{}**", _escaped) for each in row] for row in grid.rows]
    rule = ["---", *["---:"] * (len(grid.head) - 1)]
    lines = [[_escaped(name) for name in grid.head], rule, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _bold(cell: Cell, form: str, escape: Callable[[str], str]) -> str:
    return form.format(escape(cell.text)) if cell.strong else escape(cell.text)


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_|<>#$~])", r"\\\1", " ".join(text.split()))


_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\^{}", "~": r"\textasciitilde{}", "<": r"$<$", ">": r"$>$",
    "≤": r"$\leq$", "†": r"$\dagger$", "‡": r"$\ddagger$", "τ": r"$\tau$", "–": "--",
}  # fmt: skip


def _tex(text: str) -> str:
    return "".join(_LATEX.get(letter, letter) for letter in text)


def _latex(document: Document) -> str:
    """A tabular (package booktabs) per grid; what is no grid becomes comments."""
    parts = [f"% {document.title}"]
    for part in document.parts:
        if isinstance(part, Grid):
            parts.append(_tabular(part))
        else:
            parts.append(_commented([part.heading, *part.lines]))
    return "\n\n".join([*parts, _commented(document.notes)])


def _commented(lines: Sequence[str]) -> str:
    return "\n".join(f"% {' '.join(line.split())}" for line in lines)


def _tabular(grid: Grid) -> str:
    lines = [
        rf"\begin{{tabular}}{{l{'r' * (len(grid.head) - 1)}}}",
        r"\toprule",
        *([rf"\multicolumn{{{len(grid.head)}}}{{l}}{{{_tex(grid.heading)}}} \\", r"\midrule"]
          if grid.heading else []),
        " & ".join(map(_tex, grid.head)) + r" \\",
        r"\midrule",
        *(
            " & ".join(_bold(cell, r"\textbf{{{}}}", _tex) for cell in row) + r" \\"
            for row in grid.rows
        ),
        r"\bottomrule",
        r"\end{tabular}",
    ]  # fmt: skip
    return "\n".join(lines)


def _plain(value: Any) -> Any:
    """Six digits are plenty, and undefined figures are None: JSON knows no NaN."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value
