"""How well semantic entropy predicts wrong answers, on all labelled data there is offline.

    python benchmarks/entropy.py [--samples FOLDER] [--out FOLDER]

The built-in teacher answers fresh problems of its own families, with real log-probabilities. FOLDER
may hold `samples_*.jsonl`: public responses of other models to MATH and GSM8K, one problem a line
with `gold` and `samples` (`response`, or only the `answer_source`), without log-probabilities.
Answers are clustered by notation and algebra alone; no judge takes part.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import pyarrow as pa

from sure_math import schemas
from sure_math.answers.boxed import extract_answer
from sure_math.backends.builtin_engine import BuiltinEngine
from sure_math.builtin import measure, model_path
from sure_math.builtin.numerals import fraction
from sure_math.builtin.problems import Problem, solve
from sure_math.builtin.training.evaluate import reserved_problems
from sure_math.cluster.clustering import cluster_answers
from sure_math.recipes import load_recipe
from sure_math.report.dataset import Dataset
from sure_math.report.entropy import as_text, entropy_report, write_report
from sure_math.report.labelled import labelled
from sure_math.weight.stage import annotation

Row = dict[str, Any]
RESPONSES = pa.schema(
    [
        schemas.RELEASE_RESPONSES.schema.field(name)
        for name in ("problem_id", "answer", "logprob", "token_count")
    ]
)


def built_in(count: int) -> Dataset:
    """The built-in teacher on `count` reserved problems, 8 samples each at temperature 0.7."""
    engine = BuiltinEngine(model_path("teacher"))
    _, problems, texts = reserved_problems(count)
    groups = measure.sampled_answers(engine, texts)
    return dataset(
        f"{count} reserved problems of the built-in families",
        "built-in teacher",
        [_truth(problem) for problem in problems],
        [[_response(r.text, r.logprob, r.tokens, r.finished) for r in g] for g in groups],
    )


def public(path: Path) -> Dataset:
    """Stored responses; length and log-probabilities are unknown."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return dataset(
        path.stem,
        path.stem.removeprefix("samples_").split("_")[0],
        [line["gold"] for line in lines],
        [[_stored(sample) for sample in line["samples"]] for line in lines],
    )


def dataset(
    origin: str, teacher: str, truths: Sequence[str], groups: Iterable[list[Row]]
) -> Dataset:
    """Annotate responses as the pipeline does; every problem is its own seed."""
    recipe = load_recipe("demo", ("cluster.judge=false",))
    problems: list[Row] = []
    responses: list[Row] = []
    for number, (truth, group) in enumerate(zip(truths, groups, strict=True)):
        name = str(number)
        clusters = cluster_answers([row["answer"] for row in group])
        rows = [
            {**row, "problem_id": name, "cluster": cluster, "n_requested": len(group),
             "conflicts": 0, "model": teacher}
            for row, cluster in zip(group, clusters, strict=True)
        ]  # fmt: skip
        responses += rows
        problems.append(
            {"problem_id": name, "root_id": name, "answer": truth, **annotation(rows, recipe)}
        )
    return Dataset(
        origin, pa.Table.from_pylist(problems), pa.Table.from_pylist(responses, RESPONSES)
    )


def _truth(problem: Problem) -> str:
    answer = solve(problem)[1]
    return answer.forms[0] if answer.value is None else fraction(answer.value)


def _stored(sample: Row) -> Row:
    text = sample.get("response")
    row = _response(text or "", None, 1, True)
    return row if text is not None else {**row, "answer": sample["answer_source"]}


def _response(text: str, logprob: float | None, tokens: int, finished: bool) -> Row:
    return {
        "answer": extract_answer(text),
        "logprob": logprob,
        "token_count": tokens,
        "finish_reason": "stop" if finished else "length",
    }


def datasets(count: int, samples: Path | None) -> Iterator[tuple[str, Dataset]]:
    """Every set by name."""
    yield "built-in", built_in(count)
    for path in sorted(samples.glob("samples_*.jsonl")) if samples else ():
        yield path.stem, public(path)


@click.command()
@click.option("--problems", default=600, show_default=True, help="For the built-in teacher.")
@click.option("--samples", type=click.Path(path_type=Path, exists=True), help="Public responses.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for texts and pictures.")
def main(problems: int, samples: Path | None, out: Path | None) -> None:
    """Print one audit per set."""
    for name, found in datasets(problems, samples):
        rows = labelled(found)
        if "mean_nll" in rows.absent:  # then the lengths are not those of the model either
            del rows.scores["length"]
        report = entropy_report(rows)
        click.echo(as_text(report) + "\n\n")
        if out:
            write_report(report, out / name)


if __name__ == "__main__":
    main()
