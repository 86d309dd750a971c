"""What descends from a blocked problem is blocked, whatever its text says.

A rewritten benchmark item shares no words with it and is still the benchmark's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sure_math.decontaminate.checker import Finding


def inherited(
    problem_id: str,
    parents: Mapping[str, str | None],
    findings: Mapping[str, Sequence[Finding]],
) -> list[Finding]:
    """What a problem inherits from its nearest blocked ancestor, as findings of rule `lineage`.

    Args:
        problem_id: the problem.
        parents: the problem one evolution step up, by problem id; roots may be missing.
        findings: by problem id, of all ancestors too.
    """
    seen = {problem_id}
    parent = parents.get(problem_id)
    while parent is not None and parent not in seen:
        seen.add(parent)
        blocked = [one for one in findings.get(parent, ()) if one.decision == "blocked"]
        if blocked:
            return [replace(one, rule="lineage", forward=None, reverse=None) for one in blocked]
        parent = parents.get(parent)
    return []
