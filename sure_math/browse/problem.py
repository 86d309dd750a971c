"""One problem as JSON: everything that a run or release holds about it.

Also of a run that has not come far: what is not there yet is null or an empty list.
"""

from collections import Counter, defaultdict
from typing import Any

import polars as pl

from sure_math.browse.family import family, lineage
from sure_math.browse.library import Library
from sure_math.browse.majority import is_right
from sure_math.cluster.links import conflict_lines
from sure_math.errors import DataError
from sure_math.weight.entropy import MISSING, semantic_entropy

Row = dict[str, Any]

_RESPONSE = (
    "sample_index", "cluster", "text", "answer", "extract_status", "finish_reason", "token_count",
    "logprob",
)  # fmt: skip
_JUDGEMENT = ("a", "b", "forward", "reverse", "equal", "judge")
_LINK = ("a", "b", "tier", "equal")
_VERDICT = (
    "problem_id", "evaluation_set", "item", "rule", "score", "forward", "reverse", "judge",
    "decision",
)  # fmt: skip
_ATTEMPT = (
    "step_id", "round", "attempt", "strategy", "reason", "detail", "problem", "raw_output",
)  # fmt: skip


def problem_json(library: Library, problem_id: str) -> Row | None:
    """Everything about one problem; None if there is no such problem.

    Raises:
        DataError: a file is damaged, gone, or another one than it was.
    """
    problems = library.problems
    found = problems.filter(problem_id=problem_id).to_dicts()
    if not found:
        return None
    light = found[0]
    part, stored = library.stored(light)
    evolved = [row for _, row in library.index("evolved").read(problem_id)][:1]
    problem = {**(evolved[0] if evolved else {}), **stored}
    responses = _responses(library, problem)
    links = _links(library, problem_id, responses)
    return {
        "problem": problem,
        "state": light["state"],
        "reason": light["reason"],
        "majority": _majority(light),
        "place": {"file": part.label, "row": light["row"]},
        "votes": dict(Counter(problem.get("validity") or ()).most_common()),
        "family": family(problems, problem_id),
        "clusters": _clusters(problem, responses),
        "responses": responses,
        "judgements": _rows(library, "judgements", problem_id, _JUDGEMENT),
        "links": [link for link in links if link["equal"]],
        "conflicts": _conflicts(links),
        "verdicts": _verdicts(library, problems, problem_id),
        "rejects": _rejects(library, problem_id),
        "attempts": _attempts(library, problem),
    }


def _rows(library: Library, name: str, key: str, columns: tuple[str, ...]) -> list[Row]:
    return [_only(row, columns) for _, row in library.index(name).read(key)]


def _only(row: Row, columns: tuple[str, ...]) -> Row:
    return {column: row.get(column) for column in columns}


def _majority(light: Row) -> str:
    """The word of the list; one that is pending is settled now."""
    if light["majority"] != "pending":
        return str(light["majority"])
    return "right" if is_right(light["majority_answer"], light["answer"]) else "wrong"


def _responses(library: Library, problem: Row) -> list[Row]:
    """The responses in order, each with its share of the mass (eq. 4)."""
    stored = [row for _, row in library.index("responses").read(problem["problem_id"])]
    stored.sort(key=lambda row: row["sample_index"])
    requested = problem.get("n_samples") or (stored[0].get("n_requested") if stored else None)
    shares = _shares(stored, problem.get("clusters"), requested)
    return [
        {
            **_only(row, _RESPONSE),
            "mean_logprob": _mean_logprob(row),
            "probability": shares.get(number),
        }
        for number, row in enumerate(stored)
    ]


def _mean_logprob(row: Row) -> float | None:
    known = row["logprob"] is not None and row["token_count"]
    return row["logprob"] / row["token_count"] if known else None


