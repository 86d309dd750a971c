"""Stage `answers`: boxes or whole texts, and a reason wherever there is neither."""

from pathlib import Path

from sure_math.answers.stage import STAGE
from tests.one_shard import response, run_stage, served

RESPONSES = (
    response("p", 0, r"<think>\boxed{9}</think> It is \boxed{3}."),
    response("p", 1, "The answer is 4."),
    response("p", 2, r"It is \boxed{", finish_reason="length"),
    response("p", 3, " "),
)


def answers(folder: Path, **settings: object) -> list[tuple[str | None, str]]:
    recipe = served(None, answers=settings)
    result = run_stage(STAGE, recipe, folder, {"sample": RESPONSES})
    return [(row["answer"], row["extract_status"]) for row in result.rows]


def test_boxed(tmp_path: Path) -> None:
    missing = [(None, "truncated"), (None, "empty_response")]
    assert answers(tmp_path) == [("3", "boxed"), (None, "no_box"), *missing]
    found = answers(tmp_path, fallbacks=["the_answer_is"])
    assert found == [("3", "boxed"), ("4", "the_answer_is"), *missing]


def test_text(tmp_path: Path) -> None:
    assert answers(tmp_path, kind="text") == [
        (r"It is \boxed{3}.", "text"),
        ("The answer is 4.", "text"),
        (None, "truncated"),
        (None, "empty_response"),
    ]
