"""Which function answers which request."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from tests.hub import cards, cas, discussions, gates, lfs, reading, repositories, writing
from tests.hub.asked import Asked, State
from tests.hub.messages import Refused, Reply, no_repository

_REPO = r"(?P<repo>[^/]+/[^/]+)"
_API = f"/api/datasets/{_REPO}"
_REV = r"(?P<revision>[^/]+)"
_NUM = r"(?P<num>\d+)"
_OID = r"(?P<oid>[0-9a-f]{64})"
_CAS = f"/cas/{_REPO}/v1"
_HASH = r"(?P<hash>[0-9a-f]{64})"


@dataclass(frozen=True)
class Route:
    """Requests of a method whose quoted path matches."""

    method: str
    path: str
    answer: Callable[[Asked], Reply]


ROUTES = (
    Route("GET", "/api/whoami-v2", repositories.whoami),
    Route("POST", "/api/repos/create", repositories.create),
    Route("DELETE", "/api/repos/delete", repositories.delete),
    Route("GET", "/api/datasets", reading.listing),
    Route("POST", "/api/validate-yaml", cards.validate),
    Route("PUT", f"{_API}/settings", repositories.settings),
    Route("GET", f"{_API}/auth-check", repositories.check_access),
    Route("GET", f"{_API}/auth-check/write", repositories.check_write_access),
    Route("GET", f"{_API}/refs", reading.refs),
    Route("GET", f"{_API}/commits/{_REV}", reading.commits),
    Route("GET", f"{_API}(?:/revision/{_REV})?", reading.info),
    Route("GET", rf"{_API}/tree/{_REV}(?:/(?P<path>.+))?", reading.tree),
    Route("POST", f"{_API}/paths-info/{_REV}", reading.paths_info),
    Route("GET", rf"/datasets/{_REPO}/resolve/{_REV}/(?P<path>.+)", reading.resolve),
    Route("HEAD", rf"/datasets/{_REPO}/resolve/{_REV}/(?P<path>.+)", reading.resolve),
    Route("POST", f"{_API}/preupload/{_REV}", writing.preupload),
    Route("POST", f"{_API}/commit/{_REV}", writing.commit),
    Route("POST", f"{_API}/tag/{_REV}", writing.create_tag),
    Route("DELETE", f"{_API}/tag/{_REV}", writing.delete_tag),
    Route("POST", f"{_API}/branch/(?P<name>[^/]+)", writing.create_branch),
    Route("DELETE", f"{_API}/branch/(?P<name>[^/]+)", writing.delete_branch),
    Route("POST", f"{_API}/discussions", discussions.create),
    Route("GET", f"{_API}/discussions", discussions.listing),
    Route("GET", f"{_API}/discussions/{_NUM}", discussions.details),
    Route("POST", f"{_API}/discussions/{_NUM}/comment", discussions.comment),
    Route("POST", f"{_API}/discussions/{_NUM}/status", discussions.change_status),
    Route("POST", f"{_API}/discussions/{_NUM}/merge", discussions.merge),
    Route("POST", f"/datasets/{_REPO}/ask-access", gates.ask),
    Route("POST", f"{_API}/user-access-request/grant", gates.grant),
    Route("POST", f"{_API}/user-access-request/handle", gates.handle),
    Route("GET", f"{_API}/user-access-request/(?P<status>[a-z]+)", gates.listing),
    Route("POST", rf"/datasets/{_REPO}\.git/info/lfs/objects/batch", lfs.batch),
    Route("PUT", f"/lfs/{_REPO}/{_OID}", lfs.put),
    Route("PUT", rf"/lfs/{_REPO}/{_OID}/(?P<number>\d+)", lfs.put_part),
    Route("POST", f"/lfs/{_REPO}/{_OID}/complete", lfs.complete),
    Route("POST", f"/lfs/{_REPO}/verify", lfs.verify),
    Route("GET", f"{_API}/xet-read-token/{_REV}", cas.read_token),
    Route("GET", f"{_API}/xet-write-token/{_REV}", cas.write_token),
    Route("POST", f"{_CAS}/xorbs/default/{_HASH}", cas.put_xorb),
    Route("POST", f"{_CAS}/shards", cas.put_shard),
    Route("GET", f"{_CAS}/reconstructions/{_HASH}", cas.reconstruction),
    Route("GET", f"/xorbs/{_REPO}/{_HASH}", cas.get_xorb),
)

_WITHOUT_NAMESPACE = re.compile(r"/api/datasets/[^/]+|/datasets/[^/]+/resolve/.+")

REVISION = re.compile(
    rf"(?:/api)?/datasets/{_REPO}/(?:revision|tree|paths-info|resolve)/{_REV}(?:/.*)?"
)
"""Paths that say which revision of which repository is read."""


def answer(
    state: State, method: str, target: str, headers: Mapping[str, str], body: bytes
) -> Reply:
    """The reply to a request; all errors of the hub are replies as well."""
    url = urlsplit(target)
    try:
        who = state.accounts.identify(_hub_token(headers))
        for route in ROUTES:
            match = re.fullmatch(route.path, url.path) if route.method == method else None
            if match:
                parts = {name: unquote(value or "") for name, value in match.groupdict().items()}
                query = {**parse_qs(url.query), **_form(headers, body)}
                asked = Asked(state, who, parts, query, headers, body, target)
                with state.lock:
                    return route.answer(asked)
        if _WITHOUT_NAMESPACE.fullmatch(url.path):
            raise no_repository(known=who is not None)
        raise Refused(404, "no such route")
    except Refused as refusal:
        return refusal.reply()
    except KeyError as error:
        return Refused(400, f"{error} is missing").reply()


def _hub_token(headers: Mapping[str, str]) -> str | None:
    """The header with a token of the hub; those of Xet storage are not among them."""
    found = headers.get("authorization")
    return None if found and found.startswith("Bearer xet_") else found


def _form(headers: Mapping[str, str], body: bytes) -> dict[str, list[str]]:
    """The fields of a form in the body."""
    is_form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return parse_qs(body.decode()) if is_form else {}
