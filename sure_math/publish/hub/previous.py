"""The release before, as far as the changelog needs it."""

from pathlib import Path

from sure_math.errors import DataError
from sure_math.publish.hub.client import Hub
from sure_math.publish.hub.failures import NotThere
from sure_math.publish.hub.target import Remote
from sure_math.publish.manifest import MANIFEST, Manifest, holds_responses


def previous_release(hub: Hub, remote: Remote, version: str) -> tuple[Manifest, Path] | None:
    """The newest tagged release on the branch that came before a version, None if none did.

    Only its manifest and the tables of its problems are downloaded, into the client's cache.

    Args:
        version: the one that is being published.

    Returns:
        Its manifest, and a folder with `sure_math.json` and the tables of problems.

    Raises:
        HubUnavailable: the hub does not answer.
    """
    for commit in _tagged_commits(hub, remote):
        try:
            manifest = hub.manifest(remote.repo, commit)
        except (NotThere, DataError):
            continue  # a tag of something else
        if version not in {manifest.version, *(each.version for each in manifest.history)}:
            return manifest, _download(hub, remote.repo, commit, manifest)
    return None


def _tagged_commits(hub: Hub, remote: Remote) -> list[str]:
    """Commits of the branch that have a tag, newest first."""
    tagged = set(remote.tags.values())
    if not tagged or remote.base is None:
        return []
    history = hub.ask(
        f"read the history of {remote.repo}",
        lambda: hub.api.list_repo_commits(remote.repo, repo_type="dataset", revision=remote.base),
        again=False,
    )
    return [commit.commit_id for commit in history if commit.commit_id in tagged]


def _download(hub: Hub, repo: str, commit: str, manifest: Manifest) -> Path:
    """The folder of a commit in the cache, with the tables of problems in it."""
    for file in manifest.files:
        if not holds_responses(file.config):
            hub.download(repo, file.path, commit)
    return hub.download(repo, MANIFEST, commit).parent
