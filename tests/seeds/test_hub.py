import os
import subprocess
import sys
from pathlib import Path

import pytest

from sure_math.errors import DataError
from sure_math.seeds.hub import resolve_revision
from tests.seeds.layouts import write_parquet

_READ = (
    "from sure_math.config import SourceConfig; from sure_math.seeds.read import read\n"
    "from sure_math.errors import DataError\n"
    "try:\n"
    "    list(read(SourceConfig(name='mine', tier='easy', {options}), 0))\n"
    "except DataError as error:\n"
    "    print(error)\n"
)


@pytest.mark.parametrize(
    ("options", "dataset"),
    [
        ("adapter='gsm8k'", "openai/gsm8k (config main, split train, revision 740312add8"),
        ("adapter='numina_math_cot', cap=5", "AI-MO/NuminaMath-CoT (split train, revision 9d8d21"),
        ("adapter='math_500'", "HuggingFaceH4/MATH-500"),
        ("adapter='table', dataset='nobody/nothing'", "nobody/nothing"),
    ],
)
def test_an_unreachable_hub_is_an_error_that_names_the_source(options: str, dataset: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _READ.format(options=options)],
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(f"source mine: cannot read {dataset}")
    assert "Next: check the id" in done.stdout
    assert "`path`" in done.stdout


def test_a_disabled_dataset_names_its_replacement() -> None:
    with pytest.raises(DataError, match="disabled") as caught:
        resolve_revision("hendrycks/competition_math", None)
    assert "adapter: math" in str(caught.value)


def test_a_commit_needs_no_request() -> None:
    commit = "740312add88f781978c0658806c59bc2815b9866"
    assert resolve_revision("openai/gsm8k", commit) == commit


_READ_FOLDER = (
    "import sys; from sure_math.seeds.hub import read_hub\n"
    "from sure_math.errors import DataError\n"
    "folder, config, stream = sys.argv[1], sys.argv[2], sys.argv[3] == 'stream'\n"
    "try:\n"
    "    rows = list(read_hub(folder, config, 'train', 'main', ['id', 'no'], stream=stream))\n"
    "    print(rows, 'PIL' in sys.modules)\n"
    "except DataError as error:\n"
    "    print(error)\n"
)
_CARD = """---
configs:
- {config_name: one, data_files: [{split: train, path: one.parquet}]}
- {config_name: two, data_files: [{split: train, path: two.parquet}]}
---
"""


@pytest.mark.parametrize("mode", ["stream", "store"])
def test_datasets_reads_the_wanted_columns_of_a_config(tmp_path: Path, mode: str) -> None:
    """The same client as for the hub, on a folder: it takes either."""
    folder = tmp_path / "data"
    for name in ("one", "two"):
        image = {"bytes": b"not an image", "path": "x.png"}
        write_parquet(folder / f"{name}.parquet", [{"id": name, "image": image}])
    (folder / "README.md").write_text(_CARD)

    def read(config: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", _READ_FOLDER, str(folder), config, mode],
            env={**os.environ, "HF_HOME": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "1"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    assert read("two") == "[{'id': 'two'}] False"
    missing = read("three")
    assert "config three" in missing
    assert "['one', 'two']" in missing
