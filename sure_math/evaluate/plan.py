"""Everything that decides what an evaluation holds; it stands in `evaluation.json`.

With it, grading again needs neither the benchmarks nor the model.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sure_math.backends import model_identity, model_name
from sure_math.errors import DataError
from sure_math.evaluate.benchmarks import source_identity
from sure_math.evaluate.results import RECORD, read_record
from sure_math.evaluate.subject import Subject
from sure_math.evaluate.suite import Suite
from sure_math.model_config import ModelConfig
from sure_math.prompts import load_prompt
from sure_math.runtime.software import software


@dataclass(frozen=True)
class Plan:
    """What is asked of which model."""

    suite: Suite
    subject: Subject
    sources: list[dict[str, Any]]
    """Identity of every benchmark's problems."""
    model: dict[str, Any]
    """Identity of the model."""
    prompt_sha: str

    def record(self) -> dict[str, Any]:
        """The plan as JSON values, and the versions of the software that follows it."""
        suite, subject = self.suite, self.subject
        return {
            "label": subject.label,
            "model": model_name(subject.model),
            "judge": None if suite.judge is None else model_name(suite.judge),
            "step": subject.step,
            "training": subject.training,
            "suite": suite.model_dump(mode="json"),
            "backend": subject.model.model_dump(mode="json"),
            "identity": {
                "sources": self.sources,
                "model": self.model,
                "prompt_sha": self.prompt_sha,
            },
            "versions": software({"model": self.model}),
        }


def new_plan(suite: Suite, subject: Subject) -> Plan:
    """The plan of a new evaluation; nothing is asked of a hub or a model yet.

    Raises:
        ConfigError: the suite's benchmarks or prompt are wrong.
        DataError: a local source of a benchmark is not there.
        BackendError: a local model is not there.
    """
    return Plan(
        suite,
        subject,
        sources=[source_identity(benchmark) for benchmark in suite.benchmarks],
        model=model_identity(subject.model),
        prompt_sha=load_prompt(suite.prompt).sha,
    )


def stored_plan(folder: Path) -> Plan:
    """The plan of an evaluation that was begun before.

    Raises:
        DataError: there is none, or its record is damaged.
    """
    meta = read_record(folder)
    try:
        model: ModelConfig = TypeAdapter(ModelConfig).validate_python(meta["backend"])
        subject = Subject(model, meta["label"], meta["training"], meta["step"])
        suite = Suite.model_validate(meta["suite"])
        identity = meta["identity"]
        return Plan(suite, subject, identity["sources"], identity["model"], identity["prompt_sha"])
    except (KeyError, TypeError, ValidationError) as error:
        raise DataError(f"{folder / RECORD} is not the record of an evaluation: {error}") from error
