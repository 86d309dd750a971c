"""What a stage may use while it works on a shard: the recipe and the models, by role."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from sure_math.backends import model_identity, model_name, open_backend
from sure_math.backends.base import Backend, BackendInfo, Closing, Completion, Request
from sure_math.config import Recipe
from sure_math.errors import BackendError
from sure_math.model_config import ModelConfig
from sure_math.runtime.journal import Journal
from sure_math.runtime.progress import Progress

Role = Literal["evolver", "teacher", "judge"]


class Models(Closing):
    """The engines of one stage: started on first use, released together."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._open: dict[Role, Backend] = {}
        self._identities: dict[Role, dict[str, Any]] = {}
        self._stack = ExitStack()

    def config(self, role: Role) -> ModelConfig:
        """The configured model of a role."""
        config: ModelConfig = getattr(self._recipe.models, role)
        return config

    def identity(self, role: Role) -> dict[str, Any]:
        """What decides a role's answers; local weights are digested once."""
        if role not in self._identities:
            self._identities[role] = model_identity(self.config(role))
        return self._identities[role]

    def backend(self, role: Role) -> Backend:
        """The running backend of a role."""
        if role not in self._open:
            self._open[role] = self._stack.enter_context(open_backend(self.config(role)))
        return self._open[role]

    def close(self) -> None:
        """Release every engine."""
        self._open.clear()
        self._stack.close()


class Context:
    """One shard's view of its run."""

    def __init__(
        self,
        recipe: Recipe,
        models: Models,
        journal: Path,
        progress: Progress | None = None,
        *,
        earlier: Sequence[Path] = (),
        survey: Any = None,
    ) -> None:
        """`earlier` are the folders of the same stage that --fresh moved aside; `survey` is what
        the stage's survey found."""
        self.recipe = recipe
        self.survey = survey
        self.folder = journal.parent.parent
        self.earlier = tuple(earlier)
        self.stats: Counter[str] = Counter()
        self._models = models
        self._journal_path = journal
        self._journals: dict[Role, Journal] = {}
        self._progress = progress

    def model(self, role: Role) -> str:
        """The name of a role's model, for rows."""
        return model_name(self._models.config(role))

    def identity(self, role: Role) -> dict[str, Any]:
        """Everything about a role's model that decides its answers, as JSON values."""
        return self._models.identity(role)

    def info(self, role: Role) -> BackendInfo:
        """Who answers for a role."""
        return self._models.backend(role).info

    def uncounted(self) -> "Context":
        """The same models and journals with counters of their own, for work beside the shard."""
        other = copy(self)
        other.stats = Counter()
        return other

    def generate(
        self, role: Role, requests: Sequence[Request], *, keep: bool = False
    ) -> Iterator[Completion]:
        """Answer every request exactly once, in any order.

        Responses of an endpoint are journaled, and with `keep` those of any engine; an engine is
        started only for requests that the journal does not answer.

        Raises:
            BackendError: the backend cannot go on, or left requests unanswered.
        """
        if not requests:
            return
        journaled = keep or self._models.backend(role).journaled
        journal = self.journal(role) if journaled else None
        waiting = {request.id: request for request in requests}
        for request in requests:
            if journal and (known := journal.get(request)):
                del waiting[request.id]
                yield self._count(known)
        if not waiting:
            return
        backend = self._models.backend(role)
        for completion in backend.generate(list(waiting.values())):
            request = waiting.pop(completion.request_id)
            completion = _storable(completion)
            if journal and completion.failure is None:
                journal.add(request, completion)
            yield self._count(completion)
        if waiting:
            raise BackendError(
                f"{backend.info.backend} left {len(waiting)} of {len(requests)} requests unanswered"
            )

    def journal(self, role: Role) -> Journal:
        """What this shard has asked a role's model so far."""
        if role not in self._journals:
            self._journals[role] = Journal(self._journal_path, self.identity(role))
        return self._journals[role]

    def _count(self, completion: Completion) -> Completion:
        tokens = sum(sample.token_count for sample in completion.samples)
        self.stats["requests"] += 1
        self.stats["prompt_tokens"] += completion.prompt_tokens
        self.stats["completion_tokens"] += tokens
        if self._progress:
            self._progress.advance(tokens=tokens)
        return completion


def _storable(completion: Completion) -> Completion:
    """Lone surrogates, which no file can hold as UTF-8, become question marks."""
    samples = tuple(replace(sample, text=_utf8(sample.text)) for sample in completion.samples)
    failure = completion.failure
    if failure is not None:
        failure = replace(failure, detail=_utf8(failure.detail))
    return replace(completion, samples=samples, failure=failure)


def _utf8(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
