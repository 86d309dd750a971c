"""Where the shipped text files are: recipes, prompts and data cards.

They stand at the top of the repository for people to read and change; a wheel carries them inside
the package.
"""

from pathlib import Path

_PACKAGE = Path(__file__).parent
_INSTALLED = _PACKAGE / "_data"


def resource(*parts: str) -> Path:
    """Path of a shipped file or folder, such as `resource("prompts", "solve.md")`."""
    root = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent
    return root.joinpath(*parts)
