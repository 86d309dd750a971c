"""Stage `cluster`: which answers of a problem mean the same.

All problems of a shard advance side by side: each round collects the open judge questions of all
of them into one batch, so that the engine stays full.
Side tables: `judgements`, what the judge said; `links`, what joined two answers of a cluster, and
which verdicts contradict it.
"""

import functools
from collections import defaultdict
from dataclasses import asdict
from typing import Any

from sure_math import schemas
from sure_math.answers.equivalence import compare
from sure_math.answers.free_text import compare_texts, text_keys
from sure_math.answers.problem import problem_keys
from sure_math.answers.symbolic import SymbolicChecker
from sure_math.backends import model_identity
from sure_math.cluster.clustering import Clustering, Judging, Question, clustering
from sure_math.cluster.judge import Judge
from sure_math.config import Recipe
from sure_math.prompts import load_prompt
from sure_math.runtime.context import Context
from sure_math.runtime.stage import Inputs, ShardResult, Stage

Row = dict[str, Any]


@functools.cache
def _checker(cpu_seconds: float) -> SymbolicChecker:
    """One worker for all shards of this process; it ends with the process."""
    return SymbolicChecker(cpu_seconds=cpu_seconds)


def _run(inputs: Inputs, context: Context) -> ShardResult:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in inputs["answers"].to_pylist():
        groups[row["problem_id"]].append(row)
    texts = {row["problem_id"]: row["problem"] for row in inputs["pool"].to_pylist()}
    judge = Judge(context)
    results = _cluster_all(groups, texts, judge, context.recipe)
    rows = [
        {**row, "cluster": cluster, "conflicts": results[problem_id].conflicts}
        for problem_id, group in groups.items()
        for row, cluster in zip(group, results[problem_id].cluster_ids, strict=True)
    ]
    judgements = [
        {
            "problem_id": problem_id,
            **asdict(judgement),
            "judge": judge.model,
            "prompt_sha": judge.prompt_sha,
        }
        for problem_id, result in results.items()
        for judgement in result.judgements
    ]
    side = {"judgements": judgements, "links": _links(results)}
    return ShardResult(rows, [], side, _stats(results))


def _cluster_all(
    groups: dict[str, list[Row]], texts: dict[str, str], judge: Judge, recipe: Recipe
) -> dict[str, Clustering]:
    """Drive every problem's clustering to its end, in rounds of judge questions."""
    results: dict[str, Clustering] = {}
    open_questions: dict[str, tuple[Judging, Question]] = {}

    def advance(problem_id: str, judging: Judging, verdict: bool | None, *, first: bool) -> None:
        try:
            question = next(judging) if first else judging.send(verdict)
        except StopIteration as done:
            results[problem_id] = done.value
        else:
            open_questions[problem_id] = (judging, question)

    for problem_id, group in groups.items():
        judging = _start([row["answer"] for row in group], recipe)
        advance(problem_id, judging, None, first=True)
    while open_questions:
        asked, open_questions = open_questions, {}
        verdicts = judge.ask({key: (texts[key], q.a, q.b) for key, (_, q) in asked.items()})
        for problem_id, (judging, _) in asked.items():
            advance(problem_id, judging, verdicts[problem_id], first=False)
    return {problem_id: results[problem_id] for problem_id in groups}


def _start(answers: list[str | None], recipe: Recipe) -> Judging:
    config = recipe.cluster
    boxed = recipe.answers.kind == "boxed"
    tiers = functools.partial(compare, symbolic=_checker(config.symbolic_seconds))
    return clustering(
        answers,
        tiers if boxed else compare_texts,
        use_judge=config.judge,
        paper=config.equivalence == "paper",
        linkage=config.linkage,
        keys=problem_keys if boxed else text_keys,
        closing_questions=config.closing_questions,
    )


def _links(results: dict[str, Clustering]) -> list[Row]:
    rows: list[Row] = []
    for problem_id, result in results.items():
        for equal, links in ((True, result.merges), (False, result.contradictions)):
            rows += [{"problem_id": problem_id, **asdict(link), "equal": equal} for link in links]
    return rows


def _stats(results: dict[str, Clustering]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for result in results.values():
        counts["conflicts"] += result.conflicts
        for merge in result.merges:
            counts[f"merged_{merge.tier}"] += 1
    return dict(counts)


def _config(recipe: Recipe) -> dict[str, Any]:
    content = recipe.cluster.content()
    if recipe.cluster.judge:
        content["model"] = model_identity(recipe.models.judge)
        content["prompt_sha"] = load_prompt(recipe.judge_prompt).sha
    return content


STAGE = Stage(
    name="cluster",
    version=2,
    inputs=("answers", "pool"),
    output=schemas.CLUSTERS,
    run_shard=_run,
    config=_config,
    expected=lambda inputs, recipe: int(inputs["answers"].num_rows),
    side={"judgements": schemas.JUDGEMENTS, "links": schemas.LINKS},
    keeps_journal=True,
)
