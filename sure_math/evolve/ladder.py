"""The validation ladder: every rung an attempt climbs before its problem counts.

Parse, form, identity, contract of the strategy, contamination, and the judge's votes on whether the
problem is well posed. The first rung that fails gives the reason; what the later stages find
(duplicates, lineage, problems without an answer) is rejected there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sure_math.backends.base import Completion
from sure_math.evolve.parse import parse_evolution
from sure_math.evolve.validate import (
    FORM_REASONS,
    IDENTITY_REASONS,
    PARSE_REASONS,
    form_reason,
    identity_reason,
)

REQUEST_REASONS = ("prompt_too_long", "request_rejected", "malformed_response")
REASONS = frozenset({*REQUEST_REASONS, *PARSE_REASONS, *FORM_REASONS, *IDENTITY_REASONS})


@dataclass(frozen=True)
class Candidate:
    """What an attempt brought back."""

    id: str
    strategy: str
    completion: Completion
    lineage: Sequence[str]
    """Texts from the seed to the parent."""


@dataclass(frozen=True)
class Outcome:
    """A problem that stands, or the rung on which it fell."""

    raw: str
    problem: str | None = None
    reason: str | None = None
    detail: str | None = None
    answer_form: str | None = None
    flags: tuple[str, ...] = ()
    validity: tuple[str, ...] = ()


class Ladder:
    """The rungs of one recipe."""

    def climb(self, candidates: Sequence[Candidate]) -> list[Outcome]:
        """The outcome of every candidate, in the order given."""
        return [_read(candidate) for candidate in candidates]


def _read(candidate: Candidate) -> Outcome:
    """The rungs that need nothing but the candidate's own text and its ancestors."""
    failure = candidate.completion.failure
    if failure:
        return Outcome(failure.detail, reason=failure.reason)
    sample = candidate.completion.samples[0]
    parsed = parse_evolution(sample.text, sample.finish_reason)
    if parsed.problem is None:
        return Outcome(sample.text, reason=parsed.reason)
    *ancestors, parent = candidate.lineage
    reason = form_reason(parsed.problem) or identity_reason(parsed.problem, parent, ancestors)
    return Outcome(sample.text, parsed.problem, reason, answer_form=parsed.answer_form)
