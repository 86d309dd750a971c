"""Whether a statement needs a picture that its text does not hold."""

import re

_DRAWN = r"(?:diagram|figure|sketch|drawing|illustration)"
_IMAGE = r"(?:diagram|figure|sketch|drawing|illustration|picture|image|graph|histogram|chart)"
_THIS = r"(?:given|following|attached|accompanying|adjoining|adjacent|corresponding|below|above)"
_SIDE = (
    r"(?:below|above|here|at (?:the )?(?:left|right)|(?:to|on) the (?:left|right)|on the next page)"
)
_SHAPE = r"(?:shape|solid|spinner|pattern|tiling|polygon|triangle|quadrilateral|circle|net|grid)"
_FIGURE = re.compile(
    "|".join(
        (
            r"\[asy\]|\\begin\{(?:asy|tikzpicture|picture|figure)\}|\\includegraphics|<img\b",
            r"!\[[^\]\n]{0,200}\]\(|<image_?\d|\[(?:image|figure|diagram)(?: \d|:|\])",
            rf"\b(?:in|on|from|see|per) (?:the|this) (?:{_THIS} )?{_DRAWN} ?(?:[.,:;?)]|$)",
            rf"\b(?:in|on|from|see) (?:the|this) (?:{_THIS} {_IMAGE}|{_IMAGE} (?:{_SIDE}|shown))",
            rf"(?-i:\bIn the picture)\b|\bin the picture\?|\b{_THIS} (?:{_DRAWN}|picture)\b",
            rf"\bthe (?:{_DRAWN}|picture|image) (?:{_SIDE}|shown)\b",
            rf"\bthe (?:\w+ ){{0,2}}{_IMAGE} (?:shows|displays|depicts|illustrates|gives)\b",
            rf"\b(?:see|refer to|look at|study|consult|examine|according to) (?:(?:the|this) )?"
            rf"(?:\w+ ){{0,2}}{_IMAGE}(?: \d|[.,;:)]| and\b)|\b(?:figure|fig\.|diagram) \d",
            rf"\b(?:shown|drawn|illustrated|depicted|given|marked|labell?ed|as|indicated)"
            rf" (?:in|on) (?:the|this) (?:{_THIS} )?(?:\w+ )?{_IMAGE}\b",
            rf"\bfollowing {_SHAPE} (?:is|are|has|have)\b|(?-i:\bAs (?:shown|illustrated|drawn),)",
            r"\bthe pictured\b|\bas (?:depicted|pictured)\b",
        )
    ),
    re.IGNORECASE,
)
# What is shown below may be a table, which the text does hold.
_SHOWN = re.compile(
    rf"\b(?:shown|pictured|drawn|illustrated|depicted|sketched|graphed) {_SIDE}"
    rf"|\b(?:{_IMAGE}|plot|grid|map|net) (?:below|above|shown)\b|\bgraph of [^.]{{1,60}} shown\b",
    re.IGNORECASE,
)
_TABLE = re.compile(r"\\begin\{(?:tabular|array|align|\w?matrix)|^[ \t]*\||\\bullet", re.MULTILINE)


def needs_figure(statement: str) -> bool:
    """Whether the statement draws a figure in code or speaks of one as if it stood beside it."""
    if _FIGURE.search(statement):
        return True
    return _SHOWN.search(statement) is not None and not _TABLE.search(statement)
