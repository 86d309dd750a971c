"""A release from a hub, in the cache of its client. Public ones need no token."""

from pathlib import Path
from urllib.parse import urlsplit

from huggingface_hub import HfApi, constants, get_token, hf_hub_download, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HFValidationError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from sure_math.errors import DataError, HubRefused, PublishError
from sure_math.publish.hub.failures import CLIENT_ERRORS, explain, scrub
from sure_math.publish.manifest import MANIFEST

_READING = "ask for access at the hub, then log in with `hf auth login`, or set HF_TOKEN"


def download(name: str, revision: str | None = None) -> Path:
    """The folder with every file of `owner/name` at one commit.

    The hub is asked first what it holds: its client alone would answer with an old copy for a hub
    that refuses or is gone; only HF_HUB_OFFLINE=1 asks for that. The manifest is fetched next, so
    that nothing else is of a dataset that is no release.

    Args:
        revision: tag, branch or commit; None = the newest state.

    Raises:
        DataError: there is no such dataset or revision, or it holds no release.
        PublishError: the hub refuses, or does not answer.
    """
    at = f"{name} at revision {revision}" if revision else name
    try:
        commit = None
        if not constants.HF_HUB_OFFLINE:
            commit = HfApi().dataset_info(name, revision=revision).sha
        manifest = hf_hub_download(name, MANIFEST, repo_type="dataset", revision=revision)
        commit = commit or Path(manifest).parent.name
        return Path(snapshot_download(name, repo_type="dataset", revision=commit))
    except CLIENT_ERRORS as error:
        problem = _not_there(error, at) or _explained(error, at)
    raise problem


def _not_there(error: Exception, at: str) -> DataError | None:
    """What to say of something that does not exist; a hub hides private datasets as if so."""
    if isinstance(error, RemoteEntryNotFoundError):
        return DataError(f"{at} is not a release of sure-math (no {MANIFEST})")
    if isinstance(error, RevisionNotFoundError):
        return DataError(f"there is no {at}", hint="name a tag such as v1.0.0, or a commit")
    if isinstance(error, HFValidationError):
        return DataError(f"{at} is no name of a dataset: {error}")
    if isinstance(error, RepositoryNotFoundError) and not isinstance(error, GatedRepoError):
        return DataError(
            f"there is no dataset {at} that this account may see",
            hint="check owner/name; a private dataset needs HF_TOKEN",
        )
    return None


def _explained(error: Exception, at: str) -> PublishError:
    host = urlsplit(constants.ENDPOINT).netloc.rpartition("@")[2]
    problem = explain(error, f"download {at}", host, None)
    message = scrub(problem.message, get_token())
    hint = _READING if isinstance(problem, HubRefused) else problem.hint
    return type(problem)(message, saved="nothing was verified", hint=hint)
