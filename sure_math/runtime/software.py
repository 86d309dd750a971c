"""The software that decides what rows say: its versions go into the footer of every shard."""

from collections.abc import Iterable, Iterator, Mapping
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
    return versions({name for each in _backends(config) for name in ENGINES.get(each, ())})


def versions(more: Iterable[str]) -> dict[str, str]:
    """Versions of this package, its libraries, and of those named that are installed."""
    known = {name: _version(name) for name in sorted({*LIBRARIES, *more})}
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
