"""The exceptions of SURE-Math, typed by the boundary that was crossed.

    SureMathError
    ├── ConfigError        a recipe, an override or an option is wrong
    ├── DataError          input rows, files or columns are not what was promised
    ├── BackendError       a model server or engine failed
    │   ├── BackendUnavailable   nothing succeeded for too long, or it cannot be reached at all
    │   └── JudgeUnfit           the judge fails questions with known answers
    ├── StageError         a run directory cannot go on
    │   └── ConfigChanged  the stored shards were made by another configuration
    ├── TrainingError      a training run cannot start or go on
    └── PublishError       a release cannot be written or sent
        ├── GateFailed     what would be released is not what it says
        ├── HubRefused     the hub does not let this account do it (401, 403)
        ├── HubConflict    the hub holds something else than expected (412, a tag that is taken)
        └── HubUnavailable the hub does not answer, or is busy (429, 5xx)

Every error says what happened; `saved` says what is safe on disk, `hint` what to do next. Where a
script must tell them apart, the class has an exit code of its own.
"""

from typing import ClassVar


class SureMathError(Exception):
    """Base of all errors that a user can act on."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, saved: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.saved = saved
        self.hint = hint

    def __str__(self) -> str:
        lines = [self.message]
        if self.saved:
            lines.append(f"Saved: {self.saved}")
        if self.hint:
            lines.append(f"Next: {self.hint}")
        return "\n".join(lines)


class ConfigError(SureMathError):
    """A recipe, an override or an option is wrong."""


class DataError(SureMathError):
    """Input rows, files or columns are not what was promised."""


class BackendError(SureMathError):
    """A model server or engine failed."""


class BackendUnavailable(BackendError):
    """Nothing succeeded for too long, or the backend cannot be reached at all."""


class JudgeUnfit(BackendError):
    """The judge fails questions with known answers: its verdicts would mean nothing."""


class StageError(SureMathError):
    """A run directory cannot go on."""


class ConfigChanged(StageError):
    """The stored shards were made by another configuration."""


class TrainingError(SureMathError):
    """A training run cannot start or go on."""


class PublishError(SureMathError):
    """A release cannot be written or sent."""


class GateFailed(PublishError):
    """What would be released is not what it says: nothing was sent."""

    exit_code = 3


class HubRefused(PublishError):
    """The hub does not let this account do it: no token, a wrong one, or one without the right."""

    exit_code = 4


class HubConflict(PublishError):
    """The hub holds something else than expected; nothing of it was replaced."""

    exit_code = 5


class HubUnavailable(PublishError):
    """The hub does not answer or is busy: the same command goes on where it was."""

    exit_code = 6
