r"""Problem text: repair of broken escapes, the canonical key, and the code of drawings.

Pure functions. The canonical key decides whether two statements are the same text; it forgets
typography (case, spaces, dollar signs, `\dfrac`, `\left`) and keeps every sign, operator, digit
and decimal point, because problems that differ in one of them are different problems.
"""

import re
import unicodedata

# A LaTeX command whose backslash and first letter were read as an escape: "\frac" in a string
# literal is a form feed and "rac". Only continuations that are no words of their own are repaired.
_LOST_COMMANDS = {
    "\x07": ("a", "lpha|ngle|pprox"),
    "\x08": ("b", "oxed|ar|egin|eta|inom|ig|igl|igr|oldsymbol|ullet|mod|ot|f"),
    "\t": ("t", "ext|extbf|extit|imes|an|heta|frac|au|riangle|ilde|binom"),
    "\n": ("n", "abla|eq|otin"),
    "\x0b": ("v", "ec|ert|arphi|arepsilon|dots"),
    "\x0c": ("f", "rac|orall|box|lat"),
    "\r": ("r", "ight|angle|ceil|floor|ho"),
}
_LOST = re.compile(
    "|".join(f"{char}(?:{rest})(?![a-z])" for char, (_, rest) in _LOST_COMMANDS.items())
)
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def repair_controls(text: str) -> tuple[str, bool] | None:
    r"""Restore LaTeX commands that lost their backslash to an escape sequence.

    Args:
        text: e.g. a form feed followed by `rac{1}{2}`, for `\frac{1}{2}`.

    Returns:
        The text with `\n` line ends, and whether a command was restored; None if a control
        character or a lone surrogate remains, so that the text cannot be trusted.
    """
    repaired = _LOST.sub(lambda m: f"\\{_LOST_COMMANDS[m[0][0]][0]}{m[0][1:]}", text)
    changed = repaired != text
    if _FORBIDDEN.search(repaired):
        return None
    return repaired.replace("\r\n", "\n").replace("\r", "\n"), changed


_SYMBOLS = str.maketrans(
    {
        "−": "-", "–": "-", "—": "-", "‐": "-", "’": "'", "‘": "'", "“": '"', "”": '"',
        "×": r"\times ", "·": r"\cdot ", "⋅": r"\cdot ", "÷": r"\div ", "≤": r"\leq ",
        "≥": r"\geq ", "≠": r"\neq ", "π": r"\pi ", "∞": r"\infty ", "√": r"\sqrt ",
        "°": r"^\circ ", "…": r"\dots ",
    }
)  # fmt: skip
_LATEX: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\\[dtc]frac(?![a-zA-Z])", r"\\frac "),
        (r"\\(?:left|right|[bB]igg?[lrm]?|displaystyle|textstyle)(?![a-zA-Z])\.?", " "),
        (r"\\(?:text(?:bf|it|rm)?|mathrm|mathbf|operatorname\*?|mbox)\s*\{([^{}]*)\}", r" \1 "),
        (r"\\(?:q?quad|[,;:! ])", " "),
        (r"\\[()\[\]$]", " "),
        (r"\\(le|ge|ne)(?![a-zA-Z])", r"\\\1q "),
        (r"\\(?:ldots|cdots|dotsc|dotsb)(?![a-zA-Z])", r"\\dots "),
        (r"\\%", "%"),
    )
)
_DOTS = re.compile(r"\.{3}")
_COMMA = re.compile(r"(\d)\s*,\s*(?=\d)")
_PUNCTUATION = re.compile(r"[.,](?!\d)|[;?\"]")  # a decimal point stands before a digit
_APART = re.compile(r"(\d) (?=\d)")
_SINGLE = re.compile(r"(?<!\\)\{([^{}\\])\}")
_NESTING = 4  # braces around one character that are seen through; more is no typography
_KEPT = "\x00"


def canonical_text(problem: str) -> str:
    r"""The key under which two statements count as the same text.

    `$\dfrac{1}{2}$`, `\(\frac12\)` and `1/2` in other typography: the first two agree, the third
    does not. Never raises, whatever the text.
    """
    text = problem
    if not text.isascii():
        text = "".join(map(_explicit, text)).translate(_SYMBOLS)
        text = unicodedata.normalize("NFKC", text)
    if "\\" in text:
        for pattern, replacement in _LATEX:
            text = pattern.sub(replacement, text)
    text = _DOTS.sub(r"\\dots ", text.replace("$", " ").replace("~", " "))
    text = _PUNCTUATION.sub(" ", _COMMA.sub(r"\1,", text))
    # "1 2" is not "12"; every other space is typography.
    text = _APART.sub(rf"\1{_KEPT}", " ".join(text.split())).replace(" ", "")
    text = text.replace(_KEPT, " ")
    if "{" in text:
        for _ in range(_NESTING):
            text = _SINGLE.sub(r"\1", text)
    return text.casefold()


def _explicit(char: str) -> str:
    """One character, with what NFKC would flatten spelled out (x² is not x2)."""
    if char.isascii():
        return char
    kind, *codes = unicodedata.decomposition(char).split() or [""]
    plain = "".join(chr(int(code, 16)) for code in codes if kind.startswith("<"))
    if kind == "<super>":
        return f"^{{{plain}}}"
    if kind == "<sub>":
        return f"_{{{plain}}}"
    if kind == "<fraction>":
        top, bottom = plain.split("\u2044")
        return rf" \frac{{{top}}}{{{bottom}}} " if bottom else char
    return "" if unicodedata.category(char) == "Cf" else char


_DRAWINGS = (
    ("[asy]", "[/asy]"),
    ("\\begin{asy}", "\\end{asy}"),
    ("\\begin{tikzpicture}", "\\end{tikzpicture}"),
)


def split_drawings(text: str) -> tuple[str, str]:
    """A statement without the code of its drawings, and that code.

    Labels and paths say little about a problem. A drawing that is not closed stays, as text.
    """
    drawings = []
    for start, end in _DRAWINGS:
        kept, position = [], 0
        while (first := text.find(start, position)) >= 0:
            last = text.find(end, first)
            if last < 0:
                break
            kept += [text[position:first], " "]
            position = last + len(end)
            drawings.append(text[first + len(start) : last])
        text = "".join([*kept, text[position:]])
    return text, "\n".join(drawings)
