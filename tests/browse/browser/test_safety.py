"""Whatever models and sources wrote is shown, never obeyed."""

import pytest

from tests.browse.browser.conftest import Visiting

pytestmark = pytest.mark.browser


def test_hostile_content_does_nothing(visit: Visiting, hostile: tuple[str, str]) -> None:
    origin, problem_id = hostile
    with visit(origin) as seen:
        seen.open()
        seen.page.locator("#row-1").click()
        seen.page.locator(".problem .statement", has_text="<script>").wait_for()
        seen.page.goto(f"{origin}#problem={problem_id}")
        seen.settled(f"document.querySelector('.problem > h2 code').textContent === '{problem_id}'")
        seen.page.keyboard.press("1")
        seen.page.locator(".response").last.scroll_into_view_if_needed()
        seen.page.wait_for_load_state("networkidle")
        assert seen.page.evaluate("window.hit") is None
        assert seen.page.locator("main :is(script, img, iframe, object, style)").count() == 0
        links = seen.page.locator("a").evaluate_all("all => all.map((a) => a.protocol)")
        assert set(links) == {"http:"}
        assert (seen.complaints, seen.strangers()) == ([], [])


def test_nothing_of_a_formula_leaves_its_place(visit: Visiting, hostile: tuple[str, str]) -> None:
    origin, _ = hostile
    with visit(origin) as seen:
        seen.open()
        seen.page.locator("#row-1").click()
        statement = seen.page.locator(".problem > .statement")
        statement.wait_for()
        assert statement.locator(".failed[title]").count() >= 1
        assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_policy_of_the_server_forbids_what_the_page_does_not_do(
    visit: Visiting, hostile: tuple[str, str]
) -> None:
    origin, _ = hostile
    with visit(origin) as seen:
        seen.open()
        seen.page.evaluate(
            "const s = document.createElement('script'); s.textContent = 'window.hit = 1'; "
            "document.body.append(s)"
        )
        assert seen.page.evaluate("window.hit") is None
        assert any("Content Security Policy" in each for each in seen.complaints)
