"""Descendants inherit what blocks their nearest blocked ancestor."""

from sure_math.decontaminate.checker import Finding
from sure_math.decontaminate.items import Item
from sure_math.decontaminate.lineage import inherited

PARENTS = {"root": None, "child": "root", "grandchild": "child", "cousin": "root", "orphan": "gone"}


def finding(decision: str, name: str = "1") -> Finding:
    return Finding(Item("set", name, "text"), "judge", 0.7, True, False, decision)


def test_descendants_of_a_blocked_problem_inherit_its_items() -> None:
    findings = {"child": [finding("blocked"), finding("kept", "2")]}
    (inherits,) = inherited("grandchild", PARENTS, findings)
    assert inherits.rule == "lineage"
    assert (inherits.item.item, inherits.score, inherits.decision) == ("1", 0.7, "blocked")
    assert inherits.forward is inherits.reverse is None
    for name in ("root", "child", "cousin", "orphan", "unknown"):
        assert inherited(name, PARENTS, findings) == []


def test_the_nearest_blocked_ancestor_counts() -> None:
    findings = {"root": [finding("blocked", "far")], "child": [finding("blocked", "near")]}
    assert [one.item.item for one in inherited("grandchild", PARENTS, findings)] == ["near"]
    assert [one.item.item for one in inherited("cousin", PARENTS, findings)] == ["far"]


def test_a_circle_of_parents_ends() -> None:
    assert inherited("a", {"a": "b", "b": "a"}, {}) == []
