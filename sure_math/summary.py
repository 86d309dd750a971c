"""What a run made, as text: stages, uncertainty, one problem from seed to clusters."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from sure_math.cluster.links import conflict_lines, merge_lines, shorten
from sure_math.errors import DataError
from sure_math.judging.controls import read_report
from sure_math.publish.tables import entropy_quantiles
from sure_math.runtime.run import Run
from sure_math.runtime.shards import Footer, totals
from sure_math.runtime.store import stored_footers

Row = dict[str, Any]


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns aligned with spaces; numbers to the right."""
    cells = [list(head), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    numeric = [all(_is_number(row[i]) for row in cells[1:]) for i in range(len(head))]
    lines = [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in cells
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def status_table(run: Run) -> str:
    """Shards, rows, rejects and tokens of every stage, from the shard footers alone."""
    return table(
        ("stage", "shards", "rows", "rejected", "tokens", "reject reasons"),
        [_status_row(stage.name, stored_footers(run.root / stage.name)) for stage in run.stages],
    )


def _status_row(name: str, footers: list[Footer]) -> Sequence[object]:
    total = footers[0].shards if footers else "?"
    reasons = totals(footer.rejected for footer in footers)
    tokens = sum(footer.stats.get("completion_tokens", 0) for footer in footers)
    return (
        name,
        f"{len(footers)}/{total}",
        sum(footer.rows for footer in footers),
        sum(reasons.values()),
        tokens,
        ", ".join(f"{reason} {count}" for reason, count in reasons.items()),
    )


def run_summary(run: Run) -> str:
    """The stage table and, once problems are weighted, how uncertain the teacher is."""
    parts = [f"run {run.root}", status_table(run)]
    parts += [text for text in (_judging(run),) if text]
    done = stored_footers(run.root / "weight")
    if done and len(done) == done[0].shards:
        problems = pl.DataFrame(pl.from_arrow(run.store("weight").read_all()))
        if problems.height:
            parts.append(_uncertainty(problems))
    return "\n\n".join(parts)


def _judging(run: Run) -> str:
    """How the judge did on its control questions, and what it was asked, stage by stage."""
    return "\n".join(line for stage in run.stages for line in _judge_lines(run, stage.name))


def _judge_lines(run: Run, stage: str) -> list[str]:
    folder = run.root / stage
    counts = Counter(totals(footer.stats for footer in stored_footers(folder)))
    report = read_report(folder)
    lines = [f"judge {report.judge}: {report.summary()}"] if report else []
    if report and report.complaint:
        lines.append(f"  NOT FIT: it {report.complaint}")
    if "judge_calls" in counts:
        line = (
            f"{stage}: judge calls {counts['judge_calls']:,}, "
            f"verdicts reused {counts['verdicts_reused']:,}, "
            f"unreadable {counts['unparseable_verdicts']:,}, failed {counts['judge_failures']:,}"
        )
        merged = sum(count for name, count in counts.items() if name.startswith("merged_"))
        merges = (
            f"; merges {merged:,}, of them by the judge {counts['merged_judge']:,}; "
            f"conflicts {counts['conflicts']:,}"
        )
        lines.append(line + (merges if "conflicts" in counts else ""))
    return lines


def _uncertainty(problems: pl.DataFrame) -> str:
    quantiles = ", ".join(f"{name} {value:.3f}" for name, value in entropy_quantiles(problems))
    tiers = (
        problems.group_by("tier")
        .agg(
            pl.len().alias("problems"),
            (pl.len() / problems.height).alias("share"),
            pl.col("semantic_entropy").mean().alias("entropy"),
            pl.col("w_se").mean().alias("w_se"),
        )
        .sort("tier")
    )
    rows = [
        (r["tier"], r["problems"], f"{r['share']:.2f}", f"{r['entropy']:.3f}", f"{r['w_se']:.3f}")
        for r in tiers.to_dicts()
    ]
    columns = ("tier", "problems", "share", "mean entropy (nats)", "mean w_se")
    return f"semantic entropy (nats): {quantiles}\n\n{table(columns, rows)}"


def show_problem(run: Run, problem_id: str | None) -> str:
    """One problem with its lineage, responses and clusters.

    Raises:
        DataError: the run has no such problem, or nothing is annotated yet.
    """
    annotated = run.store("weight").read_all().to_pylist()
    if not annotated:
        raise DataError("nothing is annotated yet", hint="run `sure-math annotate` first")
    if problem_id is None:
        row = max(annotated, key=lambda r: (r["semantic_entropy"], r["problem_id"]))
    else:
        row = next((r for r in annotated if r["problem_id"] == problem_id), None)
    if row is None:
        raise DataError(f"no annotated problem {problem_id!r} in {run.root}")
    store = run.store("cluster")
    tables = (store.read_all(), store.read_side("links"), store.read_side("judgements"))
    responses, links, judged = (
        [each for each in rows.to_pylist() if each["problem_id"] == row["problem_id"]]
        for rows in tables
    )
    parts = [
        _head(row),
        _lineage(run, row),
        _clusters(row),
        _responses(responses),
        _listed("merges", merge_lines(responses, links)),
        _judged(judged),
        _listed("conflicts", conflict_lines(links)),
    ]
    return "\n\n".join(part for part in parts if part).strip()


def _head(row: Row) -> str:
    return (
        f"problem {row['problem_id']}  ({row['tier']}, {row['split']}, source {row['source']})\n"
        f"{row['problem']}\n"
        f"verified answer: {row['answer'] or 'none'}\n"
        f"semantic entropy {row['semantic_entropy']:.4f} nats, w_se {row['w_se']:.4f}, "
        f"intra-cluster entropy {row['intra_cluster_entropy']:.4f}, conflicts {row['conflicts']}"
    )


def _lineage(run: Run, row: Row) -> str:
    known = {
        r["problem_id"]: r
        for name in ("seeds", "evolve")
        for r in run.store(name).read_all().to_pylist()
    }
    steps: list[Row] = []
    current: Row | None = row
    while current is not None:
        steps.append(current)
        current = known.get(current["parent_id"] or "")
    lines = [
        f"  round {step['round']}  {step['strategy'] or 'seed':<12} {step['problem']}"
        for step in reversed(steps)
    ]
    return "lineage\n" + "\n".join(lines)


def _clusters(row: Row) -> str:
    rows = [(shorten(c["answer"]), c["count"], f"{c['prob']:.4f}") for c in row["clusters"]]
    return table(("cluster answer", "count", "probability"), rows)


def _responses(responses: list[Row]) -> str:
    rows = [
        (
            r["sample_index"],
            r["cluster"],
            shorten(r["answer"] or f"({r['extract_status']})"),
            r["token_count"],
            "none" if r["logprob"] is None else f"{r['logprob']:.3f}",
            " ".join(r["text"].split())[-100:],
        )
        for r in responses
    ]
    return table(("sample", "cluster", "answer", "tokens", "logprob", "end of the response"), rows)


def _judged(judged: list[Row]) -> str:
    if not judged:
        return "the judge was not needed"
    rows = [
        (
            shorten(r["a"]),
            shorten(r["b"]),
            _verdict(r["forward"]),
            _reverse(r),
            _verdict(r["equal"]),
        )
        for r in judged
    ]
    return table(("answer a", "answer b", "a=b", "b=a", "equal"), rows)


def _verdict(verdict: bool | None) -> str:
    return "unreadable" if verdict is None else ("yes" if verdict else "no")


def _reverse(judgement: Row) -> str:
    """The swapped order is asked only after a yes."""
    return _verdict(judgement["reverse"]) if judgement["forward"] else "not asked"


def _listed(title: str, lines: Sequence[str]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)]) if lines else ""


def _cell(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value).replace("\n", " ")


def _is_number(text: str) -> bool:
    return text.replace(",", "").replace(".", "", 1).replace("/", "", 1).lstrip("-").isdigit()
