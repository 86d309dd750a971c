"""What a problem statement looks like: one pure function per defect, text in, verdict out.

`DETECTORS` names them; `evolve` rejects what they find, `seeds` stores it as flags. They read the
prose of a statement (drawings cut out, formulas masked), never its mathematics: a statement that
is wrong shows in the teacher's answers. In doubt nothing is found, because a lost good problem
costs more than a bad one that passes. All take linear time and never raise, whatever the text.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sure_math.statement.choices import offers_choices
from sure_math.statement.figure import needs_figure
from sure_math.statement.language import is_foreign
from sure_math.statement.leaks import leaks_answer, leaks_template
from sure_math.statement.notation import has_controls, is_unbalanced
from sure_math.statement.parts import asks_parts
from sure_math.statement.questions import asks_many, asks_nothing, asks_only_proof, asks_yes_or_no

DETECTORS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "control_characters": has_controls,
        "language": is_foreign,
        "unbalanced": is_unbalanced,
        "template_leak": leaks_template,
        "answer_leak": leaks_answer,
        "figure": needs_figure,
        "proof_only": asks_only_proof,
        "multi_part": asks_parts,
        "many_questions": asks_many,
        "multiple_choice": offers_choices,
        "binary": asks_yes_or_no,
        "no_question": asks_nothing,
    }
)
"""The detector of each defect, by its name."""

__all__ = [
    "DETECTORS",
    "asks_many",
    "asks_nothing",
    "asks_only_proof",
    "asks_parts",
    "asks_yes_or_no",
    "has_controls",
    "is_foreign",
    "is_unbalanced",
    "leaks_answer",
    "leaks_template",
    "needs_figure",
    "offers_choices",
]
