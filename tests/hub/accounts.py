"""Who may knock: users, their tokens and their organisations.

A token belongs to one user and reads, or reads and writes. A user owns the namespace of their
name; in an organisation a role counts: `read` sees private repositories, `contributor`, `write`
and `admin` push.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.hub.messages import invalid_token

TokenRole = Literal["read", "write"]
OrgRole = Literal["read", "contributor", "write", "admin"]


@dataclass(frozen=True)
class Account:
    """A user with one of their tokens."""

    name: str
    token: str
    role: TokenRole = "write"
    orgs: Mapping[str, OrgRole] = field(default_factory=dict)

    def sees(self, namespace: str) -> bool:
        """Whether private repositories of `namespace` are shown."""
        return namespace == self.name or namespace in self.orgs

    def pushes(self, namespace: str) -> bool:
        """Whether this token may change repositories of `namespace`."""
        own = namespace == self.name or self.orgs.get(namespace, "read") != "read"
        return own and self.role == "write"

    def whoami(self) -> dict[str, Any]:
        """The answer to `whoami-v2`."""
        orgs = [
            {"type": "org", "id": _id(org), "name": org, "fullname": org, "roleInOrg": role}
            for org, role in self.orgs.items()
        ]
        return {
            "type": "user",
            "id": _id(self.name),
            "name": self.name,
            "fullname": self.name.title(),
            "isPro": False,
            "orgs": orgs,
            "auth": {
                "type": "access_token",
                "accessToken": {"displayName": "scripted", "role": self.role},
            },
        }


class Accounts:
    """All tokens the hub knows."""

    def __init__(self) -> None:
        self._by_token: dict[str, Account] = {}

    def add(self, account: Account) -> Account:
        """Let `account` in; the newest organisations of a user count for all their tokens."""
        self._by_token[account.token] = account
        for token, other in self._by_token.items():
            if other.name == account.name:
                self._by_token[token] = Account(other.name, token, other.role, account.orgs)
        return account

    def identify(self, authorization: str | None) -> Account | None:
        """Whose request this is, None = anonymous; raises `Refused` (401) for an unknown token."""
        if authorization is None:
            return None
        account = self._by_token.get(authorization.removeprefix("Bearer "))
        if account is None:
            raise invalid_token()
        return account

    def exists(self, name: str) -> bool:
        """Whether there is a user of that name."""
        return any(account.name == name for account in self._by_token.values())


def _id(name: str) -> str:
    return name.encode().hex().ljust(24, "0")[:24]
