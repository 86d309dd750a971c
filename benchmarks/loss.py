r"""Memory and time of the training loss: `python -m benchmarks.loss`.

Forward and backward pass of the mean loss of `--tokens` tokens, from hidden states to the gradients
of states and head, in two tables: eq. 7 with the teacher's top k given, and the divergence over the
whole vocabulary with the teacher's hidden states given. Above 1, a ratio to ours means that ours is
better.

On the CPU every contestant runs once in a forked process with one thread: time is its CPU time, and
peak memory is how far its resident set grew above the inputs (ru_maxrss), so it holds the gradients
and whatever the libraries keep. On a GPU: the median of `--repeats` after one more, and the
allocator's peak above the inputs. The floor of time is what these products alone take on this
machine, each done once (student: logits and two gradients; teacher: logits), or the time to copy
as many bytes as heads, gradients and states have, if that is more; the floor of memory is the
gradients. No way of recomputing reaches it: ours makes the student's logits twice.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import click
import torch

from benchmarks.loss_contestants import TOP_K, Contestant, Workload, whole, workload
from sure_math.summary import table

MIB = 1 << 20


class Measured(NamedTuple):
    """Seconds of a pass, bytes above the inputs, the loss, the norm of the head's gradient."""

    forward: float
    backward: float
    peak: int
    loss: float
    gradient: float

    @property
    def seconds(self) -> float:
        """Of both passes."""
        return self.forward + self.backward


# --- one contestant -------------------------------------------------------------------------------


def measure(contestant: Contestant | str, work: Workload, repeats: int) -> Measured | str:
    """What it took, or why it cannot run here."""
    if isinstance(contestant, str):
        return contestant
    if work.hidden.is_cuda:
        try:
            runs = [_on_gpu(contestant, work) for _ in range(repeats + 1)][1:]
        except RuntimeError as error:
            return _reason(error)
        return sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]
    here, there = multiprocessing.get_context("fork").Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(
        target=_in_child, args=(contestant, work, there)
    )
    child.start()
    there.close()
    found: Measured | str = "its process was killed: out of memory?"
    with suppress(EOFError):
        found = here.recv()
    child.join()
    return found


def _in_child(contestant: Contestant, work: Workload, to: Any) -> None:
    try:
        before = _peak_resident()
        passes = _passes(contestant, work, time.process_time)
        to.send(Measured(*passes[:2], _peak_resident() - before, *passes[2:]))
    except RuntimeError as error:
        to.send(_reason(error))


def _on_gpu(contestant: Contestant, work: Workload) -> Measured:
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    passes = _passes(contestant, work, _gpu_clock)
    return Measured(*passes[:2], torch.cuda.max_memory_allocated() - before, *passes[2:])


def _passes(
    contestant: Contestant, work: Workload, clock: Callable[[], float]
) -> tuple[float, float, float, float]:
    start = clock()
    loss = contestant(work)
    middle = clock()
    _, gradient = torch.autograd.grad(loss, (work.hidden, work.weight))
    end = clock()
    return middle - start, end - middle, float(loss.detach()), _norm(gradient)


def _norm(gradient: torch.Tensor) -> float:
    return float(torch.linalg.vector_norm(gradient, dtype=torch.float32))


def _gpu_clock() -> float:
    torch.cuda.synchronize()
    return time.perf_counter()


def _peak_resident() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0]}"


# --- the floor ------------------------------------------------------------------------------------


def product_seconds(work: Workload, teacher: bool, repeats: int) -> float:
    """The student's three products, and the teacher's one, each by itself."""
    hidden, weight = work.hidden.detach(), work.weight.detach()
    logits = torch.randn(len(hidden), len(weight), dtype=hidden.dtype, device=hidden.device)
    products: list[Callable[[], Any]] = [
        lambda: hidden @ weight.t(),
        lambda: logits @ weight,
        lambda: logits.t() @ hidden,
    ]
    if teacher:
        products.append(lambda: work.teacher_hidden @ work.teacher_weight.t())
    return sum(_seconds(product, hidden.is_cuda, repeats) for product in products)


