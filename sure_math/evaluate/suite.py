"""A suite: benchmarks, decodings and the prompt, as one frozen value read from YAML."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from sure_math.model_config import ModelConfig
from sure_math.problem_set import ProblemSet
from sure_math.section import Operational, Section


class Benchmark(ProblemSet):
    """One set of problems with answers.

    Beside the seed adapters (`math_500`, `aime_2025`, `amo_bench`, `table`) there is `release`, for
    the rows with verified answers of a SURE-Math release; `path` or `dataset` is the release then.
    """

    sources: tuple[str, ...] = ()
    """With adapter `release`: only rows of these seed sources; none: all."""
    grader: Literal["symbolic", "amo"] = "symbolic"
    cap: int | None = Field(default=None, ge=1)
    """Only the first so many problems."""


class Decoding(Section):
    """How completions are drawn."""

    name: str
    """The metric it gives: `pass@1`, `avg@16`."""
    n: int = Field(default=1, ge=1)
    temperature: float = Field(default=0.0, ge=0)
    top_p: float = Field(default=1.0, gt=0, le=1)


class Suite(Section):
    """What a model is asked."""

    name: str = Field(pattern=r"^[^./\\][^/\\]*$")
    description: str = ""
    seed: int = 0
    benchmarks: tuple[Benchmark, ...]
    decodings: tuple[Decoding, ...] = (
        Decoding(name="pass@1"),
        Decoding(name="avg@16", n=16, temperature=1.2, top_p=0.95),
    )
    max_tokens: int = Field(default=4096, ge=1)
    enable_thinking: bool = False
    prompt: Annotated[str, Operational] = "solve"
    """A shipped prompt or a path; its text decides the content, not its name."""
    judge: ModelConfig | None = None
    """Grades what no parser can, the 11 described answers of AMO-Bench; None: they are left out."""
    judge_votes: int = Field(default=5, ge=1)
    shard_rows: int = Field(default=256, ge=1)
    """Problems per shard: what one call asks of an engine, and what a kill can cost one that is
    not journaled."""

    @field_validator("benchmarks", "decodings")
    @classmethod
    def _unique(cls, given: tuple[Benchmark, ...]) -> tuple[Benchmark, ...]:
        names = [each.name for each in given]
        if len(set(names)) != len(names):
            raise ValueError("names must be unique")
        return given
