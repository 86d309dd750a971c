"""Routes that change what a repository holds: preupload, commit, branches, tags."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from tests.hub.asked import Asked
from tests.hub.attributes import GITATTRIBUTES, is_large, matches
from tests.hub.cards import check
from tests.hub.discussions import open_pull, tell_commit
from tests.hub.messages import Refused, Reply, as_json, json_lines, no_revision
from tests.hub.store import MAIN, Commit, File, Repository, git_blob_id, lfs_pointer, new_commit

MOST_FILES = 256


def preupload(asked: Asked) -> Reply:
    """POST .../preupload/{revision}: how each file is to be sent, and what is there already."""
    repository = asked.repository
    asked.pusher(repository, asked.parts["revision"])
    commit, wanted = asked.commit(repository), asked.json()
    if len(wanted["files"]) > MOST_FILES:
        raise Refused(413, f"at most {MOST_FILES} files at a time")
    attributes = GITATTRIBUTES
    if ".gitattributes" in commit.files:
        attributes = repository.blobs[commit.files[".gitattributes"].sha256].decode()
    ignored = [
        line.strip()
        for line in wanted.get("gitIgnore", "").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    return as_json({"files": [_how(f, commit, attributes, ignored) for f in wanted["files"]]})


def _how(
    wanted: dict[str, Any], commit: Commit, attributes: str, ignored: list[str]
) -> dict[str, Any]:
    path = wanted["path"]
    sample = base64.b64decode(wanted["sample"])
    present = commit.files.get(path)
    return {
        "path": path,
        "uploadMode": "lfs" if is_large(path, wanted["size"], sample, attributes) else "regular",
        "shouldIgnore": matches(path, ignored),
        **({"oid": present.oid} if present else {}),
    }


def commit(asked: Asked) -> Reply:
    """POST .../commit/{revision}: all of it or nothing."""
    repository, revision = asked.repository, asked.parts["revision"]
    who = asked.pusher(repository, revision)
    header, *operations = [(line["key"], line["value"]) for line in json_lines(asked.body)]
    summary = header[1].get("summary", "")
    ref, base = _base(asked, repository, header[1].get("parentCommit"))
    files = _apply(repository, base, operations)
    answer: dict[str, Any] = {"success": True}
    if asked.flag("create_pr"):
        pull = open_pull(repository, summary, header[1].get("description", ""), who.name, base)
        ref = f"refs/pr/{pull.num}"
        answer["pullRequestUrl"] = (
            f"{asked.state.url}/datasets/{repository.name}/discussions/{pull.num}"
        )
    made = new_commit(base, files, summary, header[1].get("description", ""), who.name)
    repository.add_commit(ref, made)
    if ref.startswith("refs/pr/"):
        tell_commit(repository, ref, made)
    asked.state.store.save(repository)
    url = f"{asked.state.url}/datasets/{repository.name}/commit/{made.oid}"
    return as_json({**answer, "commitOid": made.oid, "commitUrl": url})


def _base(asked: Asked, repository: Repository, parent: str | None) -> tuple[str, Commit]:
    """The ref that a commit moves, and the commit it stands on."""
    revision = asked.parts["revision"]
    ref = revision if revision.startswith("refs/") else f"refs/heads/{revision}"
    if ref not in repository.refs:
        raise no_revision(revision)
    head = repository.commits[repository.refs[ref]]
    if parent is None or head.oid.startswith(parent):
        return ref, head
    older = repository.resolve(parent)
    if asked.flag("create_pr") and older is not None:
        return ref, older
    raise Refused(412, "A commit has happened since. Please refresh and try again.")


def _apply(
    repository: Repository, base: Commit, operations: list[tuple[str, dict[str, Any]]]
) -> dict[str, File]:
    """The files after `operations`: deletions first, then additions."""
    files = dict(base.files)
    for key, value in operations:
        path = value["path"].rstrip("/")
        if key == "deletedFile":
            if path not in files:
                words = f"A file with this name doesn't exist: {path}"
                raise Refused(404, words, "EntryNotFound", {"X-Repo-Commit": base.oid})
            del files[path]
        elif key == "deletedFolder":
            files = {name: file for name, file in files.items() if not name.startswith(f"{path}/")}
    for key, value in operations:
        if key == "file":
            files[value["path"]] = _regular(repository, value)
        elif key == "lfsFile":
            files[value["path"]] = _large(repository, value)
        elif key not in ("deletedFile", "deletedFolder"):
            raise Refused(400, f"unknown key {key}")
    return files


def _regular(repository: Repository, value: Mapping[str, Any]) -> File:
    try:
        data = base64.b64decode(value["content"], validate=True)
    except binascii.Error as error:
        raise Refused(400, f"{value['path']}: {error}") from error
    if value["path"] == "README.md":
        errors, _ = check(data.decode("utf-8", "replace"))
        if errors:
            raise Refused(400, f"Invalid metadata in README.md: {'; '.join(errors)}")
    return repository.keep(data, lfs=False)


def _large(repository: Repository, value: Mapping[str, Any]) -> File:
    digest = value["oid"]
    if digest not in repository.blobs:
        words = (
            "Your push was rejected because an LFS pointer pointed to a file that does not exist"
        )
        raise Refused(400, f"{words}: {value['path']}")
    size = len(repository.blobs[digest])
    if value.get("size", size) != size:
        raise Refused(400, f"{value['path']}: the LFS object has {size} bytes")
    return File(size, digest, git_blob_id(lfs_pointer(digest, size)), lfs=True)


def create_tag(asked: Asked) -> Reply:
    """POST .../tag/{revision}."""
    name = str(asked.json()["tag"])
    return _create_ref(asked, f"refs/tags/{name}", asked.parts["revision"])


def create_branch(asked: Asked) -> Reply:
    """POST .../branch/{name}."""
    name = asked.parts["name"]
    if name.startswith("refs/"):
        raise Refused(400, f"Invalid branch name: {name}")
    return _create_ref(asked, f"refs/heads/{name}", asked.json().get("startingPoint", "main"))


def _create_ref(asked: Asked, ref: str, revision: str) -> Reply:
    repository = asked.repository
    asked.owner(repository)
    target = repository.resolve(revision)
    if target is None:
        raise no_revision(revision)
    if ref in repository.refs:
        raise Refused(409, f"Reference already exists: {ref}")
    repository.refs[ref] = target.oid
    asked.state.store.save(repository)
    return as_json({"ref": ref, "targetCommit": target.oid})


def delete_tag(asked: Asked) -> Reply:
    """DELETE .../tag/{name}."""
    return _delete_ref(asked, f"refs/tags/{asked.parts['revision']}")


def delete_branch(asked: Asked) -> Reply:
    """DELETE .../branch/{name}; `main` stays."""
    ref = f"refs/heads/{asked.parts['name']}"
    if ref == MAIN:
        raise Refused(403, "Cannot delete branch main")
    return _delete_ref(asked, ref)


def _delete_ref(asked: Asked, ref: str) -> Reply:
    repository = asked.repository
    asked.owner(repository)
    if ref not in repository.refs:
        raise no_revision(ref)
    del repository.refs[ref]
    asked.state.store.save(repository)
    return as_json({})
