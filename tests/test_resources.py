"""A built wheel carries everything that is needed, and runs from anywhere."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from sure_math.resources import resource

REPOSITORY = Path(__file__).parents[1]
CURATED = {
    path.relative_to(REPOSITORY).as_posix()
    for path in (REPOSITORY / "sure_math/seeds/curated/problems").glob("*.jsonl")
}
CODE = """
import json
import sure_math
from sure_math.builtin import MODELS, model_path
from sure_math.config import STRATEGIES
from sure_math.prompts import load_prompt
from sure_math.recipes import bundled_recipes, load_recipe
from sure_math.resources import resource
from sure_math.seeds.adapters import ADAPTERS
from sure_math.seeds.cards import source_card

print(json.dumps({
    "package": sure_math.__file__,
    "recipes": [load_recipe(name).name for name in bundled_recipes()],
    "prompts": [load_prompt(f"evolve/{name}").name for name in STRATEGIES],
    "cards": [name for name in ADAPTERS if source_card(name) is None],
    "template": resource("data_cards", "release.md.jinja").is_file(),
    "curated": [*map(str, ADAPTERS["curated"].path.glob("*.jsonl"))],
    "models": [name for name in MODELS if (model_path(name) / "model.safetensors").is_file()],
}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    build = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(REPOSITORY)]
    done = subprocess.run([sys.executable, *build], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as opened:
        return opened


def shipped(folder: str, pattern: str) -> set[str]:
    """Files of a top-level folder, as the wheel names them."""
    paths = (REPOSITORY / folder).rglob(pattern)
    return {f"sure_math/_data/{path.relative_to(REPOSITORY).as_posix()}" for path in paths}


def test_the_wheel_holds_every_file_people_can_change(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    for wanted in (
        shipped("pipelines", "*.yaml"),
        shipped("prompts", "*.md"),
        shipped("prompts", "*.jsonl"),
        shipped("data_cards", "*.md"),
        shipped("data_cards", "*.jinja"),
        {"sure_math/py.typed"},
        {f"sure_math/browse/page/{name}" for name in ("index.html", "browse.css", "browse.js")},
        {f"sure_math/browse/page/katex/katex.min.{kind}" for kind in ("css", "js")},
        {"sure_math/browse/page/katex/LICENSE"},
        CURATED,
    ):
        assert wanted
        assert wanted <= names


def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    for name in wheel.namelist():
        assert name.startswith(("sure_math/", "sure_math-"))
        assert "__pycache__" not in name
        assert not name.startswith("sure_math/_data/tests")


def test_it_runs_from_a_foreign_folder(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    installed, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    with zipfile.ZipFile(str(wheel.filename)) as opened:
        opened.extractall(installed)
    elsewhere.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(installed), "HF_HUB_OFFLINE": "1"}

    def python(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=elsewhere,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    seen = json.loads(python("-c", CODE))
    assert seen["package"] == str(installed / "sure_math/__init__.py")
    assert set(seen["recipes"]) == {path.stem for path in (REPOSITORY / "pipelines").glob("*.yaml")}
    assert len(seen["prompts"]) == 6
    assert seen["cards"] == []
    assert seen["template"]
    assert CURATED
    assert {str(installed / name) for name in CURATED} == set(seen["curated"])
    models = REPOSITORY / "sure_math/builtin/models"
    assert set(seen["models"]) == {path.parent.name for path in models.glob("*/model.safetensors")}
    seeds = ("-m", "sure_math.cli", "seeds", "demo", "--set", "seeds.sources.0.cap=3")
    assert "seeds" in python(*seeds)
    assert (elsewhere / "runs/demo/seeds/part-00000.parquet").is_file()


def test_here_the_repository_itself_is_read() -> None:
    assert resource("pipelines", "demo.yaml") == REPOSITORY / "pipelines/demo.yaml"
