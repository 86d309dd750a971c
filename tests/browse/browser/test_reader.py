"""One problem: its mathematics, family, clusters and everything that was said about it."""

import pytest

from sure_math.browse.server import BrowseServer
from tests.browse.asking import get, problem
from tests.browse.browser.conftest import Visiting

pytestmark = pytest.mark.browser


def annotated(server: BrowseServer, **parameters: object) -> list[str]:
    rows = get(server, "api/problems", state="annotated", limit=500, **parameters)["rows"]
    return [row["problem_id"] for row in rows]


def test_a_problem_is_opened_and_read(visit: Visiting, run_server: BrowseServer) -> None:
    (wanted, *_) = annotated(run_server, sort="-n_clusters")
    data = problem(run_server, wanted)
    with visit(run_server.url) as seen:
        seen.open("#state=annotated&sort=-n_clusters")
        seen.page.locator("#row-0").click()
        seen.page.locator(".problem").wait_for()
        assert seen.problem() == wanted
        clusters = seen.page.locator(".cluster")
        assert clusters.count() == len(data["clusters"])
        clusters.first.locator("summary").click()
        clusters.first.locator(".response").first.wait_for()
        assert clusters.first.locator(".response").count() == data["clusters"][0]["count"]
        assert "nats" in (seen.page.locator(".uncertainty").text_content() or "")
        assert (seen.complaints, seen.strangers()) == ([], [])


def test_a_family_is_walked(visit: Visiting, run_server: BrowseServer) -> None:
    child = next(
        each
        for each in annotated(run_server, sort="-round")
        if problem(run_server, each)["problem"]["parent_id"]
    )
    family = problem(run_server, child)["family"]["nodes"]
    parent = next(node for node in family if node["relation"] == "ancestor")["problem_id"]
    with visit(run_server.url) as seen:
        seen.open(f"#problem={child}")
        seen.page.locator(".node.self").wait_for()
        seen.page.locator("a.node.ancestor").first.click()
        seen.settled(f"document.querySelector('.problem > h2 code').textContent === '{parent}'")
        assert seen.page.locator("a.node.descendant").count() >= 1
        seen.page.go_back()
        seen.settled(f"document.querySelector('.problem > h2 code').textContent === '{child}'")
        seen.page.get_by_role("link", name="List the whole family").click()
        seen.page.get_by_role("button", name="Remove root").wait_for()
        total = get(run_server, "api/problems", root=family[0]["problem_id"])["total"]
        seen.settled(f"document.getElementById('total').value.startsWith('{total} of ')")


def test_a_release_says_what_it_does_not_hold(
    visit: Visiting, release_server: BrowseServer
) -> None:
    with visit(release_server.url) as seen:
        seen.open(f"#problem={annotated(release_server)[0]}")
        seen.page.get_by_text("is kept in the run that made this release").wait_for()
        assert seen.page.get_by_text("Attempts of the evolver").count() == 0
        seen.open()
        seen.page.get_by_role("link", name="Most uncertain").wait_for()
        assert seen.page.get_by_role("link", name="Removed").count() == 0
        assert seen.complaints == []


def test_conflicts_verdicts_and_merges_are_told(visit: Visiting, hostile: tuple[str, str]) -> None:
    origin, problem_id = hostile
    with visit(origin) as seen:
        seen.open(f"#problem={problem_id}")
        seen.page.get_by_role("heading", name="1 conflict").wait_for()
        told = seen.page.get_by_role("region", name="Verdicts of the judge").text_content() or ""
        assert "same" in told
        assert "different" in told
        assert "kept apart" in told
        decided = seen.page.get_by_role("region", name="Decontamination verdicts").text_content()
        assert "AIME 2025" in (decided or "")
        assert "kept" in (decided or "")
        seen.page.keyboard.press("1")
        seen.page.get_by_label("Why these answers are one").wait_for()
        assert seen.page.get_by_text("cut off", exact=True).count() >= 1


def test_sources_and_copies(visit: Visiting, hostile: tuple[str, str]) -> None:
    origin, problem_id = hostile
    with visit(origin, permissions=["clipboard-read", "clipboard-write"]) as seen:
        seen.open(f"#problem={problem_id}")
        statement = seen.page.locator(".problem > .statement")
        assert statement.locator(".katex").count() > 3
        seen.page.keyboard.press("t")
        assert statement.locator(".katex").count() == 0
        assert "\\begin{align*}" in (statement.text_content() or "")
        seen.page.keyboard.press("t")
        assert statement.locator(".katex").count() > 3
        for button, expected in (
            ("Copy id", problem_id),
            ("Copy link", f"{origin}#problem={problem_id}"),
        ):
            seen.page.get_by_role("button", name=button).click()
            seen.page.get_by_role("button", name="Copied").first.wait_for()
            assert seen.page.evaluate("navigator.clipboard.readText()") == expected


def test_an_unknown_id_is_said(visit: Visiting, run_server: BrowseServer) -> None:
    with visit(run_server.url) as seen:
        seen.open("#problem=nobody")
        seen.page.get_by_text("no problem 'nobody'").wait_for()
        assert all("404" in each for each in seen.complaints)
