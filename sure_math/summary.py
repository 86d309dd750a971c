"""What a run made, as text: stages, uncertainty, one problem from seed to clusters."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from sure_math.cluster.links import conflict_lines, merge_lines, shorten
from sure_math.errors import DataError
from sure_math.judging.controls import read_report
from sure_math.publish.tables import entropy_quantiles
from sure_math.runtime.run import Run
from sure_math.runtime.shards import Footer, totals
from sure_math.runtime.store import stored_footers
from sure_math.text_table import table

Row = dict[str, Any]


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
    """One problem: its lineage, what the checks and judges said, its responses and clusters.

    Of a problem that is not annotated the text says why.

    Raises:
        DataError: the run has no such problem, or none is named and nothing is annotated yet.
    """
    annotated = run.store("weight").read_all()
    if problem_id is None:
        if not annotated.num_rows:
            raise DataError("nothing is annotated yet", hint="run `sure-math annotate` first")
        entropies = annotated.select(["semantic_entropy", "problem_id"]).to_pylist()
        problem_id = max(tuple(row.values()) for row in entropies)[1]
    lineage = _ancestry(run, problem_id)
    if not lineage:
        raise DataError(f"no problem {problem_id!r} in {run.root}")
    found = _where(annotated, "problem_id", [problem_id])
    row = found[0] if found else lineage[-1]
    end = _uncertain(row) if found else f"not annotated: {_why_not(run, row)}"
    parts = [f"{_head(row)}\n{end}", _lineage(lineage), _decontamination(run, row, lineage)]
    parts += _answered(run, row) if found else []
    return "\n\n".join(part for part in parts if part).strip()


def _where(rows: pa.Table, column: str, values: Sequence[str]) -> list[Row]:
    """The rows with one of these values."""
    kept: list[Row] = rows.filter(pc.is_in(rows[column], pa.array(values, pa.string()))).to_pylist()
    return kept


def _ancestry(run: Run, problem_id: str) -> list[Row]:
    """A problem and its ancestors, the seed first; empty if there is no such problem."""
    tables = [run.store(name).read_all() for name in ("seeds", "evolve")]
    known: dict[str, Row] = {}
    steps: list[Row] = []
    current: str | None = problem_id
    while current is not None:
        for rows in tables:
            known |= {row["problem_id"]: row for row in _where(rows, "problem_id", [current])}
        if current not in known:
            break
        steps.append(known[current])
        current = known[current]["parent_id"]
    return steps[::-1]


def _head(row: Row) -> str:
    return "\n".join(
        [
            f"problem {row['problem_id']}  ({row['tier']}, {row['split']}, source {row['source']})",
            row["problem"],
            f"verified answer: {row['answer'] or 'none'}",
            f"flags: {', '.join(row['flags']) or 'none'}",
            *_votes(row.get("validity", [])),
        ]
    )


def _votes(verdicts: Sequence[str]) -> list[str]:
    if not verdicts:
        return []
    counts = Counter(verdicts).most_common()
    return ["the judge's votes: " + ", ".join(f"{word} {count}" for word, count in counts)]


def _uncertain(row: Row) -> str:
    return (
        f"semantic entropy {row['semantic_entropy']:.4f} nats, w_se {row['w_se']:.4f}, "
        f"intra-cluster entropy {row['intra_cluster_entropy']:.4f}, conflicts {row['conflicts']}"
    )


def _why_not(run: Run, row: Row) -> str:
    """Why a problem has no annotation."""
    name = row["problem_id"]
    for stage in ("decontaminate", "pool", "weight"):
        for reject in _where(run.store(stage).read_side("rejects"), "id", [name]):
            if reject["detail"] != f"of {name}":  # its twin, the same row of another chain
                return f"{reject['reason']} in {stage} ({reject['detail'] or 'no detail'})"
    if row["strategy"] is None and row["use"] == "evolve":
        return "a seed, from which others are made"
    if row.get("kept") is False:
        return "a step of its chain; a later one goes to the teacher"
    return "the teacher has not been asked yet"


def _lineage(steps: Sequence[Row]) -> str:
    lines = [
        f"round {step['round']}  {step['strategy'] or 'seed':<12} {step['problem']}"
        for step in steps
    ]
    return _listed("lineage", lines)


def _decontamination(run: Run, row: Row, lineage: Sequence[Row]) -> str:
    """What the problem and its ancestors were checked against, and what looked similar."""
    rounds = {step["problem_id"]: step["round"] for step in lineage}
    found = [
        verdict
        for stage in ("seeds", "decontaminate")
        for verdict in _where(run.store(stage).read_side("verdicts"), "problem_id", [*rounds])
    ]
    pooled = _where(run.store("decontaminate").read_all(), "problem_id", [row["problem_id"]])
    sets = ", ".join(pooled[0]["decontamination"]) if pooled else ""
    lines = [f"checked against {sets}"] if sets else []
    if not found:
        return _listed("decontamination", [*lines, "nothing resembled it"] if sets else [])
    cells = [
        (
            rounds[v["problem_id"]],
            v["evaluation_set"],
            v["item"],
            v["rule"],
            f"{v['score']:.2f}",
            _verdict(v["forward"]) if v["judge"] else "not asked",
            _verdict(v["reverse"]) if v["judge"] else "not asked",
            v["decision"],
        )
        for v in sorted(found, key=lambda v: (rounds[v["problem_id"]], v["evaluation_set"]))
    ]
    head = ("round", "set", "item", "rule", "score", "same?", "same, swapped?", "decision")
    return _listed("decontamination", [*lines, *table(head, cells).splitlines()])


def _answered(run: Run, row: Row) -> list[str]:
    """Clusters, responses, and what joined or parted them."""
    store, name = run.store("cluster"), [row["problem_id"]]
    tables = (store.read_all(), store.read_side("links"), store.read_side("judgements"))
    responses, links, judged = (_where(rows, "problem_id", name) for rows in tables)
    return [
        _clusters(row),
        _responses(responses),
        _listed("merges", merge_lines(responses, links)),
        _judged(judged),
        _listed("conflicts", conflict_lines(links)),
    ]


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
