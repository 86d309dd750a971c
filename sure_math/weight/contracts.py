"""What the teacher's answers say of a strategy's contract; a flag each, nothing is rejected.

Before sampling a contract can only be suspected broken (`evolve.contracts`); the majority answer
settles it. Without a majority, or without a known answer of the parent, nothing is said.
"""

import re
from collections.abc import Collection

from sure_math.answers.equivalence import equivalent

ANSWER_FLAGS = ("answer_changed", "noop", "not_algebraized")

_TEXT = re.compile(r"\\(?:text(?:bf|it|rm)?|mathrm|mbox|operatorname\*?)\s*\{[^{}]*\}")
_COMMAND = re.compile(r"\\([a-zA-Z]+)")


def answer_flags(
    strategy: str | None,
    flags: Collection[str],
    majority_answer: str | None,
    *,
    parent_answer: str | None = None,
    parameters: Collection[str] = (),
) -> tuple[str, ...]:
    """Flags of one problem that its majority answer decides.

    Args:
        strategy: the strategy that made the problem; None for a seed.
        flags: what was noticed when it was made (`noop_suspect`).
        majority_answer: the teacher's most frequent answer; None on a tie.
        parent_answer: the verified answer of the problem before it; None where none is known.
        parameters: the letters that *algebraize* brought in.

    Returns:
        answer_changed: a rewrite whose answer is not its parent's; noop: a harder problem that
        looks like its parent and has its answer; not_algebraized: no parameter is in the answer.
    """
    if majority_answer is None:
        return ()
    if strategy == "algebraize" and parameters:
        return () if letters(majority_answer) & set(parameters) else ("not_algebraized",)
    if parent_answer is None:
        return ()
    if strategy == "rewrite" and not equivalent(majority_answer, parent_answer):
        return ("answer_changed",)
    if strategy == "harder" and "noop_suspect" in flags:
        return ("noop",) if equivalent(majority_answer, parent_answer) else ()
    return ()


def letters(answer: str) -> frozenset[str]:
    r"""Every letter of an answer that can be a variable; commands count by name (`\lambda`)."""
    bare = _TEXT.sub(" ", answer)
    commands = _COMMAND.findall(bare)
    return frozenset([*commands, *filter(str.isalpha, _COMMAND.sub(" ", bare))])
