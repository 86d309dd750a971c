"""Git LFS uploads: the batch of links, the bytes in one piece or in parts, the verification.

Links are signed, because clients send the bytes without their token. Contents are stored only
whole and with the SHA-256 they were announced with.
"""

import hashlib
from typing import Any

from tests.hub.asked import Asked, check_signature, signature
from tests.hub.messages import Refused, Reply, as_json
from tests.hub.store import Repository

LFS_JSON = {"Content-Type": "application/vnd.git-lfs+json"}


def batch(asked: Asked) -> Reply:
    """POST /datasets/{repo}.git/info/lfs/objects/batch: no actions = already there."""
    repository, wanted = asked.repository, asked.json()
    if wanted.get("operation") != "upload":
        raise Refused(400, "this hub takes LFS uploads only")
    asked.pusher(repository, wanted.get("ref", {}).get("name"))
    objects = [_links(asked, repository, each) for each in wanted["objects"]]
    return as_json({"transfer": "basic", "objects": objects}, headers=LFS_JSON)


def _links(asked: Asked, repository: Repository, wanted: dict[str, Any]) -> dict[str, Any]:
    oid, size = wanted["oid"], wanted["size"]
    if oid in repository.blobs:
        return {"oid": oid, "size": size}
    place = f"{asked.state.url}/lfs/{repository.name}/{oid}"
    signed = f"?signature={signature(repository.name, oid)}"
    upload: dict[str, Any] = {"href": place + signed, "header": {}}
    step = asked.state.part_size
    if size > step:
        count = -(-size // step)
        links = {f"{n:05}": f"{place}/{n}{signed}" for n in range(1, count + 1)}
        upload = {"href": f"{place}/complete{signed}", "header": {"chunk_size": str(step), **links}}
    verify = {"href": f"{asked.state.url}/lfs/{repository.name}/verify", "header": {}}
    return {"oid": oid, "size": size, "actions": {"upload": upload, "verify": verify}}


def put(asked: Asked) -> Reply:
    """PUT the whole object."""
    _keep(asked, asked.body)
    return Reply()


def put_part(asked: Asked) -> Reply:
    """PUT a part; its ETag goes into the list that completes the object."""
    _repository(asked)
    key = f"{asked.parts['repo']}/{asked.parts['oid']}"
    asked.state.parts.setdefault(key, {})[int(asked.parts["number"])] = asked.body
    return Reply(headers={"ETag": f'"{hashlib.md5(asked.body).hexdigest()}"'})


def complete(asked: Asked) -> Reply:
    """POST the list of parts; raises `Refused` (400) where it differs from what was sent."""
    key = f"{asked.parts['repo']}/{asked.parts['oid']}"
    sent = asked.state.parts.get(key, {})
    tags = {n: f'"{hashlib.md5(data).hexdigest()}"' for n, data in sent.items()}
    if {part["partNumber"]: part["etag"] for part in asked.json()["parts"]} != tags:
        raise Refused(400, "InvalidPart: the parts are not those that were sent")
    _keep(asked, b"".join(sent[n] for n in sorted(sent)))
    del asked.state.parts[key]
    return as_json({})


def verify(asked: Asked) -> Reply:
    """POST .../verify."""
    repository, wanted = asked.repository, asked.json()
    asked.writer()
    if wanted["oid"] not in repository.blobs:
        raise Refused(404, f"no LFS object {wanted['oid']}")
    if len(repository.blobs[wanted["oid"]]) != wanted["size"]:
        raise Refused(400, f"the LFS object {wanted['oid']} has another size")
    return as_json({})


def _repository(asked: Asked) -> Repository:
    check_signature(asked, asked.parts["repo"], asked.parts["oid"])
    repository = asked.state.store.get(asked.parts["repo"])
    if repository is None:
        raise Refused(404, "the repository was deleted")
    return repository


def _keep(asked: Asked, data: bytes) -> None:
    repository = _repository(asked)
    if hashlib.sha256(data).hexdigest() != asked.parts["oid"]:
        raise Refused(400, "BadDigest: the content has another SHA-256")
    repository.blobs[asked.parts["oid"]] = data
