"""The validation ladder: every rung an attempt climbs before its problem counts.

Parse, form, identity, contract of the strategy, contamination, and the judge's votes on whether the
problem is well posed. The first rung that fails gives the reason; what the later stages find
(duplicates, lineage, problems without an answer) is rejected there.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sure_math.backends.base import Completion
from sure_math.decontaminate.checker import Checked, Checker
from sure_math.decontaminate.screen import REASONS as EVAL_REASONS
from sure_math.decontaminate.screen import blocking
from sure_math.evolve.contracts import CONTRACT_REASONS, contract_finding
from sure_math.evolve.parse import parse_evolution
from sure_math.evolve.validate import (
    FORM_REASONS,
    IDENTITY_REASONS,
    PARSE_REASONS,
    form_reason,
    identity_reason,
)
from sure_math.evolve.validity import ValidityJudge, is_rejected

REQUEST_REASONS = ("prompt_too_long", "request_rejected", "malformed_response")
REASONS = frozenset(
    {
        *REQUEST_REASONS,
        *PARSE_REASONS,
        *FORM_REASONS,
        *IDENTITY_REASONS,
        *CONTRACT_REASONS,
        *EVAL_REASONS,
        "ill_posed",
    }
)


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
    parameters: tuple[str, ...] = ()
    validity: tuple[str, ...] = ()


class Ladder:
    """The rungs of one recipe, cheapest first, each for all candidates that still stand."""

    def __init__(self, benchmarks: Checker, validity: ValidityJudge | None = None) -> None:
        """`validity` None: nobody votes."""
        self._benchmarks = benchmarks
        self._validity = validity

    def climb(self, candidates: Sequence[Candidate]) -> list[Outcome]:
        """The outcome of every candidate, in the order given."""
        outcomes = {candidate.id: _read(candidate) for candidate in candidates}
        outcomes |= self._decontaminate(_standing(outcomes))
        if self._validity is not None:
            outcomes |= self._vote(self._validity, _standing(outcomes))
        return [outcomes[candidate.id] for candidate in candidates]

    def _decontaminate(self, standing: dict[str, Outcome]) -> dict[str, Outcome]:
        checked = [Checked(key, outcome.problem or "") for key, outcome in standing.items()]
        found = self._benchmarks.check(checked)
        reasons = {key: blocking(findings) for key, findings in found.items()}
        return {
            key: replace(standing[key], reason=why[0], detail=why[1])
            for key, why in reasons.items()
            if why is not None
        }

    def _vote(self, judge: ValidityJudge, standing: dict[str, Outcome]) -> dict[str, Outcome]:
        texts = {key: outcome.problem or "" for key, outcome in standing.items()}
        votes = judge.vote(texts)
        return {key: _voted(outcome, votes[key]) for key, outcome in standing.items()}


def _standing(outcomes: dict[str, Outcome]) -> dict[str, Outcome]:
    return {key: outcome for key, outcome in outcomes.items() if outcome.reason is None}


def _voted(outcome: Outcome, votes: tuple[str, ...]) -> Outcome:
    if not is_rejected(votes):
        return replace(outcome, validity=votes)
    detail = ", ".join(f"{word} {count}" for word, count in Counter(votes).most_common())
    return replace(outcome, validity=votes, reason="ill_posed", detail=detail)


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
    child = parsed.problem
    read = Outcome(sample.text, child, answer_form=parsed.answer_form)
    reason = form_reason(child) or identity_reason(child, parent, ancestors)
    if reason:
        return replace(read, reason=reason)
    found = contract_finding(candidate.strategy, parent, child, parsed.tags)
    return replace(
        read,
        reason=found.reason,
        detail=found.detail,
        flags=found.flags,
        parameters=found.parameters,
    )
