"""What one check found, and what a list of them says to people and to a publish."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sure_math.errors import GateFailed

_SHOWN = 5


@dataclass(frozen=True)
class Check:
    """One property of a release."""

    name: str
    passed: bool
    detail: str
    """Figures if it passed, else the first offenders, one a line; `not run: ...` if something that
    the check rests on is missing."""


class Broken(Exception):
    """A check's faults, for people; raised within the gate only."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(*faults)
        self.faults = tuple(faults)


def refuse(faults: Sequence[str]) -> None:
    """Stop a check that found something.

    Raises:
        Broken: there is a fault.
    """
    if faults:
        raise Broken(faults)


def some(items: Iterable[object], shown: int = 3) -> str:
    """The first few, and how many there are if that is more."""
    every = [str(item) for item in items]
    more = f", ... ({len(every)} in all)" if len(every) > shown else ""
    return ", ".join(every[:shown]) + more


def listing(faults: Sequence[str]) -> str:
    """The first faults, one a line."""
    more = [f"... and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
    return "\n".join([*faults[:_SHOWN], *more])


def as_text(checks: Sequence[Check]) -> str:
    """One line for each check; what is wrong stands below it."""
    width = max((len(check.name) for check in checks), default=0)
    lines = []
    for check in checks:
        if check.passed:
            lines.append(f"ok      {check.name:{width}}  {check.detail}")
        else:
            lines.append(f"FAILED  {check.name}")
            lines += [f"        {line}" for line in check.detail.splitlines()]
    return "\n".join(lines)


def require(checks: Sequence[Check], *, saved: str = "nothing was sent or replaced") -> None:
    """Let a release pass only if every check did.

    Raises:
        GateFailed: at least one failed; the message lists all of them.
    """
    failed = [check for check in checks if not check.passed]
    if failed:
        raise GateFailed(
            f"the release is not what it says ({len(failed)} of {len(checks)} checks failed):\n"
            + as_text(failed),
            saved=saved,
            hint="mend what is named above, then publish again",
        )
