"""The software that decides what rows say: its versions go into the footer of every shard."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from sure_math import __version__

LIBRARIES = ("math-verify", "mpmath", "numpy", "polars", "pyarrow", "sympy", "tokenizers")
ENGINES = {
    "vllm": ("vllm", "transformers", "torch"),
    "transformers": ("transformers", "torch"),
    "openai": ("openai",),
}
"""What runs the models of a backend."""


def software(config: Mapping[str, Any]) -> dict[str, str]:
    """Versions by distribution: this package, its libraries, and the engines that a stage's
    configuration names."""
    engines = {name for backend in _backends(config) for name in ENGINES.get(backend, ())}
    known = {name: _version(name) for name in sorted({*LIBRARIES, *engines})}
    return {"sure-math": __version__, **{name: each for name, each in known.items() if each}}


def _backends(config: object) -> Iterator[str]:
    if isinstance(config, Mapping):
        if isinstance(config.get("backend"), str):
            yield config["backend"]
        for value in config.values():
            yield from _backends(value)


@cache
def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
