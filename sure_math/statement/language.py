"""Whether a statement is written in English."""

import re

from sure_math.statement.prose import prose

_FOREIGN_SHARE = 0.05
_FOREIGN_RUN = re.compile(r"[\u0400-\u1dff\u3040-\ud7ff\uf900-\ufaff]{5}")
_ENGLISH = frozenset(
    "the of and is are to that what how for with from find if be which have has each it by".split()
)
_OTHER = frozenset(
    "el la los las una que del por para sea si cuántos es se y en al como dos encuentra halla "  # Spanish
    "le les des est une dans qui pour sur soit avec du et trouver si quel quelle trouvez "  # French
    "der die das und ist ein eine von mit den dem wie für auf sei sind zu nicht bei "  # German
    "di il che sono per della nel gli quanti trova un con "  # Italian
    "os um uma não são seja quantos qual na no da em "  # Portuguese
    "een het van zijn niet op met voor hoeveel de "  # Dutch
    "jest że oraz się dla liczb jeśli ile "  # Polish
    "och är att det som på hur många ett av till".split()  # Swedish
)
_WORD = re.compile(r"[^\W\d_]{1,20}")


def is_foreign(statement: str) -> bool:
    """Whether the text is in another script, or full of another language's small words."""
    letters = [character for character in statement if character.isalpha()]
    foreign = sum(not _is_expected(character) for character in letters)
    if foreign > _FOREIGN_SHARE * len(letters) or _FOREIGN_RUN.search(statement):
        return True
    words = [word.lower() for word in _WORD.findall(prose(statement))]
    english = sum(word in _ENGLISH for word in words)
    other = sum(word in _OTHER for word in words)
    return other >= 3 and other > 2 * english


def _is_expected(letter: str) -> bool:
    """Latin with its accents, Greek, and the letters of formulas (ℝ, 𝑥, ª)."""
    blocks = ((0, 0x400), (0x1E00, 0x2000), (0x2070, 0x2200), (0x1D400, 0x1D800))
    return any(low <= ord(letter) < high for low, high in blocks)
