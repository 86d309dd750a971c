"""The checkpoint that the engine tests run."""

from pathlib import Path

import pytest

import sure_math.builtin


@pytest.fixture(scope="session")
def model_dir() -> Path:
    """The teacher that ships with the package."""
    return Path(sure_math.builtin.__file__).parent / "models" / "teacher"
