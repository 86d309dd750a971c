"""The verbs that run stages, and those that tell beforehand whether they can."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sure_math.cli.options import (
    not_built,
    overrides_option,
    runs_option,
    with_execution,
    with_recipe,
)
from sure_math.errors import ConfigError

if TYPE_CHECKING:
    from sure_math.config import Recipe
    from sure_math.runtime.run import Run


@click.command()
@with_recipe
@with_execution
@click.option("--only", metavar="STAGE", help="Only this stage.")
@click.option("--from", "first", metavar="STAGE", help="Start at this stage.")
@click.option("--to", "last", metavar="STAGE", help="Stop after this stage.")
def run(
    recipe: "Recipe",
    run_name: str | None,
    runs: Path,
    only: str | None,
    first: str | None,
    last: str | None,
    **executing: Any,
) -> None:
    """Every stage of RECIPE, then a local release."""
    from sure_math.pipeline import STAGE_NAMES
    from sure_math.publish.release import load_line, refuse_foreign, write_release
    from sure_math.runtime.executors import Partition
    from sure_math.summary import run_summary

    first, last = _range(only, first, last)
    publishing = executing["rank"] == 0 and last in (None, STAGE_NAMES[-1])
    if publishing:
        refuse_foreign(Path(recipe.publish.out).resolve())  # before hours of work, not after
    done = _execute(recipe, run_name, runs, first, last, **executing)
    if publishing:
        Partition(0, executing["world"]).wait_for(done.store(STAGE_NAMES[-1]))
        out = write_release(done, Path(recipe.publish.out))
        click.echo(run_summary(done))
        click.echo(f"\nThe release is in {out}. Load it from this folder with:\n")
        click.echo(f"    import datasets; ds = {load_line(out)}")
    else:
        click.echo(run_summary(done))


@click.command()
@with_recipe
@with_execution
@click.option("--list", "listing", is_flag=True, help="List the known adapters.")
def seeds(
    recipe: "Recipe", run_name: str | None, runs: Path, listing: bool, **executing: Any
) -> None:
    """Gather seed problems from their sources."""
    from sure_math.summary import run_summary

    if listing:
        from sure_math.seeds.adapters import ADAPTERS

        click.echo("\n".join(sorted([*ADAPTERS, "table"])))
        return
    click.echo(run_summary(_execute(recipe, run_name, runs, None, "seeds", **executing)))


@click.command()
@with_recipe
@with_execution
def evolve(recipe: "Recipe", run_name: str | None, runs: Path, **executing: Any) -> None:
    """Evolve the seeds into new problems and gather the pool for the teacher."""
    from sure_math.summary import run_summary

    click.echo(run_summary(_execute(recipe, run_name, runs, None, "pool", **executing)))


@click.command()
@click.argument("recipe", required=False)
@click.option("--input", "source", metavar="FILE_OR_DATASET", help="Your own problems.")
@click.option("--problem-column", default="problem", show_default=True)
@click.option("--answer-column", help="Column with verified answers, if there is one.")
@click.option("--id-column", help="Column with ids that stay the same in later versions.")
@click.option("--split", default="train", show_default=True, help="Split of a hub dataset.")
@click.option("--license", "license_id", help="Licence of your problems, such as cc-by-4.0.")
@click.option("--teacher", metavar="BACKEND:MODEL[@URL]", help="vllm:Qwen/Qwen3-8B, ...")
@click.option("--judge", metavar="BACKEND:MODEL[@URL]", help="Model that compares answers.")
@click.option("--allow-missing-logprobs", is_flag=True, help="Discrete semantic entropy.")
@overrides_option
@click.option("--run", "run_name", metavar="NAME", help="Run directory.")
@runs_option
@with_execution
def annotate(
    recipe: str | None,
    source: str | None,
    run_name: str | None,
    runs: Path,
    **options: Any,
) -> None:
    """Sample the teacher, cluster its answers and weight every problem.

    With --input the problems are yours (Parquet, JSONL, CSV or a hub dataset); the settings come
    from RECIPE, by default `clean`. Without it, the pool of RECIPE (default `demo`) is annotated.
    """
    from sure_math.own_input import annotation_recipe
    from sure_math.summary import run_summary

    executing = {key: options.pop(key) for key in ("fresh", "rank", "world", "executor")}
    resolved = annotation_recipe(recipe, source, **options)
    done = _execute(resolved, run_name, runs, None, "weight", **executing)
    click.echo(run_summary(done))
    click.echo(f"\nannotated problems: {done.root / 'weight'}/part-*.parquet")
    place = "" if runs == Path("runs") else f" --runs {runs}"
    click.echo(f"as a dataset: sure-math publish --run {done.root.name}{place} --local DIR")


@click.command()
@with_recipe
def doctor(recipe: "Recipe", run_name: str | None, runs: Path) -> None:
    """One real request per model: does it answer, with log-probabilities and several samples?"""
    from sure_math.doctor import examine

    healthy, report = examine(recipe)
    click.echo(report)
    sys.exit(0 if healthy else 1)


@click.command()
@click.argument("recipe", default="demo")
@overrides_option
@click.option("--run", "run_name", metavar="NAME", help="Run directory (default: recipe).")
@runs_option
@click.option("--tokens-per-response", type=float, help="Mean response length to assume.")
@click.option(
    "--tokens-per-second",
    type=float,
    help="Generated by one GPU, to assume. [2500; of a training 10000]",
)
@click.option("--gpus", type=click.IntRange(1), default=4, show_default=True, help="Of a training.")
@click.option(
    "--gpu-memory", type=float, default=80.0, show_default=True, help="GB; of a training."
)
def estimate(
    recipe: str,
    overrides: tuple[str, ...],
    run_name: str | None,
    runs: Path,
    tokens_per_response: float | None,
    tokens_per_second: float | None,
    gpus: int,
    gpu_memory: float,
) -> None:
    """What RECIPE will cost, before spending it; no model is asked.

    Of a pipeline: calls, tokens and GPU-hours; its seeds are read. Of a training (qwen3-1.7b,
    train/miniature, or a YAML file with a student): memory per GPU, tokens, FLOPs and hours.
    """
    from sure_math.train.recipes import TRAINING_RECIPES, training_name

    if name := training_name(recipe):
        from sure_math.train.memory import Budget, Machine, estimate_training

        machine = Machine(gpus, gpu_memory, tokens_per_second or Machine.tokens_per_second)
        training = TRAINING_RECIPES.load(name, overrides)
        click.echo(estimate_training(Budget.of(training, machine, tokens_per_response)))
        return
    from sure_math.estimate import estimate_run
    from sure_math.pipeline import open_run
    from sure_math.recipes import load_recipe

    run = open_run(load_recipe(recipe, overrides), runs, run_name)
    click.echo(estimate_run(run, tokens_per_response, tokens_per_second or 2500.0))


def _execute(
    recipe: "Recipe",
    run_name: str | None,
    runs: Path,
    first: str | None,
    last: str | None,
    *,
    fresh: bool,
    rank: int,
    world: int,
    executor: str | None,
) -> "Run":
    if executor == "ray":
        not_built("--executor ray")
    if executor == "local" and world != 1:
        raise ConfigError("--executor local is one process; use --executor partition")
    from sure_math.pipeline import execute, open_run, select
    from sure_math.runtime.executors import Partition

    run = open_run(recipe, runs, run_name)
    execute(run, select(first, last), Partition(rank, world), fresh=fresh)
    return run


def _range(only: str | None, first: str | None, last: str | None) -> tuple[str | None, str | None]:
    if only and (first or last):
        raise ConfigError("--only cannot be combined with --from or --to")
    return (only, only) if only else (first, last)
