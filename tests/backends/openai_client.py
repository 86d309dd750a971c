"""Short ways to connect to a scripted server and to put a question."""

from typing import Any

from sure_math.backends.base import Message, Request, Sampling
from sure_math.backends.openai import OpenAIBackend
from sure_math.model_config import OpenAIModel
from tests.backends.scripted_server import ScriptedServer


def connect(server: ScriptedServer, *, backoff: float = 0.001, **settings: Any) -> OpenAIBackend:
    """A backend with short pauses and short patience."""
    patience: dict[str, Any] = {"request_timeout": 20.0, "give_up_after": 20.0}
    config = OpenAIModel(model="scripted", base_url=server.base_url, **{**patience, **settings})
    return OpenAIBackend(config, backoff=backoff)


def question(text: str = "How many?", seed: int = 4711, **sampling: Any) -> Request:
    """A request whose id is its prompt."""
    return Request(text, (Message("user", text),), Sampling(**sampling), seed)


def questions(count: int, **sampling: Any) -> list[Request]:
    """Different requests."""
    return [question(f"How many of {i}?", seed=1000 + 7 * i, **sampling) for i in range(count)]
