"""The source code is never taken for a dataset, though it holds files that `datasets` reads.

The repository and the package are folders of the names that people load; `.huggingface.yaml` in
each makes `datasets` stop with words that say so.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.publish.hub.client_process import BUILDER, OURS, PLAIN, ClientProcess

ROOT = Path(__file__).parents[3]
WORDS = "this folder is the source code of SURE-Math, not a dataset"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a clone has, in a folder `sure-math`."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    folder = tmp_path_factory.mktemp("clone") / "sure-math"
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClientProcess]:
    home = str(tmp_path_factory.mktemp("home"))
    settings = {"HF_HUB_OFFLINE": "1", "HF_HOME": home, "USE_TORCH": "0"}
    with ClientProcess({**os.environ, **settings}) as running:
        yield running


def test_a_checkout_beside_which_one_loads(checkout: Path, client: ClientProcess) -> None:
    for name in ("sure-math", "./sure-math", str(checkout)):
        for options in ({}, {"streaming": True}, {"split": "train"}):
            assert WORDS in client.error(PLAIN, name, folder=checkout.parent, **options)
    assert "not a release of sure-math" in client.error(OURS, "sure-math", folder=checkout.parent)


def test_the_root_of_a_checkout(checkout: Path, client: ClientProcess) -> None:
    assert WORDS in client.error(PLAIN, "sure_math", folder=checkout)
    assert WORDS in client.error(BUILDER, "sure_math", folder=checkout)
    assert WORDS in client.error(PLAIN, ".", folder=checkout)


def test_the_folder_of_installed_packages(client: ClientProcess, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "sure_math", tmp_path / "sure_math")
    assert WORDS in client.error(PLAIN, "sure_math", folder=tmp_path)


def test_a_release_made_in_a_checkout_loads(
    checkout: Path, client: ClientProcess, released: Path
) -> None:
    shutil.copytree(released, checkout / "sure-math")
    for how in (PLAIN, OURS):
        found = client.about(how, "sure-math", folder=checkout)
        assert found["rows"] == {"train": 5, "test": 3}
    shutil.rmtree(checkout / "sure-math")
