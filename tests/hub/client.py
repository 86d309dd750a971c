"""The real clients in a process of their own, which runs what it is told.

They read `HF_ENDPOINT` and whether Xet is off when they are imported, and one start takes a second;
so tests share a process and send it code:

    with Client(hub.environment(home, HF_TOKEN=hub.token)) as client:
        client.run("api.create_repo(repo, repo_type='dataset')", repo="own/data")
"""

import json
import subprocess
import sys
import tempfile
from types import TracebackType
from typing import Any, Self

_CODE = """
import ast, json, sys
from pathlib import Path
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

def run(code, names):
    *before, last = ast.parse(code).body
    exec(compile(ast.Module(before, []), "<told>", "exec"), names)
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), "<told>", "eval"), names)
    exec(compile(ast.Module([last], []), "<told>", "exec"), names)

names = {**globals(), "api": HfApi()}
print("ready", flush=True)
for line in sys.stdin:
    code, given = json.loads(line)
    names.update(given)
    try:
        reply = {"value": run(code, names)}
    except Exception as error:
        reply = {"kinds": [kind.__name__ for kind in type(error).__mro__], "words": str(error)}
    print(json.dumps(reply, default=str), flush=True)
"""


class ClientError(Exception):
    """What the code ended with: the class of the error and those above it, and its words."""

    def __init__(self, kinds: list[str], words: str) -> None:
        super().__init__(f"{kinds[0]}: {words}")
        self.kinds = kinds


class Client:
    """Runs from its creation to `__exit__`; names stay from one `run` to the next."""

    said = ""
    """After `__exit__`: what it wrote to standard error."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._stderr = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed in __exit__)
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CODE],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
        )
        self._read()

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

    def run(self, code: str, **values: Any) -> Any:
        """The value of the last expression; raises `ClientError` with what it raised."""
        self.start(code, **values)
        reply = json.loads(self._read())
        if "kinds" in reply:
            raise ClientError(reply["kinds"], reply["words"])
        return reply["value"]

    def start(self, code: str, **values: Any) -> None:
        """Begin with `code` and wait for nothing; the next thing to do is `kill`."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([code, values], default=str) + "\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        """End it as with `kill -9`."""
        self._process.kill()
        self._process.wait()

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._stderr.seek(0)
            raise AssertionError(f"the client ended: {self._stderr.read()}")
        return line
