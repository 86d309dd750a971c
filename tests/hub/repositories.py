"""Routes about repositories as a whole: who am I, create, delete, settings, auth-check."""

import re

from tests.hub.asked import Asked
from tests.hub.attributes import GITATTRIBUTES
from tests.hub.messages import Refused, Reply, as_json, forbidden, no_repository
from tests.hub.store import MAIN, new_commit

_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?")


def whoami(asked: Asked) -> Reply:
    """GET /api/whoami-v2."""
    return as_json(asked.known().whoami())


def create(asked: Asked) -> Reply:
    """POST /api/repos/create: the first commit holds `.gitattributes`."""
    wanted = asked.json()
    if wanted.get("type") != "dataset":
        raise Refused(400, "this hub has datasets only")
    who = asked.known()
    namespace = wanted.get("organization") or who.name
    name = f"{namespace}/{wanted['name']}"
    url = f"{asked.state.url}/datasets/{name}"
    if not _NAME.fullmatch(wanted["name"]) or "--" in name or ".." in name:
        raise Refused(400, f"Invalid repo name: {name}")
    if not who.pushes(namespace):
        words = f'You don\'t have the rights to create a dataset under the namespace "{namespace}"'
        raise forbidden(words)
    if asked.state.store.get(name):
        message = "You already created this dataset repo"
        return as_json({"error": message, "url": url}, 409, {"X-Error-Message": message})
    private = wanted.get("visibility", "public") == "private"
    repository = asked.state.store.create(name, private)
    files = {".gitattributes": repository.keep(GITATTRIBUTES.encode(), lfs=False)}
    repository.add_commit(MAIN, new_commit(None, files, "initial commit", "", who.name))
    asked.state.store.save(repository)
    return as_json({"url": url, "name": name, "id": name})


def delete(asked: Asked) -> Reply:
    """DELETE /api/repos/delete."""
    wanted = asked.json()
    name = f"{wanted.get('organization') or asked.known().name}/{wanted['name']}"
    repository = asked.state.store.get(name)
    if repository is None or (repository.private and not asked.known().sees(repository.namespace)):
        raise no_repository(known=True)
    asked.owner(repository)
    asked.state.store.delete(name)
    return as_json({})


def settings(asked: Asked) -> Reply:
    """PUT .../settings: visibility and gate."""
    repository = asked.repository
    asked.owner(repository)
    wanted = asked.json()
    if wanted.get("gated", False) not in ("auto", "manual", False):
        raise Refused(400, '"gated" must be one of [auto, manual, false]')
    if wanted.get("visibility", "public") not in ("public", "private"):
        raise Refused(400, '"visibility" must be one of [public, private]')
    repository.gated = wanted.get("gated", repository.gated)
    repository.private = wanted.get("visibility", "") == "private" or (
        repository.private and "visibility" not in wanted
    )
    asked.state.store.save(repository)
    return as_json({"private": repository.private, "gated": repository.gated})


def check_access(asked: Asked) -> Reply:
    """GET .../auth-check."""
    asked.may_read_files(asked.repository)
    return as_json({})


def check_write_access(asked: Asked) -> Reply:
    """GET .../auth-check/write."""
    asked.owner(asked.repository)
    return as_json({})
