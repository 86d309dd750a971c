r"""What the task files of `pipelines/lm_eval` call: our rows and our grader inside lm-eval.

    lm_eval --include_path pipelines/lm_eval --tasks sure_math_aime25 --apply_chat_template \
        --model vllm --model_args pretrained=MODEL

lm-eval samples, this grades: every completion by `sure_math.answers`, AMO-Bench by its own rules
(the 39 problems that have such). One value per problem goes back, so lm-eval's standard error is
clustered by problem. It does not know which completions were cut off; `sure-math evaluate` does,
keeps every completion and grades it again without sampling.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sure_math.answers.boxed import extract
from sure_math.answers.equivalence import equivalent
from sure_math.errors import DataError
from sure_math.evaluate.amo import extract as extract_amo
from sure_math.evaluate.amo import grade as grade_amo
from sure_math.evaluate.amo import parser_graded
from sure_math.publish.hub.load import load_dataset
from sure_math.seeds.adapters import ADAPTERS

Row = Mapping[str, Any]


def math_500(docs: Any) -> Any:
    """The rows of MATH-500 as `problem`, `gold`, `answer_type`."""
    return _adapted(docs, "math_500")


def aime_2025(docs: Any) -> Any:
    """The rows of MathArena's AIME 2025."""
    return _adapted(docs, "aime_2025")


def amo_bench(docs: Any) -> Any:
    """The rows of AMO-Bench that rules can grade, without its format instruction."""
    rows = _adapted(docs, "amo_bench")
    return rows.filter(lambda row: parser_graded(row["answer_type"]))


def release_test(docs: Any) -> Any:
    """The rows of a SURE-Math release with a verified answer."""
    return docs.map(_released, remove_columns=docs.column_names).filter(_has_gold)


def release(dataset: str | None = None, revision: str | None = None, **_: Any) -> dict[str, Any]:
    """The test split of a SURE-Math release; lm-eval passes on what `--metadata` says.

    Args:
        dataset: a folder or `owner/name`; None: the environment variable `SURE_MATH_DATASET`.
        revision: tag or commit on the hub.

    Raises:
        DataError: no such release, or it has no test split.
    """
    return {"test": load_dataset(dataset, split="test", revision=revision)}


def process_results(doc: Row, results: Sequence[str | Sequence[str]]) -> dict[str, float]:
    """The pass rate of one problem (`pass@1`, or `avg@K` of K completions), and `no_answer`, the
    share of completions without a final answer.

    Args:
        doc: a row as the functions above make it.
        results: lm-eval's filtered responses to the one request: a text, or a list of K.

    Raises:
        DataError: the row has no gold answer.
    """
    (given,) = results
    texts = [given] if isinstance(given, str) else list(given)
    if not doc.get("gold") or not texts:
        raise DataError(
            "a row without gold answer cannot be graded",
            hint="process_docs of the task must be one of the functions of this module",
        )
    found = [_extract(text, doc) for text in texts]
    right = sum(_is_right(answer, doc) for answer in found)
    name = "pass@1" if len(texts) == 1 else f"avg@{len(texts)}"
    return {name: right / len(texts), "no_answer": found.count(None) / len(texts)}


def _extract(text: str, doc: Row) -> str | None:
    return (extract_amo(text) if doc["answer_type"] else extract(text)).answer


def _is_right(answer: str | None, doc: Row) -> bool:
    if doc["answer_type"]:
        return bool(grade_amo(answer, doc["gold"], doc["answer_type"]))
    return answer is not None and equivalent(answer, doc["gold"])


def _adapted(docs: Any, adapter: str) -> Any:
    rows = docs.map(partial(_drafted, adapter=adapter), remove_columns=docs.column_names)
    return rows.filter(_has_gold)


def _drafted(row: Row, adapter: str) -> dict[str, str]:
    """A row of a benchmark; what its adapter leaves out has no gold answer."""
    draft = ADAPTERS[adapter].draft(dict(row))
    if draft is None:
        return _row("", None, None)
    return _row(draft.problem, draft.answer, draft.domain if adapter == "amo_bench" else None)


def _released(row: Row) -> dict[str, str]:
    return _row(row["problem"], row["answer"], None)


def _row(problem: str | None, gold: str | None, answer_type: str | None) -> dict[str, str]:
    return {"problem": problem or "", "gold": gold or "", "answer_type": answer_type or ""}


def _has_gold(row: Row) -> bool:
    return bool(row["problem"] and row["gold"])
