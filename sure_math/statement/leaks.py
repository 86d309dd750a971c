r"""Words that do not belong to a problem: of the prompt, of the model, of its solution.

A box around a letter or a blank is notation (`\boxed{N}` for an operation, `\boxed{\phantom{0}}`
for an unknown digit), and "if the answer is infinite, enter ..." tells the form, not the answer.
"""

import re

from sure_math.statement.prose import prose

_MADE = r"(?:new|evolved|rewritten|rephrased|modified|revised|harder|updated|transformed|created)"
_TASK = r"(?:problem|prompt|question|instruction)"
_TEMPLATE = re.compile(
    "|".join(
        (
            r"</?\s?(?:plan|check|answer_form|think|problem|parent|strategy)\b[^<>\n]{0,40}>",
            r"\[/?(?:problem|question|instruction|prompt)\]|(?-i:<[A-Z]{3,}(?:_[A-Z0-9]+)*>)",
            r"(?<![\w}])\{\{\s?[a-z_]{3,}\s?\}\}|<\|[a-z_]+\|>|\[/?inst\]",
            r"\[(?:insert|your|placeholder)\b[^\[\]\n]{0,60}\]",
            rf"#\s?(?:given|{_MADE}) {_TASK}\b",
            rf"^\W{{0,4}}(?:given|{_MADE}) {_TASK}\b[^:.?\n]{{0,80}}:",
            rf"\b(?:here|below|following)(?: is|'s) (?:[\w-]+ ){{1,4}}?(?:version|{_TASK})\b",
            rf"\b(?:the|your|this) (?:given|original|parent|seed|rewritten|evolved) {_TASK}\b",
            rf"\b{_MADE} version of (?:the|this|your) (?:\w+ )?{_TASK}\b",
            r"\bas an ai\b|\blanguage model\b|\bmust (?:change|stay|keep):",
            r"^\W{0,3}(?:strategy|answer[ _]form|difficulty|note to (?:the )?(?:solver|model))\s?:",
            r"^(?:sure|certainly|of course|okay)[,!]\s|\bi hope this\b|\blet me know if\b",
            r"\byour (?:final )?answer (?:with)?in \\boxed|\b(?:think|reason) step by step\b",
        )
    ),
    re.IGNORECASE | re.MULTILINE,
)


# A slot that was never filled, in the prose: {name}. In a formula braces hold a subscript.
_SLOT = re.compile(r"(?<![\w\\^}])\{[a-z_]+\d?\}")


def leaks_template(statement: str) -> bool:
    """Whether words of a prompt or of a model's talk are left in the text."""
    if _TEMPLATE.search(statement):
        return True
    return "{" in statement and len(set(_SLOT.findall(prose(statement)))) > 1


_LABEL = r"(?:(?:final|correct|expected|reference) )?(?:answers?|solutions?|option|ans|sol)"
_LEAK = re.compile(
    "|".join(
        (
            rf"^\W{{0,4}}{_LABEL}\b\W{{0,3}}(?:[:.=]\s*|\n\s*)\S|</?answer\b[^<>\n]{{0,40}}>|####\s?\S",
            rf"[.?!)$\]]\s+[(\[*]{{0,3}}{_LABEL}\**\s?[:=]\s*\S|\((?:{_LABEL})\s?[:.=]",
            r"[.?!$]\s+(?:ans|solution)\.\s|\"answer\"\s?:|\b(?:therefore|hence|thus) equals\b",
            r"(?:^|[.!?;:(]\s*|\b(?:so|thus|hence|therefore|note that|given that),?\s+)"
            r"the (?:final |correct )?(?:answer|result)(?: to (?:the|this) \w+)?"
            r" (?:is|equals|should be|must be|turns out to be|comes out)"
            r"(?: (?:equal to|therefore|simply|exactly))?[\s:]+(?=[-\d$\\(])",
        )
    ),
    re.IGNORECASE | re.MULTILINE,
)
_BOX = re.compile(r"\\f?box(?:ed)?\s?\{\s?([^{}]{0,80}(?:\{[^{}]{0,80}\}[^{}]{0,80}){0,3})\}")
_NOTATION = re.compile(
    r"(?:[A-Za-z?☐□]?\s*|\\(?:phantom|text|hspace|quad|[,; ]).{0,80})$", re.DOTALL
)


def leaks_answer(statement: str) -> bool:
    """Whether the text holds its answer or a solution; a hint is none."""
    if _LEAK.search(statement):
        return True
    boxes = [found[1] for found in _BOX.finditer(statement)]
    return len(boxes) > 0 and not any(map(_NOTATION.match, boxes))
