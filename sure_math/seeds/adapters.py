r"""The public sources: where each one lies and how one of its rows becomes a `Draft`.

An adapter is data plus one small function. Every fact that a reader may want to check (revision,
licence, citation, known defects) stands in `data_cards/sources/<adapter>.md`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sure_math.answers.boxed import extract_answer
from sure_math.config import SourceConfig
from sure_math.seeds.builtin import draw_problems
from sure_math.seeds.rows import AnswerSource, Draft, Flag, Row
from sure_math.text import repair_controls


@dataclass(frozen=True)
class Adapter:
    """How one source is found and read.

    `draft` returns None for rows the adapter leaves out on purpose (documented in its card).
    `optional` columns may be missing; `benchmark_splits` hold evaluation problems.
    """

    name: str
    dataset: str
    draft: Callable[[Row], Draft | None]
    columns: tuple[str, ...]
    license: str
    optional: tuple[str, ...] = ()
    configs: tuple[str | None, ...] = (None,)
    split: str = "train"
    revision: str | None = None
    answer_source: AnswerSource = "source"
    benchmark_splits: tuple[str, ...] = ()
    stream: bool = False
    generate: Callable[[SourceConfig, int], Iterator[Row]] | None = None
    """Makes the rows (from the source and the run's seed) where a program writes them."""
    path: Path | None = None
    """What to read where the source is part of this package."""


# --- answers as the sources write them ------------------------------------------------------------


def _last_boxed(solution: object) -> str | None:
    r"""The last `\boxed{}` of a solution, also where `\b` was read as a backspace."""
    if not isinstance(solution, str):
        return None
    repaired = repair_controls(solution)
    return extract_answer(repaired[0] if repaired else solution)


def _without_dollars(answer: object) -> str | None:
    r"""`$\frac{1}{2}$.` -> `\frac{1}{2}`, `$69$,$84$` -> `69,84`; prose keeps its dollars."""
    text = _text(answer)
    if text is None or not re.fullmatch(r"\$.*\$\.?", text, re.DOTALL):
        return text
    return text.replace("$", "").rstrip(".").strip()


def _text(value: object) -> str | None:
    """A cell as text. 7.0 is 7: `datasets` makes one type of a column that mixes 7 and 4.5."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value is None else str(value).strip()


def _aime_answer(answer: object) -> str | None:
    """AIME pads its answers to three digits ("025"); no other source means 25 by that."""
    text = _text(answer)
    return str(int(text)) if text is not None and re.fullmatch(r"\d{1,3}", text) else text


def _joined(values: object) -> str | None:
    return ", ".join(map(str, values)) or None if isinstance(values, list) else _text(values)


# --- one function per layout ----------------------------------------------------------------------


def _scalequest(row: Row) -> Draft:
    # The responses are a model's, filtered by a reward model: no ground truth.
    return Draft(row["query"])


NUMINA_LEFT_OUT = ("synthetic_math", "synthetic_amc", "math", "gsm8k", "amc_aime")
"""Unchecked model output, and copies of sets that have their own adapter or are benchmarks."""


def _numina(row: Row) -> Draft | None:
    if row["source"] in NUMINA_LEFT_OUT:
        return None
    return Draft(row["problem"], _last_boxed(row["solution"]), domain=row["source"])


def _math(row: Row) -> Draft:
    level = re.fullmatch(r"Level (\d)", row.get("level") or "")
    answer = _last_boxed(row["solution"])
    return Draft(row["problem"], answer, level=level and level[1], domain=row.get("type"))


def _math_500(row: Row) -> Draft:
    return Draft(
        row["problem"],
        _text(row["answer"]),
        upstream_id=row.get("unique_id"),
        level=_text(row.get("level")),
        domain=row.get("subject"),
    )


def _omni_math(row: Row) -> Draft:
    level, domain = _text(row.get("difficulty")), _joined(row.get("domain"))
    return Draft(row["problem"], _without_dollars(row["answer"]), level=level, domain=domain)


def _olympiadbench(row: Row) -> Draft:
    context, question = row.get("context"), row["question"]
    if context and isinstance(question, str):
        question = f"{context}\n\n{question}"
    answers = row["final_answer"]
    flags: tuple[Flag, ...] = ("multiple_answers",) if row.get("is_multiple_answer") else ()
    return Draft(
        question,
        _without_dollars(answers[0]) if answers else None,
        upstream_id=_text(row["id"]),
        domain=row.get("subfield"),
        flags=flags if answers else ("proof",),
    )


def _aime_2024(row: Row) -> Draft:
    return Draft(row["problem"], _aime_answer(row["answer"]), upstream_id=_text(row["id"]))


def _matharena_aime(row: Row) -> Draft:
    answer, domain = _aime_answer(row["answer"]), _joined(row.get("problem_type"))
    return Draft(row["problem"], answer, upstream_id=_text(row["problem_idx"]), domain=domain)


def _matharena(row: Row) -> Draft:
    answer, domain = _text(row["answer"]), _joined(row.get("problem_type"))
    return Draft(row["problem"], answer, upstream_id=_text(row["problem_idx"]), domain=domain)


_FORMAT_SUFFIX = re.compile(r"\s*After solving the above problem, please\b.*\Z", re.DOTALL)


def _amo_bench(row: Row) -> Draft:
    """The prompt without its format instruction, which evolution would otherwise reword."""
    prompt, answer = row["prompt"], row["answer"]
    problem = _FORMAT_SUFFIX.sub("", prompt) if isinstance(prompt, str) else prompt
    boxed = _last_boxed(answer) if isinstance(answer, str) else None
    return Draft(
        problem,
        boxed if boxed is not None else _text(answer),
        upstream_id=_text(row["question_id"]),
        domain=row.get("answer_type"),
    )


def _gsm8k(row: Row) -> Draft:
    solution = row["answer"] if isinstance(row["answer"], str) else ""
    _, mark, answer = solution.rpartition("####")
    return Draft(row["question"], answer.strip().replace(",", "") if mark else None)


def _builtin(row: Row) -> Draft:
    return Draft(row["problem"], row["answer"])


def _curated(row: Row) -> Draft:
    return Draft(
        row["problem"],
        row["answer"],
        upstream_id=row["id"],
        level=row["tier"],
        domain=row["branch"],
        tier=row["tier"],
    )


# --- the registry ---------------------------------------------------------------------------------

_MATH_CONFIGS = (
    "algebra",
    "counting_and_probability",
    "geometry",
    "intermediate_algebra",
    "number_theory",
    "prealgebra",
    "precalculus",
)


def _matharena_set(name: str, draft: Callable[[Row], Draft]) -> Adapter:
    return Adapter(
        name=name,
        dataset=f"MathArena/{name}",
        draft=draft,
        columns=("problem_idx", "problem", "answer"),
        optional=("problem_type",),
        license="cc-by-nc-sa-4.0",
        benchmark_splits=("train",),
    )


_PUBLIC = (
    Adapter(
        name="scalequest",
        dataset="dyyyyyyyy/ScaleQuest-Math",
        draft=_scalequest,
        columns=("query",),
        license="apache-2.0",
        stream=True,
    ),
    Adapter(
        name="numina_math_cot",
        dataset="AI-MO/NuminaMath-CoT",
        draft=_numina,
        columns=("source", "problem", "solution"),
        license="apache-2.0",
        revision="9d8d210c9f6a36c8f3cd84045668c9b7800ef517",
        stream=True,
    ),
    Adapter(
        name="math",
        dataset="EleutherAI/hendrycks_math",
        draft=_math,
        columns=("problem", "solution"),
        optional=("level", "type"),
        license="mit",
        configs=_MATH_CONFIGS,
        revision="21a5633873b6a120296cce3e2df9d5550074f4a3",
        benchmark_splits=("test",),
    ),
    Adapter(
        name="omni_math",
        dataset="KbsdJames/Omni-MATH",
        draft=_omni_math,
        columns=("problem", "answer"),
        optional=("difficulty", "domain"),
        license="apache-2.0",
        split="test",
    ),
    Adapter(
        name="olympiadbench",
        dataset="Hothan/OlympiadBench",
        draft=_olympiadbench,
        columns=("id", "question", "final_answer"),
        optional=("context", "is_multiple_answer", "subfield"),
        license="apache-2.0",
        configs=("OE_TO_maths_en_COMP",),
        revision="91184b52131e7fc9455fef848035173aea8cc01a",
    ),
    Adapter(
        name="aime_2024",
        dataset="HuggingFaceH4/aime_2024",
        draft=_aime_2024,
        columns=("id", "problem", "answer"),
        license="unknown",
        benchmark_splits=("train",),
    ),
    _matharena_set("aime_2025", _matharena_aime),
    Adapter(
        name="aime_2025_math_ai",
        dataset="math-ai/aime25",
        draft=_aime_2024,
        columns=("id", "problem", "answer"),
        license="apache-2.0",
        split="test",
        revision="563bb8404243c5f09de6ec262f2db674fe5bce9b",
        benchmark_splits=("test",),
    ),
    _matharena_set("hmmt_feb_2025", _matharena),
    _matharena_set("hmmt_nov_2025", _matharena),
    Adapter(
        name="amo_bench",
        dataset="meituan-longcat/AMO-Bench",
        draft=_amo_bench,
        columns=("question_id", "prompt", "answer"),
        optional=("answer_type",),
        license="mit",
        split="test",
        benchmark_splits=("test",),
    ),
    Adapter(
        name="gsm8k",
        dataset="openai/gsm8k",
        draft=_gsm8k,
        columns=("question", "answer"),
        license="mit",
        configs=("main",),
        revision="740312add88f781978c0658806c59bc2815b9866",
        benchmark_splits=("test",),
    ),
    Adapter(
        name="math_500",
        dataset="HuggingFaceH4/MATH-500",
        draft=_math_500,
        columns=("problem", "answer"),
        optional=("unique_id", "level", "subject"),
        license="unknown",
        split="test",
        benchmark_splits=("test",),
    ),
    Adapter(
        name="builtin",
        dataset="sure-math/builtin",
        draft=_builtin,
        columns=("problem", "answer"),
        license="apache-2.0",
        answer_source="program",
        generate=draw_problems,
    ),
    Adapter(
        name="curated",
        dataset="sure-math/curated",
        draft=_curated,
        columns=("id", "tier", "branch", "family", "problem", "answer"),
        license="cc-by-4.0",
        answer_source="program",
        path=Path(__file__).parent / "curated" / "problems",
    ),
)
ADAPTERS: Mapping[str, Adapter] = {adapter.name: adapter for adapter in _PUBLIC}
"""The sources by name; `sure_math.seeds.table` adds `table`, any file or dataset of the user's."""
