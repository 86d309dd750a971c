"""KaTeX in a build: the pinned package alone, what a browser needs of it, whole or not at all."""

import io
import subprocess
import tarfile
from pathlib import Path

import pytest

import hatch_build

STYLE = f'.katex-version::after{{content:"{hatch_build.VERSION}"}}'
PACKED = {
    "package/LICENSE": "licence",
    "package/package.json": "{}",
    "package/dist/katex.min.js": "script",
    "package/dist/katex.js": "long script",
    "package/dist/katex.min.css": STYLE,
    "package/dist/fonts/KaTeX_Main-Regular.woff2": "font",
    "package/dist/fonts/KaTeX_Main-Regular.ttf": "old font",
    "package/dist/../../../fonts/out.woff2": "outside",
}


@pytest.fixture
def package() -> bytes:
    """An archive as npm packs it."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        for name, content in PACKED.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))
    return written.getvalue()


def test_only_the_pinned_package_is_taken(package: bytes) -> None:
    with pytest.raises(ValueError, match="not the pinned one"):
        hatch_build.check(package)


def test_what_a_browser_needs_is_unpacked(package: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "katex"
    assert not hatch_build.holds_katex(folder)
    hatch_build.unpack(package, folder)
    files = {
        path.relative_to(tmp_path).as_posix(): path.read_text()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    assert files == {
        "katex/LICENSE": "licence",
        "katex/katex.min.js": "script",
        "katex/katex.min.css": STYLE,
        "katex/fonts/KaTeX_Main-Regular.woff2": "font",
    }
    assert hatch_build.holds_katex(folder)


def test_another_version_makes_way(package: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "katex"
    folder.mkdir()
    (folder / "katex.min.css").write_text('content:"0.0.1"')
    (folder / "left over").write_text("")
    assert not hatch_build.holds_katex(folder)
    hatch_build.unpack(package, folder)
    assert hatch_build.holds_katex(folder)
    assert not (folder / "left over").exists()


def test_the_warning_says_why_and_what_to_do() -> None:
    said = (
        "npm warn old\nnpm error code EAI_AGAIN\nnpm error no such host\nnpm error A complete log"
    )
    failed = subprocess.CalledProcessError(1, "npm", stderr=said)
    for error, reason in ((failed, "no such host"), (FileNotFoundError("no npm"), "no npm")):
        warning = hatch_build.why_not(error)
        assert f"could not be fetched: {reason}." in warning
        assert "LaTeX source" in warning
        assert "Build again" in warning
