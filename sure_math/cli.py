"""The command line: one command per verb. Everything heavy is imported inside the commands."""

import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sure_math import __version__
from sure_math.cli_options import (
    overrides_option,
    runs_option,
    stored_run_option,
    with_execution,
    with_recipe,
)
from sure_math.errors import ConfigError, DataError, SureMathError

if TYPE_CHECKING:
    from sure_math.config import Recipe
    from sure_math.report.dataset import Dataset
    from sure_math.runtime.run import Run

# The built-in engine multiplies small matrices: threads only get in each other's way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


class _Group(click.Group):
    """Turns the errors of SURE-Math into a message and their exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        warnings.showwarning = lambda message, *_: click.echo(f"warning: {message}", err=True)
        try:
            return super().invoke(ctx)
        except SureMathError as error:
            click.echo(f"error: {error}", err=True)
            sys.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("\ninterrupted; run the same command again to go on", err=True)
            sys.exit(130)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Build, annotate and release mathematics datasets with the teacher's uncertainty."""


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
        _not_built("--executor ray")
    if executor == "local" and world != 1:
        raise ConfigError("--executor local is one process; use --executor partition")
    from sure_math.pipeline import execute, open_run, select
    from sure_math.runtime.executors import Partition

    run = open_run(recipe, runs, run_name)
    execute(run, select(first, last), Partition(rank, world), fresh=fresh)
    return run


def _not_built(what: str) -> None:
    click.echo(f"{what}: not built yet", err=True)
    sys.exit(2)


def _range(only: str | None, first: str | None, last: str | None) -> tuple[str | None, str | None]:
    if only and (first or last):
        raise ConfigError("--only cannot be combined with --from or --to")
    return (only, only) if only else (first, last)


@main.command()
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


@main.command()
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


@main.command()
@with_recipe
@with_execution
def evolve(recipe: "Recipe", run_name: str | None, runs: Path, **executing: Any) -> None:
    """Evolve the seeds into new problems and gather the pool for the teacher."""
    from sure_math.summary import run_summary

    click.echo(run_summary(_execute(recipe, run_name, runs, None, "pool", **executing)))


@main.command()
@click.argument("recipe", required=False)
@click.option("--input", "source", metavar="FILE_OR_DATASET", help="Your own problems.")
@click.option("--problem-column", default="problem", show_default=True)
@click.option("--answer-column", help="Column with verified answers, if there is one.")
@click.option("--id-column", help="Column with ids, if there is one.")
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


@main.command()
@click.argument("recipe", required=False)
@overrides_option
@stored_run_option
@runs_option
@click.option("--local", "out", type=click.Path(path_type=Path), help="Folder of the release.")
@click.option("--hub", metavar="USER/NAME", help="Push to the Hugging Face hub.")
@click.option("--private", is_flag=True, help="With --hub: a private repository.")
@click.option("--tag", help="With --hub: the version tag.")
def publish(
    recipe: str | None,
    overrides: tuple[str, ...],
    run_name: str | None,
    runs: Path,
    out: Path | None,
    hub: str | None,
    private: bool,
    tag: str | None,
) -> None:
    """Write the release of a finished run as a folder that `load_dataset` reads.

    The run is that of RECIPE; without one, the run named by --run, or the latest.
    """
    if hub or private or tag:
        _not_built("publish --hub")
    from sure_math.pipeline import open_run, reopen_run
    from sure_math.publish.release import load_line, write_release
    from sure_math.recipes import load_recipe

    if recipe:
        run = open_run(load_recipe(recipe, overrides), runs, run_name)
    else:
        run = reopen_run(runs, run_name, overrides)
    place = write_release(run, out or Path(run.recipe.publish.out))
    click.echo(f"{place} is written: {load_line(place)}")


@main.command()
@stored_run_option
@runs_option
def status(run_name: str | None, runs: Path) -> None:
    """Progress of every stage of a run."""
    from sure_math.pipeline import inspect_run
    from sure_math.summary import run_summary

    click.echo(run_summary(inspect_run(runs, run_name)))


@main.command()
@click.argument("problem_id", required=False)
@stored_run_option
@runs_option
def show(problem_id: str | None, run_name: str | None, runs: Path) -> None:
    """One problem: lineage, verdicts, responses, clusters (default: the most uncertain one)."""
    from sure_math.pipeline import inspect_run
    from sure_math.summary import show_problem

    click.echo(show_problem(inspect_run(runs, run_name), problem_id))


@main.command()
@with_recipe
def doctor(recipe: "Recipe", run_name: str | None, runs: Path) -> None:
    """One real request per model: does it answer, with log-probabilities and several samples?"""
    from sure_math.doctor import examine

    healthy, report = examine(recipe)
    click.echo(report)
    sys.exit(0 if healthy else 1)


