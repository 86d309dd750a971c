"""One training from its recipe to its folder, in one process or in many.

Killed at any moment, the same command goes on from the last whole checkpoint with the same draws.
Under `accelerate launch` every process runs this; the first one holds the lock, decides, and
writes.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sure_math.errors import TrainingError
from sure_math.runtime.progress import Progress
from sure_math.runtime.shards import refused
from sure_math.runtime.software import versions
from sure_math.schemas import TRAINING_DRAWS
from sure_math.train.plan import Plan, content, make_plan
from sure_math.train.processes import agreed, part, processes
from sure_math.train.recipe import TrainRecipe
from sure_math.train.record import FINAL, TrainingFolder, refuse_changes

SOFTWARE = ("torch", "transformers", "trl", "accelerate", "deepspeed", "datasets", "vllm")
_FULL = ("No space left", "File too large", "Disk quota", "PytorchStreamWriter", "iostream")
Say = Callable[[str], None]
Outcome = Literal["trained", "already finished"]


def default_folder(recipe: TrainRecipe) -> Path:
    """Where a training goes if nobody says: one folder for each method and seed."""
    return Path("training") / f"{recipe.name}-{recipe.method}-seed{recipe.seed}"


def train(recipe: TrainRecipe, root: Path, *, fresh: bool = False, say: Say = print) -> Outcome:
    """Train in a folder, or go on with what is there.

    Args:
        fresh: move what is in the folder aside and begin again.
        say: where progress is told, by the first process.

    Raises:
        ConfigError: settings or models do not go together.
        DataError: the dataset cannot be trained on.
        ConfigChanged: the folder was begun with other settings.
        TrainingError: the folder is in use or holds something else; the training broke.
    """
    rank, world = processes()
    main, folder = rank == 0, TrainingFolder(root)
    quiet: Say = say if main else _nothing
    with folder.locked() if main else nullcontext():
        finished = agreed(_begin(folder, recipe, fresh, quiet) if main else None)
        if finished:
            part()
            return "already finished"
        plan = make_plan(recipe, root, world)
        quiet(plan.as_text())
        with _explained(folder, plan.recipe, quiet):
            _work(folder, plan, quiet, main=main)
        part()
    return "trained"


def _nothing(_: str) -> None:
    """What the other processes say."""


def _begin(folder: TrainingFolder, recipe: TrainRecipe, fresh: bool, say: Say) -> bool:
    """Whether there is nothing left to do; refuses another recipe before any data is read."""
    record = folder.read()
    if fresh and (old := folder.start_fresh()):
        say(f"what was in {folder.root} is now in {old}")
        record = None
    if record is None:
        return False
    refuse_changes(
        folder.root,
        {"recipe": record.get("decisive", {}).get("recipe")},
        {"recipe": content(recipe)},
    )
    return bool(record.get("finished")) and (folder.root / FINAL).is_dir()


def _work(folder: TrainingFolder, plan: Plan, say: Say, *, main: bool) -> None:
    from sure_math.train.recorder import Recorder
    from sure_math.train.trainers import build

    record = _opened(folder, plan, say) if main else {}
    start = agreed(_last(folder) if main else None)
    done, checkpoint = start or (0, None)
    trainer = build(plan)
    with Progress("train", plan.steps, done, "steps") if main else nullcontext() as progress:
        recorder = Recorder(folder, plan, record, progress)
        trainer.add_callback(recorder)
        trainer.train(resume_from_checkpoint=checkpoint)
    _save_final(trainer, folder.root, main=main)
    if main:
        recorder.finish(trainer.state)
        say(f"trained: {folder.root / FINAL}")


def _last(folder: TrainingFolder) -> tuple[int, str] | None:
    """Step and folder of the checkpoint to go on from."""
    found = folder.checkpoints()
    return (found[-1].step, str(found[-1].folder)) if found else None


def _opened(folder: TrainingFolder, plan: Plan, say: Say) -> dict[str, Any]:
    """The record, with this session in it; half-written checkpoints are gone."""
    from sure_math.train.identity import device_name, model_identity

    teacher = plan.recipe.teaching
    decisive = plan.decisive() | {
        "student": model_identity(plan.recipe.student),
        "teacher": model_identity(teacher) if teacher else None,
    }
    record = folder.read()
    if record is None:
        record = _record(plan, decisive)
    else:
        refuse_changes(folder.root, record["decisive"], decisive)
    if torn := folder.torn():
        names = ", ".join(path.name for path in torn)
        say(f"half-written, so removed: {names}")
        folder.forget(torn)
    whole = folder.checkpoints()
    step = whole[-1].step if whole else 0
    if step:
        say(f"going on from checkpoint-{step} of {folder.root}")
    session = {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "from_step": step,
        "device": device_name(),
        "versions": versions(SOFTWARE),
    }
    record["sessions"] = [*record["sessions"], session]
    # A mark that was written before the kill counts, though the record does not name it yet.
    known = {each["step"]: each for each in record["checkpoints"] if each["step"] <= step}
    known |= {each.step: each.figures for each in whole}
    record["checkpoints"] = [known[each] for each in sorted(known)]
    folder.write_table("draws", TRAINING_DRAWS, plan.draws())
    folder.write(record)
    return record


def _record(plan: Plan, decisive: dict[str, Any]) -> dict[str, Any]:
    """The record of a training that begins."""
    data = plan.preflight.data
    return {
        "format": 1,
        "name": plan.recipe.name,
        "method": plan.recipe.method,
        "seed": plan.recipe.seed,
        "finished": False,
        "steps": plan.steps,
        "prompts_per_step": plan.recipe.prompts_per_step,
        "sequences_per_step": plan.recipe.sequences_per_step,
        "recipe": plan.recipe.model_dump(mode="json"),
        "dataset": vars(data.identity),
        "rows": len(plan.rows),
        "counts": data.counts,
        "mean_weight": plan.mean_weight,
        "findings": list(plan.preflight.findings),
        "processes": plan.processes,
        "decisive": decisive,
        "sessions": [],
        "checkpoints": [],
    }


def _save_final(trainer: Any, root: Path, *, main: bool) -> None:
    """The model, its tokenizer and chat template, under their name in one step."""
    temporary, final = root / ".final", root / FINAL
    if main:
        shutil.rmtree(temporary, ignore_errors=True)
    trainer.accelerator.wait_for_everyone()
    trainer.save_model(str(temporary))
    trainer.accelerator.wait_for_everyone()
    if main:
        (temporary / "training_args.bin").unlink(missing_ok=True)  # a pickle of this machine
        shutil.rmtree(final, ignore_errors=True)
        temporary.rename(final)


@contextmanager
def _explained(folder: TrainingFolder, recipe: TrainRecipe, say: Say) -> Iterator[None]:
    """Errors of machines as errors that say what is saved and what to do."""
    try:
        yield
    except KeyboardInterrupt:
        say(f"\nSaved: {_saved(folder)}")
        raise
    except OSError as error:
        raise TrainingError(
            refused(Path(error.filename or folder.root), error).message,
            saved=_saved(folder),
            hint="make room or fix the permissions, then run the same command again",
        ) from error
    except Exception as error:
        explained = _of_library(error, folder, recipe)
        if explained is None:
            raise
        raise explained from error


def _of_library(
    error: Exception, folder: TrainingFolder, recipe: TrainRecipe
) -> TrainingError | None:
    """Full disks and full GPUs, which libraries report in ways of their own."""
    text = str(error)
    if any(words in text for words in _FULL):
        return TrainingError(
            f"cannot write to {folder.root}: {text.splitlines()[0]}",
            saved=_saved(folder),
            hint="make room, then run the same command again",
        )
    if "out of memory" in text.lower():
        return TrainingError(
            f"out of memory: {text.splitlines()[0]}",
            saved=_saved(folder),
            hint=f"set optimization.micro_batch below {recipe.optimization.micro_batch}, or "
            "rollout.engine_args.vllm_gpu_memory_utilization lower; the same training goes on",
        )
    return None


def _saved(folder: TrainingFolder) -> str:
    whole = folder.checkpoints()
    return str(whole[-1].folder) if whole else "no checkpoint yet"
