"""A process of its own that loads datasets, as somebody who trains on them would.

`datasets` reads its settings when it is imported, so the cache or the hub of a test needs a process
of its own. It takes any number of calls, and files may change in between.

    with ClientProcess(environment) as client:
        rows = client.rows(PLAIN, "sure-math", folder=tmp_path, split="train")
    print(client.said)
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PLAIN = "datasets.load_dataset"
BUILDER = "datasets.load_dataset_builder"
OURS = "sure_math.load_dataset"
_CODE = """
import json, os, sys
import datasets, sure_math

def rows(found):
    if isinstance(found, dict):
        return {name: rows(part) for name, part in found.items()}
    return [row for row in found]

def about(found):
    info = next(iter(found.values())).info if isinstance(found, dict) else found.info
    return {
        "version": str(info.version),
        "config": info.config_name,
        "features": {name: repr(kind) for name, kind in (info.features or {}).items()},
        "rows": {name: split.num_examples for name, split in (info.splits or {}).items()},
        "content": found.config.description if hasattr(found, "config") else None,
    }

HOW = {
    "datasets.load_dataset": datasets.load_dataset,
    "datasets.load_dataset_builder": datasets.load_dataset_builder,
    "sure_math.load_dataset": sure_math.load_dataset,
}
for line in sys.stdin:
    folder, what, how, arguments, options = json.loads(line)
    os.chdir(folder)
    try:
        reply = {"found": {"rows": rows, "about": about}[what](HOW[how](*arguments, **options))}
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
"""


class ClientProcess:
    """Runs from its creation to `__exit__`; then `said` is what it wrote to standard error."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.said = ""
        self._stderr = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed in __exit__)
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CODE],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()
        self._stderr.seek(0)
        self.said = self._stderr.read()
        self._stderr.close()

    def rows(self, how: str, *arguments: str, folder: Path, **options: Any) -> Any:
        """The rows of a split, or of all splits by name, called in `folder`."""
        return self._call("rows", how, arguments, folder, options, "found")

    def about(self, how: str, *arguments: str, folder: Path, **options: Any) -> dict[str, Any]:
        """Version, configuration, features and rows per split."""
        found: dict[str, Any] = self._call("about", how, arguments, folder, options, "found")
        return found

    def error(self, how: str, *arguments: str, folder: Path, **options: Any) -> str:
        """Class and message of the error that the call ends with."""
        return str(self._call("rows", how, arguments, folder, options, "error"))

    def _call(
        self,
        what: str,
        how: str,
        arguments: tuple[str, ...],
        folder: Path,
        options: dict[str, Any],
        wanted: str,
    ) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(folder), what, how, arguments, options]) + "\n")
        self._process.stdin.flush()
        reply = json.loads(self._process.stdout.readline())
        assert wanted in reply, reply
        return reply[wanted]
