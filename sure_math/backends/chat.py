"""From messages to prompt tokens, for the engines that run a model inside this process.

The chat template is rendered to text and encoded without added special tokens, so every engine
sees the same prompt ids for the same checkpoint.
"""

from collections.abc import Sequence
from typing import Any

from jinja2 import TemplateError

from sure_math.backends.base import Completion, Failure, FailureReason, Message, Request


def encode_chat(tokenizer: Any, messages: Sequence[Message], enable_thinking: bool) -> list[int]:
    """Token ids of the prompt that asks for the next assistant turn.

    `tokenizer` is a Hugging Face tokenizer with a chat template.

    Raises:
        jinja2.TemplateError: the template refuses these messages.
    """
    text = tokenizer.apply_chat_template(
        [{"role": message.role, "content": message.content} for message in messages],
        tokenize=False,
        add_generation_prompt=True,
        enable_thinking=enable_thinking,
    )
    return list(tokenizer.encode(text, add_special_tokens=False))


def encode_request(tokenizer: Any, request: Request, context: int) -> list[int] | Completion:
    """Prompt ids that leave room for a response in a context of so many tokens, or the failure."""
    try:
        ids = encode_chat(tokenizer, request.messages, request.sampling.enable_thinking)
    except TemplateError as error:
        return failed(request, "request_rejected", f"the chat template refuses it: {error}")
    if len(ids) > context - 1:
        detail = f"{len(ids)} prompt tokens, the context has {context}"
        return failed(request, "prompt_too_long", detail, len(ids))
    return ids


def failed(
    request: Request, reason: FailureReason, detail: str, prompt_tokens: int = 0
) -> Completion:
    """The completion of a request that got no samples."""
    return Completion(request.id, (), Failure(reason, detail), prompt_tokens)
