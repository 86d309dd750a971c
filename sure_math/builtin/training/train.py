"""Train a built-in model: ``python -m sure_math.builtin.training.train NAME FOLDER``.

The shipped teacher has two phases: `teacher` from scratch, then `polish` with ``--start`` on its
result, where evolution gets half of the examples. So has the student: `student`, then `terse`,
where it gets used to answering at once, so that distillation has something to teach.

Three more teachers are not shipped but made when an experiment needs them, with ``--start`` on the
shipped one; they only solve. `reader` reads a reference solution, `unreliable` guesses in some
families, and `stubborn` is consistently wrong there.

Data are drawn on the fly from fixed seeds, the length of a run is a number of steps, and one thread
does the work, so a run can be repeated; bit-equal results need the same torch build and processor.
"""

import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import click
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor

from sure_math.builtin import MODELS, model_path
from sure_math.builtin.chat import END, prompt
from sure_math.builtin.training import checkpoint
from sure_math.builtin.training.examples import (
    Example,
    Source,
    answering,
    judging,
    polishing,
    reading,
    solving,
    stubborn,
    teaching,
    unreliable,
)
from sure_math.builtin.training.network import Qwen3, Size
from sure_math.builtin.training.optimizer import Optimizer
from sure_math.builtin.training.tokenizer import build

MAX_TOKENS = 256
_CHUNK = 4096
_WARM_UP = 50


@dataclass(frozen=True)
class Recipe:
    """One run: the data, the shape, the number of steps and the tokens (with padding) of a step."""

    name: str
    source: Source
    hidden: int
    layers: int
    feed_forward: int
    heads: int
    kv_heads: int
    steps: int
    tokens: int
    seed: int
    decay: float = 0.6
    peak: float = 1.0

    def size(self, vocabulary: int) -> Size:
        """The network's shape."""
        padded = math.ceil(vocabulary / 16) * 16
        return Size(padded, self.hidden, self.layers, self.feed_forward, self.heads, self.kv_heads)

    def rate(self, step: int) -> float:
        """The learning-rate factor: short warm-up, constant, then linear to zero."""
        left = (self.steps - step) / self.steps
        return self.peak * min(1.0, (step + 1) / _WARM_UP, left / self.decay)


def _phase(
    first: Recipe, name: str, source: Source, *, steps: int, seed: int, peak: float
) -> Recipe:
    """A run that goes on from the result of `first`; its rate falls from `peak` at once."""
    return replace(first, name=name, source=source, steps=steps, seed=seed, decay=1.0, peak=peak)


_TEACHER = Recipe("teacher", teaching, 128, 4, 384, 4, 2, steps=10_000, tokens=2560, seed=1)
_STUDENT = Recipe("student", solving, 96, 3, 256, 3, 1, steps=3000, tokens=3072, seed=3)
RECIPES = {
    recipe.name: recipe
    for recipe in (
        _TEACHER,
        _phase(_TEACHER, "polish", polishing, steps=3500, seed=4, peak=0.5),
        Recipe("judge", judging, 128, 2, 320, 4, 2, steps=4500, tokens=2560, seed=2),
        _STUDENT,
        _phase(_STUDENT, "terse", answering, steps=300, seed=5, peak=0.3),
        _phase(_TEACHER, "reader", reading, steps=600, seed=6, peak=1.0),
        _phase(_TEACHER, "unreliable", unreliable, steps=250, seed=7, peak=0.3),
        _phase(_TEACHER, "stubborn", stubborn, steps=250, seed=8, peak=0.3),
    )
}


