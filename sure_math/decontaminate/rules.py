"""Is a candidate the benchmark item? What text, numbers and answers decide, and what they do not.

Measured on real rows: n-grams alone cannot tell a reworded problem from its sister. The numbers
can: of pairs with equal answers and different numbers hardly any are one problem, of those with the
same numbers nearly all are. Where an answer is missing, the signs and the telling words must agree
as well. Two problems whose answers clearly differ are two problems.
"""

from dataclasses import dataclass
from typing import Literal

from sure_math.decontaminate.index import Candidate

Rule = Literal["exact", "answer", "contained", "wording", "similar", "judge", "lineage"]
RULES: dict[Rule, str] = {
    "exact": "the same text up to notation",
    "answer": "equal answers, the same numbers and similar text",
    "contained": "one text holds nearly all of the other and its numbers",
    "wording": "the same numbers, signs and telling words; answers not comparable",
    "similar": "similar, but the same by no rule",
    "judge": "the judge's verdict",
    "lineage": "an ancestor is blocked",
}


_SURE = 0.5  # Jaccard similarity of the 3-grams of texts that hardly differ
_COPY = 0.75  # of the 3-grams of texts between which a name or a place was exchanged
_MANY = 6  # numbers that do not agree by chance
_LONG = 25  # tokens in a row that are copied


@dataclass(frozen=True)
class Decision:
    """What the rules say of a candidate."""

    rule: Rule
    score: float
    """The similarity behind the rule, in [0, 1]."""
    blocked: bool
    """The verdict where no judge is asked."""
    ask: bool
    """Whether a judge's verdict would count for more."""


def decide(candidate: Candidate, answers_agree: bool | None) -> Decision:
    """The verdict on one candidate.

    Args:
        candidate: from `ItemIndex.candidates`.
        answers_agree: None if one is unknown or they cannot be compared.
    """
    one, inside = candidate, _inside(candidate)
    jaccard = one.overlap.jaccard
    if one.exact:
        return Decision("exact", 1.0, blocked=True, ask=False)
    if answers_agree and _alike(one):
        score = max(jaccard, one.overlap.words)
        return Decision("answer", score, blocked=True, ask=jaccard < _SURE)
    if answers_agree is not False and one.weight >= 2 and _contained(one, answers_agree):
        return Decision("contained", inside, blocked=True, ask=True)
    if answers_agree is None and _same_wording(one):
        return Decision("wording", jaccard, blocked=True, ask=True)
    return Decision("similar", jaccard, blocked=False, ask=_open(one, answers_agree))


def _alike(one: Candidate) -> bool:
    """Similar enough for a problem with an equal answer and the same numbers, or many of them."""
    jaccard, words = one.overlap.jaccard, one.overlap.words
    if one.numbers != "same":
        return one.numbers != "other" and one.weight >= _MANY and jaccard >= 0.25
    if one.weight >= 2:
        return jaccard >= 0.25 or words >= (0.4 if one.same_signs else 0.45)
    if not (one.same_signs and one.same_drawing):
        return False
    return jaccard >= 0.3 if one.weight else jaccard >= _SURE and _changed(one) <= 1


def _same_wording(one: Candidate) -> bool:
    """Whether what identifies the two is the same, apart from an answer."""
    jaccard = one.overlap.jaccard
    if one.numbers != "same":
        return False
    if one.weight >= _MANY and jaccard >= 0.25 and _changed(one) <= 4:
        return True
    if not (one.same_signs and one.same_drawing):
        return False
    if one.weight >= 2 and _changed(one) == 0 and one.overlap.words >= 0.4:
        return True
    if one.weight >= 2:
        return jaccard >= _COPY or (jaccard >= 0.25 and _changed(one) <= 1)
    return jaccard >= (_SURE if one.weight else 0.8) and _changed(one) == 0


def _contained(one: Candidate, answers_agree: bool | None) -> bool:
    """Whether one text stands in the other with its numbers and its telling words."""
    if answers_agree is None and not one.same_drawing:
        return False
    lost = one.lost_words if one.overlap.covered >= one.overlap.covering else one.added_words
    share, words = (0.8, 1) if answers_agree else (0.9, 0)
    return _inside(one) >= share and lost <= words


def _inside(one: Candidate) -> float:
    """How much of a text stands inside the other, if its numbers do as well."""
    covered, covering = one.overlap.covered, one.overlap.covering
    both = max(covered, covering) if one.same_signs else 0.0
    return {"same": both, "more": covered, "fewer": covering, "other": 0.0}[one.numbers]


def _open(one: Candidate, answers_agree: bool | None) -> bool:
    """Whether a judge should look at what no rule blocks."""
    jaccard = one.overlap.jaccard
    if answers_agree is False:
        return one.numbers == "same" and one.same_signs and jaccard >= _SURE
    if one.numbers == "other":
        return jaccard >= (0.35 if answers_agree else _SURE) or one.overlap.run >= _LONG
    return one.numbers == "same" or _inside(one) >= _SURE


def _changed(one: Candidate) -> int:
    return one.added_words + one.lost_words
