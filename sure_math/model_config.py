"""Which model plays a role, and which backend runs it."""

from typing import Annotated, Any, Literal

from pydantic import Field

from sure_math.section import Operational, Section


class BuiltinModel(Section):
    """One of the tiny checkpoints that ship with the package, run by numpy."""

    backend: Literal["builtin"] = "builtin"
    model: str = "teacher"
    """`teacher`, `judge` or `student`, or the folder of a Qwen3-architecture checkpoint."""


class OpenAIModel(Section):
    """Any server that speaks the OpenAI chat-completions protocol."""

    backend: Literal["openai"] = "openai"
    model: str
    revision: str | None = None
    base_url: Annotated[str | None, Operational] = None
    api_key_env: Annotated[str, Operational] = "OPENAI_API_KEY"
    logprobs: bool = True
    n_per_request: Annotated[int | None, Operational, Field(ge=1)] = None
    """None: ask for all n at once and fall back to single requests where the server refuses."""
    concurrency: Annotated[int, Operational, Field(ge=1)] = 64
    request_timeout: Annotated[float, Operational, Field(gt=0)] = 600.0
    """Seconds one request may take."""
    give_up_after: Annotated[float, Operational, Field(gt=0)] = 600.0
    """Seconds without a single success after which the run stops."""
    extra_body: dict[str, Any] = {}


class VllmModel(Section):
    """vLLM inside this process."""

    backend: Literal["vllm"] = "vllm"
    model: str
    revision: str | None = None
    dtype: str = "auto"
    max_model_len: int | None = None
    gpu_memory_utilization: Annotated[float, Operational, Field(gt=0, le=1)] = 0.9
    tensor_parallel_size: Annotated[int, Operational, Field(ge=1)] = 1
    enforce_eager: Annotated[bool, Operational] = False
    engine_args: dict[str, Any] = {}
    """Further vLLM engine arguments, passed through."""


class TransformersModel(Section):
    """A local Hugging Face model run by transformers, on the CPU or one GPU."""

    backend: Literal["transformers"] = "transformers"
    model: str
    revision: str | None = None
    dtype: str = "auto"
    device: Annotated[str | None, Operational] = None
    batch_rows: Annotated[int, Operational, Field(ge=1)] = 32


ModelConfig = Annotated[
    BuiltinModel | OpenAIModel | VllmModel | TransformersModel, Field(discriminator="backend")
]


class Models(Section):
    """One model per role."""

    evolver: ModelConfig = BuiltinModel(model="teacher")
    teacher: ModelConfig = BuiltinModel(model="teacher")
    judge: ModelConfig = BuiltinModel(model="judge")
