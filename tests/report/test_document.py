"""One document in four formats, and its files."""

import json
import math
from pathlib import Path

import pytest

from sure_math.errors import ConfigError
from sure_math.report.document import Cell, Document, Grid, Prose, cells, write

WIDE = tuple(f"column number {n}" for n in range(12))
DOCUMENT = Document(
    name="small",
    title="A title with 100 % of_it",
    parts=(
        Grid("A grid", ("name", "share"), ((Cell("a_b | <c>"), Cell("12.5 %", strong=True)),)),
        Prose("Some prose", ("1. " + "word " * 40, "   indented")),
    ),
    notes=("† first.", "Not here:", "  a folder"),
    data={"nan": math.nan, "third": 1 / 3, "nested": {"x": (1, math.inf)}},
)


def test_text_marks_the_best_and_wraps() -> None:
    text = DOCUMENT.render("text")
    assert "a_b | <c>  12.5 % *" in text
    assert max(map(len, text.splitlines())) <= 120
    assert "\n   word" in text  # under the text of item 1, not under its number
    assert text.endswith("† first.\nNot here:\n  a folder")


def test_wide_grids_are_broken_and_repeat_their_fixed_columns() -> None:
    grid = Grid("", ("method", *WIDE), (cells("UOPD", *range(12)), cells("OPD", *range(12))))
    text = Document("wide", "Wide", (grid,), ()).render("text")
    heads = [line for line in text.splitlines() if line.startswith("method")]
    assert len(heads) > 1
    assert [name for line in heads for name in line.removeprefix("method").split("  ") if name] == [
        *WIDE
    ]
    assert text.count("\nUOPD") == len(heads)


def test_markdown_escapes_and_keeps_lists() -> None:
    text = DOCUMENT.render("markdown")
    assert "| a\\_b \\| \\<c\\> | **12.5 %** |" in text
    assert text.endswith("- † first.\n- Not here:\n  - a folder")


def test_latex_escapes() -> None:
    text = DOCUMENT.render("latex")
    assert r"a\_b | $<$c$>$ & \textbf{12.5 \%} \\" in text
    assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}") == 1
    assert "% † first." in text


def test_json_has_no_nan() -> None:
    found = json.loads(DOCUMENT.render("json"))
    assert (found["nan"], found["third"], found["nested"]) == (None, 0.333333, {"x": [1, None]})
    assert (found["report"], found["notes"][0]) == ("small", "† first.")


def test_files(tmp_path: Path) -> None:
    written = write(DOCUMENT, tmp_path / "deep" / "out")
    assert [path.name for path in written] == ["small.txt", "small.md", "small.json", "small.tex"]
    assert written[0].read_text(encoding="utf-8") == DOCUMENT.render("text") + "\n"
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match="cannot write the report"):
        write(DOCUMENT, tmp_path / "file")
