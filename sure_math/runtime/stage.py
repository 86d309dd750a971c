"""The stage contract: a frozen description and one pure-looking function per shard.

Two scopes exist. A `shard` stage turns shard i of its inputs into its own shard i, so ranks can
share the work; a `run` stage makes all of its rows at once and is cut into shards afterwards. A
shard stage that needs to know something of all rows (which texts occur twice, where a quota ends)
has a survey: one pass over the columns it needs, done by every rank before its first shard, so
that memory is bounded by what the survey keeps. Stages never import each other: they meet in
`schemas` and on disk.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

import pyarrow as pa

from sure_math import schemas
from sure_math.config import Recipe
from sure_math.errors import StageError
from sure_math.runtime.ids import stable_hash

if TYPE_CHECKING:
    from sure_math.runtime.context import Context

Inputs = Mapping[str, pa.Table]


class Source(Protocol):
    """All rows of a stage, as a survey sees them."""

    def tables(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The rows, shard by shard in order; None: all columns."""


Survey = Callable[[Mapping[str, Source], Recipe], Any]


@dataclass(frozen=True)
class Reject:
    """A row that did not come through, with a reason from the stage's closed list."""

    id: str
    reason: str
    raw: str
    detail: str | None = None


@dataclass(frozen=True)
class ShardResult:
    """What a stage made of one shard."""

    rows: list[dict[str, Any]]
    rejects: list[Reject] = field(default_factory=list)
    side: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Rows of further tables, by name."""
    stats: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Stage:
    """A step of the pipeline."""

    name: str
    version: int
    """Raised when the same configuration gives other rows than before."""
    inputs: tuple[str, ...]
    """The first input decides the shards."""
    output: schemas.Table
    run_shard: Callable[[Inputs, "Context"], ShardResult]
    config: Callable[[Recipe], dict[str, Any]]
    """Everything that decides the content of the rows, as JSON values."""
    expected: Callable[[Inputs, Recipe], int] | None
    """Rows and rejects a shard must add up to; None where there is no input to conserve."""
    reasons: frozenset[str] = frozenset()
    """Closed list of reject reasons."""
    side: Mapping[str, schemas.Table] = field(default_factory=dict)
    scope: Literal["shard", "run"] = "shard"
    surveyed: tuple[str, ...] = ()
    """Stages that must be finished, because the survey reads all of their rows."""
    survey: Survey | None = None
    """What every shard needs to know of them; stands in `Context.survey`."""
    keeps_journal: bool = False
    """Whether the journal outlives the commit, for a later configuration to look things up in."""

    @property
    def upstream(self) -> tuple[str, ...]:
        """Every stage this one reads, shard by shard or as a whole."""
        return tuple(dict.fromkeys((*self.inputs, *self.surveyed)))

    def content(self, recipe: Recipe) -> dict[str, Any]:
        """What decides the rows and, for a stage that gathers, how they are cut into shards."""
        cut = {"shard_rows": recipe.shard_rows} if self.scope == "run" else {}
        return {**self.config(recipe), **cut}

    def hash(self, content: Mapping[str, Any], input_hashes: Mapping[str, str]) -> str:
        """Identity of everything that decides this stage's rows: its content and its inputs."""
        columns = [f"{column.name}:{column.type}" for column in self.output.schema]
        return stable_hash(
            [
                self.name,
                self.version,
                dict(content),
                self.output.version,
                columns,
                dict(input_hashes),
            ]
        )

    def check(self, result: ShardResult, inputs: Inputs, recipe: Recipe) -> None:
        """Rows are conserved and rejected for known reasons only.

        Raises:
            StageError: rows were lost or invented, or a reason is not in the closed list.
        """
        unknown = {reject.reason for reject in result.rejects} - self.reasons
        if unknown:
            raise StageError(f"stage {self.name} rejected rows for unlisted reasons {unknown}")
        if self.expected is None:
            return
        expected, found = self.expected(inputs, recipe), len(result.rows) + len(result.rejects)
        if expected != found:
            raise StageError(
                f"stage {self.name}: {expected} rows expected, but {len(result.rows)} came out "
                f"and {len(result.rejects)} were rejected"
            )


def reject_counts(rejects: list[Reject]) -> dict[str, int]:
    """Rejects by reason, sorted."""
    return dict(sorted(Counter(reject.reason for reject in rejects).items()))
