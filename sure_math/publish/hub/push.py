"""Carrying out a plan: settings first, then the data, one commit, the tag, and a look at it.

Nobody sees anything of a push before its commit, and the commit is all of it. It stands on the
commit that the plan was made for, so nothing that somebody pushed meanwhile is replaced. Whatever
stops a push, the same command goes on: what has arrived is not sent again, and a commit whose
answer was lost is recognised by its files.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from huggingface_hub import CommitInfo, CommitOperationAdd, CommitOperationDelete

from sure_math.errors import HubConflict, HubUnavailable, PublishError
from sure_math.publish.hub.client import UNTOUCHED, Hub
from sure_math.publish.hub.files import RemoteFile, differences
from sure_math.publish.hub.plan import Plan, count, plan_again, size
from sure_math.publish.hub.target import open_target, own_pulls

_LOG = logging.getLogger("sure_math")
_BATCH = 1 << 28
_ARRIVED = "there was no commit, so readers see nothing new; files that arrived are not sent again"


@dataclass(frozen=True)
class Pushed:
    """A release at a hub, read back from there."""

    repo: str
    commit: str
    revision: str
    """What was read back: the tag, the branch or the ref of the pull request."""
    url: str
    files: int
    """Read back and found equal."""
    sent: int
    """Files that the commit added or changed."""
    bytes: int
    """Of those."""

    def as_text(self) -> str:
        """The outcome for people."""
        done = f"sent {count(self.sent)}, {size(self.bytes)}" if self.sent else "nothing to send"
        return (
            f"{self.repo} at {self.revision}: {done}; {count(self.files)} read back as they are "
            f"here\n{self.url}"
        )


def push(
    hub: Hub, plan: Plan, say: Callable[[str], None] = _LOG.info, *, batch: int = _BATCH
) -> Pushed:
    """Make the hub hold what `plan_push` planned.

    Args:
        say: takes lines on the progress.
        batch: bytes after which the hub is told to keep what has arrived; a kill costs no more.

    Raises:
        HubRefused: the account may not do it.
        HubConflict: somebody changed the repository meanwhile; nothing of it was replaced.
        HubUnavailable: the hub does not answer; the same command goes on.
        PublishError: the hub does not take the card, or holds something else than was sent.
    """
    plan, base = _prepare(hub, plan, say)
    if plan.note:
        say(plan.note)
    made = _send(hub, plan, base, say, batch) if plan.commits else _found(hub, plan, base)
    done = f"the release is in {plan.target.repo} as commit {made.commit}"
    if plan.tag:
        say(f"tagging it {plan.tag}")
        _tag(hub, plan, plan.tag, made.commit, done)
    revision = f"refs/pr/{made.pull}" if made.pull else _name(plan)
    say(f"reading back {revision}")
    _verify(hub, plan, made.commit if revision == plan.target.branch else revision, done)
    return Pushed(
        repo=plan.target.repo,
        commit=made.commit,
        revision=revision,
        url=_url(hub, plan, made),
        files=len(plan.local),
        sent=len(plan.uploads),
        bytes=plan.bytes,
    )


@dataclass(frozen=True)
class _Made:
    """A commit, in a pull request or on the branch."""

    commit: str
    pull: int | None = None


def _found(hub: Hub, plan: Plan, base: str) -> _Made:
    """Where the files of the plan are already."""
    if plan.proposed:
        return _Made(hub.head(plan.target.repo, f"refs/pr/{plan.proposed}"), plan.proposed)
    return _Made(plan.remote.tags.get(plan.target.tag or "", base))


def _name(plan: Plan) -> str:
    """The tag, unless it was there and the branch got a commit of its own."""
    old = plan.remote.tagged is not None and plan.commits
    return plan.target.branch if old else plan.target.tag or plan.target.branch


def _prepare(hub: Hub, plan: Plan, say: Callable[[str], None]) -> tuple[Plan, str]:
    """Repository, access and branch as they should be, before any data; the plan and its base."""
    target = plan.target
    if not plan.remote.exists:
        say(f"creating {target.repo}")
        private = True if target.private else None  # None: as the owner's settings have it
        hub.ask(
            f"create {target.repo}",
            lambda: hub.api.create_repo(
                target.repo, repo_type="dataset", private=private, exist_ok=True
            ),
        )
        plan = plan_again(plan, open_target(hub, target))
    if plan.remote.base is None:
        raise HubConflict(f"{target.repo} was created and is not there", saved=UNTOUCHED)
    base = plan.remote.base
    if plan.new_gate:
        _set_gate(hub, plan)
    if plan.new_branch:
        hub.ask(
            f"create the branch {target.branch} in {target.repo}",
            lambda: hub.api.create_branch(
                target.repo, branch=target.branch, revision=base, repo_type="dataset", exist_ok=True
            ),
        )
    return plan, base


def _set_gate(hub: Hub, plan: Plan) -> None:
    target = plan.target
    hub.ask(
        f"set gated access of {target.repo}",
        lambda: hub.api.update_repo_settings(target.repo, gated=target.gated, repo_type="dataset"),
    )
    info = hub.ask(f"read {target.repo}", lambda: hub.api.dataset_info(target.repo))
    if info.gated != target.gated:
        raise HubConflict(
            f"{hub.host} did not set gated access of {target.repo} to {target.gated}",
            saved="no file was sent",
            hint="set it in the settings of the repository, or leave out --gated",
        )


def _send(hub: Hub, plan: Plan, base: str, say: Callable[[str], None], batch: int) -> _Made:
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


def _commit(hub: Hub, plan: Plan, base: str, additions: list[CommitOperationAdd]) -> _Made:
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
            return _Made(info.oid, info.pr_num)
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


def _landed(hub: Hub, plan: Plan, base: str) -> _Made | None:
    """The commit of the plan if it is there although no answer said so.

    Raises:
        HubConflict: somebody else pushed.
    """
    target = plan.target
    if target.create_pr:
        pulls = own_pulls(hub, target.repo)
        found = next((n for n, files in pulls.items() if not _wrong(plan, files)), None)
        return _Made(hub.head(target.repo, f"refs/pr/{found}"), found) if found else None
    heads = {ref.name: ref.target_commit for ref in hub.refs(target.repo).branches}
    head = heads.get(target.branch, base)
    if head == base:
        return None
    if _wrong(plan, hub.files(target.repo, head)):
        raise _overtaken(plan)
    return _Made(head)


def _overtaken(plan: Plan) -> HubConflict:
    return HubConflict(
        f"somebody pushed to {plan.target.repo} meanwhile",
        saved="nothing of it was replaced, and files that arrived are not sent again",
        hint="look at what they changed, then run the same command again",
    )


def _tag(hub: Hub, plan: Plan, tag: str, commit: str, done: str) -> None:
    """A tag that has come into being meanwhile is no error: what it holds is looked at next."""
    hub.ask(
        f"create the tag {tag} in {plan.target.repo}",
        lambda: hub.api.create_tag(
            plan.target.repo, tag=tag, revision=commit, repo_type="dataset", exist_ok=True
        ),
        saved=done,
    )


def _verify(hub: Hub, plan: Plan, revision: str, done: str) -> None:
    """Compare what readers get with the release, file by file.

    Raises:
        PublishError: they differ.
    """
    wrong = _wrong(plan, hub.files(plan.target.repo, revision, saved=done))
    if wrong:
        raise PublishError(
            f"{revision} of {plan.target.repo} does not hold what was sent: {', '.join(wrong[:10])}"
            f"{f' and {len(wrong) - 10} more' if len(wrong) > 10 else ''}",
            saved=done,
            hint="look at the repository at the hub: do not use this revision",
        )


def _wrong(plan: Plan, files: Mapping[str, RemoteFile]) -> list[str]:
    """What differs; files of other people count only at a revision that this push made."""
    old = not plan.commits and not plan.tag
    return differences(plan.local, files, None if old else plan.left_alone)


def _url(hub: Hub, plan: Plan, made: _Made) -> str:
    place = f"{hub.api.endpoint}/datasets/{plan.target.repo}"
    return f"{place}/discussions/{made.pull}" if made.pull else f"{place}/commit/{made.commit}"
