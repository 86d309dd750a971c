"""Which dataset `sure_math.load_dataset` takes: the name, the environment, the folder here."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sure_math.publish.hub.features import features_yaml
from sure_math.publish.manifest import MANIFEST
from sure_math.publish.tables import Config, configs

# Each case runs in a working folder, with or without SURE_MATH_DATASET.
CODE = """
import json, os, sys
import sure_math
for folder, variable, name, options in json.load(sys.stdin):
    os.chdir(folder)
    os.environ.pop("SURE_MATH_DATASET", None)
    if variable:
        os.environ["SURE_MATH_DATASET"] = variable
    try:
        info = sure_math.load_dataset(name, split="train", **options).info
        print(json.dumps([info.config_name, str(info.version)]))
    except sure_math.DataError as error:
        print(json.dumps(str(error)))
"""


def place(released: Path, folder: Path, version: str) -> None:
    """The release in another folder, under another version."""
    shutil.copytree(released, folder)
    for path in (folder / "README.md", folder / MANIFEST):
        path.write_text(path.read_text().replace("1.0.0", version))


def test_resolution(released: Path, tmp_path: Path) -> None:
    here, bare, foreign = tmp_path / "here", tmp_path / "bare", tmp_path / "foreign"
    for number, name in enumerate(("named", "variable", "here/sure-math")):
        place(released, tmp_path / name, f"{number}.0.0")
    bare.mkdir()
    (foreign / "sure-math").mkdir(parents=True)
    (foreign / "sure-math" / "notes.txt").write_text("not a release")
    named, variable = str(tmp_path / "named"), str(tmp_path / "variable")
    cases: dict[str, tuple[Path, str | None, str | None, dict[str, object]]] = {
        "the name comes first": (here, variable, named, {}),
        "then the variable": (here, variable, None, {}),
        "then the folder": (here, None, None, {}),
        "by its bare name": (here, None, "sure-math", {}),
        "streaming": (here, None, named, {"streaming": True}),
        "config": (here, None, None, {"config": "responses"}),
        "nothing": (bare, None, None, {}),
        "bare name, no folder": (bare, None, "sure-math", {}),
        "foreign folder": (foreign, None, "sure-math", {}),
        "foreign folder, no name": (foreign, None, None, {}),
        "foreign folder in the variable": (foreign, str(foreign), None, {}),
        "no such config": (here, None, None, {"config": "answers"}),
    }
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hf")}
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        input=json.dumps([[str(folder), *rest] for folder, *rest in cases.values()]),
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines() if line[:1] in '["']
    seen = dict(zip(cases, lines, strict=True))
    assert seen["the name comes first"] == ["default", "0.0.0"]
    assert seen["then the variable"] == ["default", "1.0.0"]
    assert seen["then the folder"] == ["default", "2.0.0"]
    assert seen["by its bare name"] == ["default", "2.0.0"]
    assert seen["streaming"] == ["default", "0.0.0"]
    assert seen["config"] == ["responses", "2.0.0"]
    assert "no dataset was named" in seen["nothing"]
    assert "run `sure-math run demo`" in seen["nothing"]
    assert "no folder 'sure-math'" in seen["bare name, no folder"]
    assert "owner/name" in seen["bare name, no folder"]
    assert "not a release" in seen["foreign folder"]
    assert "no dataset was named" in seen["foreign folder, no name"]
    assert "not a release" in seen["foreign folder in the variable"]
    assert "configs are default and responses" in seen["no such config"]


@pytest.mark.parametrize("config", configs("default"), ids=lambda config: config.name)
def test_features_of_the_card_are_those_of_the_table(config: Config) -> None:
    listed = features_yaml(config.table.schema)
    assert [feature["name"] for feature in listed] == config.table.schema.names
