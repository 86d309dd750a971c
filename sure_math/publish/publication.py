"""A release on its way to a hub: built for the repository it goes to, checked, then sent.

The folder lies in the run while this lasts, for one process at a time. Whatever stops it, nothing
is lost by starting again: the same run gives the same bytes, and what has arrived at the hub is not
sent twice.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sure_math.errors import PublishError
from sure_math.publish.changelog import read_previous
from sure_math.publish.hub.client import Hub, connect
from sure_math.publish.hub.plan import Plan, plan_push
from sure_math.publish.hub.previous import previous_release
from sure_math.publish.hub.push import Pushed, push
from sure_math.publish.hub.target import Remote, Target, open_target
from sure_math.publish.manifest import read_manifest
from sure_math.publish.release import write_release
from sure_math.runtime.lock import exclusive
from sure_math.runtime.run import Run

STAGING = ".hub"
"""Folder in a run."""
LOCK = ".lock-publish"
"""File in a run."""


def plan_publication(run: Run, target: Target) -> Plan:
    """What a publication would upload, delete and tag; the hub is only read.

    Raises:
        PublishError: the release fails its checks, or the hub would not take it.
    """
    with _planned(run, target) as (_, plan):
        return plan


def publish_release(run: Run, target: Target, say: Callable[[str], None]) -> Pushed:
    """Send the release of a finished run to a hub, and read it back.

    Args:
        say: takes lines on the progress.

    Raises:
        PublishError: the release fails its checks, or the hub does not take it.
    """
    with _planned(run, target) as (hub, plan):
        return push(hub, plan, say)


@contextmanager
def _planned(run: Run, target: Target) -> Iterator[tuple[Hub, Plan]]:
    hub = connect()
    remote = open_target(hub, target)
    version = run.recipe.publish.version
    before = previous_release(hub, remote, version)
    with _staging(run) as staging:
        folder = write_release(
            run,
            staging / target.repo,
            target.repo,
            previous=read_previous(before[1]) if before else None,
            date=_date(remote, version),
        )
        yield hub, plan_push(folder, read_manifest(folder), remote, target)


@contextmanager
def _staging(run: Run) -> Iterator[Path]:
    """An empty folder in the run, for this process alone.

    What a killed process left there is removed first: nobody has seen that release, so the
    changelog must not compare with it.

    Raises:
        PublishError: another process is publishing this run.
        StageError: the run cannot be written.
    """
    staging = run.root / STAGING
    busy = PublishError(
        f"another process is publishing {run.root}",
        saved="nothing was sent",
        hint="wait for it, then run the same command again",
    )
    with exclusive(run.root / LOCK, busy):
        shutil.rmtree(staging, ignore_errors=True)
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _date(remote: Remote, version: str) -> str | None:
    """The day on which a version was first published, so that it can be made again as it is."""
    history = remote.manifest.history if remote.manifest else ()
    return next((each.date for each in history if each.version == version), None)