@main.command()
@with_recipe
@click.option("--tokens-per-response", type=float, help="Mean response length to assume.")
@click.option("--tokens-per-second", type=float, default=2500.0, show_default=True)
def estimate(
    recipe: "Recipe",
    run_name: str | None,
    runs: Path,
    tokens_per_response: float | None,
    tokens_per_second: float,
) -> None:
    """Calls, tokens and GPU-hours of RECIPE, before spending them (seeds are read, no model)."""
    from sure_math.estimate import estimate_run
    from sure_math.pipeline import open_run

    run = open_run(recipe, runs, run_name)
    click.echo(estimate_run(run, tokens_per_response, tokens_per_second))


@main.group()
def report() -> None:
    """Reports on a published dataset, or on a run."""


@report.command("entropy")
@click.argument("source", required=False, metavar="[RUN_OR_RELEASE]")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for text, JSON and picture.")
@click.option("--json", "plain", is_flag=True, help="Print JSON.")
@click.option("--resamples", type=click.IntRange(100), default=2000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@runs_option
def report_entropy(
    source: str | None, out: Path | None, plain: bool, resamples: int, seed: int, runs: Path
) -> None:
    """How well does semantic entropy predict a wrong majority answer?

    Measured on the rows that have a verified answer, beside answer agreement, log-probabilities
    and other scores. The rows are those of a run (its name or folder), or of a release (a folder
    or OWNER/NAME on the hub); by default of the release in ./sure-math.
    """
    import json

    from sure_math.report.entropy import as_json, as_text, entropy_report, write_report
    from sure_math.report.labelled import labelled

    found = entropy_report(labelled(_dataset(source, runs)), resamples=resamples, seed=seed)
    click.echo(json.dumps(as_json(found), indent=2) if plain else as_text(found))
    for path in write_report(found, out) if out else ():
        click.echo(f"written: {path}", err=True)


@report.command("evolution")
@click.argument("source", required=False, metavar="[RUN]")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["text", "json", "html"]),
    help="Default: what the name of --out ends in, else text.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@click.option(
    "--examples",
    type=click.IntRange(0),
    default=3,
    show_default=True,
    help="Examples per strategy and reason.",
)
@runs_option
def report_evolution(
    source: str | None, kind: str | None, out: Path | None, examples: int, runs: Path
) -> None:
    """Which prompts yield problems, and where the others are lost.

    Yield per strategy, tier and round, every reject reason, and examples of each, of a run (its
    name or folder, by default the latest), finished or not. `--out evolution.html` is one page
    that needs no network.
    """
    import json

    from sure_math.pipeline import inspect_run
    from sure_math.report.evolution import evolution_report
    from sure_math.report.evolution_text import as_json, as_text
    from sure_math.report.page import evolution_page

    root = _run_folder(source, runs)
    run = inspect_run(root.parent, root.name) if root else inspect_run(runs, source)
    found = evolution_report(run, examples=examples)
    kind = kind or {".json": "json", ".html": "html"}.get(out.suffix if out else "", "text")
    if kind == "html":
        text = evolution_page(found)
    else:
        text = json.dumps(as_json(found), indent=2) if kind == "json" else as_text(found)
    if out is None:
        click.echo(text)
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write {out}: {error.strerror or error}") from error
    click.echo(f"written: {out}", err=True)


def _run_folder(source: str | None, runs: Path) -> Path | None:
    """The folder of a run, given by its path or its name; None if there is none."""
    places = (Path(source), runs / source) if source else ()
    return next((place for place in places if (place / "recipe.yaml").is_file()), None)


def _dataset(source: str | None, runs: Path) -> "Dataset":
    """The dataset of a run, if there is one of that name or folder, or else a release."""
    from sure_math.pipeline import inspect_run
    from sure_math.report.dataset import Dataset, read_release

    root = _run_folder(source, runs)
    if root is None:
        return read_release(source)
    run = inspect_run(root.parent, root.name)
    if not run.store("weight").complete():
        raise DataError(f"run {root} is not annotated to its end", hint="finish it, then try again")
    return Dataset(f"run {root}", run.store("weight").read_all(), run.store("cluster").read_all())


def _later(name: str, summary: str) -> None:
    @main.command(
        name,
        help=f"{summary} (not built yet)",
        context_settings={"ignore_unknown_options": True},
    )
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def command(arguments: tuple[str, ...]) -> None:
        _not_built(name)


_later("train", "Train a student on a published dataset")
_later("evaluate", "Evaluate a model on benchmarks")

if __name__ == "__main__":
    main()
