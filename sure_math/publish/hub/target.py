"""Where a release goes on a hub, and what is there: everything here only reads.

Whatever speaks against a push and can be known before the release exists is said here: an account
without the right, a repository that holds somebody else's dataset, a public one that should be
private. `push` makes the changes, settings first.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from typing import Any, Literal

from huggingface_hub.hf_api import DatasetInfo, GitRefs

from sure_math.errors import ConfigError, DataError, HubConflict, HubRefused
from sure_math.publish.hub.client import UNTOUCHED, Hub
from sure_math.publish.hub.failures import LOG_IN, NotThere
from sure_math.publish.hub.files import RemoteFile
from sure_math.publish.manifest import MANIFEST, Manifest

Gate = Literal["auto", "manual"]
MAIN = "main"
_REPO = re.compile(r"(?!.*(--|\.\.|\.git$))(?=.{1,96}$)[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_REF = re.compile(r"(?!.*(\.\.|//|\.lock$))[A-Za-z0-9][\w.+/-]*(?<![/.])")
_DATA = re.compile(
    r"\.(parquet|arrow|feather|jsonl?|ndjson|csv|tsv|txt|xml|h5|hdf5|np[yz]|pkl|pickle|lance|sqlite"
    r"|db|safetensors|bin|zip|tar|gz|tgz|bz2|xz|zst|7z)$",
    re.IGNORECASE,
)
_PAPERS = ("readme", "license", "notice", "citation")
"""What the names of files begin with that come with a dataset and are none."""
_PULLS_LOOKED_AT = 10


@dataclass(frozen=True)
class Target:
    """What the options of `publish --hub` say.

    Raises:
        ConfigError: a name that no hub takes, or options that exclude each other.
    """

    repo: str
    """`owner/name`."""
    private: bool = False
    """A new repository is made private; a public one is refused."""
    gated: Gate | None = None
    """Readers have to ask: granted at once or by the owner. None leaves it as it is."""
    create_pr: bool = False
    tag: str | None = None
    branch: str = MAIN

    def __post_init__(self) -> None:
        if not _REPO.fullmatch(self.repo):
            raise ConfigError(
                f"{self.repo!r} is no name of a repository", hint="it is written OWNER/NAME"
            )
        for kind, name in (("tag", self.tag), ("branch", self.branch)):
            if name is not None and not _REF.fullmatch(name):
                raise ConfigError(f"{name!r} cannot be the name of a {kind}")
        if self.create_pr and (self.private or self.gated or self.tag or self.branch != MAIN):
            raise ConfigError(
                "a pull request changes files of the branch main and nothing else",
                hint="leave out the tag, the branch, and private and gated access",
            )


@dataclass(frozen=True)
class Remote:
    """A repository as it was found."""

    repo: str
    exists: bool = False
    private: bool = False
    gated: Gate | Literal[False] = False
    branches: Mapping[str, str] = field(default_factory=dict)
    """Commits by name."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Commits by name."""
    base: str | None = None
    """The commit to build on: head of the branch, or of main where the branch is missing."""
    files: Mapping[str, RemoteFile] = field(default_factory=dict)
    """Of the base, by path."""
    manifest: Manifest | None = None
    """Of the release at the base."""
    tagged: Mapping[str, RemoteFile] | None = None
    """What the wanted tag holds, if it exists."""
    pulls: Mapping[int, Mapping[str, RemoteFile]] = field(default_factory=dict)
    """What open pull requests of this account hold, looked up for a new one."""


def open_target(hub: Hub, target: Target) -> Remote:
    """Look at the repository that a release goes to, and at the rights of the account.

    Raises:
        HubRefused: the account may not push there.
        HubConflict: there is something that a push would spoil, or that it needs and is missing.
        HubUnavailable: the hub does not answer.
    """
    _check_account(hub, hub.sign_in(), target)
    info = _info(hub, target)
    if info is None:
        return Remote(target.repo)
    _check_settings(hub, info, target)
    refs = hub.refs(target.repo)
    branches, tags = _commits(refs)
    base = branches.get(target.branch, branches.get(MAIN))
    if base is None:
        raise HubConflict(f"{target.repo} has no branch main", saved=UNTOUCHED)
    files = hub.files(target.repo, base)
    tagged = tags.get(target.tag or "")
    at_tag = files if tagged == base else tagged and hub.files(target.repo, tagged)
    return Remote(
        repo=target.repo,
        exists=True,
        private=bool(info.private),
        gated=info.gated or False,
        branches=branches,
        tags=tags,
        base=base,
        files=files,
        manifest=_manifest(hub, target.repo, base, files),
        tagged=at_tag or None,
        pulls=own_pulls(hub, target.repo) if target.create_pr else {},
    )


