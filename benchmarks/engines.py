"""Tokens per second of the engines on one checkpoint, side by side: `python benchmarks/engines.py`.

The same requests go to every engine that is installed, one after the other in one process; ratios
are to the first. Load time is not counted.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import random
import time
from importlib.util import find_spec

import click

from sure_math.backends import open_backend
from sure_math.backends.base import Request, Sampling
from sure_math.builtin import model_path
from sure_math.builtin.drawing import draw
from sure_math.builtin.problems import text
from sure_math.model_config import BuiltinModel, ModelConfig, TransformersModel, VllmModel
from sure_math.prompts import load_prompt
from sure_math.runtime.ids import sampling_seed


def requests(problems: int, samples: int) -> list[Request]:
    """Teacher requests for fresh problems of the built-in families."""
    rng, prompt = random.Random(0), load_prompt("solve")
    sampling = Sampling(n=samples, temperature=0.7, max_tokens=200)
    return [
        Request(
            str(number),
            prompt.messages(problem=text(draw(rng, reserved=True), rng)),
            sampling,
            sampling_seed("benchmark", number),
        )
        for number in range(problems)
    ]


def engines() -> dict[str, ModelConfig]:
    """What is installed."""
    folder = str(model_path("teacher"))
    found: dict[str, ModelConfig] = {"builtin (numpy)": BuiltinModel()}
    if find_spec("transformers") and find_spec("torch"):
        found["transformers"] = TransformersModel(model=folder, batch_rows=256)
    if find_spec("vllm"):
        found["vllm"] = VllmModel(model=folder, enforce_eager=True)
    return found


@click.command()
@click.option("--problems", default=60, show_default=True)
@click.option("--samples", default=8, show_default=True)
def main(problems: int, samples: int) -> None:
    """Print one line per engine."""
    asked = requests(problems, samples)
    first: float | None = None
    for name, config in engines().items():
        with open_backend(config) as backend:
            start = time.perf_counter()
            completions = list(backend.generate(asked))
            elapsed = time.perf_counter() - start
        rate = sum(s.token_count for c in completions for s in c.samples) / elapsed
        first = first or rate
        click.echo(f"{name:<18} {rate:>9,.0f} tokens/s   x {rate / first:.2f}")


if __name__ == "__main__":
    main()
