r"""Notation without meaning: one spelling for what LaTeX can write in several ways.

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

_SYNONYMS = {
    r"\frac": "dfrac tfrac cfrac",
    r"\binom": "dbinom tbinom",
    r"\leq": "le leqslant leqq",
    r"\geq": "ge geqslant geqq",
    r"\neq": "ne",
    "<": "lt",
    ">": "gt",
    r"\{": "lbrace",
    r"\}": "rbrace",
    "|": "lvert rvert vert mid",
    "(": "langle lparen",
    ")": "rangle rparen",
    r"\emptyset": "varnothing",
    r"\ldots": "dots cdots dotsc",
    r"\overline": "bar",
    r"^\circ": "degree degrees",
    r"\%": "percent",
    r"\text": "textbf textnormal textit textrm textsf mathrm mathbf mathit mathsf mbox hbox"
    " operatorname",
    " ": "displaystyle textstyle limits nolimits quad qquad thinspace enspace"
    " big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr",
}
_COMMANDS = {name: spelling for spelling, names in _SYNONYMS.items() for name in names.split()}
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_DELIMITER_SIZE = re.compile(r"\\(?:left|right)(?![A-Za-z])\s*\.?")
_THOUSANDS_MARK = re.compile(r"(?<=\d)(?:\{,\}|,\\!\s?|\\[,:!])(?=\d{3}(?!\d))")
_THOUSANDS_COMMA = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])")
_THOUSANDS_SPACE = re.compile(r"-?\d{1,3}(?: \d{3})+(?:\.\d+)?")
_MIXED_NUMBER = re.compile(r"(-?\d+) +(\d+) ?/ ?(\d+)")
_TEXT = re.compile(r"(?P<value>[\d})])?\s*\\text\s*\{(?P<body>[^{}]*)\}")
# A number and plain words: "10 square units", "3 dogs".
_COUNT = re.compile(
    r"^(-?[\d.]+) +((?:[A-Za-z]{3,}|of|in|cm|km|mm|kg|sq|per)(?: (?:[A-Za-z]{3,}|cm|km|mm))*)$"
)
_TIME = re.compile(r"(?<=\d)(?: +([ap])m|\s*([ap])\.\s?m\b\.?)(?![a-z])", re.IGNORECASE)
_HALF_DAY = re.compile(r"\b([ap])\.\s?m\.?(?![a-z])")
_COUNTED = re.compile(r"(\d[\d.,]*)~([a-z][a-z~]*)")
_SHORT_UNIT = re.compile(r"[mgshlL](?:[/^. ].*)?")
_MATRIX = re.compile(r"\\(begin|end)\{(?:[bp]?matrix|smallmatrix)\}")
_ARRAY = re.compile(r"[\[(]\\begin\{array\}\{[lcr| ]*\}(.*?)\\end\{array\}[\])]", re.DOTALL)
# Each pass leaves its result alone, so order is all that matters.
_ARGUMENTS = [
    (re.compile(r"\\(frac|binom)\s*([0-9A-Za-z])"), r"\\\1{\2}"),
    (re.compile(r"(\\(?:frac|binom)\{[^{}]*\})\s*([0-9A-Za-z])"), r"\1{\2}"),
    (re.compile(r"\\sqrt\s*([0-9A-Za-z])"), r"\\sqrt{\1}"),
    (re.compile(r"([_^])\{\s*(\\circ|[0-9A-Za-z])\s*\}(?!\d)"), r"\1\2"),
]
_SPELLINGS = [
    (re.compile(r"<="), r"\\leq "),
    (re.compile(r">="), r"\\geq "),
    (re.compile(r"(?<=\s)!="), r"\\neq "),
    (re.compile(r"=="), "="),
    (re.compile(r"\*\*"), "^"),
    (re.compile(r"(?<![\\A-Za-z])(and|or)(?![A-Za-z])"), r"\\\1 "),
    (re.compile(r"\\text\{([^{}]*)\}/\\text\{([^{}]*)\}"), r"\\text{\1/\2}"),
]
# Matrix rows end with two backslashes, which no other pass may misread.
_ROW_END, _ROW_MARK = r"\\", "⏎"
# Spaces count where they keep a command and a letter, or two numbers, apart.
_SPACE = re.compile(r"(\\[A-Za-z]+(?=\s+[A-Za-z])|\d(?=\s+\d))?\s+")


def normalise(text: str) -> str:
    """One spelling per notation; the words inside \\text{...} become lower case."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_TRANSLATION)
        text = "".join(map(_half_width, text))
    text = text.replace(_ROW_END, _ROW_MARK)
    text = _unwrap(text)
    text = _THOUSANDS_MARK.sub("", text)
    text = _DELIMITER_SIZE.sub("", text)
    text = _COMMAND.sub(lambda m: _COMMANDS.get(m[1], m[0]), text)
    text = re.sub(r"\\[,;:!> ]|~", " ", text)
    text = _numbers(text)
    text = _ARRAY.sub(r"\\begin{pmatrix}\1\\end{pmatrix}", _MATRIX.sub(r"\\\1{pmatrix}", text))
    text = re.sub(rf"{_ROW_MARK}\s*(?=\\end\{{)", "", text)
    text = _TIME.sub(lambda m: rf"\text{{{(m[1] or m[2]).lower()}m}}", text)
    text = _TEXT.sub(_words, _COUNT.sub(r"\1\\text{\2}", text))
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
    text = re.sub(r"(?<!\\)[\s.,;:。]+$|(?<!\\)\\$", "", text)
    while text.startswith("{") and _closes_at_end(text):
        text = text[1:-1].strip()
    return text


def _closes_at_end(text: str) -> bool:
    """Whether the last character closes the brace that the first one opens."""
    depth = 0
    for brace in re.finditer(r"\\.|[{}]", text):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth == 0:
            return brace.end() == len(text)
    return False


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
    r"""\text{...}: words stay marked as text, everything else (letters, numbers) is mathematics.

    A tilde keeps the words apart, since all spaces go.
    """
    value, body = match["value"] or "", " ".join(match["body"].split())
    words = _HALF_DAY.sub(r"\1m", body.lower()).replace(" ", "~")
    if words.strip("~,;") in ("and", "or"):
        return rf"{value} \{words.strip('~,;')} "
    if not value and (counted := _COUNTED.fullmatch(words)):
        return rf"{counted[1]}\text{{{counted[2]}}}"
    if re.search(r"[a-z]{2}", words) or (value and _SHORT_UNIT.fullmatch(body)):
        return rf"{value}\text{{{words}}}"
    return f"{value} {body} "
