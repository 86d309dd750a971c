r"""Words that do not belong to a problem: of the prompt, of the model, of its solution.

A box around a letter or a blank is notation (`\boxed{N}` for an operation, `\boxed{\phantom{0}}` for
an unknown digit), and "if the answer is infinite, enter ..." tells the form, not the answer.
"""

import re

_MADE = r"(?:new|evolved|rewritten|modified|revised|harder|updated|transformed|created)"
_TASK = r"(?:problem|prompt|question)"
_TEMPLATE = re.compile(
    "|".join(
        (
            r"</?\s?(?:plan|check|answer_form|think|problem|parent|strategy|answer)\b[^<>\n]{0,40}>",
            r"(?<![\w}])\{\{\s?[a-z_]{3,}\s?\}\}|<\|[a-z_]+\|>|\[/?inst\]",
            r"\[(?:insert|your|placeholder)\b[^\[\]\n]{0,60}\]",
            rf"#\s?(?:given|{_MADE}) {_TASK}\b|^\W{{0,4}}{_MADE} {_TASK}\W{{0,3}}:",
            rf"\b(?:here is|here's|below is) (?:[\w-]+ ){{1,4}}?(?:version|{_TASK})\b",
            rf"\b(?:the|your|this) (?:given|original|parent|seed|source|rewritten|evolved) {_TASK}\b",
            rf"\b{_MADE} version of (?:the|this|your) (?:\w+ )?{_TASK}\b",
            r"\byour task is\b|\bas an ai\b|\blanguage model\b|\bmust (?:change|stay|keep):",
            r"^\W{0,3}(?:strategy|answer[ _]form|difficulty|note to (?:the )?(?:solver|model))\s?:",
            r"^(?:sure|certainly|of course|okay)[,!]\s|\bi hope this\b|\blet me know if\b",
            r"\byour (?:final )?answer (?:with)?in \\boxed|\b(?:think|reason) step by step\b",
        )
    ),
    re.IGNORECASE | re.MULTILINE,
)


def leaks_template(statement: str) -> bool:
    """Whether words of a prompt or of a model's talk are left in the text."""
    return _TEMPLATE.search(statement) is not None


_LABEL = r"(?:final |correct )?(?:answers?|solutions?|ans|sol)"
_LEAK = re.compile(
    "|".join(
        (
            rf"^\W{{0,4}}{_LABEL}\b\W{{0,3}}[:.=]\s*\S|^\W{{0,4}}hints?\W{{0,3}}[:.]",
            rf"[.?!)$\]]\s+[(\[*]{{0,3}}(?:{_LABEL}|hint)\**\s?[:=]\s*\S",
            rf"\((?:{_LABEL}|hint)\s?[:.=]",
            r"(?:^|[.!?;:(]\s*|\b(?:so|thus|hence|therefore|note that),?\s+)"
            r"the (?:final |correct )?answer(?: to (?:the|this) \w+)?"
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
    """Whether the text holds its answer, a solution or a hint."""
    if _LEAK.search(statement):
        return True
    boxes = [found[1] for found in _BOX.finditer(statement)]
    return len(boxes) > 0 and not any(map(_NOTATION.match, boxes))
