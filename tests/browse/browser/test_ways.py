"""Keyboard alone, small and dark windows, and a server that goes away."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sure_math.browse.server import BrowseServer
from sure_math.runtime.run import Run
from tests.browse.asking import get
from tests.browse.browser.conftest import Visiting

pytestmark = pytest.mark.browser
FOCUSED = """(() => {
  const at = document.activeElement;
  const name = at === document.body ? "BODY" : at.id || at.className || at.tagName;
  return [name, at.id === "rows" || getComputedStyle(at).outlineStyle !== "none"];
})()"""
"""What has the focus, and whether one can see it (the list shows it on its row)."""


def test_a_journey_with_keys_alone(visit: Visiting, run_server: BrowseServer) -> None:
    rows = get(run_server, "api/problems", text="garden", state="annotated")["rows"]
    ids = [row["problem_id"] for row in rows]

    with visit(run_server.url) as seen:

        def reads(problem_id: str) -> None:
            seen.settled(
                f"document.querySelector('.problem > h2 code')?.textContent === '{problem_id}'"
            )

        seen.open("#state=annotated")
        keys = seen.page.keyboard
        keys.press("/")
        keys.type("garden")
        seen.settled(f"document.getElementById('total').value.startsWith('{len(ids)} of ')")
        keys.press("Enter")
        keys.press("j")
        keys.press("ArrowDown")
        keys.press("k")
        keys.press("Enter")
        reads(ids[1])
        keys.press("n")
        reads(ids[2])
        keys.press("p")
        reads(ids[1])
        keys.press("1")
        seen.page.locator(".cluster[open] .response").first.wait_for()
        assert seen.page.evaluate("document.activeElement.tagName") == "SUMMARY"
        keys.press("?")
        seen.page.get_by_role("dialog").wait_for()
        keys.press("Escape")
        assert not seen.page.get_by_role("dialog").is_visible()
        keys.press("Escape")
        seen.page.locator(".overview").wait_for()
        assert seen.page.evaluate("document.activeElement.id") == "rows"
        keys.press("G")
        seen.page.locator(f"#row-{len(ids) - 1}.cursor").wait_for()
        assert seen.complaints == []


def test_tab_reaches_everything_and_shows_where_it_is(
    visit: Visiting, run_server: BrowseServer
) -> None:
    problem_id = get(run_server, "api/problems", state="annotated")["rows"][0]["problem_id"]
    with visit(run_server.url) as seen:
        seen.open(f"#problem={problem_id}")
        seen.page.locator(".problem").wait_for()
        seen.page.evaluate("document.activeElement.blur(); document.body.focus()")
        stops = []
        for _ in range(60):
            seen.page.keyboard.press("Tab")
            stops.append(seen.page.evaluate(FOCUSED))
        names = {name for name, _ in stops}
        assert {"search", "sort", "rows", "next", "source", "help-button"} <= names
        assert "SUMMARY" in names
        assert {name for name, visible in stops if not visible} <= {"BODY", "title"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_follow_the_reader_and_can_be_read(
    visit: Visiting, run_server: BrowseServer, scheme: str
) -> None:
    with visit(run_server.url, color_scheme=scheme) as seen:
        seen.open()
        paper, ink = seen.page.evaluate(
            "(() => { const s = getComputedStyle(document.body); "
            "return [s.backgroundColor, s.color]; })()"
        )
        light, dark = (_luminance(each) for each in ((paper, ink), (ink, paper))[scheme == "dark"])
        assert (light + 0.05) / (dark + 0.05) > 7


def _luminance(colour: str) -> float:
    """Relative luminance (WCAG) of `rgb(r, g, b)`."""
    channels = [int(each) / 255 for each in colour.removeprefix("rgb(").rstrip(")").split(",")]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_telephone_shows_one_thing_at_a_time(visit: Visiting, hostile: tuple[str, str]) -> None:
    origin, problem_id = hostile
    narrow = (
        "document.documentElement.scrollWidth <= 390 && "
        "document.getElementById('reader').scrollWidth <= 390"
    )
    with visit(origin, viewport={"width": 390, "height": 844}) as seen:
        seen.open()
        assert not seen.page.locator("#reader").is_visible()
        assert seen.page.evaluate(narrow)
        seen.page.locator("#row-0").click()
        seen.page.locator(".problem").wait_for()
        assert not seen.page.locator("#rows").is_visible()
        assert seen.problem() == problem_id
        seen.page.locator(".cluster summary").first.click()
        seen.page.locator(".response").first.wait_for()
        assert seen.page.evaluate(narrow)
        seen.page.get_by_role("link", name="← List").click()
        seen.page.locator("#rows").wait_for()
        seen.page.get_by_role("button", name="Filters").click()
        assert seen.page.locator("#filters").is_visible()
        assert seen.page.evaluate(narrow)
        seen.page.get_by_role("button", name="Show").click()
        seen.page.get_by_role("link", name="About this data").click()
        seen.page.locator(".overview").wait_for()
        assert seen.page.evaluate(narrow)


def test_a_server_that_went_away_is_said_and_tried_again(visit: Visiting, run: Run) -> None:
    with browsing(run, 0) as (process, address), visit(address) as seen:
        seen.open()
        problem_id = seen.page.locator("#row-0").get_attribute("data-id")
        process.kill()
        process.wait()
        seen.page.locator("#row-0").click()
        seen.page.get_by_text("The server does not answer any more.").wait_for()
        with browsing(run, int(address.rstrip("/").rsplit(":", 1)[1])):
            seen.page.get_by_role("button", name="Try again").click()
            seen.page.locator(".problem").wait_for()
            assert seen.problem() == problem_id
            assert seen.page.get_by_role("alert").text_content() == ""


@contextmanager
def browsing(run: Run, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`sure-math browse` in a process of its own, and the address it prints."""
    command = ["-m", "sure_math.cli", "browse", str(run.root), "--no-open", "--port", str(port)]
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().split()[-1]
        finally:
            process.kill()
