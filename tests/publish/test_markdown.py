"""Text from data stays text, seen with the eyes of a Markdown reader."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from sure_math.publish.markdown import code, escape, link, one_line

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
NASTY = st.text() | st.text(alphabet="\\`|*_[]<>&#-+1.) \n!~${}a\"'()=")
TABLE = {"table", "thead", "tbody", "tr", "th", "td", "inline"}
HARMLESS = {"text", "code_inline", "text_special"}


def cells(page: str) -> list[Token]:
    """The cells of a page that is one table."""
    tokens = READER.parse(page)
    assert {token.type.split("_")[0] for token in tokens} <= TABLE
    return [token for token in tokens if token.type == "inline"]


@settings(deadline=None)
@given(NASTY)
def test_a_cell_shows_the_text_and_nothing_else(text: str) -> None:
    head, plain, span = cells(f"| a |\n|---|\n| {escape(text)} |\n| x{code('x' + text)} |\n")
    assert head.content == "a"
    assert {child.type for child in plain.children or ()} <= HARMLESS
    assert "".join(child.content for child in plain.children or ()) == one_line(text)
    assert {child.type for child in span.children or ()} <= HARMLESS
    assert "".join(child.content for child in span.children or ()) == "x" + one_line("x" + text)


@settings(deadline=None)
@given(NASTY)
def test_no_reader_sees_another_cell(text: str) -> None:
    """Some take any backslash before a pipe for an escape, some see if it is escaped itself."""
    for cell in (escape(text), code("x" + text), link(text, f"https://example.org/{text}")):
        assert not re.search(r"(?<!\\)(?:\\\\)*\|", cell)
        assert not re.search(r"(?<!\\)\|", cell)
        assert "\n" not in cell


@settings(deadline=None)
@example("--")
@example("- - -")
@example("---")
@given(NASTY)
def test_a_line_of_text_is_no_heading_list_or_html(text: str) -> None:
    tokens = READER.parse(f"Before it: {escape(text)}\n\n- {escape(text)}\n")
    kinds = {token.type for token in tokens} - {"inline"}
    assert kinds <= {"paragraph_open", "paragraph_close", "bullet_list_open", "bullet_list_close",
                     "list_item_open", "list_item_close"}  # fmt: skip
    inline = [child.type for token in tokens for child in token.children or ()]
    assert set(inline) <= HARMLESS


@settings(deadline=None)
@given(NASTY, NASTY)
def test_a_link_leads_to_one_place(text: str, rest: str) -> None:
    (_, found) = cells(f"| a |\n|---|\n| {link(text, 'https://example.org/' + rest)} |\n")
    kinds = [child.type for child in found.children or () if child.type not in HARMLESS]
    assert kinds == ["link_open", "link_close"]
    target = str(found.children[0].attrs["href"])  # type: ignore[index]
    assert target.startswith("https://example.org/")
    assert not set(target) & set("()<>|` \n")


@pytest.mark.parametrize("address", [None, "", "javascript:alert(1)", "ftp://x", " https://x"])
def test_only_web_addresses_are_linked(address: str | None) -> None:
    assert link("a|b", address) == "a\\|b"


def test_what_nobody_sees_is_left_out() -> None:
    assert one_line("a\u202eb\n\tc\x00d") == "ab c\N{REPLACEMENT CHARACTER}d"
    assert (
        escape("AIME_2025 (second wording), cc-by-4.0") == "AIME_2025 (second wording), cc-by-4.0"
    )
    assert escape(escape("a|b")) == escape("a|b")
    assert escape(3) == "3"
