"""The checkpoint that the engine tests run."""

from pathlib import Path

import pytest

from tests.backends.tiny_model import write_tiny_model

SHIPPED = Path(__file__).parents[2] / "sure_math" / "builtin" / "models" / "teacher"


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The teacher that ships with the package, else a random model of its architecture."""
    if (SHIPPED / "config.json").is_file():
        return SHIPPED
    return write_tiny_model(tmp_path_factory.mktemp("tiny-qwen3"))
