"""Every table of SURE-Math: one fixed Arrow schema each, with a version and a line per column.

The descriptions travel as field metadata into every Parquet file, and the data card is generated
from them. Columns are `string`, never `large_string`: files of one table must concatenate.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from sure_math.errors import DataError


@dataclass(frozen=True)
class Table:
    """A named, versioned Arrow schema."""

    name: str
    version: int
    schema: pa.Schema

    def build(self, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
        """Rows to an Arrow table of exactly this schema.

        Raises:
            DataError: a row has a key the schema does not know, lacks one, has a value of a wrong
                type, or none where the schema wants one.
        """
        rows = list(rows)
        expected = set(self.schema.names)
        for row in rows:
            if row.keys() != expected:
                extra = sorted(row.keys() - expected)
                missing = sorted(expected - row.keys())
                raise DataError(f"table {self.name}: unknown columns {extra}, missing {missing}")
        try:
            table = pa.Table.from_pylist(rows, schema=self.schema)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeEncodeError) as error:
            raise DataError(f"table {self.name}: {error}") from error
        empty = [f.name for f in self.schema if not f.nullable and table[f.name].null_count]
        if empty:
            raise DataError(f"table {self.name}: null in columns {empty}, which need a value")
        return table

    def describe(self) -> list[tuple[str, str, str]]:
        """(column, type, description) of every column, for the data card."""
        return [
            (f.name, str(f.type), (f.metadata or {}).get(b"doc", b"").decode()) for f in self.schema
        ]


def _column(name: str, kind: pa.DataType, doc: str, *, null: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=null, metadata={"doc": doc})


_STR, _I16, _I32, _I64, _F64, _BOOL = (
    pa.string(),
    pa.int16(),
    pa.int32(),
    pa.int64(),
    pa.float64(),
    pa.bool_(),
)
_STRINGS = pa.list_(pa.field("element", _STR))

_PROBLEM = [
    _column("problem_id", _STR, "stable id: hash of the canonical problem text and its origin"),
    _column("problem", _STR, "the problem statement (LaTeX in plain text)"),
    _column("answer", _STR, "verified ground truth; null where none is known", null=True),
    _column(
        "answer_source", _STR, "where the ground truth comes from; null without one", null=True
    ),
    _column("tier", _STR, "difficulty tier: easy, medium, hard or competition"),
    _column("source", _STR, "name of the seed source of the root problem"),
    _column("source_id", _STR, "id of the root problem in its source (dataset:config:split:id)"),
    _column("source_revision", _STR, "revision of the source, where it has one", null=True),
    _column("license", _STR, "licence of the root problem's source"),
    _column("curated", _BOOL, "true: taken from its source as it is; false: evolved"),
    _column("split", _STR, "train or test"),
    _column("use", _STR, "evolve: a seed only; annotate: goes to the teacher as it is"),
    _column(
        "root_id", _STR, "problem_id of the seed this problem descends from (itself, if a seed)"
    ),
    _column("parent_id", _STR, "problem_id one evolution step up; null for seeds", null=True),
    _column("strategy", _STR, "evolution strategy of the last step; null for seeds", null=True),
    _column("round", _I16, "evolution steps from the root (0 = seed)"),
    _column("flags", _STRINGS, "what the checks noticed without rejecting (figure, repaired, ...)"),
]

_VALIDITY = _column(
    "validity",
    _STRINGS,
    "the judge's votes on a new problem (well_posed, contradictory, incomplete, impossible, "
    "not_math, unparseable); none if it was not asked",
)

PROBLEMS = Table("problems", 1, pa.schema(_PROBLEM))

EVALUATION = Table(
    "evaluation",
    2,
    pa.schema(
        [
            _column("evaluation_set", _STR, "name of the benchmark in the recipe"),
            _column("item", _STR, "id of the item (dataset:config:split:id)"),
            _column("problem", _STR, "the problem statement"),
            _column("answer", _STR, "reference answer; null where the set has none", null=True),
        ]
    ),
)

PLAN = Table(
    "plan",
    1,
    pa.schema(
        [
            _column("step_id", _STR, "root_id:chain:round"),
            _column("root_id", _STR, "problem_id of the seed"),
            _column("chain", _I16, "number of the chain on this seed"),
            _column("round", _I16, "round within the chain, from 1"),
            _column("rounds", _I16, "rounds planned for this chain"),
            _column("strategies", _STRINGS, "strategies in the order in which they are tried"),
            _column("seed", _I64, "63-bit sampling seed of the step"),
        ]
    ),
)

EVOLVED = Table(
    "evolved",
    2,
    pa.schema(
        [
            *_PROBLEM,
            _column("chain", _I16, "number of the chain on its seed"),
            _column("planned_round", _I16, "round of the plan that made it"),
            _column("kept", _BOOL, "whether the problem goes on to the teacher"),
            _column("answer_form", _STR, "form of the answer the evolver announced", null=True),
            _column("parameters", _STRINGS, "letters that algebraize brought in"),
            _VALIDITY,
            _column("attempts", _I16, "attempts this step took"),
            _column("seed", _I64, "sampling seed of the accepted attempt"),
            _column("evolver", _STR, "model that wrote the problem"),
            _column("prompt_sha", _STR, "hash of the strategy prompt"),
            _column("raw_output", _STR, "the evolver's whole output"),
        ]
    ),
)

ATTEMPTS = Table(
    "attempts",
    2,
    pa.schema(
        [
            _column("step_id", _STR, "step of the plan"),
            _column("parent_id", _STR, "problem_id of the problem it started from"),
            _column("tier", _STR, "difficulty tier"),
            _column("round", _I16, "round of the plan"),
            _column("attempt", _I16, "number of the attempt, from 1"),
            _column("strategy", _STR, "strategy tried"),
            _column("seed", _I64, "sampling seed"),
            _column("problem", _STR, "the new problem; null if none could be read", null=True),
            _column("reason", _STR, "why it was rejected; null if accepted", null=True),
            _column("detail", _STR, "what exactly was wrong", null=True),
            _column("raw_output", _STR, "the evolver's whole output"),
        ]
    ),
)

LABEL_CONFLICTS = Table(
    "label_conflicts",
    1,
    pa.schema(
        [
            _column("group", _STR, "problem_id of the first problem of the group"),
            _column("problem_id", _STR, "a problem that says the same as the others of its group"),
            _column("source", _STR, "name of its source"),
            _column("source_id", _STR, "its id there (dataset:config:split:id)"),
            _column("problem", _STR, "its text"),
            _column("answer", _STR, "its answer; null if it has none", null=True),
        ]
    ),
)

POOL = Table(
    "pool",
    2,
    pa.schema(
        [
            *_PROBLEM,
            _VALIDITY,
            _column(
                "evolver", _STR, "model that wrote the problem; null if not evolved", null=True
            ),
            _column("decontamination", _STRINGS, "evaluation sets the problem was checked against"),
        ]
    ),
)

VERDICTS = Table(
    "verdicts",
    2,
    pa.schema(
        [
            _column("problem_id", _STR, "the problem that was checked"),
            _column("evaluation_set", _STR, "the benchmark it collides with"),
            _column("item", _STR, "item of the benchmark"),
            _column("rule", _STR, "what decided: exact, one of the text rules, judge or lineage"),
            _column("score", _F64, "similarity behind the rule, in [0, 1]; 1 for equal texts"),
            _column("forward", _BOOL, "judge, problem first: the same?", null=True),
            _column("reverse", _BOOL, "judge, benchmark item first: the same?", null=True),
            _column("judge", _STR, "model that judged; null if none was asked", null=True),
            _column("decision", _STR, "blocked or kept"),
        ]
    ),
)

_RESPONSE = [
    _column("problem_id", _STR, "the problem"),
    _column("sample_index", _I16, "number of the response, from 0"),
    _column("text", _STR, "the teacher's response"),
    _column("finish_reason", _STR, "stop or length"),
    _column("token_count", _I32, "response tokens, end token included"),
    _column("logprob", _F64, "summed raw log-probability in nats; null if unknown", null=True),
]

RESPONSES = Table(
    "responses",
    1,
    pa.schema(
        [
            *_RESPONSE,
            _column("n_requested", _I16, "samples asked for"),
            _column("seed", _I64, "63-bit sampling seed of the problem"),
            _column("model", _STR, "model that answered"),
            _column("logprobs_mode", _STR, "raw_logprobs, or none (discrete entropy)"),
        ]
    ),
)

ANSWERS = Table(
    "answers",
    1,
    pa.schema(
        [
            *RESPONSES.schema,
            _column("answer", _STR, "final answer as written; null if there is none", null=True),
            _column("extract_status", _STR, "how the answer was found, or why there is none"),
        ]
    ),
)

CLUSTERS = Table(
    "clusters",
    1,
    pa.schema(
        [
            *ANSWERS.schema,
            _column("cluster", _I16, "semantic cluster of the answer; -1: no answer"),
            _column("conflicts", _I16, "pairs of one cluster that a verdict calls different"),
        ]
    ),
)

JUDGEMENTS = Table(
    "judgements",
    1,
    pa.schema(
        [
            _column("problem_id", _STR, "the problem"),
            _column("a", _STR, "one answer"),
            _column("b", _STR, "the other answer"),
            _column("forward", _BOOL, "verdict for (a, b); null: unparseable", null=True),
            _column("reverse", _BOOL, "verdict for (b, a); null: not asked or bad", null=True),
            _column("equal", _BOOL, "the verdict that counts: both orders said yes"),
            _column("judge", _STR, "model that judged"),
            _column("prompt_sha", _STR, "hash of the judge prompt"),
        ]
    ),
)

LINKS = Table(
    "links",
    1,
    pa.schema(
        [
            _column("problem_id", _STR, "the problem"),
            _column("a", _STR, "one answer"),
            _column("b", _STR, "another answer of the same cluster"),
            _column("tier", _STR, "what decided: canonical, one of the tiers, or judge"),
            _column("equal", _BOOL, "true: this joined the two; false: a conflict, they differ"),
        ]
    ),
)

_CLUSTER_LIST = pa.list_(
    pa.field(
        "element",
        pa.struct([pa.field("answer", _STR), pa.field("count", _I16), pa.field("prob", _F64)]),
    )
)

_ANNOTATION = [
    _column("semantic_entropy", _F64, "eq. 5 over the answer clusters, in nats"),
    _column("semantic_entropy_normalized", _F64, "semantic entropy / log(n_samples), in [0, 1]"),
    _column("w_se", _F64, "eq. 6: 1 - semantic entropy / log(n_samples), in [0, 1]"),
    _column("discrete_entropy", _F64, "eq. 5 with equal mass per response, in nats"),
    _column("surface_entropy", _F64, "eq. 5 over distinct answer strings, in nats"),
    _column("intra_cluster_entropy", _F64, "surface entropy - semantic entropy, in nats"),
    _column("n_samples", _I16, "responses requested (N of eq. 6)"),
    _column("n_returned", _I16, "responses received"),
    _column("n_answered", _I16, "responses with a final answer"),
    _column("n_truncated", _I16, "responses cut off by the token limit"),
    _column("n_clusters", _I16, "semantic clusters among the answers"),
    _column("majority_answer", _STR, "answer of the largest cluster; null on a tie", null=True),
    _column("majority_share", _F64, "share of the requested responses in the largest cluster"),
    _column("clusters", _CLUSTER_LIST, "answer, count and probability (eq. 4) of every cluster"),
    _column("conflicts", _I16, "contradicting equivalence verdicts"),
    _column("teacher", _STR, "model that was sampled"),
    _column(
        "judge",
        _STR,
        "judge that was configured, and asked where rules left it open; null if none",
        null=True,
    ),
    _column("logprobs_mode", _STR, "raw_logprobs, or none (discrete entropy)"),
]

ANNOTATED = Table("annotated", 2, pa.schema([*POOL.schema, *_ANNOTATION]))

# The release: what downstream trainers see. `use` is internal bookkeeping and stays behind.
# The text of a seed that was evolved is not in it either, only its id and its hash.
RELEASE = Table(
    "default",
    2,
    pa.schema(
        [
            *(f for f in ANNOTATED.schema if f.name != "use"),
            _column("root_sha256", _STR, "SHA-256 of the root problem's canonical text"),
        ]
    ),
)

RELEASE_RESPONSES = Table(
    "responses",
    1,
    pa.schema(
        [
            *_RESPONSE,
            _column("answer", _STR, "final answer as written; null if there is none", null=True),
            _column("extract_status", _STR, "how the answer was found, or why there is none"),
            _column("cluster", _I16, "semantic cluster of the answer; -1: no answer"),
        ]
    ),
)

BENCHMARK_PROBLEMS = Table(
    "benchmark_problems",
    1,
    pa.schema(
        [
            _column("benchmark", _STR, "name of the benchmark in the suite"),
            _column("problem_id", _STR, "id of the problem in its benchmark"),
            _column("problem", _STR, "the problem statement"),
            _column("gold", _STR, "the benchmark's answer"),
            _column("answer_type", _STR, "kind of answer, where the source names it", null=True),
            _column("revision", _STR, "commit of the source; null for local files", null=True),
        ]
    ),
)

COMPLETIONS = Table(
    "completions",
    1,
    pa.schema(
        [
            _column("benchmark", _STR, "name of the benchmark in the suite"),
            _column("decoding", _STR, "name of the decoding in the suite (pass@1, avg@16, ...)"),
            _column("problem_id", _STR, "id of the problem in its benchmark"),
            _column("sample_index", _I16, "number of the completion, from 0"),
            _column("text", _STR, "the completion"),
            _column("finish_reason", _STR, "stop or length"),
            _column("token_count", _I32, "completion tokens, end token included"),
            _column("logprob", _F64, "summed raw log-probability in nats, if known", null=True),
            _column("seed", _I64, "63-bit sampling seed of the problem"),
        ]
    ),
)

GRADES = Table(
    "grades",
    1,
    pa.schema(
        [
            _column("benchmark", _STR, "name of the benchmark in the suite"),
            _column("decoding", _STR, "name of the decoding in the suite"),
            _column("problem_id", _STR, "id of the problem in its benchmark"),
            _column("sample_index", _I16, "number of the completion, from 0"),
            _column("gold", _STR, "the benchmark's answer"),
            _column("answer", _STR, "final answer as written; null if there is none", null=True),
            _column("extract_status", _STR, "how the answer was found, or why there is none"),
            _column("correct", _BOOL, "whether it equals the benchmark's answer"),
            _column("grader", _STR, "what decided: symbolic, amo, or the name of the judge"),
        ]
    ),
)

TRAINING_LOG = Table(
    "training_log",
    1,
    pa.schema(
        [
            _column("step", _I32, "optimizer steps done"),
            _column("metric", _STR, "name of the figure"),
            _column("value", _F64, "its value"),
        ]
    ),
)

TRAINING_DRAWS = Table(
    "training_draws",
    1,
    pa.schema(
        [
            _column("draw", _I32, "position in the training, from 0"),
            _column("step", _I32, "optimizer step that trained on it, from 1"),
            _column("row", _I32, "row of the dataset, without those that were left out"),
            _column("problem_id", _STR, "id of the problem"),
        ]
    ),
)

REJECTS = Table(
    "rejects",
    1,
    pa.schema(
        [
            _column("id", _STR, "id of the rejected row in its stage"),
            _column("reason", _STR, "from the stage's closed list"),
            _column("detail", _STR, "what exactly was wrong", null=True),
            _column("raw", _STR, "the raw text, so that nothing is lost"),
        ]
    ),
)
