"""The judge: asking a model whether two final answers mean the same.

What it said stands in the journals of the stage, which outlive their shards: a question that was
answered under an earlier configuration of the run is not asked again, as long as model, prompt and
decoding are the same. Its control questions come before its first question.
"""

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sure_math.answers.thinking import after_thinking
from sure_math.backends.base import Completion, Request, Sampling
from sure_math.cluster.controls import (
    Asked,
    ControlReport,
    enforce,
    load_controls,
    put_controls,
    read_report,
    write_report,
)
from sure_math.config import ClusterConfig, Recipe
from sure_math.prompts import load_prompt
from sure_math.runtime.context import Context
from sure_math.runtime.ids import sampling_seed, stable_hash
from sure_math.runtime.journal import read_journal

_WORD = re.compile(r"\b(yes|no)\b", re.IGNORECASE)


def parse_verdict(text: str) -> bool | None:
    """The last yes or no after the thinking part; None if there is none or thinking never ends."""
    words = _WORD.findall(after_thinking(text) or "")
    return words[-1].lower() == "yes" if words else None


def control_set(recipe: Recipe) -> str:
    """The control pairs of a recipe's judge: its own, or those in the language of its prompt."""
    if recipe.cluster.control_set:
        return recipe.cluster.control_set
    if recipe.answers.kind == "text":
        return "entail"
    return "builtin" if recipe.models.judge.backend == "builtin" else "judge"


class Judge:
    """Asks the questions of many problems in one batch; unreadable verdicts are asked again."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._config: ClusterConfig = context.recipe.cluster
        self._prompt = load_prompt(context.recipe.judge_prompt)
        self._proven = self._config.controls == "skip"

    @property
    def prompt_sha(self) -> str:
        """Hash of the judge prompt."""
        return self._prompt.sha

    @property
    def model(self) -> str:
        """Name of the judge model."""
        return self._context.model("judge")

    def ask(self, questions: Mapping[str, Asked]) -> dict[str, bool | None]:
        """Verdicts for `(problem, a, b)` by key, in the order a, b; None stays unparseable.

        Raises:
            JudgeUnfit: the judge failed its control questions.
            BackendError: it cannot be asked.
        """
        verdicts = {question: self._recall(question) for question in questions.values()}
        unknown = [question for question, verdict in verdicts.items() if verdict is None]
        self._context.stats["verdicts_reused"] += len(verdicts) - len(unknown)
        self._prove(asking=bool(unknown))
        verdicts |= self._put(unknown, self._context)
        return {key: verdicts[question] for key, question in questions.items()}

    def _prove(self, *, asking: bool) -> None:
        """Control questions come first: once per judge, and only if it is asked anything."""
        if self._proven:
            return
        key = self._control_key()
        report = self._stored_report(key) or (self._new_report(key) if asking else None)
        if report is not None:
            enforce(report, "require" if self._config.controls == "require" else "report")
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
        name = control_set(context.recipe)
        verdicts = put_controls(load_controls(name), lambda asked: self._put(asked, context))
        report = ControlReport(key, self.model, self.prompt_sha, Path(name).stem, verdicts)
        write_report(context.folder, report)
        return report

    def _control_key(self) -> str:
        recipe = self._context.recipe
        controls = [control.model_dump() for control in load_controls(control_set(recipe))]
        decoding = [self._config.max_tokens, self._config.retries]
        judge = self._context.identity("judge")
        return stable_hash([judge, self.prompt_sha, decoding, controls])

    def _recall(self, question: Asked) -> bool | None:
        """A verdict from an earlier configuration of the run.

        A question this very shard has asked before comes from its own journal instead, so that a
        shard killed half-way counts its calls as one that was not.
        """
        if not self._context.earlier:
            return None
        journal = self._context.journal("judge")
        if journal.get(self._request(question, 0)) is not None:
            return None
        known = _verdicts(_journals(self._context.earlier))
        requests = (self._request(question, n) for n in range(self._config.retries + 1))
        return next((v for r in requests if (v := known.get(journal.key(r))) is not None), None)

    def _put(self, questions: Sequence[Asked], context: Context) -> dict[Asked, bool | None]:
        verdicts: dict[Asked, bool | None] = dict.fromkeys(questions)
        waiting = list(verdicts)
        for attempt in range(self._config.retries + 1):
            asked = {_question_id(question): question for question in waiting}
            requests = [self._request(question, attempt) for question in waiting]
            for completion in context.generate("judge", requests, keep=True):
                verdicts[asked[completion.request_id]] = _verdict(completion)
                context.stats["judge_failures"] += completion.failure is not None
            context.stats["judge_calls"] += len(requests)
            waiting = [question for question in waiting if verdicts[question] is None]
        context.stats["unparseable_verdicts"] += len(waiting)
        return verdicts

    def _request(self, question: Asked, attempt: int) -> Request:
        problem, a, b = question
        sampling = Sampling(
            n=1,
            temperature=0.0 if attempt == 0 else 0.7,  # a greedy retry would repeat itself
            max_tokens=self._config.max_tokens,
        )
        messages = self._prompt.messages(problem=problem, a=a, b=b)
        seed = sampling_seed("judge", problem, a, b, attempt)
        return Request(_question_id(question), messages, sampling, seed)


def _question_id(question: Asked) -> str:
    return stable_hash(list(question))


def _verdict(completion: Completion) -> bool | None:
    if completion.failure or completion.samples[0].finish_reason == "length":
        return None
    return parse_verdict(completion.samples[0].text)


def _journals(folders: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(path for folder in folders for path in sorted(folder.glob("journal/*.jsonl")))


@functools.lru_cache(maxsize=1)
def _verdicts(journals: tuple[Path, ...]) -> Mapping[str, bool]:
    """What was said in journals that nobody writes to any more, by the key of the request."""
    found = ((key, _verdict(said)) for path in journals for key, said in read_journal(path))
    return {key: verdict for key, verdict in found if verdict is not None}
