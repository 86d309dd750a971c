"""The verbs that look at a run or a release and change nothing."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sure_math.cli.options import runs_option, stored_run_option
from sure_math.errors import ConfigError, DataError

if TYPE_CHECKING:
    from sure_math.report.dataset import Dataset


@click.command()
@stored_run_option
@runs_option
def status(run_name: str | None, runs: Path) -> None:
    """Progress of every stage of a run."""
    from sure_math.pipeline import inspect_run
    from sure_math.summary import run_summary

    click.echo(run_summary(inspect_run(runs, run_name)))


@click.command()
@click.argument("problem_id", required=False)
@stored_run_option
@runs_option
def show(problem_id: str | None, run_name: str | None, runs: Path) -> None:
    """One problem: lineage, verdicts, responses, clusters (default: the most uncertain one)."""
    from sure_math.pipeline import inspect_run
    from sure_math.summary import show_problem

    click.echo(show_problem(inspect_run(runs, run_name), problem_id))


@click.command()
@click.argument("source", required=False, metavar="[RUN_OR_RELEASE]")
@runs_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Default: any free one.")
@click.option("--open/--no-open", "opening", default=True, help="Open the page in a browser.")
def browse(source: str | None, runs: Path, host: str, port: int, opening: bool) -> None:
    """Look at problems, responses and verdicts on a local web page.

    Of a run (its name or folder, finished or not) or of a release (a folder or OWNER/NAME on a
    hub); by default of the latest run, or else of the release in ./sure-math.
    """
    from sure_math.browse.server import serve

    serve(source, runs, host=host, port=port, open_browser=opening)


@click.group()
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
