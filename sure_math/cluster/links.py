"""The links of one problem in words: what joined its answers, and what contradicts that.

Links are rows of the side table `links`: equal ones joined two answers, the others are negative
verdicts on two answers that other links have put into one cluster.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Any

Row = dict[str, Any]

_WIDTH = 100


def shorten(text: str) -> str:
    """A text on one line, cut in the middle if it is long."""
    line = " ".join(text.split())
    half = (_WIDTH - 5) // 2
    return line if len(line) <= _WIDTH else f"{line[:half]} ... {line[-half:]}"


def merge_lines(responses: Sequence[Row], links: Sequence[Row]) -> list[str]:
    """One line per cluster that more than one wording belongs to: `cluster 0: a = b (judge)`."""
    cluster_of = {row["answer"]: row["cluster"] for row in responses}
    merged: dict[int, list[str]] = defaultdict(list)
    for link in links:
        if link["equal"]:
            merged[cluster_of[link["a"]]].append(_said(link["a"], "=", link["b"], link["tier"]))
    return [f"cluster {cluster}: {', '.join(said)}" for cluster, said in sorted(merged.items())]


def conflict_lines(links: Sequence[Row]) -> list[str]:
    """One line per conflict: `a = b (judge), b = c (symbolic), but a != c (number)`."""
    steps: dict[str, list[Row]] = defaultdict(list)
    for link in links:
        if link["equal"]:
            steps[link["a"]].append(link)
            steps[link["b"]].append({**link, "a": link["b"], "b": link["a"]})
    return [
        ", ".join(
            [
                *(_said(step["a"], "=", step["b"], step["tier"]) for step in _chain(steps, link)),
                "but " + _said(link["a"], "!=", link["b"], link["tier"]),
            ]
        )
        for link in links
        if not link["equal"]
    ]


def _said(a: str, relation: str, b: str, tier: str) -> str:
    return f"{shorten(a)} {relation} {shorten(b)} ({tier})"


def _chain(steps: dict[str, list[Row]], conflict: Row) -> list[Row]:
    """The shortest chain of merges between the two answers of a conflict."""
    reached: dict[str, list[Row]] = {conflict["a"]: []}
    frontier = deque([conflict["a"]])
    while frontier and conflict["b"] not in reached:
        here = frontier.popleft()
        for step in steps[here]:
            if step["b"] not in reached:
                reached[step["b"]] = [*reached[here], step]
                frontier.append(step["b"])
    return reached.get(conflict["b"], [])
