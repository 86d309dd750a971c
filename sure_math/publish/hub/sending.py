"""Uploads and the one commit that shows them.

Nobody sees anything of a push before its commit, and the commit is all of it. It stands on the
commit that the plan was made for, so nothing that somebody pushed meanwhile is replaced. What has
arrived is not sent again, and a commit whose answer was lost is recognised by its files.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from huggingface_hub import CommitInfo, CommitOperationAdd, CommitOperationDelete

from sure_math.errors import HubConflict, HubUnavailable
from sure_math.publish.hub.client import Hub
from sure_math.publish.hub.files import RemoteFile, differences
from sure_math.publish.hub.plan import Plan, count, size
from sure_math.publish.hub.target import own_pulls

BATCH = 1 << 28
"""Bytes after which the hub is told to keep what has arrived."""
_ARRIVED = "there was no commit, so readers see nothing new; files that arrived are not sent again"


@dataclass(frozen=True)
class Made:
    """A commit, in a pull request or on the branch."""

    commit: str
    pull: int | None = None


def send(hub: Hub, plan: Plan, base: str, say: Callable[[str], None], batch: int) -> Made:
    """Upload and commit. The card is checked first: it must not fail after hours of upload."""
    additions = [
        CommitOperationAdd(each.file.path, plan.release / each.file.path) for each in plan.uploads
    ]
    if any(each.file.path == "README.md" for each in plan.uploads):
        card = (plan.release / "README.md").read_text(encoding="utf-8")
        hub.check_card(card, plan.target.repo)
    if additions:
        say(f"sending {count(len(additions))}, {size(plan.bytes)}")
    arrived = 0
    for group in _groups(additions, batch):
        _upload(hub, plan, group)
        arrived += len(group)
        if arrived < len(additions):
            say(f"{arrived} of {len(additions)} have arrived")
    say("committing")
    return _commit(hub, plan, base, additions)


def _groups(
    additions: Sequence[CommitOperationAdd], batch: int
) -> Iterator[list[CommitOperationAdd]]:
    """In order, each closed as soon as it has `batch` bytes."""
    group: list[CommitOperationAdd] = []
    for addition in additions:
        group.append(addition)
        if sum(each.upload_info.size for each in group) >= batch:
            yield group
            group = []
    if group:
        yield group


def _upload(hub: Hub, plan: Plan, additions: list[CommitOperationAdd]) -> None:
    target = plan.target
    hub.ask(
        f"send files to {target.repo}",
        lambda: hub.api.preupload_lfs_files(
            target.repo,
            additions,
            repo_type="dataset",
            revision=target.branch,
            create_pr=target.create_pr,
            free_memory=False,
        ),
        saved=_ARRIVED,
        again=False,
    )


def _commit(hub: Hub, plan: Plan, base: str, additions: list[CommitOperationAdd]) -> Made:
    """The one commit, tried again while the hub is busy, unless it has landed unheard."""
    target = plan.target
    removals = [CommitOperationDelete(path, is_folder=False) for path in plan.deletes]

    def call() -> CommitInfo:
        return hub.api.create_commit(
            target.repo,
            [*additions, *removals],
            commit_message=f"Release {plan.manifest.version}",
            repo_type="dataset",
            revision=target.branch,
            parent_commit=base,
            create_pr=target.create_pr,
        )

    for wait in (*hub.waits, None):
        try:
            info = hub.ask(f"commit to {target.repo}", call, saved=_ARRIVED, again=False)
            return Made(info.oid, info.pr_num)
        except (HubConflict, HubUnavailable) as error:
            landed = _landed(hub, plan, base)
            if landed:
                return landed
            if isinstance(error, HubConflict):
                raise _overtaken(plan) from None
            if wait is None:
                raise
        time.sleep(wait)
    raise AssertionError("the last attempt returns or raises")


def _landed(hub: Hub, plan: Plan, base: str) -> Made | None:
    """The commit of the plan if it is there although no answer said so.

    Raises:
        HubConflict: somebody else pushed.
    """
    target = plan.target
    if target.create_pr:
        pulls = own_pulls(hub, target.repo)
        found = next((n for n, files in pulls.items() if not amiss(plan, files)), None)
        return Made(hub.head(target.repo, f"refs/pr/{found}"), found) if found else None
    heads = {ref.name: ref.target_commit for ref in hub.refs(target.repo).branches}
    head = heads.get(target.branch, base)
    if head == base:
        return None
    if amiss(plan, hub.files(target.repo, head)):
        raise _overtaken(plan)
    return Made(head)


def _overtaken(plan: Plan) -> HubConflict:
    return HubConflict(
        f"somebody pushed to {plan.target.repo} meanwhile",
        saved="nothing of it was replaced, and files that arrived are not sent again",
        hint="look at what they changed, then run the same command again",
    )


def amiss(plan: Plan, files: Mapping[str, RemoteFile]) -> list[str]:
    """What differs; files of other people count only at a revision that this push made."""
    old = not plan.commits and not plan.tag
    return differences(plan.local, files, None if old else plan.left_alone)
