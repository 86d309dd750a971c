"""Every module, public class and public function says what it is for."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "sure_math"
# One function per curated problem, named by its id: the problem itself says what it computes.
CHECKS = PACKAGE / "seeds" / "curated" / "checks"
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def undocumented(scope: ast.Module | ast.ClassDef, prefix: str = "") -> list[str]:
    found = []
    for node in scope.body:
        if not isinstance(node, DEFINITIONS) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            found.append(prefix + node.name)
        # What overrides a documented method inherits its description.
        if isinstance(node, ast.ClassDef) and not node.bases:
            found += undocumented(node, f"{prefix}{node.name}.")
    return found


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_public_names_are_documented(path: Path) -> None:
    module = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(module), f"{path.name} has no docstring"
    assert path.parent == CHECKS or undocumented(module) == []
