r"""Letters that stand for something in a statement, and the parameter that *algebraize* brings in.

A symbol is a letter that stands alone: `n`, `$x$`, `x_1`, `\lambda`; not the "a" and "I" of prose
and not the letters of words, commands and multi-letter products.
"""

import re

_GREEK = (
    "alpha|beta|gamma|delta|epsilon|varepsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|rho|sigma"
    "|tau|upsilon|phi|varphi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Sigma|Phi|Psi|Omega"
)
_TEXT = re.compile(
    r"\\(?:text(?:bf|it|rm)?|mathrm|mbox|operatorname\*?)\s*\{[^{}]*\}|\[asy\].*?\[/asy\]",
    re.DOTALL,
)
_COMMAND = re.compile(rf"\\(?:({_GREEK})(?![a-zA-Z])|[a-zA-Z]+)")
_LETTER = re.compile(r"(?<![a-zA-Z'’.])[a-zA-Zα-οσ-ωΑ-Ω](?![a-zA-Z'’])")
_WORD = re.compile(r"(?<!\S)[aAI](?=[\s,.;:])")  # prose; in a formula it seldom stands so free
_TERMS = re.compile(
    r"\bin terms of\b|\bas (?:a function|functions|an expression) (?:of|in)\b"
    r"|\bdepend(?:s|ing)? on\b",
    re.IGNORECASE,
)


def symbols(text: str) -> frozenset[str]:
    """The letters of a statement that stand alone; Greek ones by the name of their command."""
    found: set[str] = set()

    def greek(match: re.Match[str]) -> str:
        found.update(name for name in (match[1],) if name)
        return " "

    bare = _WORD.sub(" ", _COMMAND.sub(greek, _TEXT.sub(" ", text)))
    return frozenset(found.union(_LETTER.findall(bare)))


def parameters(parent: str, child: str, said: str = "") -> tuple[str, ...]:
    """The symbols that are new in `child`, or those the evolver named if it uses them.

    Args:
        parent: the problem that was generalised.
        child: the new problem.
        said: what the evolver wrote in its tag `parameter`.
    """
    used = symbols(child)
    named = symbols(f"${said}$") & used
    return tuple(sorted(named or used - symbols(parent)))


def asks_for_an_expression(text: str) -> bool:
    """Whether the answer is wanted in terms of something."""
    return _TERMS.search(text) is not None
