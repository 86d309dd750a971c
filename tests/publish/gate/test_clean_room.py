"""What the gate starts in a process of its own: the loader, and the Python code of the card."""

import re
import shutil
from pathlib import Path

import pytest

from sure_math.publish.gate import examine
from tests.publish.gate.breaking import Broken

SNIPPET = re.compile(r"```python\n.*?```", re.DOTALL)


@pytest.fixture
def broken(release: Path, tmp_path: Path) -> Broken:
    folder = tmp_path / "any-folder"
    shutil.copytree(release, folder)
    return Broken(folder)


def snippets(broken: Broken, *blocks: str) -> None:
    """Only this code in the card."""
    path = broken.folder / "README.md"
    text = "\n\n".join(f"```python\n{block}\n```" for block in blocks)
    path.write_text(f"{SNIPPET.sub('', path.read_text())}\n{text}\n")
    broken.mend()


def failed(broken: Broken, *, loads: bool = False, snippet: bool = False) -> dict[str, str]:
    checks = examine(broken.folder, loads=loads, snippet=snippet)
    return {check.name: check.detail for check in checks if not check.passed}


def test_the_snippet_of_a_name_with_an_owner_reads_this_folder(
    broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = broken.rows("data/train").height
    broken.page("sure_math.json", lambda manifest: manifest.update(name="ada/sums"))
    snippets(
        broken,
        "import datasets\n"
        'rows = datasets.load_dataset("ada/sums", split="train", revision="v1.0.0")\n'
        f"assert len(rows) == {rows}\n"
        'stream = datasets.load_dataset("ada/sums", split="train", streaming=True)\n'
        "first = next(iter(stream))",  # and the stream is left as it is
        "import os\n"
        'assert first["problem_id"] == rows[0]["problem_id"]\n'
        'assert not any("TOKEN" in name for name in os.environ)\n'
        'assert __name__ == "__main__"',
    )
    monkeypatch.setenv("HF_TOKEN", "hf_of_somebody")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert failed(broken, snippet=True) == {}


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ("x = 1\nrows = none_of_that\n", "NameError: name 'none_of_that' is not defined"),
        ("import urllib.request as u\nu.urlopen('http://example.org')", "no network here"),
        ("import sys\nsys.exit(7)", "it ended with status 7"),
    ],
)
def test_a_snippet_that_fails(broken: Broken, block: str, words: str) -> None:
    snippets(broken, "import sys", block)
    found = failed(broken, snippet=True)
    assert found.keys() == {"snippet"}
    assert words in found["snippet"]
    if "rows" in block:
        assert 'README.md block 2", line 2' in found["snippet"]


def test_a_card_without_code(broken: Broken) -> None:
    snippets(broken)
    assert failed(broken, snippet=True) == {
        "snippet": "README.md has no ```python block that loads the release"
    }


def test_a_name_that_is_no_load_name(broken: Broken) -> None:
    broken.page("sure_math.json", lambda manifest: manifest.update(name="../../elsewhere"))
    assert "is no name that a loader takes" in failed(broken, snippet=True)["snippet"]


def test_what_the_loader_announces_and_reads(broken: Broken) -> None:
    rows = broken.rows("nc/train").height
    broken.head(lambda head: head["dataset_info"][2]["splits"][0].update(num_examples=rows + 1))
    broken.mend()
    found = failed(broken, loads=True)
    assert found.keys() == {"counts", "loads"}
    assert f"'announced': {rows + 1}, 'read': {rows}" in found["loads"]


def test_a_release_that_does_not_load(broken: Broken) -> None:
    broken.head(lambda head: head["dataset_info"][0]["features"][0].update(dtype="number"))
    broken.mend()
    found = failed(broken, loads=True)
    assert found.keys() == {"card", "loads"}
    assert "it ended with status 1" in found["loads"]


@pytest.mark.parametrize("path", ["/etc/passwd", "https://example.org/x.parquet", "**"])
def test_a_card_never_has_the_loader_read_something_else(broken: Broken, path: str) -> None:
    broken.head(lambda head: head["configs"][0]["data_files"][0].update(path=[path]))
    broken.mend()
    expected = f"not run: the card names '{path}', no file of the manifest"
    assert failed(broken, loads=True)["loads"] == expected


def test_no_page_overrides_the_card(broken: Broken) -> None:
    (broken.folder / ".huggingface.yaml").write_text("configs: []")
    found = failed(broken, loads=True)["loads"]
    assert found == "not run: .huggingface.yaml may have it read anything"
