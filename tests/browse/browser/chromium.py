"""A real Chromium over a real server, and a witness of everything the page did."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE = 30
"""Seconds until something that does not happen is a failure."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of this machine; skip without one, or fail where every engine is required."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        if os.environ.get("SURE_MATH_REQUIRE_ENGINES") == "1":
            raise FileNotFoundError(f"none of {', '.join(_NAMES)} is installed")
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """A page over a server, with what it said and asked for."""

    page: Page
    origin: str
    """Address of the server, with a slash at the end."""
    complaints: list[str] = field(default_factory=list)
    """Errors and warnings of the console, uncaught exceptions, dialogs."""
    requests: list[str] = field(default_factory=list)

    def open(self, fragment: str = "") -> "Visit":
        """Go to a place of the page, and wait until it stands."""
        self.page.goto(self.origin + fragment)
        self.settled("document.getElementById('total').value !== ''")
        self.page.wait_for_load_state("networkidle")
        return self

    def rows(self) -> int:
        """Rows of the list that are elements."""
        return self.page.locator("#rows .row").count()

    def total(self) -> str:
        """What the page says about the number of problems."""
        return self.page.locator("#total").text_content() or ""

    def problem(self) -> str | None:
        """Id of the problem in the reader."""
        shown = self.page.locator(".problem > h2 code")
        return shown.text_content() if shown.count() else None

    def strangers(self) -> list[str]:
        """Requests that went anywhere else than to the server."""
        return [
            url for url in self.requests if not url.startswith((self.origin, "data:", "about:"))
        ]

    def settled(self, expression: str) -> None:
        """Wait until something is true in the page.

        Playwright's own `wait_for_function` needs eval, which the server forbids.
        """
        deadline = time.monotonic() + PATIENCE
        while not self.page.evaluate(expression):
            assert time.monotonic() < deadline, f"never true: {expression}"
            self.page.wait_for_timeout(25)


@contextmanager
def visiting(browser: Browser, origin: str, **settings: Any) -> Iterator[Visit]:
    """A new page in a context of its own, such as `color_scheme="dark"`."""
    context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **settings})
    visit = Visit(context.new_page(), origin)
    visit.page.set_default_timeout(1000 * PATIENCE)
    visit.page.on("console", lambda message: _note(visit, message.type, message.text))
    visit.page.on("pageerror", lambda error: visit.complaints.append(f"uncaught: {error}"))
    visit.page.on("request", lambda request: visit.requests.append(request.url))
    visit.page.on("dialog", lambda dialog: (visit.complaints.append("dialog"), dialog.dismiss()))
    try:
        yield visit
    finally:
        context.close()


def _note(visit: Visit, kind: str, text: str) -> None:
    if kind in {"error", "warning"}:
        visit.complaints.append(f"{kind}: {text}")