def train(recipe: Recipe, folder: Path, start: Path | None = None) -> None:
    """Train a recipe into `folder`, from scratch or from the checkpoint `start`."""
    tokenizer = Tokenizer.from_file(str(start / "tokenizer.json")) if start else build()
    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    size = recipe.size(tokenizer.get_vocab_size())
    network = Qwen3(size).bfloat16()
    if start:
        network.load_state_dict(load_file(start / "model.safetensors"))
    optimizer = Optimizer(network)
    progress = _Progress()
    for step, (tokens, targets) in zip(
        range(recipe.steps), batches(recipe, tokenizer), strict=False
    ):
        loss = network.loss(tokens, targets)
        loss.backward()
        optimizer.step(recipe.rate(step))
        progress.add(loss.item(), int((tokens > 0).sum()))
    checkpoint.save(folder, size, optimizer.masters, tokenizer)
    history = json.loads((start / "training.json").read_text()) if start else []
    history.append({"recipe": recipe.name, "seed": recipe.seed} | progress.summary())
    (folder / "training.json").write_text(json.dumps(history, indent=2) + "\n")


class _Progress:
    """Counts steps and tokens, averages the loss, and prints a line every hundred steps."""

    def __init__(self) -> None:
        self.steps, self.tokens, self.loss = 0, 0, math.nan
        self.started = time.process_time()

    def add(self, loss: float, tokens: int) -> None:
        """Take note of one step."""
        self.loss = 0.98 * self.loss + 0.02 * loss if self.steps else loss
        self.steps += 1
        self.tokens += tokens
        if self.steps % 100 == 0:
            print(json.dumps(self.summary()), flush=True)

    def summary(self) -> dict[str, float]:
        """What the model card says about the run."""
        minutes = (time.process_time() - self.started) / 60
        return {
            "steps": self.steps,
            "tokens": self.tokens,
            "loss": round(self.loss, 4),
            "cpu_minutes": round(minutes, 2),
        }


def batches(recipe: Recipe, tokenizer: Tokenizer) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless batches (tokens, targets), [rows, width]; targets are -1 outside the response."""
    chunk = 0
    while True:
        rng = Random(f"{recipe.seed}/{chunk}")
        rows = _encode([recipe.source(rng) for _ in range(_CHUNK)], tokenizer)
        rows.sort(key=lambda row: len(row[0]) + rng.random() * 4)
        packed = list(_pack(rows, recipe.tokens))
        rng.shuffle(packed)
        yield from map(_tensors, packed)
        chunk += 1


Row = tuple[list[int], int]
"""The tokens of prompt and response, and the length of the prompt."""


def _encode(examples: list[Example], tokenizer: Tokenizer) -> list[Row]:
    prompts = tokenizer.encode_batch_fast([prompt(e.role, e.user) for e in examples])
    responses = tokenizer.encode_batch_fast([e.response + END for e in examples])
    rows = [(p.ids + r.ids, len(p.ids)) for p, r in zip(prompts, responses, strict=True)]
    return [row for row in rows if len(row[0]) <= MAX_TOKENS]


def _pack(rows: list[Row], budget: int) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        if batch and (len(batch) + 1) * max(len(row[0]), len(batch[-1][0])) > budget:
            yield batch
            batch = []
        batch.append(row)
    yield batch


def _tensors(batch: list[Row]) -> tuple[Tensor, Tensor]:
    width = max(len(ids) for ids, _ in batch) - 1
    tokens = torch.zeros(len(batch), width, dtype=torch.long)
    targets = torch.full((len(batch), width), -1)
    for index, (ids, start) in enumerate(batch):
        row = torch.tensor(ids)
        tokens[index, : len(ids) - 1] = row[:-1]
        targets[index, start - 1 : len(ids) - 1] = row[start:]
    return tokens, targets


@click.command()
@click.argument("name", type=click.Choice(sorted(RECIPES)))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--start", metavar="NAME_OR_FOLDER", help="Checkpoint to go on from.")
def main(name: str, folder: Path, start: str | None) -> None:
    """Train the recipe NAME and write the model to FOLDER."""
    place = model_path(start) if start in MODELS else start and Path(start)
    train(RECIPES[name], folder, place or None)


if __name__ == "__main__":
    main()
