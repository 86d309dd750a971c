"""A release on its way to a hub: built for the repository it goes to, checked, then sent.

The folder lies in the run while this lasts. Whatever stops it, nothing is lost by starting again:
the same run gives the same bytes, and what has arrived at the hub is not sent twice.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sure_math.publish.changelog import read_previous
from sure_math.publish.hub.client import Hub, connect
from sure_math.publish.hub.plan import Plan, plan_push
from sure_math.publish.hub.previous import previous_release
from sure_math.publish.hub.push import Pushed, push
from sure_math.publish.hub.target import Remote, Target, open_target
from sure_math.publish.manifest import read_manifest
from sure_math.publish.release import write_release
from sure_math.runtime.run import Run

STAGING = ".hub"
"""Folder in a run."""


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
    staging = run.root / STAGING
    place = staging / target.repo
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        folder = write_release(
            run,
            place,
            target.repo,
            previous=read_previous(before[1]) if before else None,
            date=_date(remote, version),
        )
        yield hub, plan_push(folder, read_manifest(folder), remote, target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _date(remote: Remote, version: str) -> str | None:
    """The day on which a version was first published, so that it can be made again as it is."""
    history = remote.manifest.history if remote.manifest else ()
    return next((each.date for each in history if each.version == version), None)
