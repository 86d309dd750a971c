"""The verb that runs a whole experiment: datasets, trainings, evaluations, tables."""

import shlex
from pathlib import Path

import click

from sure_math.cli.options import overrides_option


@click.command()
@click.argument("experiment", default="miniature")
@overrides_option
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder. Default: experiments/EXPERIMENT."
)
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True,
              help="Commands at once; on a CPU one per core.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Print the commands, run none.")
def reproduce(
    experiment: str, overrides: tuple[str, ...], out: Path | None, jobs: int, dry_run: bool
) -> None:
    """Run EXPERIMENT: every method with every seed, evaluated, and the tables of it.

    An experiment is a list of ordinary commands, each with a log in its folder. Run again, it goes
    on where it was.
    """
    from sure_math.experiment.check import check
    from sure_math.experiment.execution import Execution
    from sure_math.experiment.experiments import EXPERIMENTS
    from sure_math.experiment.plan import phases

    plan = EXPERIMENTS.load(experiment, overrides)
    root = out or Path("experiments") / plan.name
    check(plan, root)
    if dry_run:
        for phase in phases(plan, root):
            click.echo(f"# {phase.name}")
            click.echo("\n".join(shlex.join(step.command) for step in phase.steps))
        return
    Execution(root, jobs).run(phases(plan, root))
    for name in plan.wanted:
        click.echo((root / "report" / f"{name}.txt").read_text(encoding="utf-8"))
    click.echo(f"everything is in {root}: training, evaluations, report, logs")
