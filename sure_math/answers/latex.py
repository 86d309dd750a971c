r"""Notation without meaning: one spelling for everything that LaTeX can write in several ways.

`normalise` rewrites spacing, delimiters, command synonyms, Unicode characters and brace habits
(\dfrac12 and \frac{1}{2}, \left( and (, ≤ and \leq). It never touches operators, decimal points or
bracket types. A sequence of regular-expression passes, each linear; no recursion, no evaluation.
"""

import re
import unicodedata

_CHARACTERS = {
    "−": "-", "–": "-", "—": "-", "×": r"\times ", "·": r"\cdot ", "⋅": r"\cdot ", "÷": r"\div ",
    "≤": r"\leq ", "⩽": r"\leq ", "≥": r"\geq ", "⩾": r"\geq ", "≠": r"\neq ", "≈": r"\approx ",
    "±": r"\pm ", "∓": r"\mp ", "∞": r"\infty ", "∪": r"\cup ", "∩": r"\cap ", "∈": r"\in ",
    "∅": r"\emptyset ", "√": r"\sqrt ", "°": r"^\circ ", "π": r"\pi ", "θ": r"\theta ",
    "α": r"\alpha ", "β": r"\beta ", "⟨": r"\langle ", "⟩": r"\rangle ", "′": "'", "’": "'",
    "…": r"\ldots ", "¼": r"\frac{1}{4}", "½": r"\frac{1}{2}", "¾": r"\frac{3}{4}",
    "⅓": r"\frac{1}{3}", "⅔": r"\frac{2}{3}", "、": ",", "。": ".",
    **{c: f"^{{{i}}}" for i, c in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{c: f"_{{{i}}}" for i, c in enumerate("₀₁₂₃₄₅₆₇₈₉")},
}  # fmt: skip
_TRANSLATION = str.maketrans(_CHARACTERS)

_COMMANDS = {
    **dict.fromkeys(["dfrac", "tfrac", "cfrac"], r"\frac"),
    **dict.fromkeys(["dbinom", "tbinom"], r"\binom"),
    **dict.fromkeys(["le", "leqslant", "leqq"], r"\leq"),
    **dict.fromkeys(["ge", "geqslant", "geqq"], r"\geq"),
    **dict.fromkeys(["lbrace"], r"\{"),
    **dict.fromkeys(["rbrace"], r"\}"),
    **dict.fromkeys(["lvert", "rvert", "vert", "mid"], "|"),
    **dict.fromkeys(["langle"], "("),
    **dict.fromkeys(["rangle"], ")"),
    **dict.fromkeys(["lparen"], "("),
    **dict.fromkeys(["rparen"], ")"),
    **dict.fromkeys(["varnothing"], r"\emptyset"),
    **dict.fromkeys(["dots", "cdots", "dotsc"], r"\ldots"),
    **dict.fromkeys(["degree", "degrees"], r"^\circ"),
    **dict.fromkeys(
        ["textbf", "textnormal", "textit", "textrm", "mathrm", "mathbf", "mathit", "mbox"],
        r"\text",
    ),
    **dict.fromkeys(["textsf", "mathsf", "hbox", "operatorname"], r"\text"),
    **dict.fromkeys(["displaystyle", "textstyle", "limits", "nolimits", "quad", "qquad"], " "),
    **dict.fromkeys(["bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "Biggl", "Biggr"], " "),
    **dict.fromkeys(["big", "Big", "bigg", "Bigg", "thinspace", "enspace"], " "),
    "ne": r"\neq",
    "lt": "<",
    "gt": ">",
    "percent": r"\%",
}
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_DELIMITER_SIZE = re.compile(r"\\(?:left|right)(?![A-Za-z])\s*\.?")
_THOUSANDS_MARK = re.compile(r"(?<=\d)(?:\{,\}|,\\!\s?|\\[,:!])(?=\d{3}(?!\d))")
_THOUSANDS_COMMA = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_THOUSANDS_SPACE = re.compile(r"-?\d{1,3}(?: \d{3})+(?:\.\d+)?")
_MIXED_NUMBER = re.compile(r"(-?\d+) +(\d+) ?/ ?(\d+)")
_TEXT = re.compile(r"(?P<digit>\d)?\s*\\text\s*\{(?P<body>[^{}]*)\}")
_UNIT_LETTERS = frozenset("mgshlL")
_MATRIX = re.compile(r"\\(begin|end)\{(?:[bp]?matrix|smallmatrix)\}")
_ARRAY = re.compile(r"[\[(]\\begin\{array\}\{[lcr| ]*\}(.*?)\\end\{array\}[\])]", re.DOTALL)
# Each pass leaves its result alone, so order is all that matters.
_ARGUMENTS = [
    (re.compile(r"\\frac\s*([0-9A-Za-z])"), r"\\frac{\1}"),
    (re.compile(r"(\\frac\{[^{}]*\})\s*([0-9A-Za-z])"), r"\1{\2}"),
    (re.compile(r"\\sqrt\s*([0-9A-Za-z])"), r"\\sqrt{\1}"),
    (re.compile(r"([_^])\{\s*(\\circ|[0-9A-Za-z])\s*\}"), r"\1\2"),
]
_SPELLINGS = [
    (re.compile(r"<="), r"\\leq "),
    (re.compile(r">="), r"\\geq "),
    (re.compile(r"!="), r"\\neq "),
    (re.compile(r"=="), "="),
    (re.compile(r"\*\*"), "^"),
    (re.compile(r"(?<![\\A-Za-z])(and|or)(?![A-Za-z])"), r"\\\1 "),
    (re.compile(r"\\text\{([^{}]*)\}/\\text\{([^{}]*)\}"), r"\\text{\1/\2}"),
]
# Matrix rows end with two backslashes, which no other pass may misread.
_ROW_END, _ROW_MARK = r"\\", "⏎"
_SPACE = re.compile(r"(\\[A-Za-z]+)\s+(?=[A-Za-z])|\s+")


def normalise(text: str) -> str:
    """One spelling per notation; the words inside \\text{...} become lower case."""
    text = unicodedata.normalize("NFC", text).translate(_TRANSLATION)
    text = text.replace(_ROW_END, _ROW_MARK)
    text = _unwrap("".join(map(_half_width, text)))
    text = _THOUSANDS_MARK.sub("", text)
    text = _DELIMITER_SIZE.sub("", text)
    text = _COMMAND.sub(lambda m: _COMMANDS.get(m[1], m[0]), text)
    text = re.sub(r"\\[,;:!> ]|~", " ", text)
    text = _numbers(text)
    text = _ARRAY.sub(r"\\begin{pmatrix}\1\\end{pmatrix}", _MATRIX.sub(r"\\\1{pmatrix}", text))
    text = re.sub(rf"{_ROW_MARK}\s*(?=\\end\{{)", "", text)
    text = _TEXT.sub(_words, text)
    for pattern, spelling in _SPELLINGS + _ARGUMENTS:
        text = pattern.sub(spelling, text)
    text = _SPACE.sub(lambda m: f"{m[1]} " if m[1] else "", text)
    return text.replace(_ROW_MARK, _ROW_END)


def _half_width(character: str) -> str:
    """Full-width forms (Chinese texts) as ASCII."""
    return chr(ord(character) - 0xFEE0) if "！" <= character <= "～" else character


def _unwrap(text: str) -> str:
    r"""Without math delimiters, outer braces and final punctuation; a lone $ is a currency sign."""
    text = re.sub(r"\\[()\[\]]|\\boxed(?![A-Za-z])", " ", text).strip()
    if text.startswith("$") and len(re.findall(r"(?<!\\)\$", text)) % 2:
        text = "\\" + text
    text = re.sub(r"(?<!\\)\$", " ", text).strip()
    text = re.sub(r"(?<!\\)[\s.,;:。]+$", "", text)
    while text.startswith("{") and text.endswith("}") and not re.search(r"[{}]", text[1:-1]):
        text = text[1:-1].strip()
    return text


def _numbers(text: str) -> str:
    """Without thousands separators; a comma between brackets separates values instead."""
    text = text.strip()
    if _THOUSANDS_SPACE.fullmatch(text):
        text = text.replace(" ", "")
    if mixed := _MIXED_NUMBER.fullmatch(text):
        text = rf"{mixed[1]}\frac{{{mixed[2]}}}{{{mixed[3]}}}"
    if not re.search(r"[(\[]|\\\{", text):
        text = _THOUSANDS_COMMA.sub(lambda m: m[0].replace(",", ""), text)
    return text


def _words(match: re.Match[str]) -> str:
    r"""\text{...}: words stay marked as text, everything else (letters, numbers) is mathematics."""
    digit, body = match["digit"] or "", " ".join(match["body"].split())
    connective = body.strip(" ,;").lower()
    if connective in ("and", "or"):
        return rf"{digit} \{connective} "
    if re.search(r"[A-Za-z]{2}", body) or (digit and body in _UNIT_LETTERS):
        return rf"{digit}\text{{{body.lower()}}}"
    return f"{digit} {body} "
