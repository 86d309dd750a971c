"""The verbs that make and check releases."""

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from sure_math.cli.options import check_address, overrides_option, runs_option, stored_run_option
from sure_math.errors import ConfigChanged, ConfigError

if TYPE_CHECKING:
    from sure_math.publish.hub.target import Target
    from sure_math.runtime.run import Run

_VERSION_TAG = re.compile(r"v(\d+\.\d+\.\d+)")


@click.command()
@click.argument("recipe", required=False)
@overrides_option
@stored_run_option
@runs_option
@click.option("--local", "out", type=click.Path(path_type=Path), help="Folder of the release.")
@click.option("--hub", "repo", metavar="OWNER/NAME", help="Push to a dataset hub.")
@click.option("--private", is_flag=True, help="With --hub: a private repository.")
@click.option(
    "--gated",
    type=click.Choice(["auto", "manual"]),
    help="With --hub: readers have to ask; granted at once, or by you.",
)
@click.option("--create-pr", is_flag=True, help="With --hub: open a pull request; no tag.")
@click.option("--tag", help="With --hub: the tag; v1.2.0 also sets the version. [v<version>]")
@click.option("--revision", metavar="BRANCH", help="With --hub: the branch to push to. [main]")
@click.option("--dry-run", is_flag=True, help="With --hub: only say what would be sent.")
def publish(
    recipe: str | None,
    overrides: tuple[str, ...],
    run_name: str | None,
    runs: Path,
    out: Path | None,
    repo: str | None,
    private: bool,
    gated: Literal["auto", "manual"] | None,
    create_pr: bool,
    tag: str | None,
    revision: str | None,
    dry_run: bool,
) -> None:
    """Release a finished run: as a folder that `load_dataset` reads, or on a dataset hub.

    The run is that of RECIPE; without one, the run named by --run, or the latest. Nothing is
    written or sent before the release has passed its checks (`sure-math verify`).
    """
    if out and repo:
        raise click.UsageError("--local and --hub are two releases: one command each")
    if not repo and (private or gated or create_pr or tag or revision or dry_run):
        raise click.UsageError("this option needs --hub OWNER/NAME")
    if create_pr and tag:
        raise click.UsageError("a pull request gets no --tag: tag it when it is merged")
    if tag:
        overrides = (*overrides, f"publish.version={_version(tag)}")
    run = _finished(recipe, overrides, run_name, runs)
    check_address()
    if not repo:
        from sure_math.publish.release import load_line, write_release

        place = write_release(run, out or Path(run.recipe.publish.out))
        click.echo(f"{place} is written: {load_line(place)}")
        return
    from sure_math.publish.hub.target import Target

    tag = None if create_pr else tag or f"v{run.recipe.publish.version}"
    target = Target(repo, private, gated, create_pr, tag, revision or "main")
    _to_hub(run, target, dry_run=dry_run)


def _version(tag: str) -> str:
    """The version a tag stands for: cards tell their readers to load `v` and the version."""
    if not (version := _VERSION_TAG.fullmatch(tag)):
        raise click.UsageError(f"--tag {tag}: a tag is `v` and a version, such as v1.2.0")
    return version[1]


def _to_hub(run: "Run", target: "Target", *, dry_run: bool) -> None:
    from sure_math.publish.publication import plan_publication, publish_release

    if dry_run:
        click.echo(plan_publication(run, target).as_text())
        return
    click.echo(publish_release(run, target, say=lambda line: click.echo(line, err=True)).as_text())


def _finished(
    recipe: str | None, overrides: tuple[str, ...], run_name: str | None, runs: Path
) -> "Run":
    """The run to release. Without a recipe it is taken as it is stored, whatever made it."""
    from sure_math.pipeline import inspect_run, open_run
    from sure_math.recipes import load_recipe

    if recipe:
        run = open_run(load_recipe(recipe, overrides), runs, run_name)
        if not run.root.is_dir():
            raise ConfigError(
                f"there is no run {run.root}", hint=f"make it with `sure-math run {recipe}`"
            )
        try:
            for stage in run.stages:
                run.store(stage.name).scan()
        except ConfigChanged as error:
            raise ConfigChanged(
                error.message,
                saved=error.saved,
                hint=f"`sure-math publish --run {run.root.name}` releases it as it was made",
            ) from error
        return run
    others = [each for each in overrides if not each.startswith("publish.")]
    if others:
        raise ConfigError(
            f"a finished run is released as it was made: {', '.join(others)} cannot change it",
            hint="only settings of `publish` can be set here; name a RECIPE to make another run",
        )
    return inspect_run(runs, run_name, overrides)


@click.command()
@click.argument("source", metavar="PATH_OR_REPO")
@click.option("--revision", help="Tag, branch or commit of a release on a hub.")
@click.option("--run-snippet", is_flag=True, help="Also run the card's code, with your rights.")
@click.option("--json", "plain", is_flag=True, help="Print JSON.")
def verify(source: str, revision: str | None, run_snippet: bool, plain: bool) -> None:
    """Check a release: the same gate that every published one has passed.

    PATH_OR_REPO is a folder or OWNER/NAME on a hub. Files against the manifest, schemas, splits,
    licences, decontamination, counts, and every weight recomputed from the responses. The exit
    code is 3 if a check fails.
    """
    from dataclasses import asdict

    check_address()
    from sure_math.publish.gate import as_text
    from sure_math.publish.gate import verify as examine

    checks = examine(source, revision, run_snippet=run_snippet)
    click.echo(json.dumps([asdict(c) for c in checks], indent=2) if plain else as_text(checks))
    sys.exit(0 if all(check.passed for check in checks) else 3)
