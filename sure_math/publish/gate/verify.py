"""`sure-math verify`: the gate over a release that somebody else made, in a folder or on a hub."""

from pathlib import Path

from sure_math.errors import DataError
from sure_math.publish.gate.checks import Check
from sure_math.publish.gate.examine import examine
from sure_math.publish.manifest import MANIFEST


def verify(name: str, revision: str | None = None, *, run_snippet: bool = False) -> list[Check]:
    """Every check of a folder, or of `owner/name` on a hub, which is downloaded into the cache.

    Tables and pages are only read, and the loader reads nothing but the files of the manifest. The
    code blocks of the card are code of a stranger, so they run only if asked: comparing them with
    what this version's template would write would refuse every release of another version.

    Args:
        revision: tag, branch or commit on the hub.
        run_snippet: also run the card's code, without network and token, but with the rights of
            this user.

    Raises:
        DataError: there is no such folder or repository, or what is there is no release.
        PublishError: the hub refuses or does not answer.
    """
    folder = Path(name)
    if folder.exists():
        if not folder.is_dir():
            raise DataError(f"{name} is a file, not the folder of a release")
        if revision is not None:
            raise DataError(
                f"{name} is a folder, which has no revisions",
                hint="leave --revision out, or name a hub's owner/name from another folder",
            )
        if not (folder / MANIFEST).exists():
            raise DataError(
                f"{name} is not a release of sure-math (no {MANIFEST})",
                hint="name a folder that `sure-math publish --local DIR` wrote; a run is none",
            )
        return examine(folder, snippet=run_snippet)
    if name.count("/") != 1 or name.startswith((".", "/", "~")):
        raise DataError(
            f"there is no folder {name!r} here", hint="on a hub a name is written owner/name"
        )
    from sure_math.publish.hub.download import download

    return examine(download(name, revision), snippet=run_snippet)
