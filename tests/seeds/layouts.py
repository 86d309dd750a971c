"""Rows in the layouts of the public sources, written for these tests.

The AMO-Bench format instructions follow meituan-longcat/AMO-Bench (MIT).
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Row = dict[str, Any]

_ASK = "After solving the above problem, please "
AMO_SUFFIXES = (
    _ASK + "output your final answer in the following format:\n### The final answer is: "
    "$\\boxed{<your answer>}$\nExample:\n### The final answer is: $\\boxed{123}$",
    _ASK + "output a set (completely enumerating all elements) as your final answer in the "
    "following format:\n### The final answer is: $\\boxed{\\{<your answer>\\}}$",
    _ASK + "output an expression in the given variables as your final answer in the following "
    "format:\n### The final answer is: $\\boxed{<your answer>}$",
    _ASK + "summarize your final answer using the following format:\n"
    "### The final answer is: <Your answer>",
)


def write_parquet(path: Path, rows: Sequence[Row], schema: pa.Schema | None = None) -> Path:
    """Rows to a Parquet file, folders included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), path)
    return path


def write_jsonl(path: Path, rows: Sequence[Row]) -> Path:
    """Rows to JSON lines, folders included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def scalequest(root: Path) -> None:
    write_jsonl(
        root / "train.json",
        [{"query": f"What is {n} plus {n}?", "response": f"\\boxed{{{2 * n}}}"} for n in range(30)],
    )


def numina(root: Path) -> None:
    rows = [
        ("olympiads", "Find the root of $2x = 9$.", "So $x = \\boxed{\\frac{9}{2}}$."),
        (
            "cn_k12",
            "Find $a$, then $b = 2a$, if $a = 3$.",
            "$\\boxed{3}$. Then \\boxed{\\sqrt{36}}.",
        ),
        ("aops_forum", "Prove that the square of an odd number is odd.", "Write it as $2k+1$."),
        ("synthetic_math", "How many legs have two dogs?", "\\boxed{8}"),
        ("amc_aime", "How many legs have three dogs?", "\\boxed{12}"),
    ]
    names = ("source", "problem", "solution")
    columns = [{**dict(zip(names, row, strict=True)), "messages": []} for row in rows]
    write_parquet(root / "data" / "train-00000-of-00002.parquet", columns[:3])
    write_parquet(root / "data" / "train-00001-of-00002.parquet", columns[3:])
    write_parquet(root / "data" / "test-00000-of-00001.parquet", columns[:1])


def math(root: Path) -> None:
    def row(level: str, problem: str, solution: str) -> Row:
        return {"problem": problem, "level": level, "type": "T", "solution": solution}

    split = "train-00000-of-00001.parquet"
    for config in (
        "counting_and_probability",
        "geometry",
        "intermediate_algebra",
        "number_theory",
        "prealgebra",
        "precalculus",
    ):
        write_parquet(root / config / split, [row("Level 1", f"A {config} problem?", "\\boxed{1}")])
    rows = [
        row("Level 5", "What is one half of $\\frac{2}{3}$?", "First \\boxed{2}, then \\fbox{x}."),
        row("Level ?", "What is the sum of 1 and 1?", "It is $\\boxed{\\boxed{2}}$."),
    ]
    write_parquet(root / "algebra" / split, rows)
    write_parquet(root / "algebra" / "test-00000-of-00001.parquet", rows[:1])


def omni_math(root: Path) -> None:
    write_jsonl(
        root / "test.jsonl",
        [
            {
                "domain": [],
                "difficulty": 4.5,
                "problem": "Compute $\x0crac{1}{2} + 1$.",
                "solution": "",
                "answer": "$\\frac{3}{2}$",
                "source": "own",
            },
            {
                "domain": ["Mathematics -> Algebra"],
                "difficulty": 7,
                "problem": "Show that every even square is a multiple of 4.",
                "solution": "",
                "answer": "",
                "source": "own",
            },
            {
                "domain": ["Mathematics"],
                "difficulty": 1,
                "problem": "The fi\x0crst number is 3. Which is it?",
                "solution": "",
                "answer": "3",
                "source": "own",
            },
        ],
    )


def olympiadbench(root: Path) -> None:
    def row(number: int, answer: list[str] | None, several: bool, context: str | None) -> Row:
        return {
            "id": number,
            "question": f"Question {number}: find all $x$.",
            "solution": ["..."],
            "final_answer": answer,
            "context": context,
            "image_1": {"bytes": b"not an image", "path": "x.png"},
            "is_multiple_answer": several,
            "subfield": "Algebra",
        }

    rows = [
        row(11, ["$\\frac{1}{2}$"], False, None),
        row(12, ["$69$,$84$"], True, "Let $x > 0$."),
        row(13, ["2500,7500"], True, None),
    ]
    write_parquet(root / "OE_TO_maths_en_COMP" / "OE_TO_maths_en_COMP.parquet", rows)
    proof = row(14, ["x"], False, None) | {"final_answer": None}
    schema = pa.Table.from_pylist(rows).schema
    write_parquet(root / "TP_TO_maths_en_COMP" / "TP_TO_maths_en_COMP.parquet", [proof], schema)


def aime_2024(root: Path) -> None:
    texts = ("025", "073", "385", "000")
    rows = [
        {"id": 60 + i, "problem": f"Own problem number {i}?", "solution": "", "answer": answer}
        for i, answer in enumerate(texts)
    ]
    write_parquet(root / "data" / "train-00000-of-00001.parquet", rows)


def matharena(answers: Sequence[Any], root: Path) -> None:
    rows = [
        {"problem_idx": i, "problem": f"Own problem number {i}?", "answer": a, "problem_type": []}
        for i, a in enumerate(answers, 1)
    ]
    schema = pa.schema(
        [
            ("problem_idx", pa.int64()),
            ("problem", pa.string()),
            ("answer", pa.int64() if isinstance(answers[0], int) else pa.string()),
            ("problem_type", pa.list_(pa.string())),
        ]
    )
    write_parquet(root / "data" / "train-00000-of-00001.parquet", rows, schema)


def math_ai(root: Path) -> None:
    rows = [{"problem": "An own problem, the first?", "answer": 70, "id": "0"}]
    write_jsonl(root / "test.jsonl", rows)


def amo_bench(root: Path) -> None:
    answers = ("\\boxed{6}", "$$ \\boxed{\\{1, 2\\}} $$", "$\\boxed{2n}$", "the floor of $n/2$")
    kinds = ("number", "set", "variable", "description")
    rows = [
        {
            "question_id": i,
            "prompt": f"Own problem number {i}: find $n$.\n\n{suffix}",
            "solution": "",
            "answer": answer,
            "answer_type": kind,
        }
        for i, (suffix, answer, kind) in enumerate(zip(AMO_SUFFIXES, answers, kinds, strict=True))
    ]
    write_parquet(root / "data" / "test-00000-of-00001.parquet", rows)


def gsm8k(root: Path) -> None:
    rows = [
        {"question": "Tom has 3 + 4 apples. How many?", "answer": "3+4=<<3+4=7>>7\n#### 7"},
        {"question": "A town has two halves of 600.", "answer": "#1 is easy\n#### 1,200"},
    ]
    for split in ("train", "test"):
        write_parquet(root / "main" / f"{split}-00000-of-00001.parquet", rows)


def math_500(root: Path) -> None:
    row = {
        "problem": "An own problem, is it?",
        "solution": "\\boxed{p - q}",
        "answer": "p - q",
        "subject": "Algebra",
        "level": 5,
        "unique_id": "test/algebra/1.json",
    }
    write_jsonl(root / "test.jsonl", [row])


WRITERS: Mapping[str, Any] = {
    "scalequest": scalequest,
    "numina_math_cot": numina,
    "math": math,
    "omni_math": omni_math,
    "olympiadbench": olympiadbench,
    "aime_2024": aime_2024,
    "aime_2025": lambda root: matharena((70, 588, 16), root),
    "aime_2025_math_ai": math_ai,
    "hmmt_feb_2025": lambda root: matharena(("\\frac{1}{576}", "103", "025"), root),
    "hmmt_nov_2025": lambda root: matharena(("1/91", "8.5"), root),
    "amo_bench": amo_bench,
    "gsm8k": gsm8k,
    "math_500": math_500,
}