def copy_seconds(work: Workload, teacher: bool, repeats: int) -> float:
    """To move what has to be read and written: states, heads and gradients, or the top k."""
    student = 2 * (work.hidden.nbytes + work.weight.nbytes)
    given = (work.teacher_hidden, work.teacher_weight) if teacher else (work.values, work.ids)
    moved = student + sum(each.nbytes for each in given)
    copied = work.weight.detach()
    seconds = _seconds(copied.clone, copied.is_cuda, repeats)
    return seconds * moved / (2 * copied.nbytes)


def _seconds(work: Callable[[], Any], gpu: bool, repeats: int) -> float:
    clock, found = (_gpu_clock if gpu else time.process_time), []
    for _ in range(repeats + 1 if gpu else 1):
        start = clock()
        work()
        found.append(clock() - start)
    return statistics.median(found[1:] or found)


# --- the tables -----------------------------------------------------------------------------------


def show(
    title: str, contestants: Mapping[str, Contestant | str], work: Workload, repeats: int
) -> None:
    """One table: every contestant beside ours and beside the floor."""
    teacher = "divergence" in title
    floor = max(f(work, teacher, repeats) for f in (product_seconds, copy_seconds))
    gradients = work.hidden.nbytes + work.weight.nbytes
    found = {name: measure(each, work, repeats) for name, each in contestants.items()}
    mine = found["ours"]
    if isinstance(mine, str):
        raise click.ClickException(mine)
    head = ("", "forward, s", "backward, s", "time / ours", "time / floor",
            "peak, MiB", "peak / ours", "peak / gradients")  # fmt: skip
    lines = [
        (
            name,
            f"{run.forward:.3f}",
            f"{run.backward:.3f}",
            f"{run.seconds / mine.seconds:.2f}",
            f"{run.seconds / floor:.2f}",
            f"{run.peak / MIB:.0f}",
            f"{run.peak / mine.peak:.2f}",
            f"{run.peak / gradients:.2f}",
        )
        for name, run in found.items()
        if isinstance(run, Measured)
    ]
    click.echo(f"## {title}\n\n{table(head, lines)}\n")
    click.echo(f"floor: {floor:.3f} s, {gradients / MIB:.0f} MiB of gradients")
    for name, run in found.items():
        if isinstance(run, str):
            click.echo(f"{name} does not run here: {run}")
    for what in ("loss", "gradient"):
        values = [
            getattr(run, what)
            for name, run in found.items()
            if isinstance(run, Measured) and "top" not in name
        ]
        spread = max(values) / min(values) - 1
        click.echo(f"largest relative difference of the {what}: {spread:.1e}")
    click.echo()


@click.command(help=__doc__)
@click.option("--tokens", default=256, show_default=True)
@click.option("--hidden", default=256, show_default=True, help="Width of both models.")
@click.option("--vocabulary", default=151_936, show_default=True)
@click.option("--top-k", default=512, show_default=True)
@click.option("--dtype", default="float32", show_default=True, help="bfloat16 for a GPU.")
@click.option("--device", help="cpu or cuda; both where there is a GPU.")
@click.option("--repeats", default=5, show_default=True, help="On a GPU.")
@click.option("--skip", multiple=True, help="Part of the names of contestants to leave out.")
def main(
    tokens: int,
    hidden: int,
    vocabulary: int,
    top_k: int,
    dtype: str,
    device: str | None,
    repeats: int,
    skip: tuple[str, ...],
) -> None:
    """Print both tables for every device."""
    torch.set_num_threads(1)
    gpu = ["cuda"] if torch.cuda.is_available() else []
    for where in [device] if device else ["cpu", *gpu]:
        work = workload(tokens, hidden, vocabulary, top_k, getattr(torch, dtype), where)
        click.echo(
            f"{where}, {dtype}: {tokens} tokens, hidden {hidden}, vocabulary {vocabulary}, "
            f"k = {top_k}, of the teacher's mass {float(work.values.exp().sum(-1).mean()):.3f}\n"
        )
        for title, every in (
            ("eq. 7, the teacher's top k given", TOP_K),
            ("divergence, the teacher's hidden states given", whole(top_k)),
        ):
            kept = {n: c for n, c in every.items() if not any(each in n for each in skip)}
            show(title, kept, work, repeats)


if __name__ == "__main__":
    main()
