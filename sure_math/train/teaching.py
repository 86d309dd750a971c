"""What the teacher reads before a response: the student's prompt, or one of its own.

A teacher scores the student's tokens, prompt included, in the format of the student's chat
template. Only the prompt of its own that SDR gives it, with the reference solution, comes in the
teacher's.
"""

from collections.abc import Sequence
from dataclasses import replace

from sure_math.train.checkpoints import Checkpoint
from sure_math.train.recipe import TrainRecipe
from sure_math.train.rows import TrainingData
from sure_math.train.templates import check_parts, rendered, without_begin


def teacher_prompts(
    recipe: TrainRecipe,
    data: TrainingData,
    student: Checkpoint,
    teacher: Checkpoint,
    texts: Sequence[str],
) -> tuple[TrainingData, list[str], list[str]]:
    """What the teacher reads for every row.

    Args:
        texts: the student's prompts, rendered.

    Returns: the data, whose `teacher_prompt` is text where the teacher's chat template is another
        than the student's; the rendered prompts; findings.

    Raises:
        ConfigError: the chat template loses the problem or the reference solution.
    """
    same = student.tokenizer.chat_template == teacher.tokenizer.chat_template
    if recipe.method != "sdr":
        what = f"{teacher.name} reads prompts in the student's chat template, not in its own"
        return data, list(texts), [] if same else [what]
    writer = teacher if teacher.tokenizer.chat_template else student
    shown = rendered(writer, data.rows["teacher_prompt"][:], recipe.rollout.enable_thinking)
    check_parts(writer, "the problem (in the teacher's prompt)", data.rows["problem"][:], shown)
    check_parts(writer, "the reference solution", data.rows["reference"][:], shown)
    if same or writer is student:
        return data, shown, []
    written = without_begin(teacher, shown)
    rows = data.rows.remove_columns(["teacher_prompt"]).add_column("teacher_prompt", written)
    what = f"{teacher.name} reads its prompts in its own chat template, not in the student's"
    return replace(data, rows=rows), shown, [what]
