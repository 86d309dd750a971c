r"""The final answer of a response: its last complete, non-empty \boxed{...}.

Only the text outside the thinking counts, and only as far as the model answers its own question: a
base model may run on to a new one. Boxes that make one answer together are joined.
A response without a final answer gives None and a status that says why, never a sentinel string.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sure_math.answers.boxes import boxes, plain_boxes
from sure_math.answers.joining import join_last
from sure_math.answers.thinking import after_thinking

Status = Literal[
    "boxed",
    "the_answer_is",  # fallback: "The answer is ..."
    "final_answer",  # fallback: "Final answer: ...", "**Answer:** ..."
    "hashes",  # fallback: "#### ..."
    "no_box",
    "empty_box",
    "placeholder",
    "unclosed_box",
    "unclosed_thinking",
    "truncated",
    "empty_response",
]
Fallback = Literal["the_answer_is", "final_answer", "hashes"]


@dataclass(frozen=True)
class Extraction:
    """The final answer as the model wrote it, or None, and how that came about."""

    answer: str | None
    status: Status


_PLACEHOLDER = re.compile(
    r"(?:\\(?:text|mathrm|textbf)\{)?[\[<({]?\s*(?:(?:your|the|final|insert|put)[\s_]+)*"
    r"(?:answer|final answer|solution|result|\.{2,}|…|\\[lc]?dots|_+)(?:\s+here)?\s*[\])>}]?\}?\.?",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"(?:\s|~|\\[ ,;:!]|\\q?quad|\\(?:text|mathrm)\{\s*\}|\\[hv]?phantom\{[^{}]*\}|\{\s*\}|\$)*"
)
_MAX_PLACEHOLDER = 60
# What a new question begins with once the first is answered.
_ROLE = r"(?:problem|question|exercise|human|user|input|instruction)"
_TASK = r"(?:this|the[ \t]+(?:following|next))(?:[ \t]+\w+)?[ \t]+(?:problem|question|exercise)"
_NEXT_QUESTION = re.compile(
    r"^[ \t]*(?:\#{1,6}[ \t]*|\*\*)?(?:"
    rf"{_ROLE}[ \t]*(?:\*\*)?:|(?<=\#)[ \t]*{_ROLE}[ \t]*$|q[ \t]*:(?=[^\n]*\?)"
    r"|(?:now,?[ \t]+)?(?:(?:it['’]?s|is)[ \t]+)?your[ \t]+turn\b"
    r"|here[ \t]+is[ \t]+(?:a|the)[ \t]+(?:new|next)[ \t]+(?:problem|question)"
    rf"|(?:(?:now|please),?[ \t]+)?(?:solve|answer)[ \t]+{_TASK})"
    r"|<\|(?:im_start|im_end|endoftext|eot_id|end_of_text|user|start_header_id)\|>|\[INST\]|</s>",
    re.IGNORECASE | re.MULTILINE,
)
# The text of a box that is never closed ends with the formula or paragraph it stands in.
_FORMULA_END = re.compile(r"(?<!\\)(?:\$|\\[\])])|\n[ \t]*\n")
_FALLBACKS: dict[Fallback, re.Pattern[str]] = {
    "the_answer_is": re.compile(r"answer\s+is:?[ \t]*((?:[^\n.]|\.(?=\d))+)", re.IGNORECASE),
    "final_answer": re.compile(
        r"^[ \t#*_>-]{0,8}(?:final[ \t]+)?answer[ \t*_]*+:[ \t*_]*+\n?[ \t*_]*+(\S[^\n]*)",
        re.IGNORECASE | re.MULTILINE,
    ),
    "hashes": re.compile(r"^####[ \t]*(\S[^\n]*)", re.MULTILINE),
}


def extract_answer(text: str) -> str | None:
    """The final boxed answer of a response, or None."""
    return extract(text).answer


def extract(
    text: str, *, finish_reason: str = "stop", fallbacks: Sequence[Fallback] = ()
) -> Extraction:
    """The final answer of a response and how it was found.

    Args:
        text: the response; if the chat template opened the thinking, a response cut inside it
            carries no marker, so put the template's "<think>" before it.
        finish_reason: "length" if the token limit cut the response.
        fallbacks: patterns to try, in order, when there is no box; the status names the one used.

    A box that is still open where the text ends was the final answer, so an earlier box does not
    stand in for it.
    """
    outside = after_thinking(text)
    if outside is None:
        return Extraction(None, "unclosed_thinking")
    if not outside.strip():
        return Extraction(None, "truncated" if finish_reason == "length" else "empty_response")
    cut = finish_reason == "length"
    found = _boxed(plain_boxes(outside), cut)
    if found.answer is None and not (cut and found.status == "unclosed_box"):
        found = _fallback(outside, fallbacks) or found
    if found.answer is None and cut:
        return Extraction(None, "truncated")
    return found


def _boxed(text: str, cut: bool) -> Extraction:
    found, unclosed = boxes(text)
    answers = [box for box in found if _is_answer(box.content)]
    several = len(answers) > 1 or (answers and unclosed is not None)
    end = _next_question(text, answers[0].end) if several else len(text)
    answers = [box for box in answers if box.start < end]
    if unclosed is not None and unclosed < end:
        superseded = bool(answers) and answers[-1].end > unclosed
        if cut or not (superseded or _FORMULA_END.search(text, unclosed)):
            return Extraction(None, "unclosed_box")
    if answers:
        return Extraction(join_last(text, answers), "boxed")
    if found:
        empty = all(_NOTHING.fullmatch(box.content) for box in found)
        return Extraction(None, "empty_box" if empty else "placeholder")
    return Extraction(None, "no_box" if unclosed is None else "unclosed_box")


def _fallback(text: str, names: Sequence[Fallback]) -> Extraction | None:
    for name in names:
        found = [one for one in _FALLBACKS[name].finditer(text) if _is_answer(_bare(one[1]))]
        if found:
            end = _next_question(text, found[0].end())
            last = [one for one in found if one.start() < end][-1]
            return Extraction(_bare(last[1]), name)
    return None


def _bare(line: str) -> str:
    """What a line of prose says, without Markdown emphasis and full stop."""
    return line.strip().strip("*").strip().removesuffix(".").rstrip()


def _next_question(text: str, start: int) -> int:
    """Where the model, having answered, runs on to a question of its own; or the end."""
    question = _NEXT_QUESTION.search(text, start)
    return question.start() if question else len(text)


def _is_answer(content: str) -> bool:
    if len(content) <= _MAX_PLACEHOLDER and _PLACEHOLDER.fullmatch(content):
        return False
    return not _NOTHING.fullmatch(content)
