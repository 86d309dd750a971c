"""Checks `loads` and `snippet`: what whoever gets the release will run, run before they do.

Each runs in a process and a folder of its own, with fresh caches, no token and no network. The
folder holds the release under its load name, which `datasets` prefers to a hub, also for a name
with an owner and with a revision.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sure_math.publish.gate.checks import refuse
from sure_math.publish.gate.files import steering
from sure_math.publish.gate.release import Release

_SECONDS = 3600.0
_NAME = re.compile(r"[A-Za-z0-9_][\w.-]*(?:/[A-Za-z0-9_][\w.-]*)?")
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_SHOWN = 12
_PRIVATE = re.compile(r"HF_|HUGGING_?FACE|TOKEN|KEY|SECRET|PASSWORD", re.IGNORECASE)
_SNIPPETS = """
import os, sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise ConnectionError(f"no network here: {arguments[1:] or arguments}")
sys.addaudithook(refuse)
names = {"__name__": "__main__"}
for path in sys.argv[1:]:
    exec(compile(open(path, encoding="utf-8").read(), path, "exec"), names)
sys.stdout.flush()
os._exit(0)  # a stream that the card only begins would be waited for
"""


def check_loading(release: Release) -> str:
    """`datasets` reads every split of the folder to its end, and as many rows as it announces."""
    _refuse_other_paths(release)
    printed = _run(release, ["-m", "sure_math.publish.hub.proof", str(release.folder.resolve())])
    found = json.loads(printed.splitlines()[-1])
    wanted = {
        config: {split: {"announced": rows, "read": rows} for split, rows in splits.items()}
        for config, splits in release.manifest.rows().items()
    }
    refuse(
        [
            f"{config}: `datasets` announces and reads {found.get(config)}, "
            f"the manifest says {release.manifest.rows().get(config)}"
            for config in sorted({*found, *wanted})
            if found.get(config) != wanted.get(config)
        ]
    )
    rows = sum(split["read"] for splits in found.values() for split in splits.values())
    return f"{rows} rows of {len(found)} configurations stream to their end"


def check_snippet(release: Release) -> str:
    """The card's own Python blocks run one after the other, exactly as they are written."""
    blocks = _BLOCK.findall(release.card[1])
    refuse([] if blocks else ["README.md has no ```python block that loads the release"])
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"README.md block {number}" for number in range(1, len(blocks) + 1)]
        for path, block in zip(paths, blocks, strict=True):
            path.write_text(block, encoding="utf-8")
        _run(release, ["-c", _SNIPPETS, *map(str, paths)])
    return f"{len(blocks)} blocks of Python run as they stand in the card"


def _run(release: Release, arguments: Sequence[str]) -> str:
    """What a Python process prints that finds the release under its load name.

    Raises:
        Broken: it failed, or took too long.
    """
    name = release.manifest.name
    refuse([] if _NAME.fullmatch(name) else [f"{name!r} is no name that a loader takes"])
    with tempfile.TemporaryDirectory() as room:
        link = Path(room, "work", name)
        link.parent.mkdir(parents=True)
        link.symlink_to(release.folder.resolve(), target_is_directory=True)
        try:
            done = subprocess.run(
                [sys.executable, "-P", *arguments],
                cwd=Path(room, "work"),
                env=_environment(Path(room)),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=_SECONDS,
            )
        except subprocess.TimeoutExpired:
            refuse([f"not done after {_SECONDS:.0f} seconds"])
            raise
    if done.returncode:
        lines = done.stderr.strip().splitlines()[-_SHOWN:]
        refuse(["\n".join([f"it ended with status {done.returncode}", *lines])])
    return done.stdout


def _environment(room: Path) -> dict[str, Any]:
    """No hub, no token, no cache of anybody; proxies that lead nowhere for whatever asks them."""
    kept = {key: value for key, value in os.environ.items() if not _PRIVATE.search(key)}
    nowhere = "http://127.0.0.1:9"
    return {
        **kept,
        "HF_HOME": str(room / "home"),
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "TMPDIR": str(room),
        "USE_TORCH": "0",
        **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), nowhere),
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), nowhere),
    }


def _refuse_other_paths(release: Release) -> None:
    """A stranger could have the loader read any file of this machine, or of another one."""
    pages = steering(release)
    refuse([f"not run: {pages[0]} may have it read anything"] if pages else [])
    known = {file.path for file in release.manifest.files}
    said = {
        path
        for config in release.card[0].configs
        for files in config.data_files
        for path in files.path
    }
    others = sorted(said - known)
    refuse([f"not run: the card names {others[0]!r}, no file of the manifest"] if others else [])
