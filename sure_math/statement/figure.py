"""Whether a statement needs a picture that its text does not hold."""

import re

_PICTURE = r"(?:diagram|figure|sketch|drawing|illustration)"
_IMAGE = r"(?:diagram|figure|sketch|drawing|illustration|picture|image|graph)"
_THIS = r"(?:given|following|attached|accompanying|adjoining|adjacent|corresponding|below|above)"
_SIDE = r"(?:below|above|here|at (?:the )?(?:left|right)|(?:to|on) the (?:left|right))"
_FIGURE = re.compile(
    "|".join(
        (
            r"\[asy\]|\\begin\{(?:asy|tikzpicture|picture|figure)\}|\\includegraphics|<img\b",
            r"!\[[^\]\n]{0,200}\]\(|<image_?\d|\[(?:image|figure|diagram)(?: \d| omitted|:|\])",
            rf"\b(?:in|on|from|see|per) (?:the|this) (?:{_THIS} )?{_PICTURE} ?(?:[.,:;?)]|$)",
            rf"\b(?:in|on|from|see|per) (?:the|this) (?:{_THIS} {_IMAGE}|{_IMAGE} (?:{_SIDE}|shown))",
            rf"(?-i:\bIn the picture)\b|\b{_THIS} (?:{_PICTURE}|picture|image)\b",
            rf"\bthe (?:{_PICTURE}|picture|image) (?:{_SIDE}|shows|shown)\b",
            r"\b(?:see|refer to) (?:figure|diagram|fig\.)|\b(?:figure|fig\.|diagram) \d",
            rf"\b(?:shown|drawn|illustrated|depicted) (?:in|on) (?:the|this) (?:{_THIS} )?{_IMAGE}\b",
        )
    ),
    re.IGNORECASE,
)
# What is shown below may be a table, which the text does hold.
_SHOWN = re.compile(
    rf"\b(?:shown|pictured|drawn|illustrated|depicted|sketched|graphed) {_SIDE}"
    r"|\b(?:graph|chart|plot|grid|map|net) (?:below|above|shown)\b",
    re.IGNORECASE,
)
_TABLE = re.compile(r"\\begin\{(?:tabular|array|align|\w?matrix)|^\s*\||\\bullet", re.MULTILINE)


def needs_figure(statement: str) -> bool:
    """Whether the statement draws a figure in code or speaks of one as if it stood beside it."""
    if _FIGURE.search(statement):
        return True
    return _SHOWN.search(statement) is not None and not _TABLE.search(statement)
