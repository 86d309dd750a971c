"""What a push would do, from what lies here and what is there. No network.

The branch is made equal to the release: new and changed files are sent, and what the release that
stands there lists and the new one lacks is deleted. What neither lists belongs to people and is
left alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sure_math.errors import HubConflict
from sure_math.publish.hub.client import UNTOUCHED
from sure_math.publish.hub.files import ATTRIBUTES, LocalFile, differences, read_files
from sure_math.publish.hub.target import MAIN, Remote, Target
from sure_math.publish.manifest import Manifest


@dataclass(frozen=True)
class Upload:
    """A file to send."""

    file: LocalFile
    why: str
    """new, changed, or that it takes the place of a file that no release made."""


@dataclass(frozen=True)
class Plan:
    """What a push would do."""

    release: Path
    manifest: Manifest
    target: Target
    remote: Remote
    local: tuple[LocalFile, ...]
    """The whole release."""
    uploads: tuple[Upload, ...] = ()
    deletes: tuple[str, ...] = ()
    left_alone: tuple[str, ...] = ()
    """Files at the hub that no release lists."""
    tag: str | None = None
    """The tag to create."""
    proposed: int | None = None
    """The open pull request that holds this release already."""
    note: str | None = None

    @property
    def bytes(self) -> int:
        """Of all uploads together."""
        return sum(upload.file.bytes for upload in self.uploads)

    @property
    def commits(self) -> bool:
        """Whether files have to change."""
        return bool(self.uploads or self.deletes)

    @property
    def new_branch(self) -> bool:
        """Whether the branch has to be made."""
        return self.target.branch not in (self.remote.branches or {MAIN: ""})

    @property
    def new_gate(self) -> bool:
        """Whether the access for readers has to change."""
        return self.target.gated is not None and self.target.gated != self.remote.gated

    def as_text(self) -> str:
        """The plan for people."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        target = self.target
        how = "pull request to " if target.create_pr else ""
        yield f"{how}{target.repo}, branch {target.branch}, version {self.manifest.version}"
        if not self.remote.exists:
            yield f"create the {'private ' if target.private else ''}repository"
        if self.new_gate:
            yield f"set gated access: {target.gated}"
        if self.new_branch:
            yield f"create the branch {target.branch} from {MAIN}"
        sent = [f"{u.file.path} ({u.why}, {size(u.file.bytes)})" for u in self.uploads]
        yield from _listing(f"upload {count(len(sent))}, {size(self.bytes)}", sent)
        yield from _listing(f"delete {count(len(self.deletes))}", self.deletes)
        if not self.commits:
            yield "send nothing: all files are there"
        elif unchanged := len(self.local) - len(sent):
            yield f"keep {count(unchanged)} as they are"
        others = [path for path in self.left_alone if path != ATTRIBUTES]
        yield from _listing("leave alone what no release made", others)
        if self.tag:
            yield f"create the tag {self.tag}"
        if self.note:
            yield self.note


def plan_push(release: Path, manifest: Manifest, remote: Remote, target: Target) -> Plan:
    """Compare a release folder with what `open_target` found.

    Raises:
        DataError: the folder is not what its manifest says.
        HubConflict: the wanted tag holds another release, or the branch a newer one.
    """
    return plan_again(
        Plan(release, manifest, target, remote, read_files(release, manifest)), remote
    )


def plan_again(plan: Plan, remote: Remote) -> Plan:
    """The plan for the same release and a newer state of the repository.

    Raises:
        HubConflict: the wanted tag holds another release, or the branch a newer one.
    """
    bare = Plan(plan.release, plan.manifest, plan.target, remote, plan.local)
    tag = plan.target.tag
    if remote.tagged is not None:
        wrong = differences(plan.local, remote.tagged)
        if wrong:
            raise _tag_is_taken(plan, wrong)
        tag = None
        if later := _later_version(plan.manifest, remote):
            note = f"the tag {plan.target.tag} holds this release, and {plan.target.branch} is at "
            return replace(bare, note=note + later)
    elif (newer := _newer_version(plan.manifest, remote)) and not bare.new_branch:
        raise HubConflict(
            f"{plan.target.branch} of {plan.target.repo} is at version {newer}, newer than "
            f"{plan.manifest.version}",
            saved=UNTOUCHED,
            hint="publish under a later version, or to a branch of its own with --revision",
        )
    for number, files in remote.pulls.items():
        if not differences(plan.local, files):
            note = f"pull request {number} proposes this release already"
            return replace(bare, proposed=number, note=note)
    return replace(_with_files(bare), tag=tag)


def count(files: int) -> str:
    """As in "3 files"."""
    return f"{files} file{'' if files == 1 else 's'}"


def size(length: float) -> str:
    """Bytes for people, as in "12.3 MB"."""
    for unit in ("B", "kB", "MB", "GB"):
        if length < 1000 or unit == "GB":
            break
        length /= 1000
    return f"{length:.0f} B" if unit == "B" else f"{length:.1f} {unit}"


def _with_files(plan: Plan) -> Plan:
    files, manifest = plan.remote.files, plan.remote.manifest
    listed = manifest.paths() if manifest else set()
    mine = {file.path for file in plan.local}
    uploads = []
    for file in plan.local:
        if file.equals(files.get(file.path)):
            continue
        old = "changed" if file.path in listed else "in place of one that no release made"
        uploads.append(Upload(file, old if file.path in files else "new"))
    deletes = sorted((listed - mine - {ATTRIBUTES}) & files.keys())
    alone = sorted(files.keys() - mine - set(deletes))
    return replace(plan, uploads=tuple(uploads), deletes=tuple(deletes), left_alone=tuple(alone))


def _later_version(manifest: Manifest, remote: Remote) -> str | None:
    """The version at the base, if it came after this one."""
    past = remote.manifest.history[1:] if remote.manifest else ()
    later = remote.manifest is not None and manifest.version in {each.version for each in past}
    return remote.manifest.version if later and remote.manifest else None


def _newer_version(manifest: Manifest, remote: Remote) -> str | None:
    """The version at the base, if it is higher than this one."""
    if remote.manifest is None:
        return None
    here, there = (
        tuple(map(int, re.findall(r"\d+", version)))
        for version in (manifest.version, remote.manifest.version)
    )
    return remote.manifest.version if there > here else None


def _tag_is_taken(plan: Plan, wrong: Sequence[str]) -> HubConflict:
    more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    return HubConflict(
        f"the tag {plan.target.tag} of {plan.target.repo} holds another release: "
        f"{', '.join(wrong[:3])}{more}",
        saved=UNTOUCHED,
        hint="a tag is never moved: publish under another version (publish.version=..., or --tag)",
    )


def _listing(head: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"{head}:"
        yield from (f"  {line}" for line in lines)
