"""Text from data in a Markdown page: whatever it holds, it stays text.

A name, a citation or a reason can neither break a table nor become a link, a heading or HTML. In a
template everything is escaped but what was made here.
"""

import json
import re
import unicodedata
from urllib.parse import quote

from markupsafe import Markup

_PUNCTUATION = re.compile(r"[\\`*\[\]{}|~#$!]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_LINE_MARK = re.compile(r"^(?:([-+])(?=[\s-]|$)|(\d{1,9})([.)])(?=\s|$))")
"""What makes a line an item of a list, or a rule across the page."""
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_UNSEEN = {"Cc", "Cs", "Co", "Cn"}
_TURNS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def escape(value: object) -> Markup:
    """Text on one line that a Markdown reader shows as it is; `Markup` is taken as it stands."""
    if isinstance(value, Markup):
        return value
    text = _PUNCTUATION.sub(r"\\\g<0>", one_line(str(value))).translate(_HTML)
    return Markup(_LINE_MARK.sub(lambda found: _unmarked(*found.groups()), text))


def _unmarked(bullet: str | None, number: str | None, mark: str | None) -> str:
    return f"\\{bullet}" if bullet else f"{number}\\{mark}"


def one_line(text: str) -> str:
    """The text on one line, without what nobody can see or what turns the direction of writing."""
    seen = ("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in _UNSEEN else c
            for c in " ".join(text.split()) if c not in _TURNS)  # fmt: skip
    return "".join(seen)


def code(value: object) -> Markup:
    """A code span, also in a table; plain text where readers do not agree on what a span holds."""
    text = one_line(str(value))
    if "\\|" in text:
        return escape(text)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return Markup(f"{fence}{space}{text}{space}{fence}".replace("|", "\\|"))


def link(text: object, url: str | None) -> Markup:
    """A link; only the text where there is no address."""
    shown = escape(text)
    if not url or not url.startswith(("https://", "http://")):
        return shown
    return Markup(f"[{shown}]({quote(url, safe=_IN_URLS)})")


_IN_URLS = ":/?#@!&',;=%-._~+"


def literal(value: str) -> Markup:
    """A string in a program."""
    return Markup(json.dumps(value))