def _shares(
    stored: list[Row], clusters: list[Row] | None, requested: int | None
) -> dict[int, float]:
    """m_n / sum of all m, by place, as in the entropy: every response a class of its own.

    Published probabilities that leave nothing for the unanswered ones were made without them.
    """
    if any(row.get("cluster") is None for row in stored):
        return {}
    dropped = bool(clusters) and sum(each["prob"] for each in clusters or ()) > 1 - 1e-9
    ids = [None if dropped and row["cluster"] < 0 else n for n, row in enumerate(stored)]
    logprobs = [row["logprob"] for row in stored]
    try:
        return semantic_entropy(
            ids,
            None if None in logprobs else logprobs,
            [row["token_count"] for row in stored],
            n_requested=requested,
            unanswered="drop" if dropped else "own_class",
        ).cluster_probs
    except DataError:  # fewer than two responses, or figures that no engine gives
        return {}


def _clusters(problem: Row, responses: list[Row]) -> list[Row]:
    """The clusters, largest first, with their members; the responses without an answer last."""
    members: dict[int, list[Row]] = defaultdict(list)
    for row in responses:
        if row["cluster"] is not None:
            members[row["cluster"]].append(row)
    unanswered = members.pop(MISSING, [])
    order = sorted(members, key=lambda cluster: (-len(members[cluster]), cluster))
    published = problem.get("clusters")
    if published is None or len(published) != len(order):  # not weighted, or no responses there
        order = order or [*range(len(published or ()))]
        published = published or [_described(members[cluster]) for cluster in order]
    found = [
        {"cluster": cluster, **each, "members": _places(members[cluster])}
        for cluster, each in zip(order, published, strict=False)
    ]
    if unanswered:
        described = {**_described(unanswered), "answer": None}
        found.append({"cluster": MISSING, **described, "members": _places(unanswered)})
    return [{**each, "right": _is_verified(each["answer"], problem["answer"])} for each in found]


def _described(rows: list[Row]) -> Row:
    """Answer, count and probability of a cluster that the weight stage has not seen."""
    wordings = Counter(row["answer"] for row in rows)
    shares = [row["probability"] for row in rows]
    return {
        "answer": wordings.most_common(1)[0][0],
        "count": len(rows),
        "prob": None if None in shares else sum(shares),
    }


def _places(rows: list[Row]) -> list[int]:
    return [row["sample_index"] for row in rows]


def _is_verified(answer: str | None, verified: str | None) -> bool | None:
    return None if answer is None or verified is None else is_right(answer, verified)


def _links(library: Library, problem_id: str, responses: list[Row]) -> list[Row]:
    cluster_of = {row["answer"]: row["cluster"] for row in responses}
    return [
        {**link, "cluster": cluster_of.get(link["a"])}
        for link in _rows(library, "links", problem_id, _LINK)
    ]


def _conflicts(links: list[Row]) -> list[Row]:
    conflicts = [link for link in links if not link["equal"]]
    lines = conflict_lines(links)
    return [{**link, "chain": line} for link, line in zip(conflicts, lines, strict=True)]


def _verdicts(library: Library, problems: pl.DataFrame, problem_id: str) -> list[Row]:
    """What decontamination said of the problem and its ancestors, the first round first."""
    rounds = lineage(problems, problem_id)
    found = [
        {**_only(row, _VERDICT), "round": rounds[row["problem_id"]], "stage": part.stage}
        for part, row in library.index("verdicts").read(*rounds)
    ]
    return sorted(found, key=lambda row: (row["round"], row["evaluation_set"]))


def _rejects(library: Library, problem_id: str) -> list[Row]:
    """Why a stage took it away; not that its twin from another chain was taken away."""
    return [
        {"stage": part.stage, "reason": row["reason"], "detail": row["detail"]}
        for part, row in library.index("rejects").read(problem_id)
        if row["detail"] != f"of {problem_id}"
    ]


def _attempts(library: Library, problem: Row) -> list[Row]:
    """What the evolver tried to make this problem, and what it tried to make of it."""
    starts = library.index("attempts_from").read(problem["problem_id"])
    tries = [("from", row) for _, row in starts]
    if problem.get("chain") is not None:
        step = f"{problem['root_id']}:{problem['chain']}:{problem['planned_round']}"
        tries = [("made", row) for _, row in library.index("attempts_at").read(step)] + tries
    return [{"relation": relation, **_only(row, _ATTEMPT)} for relation, row in tries]
