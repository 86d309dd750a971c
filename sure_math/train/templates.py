"""What a chat template makes of a prompt, and whether anything of it is lost.

Templates differ in what they leave out: some know no system turn, some cut the user's text, some
have no switch for thinking. A student whose template drops a part of the prompt is trained on
another task than the one that was annotated.
"""

from collections.abc import Sequence
from typing import Any

from sure_math.backends.base import Message
from sure_math.errors import ConfigError
from sure_math.train.checkpoints import Checkpoint

Messages = list[dict[str, str]]
_SYSTEM = "give the model a chat template with a system turn, or set rollout.allow_dropped_system"
_OTHER = "give the model another chat template, or write a prompt that its template keeps"


def chat(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Chat turns as trainers and chat templates take them."""
    return [{"role": turn.role, "content": turn.content} for turn in messages]


def rendered(checkpoint: Checkpoint, prompts: Sequence[Messages], thinking: bool) -> list[str]:
    """The prompts as text that ends where the response begins.

    Raises:
        ConfigError: there is no chat template, or it refuses the prompts.
    """
    if not checkpoint.tokenizer.chat_template:
        raise ConfigError(f"{checkpoint.name} has no chat template", hint=_OTHER)
    try:
        return [
            checkpoint.tokenizer.apply_chat_template(
                messages, tokenize=False, add_generation_prompt=True, enable_thinking=thinking
            )
            for messages in prompts
        ]
    except Exception as error:  # a template may raise what it likes
        raise ConfigError(
            f"the chat template of {checkpoint.name} refuses the prompt: {error}", hint=_OTHER
        ) from error


def lengths(checkpoint: Checkpoint, texts: Sequence[str]) -> list[int]:
    """Tokens of every rendered prompt."""
    found = checkpoint.tokenizer(list(texts), add_special_tokens=False)["input_ids"]
    return [len(ids) for ids in found]


def without_begin(checkpoint: Checkpoint, texts: Sequence[str]) -> list[str]:
    """Rendered prompts without the begin token, if the tokenizer puts one before every text."""
    tokenizer = checkpoint.tokenizer
    adds = tokenizer("x")["input_ids"] != tokenizer("x", add_special_tokens=False)["input_ids"]
    begin = tokenizer.bos_token if adds and tokenizer.bos_token else ""
    return [text.removeprefix(begin) for text in texts]


def drops_system(prompts: Sequence[Messages], texts: Sequence[str]) -> bool:
    """Whether the text of a system turn is missing from some prompt."""
    return any(
        turn["content"].strip() not in text
        for messages, text in zip(prompts, texts, strict=True)
        for turn in messages
        if turn["role"] == "system"
    )


def check_system(checkpoint: Checkpoint, *, dropped: bool, allowed: bool) -> list[str]:
    """A dropped system turn is an error, or a finding where the recipe allows it.

    Raises:
        ConfigError: it is dropped, and that is not allowed.
    """
    if not dropped:
        return []
    what = f"the chat template of {checkpoint.name} drops the system turn of the prompt"
    if not allowed:
        raise ConfigError(what, hint=_SYSTEM)
    return [f"{what}, as rollout.allow_dropped_system allows"]


def check_parts(
    checkpoint: Checkpoint, what: str, parts: Sequence[str], texts: Sequence[str]
) -> None:
    """That the problem, or the reference solution, of every row stands in its prompt.

    Raises:
        ConfigError: it does not.
    """
    lost = [
        part.strip() for part, text in zip(parts, texts, strict=True) if part.strip() not in text
    ]
    if lost:
        raise ConfigError(
            f"the chat template of {checkpoint.name} drops or changes {what} in {len(lost)} of "
            f"{len(texts)} prompts: {_start(lost[0])!r}",
            hint=_OTHER,
        )


def check_thinking(
    checkpoint: Checkpoint, prompts: Sequence[Messages], wanted: bool, annotated: bool | None
) -> list[str]:
    """That the student thinks, or does not, as the teacher did when it was annotated.

    Args:
        wanted: `rollout.enable_thinking`.
        annotated: what the dataset says of its teacher; None: nothing.

    Raises:
        ConfigError: it does not.
    """
    if annotated is not None and annotated != wanted:
        raise ConfigError(
            f"rollout.enable_thinking is {_yes(wanted)}, but the dataset was annotated with "
            f"enable_thinking: {_yes(annotated)}",
            hint=f"set rollout.enable_thinking={_yes(annotated)}: weights say how certain the "
            "teacher is in that mode",
        )
    on, off = (rendered(checkpoint, prompts[:1], thinking) for thinking in (True, False))
    if on == off and thinks(on[0]) != wanted:
        does = "always thinks" if thinks(on[0]) else "knows no thinking"
        raise ConfigError(
            f"the chat template of {checkpoint.name} ignores enable_thinking and {does}, but "
            f"rollout.enable_thinking is {_yes(wanted)}",
            hint="use a model with that mode, or a dataset that was annotated in this one",
        )
    if annotated is None:
        return [
            "the dataset does not say whether its teacher was thinking; the student "
            f"{'is' if wanted else 'is not'}"
        ]
    return []


def thinks(text: str) -> bool:
    """Whether a rendered prompt ends inside a thought that it opened."""
    return text.rfind("<think>") > text.rfind("</think>")


def _yes(value: Any) -> str:
    return str(value).lower()


def _start(text: str, length: int = 60) -> str:
    return text if len(text) <= length else text[:length] + "..."
