"""One stage on a few rows, in a real context; its models are a scripted server."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from sure_math.config import Recipe
from sure_math.pipeline import STAGES
from sure_math.runtime.context import Context, Models
from sure_math.runtime.stage import ShardResult, Stage
from tests.backends.scripted_server import ScriptedServer

Row = dict[str, Any]
TABLES = {stage.name: stage.output for stage in STAGES}
ROLES = ("evolver", "teacher", "judge")


def served(server: ScriptedServer | None, **sections: Any) -> Recipe:
    """A recipe all of whose models are the server."""
    model = {"backend": "openai", "model": "scripted", "request_timeout": 20, "give_up_after": 20}
    models = {} if server is None else dict.fromkeys(ROLES, model | {"base_url": server.base_url})
    return Recipe.model_validate({"name": "test", "models": models, **sections})


@dataclass(frozen=True)
class OneTable:
    """All rows of a stage in one table, for a survey."""

    table: pa.Table

    def tables(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        yield self.table.select(columns) if columns else self.table


@contextmanager
def open_context(recipe: Recipe, folder: Path, survey: object = None) -> Iterator[Context]:
    """What a stage works with; models start on first use."""
    with Models(recipe) as models:
        yield Context(recipe, models, folder / "journal" / "part-00000.jsonl", survey=survey)


def run_stage(
    stage: Stage, recipe: Recipe, folder: Path, inputs: Mapping[str, Sequence[Row]]
) -> ShardResult:
    """Run one shard, check that its rows are conserved and that every table can be stored."""
    tables = {name: TABLES[name].build(rows) for name, rows in inputs.items()}
    sources = {name: OneTable(tables[name]) for name in stage.surveyed}
    survey = stage.survey(sources, recipe) if stage.survey else None
    with open_context(recipe, folder, survey) as context:
        result = stage.run_shard({name: tables[name] for name in stage.inputs}, context)
    stage.check(result, tables, recipe)
    stage.output.build(result.rows)
    for name, table in stage.side.items():
        table.build(result.side.get(name, []))
    return result


def problem(text: str, identity: str = "", **changes: Any) -> Row:
    """A seed row (table `problems`) that goes to the teacher."""
    identity = identity or f"id of {text}"
    row = {
        "problem_id": identity,
        "problem": text,
        "answer": None,
        "answer_source": None,
        "tier": "easy",
        "source": "own",
        "source_id": "own.jsonl:default:train:0",
        "source_revision": None,
        "license": "cc0-1.0",
        "curated": True,
        "split": "train",
        "use": "annotate",
        "root_id": identity,
        "parent_id": None,
        "strategy": None,
        "round": 0,
        "flags": [],
    }
    return row | changes


def evolved(text: str, parent: Row, identity: str = "", **changes: Any) -> Row:
    """A row of table `evolved`, one step below its parent."""
    made = {
        "curated": False,
        "use": "annotate",
        "root_id": parent["root_id"],
        "parent_id": parent["problem_id"],
        "strategy": "harder",
        "round": parent["round"] + 1,
        "chain": 0,
        "planned_round": parent["round"] + 1,
        "kept": True,
        "answer_form": None,
        "attempts": 1,
        "seed": 1,
        "evolver": "scripted",
        "validity": [],
        "parameters": [],
        "prompt_sha": "0",
        "raw_output": text,
    }
    return problem(text, identity) | made | changes


def pooled(text: str, identity: str = "", **changes: Any) -> Row:
    """A row of table `pool`."""
    return (
        problem(text, identity) | {"evolver": None, "validity": [], "decontamination": []} | changes
    )


def response(problem_id: str, index: int, text: str = "", **changes: Any) -> Row:
    """A row of table `responses`, one of eight."""
    row = {
        "problem_id": problem_id,
        "sample_index": index,
        "text": text,
        "finish_reason": "stop",
        "token_count": 10,
        "logprob": -5.0,
        "n_requested": 8,
        "seed": 7,
        "model": "scripted",
        "logprobs_mode": "raw_logprobs",
    }
    return row | changes


def answered(problem_id: str, index: int, answer: str | None, **changes: Any) -> Row:
    """A row of table `answers`."""
    status = "none" if answer is None else "boxed"
    found = {"answer": answer, "extract_status": status}
    return response(problem_id, index, f"\\boxed{{{answer}}}") | found | changes


def clustered(index: int, answer: str | None, cluster: int, **changes: Any) -> Row:
    """A row of table `clusters`, of problem `p`."""
    return answered("p", index, answer) | {"cluster": cluster, "conflicts": 0} | changes


def item(
    text: str, name: str = "bench", identity: str = "bench:0", answer: str | None = None
) -> Row:
    """A row of table `evaluation`."""
    return {"evaluation_set": name, "item": identity, "problem": text, "answer": answer}
