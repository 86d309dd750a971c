"""A checker's findings as stages need them: reject or keep, with the rows of the verdict table."""

from collections.abc import Mapping, Sequence
from typing import Any

from sure_math.config import Recipe
from sure_math.decontaminate.checker import Finding, Judge
from sure_math.decontaminate.index import ItemIndex
from sure_math.decontaminate.items import read_items
from sure_math.decontaminate.judge import SameProblemJudge
from sure_math.decontaminate.rules import RULES
from sure_math.runtime.context import Context
from sure_math.runtime.stage import Source

REASONS = frozenset(f"eval_{rule}" for rule in RULES if rule != "similar")
"""Reject reasons: `eval_` and the rule that blocked a problem; what is only similar is kept."""


def benchmark_index(evaluation: Source) -> ItemIndex:
    """The items of all evaluation sets of a run, from its stage `evaluation`."""
    return ItemIndex(read_items(row for table in evaluation.tables() for row in table.to_pylist()))


def open_judge(context: Context) -> Judge | None:
    """The recipe's judge, if it has one; one per shard, which asks its control questions once."""
    return SameProblemJudge(context).ask if context.recipe.decontaminate.judge else None


def blocking(findings: Sequence[Finding]) -> tuple[str, str] | None:
    """Reason and detail if a problem is blocked: the first rule, and all items behind it."""
    blocked = [finding for finding in findings if finding.decision == "blocked"]
    if not blocked:
        return None
    detail = ", ".join(f"{one.item.evaluation_set}: {one.item.item}" for one in blocked)
    return f"eval_{blocked[0].rule}", detail


def verdict_rows(
    findings: Mapping[str, Sequence[Finding]], recipe: Recipe, judge: str
) -> list[dict[str, Any]]:
    """Rows of the `verdicts` table.

    Args:
        findings: by problem id.
        recipe: whether a judge was there to ask.
        judge: its name.
    """
    return [
        {
            "problem_id": problem_id,
            "evaluation_set": one.item.evaluation_set,
            "item": one.item.item,
            "rule": one.rule,
            "score": one.score,
            "forward": one.forward,
            "reverse": one.reverse,
            "judge": judge if one.rule == "judge" and recipe.decontaminate.judge else None,
            "decision": one.decision,
        }
        for problem_id, found in sorted(findings.items())
        for one in found
    ]