def own_pulls(hub: Hub, repo: str) -> dict[int, dict[str, RemoteFile]]:
    """The files of the newest open pull requests of this account, by number."""
    found = hub.ask(
        f"list the pull requests of {repo}",
        lambda: list(
            islice(
                hub.api.get_repo_discussions(
                    repo,
                    author=hub.account,
                    discussion_type="pull_request",
                    discussion_status="open",
                    repo_type="dataset",
                ),
                _PULLS_LOOKED_AT,
            )
        ),
    )
    return {pull.num: hub.files(repo, f"refs/pr/{pull.num}") for pull in found}


def _check_account(hub: Hub, account: Mapping[str, Any], target: Target) -> None:
    """What can be known without the repository; the hub has the last word."""
    owner = target.repo.split("/")[0]
    role = account.get("auth", {}).get("accessToken", {}).get("role")
    if role == "read":
        raise HubRefused(
            f"the token of {hub.account} only reads: it cannot push to {target.repo}",
            saved=UNTOUCHED,
            hint=LOG_IN,
        )
    roles = {org["name"]: org.get("roleInOrg") for org in account.get("orgs", [])}
    if target.create_pr or owner == hub.account or roles.get(owner, "read") != "read":
        return
    known = f"only reads in {owner}" if owner in roles else f"is not {owner} and no member of it"
    raise HubRefused(
        f"{hub.account} {known}: it cannot push to {target.repo}",
        saved=UNTOUCHED,
        hint=f"push to {hub.account}/{target.repo.split('/')[1]}, or propose the release with "
        "--create-pr",
    )


def _info(hub: Hub, target: Target) -> DatasetInfo | None:
    """What the hub says of the repository, None if there is none."""
    try:
        return hub.ask(f"read {target.repo}", lambda: hub.api.dataset_info(target.repo))
    except NotThere:
        if not target.create_pr:
            return None
        raise HubConflict(
            f"there is no {target.repo} at {hub.host} to open a pull request for",
            saved=UNTOUCHED,
        ) from None


def _check_settings(hub: Hub, info: DatasetInfo, target: Target) -> None:
    if info.id != target.repo:
        raise HubConflict(
            f"{target.repo} is called {info.id} now", saved=UNTOUCHED, hint=f"push to {info.id}"
        )
    if target.private and not info.private:
        raise HubConflict(
            f"{target.repo} exists and is public: --private does not hide it",
            saved=UNTOUCHED,
            hint="make it private in its settings at the hub, or leave out --private",
        )
    if not target.create_pr:
        hub.ask(
            f"push to {target.repo}",
            lambda: hub.api.auth_check(target.repo, repo_type="dataset", write=True),
        )


def _commits(refs: GitRefs) -> tuple[dict[str, str], dict[str, str]]:
    """Commits of branches and of tags."""
    branches, tags = (
        {ref.name: ref.target_commit for ref in found} for found in (refs.branches, refs.tags)
    )
    return branches, tags


def _manifest(hub: Hub, repo: str, commit: str, files: Mapping[str, RemoteFile]) -> Manifest | None:
    """The manifest of the release at `commit`; None if nobody has put a dataset there yet.

    Raises:
        HubConflict: there is somebody else's dataset.
    """
    if MANIFEST in files:
        try:
            return hub.manifest(repo, commit)
        except DataError as error:
            raise HubConflict(error.message, saved=UNTOUCHED, hint=error.hint) from error
    foreign = sorted(filter(_is_data, files))
    if foreign:
        more = f" and {len(foreign) - 3} more" if len(foreign) > 3 else ""
        raise HubConflict(
            f"{repo} holds a dataset that no release of sure-math made "
            f"({', '.join(foreign[:3])}{more})",
            saved=UNTOUCHED,
            hint="push to a repository of another name",
        )
    return None


def _is_data(path: str) -> bool:
    name = PurePosixPath(path).name.lower()
    return bool(_DATA.search(name)) and not name.startswith(_PAPERS)
