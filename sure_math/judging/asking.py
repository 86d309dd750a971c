"""Asking a judge: many questions in one batch, and again what could not be read.

What it said stands in the journals of the stage; where those outlive their shards, a question that
was answered under an earlier configuration of the run is not asked again, as long as model, prompt
and decoding are the same. The control questions come before the first question.
"""

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sure_math.backends.base import Request, Sampling
from sure_math.judging.controls import (
    Control,
    ControlReport,
    Mode,
    Question,
    enforce,
    load_controls,
    put_controls,
    read_report,
    write_report,
)
from sure_math.judging.verdicts import verdict_of
from sure_math.prompts import Prompt
from sure_math.runtime.context import Context
from sure_math.runtime.ids import sampling_seed, stable_hash
from sure_math.runtime.journal import read_journal

_RETRY_TEMPERATURE = 0.7  # a greedy retry would repeat itself


@dataclass(frozen=True)
class Task:
    """What a judge is asked and how it answers."""

    prompt: Prompt
    fields: tuple[str, ...]
    """Names of a question's parts in the prompt; a part that the prompt does not show still makes
    a question of its own, with a sampling seed of its own."""
    words: re.Pattern[str]
    """Its verdicts, one named group each (`verdicts`)."""
    max_tokens: int
    retries: int
    """How often an unreadable verdict is asked again."""
    controls: Mode
    control_kind: type[Control]
    control_set: str
    settings: str
    """What the names of its control settings in the recipe begin with, such as `cluster.`."""
    temperature: float = 0.0


class Asker:
    """Puts the questions of one task to the judge of a shard."""

    def __init__(self, context: Context, task: Task) -> None:
        self._context = context
        self._task = task
        self._proven = task.controls == "skip"

    @property
    def model(self) -> str:
        """Name of the judge model."""
        return self._context.model("judge")

    @property
    def prompt_sha(self) -> str:
        """Hash of the prompt."""
        return self._task.prompt.sha

    def ask(self, questions: Iterable[Question]) -> dict[Question, str | None]:
        """Verdicts by question; None stays unreadable.

        Raises:
            JudgeUnfit: the judge failed its control questions.
            BackendError: it cannot be asked.
        """
        verdicts = self._recall(tuple(dict.fromkeys(questions)))
        unknown = [question for question, verdict in verdicts.items() if verdict is None]
        self._context.stats["verdicts_reused"] += len(verdicts) - len(unknown)
        self._prove(asking=bool(unknown))
        return verdicts | self._put(unknown, self._context)

    def _prove(self, *, asking: bool) -> None:
        """Control questions come first: once per judge, and only if it is asked anything."""
        if self._proven:
            return
        key = self._control_key()
        report = self._stored_report(key) or (self._new_report(key) if asking else None)
        if report is not None:
            stage = self._context.folder.name
            enforce(report, self._task.controls, stage, self._task.settings)
            self._proven = True

    def _stored_report(self, key: str) -> ControlReport | None:
        for folder in (self._context.folder, *self._context.earlier):
            report = read_report(folder)
            if report is not None and report.key == key:
                if folder != self._context.folder:
                    write_report(self._context.folder, report)
                return report
        return None

    def _new_report(self, key: str) -> ControlReport:
        context = self._context.uncounted()  # which shard comes first must not show in its counts
        verdicts = put_controls(
            self._controls(), self._task.fields, lambda asked: self._put(asked, context)
        )
        name, words = Path(self._task.control_set).stem, tuple(self._task.words.groupindex)
        report = ControlReport(key, self.model, self.prompt_sha, name, words, verdicts)
        write_report(context.folder, report)
        return report

    def _controls(self) -> tuple[Control, ...]:
        return load_controls(self._task.control_set, self._task.control_kind)

    def _control_key(self) -> str:
        task = self._task
        controls = [control.model_dump() for control in self._controls()]
        decoding = [task.max_tokens, task.retries, task.temperature]
        judge = self._context.identity("judge")
        return stable_hash([judge, self.prompt_sha, task.words.pattern, decoding, controls])

    def _recall(self, questions: Sequence[Question]) -> dict[Question, str | None]:
        """Verdicts from an earlier configuration of the run, None where there is none.

        A question this very shard has asked before comes from its own journal instead, so that a
        shard killed half-way counts its calls as one that was not.
        """
        verdicts: dict[Question, str | None] = dict.fromkeys(questions)
        if not self._context.earlier:
            return verdicts
        journal = self._context.journal("judge")
        known = _verdicts(_journals(self._context.earlier), self._task.words)
        for question in questions:
            requests = [self._request(question, n) for n in range(self._task.retries + 1)]
            if journal.get(requests[0]) is None:
                said = (known.get(journal.key(request)) for request in requests)
                verdicts[question] = next((word for word in said if word is not None), None)
        return verdicts

    def _put(self, questions: Sequence[Question], context: Context) -> dict[Question, str | None]:
        verdicts: dict[Question, str | None] = dict.fromkeys(questions)
        waiting = list(verdicts)
        for attempt in range(self._task.retries + 1):
            asked = {_question_id(question): question for question in waiting}
            requests = [self._request(question, attempt) for question in waiting]
            for completion in context.generate("judge", requests, keep=True):
                verdict = verdict_of(completion, self._task.words)
                verdicts[asked[completion.request_id]] = verdict
                context.stats["judge_failures"] += completion.failure is not None
            context.stats["judge_calls"] += len(requests)
            waiting = [question for question in waiting if verdicts[question] is None]
        context.stats["unparseable_verdicts"] += len(waiting)
        return verdicts

    def _request(self, question: Question, attempt: int) -> Request:
        task = self._task
        sampling = Sampling(
            n=1,
            temperature=task.temperature if attempt == 0 else _RETRY_TEMPERATURE,
            max_tokens=task.max_tokens,
        )
        messages = task.prompt.messages(**dict(zip(task.fields, question, strict=True)))
        seed = sampling_seed("judge", *question, attempt)
        return Request(_question_id(question), messages, sampling, seed)


def _question_id(question: Question) -> str:
    return stable_hash(list(question))


def _journals(folders: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(path for folder in folders for path in sorted(folder.glob("journal/*.jsonl")))


@functools.lru_cache(maxsize=1)
def _verdicts(journals: tuple[Path, ...], words: re.Pattern[str]) -> Mapping[str, str]:
    """What was said in journals that nobody writes to any more, by the key of the request."""
    found = (
        (key, verdict_of(said, words)) for path in journals for key, said in read_journal(path)
    )
    return {key: verdict for key, verdict in found if verdict is not None}
