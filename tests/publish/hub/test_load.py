"""Which dataset `sure_math.load_dataset` takes: the name, the environment, the folder here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sure_math.publish.hub.features import features_yaml
from sure_math.publish.release import write_release
from sure_math.publish.tables import Config, configs
from tests.backends.scripted_server import ScriptedServer
from tests.finished_run import finish
from tests.roles import respond

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
        rows = sure_math.load_dataset(name, split="train", **options)
        print(json.dumps(sorted({row.get("source", "responses") for row in rows})))
    except sure_math.DataError as error:
        print(json.dumps(str(error)))
"""


def test_resolution(tmp_path: Path) -> None:
    here, bare, foreign = tmp_path / "here", tmp_path / "bare", tmp_path / "foreign"
    with ScriptedServer(respond) as server:
        for place in ("named", "variable", "here/sure-math"):
            source = f"seeds.sources.4.name={Path(place).name}"
            write_release(finish(tmp_path / "runs" / place, server, source), tmp_path / place)
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
    assert seen["the name comes first"] == ["named"]
    assert seen["then the variable"] == ["variable"]
    assert seen["then the folder"] == ["sure-math"]
    assert seen["by its bare name"] == ["sure-math"]
    assert seen["streaming"] == ["named"]
    assert seen["config"] == ["responses"]
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
