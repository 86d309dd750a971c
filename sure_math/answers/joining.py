r"""Which boxes at the end of a response are one answer: "x = \boxed{1} or x = \boxed{2}".

Neighbouring boxes belong together if what stands between them links them: nothing but a separator,
"and the maximum is", the next case ("If $r = -1$, then ..."), or "the third angle is". So do the
last boxes of consecutive parts, (a), (b), (c). A correction or a second way to the same value links
nothing, and one value written twice is not a list: its last form stands alone.
"""

import re
from collections.abc import Iterator, Sequence

from sure_math.answers.boxes import Box
from sure_math.answers.equivalence import compare
from sure_math.answers.problem import problem_keys

_MAX_JOINED = 16
_MAX_CONTENT = 300
_MAX_SEPARATOR, _MAX_SENTENCE, _MAX_BETWEEN = 80, 250, 600

# "$x = \boxed{1}$, $y = \boxed{2}$ or \boxed{3}": on one line or several, in a list, with labels;
# "\boxed{5} hours and \boxed{20} minutes".
_LABEL = r"(?:\((?:[a-h]|[ivx]{1,4}|\d{1,2})\)|(?:[a-h]|\d{1,2})[.)]|Part\s+\(?\w\)?:?)"
_SEPARATOR = re.compile(
    r"(?:[\s$,;&]|\\[ ,;:!()\[\]]|\\\\|\\q?quad(?![A-Za-z])|(?:\b[a-z]+\s+)?\b(?:and|or)\b"
    r"|\*\*|(?<=\n)[-*•]\s|\\(?:begin|end)\{(?:aligned|gathered|align\*?)\}"
    rf"|\\text\{{\s*(?:and|or|{_LABEL})\s*\}}|(?<![\w(]){_LABEL}"
    r"|(?<![A-Za-z])(?:\\(?:angle|alpha|beta|gamma|theta|lambda|mu)(?![a-z])\s*[A-Z]{0,3}"
    r"|[A-Za-z]{1,3})(?:_\{?\w+\}?)?(?:\([A-Za-z]\))?\s*=)*"
)
# "The minimum of $a$ is \boxed{0} and the maximum of $a$ is \boxed{1}."
_AND_THE = re.compile(
    r"[\s$),;\\\]]*\b(?:and|while)\s+(?:the|its|their|that)\b.*(?:\b(?:is|are|be|has)\b|=)[\s$(\\\[]*",
    re.DOTALL,
)
# "If $r = 1$, then $b = \boxed{2}$. If $r = -1$, then $b = \boxed{3}$."
_CASE = re.compile(r"[\s$).,;\\\]]*(if|when|for)\b", re.IGNORECASE)
# "so this angle is \boxed{60}. ... Then the third angle is \boxed{75}."
_ANOTHER = re.compile(
    r"\b(?:another|other(?:\s+two)?|second|third|fourth|remaining|last)\s+([a-z]{3,}?)s?\b"
)
_SENTENCE_END = re.compile(r"[.!?][$)]*\s|\n\s*\n")
_CORRECTION = re.compile(
    r"\b(?:wait|mistake|actually|incorrect|correct(?:ed|ion)?|however|instead|sorry|error|check"
    r"|also|alternative(?:ly)?|solution|method|approach|way|(?-i:OR))\b",
    re.IGNORECASE,
)
_CONSEQUENCE = re.compile(r"\b(?:so|thus|hence|therefore|then|which|because|since|giv(?:es|ing))\b")
_EITHER = re.compile(r"[^A-Za-z]{0,12}[Ee]ither\b")
# The heading or label that begins a part, or ends the parts.
_PART = re.compile(
    r"^[ \t#*>-]{0,8}(?:(?:Part|Question)\s+\(?([a-h1-9])\b|\(([a-h])\)|(?:The\s+)?Final\s+Answer)",
    re.MULTILINE | re.IGNORECASE,
)


def join_last(text: str, boxes: Sequence[Box]) -> str:
    """The last answer: the content of the last box, or of all the boxes it consists of."""
    last = boxes[-1]
    if len(boxes) == 1 or _EITHER.match(text, last.end):
        return last.content
    contents = [last.content, *(_linked(text, boxes) or _parts(text, boxes))]
    if len(contents) == 1:
        return last.content
    keys = problem_keys(contents)
    joined: list[str] = []
    for content in contents:
        if not any(compare(keys[content], keys[other]).verdict == "equal" for other in joined):
            joined.append(content)
    return ", ".join(reversed(joined))


def _linked(text: str, boxes: Sequence[Box]) -> list[str]:
    """Contents of the boxes linked to the last one, directly or through others; backwards."""
    linked: list[str] = []
    for before, after in _pairs_backwards(boxes):
        if not _link(text, before, after):
            break
        linked.append(before.content)
    return linked


def _pairs_backwards(boxes: Sequence[Box]) -> Iterator[tuple[Box, Box]]:
    for at in range(len(boxes) - 1, max(0, len(boxes) - _MAX_JOINED), -1):
        if max(len(boxes[at - 1].content), len(boxes[at].content)) > _MAX_CONTENT:
            return
        yield boxes[at - 1], boxes[at]


def _link(text: str, before: Box, after: Box) -> bool:
    between = text[before.end : after.start]
    if len(between) > _MAX_BETWEEN or _CORRECTION.search(between):
        return False
    if len(between) <= _MAX_SEPARATOR and _SEPARATOR.fullmatch(between):
        return True
    lead = text[max(0, before.start - _MAX_SENTENCE) : before.start]
    return (
        _continues(between)
        or _next_row(between)
        or _next_case(lead, between)
        or any(found[1] in lead[-60:] for found in _ANOTHER.finditer(between))
    )


def _continues(between: str) -> bool:
    """Whether the sentence goes on to name another quantity."""
    return (
        len(between) <= _MAX_SENTENCE
        and _AND_THE.fullmatch(between) is not None
        and not _SENTENCE_END.search(between)
        and not _CONSEQUENCE.search(between)
    )


def _next_row(between: str) -> bool:
    r"""Whether a new row of a display, "\\ y &= 2a =", leads from one box to the next."""
    punctuation, _, row = between.partition(r"\\")
    left, equals, right = row.partition("=")
    return (
        not punctuation.strip(" ,;.\n")
        and bool(left.strip(" &\n") and equals)
        and right.rstrip()[-1:] in ("", "=")
        and not re.search(r"\$|\\\\", row)
    )


def _next_case(lead: str, between: str) -> bool:
    """Whether the box before ends one case and the next sentence treats the next."""
    case = _CASE.match(between)
    if case is None or _SENTENCE_END.search(between, case.end()):
        return False
    return _SENTENCE_END.split(lead)[-1].lstrip().lower().startswith(case[1].lower())


def _parts(text: str, boxes: Sequence[Box]) -> list[str]:
    """The last box of every part before the last one; none unless (a) or Part 1 has one."""
    labels = [(found.start(), found[1] or found[2]) for found in _PART.finditer(text)]
    answers: list[str] = []
    wanted: str | None = None
    for box in reversed(boxes[-_MAX_JOINED:]):
        while labels and labels[-1][0] > box.start:
            labels.pop()
        label = (labels[-1][1] or "").lower() if labels else ""
        if wanted is None and (not label or label in "a1"):
            return []
        if wanted is not None and label == wanted and len(box.content) <= _MAX_CONTENT:
            answers.append(box.content)
        if wanted is None or label == wanted:
            if label in ("a", "1"):
                return answers
            wanted = chr(ord(label) - 1)
    return []
