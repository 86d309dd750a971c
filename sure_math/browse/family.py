"""The family tree of a problem: everything that descends from the same root.

A release does not hold the seeds that were evolved, nor steps in between: such an ancestor is a
node that is not `known`. What it descends from is then not known either; it stands under the root.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from sure_math.browse.listing import relatives

Row = dict[str, Any]

MOST = 500
"""Problems of a tree that are shown."""
_NEAREST = ("self", "ancestor", "descendant", "sibling", "relative")


def family(problems: pl.DataFrame, problem_id: str) -> Row:
    """The tree around a problem, depth first, each node with its depth and its relation.

    Of a large family the nearest `MOST` are listed: ancestors, then descendants, siblings, others.
    """
    root, members = _members(problems, problem_id)
    own = dict(members.select("problem_id", "parent_id").rows())
    parents = _with_unknown(own, root)
    relations = _relations(parents, problem_id)
    nearest = sorted(relations, key=lambda name: _NEAREST.index(relations[name]))
    shown = set(nearest[:MOST])
    known = relatives(members.filter(pl.col("problem_id").is_in(shown)))
    nodes = [
        {
            "problem_id": name,
            "parent_id": own.get(name),
            "depth": depth,
            "relation": relations[name],
            "known": name in own,
            **known.get(name, {}),
        }
        for name, depth in _depth_first(parents, root)
        if name in shown
    ]
    return {"root_id": root, "nodes": nodes, "left_out": len(relations) - len(nodes)}


def lineage(problems: pl.DataFrame, problem_id: str) -> dict[str, int]:
    """The rounds of a problem and of its known ancestors, by id."""
    _, members = _members(problems, problem_id)
    parents = dict(members.select("problem_id", "parent_id").rows())
    rounds = dict(members.select("problem_id", "round").rows())
    names = (problem_id, *_ancestors(parents, problem_id))
    return {name: rounds[name] for name in names if name in rounds}


def _members(problems: pl.DataFrame, problem_id: str) -> tuple[str, pl.DataFrame]:
    """The root of a problem and the rows of its family, the earliest rounds first."""
    root: str = problems.filter(problem_id=problem_id)["root_id"].item()
    return root, problems.filter(root_id=root).sort("round", "position")


def _with_unknown(own: Mapping[str, str | None], root: str) -> dict[str, str | None]:
    """The parent of every node, ancestors without a row among them; only the root has none."""
    named = (parent for parent in own.values() if parent is not None)
    unknown = dict.fromkeys((root, *named))
    parents = {**unknown, **own}
    return {name: None if name == root else parents[name] or root for name in (*own, *unknown)}


def _relations(parents: Mapping[str, str | None], problem_id: str) -> dict[str, str]:
    above = set(_ancestors(parents, problem_id))
    found = {}
    for name, parent in parents.items():
        if name == problem_id:
            found[name] = "self"
        elif name in above:
            found[name] = "ancestor"
        elif problem_id in _ancestors(parents, name):
            found[name] = "descendant"
        elif parent is not None and parent == parents[problem_id]:
            found[name] = "sibling"
        else:
            found[name] = "relative"
    return found


def _ancestors(parents: Mapping[str, str | None], name: str) -> list[str]:
    """The parent first; a circle, which only damaged data has, ends where it began."""
    found: list[str] = []
    current = parents.get(name)
    while current is not None and current != name and current not in found:
        found.append(current)
        current = parents.get(current)
    return found


def _depth_first(parents: Mapping[str, str | None], root: str) -> Iterator[tuple[str, int]]:
    """Every node, children in the order of `parents`; circles of damaged data come last."""
    children: dict[str | None, list[str]] = defaultdict(list)
    for name, parent in parents.items():
        children[parent].append(name)
    seen: set[str] = set()
    for start in (root, *parents):
        stack = [(start, int(start != root))]
        while stack:
            name, depth = stack.pop()
            if name not in seen:
                seen.add(name)
                yield name, depth
                stack += [(child, depth + 1) for child in reversed(children[name])]
