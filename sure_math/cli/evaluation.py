"""The verb that evaluates models."""

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sure_math.cli.options import overrides_option
from sure_math.errors import ConfigError

if TYPE_CHECKING:
    from sure_math.evaluate.results import Results
    from sure_math.evaluate.suite import Suite

_EVALUATIONS = Path("evaluations")


@click.command()
@click.option("--model", metavar="BACKEND:MODEL[@URL]", help="Or the folder of a model.")
@click.option(
    "--checkpoints",
    type=click.Path(path_type=Path, file_okay=False),
    help="Every checkpoint of a training folder instead, with the convergence curve.",
)
@click.option(
    "--backend",
    type=click.Choice(["transformers", "vllm", "builtin"]),
    default="transformers",
    show_default=True,
    help="What runs a folder.",
)
@click.option("--suite", default="paper", show_default=True, help="Its name or a YAML file.")
@click.option("--dataset", metavar="RELEASE", help="Release whose test split is a benchmark.")
@click.option("--revision", help="Of that release on a hub.")
@click.option("--benchmark", "benchmarks", multiple=True, metavar="NAME", help="Only this one.")
@click.option("--judge", metavar="BACKEND:MODEL[@URL]", help="Grades what no rule can.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder of the evaluation."
)
@click.option("--label", help="Name of the model in reports.")
@overrides_option
@click.option("--regrade", is_flag=True, help="Grade what lies in --out again; ask no model.")
@click.option("--fresh", is_flag=True, help="Move the old shards aside and start again.")
@click.option("--compare", type=click.Path(path_type=Path), help="Another evaluation's folder.")
@click.option("--json", "plain", is_flag=True, help="Print JSON.")
@click.option("--rank", type=int, default=0, help="Number of this process.")
@click.option("--world", type=click.IntRange(1), default=1, help="Processes that share the work.")
def evaluate(
    model: str | None,
    checkpoints: Path | None,
    out: Path | None,
    regrade: bool,
    compare: Path | None,
    plain: bool,
    **options: Any,
) -> None:
    """Evaluate a model on benchmarks: pass@1 and avg@16, with errors that belong to the problems.

    The model is that of a backend (vllm:Qwen/Qwen3-8B, openai:MODEL@URL, ...), a model folder or a
    training folder; the suite a shipped one (`paper`, `release`) or a YAML file. What was
    interrupted goes on with the same command. With --out alone, what lies there is shown again.
    """
    import json

    from sure_math.evaluate.results import read_results
    from sure_math.evaluate.scores import as_json, as_text

    if (model is not None) + (checkpoints is not None) + regrade > 1:
        raise ConfigError("--model, --checkpoints and --regrade exclude each other")
    other = read_results(compare) if compare else None
    if checkpoints:
        name = f"{checkpoints.resolve().name}-curve"
        _curve(checkpoints, out or _EVALUATIONS / name, plain, options)
        return
    if model:
        results = _evaluate_model(model, out, options)
    elif out is None:
        raise ConfigError(
            "nothing to evaluate", hint="name a --model, or with --out an evaluation to show"
        )
    else:
        results = _regrade(out, options) if regrade else read_results(out)
    if results is not None:
        shown = as_text(results, other)
        click.echo(json.dumps(as_json(results, other), indent=2) if plain else shown)


def _evaluate_model(text: str, out: Path | None, options: dict[str, Any]) -> "Results | None":
    """None for every rank but the first."""
    from sure_math.evaluate.plan import new_plan
    from sure_math.evaluate.run import evaluate
    from sure_math.evaluate.subject import subject
    from sure_math.runtime.executors import Partition

    of_suite, of_model = _settings(options["overrides"])
    suite = _suite(options, of_suite)
    chosen = subject(text, of_model, backend=options["backend"])
    folder = out or _EVALUATIONS / _name(chosen.label, suite.name, *options["benchmarks"])
    chosen = replace(chosen, label=options["label"] or chosen.label)
    partition = Partition(options["rank"], options["world"])
    plan = new_plan(suite, chosen)
    click.echo(f"evaluation in {folder}", err=True)
    return evaluate(plan, folder, partition, fresh=options["fresh"])


def _curve(training: Path, out: Path, plain: bool, options: dict[str, Any]) -> None:
    """Every checkpoint in a folder of its own; the first rank writes the curve beside them."""
    from sure_math.evaluate.plan import new_plan
    from sure_math.evaluate.run import evaluate
    from sure_math.evaluate.subject import checkpoints
    from sure_math.report.convergence import convergence
    from sure_math.report.document import write
    from sure_math.report.runs import find_runs
    from sure_math.runtime.executors import Partition

    of_suite, of_model = _settings(options["overrides"])
    suite = _suite(options, of_suite)
    partition = Partition(options["rank"], options["world"])
    found = checkpoints(training, of_model, backend=options["backend"])
    for number, each in enumerate(found, 1):
        click.echo(f"checkpoint {number} of {len(found)}: {each.label}", err=True)
        label = f"{options['label']}, step {each.step}" if options["label"] else each.label
        plan = new_plan(suite, replace(each, label=label))
        evaluate(plan, out / f"step-{each.step}", partition, fresh=options["fresh"])
    if partition.rank == 0 and len(found) > 1:
        document = convergence(find_runs(out, suite=suite.name, curve=True))
        click.echo(document.render("json" if plain else "text"))
        for path in write(document, out):
            click.echo(f"written: {path}", err=True)


def _regrade(folder: Path, options: dict[str, Any]) -> "Results | None":
    """With the suite of the evaluation; --judge and --set change how it grades."""
    import json

    from sure_math.evaluate.plan import stored_plan
    from sure_math.evaluate.run import regrade
    from sure_math.evaluate.suites import SUITES
    from sure_math.own_input import model_spec

    plan = stored_plan(folder)
    overrides = _settings(options["overrides"])[0]
    if options["judge"]:
        overrides = (f"judge={json.dumps(model_spec(options['judge']))}", *overrides)
    suite = SUITES.resolve(plan.suite.model_dump(mode="json"), overrides)
    return regrade(replace(plan, suite=suite), folder)


def _suite(options: dict[str, Any], overrides: tuple[str, ...]) -> "Suite":
    from sure_math.evaluate.suites import load_suite

    return load_suite(
        options["suite"],
        overrides,
        dataset=options["dataset"],
        revision=options["revision"],
        benchmarks=options["benchmarks"],
        judge=options["judge"],
    )


def _settings(overrides: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those of the suite and those of the model (`model.dtype=float32`)."""
    of_model = tuple(each for each in overrides if each.startswith("model."))
    return tuple(each for each in overrides if each not in of_model), of_model


def _name(*parts: str) -> str:
    """A folder name."""
    return re.sub(r"[^A-Za-z0-9._]+", "-", "-".join(parts)).strip("-.")
