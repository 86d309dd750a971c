"""SURE-Math: mathematics datasets in which every problem carries the teacher's uncertainty.

The names below are a promise; everything else may move. Importing the package loads none of the
heavy libraries: each name brings what it needs on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sure_math.answers.boxed import extract_answer
    from sure_math.answers.equivalence import equivalent
    from sure_math.cluster.clustering import cluster_answers
    from sure_math.errors import (
        BackendError,
        BackendUnavailable,
        ConfigChanged,
        ConfigError,
        DataError,
        PublishError,
        StageError,
        SureMathError,
    )
    from sure_math.publish.hub.load import load_dataset
    from sure_math.weight.entropy import SemanticEntropy, semantic_entropy

__version__ = "0.1.0"

_HOMES = {
    "BackendError": "sure_math.errors",
    "BackendUnavailable": "sure_math.errors",
    "ConfigChanged": "sure_math.errors",
    "ConfigError": "sure_math.errors",
    "DataError": "sure_math.errors",
    "PublishError": "sure_math.errors",
    "SemanticEntropy": "sure_math.weight.entropy",
    "StageError": "sure_math.errors",
    "SureMathError": "sure_math.errors",
    "cluster_answers": "sure_math.cluster.clustering",
    "equivalent": "sure_math.answers.equivalence",
    "extract_answer": "sure_math.answers.boxed",
    "load_dataset": "sure_math.publish.hub.load",
    "semantic_entropy": "sure_math.weight.entropy",
}

__all__ = [
    "BackendError",
    "BackendUnavailable",
    "ConfigChanged",
    "ConfigError",
    "DataError",
    "PublishError",
    "SemanticEntropy",
    "StageError",
    "SureMathError",
    "__version__",
    "cluster_answers",
    "equivalent",
    "extract_answer",
    "load_dataset",
    "semantic_entropy",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
