"""The command line itself: help, exit codes, messages without tracebacks."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sure_math import __version__
from sure_math.cli import main
from tests.backends.scripted_server import ScriptedServer
from tests.roles import respond, write_recipe

VERBS = ("annotate", "browse", "doctor", "estimate", "evaluate", "evolve", "publish", "report",
         "reproduce", "run", "seeds", "show", "status", "train", "verify")  # fmt: skip


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def message(result: Result, code: int = 1) -> str:
    """The error of a failed call."""
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)
    return result.stderr


def test_the_verbs() -> None:
    assert set(main.commands) == set(VERBS)
    overview = call("--help").stdout
    assert all(f"\n  {verb} " in overview for verb in VERBS)
    assert call("--version").stdout.strip().endswith(__version__)
    assert call("-h").stdout == overview


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str) -> None:
    result = call(verb, "--help")
    assert result.exit_code == 0
    assert f"Usage: main {verb}" in result.stdout
    assert len(result.stdout.splitlines()) > 3


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_not_built_yet_says_so_and_exits_with_2(verb: str) -> None:
    built = "(not built yet)" not in call(verb, "--help").stdout
    result = call(verb, "--no-such-option", "x")
    assert result.exit_code == 2
    assert (f"{verb}: not built yet" in result.stderr) is not built


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "demoo"), ("no recipe 'demoo'", "Next: use one of", "demo")),
        (("run", "none.yaml"), ("cannot read recipe",)),
        (("run", "--set", "sample.n=1"), ("sample.n",)),
        (("run", "--set", "nonsense"), ("not of the form a.b=c",)),
        (("run", "--only", "sample", "--from", "seeds"), ("--only cannot be combined",)),
        (("run", "--only", "sample", "--to", "seeds"), ("--only cannot be combined",)),
        (("run", "--only", "smaple"), ("no stage 'smaple'", "Next: stages:", "sample")),
        (("run", "--from", "weight", "--to", "seeds"), ("weight comes after seeds",)),
        (("run", "--rank", "2", "--world", "2"), ("rank 2 is not in 0..1",)),
        (("run", "--rank", "-1"), ("rank -1 is not in 0..0",)),
        (("run", "--executor", "local", "--world", "2"), ("--executor partition",)),
        (("run", "--fresh", "--world", "2"), ("--fresh",)),
        (("run", "--run", "../up"), ("name",)),
        (("run", "--only", "sample"), ("stage sample has no input", "Next: run the earlier")),
        (("status",), ("no run in", "Next: start one with")),
        (("show", "--run", "mine"), ("no run 'mine'",)),
        (("publish",), ("no run in",)),
        (("publish", "demo"), ("there is no run", "Next: make it with")),
        (("annotate", "--input", "none.csv"), ("none.csv does not exist",)),
        (("annotate", "--teacher", "Qwen3"), ("'Qwen3' is not a model", "Next: write BACKEND")),
    ],
)
def test_errors_exit_with_1_and_say_what_to_do(
    tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    result = call(*arguments, "--runs", str(tmp_path / "runs"))
    said = message(result)
    assert said.startswith("error: ")
    for word in words:
        assert word in said


def test_runs_that_cannot_be_written_are_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    said = message(call("seeds", "--runs", str(tmp_path / "runs")))
    assert "cannot write" in said


def test_bad_usage_exits_with_2() -> None:
    assert call("nonsense").exit_code == 2
    assert call("run", "--rank", "one").exit_code == 2
    assert call("run", "--world", "0").exit_code == 2
    assert call("run", "--executor", "carrier pigeon").exit_code == 2


def test_seeds_lists_the_adapters() -> None:
    listed = call("seeds", "--list").stdout.split()
    assert {"builtin", "curated", "math", "table"} <= set(listed)
    assert listed == sorted(listed)


def test_parts_of_a_run_one_after_the_other(tmp_path: Path) -> None:
    with ScriptedServer(respond) as server:
        recipe = str(write_recipe(tmp_path, server.base_url, seeds=4, evolve={"enabled": False}))
        runs = ("--runs", str(tmp_path / "runs"))
        lines = call("seeds", recipe, *runs).stdout.splitlines()
        assert ["seeds", "2/2", "12"] in [line.split()[:3] for line in lines]
        assert not server.requests
        early = call("run", recipe, "--to", "sample", *runs)
        assert early.exit_code == 0, early.output
        assert not (tmp_path / "runs/scripted/answers").exists()
        asked = len(server.requests)
        assert asked == 8
        whole = call("annotate", recipe, *runs)
        assert whole.exit_code == 0, whole.output
        assert "mean entropy" in whole.stdout
        out = tmp_path / "release"
        published = call("publish", recipe, *runs, "--local", str(out))
        assert published.exit_code == 0, published.output
        assert (out / "README.md").is_file()
        refused = call("publish", recipe, *runs, "--local", str(tmp_path / "runs"))
        assert "holds what no release" in message(refused)
        for path in tmp_path.glob("*.jsonl"):
            path.unlink()  # looking at a run needs none of its inputs
        assert "mean entropy" in call("status", *runs).stdout
        assert "verified answer" in call("show", *runs).stdout
        assert "does not exist" in message(call("annotate", recipe, *runs))


def test_the_command_line_itself_is_light() -> None:
    code = (
        "import sys, sure_math.cli; heavy = {'pydantic', 'yaml', 'numpy', 'jinja2', 'pyarrow', "
        "'polars', 'sympy', 'openai', 'datasets', 'torch'}; print(sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
