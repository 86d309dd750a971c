"""The verbs that look at a run or a release and change nothing."""

from pathlib import Path

import click

from sure_math.cli.options import runs_option, stored_run_option


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
