"""Routes that read: what a repository holds, and the files themselves."""

import re
from typing import Any
from urllib.parse import urlencode

import yaml

from tests.hub.asked import Asked
from tests.hub.cards import front_matter
from tests.hub.messages import Refused, Reply, as_json, no_entry
from tests.hub.store import MAIN, Commit, File, Repository, git_blob_id

POINTER_SIZE = 130
EXPANDED_PAGE_SIZE = 50
MOST_PATHS = 1000


def listing(asked: Asked) -> Reply:
    """GET /api/datasets: of an author, with some words in the name, those that are to be seen."""
    author, words = (asked.query.get(name, [""])[0] for name in ("author", "search"))
    found = [
        _summary(repository, repository.commits[repository.refs[MAIN]])
        for repository in asked.state.store
        if author in ("", repository.namespace) and words in repository.name
        if not repository.private or (asked.who and asked.who.sees(repository.namespace))
    ]
    return as_json(found)


def info(asked: Asked) -> Reply:
    """GET /api/datasets/{repo}[/revision/{revision}]."""
    repository = asked.repository
    commit = asked.commit(repository)
    detailed = asked.flag("blobs")
    siblings = [_sibling(path, commit.files[path], detailed) for path in commit.files]
    more = {"cardData": _card(repository, commit), "siblings": siblings}
    return as_json({**_summary(repository, commit), **more})


def _summary(repository: Repository, commit: Commit) -> dict[str, Any]:
    oldest = next(iter(repository.commits.values()))
    return {
        "_id": git_blob_id(repository.name.encode())[:24],
        "id": repository.name,
        "author": repository.namespace,
        "sha": commit.oid,
        "private": repository.private,
        "gated": repository.gated,
        "disabled": False,
        "createdAt": oldest.date,
        "lastModified": commit.date,
        "downloads": 0,
        "likes": 0,
        "tags": [],
    }


def _card(repository: Repository, commit: Commit) -> dict[str, Any]:
    if "README.md" not in commit.files:
        return {}
    text = repository.blobs[commit.files["README.md"].sha256].decode("utf-8", "replace")
    try:
        found = yaml.safe_load(front_matter(text) or "")
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def _sibling(path: str, file: File, detailed: bool) -> dict[str, Any]:
    if not detailed:
        return {"rfilename": path}
    lfs = {"sha256": file.sha256, "size": file.size, "pointerSize": POINTER_SIZE}
    large = {"lfs": lfs} if file.lfs else {}
    return {"rfilename": path, "size": file.size, "blobId": file.git_id, **large}


def tree(asked: Asked) -> Reply:
    """GET .../tree/{revision}[/{path}], page by page."""
    repository, path = asked.repository, asked.parts.get("path", "")
    commit = asked.commit(repository)
    root = f"{path}/" if path else ""
    below = [name for name in commit.files if name.startswith(root)]
    if path and not below:
        raise no_entry(path, commit.oid)
    listed = {*below, *(folder for name in below for folder in _parents(name, root))}
    deep = asked.flag("recursive")
    names = [name for name in sorted(listed) if deep or "/" not in name[len(root) :]]
    size = EXPANDED_PAGE_SIZE if asked.flag("expand") else asked.state.page_size
    page, headers = paged(asked, names, size)
    entries = [_entry(repository, commit, name, asked.flag("expand")) for name in page]
    return as_json(entries, headers=headers)


def paged(asked: Asked, items: list[Any], size: int) -> tuple[list[Any], dict[str, str]]:
    """The page that the query's cursor names, and the header with the link to the next."""
    start = int(asked.query.get("cursor", ["0"])[0])
    end = start + size
    if end >= len(items):
        return items[start:], {}
    kept = [(name, v) for name, values in asked.query.items() for v in values if name != "cursor"]
    link = f"{asked.state.url}{asked.url.split('?')[0]}?{urlencode([*kept, ('cursor', str(end))])}"
    return items[start:end], {"Link": f'<{link}>; rel="next"'}


def paths_info(asked: Asked) -> Reply:
    """POST .../paths-info/{revision}: what is missing is left out."""
    repository = asked.repository
    asked.may_read_files(repository)
    commit = asked.commit(repository)
    wanted = asked.query.get("paths", [])
    if len(wanted) > MOST_PATHS:
        raise Refused(413, "too many parameters")
    folders = {folder for name in commit.files for folder in _parents(name, "")}
    found = [path.rstrip("/") for path in wanted if path.rstrip("/") in {*commit.files, *folders}]
    return as_json([_entry(repository, commit, path, asked.flag("expand")) for path in found])


