"""Copies of a finished run with other content: hostile texts, conflicts, verdicts."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sure_math.browse.parts import Row
from sure_math.runtime.run import Run

LINK = r"$\href{javascript:window.hit=1}{here}$"
HOSTILE = (
    "<script>window.hit=1</script><img src=x onerror='window.hit=1'>"
    "<a href='javascript:window.hit=1'>link</a> " + LINK + " "
    r"$\url{http://example.org/}$ $\includegraphics{http://example.org/a.png}$ "
    r"$\htmlStyle{position:fixed}{x}$ $\def\a{\a\a}\a$ $\rule{9999em}{9999em}$ "
    "$" + r"\frac{1}{" * 700 + "x" + "}" * 700 + "$ "
    "an open $ sign, \\( no end, $$ none, \\begin{align} neither, $}{$ braces\u202e."
)
MATHEMATICS = (
    "Tickets cost $5 and $7, or \\$12. Find $x$ with $$x^2 = 2,$$ \\(y\\) and \\[z\\] where\n"
    "\\begin{align*} a &= b \\\\ c &= d \\end{align*}\nand $\\frac{1}{2$ fails."
)


def rewritten(run: Run, folder: Path) -> tuple[Path, str]:
    """A copy of the run; the id of its first annotated problem, which has everything above.

    Its statement is `MATHEMATICS`, its responses and the second problem are `HOSTILE`, two
    spellings of its answer conflict, and it has verdicts of the judge and of decontamination.
    """
    copy = folder / "hostile"
    shutil.copytree(run.root, copy)
    first, second = (row["problem_id"] for row in _rows(copy / "weight/part-00000.parquet")[:2])
    texts = {first: MATHEMATICS, second: HOSTILE}
    for path in (copy / "weight").glob("part-*.parquet"):
        _change(path, lambda row: {**row, "problem": texts.get(row["problem_id"], row["problem"])})
    for path in (copy / "cluster").glob("part-*.parquet"):
        _change(path, lambda row: {**row, **_response(row)} if row["problem_id"] == first else row)
    _extend(copy / "cluster/links", problem_id=first, a="41", b="41.0", tier="number", equal=True)
    _extend(copy / "cluster/links", problem_id=first, a="41", b="41.0", tier="judge", equal=False)
    _extend(
        copy / "cluster/judgements", problem_id=first, a="41", b="41.0", forward=True,
        reverse=False, equal=False, judge="judge", prompt_sha="0",
    )  # fmt: skip
    _extend(
        copy / "decontaminate/verdicts", problem_id=first, evaluation_set="AIME 2025",
        item="aime:7", rule="similar", score=0.7, forward=True, reverse=False, judge="judge",
        decision="kept",
    )  # fmt: skip
    return copy, first


def _response(row: Row) -> Row:
    index = row["sample_index"]
    answer = "41.0" if index else "41"
    return {
        "text": f"{HOSTILE} So the answer is $\\boxed{{{answer}}}$.",
        "answer": answer,
        "cluster": 0,
        "finish_reason": "length" if index else "stop",
    }


def _rows(path: Path) -> list[Row]:
    return pq.read_table(path).to_pylist()


def _change(path: Path, change: Callable[[Row], Row]) -> None:
    schema = pq.read_schema(path)
    rows = [change(row) for row in _rows(path)]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)


def _extend(folder: Path, **row: Any) -> None:
    path = folder / "part-00000.parquet"
    schema = pq.read_schema(path)
    pq.write_table(pa.Table.from_pylist([*_rows(path), row], schema=schema), path)
