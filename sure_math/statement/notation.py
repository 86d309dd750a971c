r"""What can be wrong with the text itself: controls, language, brackets, a missing picture."""

import re

from sure_math.statement.prose import cut_drawings, prices, prose
from sure_math.text import repair_controls

_CONTROLS = re.compile(r"[\x80-\x9f\ufffd\ufffe\uffff]")


def has_controls(statement: str) -> bool:
    r"""Whether control characters are left, or a command lost its backslash to one (`\frac`)."""
    repaired = repair_controls(statement)
    return repaired is None or repaired[1] or _CONTROLS.search(statement) is not None


_FOREIGN_SHARE = 0.05
_FOREIGN_RUN = re.compile(r"[\u0400-\u1dff\u3040-\ud7ff\uf900-\ufaff]{3}")
_ENGLISH = frozenset(
    [
        "the",
        "of",
        "and",
        "is",
        "are",
        "in",
        "to",
        "that",
        "what",
        "how",
        "for",
        "with",
        "from",
        "find",
        "if",
        "be",
        "which",
        "has",
        "have",
        "each",
        "it",
        "by",
    ]
)
_OTHERS = frozenset(
    [
        "el",
        "la",
        "los",
        "las",
        "una",
        "que",
        "del",
        "por",
        "con",
        "para",
        "sea",
        "si",
        "cuál",
        "cuántos",
        "es",
        "y",
        "se",
        "en",
        "al",
        "como",
        "dos",
        "le",
        "les",
        "des",
        "est",
        "une",
        "dans",
        "qui",
        "pour",
        "sur",
        "soit",
        "avec",
        "que",
        "du",
        "et",
        "trouver",
        "un",
        "si",
        "quel",
        "quelle",
        "der",
        "die",
        "das",
        "und",
        "ist",
        "ein",
        "eine",
        "von",
        "mit",
        "den",
        "dem",
        "wie",
        "für",
        "auf",
        "sei",
        "sind",
        "zu",
        "nicht",
        "auch",
        "bei",
        "man",
        "di",
        "il",
        "che",
        "sono",
        "per",
        "della",
        "nel",
        "gli",
        "quanti",
        "trova",
        "un",
        "e",
        "con",
        "o",
        "os",
        "um",
        "uma",
        "não",
        "são",
        "seja",
        "quantos",
        "qual",
        "na",
        "no",
        "da",
        "do",
        "em",
        "een",
        "het",
        "van",
        "zijn",
        "niet",
        "op",
        "met",
        "voor",
        "hoeveel",
        "de",
        "i",
        "w",
        "na",
        "jest",
        "że",
        "oraz",
        "się",
        "dla",
        "liczb",
        "jeśli",
        "ile",
        "och",
        "är",
        "att",
        "det",
        "som",
        "på",
        "hur",
        "många",
        "ett",
        "av",
        "till",
    ]
) - {"a", "i", "e", "o", "y", "in", "an"}
_WORD = re.compile(r"[^\W\d_]{1,20}")


def is_foreign(statement: str) -> bool:
    """Whether the text is not English: another script, or another language's small words."""
    letters = [character for character in statement if character.isalpha()]
    foreign = sum(not _is_expected(character) for character in letters)
    if foreign > _FOREIGN_SHARE * len(letters) or _FOREIGN_RUN.search(statement):
        return True
    words = [word.lower() for word in _WORD.findall(prose(statement))]
    english = sum(word in _ENGLISH for word in words)
    other = sum(word in _OTHERS for word in words)
    return other >= 3 and other > 2 * english


def _is_expected(letter: str) -> bool:
    """Latin with its accents, Greek, and the letters of formulas (ℝ, 𝑥, ª)."""
    code = ord(letter)
    return (
        code < 0x400
        or 0x1E00 <= code < 0x2000
        or 0x2070 <= code < 0x2200
        or 0x1D400 <= code < 0x1D800
    )


_PAIR = re.compile(
    r"\\\\|\\[{}$]|\\begin\{(\w+\*?)\}|\\end\{(\w+\*?)\}|\\(left|right)(?![a-zA-Z])|\\[()\[\]]|[{}]|\$\$?"
)


def is_unbalanced(statement: str) -> bool:
    r"""Whether braces, environments, `\left`, `\(` or dollar signs do not close; a price is none."""
    text = cut_drawings(statement)
    open_now: list[str] = []
    sides = 0
    for found in _PAIR.finditer(text):
        mark = found[0]
        if found[3]:
            sides += 1 if found[3] == "left" else -1
        opening = _OPENING.get(mark) or (found[2] and f"\\begin{{{found[2]}}}")
        if opening:
            if not open_now or open_now.pop() != opening:
                return True
        elif mark in _OPENING.values() or found[1]:
            open_now.append(mark)
    return bool(open_now) or sides != 0 or _odd_dollars(text)


_OPENING = {"}": "{", "\\)": "\\(", "\\]": "\\["}


def _odd_dollars(text: str) -> bool:
    """Whether a formula does not close."""
    bare = text.replace("\\\\", "").replace("\\$", "")
    return (bare.count("$") - len(prices(bare))) % 2 == 1


_FIGURE = re.compile(
    r"\[asy\]|\\begin\{(?:asy|tikzpicture|picture|figure)\}|\\includegraphics|!\[[^\]\n]{0,200}\]\("
    r"|<img\b|<image_?\d|\[(?:image|figure|diagram|picture)(?: \d| omitted|:|\])"
    r"|\b(?:in|on|from|see|per|to|at|by|of) (?:the|this) (?:\w+ ){0,2}(?:diagram|figure|picture|sketch|drawing)"
    r" ?(?:below|above|shown|given|on the|to the|[.,:;?)]|$)"
    r"|\b(?:given|following|attached|accompanying|adjoining|adjacent|above|below) (?:figure|diagram|picture|sketch|drawing)\b"
    r"|\bthe (?:diagram|figure|picture|sketch) (?:below|above|shows|shown|at (?:the )?(?:left|right))\b"
    r"|\b(?:see|refer to) (?:figure|diagram|fig\.)|\b(?:figure|fig\.|diagram) \d"
    r"|\b(?:shaded|unshaded) (?:region|area|part|portion) (?:shown|below|in)\b",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    r"\b(?:as )?(?:shown|pictured|drawn|illustrated|depicted|sketched|graphed) (?:below|above|here|at (?:the )?(?:left|right)|to the (?:left|right)|in the (?:figure|diagram|picture|graph|drawing|image|sketch))\b"
    r"|\b(?:graph|chart|plot|grid|map|net) (?:below|above|shown)\b",
    re.IGNORECASE,
)


def needs_figure(statement: str) -> bool:
    """Whether the statement needs a picture that the text does not hold."""
    return bool(_FIGURE.search(statement) or _SHOWN.search(statement))
