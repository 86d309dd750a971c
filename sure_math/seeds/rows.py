"""What the adapters make of a source's rows: a seed, or a reject with its reason."""

from dataclasses import dataclass
from typing import Any, Literal

Row = dict[str, Any]
"""One row as the source stores it."""

AnswerSource = Literal["source", "program", "user"]
"""`source`: the source's own reference answer; `program`: recomputed by a program of this
repository; `user`: the answer column of the user's file."""

Reason = Literal[
    "empty",
    "not_text",
    "too_short",
    "control_characters",
    "duplicate",
    "near_duplicate",
    "label_conflict",
]
REASONS: dict[Reason, str] = {
    "empty": "the problem is empty",
    "not_text": "the problem is not a string",
    "too_short": "the problem has fewer characters than seeds.min_length",
    "control_characters": "control characters or lone surrogates that no repair rule explains",
    "duplicate": "the same text as a kept problem",
    "near_duplicate": "almost the same text as a kept problem, the same numbers and answer",
    "label_conflict": "the same text with contradicting answers; none of them can be trusted",
}

Flag = Literal[
    "figure",
    "proof",
    "multi_part",
    "multiple_choice",
    "multiple_answers",
    "repaired",
    "eval_source",
]


@dataclass(frozen=True)
class Draft:
    """A source row brought to common names, not yet checked."""

    problem: Any
    answer: str | None = None
    upstream_id: str | None = None
    """Id within the split; None: the row's number."""
    level: str | None = None
    domain: str | None = None
    tier: str | None = None
    """Where rows carry their own tier, only those of the source's tier are used."""
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True)
class SeedRow:
    """A usable problem.

    `id` is `dataset:config:split:id`; `source` the name in the recipe; `answer` verified or
    reference ground truth, never a model's answer; `revision` None for local files.
    """

    id: str
    source: str
    problem: str
    answer: str | None
    answer_source: AnswerSource | None
    license: str
    revision: str | None
    level: str | None
    domain: str | None
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class Reject:
    """A row that is not used, with its raw text."""

    id: str
    reason: Reason
    detail: str | None
    raw: str
