"""Stages `evaluation` and `seeds`: benchmark problems and seed problems, from their sources.

Both gather whole sources, so one rank does them. A seed that copies a benchmark item is rejected
before anything can be evolved from it.
"""

import hashlib
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sure_math import schemas
from sure_math.config import Recipe, SourceConfig
from sure_math.decontaminate.checker import Checked, Checker
from sure_math.decontaminate.index import ItemIndex
from sure_math.decontaminate.items import read_items
from sure_math.decontaminate.judge import judge_content
from sure_math.decontaminate.screen import REASONS as EVAL_REASONS
from sure_math.decontaminate.screen import blocking, open_judge, verdict_rows
from sure_math.errors import ConfigError
from sure_math.problem_set import ProblemSet
from sure_math.runtime.context import Context
from sure_math.runtime.ids import content_id
from sure_math.runtime.stage import Inputs, Reject, ShardResult, Stage
from sure_math.seeds import rows as seed_rows
from sure_math.seeds.dedup import deduplicate
from sure_math.seeds.read import adapter_for, read, source_files
from sure_math.text import canonical_text

Row = dict[str, Any]


# --- evaluation ---------------------------------------------------------------------------------


def _run_evaluation(inputs: Inputs, context: Context) -> ShardResult:
    rows: list[Row] = []
    rejects: list[Reject] = []
    for source in context.recipe.decontaminate.evaluation_sets:
        for item in read(source, seed=0):
            if isinstance(item, seed_rows.Reject):
                rejects.append(_reject(item))
            else:
                rows.append(
                    {
                        "evaluation_set": source.name,
                        "item": item.id,
                        "problem": item.problem,
                        "answer": item.answer,
                    }
                )
    rows.sort(key=lambda row: (row["evaluation_set"], row["item"]))
    return ShardResult(rows, rejects)


EVALUATION_STAGE = Stage(
    name="evaluation",
    version=2,
    inputs=(),
    output=schemas.EVALUATION,
    run_shard=_run_evaluation,
    config=lambda recipe: {
        "sets": [_identity(source) for source in recipe.decontaminate.evaluation_sets]
    },
    expected=None,
    reasons=frozenset(seed_rows.REASONS),
    scope="run",
)


# --- seeds --------------------------------------------------------------------------------------


def _run_seeds(inputs: Inputs, context: Context) -> ShardResult:
    recipe = context.recipe
    if not recipe.seeds.sources:
        raise ConfigError(
            f"recipe {recipe.name} names no seed source",
            hint="list at least one under seeds.sources; `sure-math seeds --list` names adapters",
        )
    rejects: list[Reject] = []
    found: list[seed_rows.SeedRow] = []
    for source in recipe.seeds.sources:
        for item in read(source, seed=recipe.seed, min_length=recipe.seeds.min_length):
            if isinstance(item, seed_rows.Reject):
                rejects.append(_reject(item))
            else:
                found.append(item)
    clean, blocked, verdicts = _decontaminate(found, inputs, context)
    # What goes to the teacher as it is, the test split with it, gives way to no mere seed.
    annotated = {source.name for source in recipe.seeds.sources if source.use == "annotate"}
    kept, dropped, conflicts = deduplicate(clean, recipe.dedup.near, preferred=annotated)
    rejects += [*blocked, *map(_reject, dropped)]
    rows = _problem_rows(kept, recipe)
    side = {"verdicts": verdicts, "label_conflicts": _conflict_rows(conflicts)}
    return ShardResult(rows, rejects, side, {"read": len(rows) + len(rejects)})


