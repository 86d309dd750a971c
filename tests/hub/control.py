"""What a test in another process tells the hub: routes below `/__test__/`, outside log and faults.

GET  /__test__/log        the requests so far; DELETE empties it
GET  /__test__/faults     what waits on the list; DELETE empties it
POST /__test__/faults     one `Failure` as JSON, or a list of them
POST /__test__/accounts   {"name", "role"?, "orgs"?}: answers with the token
"""

import json
import re
from dataclasses import asdict
from typing import Any, Protocol

from tests.hub.accounts import Account
from tests.hub.faults import Failure, Failures
from tests.hub.messages import Refused, Reply, Request, as_json

PREFIX = "/__test__/"


class Controlled(Protocol):
    """The hub, as far as it can be told something."""

    requests: list[Request]
    failures: Failures

    def recover(self) -> None:
        """Empty the list of failures."""

    def account(self, name: str, role: Any = "write", orgs: Any = None) -> Account:
        """Let a user in."""


def control(hub: Controlled, method: str, path: str, body: bytes) -> Reply:
    """The reply to a request below `PREFIX`; what is wrong with it is said in a 400."""
    try:
        return _control(hub, method, path.removeprefix(PREFIX), json.loads(body or b"null"))
    except (TypeError, ValueError, re.error) as error:
        return Refused(400, str(error)).reply()


def _control(hub: Controlled, method: str, name: str, given: Any) -> Reply:
    match method, name:
        case "GET", "log":
            return as_json([_line(request) for request in list(hub.requests)])
        case "DELETE", "log":
            hub.requests.clear()
        case "GET", "faults":
            return as_json([asdict(failure) for failure in hub.failures.waiting()])
        case "DELETE", "faults":
            hub.recover()
        case "POST", "faults":
            wanted = [Failure(**each) for each in (given if isinstance(given, list) else [given])]
            for failure in wanted:
                hub.failures.add(failure)
        case "POST", "accounts":
            return as_json({"token": hub.account(**given).token})
        case _:
            return Refused(404, f"no such route: {method} {PREFIX}{name}").reply()
    return as_json({})


def _line(request: Request) -> dict[str, Any]:
    """A request without headers and body: tokens stay out of the log."""
    shown = ("method", "path", "query", "status", "received", "sent")
    return {name: getattr(request, name) for name in shown}
