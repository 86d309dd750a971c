"""One raw row to a seed or a reject: repair, length, flags."""

from dataclasses import dataclass

from sure_math.config import EvaluationSet, SourceConfig
from sure_math.problem_set import ProblemSet
from sure_math.seeds.adapters import Adapter
from sure_math.seeds.rows import Draft, Flag, Reason, Reject, Row, SeedRow
from sure_math.statement import asks_only_proof, asks_parts, needs_figure, offers_choices
from sure_math.text import repair_controls


@dataclass(frozen=True)
class Located:
    """A raw row and where it stands in its source (`dataset:config:split`, row number)."""

    place: str
    number: int
    revision: str | None
    row: Row


def check(
    source: ProblemSet, adapter: Adapter, located: Located, min_length: int
) -> SeedRow | Reject | None:
    """A seed, a reject, or None for a row that does not belong to this source."""
    draft = adapter.draft(located.row)
    if draft is None:
        return None
    if draft.tier is not None and isinstance(source, SourceConfig) and draft.tier != source.tier:
        return None
    place = f"{located.place}:{draft.upstream_id or located.number}"
    if not isinstance(draft.problem, str):
        nothing = draft.problem is None
        return _reject(place, "empty" if nothing else "not_text", repr(draft.problem))
    problem = repair_controls(draft.problem)
    answer = repair_controls(draft.answer or "")
    if problem is None or answer is None:
        where = "in the problem" if problem is None else "in the answer"
        return _reject(place, "control_characters", draft.problem, where)
    text = problem[0].strip()
    if len(text) < max(min_length, 1):
        detail = f"{len(text)} of {min_length} characters" if text else None
        return _reject(place, "too_short" if text else "empty", draft.problem, detail)
    benchmark = isinstance(source, EvaluationSet) or (
        (source.split or adapter.split) in adapter.benchmark_splits
    )
    value = answer[0].strip() or None
    return SeedRow(
        id=place,
        source=source.name,
        problem=text,
        answer=value,
        answer_source=None if value is None else adapter.answer_source,
        license=adapter.license,
        revision=located.revision,
        level=draft.level,
        domain=draft.domain,
        flags=_flags(draft, text, value, problem[1] or answer[1], benchmark),
    )


def _flags(
    draft: Draft, problem: str, answer: str | None, repaired: bool, benchmark: bool
) -> tuple[Flag, ...]:
    noticed: dict[Flag, bool] = {
        "figure": needs_figure(problem),
        "proof": answer is None and asks_only_proof(problem),
        "multi_part": asks_parts(problem),
        "multiple_choice": offers_choices(problem),
        "repaired": repaired,
        "eval_source": benchmark,
    }
    return tuple(sorted({*draft.flags, *(flag for flag, found in noticed.items() if found)}))


def _reject(place: str, reason: Reason, raw: str, detail: str | None = None) -> Reject:
    # Lone surrogates cannot be stored; their escapes can.
    return Reject(place, reason, detail, raw.encode(errors="backslashreplace").decode())
