"""A process of its own that loads datasets, as somebody who trains on them would.

`datasets` reads its settings when it is imported, so the cache or the hub of a test needs a process
of its own. It takes any number of calls, and files may change in between.

    with ClientProcess(environment) as client:
        rows = client.rows(PLAIN, "sure-math", folder=tmp_path, split="train")
    print(client.said)
"""

from pathlib import Path
from typing import Any

from tests.hub.client import Client, ClientError

PLAIN = "datasets.load_dataset"
BUILDER = "datasets.load_dataset_builder"
OURS = "sure_math.load_dataset"
_CODE = """
import os
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
"""


class ClientProcess(Client):
    """Runs from its creation to `__exit__`; then `said` is what it wrote to standard error."""

    def __init__(self, environment: dict[str, str]) -> None:
        super().__init__(environment)
        self.run(_CODE)

    def rows(self, how: str, *arguments: str, folder: Path, **options: Any) -> Any:
        """The rows of a split, or of all splits by name, called in `folder`."""
        return self._call("rows", how, arguments, folder, options)

    def about(self, how: str, *arguments: str, folder: Path, **options: Any) -> dict[str, Any]:
        """Version, configuration, features and rows per split."""
        found: dict[str, Any] = self._call("about", how, arguments, folder, options)
        return found

    def error(self, how: str, *arguments: str, folder: Path, **options: Any) -> str:
        """Class and message of the error that the call ends with."""
        try:
            found = self._call("rows", how, arguments, folder, options)
        except ClientError as error:
            return str(error)
        raise AssertionError(f"no error, but {found}")

    def _call(
        self, what: str, how: str, arguments: tuple[str, ...], folder: Path, options: dict[str, Any]
    ) -> Any:
        return self.run(
            f"os.chdir(folder); {what}(HOW[how](*arguments, **options))",
            folder=str(folder), how=how, arguments=arguments, options=options,
        )  # fmt: skip
