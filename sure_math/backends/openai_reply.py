"""What a chat-completions server said: samples out of an answer, reasons out of a refusal.

Servers differ in what they fill in and gateways answer with anything at all, so nothing here
trusts the shape of a reply: each choice is validated on its own, and whatever does not fit becomes
a fault in words. No function of this module raises because of what a server sent.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from sure_math.backends.base import FinishReason, Sample

Count = Annotated[int, Field(ge=0, lt=2**31)]


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: its usable samples, and what was wrong with the other choices."""

    samples: tuple[Sample, ...] = ()
    faults: tuple[str, ...] = ()
    filtered: bool = False
    """A choice was withheld by the server's content filter."""
    prompt_tokens: int = 0


class _Usage(BaseModel):
    prompt_tokens: Count = 0
    completion_tokens: Count = 0


class _Token(BaseModel):
    logprob: float | None = None


class _Logprobs(BaseModel):
    content: list[_Token] | None = None


class _Message(BaseModel):
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None
    token_ids: list[Count] | None = None

    @property
    def text(self) -> str | None:
        """The whole response; what a reasoning parser took out stands in front again."""
        content = self.message.content
        reasoning = self.message.reasoning_content or self.message.reasoning
        if not reasoning:
            return content
        if not content and self.finish_reason == "length":
            return f"<think>{reasoning}"  # cut off while thinking
        return f"<think>{reasoning}</think>{content or ''}"


class _Body(BaseModel):
    choices: list[Any]
    usage: Any = None


def read_reply(body: bytes, expected: int) -> Reply:
    """Read the body of a successful response that should hold `expected` choices."""
    try:
        parsed = _Body.model_validate_json(body)
    except ValidationError as error:
        return Reply(faults=(f"not a chat completion: {_first_problem(error)}",))
    if not parsed.choices:
        return Reply(faults=("the answer holds no choices",))
    choices: list[_Choice] = []
    faults: list[str] = []
    filtered = False
    for raw in parsed.choices[:expected]:
        try:
            choice = _Choice.model_validate(raw)
        except ValidationError as error:
            faults.append(f"malformed choice: {_first_problem(error)}")
            continue
        if choice.finish_reason == "content_filter":
            filtered = True
        elif choice.finish_reason not in ("stop", "length"):
            faults.append(f"finish reason {choice.finish_reason!r}")
        elif choice.text is None:
            faults.append("a choice without content")
        else:
            choices.append(choice)
    usage = _usage(parsed.usage)
    samples = _samples(choices, usage.completion_tokens)
    return Reply(samples, tuple(faults), filtered, usage.prompt_tokens)


def _usage(raw: Any) -> _Usage:
    try:
        return _Usage.model_validate(raw)
    except ValidationError:
        return _Usage()


def _samples(choices: list[_Choice], completion_tokens: int) -> tuple[Sample, ...]:
    """Token counts are exact where the server lists tokens; else choices share the usage."""
    characters = sum(len(choice.text or "") for choice in choices)
    samples = []
    for choice in choices:
        text = choice.text or ""
        finish_reason: FinishReason = "stop" if choice.finish_reason == "stop" else "length"
        logprobs = _logprobs(choice, text)
        token_ids = None if choice.token_ids is None else tuple(choice.token_ids)
        if logprobs is not None:
            count = len(logprobs)
        elif token_ids is not None:
            count = len(token_ids)
        elif len(choices) == 1:
            count = completion_tokens
        else:
            count = round(completion_tokens * len(text) / max(characters, 1))
        total = None if logprobs is None else math.fsum(logprobs)
        samples.append(Sample(text, count, total, finish_reason, token_ids))
    return tuple(samples)


def _logprobs(choice: _Choice, text: str) -> list[float] | None:
    """One value per token, or None: a partial list would give a wrong sum."""
    if choice.logprobs is None or choice.logprobs.content is None:
        return None
    values = [token.logprob for token in choice.logprobs.content]
    known = [value for value in values if value is not None and math.isfinite(value)]
    if len(known) < len(values) or (text and not values):
        return None
    return known


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, problem["loc"]))
    return f"{where}: {problem['msg']}" if where else problem["msg"]


# --- refusals ---------------------------------------------------------------------------------

_CONTEXT_LENGTH = re.compile(
    r"context[ _](length|size|window)|(prompt|input) is too long|maximum (prompt|input) length"
    r"|max_new_tokens|longer than the (model|maximum)",
    re.IGNORECASE,
)
_SEVERAL_CHOICES = re.compile(
    r"(number of|multiple|several|one|single) (choice|completion|generation|sequence)s?\b",
    re.IGNORECASE,
)


def complaint(body: object) -> str:
    """The words of an error body, without the input that some servers quote back."""
    return " ".join(_words(body))[:500]


def _words(body: object) -> Iterator[str]:
    if isinstance(body, dict):
        for key, value in body.items():
            if key not in ("input", "ctx", "url"):
                yield from _words(value)
    elif isinstance(body, list):
        for value in body:
            yield from _words(value)
    elif isinstance(body, str):
        yield body


def is_about_context_length(text: str) -> bool:
    """Whether a refusal says that prompt and response do not fit the model."""
    return _CONTEXT_LENGTH.search(text) is not None


def is_about_field(text: str, field: str) -> bool:
    """Whether a refusal names a field of the request."""
    return re.search(rf"(?<![\w\\]){field}(?!\w)", text) is not None


def is_about_several_choices(text: str) -> bool:
    """Whether a refusal says that n > 1 is not possible."""
    return is_about_field(text, "n") or _SEVERAL_CHOICES.search(text) is not None
