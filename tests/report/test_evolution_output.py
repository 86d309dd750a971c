"""`sure-math report evolution`: text, JSON and a page, on a run full of hostile text."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from sure_math.cli import main
from sure_math.proportion import Proportion
from sure_math.report.evolution_text import percent, visible
from sure_math.report.page import changes
from sure_math.runtime.run import Run


@pytest.fixture(scope="module", name="run")
def _run(evolved_run: Run) -> Run:
    return evolved_run


def report(run: Run, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["report", "evolution", str(run.root), *arguments])


@pytest.fixture(scope="module")
def page(run: Run) -> str:
    result = report(run, "--format", "html")
    assert result.exit_code == 0, result.output
    return result.stdout


class Markup(HTMLParser):
    """Tags and attributes of a page, and its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.scripts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script" and not self.scripts:
            self.scripts.append(data)
        self.text += data


def test_text(run: Run) -> None:
    result = report(run)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == f"evolution in {run.root}, written by openai:scripted"
    assert any(line.startswith("Look at the prompt of compose: ") for line in lines)
    heads = [line.split()[0] for line, below in pairwise(lines) if below[:3] == "---"]
    assert heads[:4] == ["strategy", "tier", "round", "strategy"]
    tables = [line for line in lines if not line.startswith("  ")]
    assert max(map(len, tables)) <= 120
    assert any("␛[31mred␛[0m <U+202E>gnp.exe" in line for line in lines)
    assert visible(result.stdout) == result.stdout


def test_json(run: Run) -> None:
    result = report(run, "--format", "json", "--examples", "1")
    found = json.loads(result.stdout)
    assert found["findings"][0].startswith(f"{found['planned']} of {found['planned']} planned")
    assert found["total"]["attempts"] == sum(group["attempts"] for group in found["tiers"])
    assert found["losses"][0]["share"].keys() == {"count", "total", "share", "low", "high"}
    kinds = [(e["strategy"], e["stage"], e["reason"]) for e in found["examples"]]
    assert len(kinds) == len(set(kinds)) > 5
    assert "\x1b" not in result.stdout


def test_the_page_holds_no_foreign_markup(page: str) -> None:
    markup = Markup(page)
    names = {tag for tag, _ in markup.tags}
    assert not names & {"img", "iframe", "link", "object", "textarea", "svg", "base"}
    assert [tag for tag, _ in markup.tags].count("script") == 1
    attributes = {name for _, attrs in markup.tags for name in attrs}
    assert not {name for name in attributes if name.startswith("on") or name in ("src", "action")}
    assert "<script>alert(1)</script><img src=x onerror=alert(2)>" in markup.text
    assert "{{ 7 * 7 }}" in markup.text
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_the_page_needs_no_network_and_runs_one_script_only(page: str) -> None:
    markup = Markup(page)
    digest = base64.b64encode(hashlib.sha256(markup.scripts[0].encode()).digest()).decode()
    policy = next(a["content"] for t, a in markup.tags if t == "meta" and "http-equiv" in a)
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert f"script-src 'sha256-{digest}'" in policy
    assert not re.search(r"https?://|@import|url\(", page)


def test_links_of_the_page_lead_to_examples(page: str) -> None:
    markup = Markup(page)
    names = [attrs["id"] for _, attrs in markup.tags if "id" in attrs]
    assert len(names) == len(set(names))
    links = {(a["href"] or "").removeprefix("#") for t, a in markup.tags if t == "a"}
    assert links <= set(names)
    assert "compose-evolve-many_questions" in links
    labelled = [attrs for _, attrs in markup.tags if attrs.get("role") in ("img", "region")]
    assert all(attrs.get("aria-label") for attrs in labelled)


@pytest.mark.parametrize(
    ("name", "options", "start"),
    [
        ("a/evolution.html", [], "<!DOCTYPE html>"),
        ("evolution.json", [], "{"),
        ("evolution.txt", [], "evolution in "),
        ("evolution.html", ["--format", "text"], "evolution in "),
    ],
)
def test_written_files(run: Run, tmp_path: Path, name: str, options: list[str], start: str) -> None:
    out = tmp_path / name
    result = report(run, "--out", str(out), *options)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"written: {out}\n"
    assert out.read_text(encoding="utf-8").startswith(start)


def test_the_run_is_found_by_name_or_as_the_latest(run: Run) -> None:
    for name in ([run.root.name], []):
        arguments = ["report", "evolution", *name, "--runs", str(run.root.parent)]
        result = CliRunner().invoke(main, arguments)
        assert result.stdout.startswith(f"evolution in {run.root}, ")


def test_errors(run: Run, tmp_path: Path) -> None:
    missing = CliRunner().invoke(main, ["report", "evolution", "none", "--runs", str(tmp_path)])
    assert (missing.exit_code, missing.stdout) == (1, "")
    assert "no run 'none'" in missing.stderr
    (tmp_path / "file").write_text("")
    refused = report(run, "--out", str(tmp_path / "file" / "evolution.html"))
    assert refused.exit_code == 1
    assert "cannot write" in refused.stderr


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (Proportion(0, 0), "-"),
        (Proportion(8, 10), "80 % [49, 94]"),
        (Proportion(800, 1000), "80.0 % [77.4, 82.4]"),
        (Proportion(1, 100_000), "0.00 % [0.00, 0.01]"),
    ],
)
def test_percentages_are_as_exact_as_their_intervals(share: Proportion, shown: str) -> None:
    assert percent(share) == shown


@given(st.text(), st.text())
def test_marks_change_no_text(child: str, parent: str) -> None:
    assert "".join(piece for piece, _ in changes(child, parent)) == child


def test_what_is_new_is_marked() -> None:
    pieces = changes("Find $x^2$ if $x=4$.", "Find $x^2$ if $x=3$.")
    assert [piece for piece, new in pieces if new] == ["4"]
    assert changes("Find $x$.", None) == [("Find $x$.", False)]


@given(st.text())
def test_visible_text_acts_on_no_terminal(text: str) -> None:
    shown = visible(text)
    assert all(c.isprintable() or c in "\n\t" or c.isspace() for c in shown)
    assert not set(shown) & set("\x1b\r\x9b\u202e\u2066\u200b")
