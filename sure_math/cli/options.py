"""Options that several verbs of the command line share."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click

from sure_math.errors import ConfigError

Command = TypeVar("Command", bound=Callable[..., Any])

overrides_option = click.option(
    "--set", "overrides", multiple=True, metavar="A.B=C", help="Override a value of the recipe."
)
runs_option = click.option(
    "--runs",
    type=click.Path(path_type=Path),
    default=Path("runs"),
    show_default=True,
    help="Folder of all runs.",
)
stored_run_option = click.option(
    "--run", "run_name", metavar="NAME", help="Default: the latest run."
)


def with_recipe(command: Command) -> Command:
    """RECIPE and the options every verb shares; the command receives the resolved recipe."""

    @wraps(command)
    def resolved(
        recipe: str, overrides: tuple[str, ...], run_name: str | None, runs: Path, **rest: Any
    ) -> Any:
        from sure_math.recipes import load_recipe

        return command(load_recipe(recipe, overrides), run_name, runs, **rest)

    for decorate in (
        click.argument("recipe", default="demo"),
        overrides_option,
        click.option("--run", "run_name", metavar="NAME", help="Run directory (default: recipe)."),
        runs_option,
    ):  # fmt: skip
        resolved = decorate(resolved)
    return resolved  # type: ignore[return-value]


def with_execution(command: Command) -> Command:
    """The options of verbs that run stages."""
    for decorate in (
        click.option("--fresh", is_flag=True, help="Move the old shards aside and start again."),
        click.option("--rank", type=int, default=0, help="Number of this process."),
        click.option(
            "--world", type=click.IntRange(1), default=1, help="Processes that share the run.",
        ),
        click.option(
            "--executor", type=click.Choice(["local", "partition", "ray"]), default=None,
            help="local, or partition with --rank and --world.",
        ),
    ):  # fmt: skip
        command = decorate(command)
    return command


def check_address() -> None:
    """Look at HF_ENDPOINT before the hub's client is imported, which fails on a bad one.

    Raises:
        ConfigError: it is no address.
    """
    address = os.environ.get("HF_ENDPOINT", "")
    try:
        _ = urlsplit(address).port
    except ValueError as error:
        raise ConfigError(f"HF_ENDPOINT is no address ({error}): {address}") from None


def not_built(what: str) -> None:
    """Say that a verb is not there yet, and exit with 2."""
    click.echo(f"{what}: not built yet", err=True)
    sys.exit(2)
