"""Search, filters, order and a list that is longer than any page holds."""

import pytest

from sure_math.browse.server import BrowseServer
from tests.browse.asking import get
from tests.browse.browser.conftest import MANY, Visiting

pytestmark = pytest.mark.browser


def test_it_opens_with_all_problems_and_an_overview(
    visit: Visiting, run_server: BrowseServer
) -> None:
    summary = get(run_server, "api/summary")
    with visit(run_server.url) as seen:
        seen.open()
        assert seen.total() == f"{summary['problems']} problems"
        assert summary["name"] in (seen.page.locator(".overview h2").text_content() or "")
        assert seen.page.locator(".histogram.tall a").count() == len(
            summary["semantic_entropy"]["bins"]
        )
        assert seen.page.get_by_text("KaTeX is not").count() == 0
        assert (seen.complaints, seen.strangers()) == ([], [])


def test_a_search_filters_and_stays_in_the_address(
    visit: Visiting, run_server: BrowseServer
) -> None:
    wanted = get(run_server, "api/problems", text="garden")["total"]
    with visit(run_server.url) as seen:
        seen.open()
        seen.page.get_by_role("searchbox").fill("garden")
        seen.settled("location.hash === '#text=garden'")
        seen.settled(f"document.getElementById('total').value.startsWith('{wanted} of ')")
        seen.page.get_by_role("button", name="Remove text: garden").click()
        seen.settled("document.getElementById('total').value.endsWith(' problems')")
        assert seen.page.get_by_role("searchbox").input_value() == ""
        seen.page.get_by_role("searchbox").fill("no such word")
        seen.page.get_by_text("No problem matches").wait_for()
        seen.page.get_by_role("button", name="Clear the filters").click()
        seen.settled("document.getElementById('total').value.endsWith(' problems')")
        assert seen.complaints == []


def test_filters_add_up_and_the_back_button_takes_them_away(
    visit: Visiting, run_server: BrowseServer
) -> None:
    tier, other = list(get(run_server, "api/summary")["facets"]["tier"])[:2]
    one = get(run_server, "api/problems", tier=[tier])["total"]
    both = get(run_server, "api/problems", tier=[tier, other])["total"]
    with visit(run_server.url, viewport={"width": 1700, "height": 900}) as seen:
        seen.open()
        everything = seen.total()
        seen.page.get_by_role("checkbox", name=tier).first.check()
        seen.settled(f"document.getElementById('total').value.startsWith('{one} of ')")
        seen.page.locator(f"input[name=tier][value={other}]").check()
        seen.settled(f"document.getElementById('total').value.startsWith('{both} of ')")
        seen.page.go_back()
        seen.settled(f"document.getElementById('total').value.startsWith('{one} of ')")
        assert not seen.page.locator(f"input[name=tier][value={other}]").is_checked()
        seen.page.go_back()
        seen.settled(f"document.getElementById('total').value === '{everything}'")


def test_an_entropy_range_by_keyboard(visit: Visiting, run_server: BrowseServer) -> None:
    with visit(run_server.url, viewport={"width": 1700, "height": 900}) as seen:
        seen.open()
        seen.page.get_by_role("slider", name="Semantic entropy, nats: highest").focus()
        for _ in range(30):
            seen.page.keyboard.press("ArrowLeft")
        seen.settled("location.hash.includes('entropy_max')")
        bound = seen.page.evaluate("new URLSearchParams(location.hash.slice(1)).get('entropy_max')")
        wanted = get(run_server, "api/problems", entropy_max=bound)["total"]
        seen.settled(f"document.getElementById('total').value.startsWith('{wanted} of ')")


def test_an_order(visit: Visiting, run_server: BrowseServer) -> None:
    first = get(run_server, "api/problems", sort="-semantic_entropy")["rows"][0]["problem_id"]
    with visit(run_server.url) as seen:
        seen.open()
        seen.page.get_by_label("sorted by").select_option("-semantic_entropy")
        seen.settled(f"document.querySelector('#row-0')?.dataset.id === '{first}'")
        assert seen.page.evaluate("location.hash") == "#sort=-semantic_entropy"


def test_an_address_is_the_same_place_for_everybody(
    visit: Visiting, run_server: BrowseServer
) -> None:
    row = get(run_server, "api/problems", sort="-length", tier="easy")["rows"][0]
    with visit(run_server.url) as seen:
        seen.open(f"#tier=easy&sort=-length&problem={row['problem_id']}")
        seen.page.locator(".problem").wait_for()
        assert seen.problem() == row["problem_id"]
        assert seen.page.get_by_label("sorted by").input_value() == "-length"
        assert seen.page.locator(".chip").all_text_contents() == ["tier: easy"]


def test_the_middle_of_a_long_list_is_a_few_elements_away(
    visit: Visiting, many_server: BrowseServer
) -> None:
    with visit(many_server.url) as seen:
        seen.open()
        assert seen.total() == f"{MANY:,} problems"
        seen.page.evaluate(
            "const v = document.getElementById('rows'); "
            f"v.scrollTop = (v.scrollHeight - v.clientHeight) * 50000 / {MANY}"
        )
        seen.settled("document.querySelector('#rows .row:not(.pending)[id^=row-50]') !== null")
        number = int(
            str(seen.page.locator("[id^=row-50]:not(.pending)").first.get_attribute("id"))[4:]
        )
        wanted = get(many_server, "api/problems", offset=number, limit=1)["rows"][0]
        assert seen.page.locator(f"#row-{number}").get_attribute("data-id") == wanted["problem_id"]
        assert seen.rows() < 40
        asked = [url for url in seen.requests if "/api/problems" in url]
        assert len(asked) < 10
        seen.page.keyboard.press("G")
        seen.page.locator(f"#row-{MANY - 1}:not(.pending)").wait_for()
        assert (
            seen.page.locator("#rows").get_attribute("aria-activedescendant") == f"row-{MANY - 1}"
        )
        seen.page.keyboard.press("Enter")
        seen.page.get_by_text(f"{MANY:,} of {MANY:,}").wait_for()
        assert seen.rows() < 40
        assert (seen.complaints, seen.strangers()) == ([], [])


def test_a_million_rows_fit_a_browser(visit: Visiting, many_server: BrowseServer) -> None:
    """Beyond what browsers can scroll, the bar stands for more: with rows ten times as high."""
    with visit(many_server.url) as seen:
        seen.page.add_init_script("document.documentElement.style.fontSize = '160px'")
        seen.page.goto(many_server.url)
        seen.settled("document.getElementById('total').value !== ''")
        assert seen.page.evaluate("document.getElementById('rows').scrollHeight") <= 10_000_000
        seen.page.keyboard.press("G")
        seen.page.locator(f"#row-{MANY - 1}:not(.pending)").wait_for()
        seen.page.keyboard.press("k")
        seen.page.locator(f"#row-{MANY - 2}.cursor").wait_for()
        seen.page.keyboard.press("g")
        seen.page.locator("#row-0.cursor:not(.pending)").wait_for()
