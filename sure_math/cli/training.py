"""The verb that trains a student on a published dataset."""

import json
from pathlib import Path

import click

from sure_math.cli.options import check_address, overrides_option
from sure_math.errors import ConfigError

METHODS = ("uopd", "opd", "binary", "sampler", "grpo", "sdr")


@click.command()
@click.argument("recipe")
@click.option("--method", type=click.Choice(METHODS), help="The one switch between the methods.")
@click.option("--seed", type=click.IntRange(0), help="Of draws, rollouts and everything else.")
@click.option("--dataset", metavar="FOLDER_OR_REPO", help="A release, or OWNER/NAME on a hub.")
@click.option("--revision", help="Tag, branch or commit of a dataset on a hub.")
@overrides_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Training folder. [training/RECIPE-METHOD-seedN]",
)
@click.option("--fresh", is_flag=True, help="Move aside what the folder holds and begin again.")
@click.option("--dry-run", is_flag=True, help="Check everything and say what would be done.")
def train(
    recipe: str,
    method: str | None,
    seed: int | None,
    dataset: str | None,
    revision: str | None,
    overrides: tuple[str, ...],
    out: Path | None,
    fresh: bool,
    dry_run: bool,
) -> None:
    """Train a student on a published dataset.

    RECIPE is one of the shipped ones (pipelines/train) or the path of a YAML file. The same command
    after a kill goes on from the last whole checkpoint. Several GPUs: `accelerate launch
    --config_file CONFIG -m sure_math.cli train RECIPE`.
    """
    check_address()
    from sure_math.train.plan import make_plan
    from sure_math.train.processes import processes
    from sure_math.train.quiet import quiet_libraries
    from sure_math.train.recipes import TRAINING_RECIPES
    from sure_math.train.run import default_folder
    from sure_math.train.run import train as begin

    quiet_libraries(main=processes()[0] == 0)
    given = {"method": method, "seed": seed, "dataset.name": dataset, "dataset.revision": revision}
    settings = [f"{name}={json.dumps(value)}" for name, value in given.items() if value is not None]
    resolved = TRAINING_RECIPES.load(recipe, [*overrides, *settings])
    root = out or default_folder(resolved)
    if dry_run:
        if fresh:
            raise ConfigError("--dry-run changes nothing: leave out --fresh")
        click.echo(make_plan(resolved, root, processes()[1]).as_text())
        return
    outcome = begin(resolved, root, fresh=fresh, say=lambda line: click.echo(line, err=True))
    if outcome == "already finished" and processes()[0] == 0:
        click.echo(f"{root} is finished; --fresh trains once more")
