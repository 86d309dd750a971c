"""The verdict on a candidate, rule by rule."""

from dataclasses import replace
from typing import Any

import pytest

from sure_math.decontaminate.index import Candidate, Overlap
from sure_math.decontaminate.items import Item
from sure_math.decontaminate.rules import RULES, decide
from sure_math.schemas import VERDICTS

SAME = Candidate(
    item=Item("set", "1", "text"),
    exact=False,
    overlap=Overlap(jaccard=0.6, words=0.8, covered=0.7, covering=0.7, run=20),
    numbers="same",
    weight=4,
    same_signs=True,
    same_drawing=True,
    added_words=0,
    lost_words=0,
)


def candidate(**changes: Any) -> Candidate:
    names = SAME.overlap.__dataclass_fields__
    overlap = {name: changes.pop(name) for name in list(changes) if name in names}
    return replace(SAME, **changes, overlap=replace(SAME.overlap, **overlap))


FAR = {"jaccard": 0.1, "words": 0.42, "covered": 0.2, "covering": 0.2}
PART = {"jaccard": 0.2, "words": 0.3, "covered": 0.95, "covering": 0.3, "weight": 3}


@pytest.mark.parametrize(
    ("changes", "agree", "rule", "blocked", "ask"),
    [
        ({"exact": True}, None, "exact", True, False),
        ({"exact": True, "numbers": "other"}, False, "exact", True, False),
        ({}, True, "answer", True, False),
        ({"jaccard": 0.3}, True, "answer", True, True),
        ({**FAR}, True, "answer", True, True),
        ({**FAR, "same_signs": False}, True, "similar", False, True),
        ({**FAR, "words": 0.46, "same_signs": False}, True, "answer", True, True),
        ({"weight": 0}, True, "answer", True, False),
        ({"weight": 0, "added_words": 1, "lost_words": 1}, True, "similar", False, True),
        ({"weight": 1, "jaccard": 0.3, "words": 0.3}, True, "answer", True, True),
        ({"weight": 1, "same_drawing": False}, True, "similar", False, True),
        ({"numbers": "more", "weight": 6, "jaccard": 0.3}, True, "answer", True, True),
        ({"numbers": "more", "jaccard": 0.3}, True, "similar", False, True),
        ({"numbers": "other", "jaccard": 0.95}, True, "similar", False, True),
        ({"numbers": "other", "jaccard": 0.3, "run": 9}, True, "similar", False, False),
        ({"numbers": "other", "jaccard": 0.3, "run": 30}, True, "similar", False, True),
        ({}, False, "similar", False, True),
        ({"jaccard": 0.4}, False, "similar", False, False),
        ({**PART, "numbers": "more"}, True, "contained", True, True),
        ({**PART, "numbers": "more"}, None, "contained", True, True),
        ({**PART, "numbers": "more"}, False, "similar", False, False),
        ({**PART, "numbers": "more", "same_drawing": False}, None, "similar", False, True),
        ({**PART, "numbers": "fewer"}, None, "similar", False, False),
        ({**PART, "numbers": "more", "lost_words": 1}, None, "similar", False, True),
        ({**PART, "numbers": "more", "lost_words": 1}, True, "contained", True, True),
        ({**PART, "numbers": "more", "added_words": 9}, None, "contained", True, True),
        ({**PART, "numbers": "more", "covered": 0.85}, None, "similar", False, True),
        ({**PART, "numbers": "more", "covered": 0.85}, True, "contained", True, True),
        ({}, None, "wording", True, True),
        ({"added_words": 1}, None, "wording", True, True),
        ({"added_words": 1, "lost_words": 1}, None, "similar", False, True),
        ({"same_signs": False}, None, "similar", False, True),
        ({"same_drawing": False}, None, "similar", False, True),
        ({"same_signs": False, "weight": 6, "lost_words": 4}, None, "wording", True, True),
        ({**FAR}, None, "wording", True, True),
        ({**FAR, "added_words": 1}, None, "similar", False, True),
        ({"weight": 1}, None, "wording", True, True),
        ({"weight": 0}, None, "similar", False, True),
    ],
)  # fmt: skip
def test_each_case_has_one_verdict(
    changes: dict[str, Any], agree: bool | None, rule: str, blocked: bool, ask: bool
) -> None:
    decision = decide(candidate(**changes), agree)
    assert (decision.rule, decision.blocked, decision.ask) == (rule, blocked, ask)
    assert 0 < decision.score <= 1


def test_every_rule_is_explained() -> None:
    assert {"exact", "judge", "lineage"} < set(RULES)
    assert all(RULES.values())
    assert "rule" in VERDICTS.schema.names
