"""A release from a hub, in the cache of its client. Public ones need no token."""

from pathlib import Path
from urllib.parse import urlsplit

from huggingface_hub import constants, get_token, hf_hub_download, snapshot_download

from sure_math.errors import DataError
from sure_math.publish.hub.failures import CLIENT_ERRORS, NotThere, explain, scrub
from sure_math.publish.manifest import MANIFEST


def download(name: str, revision: str | None = None) -> Path:
    """The folder with every file of `owner/name` at one commit.

    The manifest is fetched first, so that nothing else of a dataset is that is no release.

    Args:
        revision: tag, branch or commit; None = the newest state.

    Raises:
        DataError: there is no such dataset or revision, or it holds no release.
        PublishError: the hub refuses, or does not answer.
    """
    host = urlsplit(constants.ENDPOINT).netloc.rpartition("@")[2]
    at = f"{name} at revision {revision}" if revision else name
    try:
        manifest = hf_hub_download(name, MANIFEST, repo_type="dataset", revision=revision)
        commit = Path(manifest).parent.name
        return Path(snapshot_download(name, repo_type="dataset", revision=commit))
    except CLIENT_ERRORS as error:
        problem = explain(error, f"download {at}", host, None)
    message = scrub(problem.message, get_token())
    if isinstance(problem, NotThere):
        raise DataError(
            f"{message}; a release has a file {MANIFEST}",
            hint="check owner/name and --revision; a private dataset needs HF_TOKEN",
        )
    raise type(problem)(message, saved="nothing was verified", hint=problem.hint)
