"""A set of problems somewhere, and how its rows are read: what seed sources, evaluation sets and
benchmarks have in common."""

from typing import Annotated

from sure_math.section import Operational, Section


class ProblemSet(Section):
    """Problems on the hub, in files, or made by a program."""

    name: str
    adapter: str
    """How the rows are read (`sure-math seeds --list`)."""
    path: Annotated[str | None, Operational] = None
    """A local folder in the hub's layout, or a file for the `table` adapter; None = the hub. Its
    content is digested wherever it counts, so the place may change."""
    dataset: str | None = None
    """A hub dataset id, for the `table` adapter."""
    config: str | None = None
    """Configuration of a hub dataset; for adapter `builtin` the families to draw from."""
    split: str | None = None
    revision: str | None = None
    """None = the revision pinned by the adapter."""
    problem_column: str | None = None
    answer_column: str | None = None
    id_column: str | None = None
