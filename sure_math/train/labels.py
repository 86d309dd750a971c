r"""What GRPO is rewarded for, and what the teacher of the Self-Distilled Reasoner is shown.

The label of a row is its verified answer or, with `use="majority"`, the teacher's majority answer:
a pseudo-label, marked so, which shares the teacher's errors. Rows without a label, or with one that
no box can hold (braces that do not pair), are left out and counted, for both baselines alike, so
that they see the same rows.

The gold of rewards is `\boxed{label}`: bare, math-verify reads `2\sqrt{3}` as 2.

The reference solution is the shortest whole response of the teacher with the label as its answer
(the first of equals), because every reference token is read again for every rollout. Where the
teacher never found the answer the reference states only that, which is counted; without these rows
the baseline would skip just the problems that are too hard for the teacher.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from sure_math.answers.boxed import extract_answer
from sure_math.answers.equivalence import equivalent
from sure_math.answers.thinking import after_thinking
from sure_math.backends.base import Message
from sure_math.errors import DataError
from sure_math.prompts import Prompt, load_prompt
from sure_math.train.recipe import Sdr
from sure_math.train.templates import chat

if TYPE_CHECKING:
    from datasets import Dataset

LabelSource = Literal["verified", "majority"]
_RESPONSES = ["problem_id", "sample_index", "cluster", "answer", "token_count", "finish_reason"]


def labelled(
    rows: "Dataset", use: Literal["verified", "majority"]
) -> tuple["Dataset", dict[str, int]]:
    r"""The rows that have a label, with the columns `label`, `label_source` and `solution`.

    Returns: the rows, whose `solution` is `\boxed{label}` for `trl.rewards.accuracy_reward`, and
        how many are `verified`, `majority`, `unlabelled` (left out) and `unreadable` (left out).

    Raises:
        DataError: there are no labels at all.
    """
    labels = [_label(row, use) for row in _answers(rows)]
    counts = {"verified": 0, "majority": 0, "unlabelled": 0, "unreadable": 0}
    kept: list[int] = []
    for number, (label, source) in enumerate(labels):
        readable = label is not None and is_readable(label)
        what = "unlabelled" if label is None else source if readable else "unreadable"
        counts[what] += 1
        kept += [number] * readable
    if not kept:
        raise DataError(
            f"none of {len(rows)} rows has a label: {counts['unlabelled']} have no answer, "
            f"{counts['unreadable']} have one that no box can hold",
            hint="labels.use=majority takes the teacher's majority answer where none is verified"
            if use == "verified"
            else "use a dataset with answers, or a method without labels",
        )
    chosen = [labels[number] for number in kept]
    found = rows.select(kept).flatten_indices() if len(kept) < len(rows) else rows
    found = found.add_column("label", [label for label, _ in chosen])
    found = found.add_column("label_source", [source for _, source in chosen])
    return found.add_column("solution", [boxed(str(label)) for label, _ in chosen]), counts


def boxed(answer: str) -> str:
    """An answer as the end of a response states it."""
    return rf"\boxed{{{answer.strip()}}}"


def is_readable(answer: str) -> bool:
    """Whether the boxed answer is read as this answer."""
    return extract_answer(boxed(answer)) == answer.strip()


def with_references(
    rows: "Dataset", responses: "Dataset", sdr: Sdr, student_prompt: str
) -> tuple["Dataset", dict[str, int]]:
    """Labelled rows with the columns `reference` and `teacher_prompt` (chat messages).

    Args:
        responses: the configuration `responses` of the same release.
        student_prompt: the prompt of the student, whose user turn the teacher sees if the reference
            stands in the system turn.

    Returns: the rows, and how many references are a response (`reference_response`) or only the
        answer (`reference_answer`).
    """
    found = references(rows["problem_id"][:], rows["label"][:], responses)
    prompts = load_prompt(sdr.prompt), load_prompt(student_prompt)
    answers = [boxed(label) for label in rows["label"][:]]
    texts = [found.get(n) or a for n, a in zip(rows["problem_id"][:], answers, strict=True)]
    messages = [
        teacher_messages(problem, text, prompts, sdr.turn)
        for problem, text in zip(rows["problem"][:], texts, strict=True)
    ]
    counts = {"reference_response": len(found), "reference_answer": len(rows) - len(found)}
    rows = rows.add_column("reference", texts)
    return rows.add_column("teacher_prompt", messages), counts


def references(names: Sequence[str], labels: Sequence[str], responses: "Dataset") -> dict[str, str]:
    """The reference solution of every problem that the teacher solved, by `problem_id`."""
    table = pl.DataFrame(responses.select_columns(_RESPONSES).with_format("arrow")[:])
    whole = (pl.col("cluster") >= 0) & (pl.col("finish_reason") == "stop")
    wanted = table.with_row_index("row").filter(
        whole & pl.col("problem_id").is_in(list(names))
    )  # the texts, most of the bytes, are read for the chosen rows only
    groups = wanted.sort("token_count", "sample_index").partition_by("problem_id", as_dict=True)
    chosen: dict[str, int] = {}
    for name, label in zip(names, labels, strict=True):
        group = groups.get((name,))
        row = None if group is None else _shortest_right(group, label)
        if row is not None:
            chosen[name] = row
    texts = responses.select(list(chosen.values()))["text"][:]
    outside = {
        name: (after_thinking(text) or "").strip() for name, text in zip(chosen, texts, strict=True)
    }
    return {name: text for name, text in outside.items() if text}


def teacher_messages(
    problem: str, reference: str, prompts: tuple[Prompt, Prompt], turn: Literal["user", "system"]
) -> list[dict[str, str]]:
    """The teacher's prompt: the problem and its reference solution.

    Args:
        prompts: the prompt with the reference, and that of the student.
        turn: where the reference stands. `system`: at the end of the system turn, and the user turn
            is the student's.
    """
    with_reference, plain = prompts
    system, user = with_reference.messages(problem=problem, reference=reference, turn=turn)
    if turn == "system":
        system = Message("system", f"{system.content}\n\n{user.content}")
        user = plain.messages(problem=problem)[1]
    return chat([system, user])


def _answers(rows: "Dataset") -> list[dict[str, Any]]:
    names = [name for name in ("answer", "majority_answer") if name in rows.column_names]
    return rows.select_columns(names).to_list() if names else [{}] * len(rows)


def _label(row: dict[str, Any], use: str) -> tuple[str | None, LabelSource]:
    """The label of a row, if it has one, and where it comes from."""
    if row.get("answer") is not None:
        return row["answer"], "verified"
    return (row.get("majority_answer") if use == "majority" else None), "majority"


def _shortest_right(group: pl.DataFrame, label: str) -> int | None:
    """The row of the first response whose cluster has the label as its answer."""
    right: dict[int, bool] = {}
    for (cluster,), answers in group.group_by("cluster", maintain_order=True):
        wordings = answers["answer"].unique(maintain_order=True).to_list()
        right[int(cluster)] = label in wordings or equivalent(wordings[0], label)
    rows = zip(group["row"].to_list(), group["cluster"].to_list(), strict=True)
    return next((row for row, cluster in rows if right[cluster]), None)
