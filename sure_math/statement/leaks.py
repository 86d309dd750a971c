r"""Words that do not belong to a problem: of the prompt, of the model, of its solution.

A box around a letter or a blank is notation (`\boxed{N}` for an operation, `\boxed{\phantom{0}}` for
an unknown digit), and "if the answer is infinite, enter ..." tells the form, not the answer.
"""

import re

_TEMPLATE = re.compile(
    r"</?\s?(?:plan|check|answer_form|think|problem|parent|strategy|solution|answer)\b[^<>\n]{0,40}>"
    r"|\{\{\s?\w+\s?\}\}|<\|[a-z_]+\|>|\[(?:insert|your|new|problem|placeholder)\b[^\[\]\n]{0,60}\]"
    r"|#\s?(?:given|rewritten|created|new|evolved) (?:prompt|problem|question)\b"
    r"|\b(?:here is|here's|below is) (?:the|a|an|your|my) (?:\w+ )?(?:new|evolved|rewritten|modified"
    r"|revised|harder|updated|transformed|more \w+|\w+ version|version|problem|question)\b"
    r"|\b(?:given|new|original|rewritten|evolved|parent|seed|source|old|modified|revised|previous)"
    r" (?:math(?:s|ematics|ematical)? )?(?:problem|prompt)\b(?! (?:of|in the (?:book|list)|set)\b)"
    r"|\b(?:rewritten|evolved|revised|modified|updated) (?:version|question|statement)\b"
    r"|\byour task is\b|\bas an ai\b|\blanguage model\b|\bmust (?:change|stay|keep):"
    r"|^\W{0,3}(?:strategy|answer[ _]form|difficulty|note to (?:the )?(?:evolver|solver|model))\s?:"
    r"|^(?:sure|certainly|of course|okay)[,!]\s|\bi hope this\b|\blet me know if\b"
    r"|\b(?:put|place|write|give|enclose) your (?:final )?answer (?:with)?in \\boxed"
    r"|\bthink step by step\b|\breason step by step\b|\\boxed\{\s?\}|^```|\[/?inst\]",
    re.IGNORECASE | re.MULTILINE,
)
_BOX = re.compile(r"\\f?boxed?\s?\{\s?([^{}]{0,80}(?:\{[^{}]{0,80}\}[^{}]{0,80}){0,3})\}")
_NO_ANSWER = re.compile(
    r"^(?:[A-Za-z?☐□]|\\(?:phantom|text|hspace|quad|,|;| ).{0,80}|\s*)$", re.DOTALL
)
_LEAK = re.compile(
    r"^\W{0,4}(?:final |correct )?(?:answers?|solution|ans|sol)\b\W{0,3}\s?[:.=]\s*\S"
    r"|[.?!)$\]]\s+[(\[*]{0,3}(?:final |correct )?(?:answer|solution|ans|hint)\**\s?[:.=]\s*\S"
    r"|\((?:answer|ans|solution|hint|note that the answer)\b[^()\n]{0,80}\)"
    r"|(?<!\bif )(?<!\bwhere )(?<!\bthat )(?<!\bthink )\bthe (?:final |correct )?answer"
    r"(?: to (?:the|this) (?:problem|question))? (?:is|equals|should be|must be|turns out to be|comes out)"
    r"(?: (?:equal to|therefore|simply))?[\s:]+(?=[-\d$\\(]|exactly\b)"
    r"|^\W{0,4}hints?\s?[:.]",
    re.IGNORECASE | re.MULTILINE,
)


def leaks_template(statement: str) -> bool:
    """Whether words of a prompt or of a model's talk are left in the text."""
    return _TEMPLATE.search(statement) is not None


def leaks_answer(statement: str) -> bool:
    """Whether the text holds its answer, a solution or a hint."""
    if _LEAK.search(statement):
        return True
    return any(not _NO_ANSWER.match(found[1]) for found in _BOX.finditer(statement))