def _decontaminate(
    seeds: Sequence[seed_rows.SeedRow], inputs: Inputs, context: Context
) -> tuple[list[seed_rows.SeedRow], list[Reject], list[Row]]:
    """Seeds that are no benchmark items, the others, and the verdicts."""
    index = ItemIndex(read_items(inputs["evaluation"].to_pylist()))
    checker = Checker(index, open_judge(context))
    checked = [Checked(_problem_id(seed), seed.problem, seed.answer) for seed in seeds]
    findings = checker.check(checked)
    clean: list[seed_rows.SeedRow] = []
    rejects: list[Reject] = []
    for seed, one in zip(seeds, checked, strict=True):
        why = blocking(findings.get(one.problem_id, ()))
        if why is None:
            clean.append(seed)
        else:
            rejects.append(Reject(seed.id, why[0], seed.problem, why[1]))
    return clean, rejects, verdict_rows(findings, context.recipe, context.model("judge"))


def _conflict_rows(conflicts: Sequence[Sequence[seed_rows.SeedRow]]) -> list[Row]:
    """Rows of the `label_conflicts` table: what each source says of a text."""
    return [
        {
            "group": _problem_id(group[0]),
            "problem_id": _problem_id(seed),
            "source": seed.source,
            "source_id": seed.id,
            "problem": seed.problem,
            "answer": seed.answer,
        }
        for group in conflicts
        for seed in group
    ]


def _problem_rows(kept: Sequence[seed_rows.SeedRow], recipe: Recipe) -> list[Row]:
    """In stable order by id; the first `holdout` rows of a source form the test split."""
    sources = {source.name: source for source in recipe.seeds.sources}
    taken = dict.fromkeys(sources, 0)
    rows = []
    for seed in kept:
        source = sources[seed.source]
        rows.append(_problem_row(seed, source, test=taken[seed.source] < source.holdout))
        taken[seed.source] += 1
    for source in sources.values():
        if taken[source.name] < source.holdout:
            warnings.warn(
                f"source {source.name}: {source.holdout} problems were to be held out as a test "
                f"split, but only {taken[source.name]} of its problems are left",
                stacklevel=2,
            )
    return sorted(rows, key=lambda row: row["problem_id"])


def _problem_row(seed: seed_rows.SeedRow, source: SourceConfig, *, test: bool) -> Row:
    identity = _problem_id(seed)
    return {
        "problem_id": identity,
        "problem": seed.problem,
        "answer": seed.answer,
        "answer_source": seed.answer_source,
        "tier": source.tier,
        "source": seed.source,
        "source_id": seed.id,
        "source_revision": seed.revision,
        "license": seed.license,
        "curated": source.use == "annotate",
        "split": "test" if test else "train",
        "use": source.use,
        "root_id": identity,
        "parent_id": None,
        "strategy": None,
        "round": 0,
        "flags": list(seed.flags),
    }


def _problem_id(seed: seed_rows.SeedRow) -> str:
    return content_id(seed.source, seed.id, canonical_text(seed.problem))


def _reject(item: seed_rows.Reject) -> Reject:
    return Reject(item.id, item.reason, item.raw, item.detail)


def _identity(source: ProblemSet) -> dict[str, Any]:
    """The content settings of a source, with a digest of its local files."""
    adapter = adapter_for(source)
    identity = source.content()
    identity["revision"] = source.revision or adapter.revision
    digest = hashlib.blake2b(digest_size=16)
    files = source_files(source)
    for path in files:
        _digest_file(path, digest)
    if files:
        identity["content"] = digest.hexdigest()
    return identity


def _digest_file(path: Path, digest: "hashlib.blake2b") -> None:
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            digest.update(block)


SEEDS_STAGE = Stage(
    name="seeds",
    version=3,
    inputs=("evaluation",),
    output=schemas.PROBLEMS,
    run_shard=_run_seeds,
    config=lambda recipe: {
        "seed": recipe.seed,
        "min_length": recipe.seeds.min_length,
        **recipe.dedup.content(),
        "judge": judge_content(recipe),
        "sources": [_identity(source) for source in recipe.seeds.sources],
    },
    expected=None,
    reasons=frozenset({*seed_rows.REASONS, *EVAL_REASONS}),
    keeps_journal=True,
    side={"verdicts": schemas.VERDICTS, "label_conflicts": schemas.LABEL_CONFLICTS},
    scope="run",
)
