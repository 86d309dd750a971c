"""The command line: one command per verb. Everything heavy is imported inside the commands."""

from sure_math.cli.group import main

__all__ = ["main"]
