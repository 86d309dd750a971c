"""Which parts of a text are formulas, decided by the page's own splitter in the browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from sure_math.browse.server import BrowseServer
from tests.browse.browser.chromium import Visit, visiting
from tests.browse.browser.conftest import Visiting

pytestmark = pytest.mark.browser

SPLIT = """async (text) => {
  const { pieces } = await import("/static/mathematics.js");
  return pieces(text).map((piece) =>
    piece.text ?? [piece.tex, piece.display ? "display" : "inline"]);
}"""
SPLIT_SOURCE = """async (text) => {
  const { pieces } = await import("/static/mathematics.js");
  return pieces(text).map((piece) => piece.text ?? piece.source).join("");
}"""
CASES = {
    "plain words": ["plain words"],
    "$x$": [["x", "inline"]],
    "a $x$ b": ["a ", ["x", "inline"], " b"],
    "$$x$$": [["x", "display"]],
    "\\(x\\) and \\[y\\]": [["x", "inline"], " and ", ["y", "display"]],
    "$ n $ with spaces": [[" n ", "inline"], " with spaces"],
    "$x \\$ y$": [["x \\$ y", "inline"]],
    "\\$5 and \\$7": ["$5 and $7"],
    "costs $5 and $7": ["costs $5 and $7"],
    "costs $5, or $7,": ["costs $5, or $7,"],
    "from $5–$7": ["from $5–$7"],
    "pays $5 each, and $x$ more": ["pays $5 each, and ", ["x", "inline"], " more"],
    "$5 and x=$y$": ["$5 and x=", ["y", "inline"]],
    "$5$ apples": [["5", "inline"], " apples"],
    "$12n$ and $3 \\times 4$": [["12n", "inline"], " and ", ["3 \\times 4", "inline"]],
    "$5 \\text{ dollars}$": [["5 \\text{ dollars}", "inline"]],
    "a lone $ sign": ["a lone $ sign"],
    "$a\n\nb$": ["$a\n\nb$"],
    "$a\nb$": [["a\nb", "inline"]],
    "$\\text{if $x$}$": [["\\text{if $x$}", "inline"]],
    "${x$ left open": [["{x", "inline"], " left open"],
    "$$ open": ["$$ open"],
    "\\( open": ["\\( open"],
    "\\\\(no\\\\)": ["\\\\(no\\\\)"],
    "\\(a\\\\) b\\)": [["a\\\\) b", "inline"]],
    "$$$$": ["$$$$"],
    "So \\boxed{\\frac{1}{2}}.": ["So ", ["\\boxed{\\frac{1}{2}}", "inline"], "."],
    "\\boxed{open": ["\\boxed{open"],
    "\\begin{align}a&=b\\end{align}!": [["\\begin{align}a&=b\\end{align}", "display"], "!"],
    "\\begin{itemize}a\\end{itemize}": ["\\begin{itemize}a\\end{itemize}"],
    "50\\% of $x$": ["50\\% of ", ["x", "inline"]],
    "ends with \\": ["ends with \\"],
}


@pytest.fixture(scope="module")
def page(browser: Browser, run_server: BrowseServer) -> Iterator[Visit]:
    with visiting(browser, run_server.url) as seen:
        yield seen.open()


@pytest.mark.parametrize("text", CASES)
def test_pieces(page: Visit, text: str) -> None:
    assert page.page.evaluate(SPLIT, text) == CASES[text]


@pytest.mark.parametrize("text", ["$", "${", "$$x", "\\(", "\\begin{align}", "\\boxed{", "$5 "])
def test_what_never_closes_is_soon_done_and_nothing_is_lost(page: Visit, text: str) -> None:
    again = f"(t) => ({SPLIT_SOURCE})(t.repeat(20000)).then((found) => found === t.repeat(20000))"
    assert page.page.evaluate(again, text)


def test_without_katex_sources_are_shown_and_it_is_said(
    visit: Visiting, hostile: tuple[str, str]
) -> None:
    origin, problem_id = hostile
    with visit(origin) as seen:
        seen.page.route("**/katex.min.js", lambda route: route.abort())
        seen.open(f"#problem={problem_id}")
        seen.page.get_by_text("KaTeX is not in this installation").wait_for()
        statement = seen.page.locator(".problem > .statement")
        assert "\\begin{align*}" in (statement.text_content() or "")
        assert statement.locator(".failed").count() == 0
