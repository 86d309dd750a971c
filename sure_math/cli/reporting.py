"""The reports: on a dataset, on a run of the pipeline, and on recorded trainings."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sure_math.cli.options import runs_option
from sure_math.errors import ConfigError, DataError

if TYPE_CHECKING:
    from sure_math.report.dataset import Dataset
    from sure_math.report.document import Document
    from sure_math.report.runs import Recorded

_FORMATS = ("text", "markdown", "json", "latex")


@click.group()
def report() -> None:
    """Reports: a dataset's uncertainty, a run's yield, and the tables of recorded trainings."""


def _shown(command: Callable[..., "Document"]) -> Callable[..., None]:
    """Print the document that a command makes, and write it where --out says."""
    from functools import wraps

    @wraps(command)
    def printed(kind: str, out: Path | None, **arguments: Any) -> None:
        from sure_math.report.document import write

        document = command(**arguments)
        click.echo(document.render(kind))
        for path in write(document, out) if out else ():
            click.echo(f"written: {path}", err=True)

    for decorate in (
        click.option("--format", "kind", type=click.Choice(_FORMATS), default="text",
                     show_default=True, help="What is printed."),
        click.option("--out", type=click.Path(path_type=Path),
                     help="Folder for all formats and the picture."),
    ):  # fmt: skip
        printed = decorate(printed)
    return printed


def _recorded(*, curve: bool = False) -> Callable[[Callable[..., "Document"]], Callable[..., None]]:
    """A report on the evaluations below FOLDER; the command receives them."""

    def decorated(command: Callable[["Recorded"], "Document"]) -> Callable[..., None]:
        from functools import wraps

        @wraps(command)
        def found(folder: Path | None, suite: str | None, only: tuple[str, ...]) -> "Document":
            from sure_math.report.runs import find_runs

            return command(find_runs(folder, suite=suite, only=only, curve=curve))

        shown = _shown(found)
        for decorate in (
            click.option("--only", multiple=True, metavar="PATTERN",
                         help="Only evaluations whose path below FOLDER matches."),
            click.option("--suite", metavar="NAME",
                         help="Default: the one that most models were evaluated with."),
            click.argument("folder", required=False, type=click.Path(path_type=Path)),
        ):  # fmt: skip
            shown = decorate(shown)
        return shown

    return decorated


@report.command("table1")
@_recorded()
def report_table1(recorded: "Recorded") -> "Document":
    """Every method on every benchmark: table 1 of the paper.

    From the evaluations below FOLDER (default: ./experiments, else ./evaluations), with intervals
    over problems and seeds, and paired differences to Standard OPD.
    """
    from sure_math.report.table1 import table1

    return table1(recorded)


@report.command("table2")
@_recorded()
def report_table2(recorded: "Recorded") -> "Document":
    """Uniform, binary and soft weights: table 2 of the paper."""
    from sure_math.report.table2 import table2

    return table2(recorded)


@report.command("ablation-n")
@_recorded()
def report_ablation_n(recorded: "Recorded") -> "Document":
    """Responses N behind a weight: accuracy of trainings that differ in it alone."""
    from sure_math.report.ablation import SAMPLES, ablation

    return ablation(SAMPLES, recorded)


@report.command("ablation-k")
@_recorded()
def report_ablation_k(recorded: "Recorded") -> "Document":
    """Teacher tokens k per position: accuracy, peak memory and mass of the top k."""
    from sure_math.report.ablation import TOP_K, ablation

    return ablation(TOP_K, recorded)


@report.command("ablation-rollouts")
@_recorded()
def report_ablation_rollouts(recorded: "Recorded") -> "Document":
    """Rollouts K per prompt, and what was held fixed."""
    from sure_math.report.ablation import ROLLOUTS, ablation

    return ablation(ROLLOUTS, recorded)


@report.command("convergence")
@_recorded(curve=True)
def report_convergence(recorded: "Recorded") -> "Document":
    """Accuracy of every checkpoint against steps and generated tokens."""
    from sure_math.report.convergence import convergence

    return convergence(recorded)


@report.command("se-histogram")
@click.argument("source", required=False, metavar="[RUN_OR_RELEASE]")
@runs_option
@_shown
def report_se_histogram(source: str | None, runs: Path) -> "Document":
    """How semantic entropy is distributed in a dataset.

    The dataset is that of a run (its name or folder) or a release (a folder or OWNER/NAME on the
    hub); by default the release in ./sure-math.
    """
    from sure_math.report.histogram import histogram

    return histogram(_dataset(source, runs))


@report.command("examples")
@click.argument("source", required=False, metavar="[RUN_OR_RELEASE]")
@click.option("--evaluations", type=click.Path(path_type=Path), metavar="FOLDER",
              help="Of trained students. Default: ./experiments, else ./evaluations.")  # fmt: skip
@click.option("--count", type=click.IntRange(1), default=3, show_default=True,
              help="Examples of each kind.")  # fmt: skip
@runs_option
@_shown
def report_examples(
    source: str | None, evaluations: Path | None, count: int, runs: Path
) -> "Document":
    """Problems of low and high entropy, and what students trained on them answered."""
    from sure_math.report.qualitative import examples
    from sure_math.report.runs import find_runs

    dataset = _dataset(source, runs)
    try:
        recorded = find_runs(evaluations)
    except DataError as error:
        if evaluations is not None:
            raise
        return examples(dataset, None, why_none=error.message, count=count)
    return examples(dataset, recorded, count=count)


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
