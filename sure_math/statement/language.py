"""Whether a statement is written in English."""

import re

from sure_math.statement.prose import prose

_SHARE = 0.05  # of the letters in another script
_MARKED_SHARE = 0.04  # of the letters with marks that English hardly uses
_SIGN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_RUN = re.compile(r"[\u0400-\u1dff\u3040-\ud7ff\uf900-\ufaff]{5}")
_QUOTED = re.compile(r"[\"“「'‘][^\"”」'’\n]{0,40}[\"”」'’]")
_ENGLISH = "the of and is are to that what how for with from find if be which have has each it by"
_OTHERS = (
    "el la los las una que del por para sea si cuántos es se en al como dos encuentra halla",
    "le les des est une dans qui pour sur soit avec du et trouver si quel quelle trouvez",
    "der die das und ist ein eine von mit den dem wie für auf sei sind zu nicht bei",
    "di il che sono della nel gli quanti trova un con",
    "os um uma não são seja quantos qual na no da em",
    "een het van zijn niet op met voor hoeveel de",
    "jest że oraz się dla liczb jeśli ile och är att det som på hur många ett av",
)
_ENGLISH_WORDS = frozenset(_ENGLISH.split())
_OTHER_WORDS = frozenset(word for line in _OTHERS for word in line.split())
_WORD = re.compile(r"[^\W\d_]{1,20}")


def is_foreign(statement: str) -> bool:
    """Whether the text is in another script, or full of another language's small words."""
    text = prose(statement)
    if not text.isascii() and _is_in_another_script(text):
        return True
    words = [word.lower() for word in _WORD.findall(text)]
    english = sum(word in _ENGLISH_WORDS for word in words)
    other = sum(word in _OTHER_WORDS for word in words)
    return (other >= 3 and other > english) or (english < 2 and _is_marked(text))


def _is_in_another_script(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    foreign = sum(not _is_expected(letter) for letter in letters)
    if foreign > _SHARE * len(letters) or _RUN.search(text):
        return True
    return _SIGN.search(_QUOTED.sub("", text)) is not None


def _is_marked(text: str) -> bool:
    marked = sum(0xC0 <= ord(char) < 0x250 or 0x1E00 <= ord(char) < 0x1F00 for char in text)
    return marked > 1 and marked > _MARKED_SHARE * sum(map(str.isalpha, text))


def _is_expected(letter: str) -> bool:
    """Latin with its accents, Greek, and the letters of formulas (ℝ, 𝑥, ª)."""
    blocks = ((0, 0x400), (0x1E00, 0x2000), (0x2070, 0x2200), (0x1D400, 0x1D800))
    return any(low <= ord(letter) < high for low, high in blocks)
