"""Gated repositories: ask for access, and let people in, out, or wait.

On the real hub asking is a form on the web page; here it is `POST /datasets/{repo}/ask-access`
with a token. The other routes are those that the client has functions for.
"""

from tests.hub.asked import Asked
from tests.hub.messages import Refused, Reply, as_json
from tests.hub.store import Repository, git_blob_id, now


def ask(asked: Asked) -> Reply:
    """POST /datasets/{repo}/ask-access: accepted at once, or pending where people decide."""
    repository, who = asked.repository, asked.known()
    _gated(repository)
    repository.access.setdefault(who.name, "accepted" if repository.gated == "auto" else "pending")
    asked.state.store.save(repository)
    return as_json({"status": repository.access[who.name]})


def grant(asked: Asked) -> Reply:
    """POST .../user-access-request/grant: without having been asked."""
    repository, user = asked.repository, str(asked.json()["user"])
    asked.owner(repository)
    _gated(repository)
    if not asked.state.accounts.exists(user):
        raise Refused(404, f"User {user} not found")
    if repository.access.get(user) == "accepted":
        raise Refused(400, f"User {user} already has access")
    repository.access[user] = "accepted"
    asked.state.store.save(repository)
    return as_json({})


def handle(asked: Asked) -> Reply:
    """POST .../user-access-request/handle: to `accepted`, `rejected` or back to `pending`."""
    repository, wanted = asked.repository, asked.json()
    asked.owner(repository)
    _gated(repository)
    user = wanted.get("user") or _user_of(repository, str(wanted.get("requestId")))
    if repository.access.get(user) in (None, wanted["status"]):
        raise Refused(404, f"no request of {user} that is not {wanted['status']}")
    repository.access[user] = wanted["status"]
    asked.state.store.save(repository)
    return as_json({})


def listing(asked: Asked) -> Reply:
    """GET .../user-access-request/{status}."""
    repository = asked.repository
    asked.owner(repository)
    _gated(repository)
    return as_json(
        [
            {
                "requestId": _id(user),
                "user": {"user": user, "fullname": user.title()},
                "status": status,
                "timestamp": now(),
            }
            for user, status in repository.access.items()
            if status == asked.parts["status"]
        ]
    )


def _gated(repository: Repository) -> None:
    if not repository.gated:
        raise Refused(400, f"{repository.name} is not gated")


def _id(user: str) -> str:
    return git_blob_id(user.encode())[:24]


def _user_of(repository: Repository, request: str) -> str:
    return next((user for user in repository.access if _id(user) == request), "")