def _entry(repository: Repository, commit: Commit, path: str, expand: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": "directory", "oid": git_blob_id(path.encode()), "size": 0}
    file = commit.files.get(path)
    if file:
        entry = {"type": "file", "oid": file.git_id, "size": file.size}
        if file.lfs:
            entry["lfs"] = {"oid": file.sha256, "size": file.size, "pointerSize": POINTER_SIZE}
        if file.sha256 in repository.xet_hashes:
            entry["xetHash"] = repository.xet_hashes[file.sha256]
    if expand:
        last = _last_change(repository, commit, path)
        entry["lastCommit"] = {"id": last.oid, "title": last.title, "date": last.date}
    return {**entry, "path": path}


def _last_change(repository: Repository, commit: Commit, path: str) -> Commit:
    """The newest commit up to `commit` that changed a file, or something below a folder."""

    def state(of: Commit) -> dict[str, File]:
        return {p: f for p, f in of.files.items() if p == path or p.startswith(f"{path}/")}

    last, wanted = commit, state(commit)
    for older in repository.history(commit):
        if state(older) != wanted:
            break
        last = older
    return last


def refs(asked: Asked) -> Reply:
    """GET .../refs."""
    listed: dict[str, list[dict[str, str]]] = {"branches": [], "tags": [], "converts": []}
    kinds = {"refs/heads/": "branches", "refs/tags/": "tags"}
    if asked.flag("include_prs"):
        kinds["refs/pr/"], listed["pullRequests"] = "pullRequests", []
    for ref, oid in asked.repository.refs.items():
        for prefix, kind in kinds.items():
            if ref.startswith(prefix):
                name = ref.removeprefix(prefix)
                listed[kind].append({"name": name, "ref": ref, "targetCommit": oid})
    return as_json(listed)


def commits(asked: Asked) -> Reply:
    """GET .../commits/{revision}, newest first, page by page."""
    repository = asked.repository
    history = [
        {
            "id": commit.oid,
            "title": commit.title,
            "message": commit.message,
            "authors": [{"user": commit.author}],
            "date": commit.date,
        }
        for commit in repository.history(asked.commit(repository))
    ]
    page, headers = paged(asked, history, EXPANDED_PAGE_SIZE)
    return as_json(page, headers={**headers, "X-Total-Count": str(len(history))})


def resolve(asked: Asked) -> Reply:
    """GET or HEAD /datasets/{repo}/resolve/{revision}/{path}: the file, or a range of it."""
    repository = asked.repository
    asked.may_read_files(repository)
    commit, path = asked.commit(repository), asked.parts["path"]
    if path not in commit.files:
        raise no_entry(path, commit.oid)
    file = commit.files[path]
    headers = {"X-Repo-Commit": commit.oid, "ETag": f'"{file.oid}"'}
    if file.lfs:
        headers |= {"X-Linked-Etag": f'"{file.sha256}"', "X-Linked-Size": str(file.size)}
    if file.sha256 in repository.xet_hashes:
        token = f"{asked.state.url}/api/datasets/{repository.name}/xet-read-token/{commit.oid}"
        headers |= {
            "X-Xet-Hash": repository.xet_hashes[file.sha256],
            "X-Xet-Refresh-Route": token,
        }
    return ranged(asked, repository.blobs[file.sha256], headers)


def ranged(asked: Asked, data: bytes, headers: dict[str, str]) -> Reply:
    """`data`, or the part of it that the request's Range names."""
    headers = {**headers, "Accept-Ranges": "bytes", "Content-Type": "application/octet-stream"}
    wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", asked.headers.get("range", ""))
    if not wanted or not any(wanted.groups()):
        return Reply(data, headers=headers)
    if wanted[1]:
        first, last = int(wanted[1]), min(int(wanted[2] or len(data)), len(data) - 1)
    else:
        first, last = max(0, len(data) - int(wanted[2])), len(data) - 1
    if first > last:
        return Reply(status=416, headers={**headers, "Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    return Reply(data[first : last + 1], 206, headers)


def _parents(name: str, root: str) -> list[str]:
    """The folders of a path below `root`."""
    parts = name[len(root) :].split("/")[:-1]
    return [root + "/".join(parts[: end + 1]) for end in range(len(parts))]
