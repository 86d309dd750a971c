"""What the engine tests share: requests, an import guard and a teacher-forced reference."""

import importlib
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sure_math.backends.base import Message, Request, Sampling

CONTEXT = 1024
"""Positions of the checkpoint under test, the teacher that ships with the package."""

PROBLEMS = (
    "Compute 17 + 25.",
    "Solve for x: 3x + 4 = 19.",
    "A box holds 12 pens. How many pens are in 5 boxes?",
    "What is the remainder of 47 divided by 6?",
)


def require(module: str) -> Any:
    """Import an engine; skip without it, or fail where SURE_MATH_REQUIRE_ENGINES=1 wants all."""
    if os.environ.get("SURE_MATH_REQUIRE_ENGINES") == "1":
        return importlib.import_module(module)
    return pytest.importorskip(module)


def make_request(number: int, problem: str, **sampling: Any) -> Request:
    """A request with a seed far from its neighbours', as a stage makes it."""
    messages = (Message("system", "solve"), Message("user", problem))
    seed = (number + 1) * 0x9E3779B97F4A7C15 % 2**63
    return Request(f"row-{number}", messages, Sampling(**({"max_tokens": 48} | sampling)), seed)


def prompt_ids(model_dir: Path, request: Request) -> list[int]:
    """The prompt as transformers' own chat template call encodes it."""
    messages = [{"role": m.role, "content": m.content} for m in request.messages]
    encoded = _tokenizer(model_dir).apply_chat_template(
        messages,
        add_generation_prompt=True,
        enable_thinking=request.sampling.enable_thinking,
        return_dict=True,
    )
    return list(encoded["input_ids"])


def reference_logprob(model_dir: Path, prompt: Sequence[int], response: Sequence[int]) -> float:
    """Summed log-probability of a response: one fp32 forward pass without a cache."""
    torch = require("torch")
    ids = torch.tensor([[*prompt, *response]])
    with torch.inference_mode():
        logprobs = _reference(model_dir)(ids).logits[0].double().log_softmax(-1)
    at = torch.arange(len(prompt) - 1, len(prompt) + len(response) - 1)
    return float(logprobs[at, torch.tensor(response)].sum())


@cache
def _reference(model_dir: Path) -> Any:
    transformers = require("transformers")
    return transformers.AutoModelForCausalLM.from_pretrained(model_dir, dtype="float32").eval()


@cache
def _tokenizer(model_dir: Path) -> Any:
    return require("transformers").AutoTokenizer.from_pretrained(model_dir)
