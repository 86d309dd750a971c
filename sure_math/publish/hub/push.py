"""Carrying out a plan: settings first, then the data, one commit, the tag, and a look at it.

Whatever stops a push, the same command goes on: what is done already is found done.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sure_math.errors import HubConflict
from sure_math.publish.hub.client import UNTOUCHED, Hub
from sure_math.publish.hub.plan import Plan, count, plan_again, size
from sure_math.publish.hub.sending import BATCH, Made, amiss, send
from sure_math.publish.hub.target import open_target

_LOG = logging.getLogger("sure_math")


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
    hub: Hub, plan: Plan, say: Callable[[str], None] = _LOG.info, *, batch: int = BATCH
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
    made = send(hub, plan, base, say, batch) if plan.commits else _found(hub, plan, base)
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


def _found(hub: Hub, plan: Plan, base: str) -> Made:
    """Where the files of the plan are already."""
    if plan.proposed:
        return Made(hub.head(plan.target.repo, f"refs/pr/{plan.proposed}"), plan.proposed)
    return Made(plan.remote.tags.get(plan.target.tag or "", base))


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
    wrong = amiss(plan, hub.files(plan.target.repo, revision, saved=done))
    if wrong:
        raise HubConflict(
            f"{revision} of {plan.target.repo} does not hold what was sent: {', '.join(wrong[:10])}"
            f"{f' and {len(wrong) - 10} more' if len(wrong) > 10 else ''}",
            saved=done,
            hint="look at the repository at the hub: do not use this revision",
        )


def _url(hub: Hub, plan: Plan, made: Made) -> str:
    place = f"{hub.api.endpoint}/datasets/{plan.target.repo}"
    return f"{place}/discussions/{made.pull}" if made.pull else f"{place}/commit/{made.commit}"
