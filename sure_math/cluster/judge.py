"""The judge: asking a model whether two final answers mean the same."""

import re
from collections.abc import Mapping

from sure_math.backends.base import Completion, Request, Sampling
from sure_math.config import ClusterConfig
from sure_math.prompts import load_prompt
from sure_math.runtime.context import Context
from sure_math.runtime.ids import sampling_seed

_THINKING = re.compile(r"<think\s*>", re.IGNORECASE)
_THINKING_END = re.compile(r"</think\s*>", re.IGNORECASE)
_WORD = re.compile(r"\b(yes|no)\b", re.IGNORECASE)


def parse_verdict(text: str) -> bool | None:
    """The last yes or no after the thinking part; None if there is none or thinking never ends."""
    final = _THINKING_END.split(text)[-1]
    if _THINKING.search(final):
        return None
    words = _WORD.findall(final)
    return words[-1].lower() == "yes" if words else None


class Judge:
    """Asks the questions of many problems in one batch; unreadable verdicts are asked again."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._config: ClusterConfig = context.recipe.cluster
        self._prompt = load_prompt(self._config.prompt)

    @property
    def prompt_sha(self) -> str:
        """Hash of the judge prompt."""
        return self._prompt.sha

    @property
    def model(self) -> str:
        """Name of the judge model."""
        return self._context.model("judge")

    def ask(self, questions: Mapping[str, tuple[str, str, str]]) -> dict[str, bool | None]:
        """Verdicts for `(problem, a, b)` by key, in the order a, b; None stays unparseable."""
        verdicts: dict[str, bool | None] = dict.fromkeys(questions)
        waiting = list(questions)
        for attempt in range(self._config.retries + 1):
            requests = [self._request(key, questions[key], attempt) for key in waiting]
            for completion in self._context.generate("judge", requests):
                verdicts[completion.request_id] = _verdict(completion)
            waiting = [key for key in waiting if verdicts[key] is None]
            self._context.stats["judge_calls"] += len(requests)
        self._context.stats["unparseable_verdicts"] += len(waiting)
        return verdicts

    def _request(self, key: str, question: tuple[str, str, str], attempt: int) -> Request:
        problem, a, b = question
        sampling = Sampling(
            n=1,
            temperature=0.0 if attempt == 0 else 0.7,  # a greedy retry would repeat itself
            max_tokens=self._config.max_tokens,
        )
        messages = self._prompt.messages(problem=problem, a=a, b=b)
        return Request(key, messages, sampling, sampling_seed("judge", problem, a, b, attempt))


def _verdict(completion: Completion) -> bool | None:
    if completion.failure or completion.samples[0].finish_reason == "length":
        return None
    return parse_verdict(completion.samples[0].text)
