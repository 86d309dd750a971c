"""The group of all verbs, and what an error of theirs looks like."""

import os
import sys
import warnings
from typing import Any

import click

from sure_math import __version__
from sure_math.cli.evaluation import evaluate
from sure_math.cli.making import annotate, doctor, estimate, evolve, run, seeds
from sure_math.cli.reading import browse, show, status
from sure_math.cli.releasing import publish, verify
from sure_math.cli.reporting import report
from sure_math.cli.reproducing import reproduce
from sure_math.cli.training import train
from sure_math.errors import SureMathError

# The built-in engine multiplies small matrices: threads only get in each other's way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


class Group(click.Group):
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


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Make mathematics datasets that know the teacher's uncertainty, and train students on them."""


for _verb in (
    run, seeds, evolve, annotate, publish, verify, status, show, browse, doctor, estimate, report,
    train, evaluate, reproduce,
):  # fmt: skip
    main.add_command(_verb)
