"""Discussions and pull requests: open, look at, comment, merge, close."""

from typing import Any

from tests.hub.asked import Asked
from tests.hub.messages import Refused, Reply, as_json
from tests.hub.store import MAIN, Commit, Discussion, Repository, git_blob_id, new_commit, now

PAGE = 10


def open_pull(
    repository: Repository, title: str, description: str, author: str, base: Commit
) -> Discussion:
    """A new pull request; its ref points to `base`."""
    pull = _open(repository, title, description, author, base, pull=True)
    repository.refs[f"refs/pr/{pull.num}"] = base.oid
    return pull


def _open(
    repository: Repository, title: str, description: str, author: str, base: Commit, pull: bool
) -> Discussion:
    num = len(repository.discussions) + 1
    status = "draft" if pull else "open"
    opened = Discussion(num, title, author, pull, status, base.oid, now())
    repository.discussions.append(opened)
    _say(opened, author, description)
    return opened


def create(asked: Asked) -> Reply:
    """POST .../discussions."""
    repository, who, wanted = asked.repository, asked.writer(), asked.json()
    title = str(wanted.get("title", ""))
    if not 3 <= len(title) <= 200:
        raise Refused(400, "a title has 3 to 200 characters")
    head = repository.commits[repository.refs[MAIN]]
    opening = open_pull if wanted.get("pullRequest") else _open_discussion
    opened = opening(repository, title, str(wanted.get("description", "")), who.name, head)
    asked.state.store.save(repository)
    url = f"{asked.state.url}/datasets/{repository.name}/discussions/{opened.num}"
    return as_json({"num": opened.num, "url": url, "pullRequest": opened.pull})


def _open_discussion(
    repository: Repository, title: str, description: str, author: str, base: Commit
) -> Discussion:
    return _open(repository, title, description, author, base, pull=False)


def listing(asked: Asked) -> Reply:
    """GET .../discussions, newest first, page by page."""
    repository = asked.repository
    kind = asked.query.get("type", ["all"])[0]
    status = asked.query.get("status", ["all"])[0]
    author = asked.query.get("author", [""])[0]
    found = [
        each
        for each in reversed(repository.discussions)
        if kind in ("all", "pull_request" if each.pull else "discussion")
        and status in ("all", "open" if each.status == "draft" else each.status)
        and author in ("", each.author)
    ]
    start = PAGE * int(asked.query.get("p", ["0"])[0])
    page = [_summary(repository, each) for each in found[start : start + PAGE]]
    return as_json({"discussions": page, "count": len(found), "start": start})


def details(asked: Asked) -> Reply:
    """GET .../discussions/{n}."""
    repository = asked.repository
    found = _find(asked, repository)
    more: dict[str, Any] = {"events": found.events}
    if found.pull:
        merged = {"mergeCommitId": found.merge_commit} if found.merge_commit else {}
        more["changes"] = {"base": MAIN, **merged}
        more["filesWithConflicts"] = _conflicts(repository, found)
        more["diff"] = ""
    return as_json({**_summary(repository, found), **more})


def comment(asked: Asked) -> Reply:
    """POST .../discussions/{n}/comment."""
    repository, who = asked.repository, asked.writer()
    event = _say(_find(asked, repository), who.name, str(asked.json()["comment"]))
    asked.state.store.save(repository)
    return as_json({"newMessage": event})


def change_status(asked: Asked) -> Reply:
    """POST .../discussions/{n}/status: by the author or people of the namespace."""
    repository, wanted = asked.repository, asked.json()
    found = _find(asked, repository)
    if asked.writer().name != found.author:
        asked.owner(repository)
    found.status = str(wanted["status"])
    event = _happen(found, asked.known().name, "status-change", {"status": found.status})
    asked.state.store.save(repository)
    return as_json({"newStatus": event})


def merge(asked: Asked) -> Reply:
    """POST .../discussions/{n}/merge: what the pull request changed, on top of `main`."""
    repository = asked.repository
    who, pull = asked.owner(repository), _find(asked, repository)
    if not pull.pull or pull.status not in ("open", "draft"):
        raise Refused(400, f"#{pull.num} is not an open pull request")
    conflicts = _conflicts(repository, pull)
    if conflicts:
        raise Refused(409, f"Merge conflict in {', '.join(conflicts)}")
    main = repository.commits[repository.refs[MAIN]]
    theirs = repository.commits[repository.refs[f"refs/pr/{pull.num}"]].files
    files = {**main.files, **{p: theirs[p] for p in _changed(repository, pull) if p in theirs}}
    for path in _changed(repository, pull) - theirs.keys():
        files.pop(path, None)
    made = new_commit(main, files, f"{pull.title} (#{pull.num})", "", who.name)
    repository.add_commit(MAIN, made)
    pull.status, pull.merge_commit = "merged", made.oid
    _happen(pull, who.name, "status-change", {"status": "merged"})
    asked.state.store.save(repository)
    return as_json({})


def _changed(repository: Repository, pull: Discussion) -> set[str]:
    """The paths that differ between a pull request and the commit it started from."""
    base = repository.commits[pull.base].files
    theirs = repository.commits[repository.refs[f"refs/pr/{pull.num}"]].files
    return {path for path in base.keys() | theirs.keys() if base.get(path) != theirs.get(path)}


def _conflicts(repository: Repository, pull: Discussion) -> list[str]:
    """The paths that `main` changed since as well, and otherwise."""
    if pull.status == "merged":
        return []
    base = repository.commits[pull.base].files
    main = repository.commits[repository.refs[MAIN]].files
    theirs = repository.commits[repository.refs[f"refs/pr/{pull.num}"]].files
    return sorted(
        path
        for path in _changed(repository, pull)
        if main.get(path) not in (base.get(path), theirs.get(path))
    )


def _find(asked: Asked, repository: Repository) -> Discussion:
    num = int(asked.parts["num"])
    if not 1 <= num <= len(repository.discussions):
        raise Refused(404, f"Discussion {num} not found")
    return repository.discussions[num - 1]


def _summary(repository: Repository, found: Discussion) -> dict[str, Any]:
    return {
        "num": found.num,
        "title": found.title,
        "status": found.status,
        "author": {"name": found.author},
        "createdAt": found.date,
        "isPullRequest": found.pull,
        "repo": {"name": repository.name, "type": "dataset"},
    }


def tell_commit(repository: Repository, ref: str, commit: Commit) -> None:
    """Note in a pull request that its ref moved to `commit`."""
    pull = repository.discussions[int(ref.rsplit("/", 1)[1]) - 1]
    _happen(pull, commit.author, "commit", {"subject": commit.title, "oid": commit.oid})


def _say(discussion: Discussion, author: str, words: str) -> dict[str, Any]:
    data = {"edited": False, "hidden": False, "latest": {"raw": words}}
    return _happen(discussion, author, "comment", data)


def _happen(discussion: Discussion, author: str, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    event = {
        "id": git_blob_id(f"{discussion.num} {len(discussion.events)}".encode())[:24],
        "type": kind,
        "author": {"name": author},
        "createdAt": now(),
        "data": data,
    }
    discussion.events.append(event)
    return event
