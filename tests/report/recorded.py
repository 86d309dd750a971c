"""Evaluation folders with known answers, written as `sure-math evaluate` writes them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sure_math.evaluate.suite import Benchmark, Decoding, Suite
from sure_math.schemas import BENCHMARK_PROBLEMS, COMPLETIONS, GRADES, Table
from sure_math.train.recipe import TrainedModel, TrainRecipe

STUDENT, TEACHER = "Qwen/Qwen3-1.7B", "Qwen/Qwen3-8B"
SUITE = Suite(
    name="small",
    benchmarks=(Benchmark(name="Sums", adapter="table", path="sums.jsonl"),),
    decodings=(Decoding(name="pass@1"),),
    max_tokens=512,
)
DATASET = {
    "name": "own/sure-math", "commit": "0123456789abcdef", "version": "1.2.0", "config": "default",
    "split": "train", "rows": 8800, "sha256": "ab" * 32,
}  # fmt: skip
STEPS = 40

Answers = Mapping[tuple[str, str], Sequence[Sequence[bool]]]
"""Right or wrong of every completion of every problem, by benchmark and decoding."""


def recipe(method: str = "opd", seed: int = 0, **sections: Any) -> TrainRecipe:
    """A recipe of that method."""
    student, teacher = TrainedModel(model=STUDENT), TrainedModel(model=TEACHER)
    given = {"student": student, "teacher": teacher, "dataset": {"name": "own/sure-math"}}
    return TrainRecipe.model_validate(
        {"name": f"{method}-{seed}", "method": method, "seed": seed, **given, **sections}
    )


def training(recipe: TrainRecipe, *, finished: bool = True, **changes: Any) -> dict[str, Any]:
    """The record of a training."""
    return {
        "recipe": recipe.model_dump(mode="json"),
        "finished": finished,
        "steps": STEPS,
        "dataset": DATASET,
        "rows": DATASET["rows"],
        "counts": {},
        "mean_weight": None,
        "checkpoints": [
            {"step": step, "generated_tokens": 1000 * step} for step in range(10, STEPS, 10)
        ],
        "generated_tokens": 1000 * STEPS,
        "peak_memory_gib": 10.0,
        **changes,
    }


def graded(*right: int, problems: int = 10, samples: int = 1) -> list[list[bool]]:
    """Completions of `problems` problems; the number of right ones of the first few."""
    counts = [*right, *[0] * (problems - len(right))]
    return [[index < count for index in range(samples)] for count in counts]


def first(count: int, problems: int = 10) -> list[list[bool]]:
    """Greedy completions, of which the first `count` are right."""
    return graded(*[1] * count, problems=problems)


def evaluation(
    folder: Path,
    answers: Answers | Sequence[Sequence[bool]],
    *,
    training: dict[str, Any] | None = None,
    model: str | None = None,
    label: str | None = None,
    suite: Suite = SUITE,
    step: int | None = None,
    **changes: Any,
) -> Path:
    """Write an evaluation; by default of the benchmark Sums with greedy decoding."""
    if not isinstance(answers, Mapping):
        answers = {("Sums", "pass@1"): answers}
    problems, completions, grades = _rows(answers)
    _write(folder / "problems", BENCHMARK_PROBLEMS, problems)
    _write(folder / "completions", COMPLETIONS, completions)
    _write(folder / "grades", GRADES, grades)
    model = model or f"training/{folder.name}/final"
    meta = {
        "finished": True,
        "label": label or folder.name,
        "model": model,
        "engine": "vllm 0.22.0",
        "judge": None,
        "step": (STEPS if step is None else step) if training else None,
        "training": training,
        "suite": suite.model_dump(mode="json"),
        "backend": {"backend": "vllm", "model": model},
        "identity": {"sources": [], "model": {}, "prompt_sha": "p1"},
        "grader": "g1",
        **changes,
    }
    (folder / "evaluation.json").write_text(json.dumps(meta))
    return folder


def trained(root: Path, recipe: TrainRecipe, answers: Any, **more: Any) -> Path:
    """The evaluation of a trained model, named after its recipe."""
    record = more.pop("training", None) or training(recipe)
    name = more.pop("name", recipe.name)
    return evaluation(root / name, answers, training=record, **more)


def _rows(answers: Answers) -> tuple[list[dict[str, Any]], ...]:
    problems: dict[tuple[str, str], dict[str, Any]] = {}
    completions, grades = [], []
    for (benchmark, decoding), marks in answers.items():
        for number, row in enumerate(marks):
            name = f"{benchmark}-{number:03d}"
            place = {"benchmark": benchmark, "problem_id": name}
            gold = str(number)
            problems[benchmark, name] = {
                **place, "problem": f"What is {number} + 0?", "gold": gold, "answer_type": None,
                "revision": None,
            }  # fmt: skip
            for index, right in enumerate(row):
                key = {**place, "decoding": decoding, "sample_index": index}
                answer = gold if right else str(number + 1)
                completions.append(
                    {**key, "text": f"So it is \\boxed{{{answer}}}.", "finish_reason": "stop",
                     "token_count": 10 + number, "logprob": None, "seed": 7}
                )  # fmt: skip
                grades.append(
                    {**key, "gold": gold, "answer": answer, "extract_status": "boxed",
                     "correct": right, "grader": "symbolic"}
                )  # fmt: skip
    return list(problems.values()), completions, grades


def _write(folder: Path, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.build(rows), folder / "part-00000.parquet")
