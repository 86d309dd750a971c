"""Publishing against the hub on the loopback, in this process or in one of its own."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from sure_math.publish.hub.client import connect
from sure_math.publish.hub.plan import Plan, plan_push
from sure_math.publish.hub.push import Pushed, push
from sure_math.publish.hub.target import Target, open_target
from sure_math.publish.manifest import read_manifest
from tests.hub import LocalHub, Request

REPO = "own/sums"
_DATA_PATHS = r"PUT /lfs/|POST /cas/.*/v1/xorbs/"
_PROCESS = """
import logging, os, sys
from pathlib import Path
from sure_math.errors import SureMathError
from sure_math.publish.hub.client import connect
from sure_math.publish.hub.plan import plan_push
from sure_math.publish.hub.push import push
from sure_math.publish.hub.target import Target, open_target
from sure_math.publish.manifest import read_manifest
folder, repo, tag = Path(sys.argv[1]), *sys.argv[2:]
if os.environ.get("HF_DEBUG"):
    logging.basicConfig(level=logging.DEBUG)
try:
    hub, target = connect(waits=(0.01,)), Target(repo, tag=tag)
    plan = plan_push(folder, read_manifest(folder), open_target(hub, target), target)
    print(hub, plan, plan.as_text())
    print(push(hub, plan, print, batch=int(os.environ.get("BATCH", 1 << 28))).as_text())
except SureMathError as error:
    logging.exception("refused")
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""


class Publisher:
    """An account that publishes release folders."""

    def __init__(self, local: LocalHub, cache: Path, token: str | None = None) -> None:
        self.local = local
        self.hub = connect(local.url, token or local.token, waits=(0.01, 0.02), cache=cache)
        self.said: list[str] = []

    def plan(self, folder: Path, repo: str = REPO, **options: Any) -> Plan:
        target = Target(repo, **options)
        remote = open_target(self.hub, target)
        return plan_push(folder, read_manifest(folder), remote, target)

    def publish(self, folder: Path, repo: str = REPO, **options: Any) -> Pushed:
        return push(self.hub, self.plan(folder, repo, **options), self.said.append)


def start(local: LocalHub, home: Path, folder: Path, **environment: str) -> "subprocess.Popen[str]":
    """Publish `folder` as v1.0.0 in another process."""
    return subprocess.Popen(
        [sys.executable, "-c", _PROCESS, str(folder), REPO, "v1.0.0"],
        env={**local.environment(home), "HF_TOKEN": local.token, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> str:
    """What it said, once it has succeeded."""
    said, _ = process.communicate()
    assert process.returncode == 0, said
    return said


def uploads(local: LocalHub) -> list[Request]:
    """Requests that carried data of large files."""
    return local.asked(_DATA_PATHS)


def commits(local: LocalHub) -> int:
    """How many the repository has, the first of the hub's own included."""
    return len(local.repository(REPO).commits)
