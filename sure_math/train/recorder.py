"""What a training writes while it runs: checkpoints that count, its tables, its record.

A callback of transformers, told by the trainer after every log and every save. What was spent so
far travels in the trainer's own log, so it survives a kill with the checkpoint.
"""

# transformers is untyped here, so TrainerCallback is Any:
# mypy: disable-error-code="misc"

import time
from typing import Any

from transformers import TrainerCallback

from sure_math.runtime.progress import Progress
from sure_math.schemas import TRAINING_LOG
from sure_math.train.plan import Plan
from sure_math.train.record import TrainingFolder

_SUMMARY = "train_"  # figures that the trainer logs once more when a session ends
_NO_METRICS = {"step", "epoch", "total_flos"}


class Recorder(TrainerCallback):
    """Keeps the folder of one training up to date.

    Args:
        record: what `training.json` holds; of the first process only.
        progress: where steps are counted; of the first process only.
    """

    def __init__(
        self,
        folder: TrainingFolder,
        plan: Plan,
        record: dict[str, Any],
        progress: Progress | None,
    ) -> None:
        self._folder, self._plan, self._record = folder, plan, record
        self._progress = progress
        self._generated, self._step = 0, 0
        self._clock = time.monotonic()

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Time and tokens count from here."""
        self._clock = time.monotonic()
        self._generated = int(_last(state.log_history, "generated_tokens"))
        self._step = state.global_step

    def on_log(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Time since the last entry, and a line of progress."""
        entry = state.log_history[-1]
        if "loss" not in entry:
            return
        now = time.monotonic()
        before = state.log_history[:-1]
        entry["wall_seconds"] = _last(before, "wall_seconds") + now - self._clock
        self._clock = now
        if self._progress is not None:
            generated = int(_last(state.log_history, "generated_tokens"))
            self._progress.advance(
                state.global_step - self._step,
                generated - self._generated,
                f"loss {entry['loss']:.3f}",
            )
            self._generated, self._step = generated, state.global_step

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """A checkpoint counts once every process has written its part."""
        args.distributed_state.wait_for_everyone()
        if not state.is_world_process_zero:
            return
        (self._folder.root / "README.md").unlink(missing_ok=True)  # TRL's card names our folders
        figures = self._figures(state)
        self._folder.commit(state.global_step, figures)
        self._record["checkpoints"] += [{"step": state.global_step, **figures}]
        self._write(state)
        if (keep := self._plan.recipe.saving.keep) is not None:
            self._folder.forget(each.folder for each in self._folder.checkpoints()[:-keep])

    def finish(self, state: Any) -> None:
        """The last word: the training is finished."""
        self._record |= {"finished": True, **self._figures(state)}
        self._write(state)

    def _figures(self, state: Any) -> dict[str, Any]:
        """What was spent up to now, by all sessions together."""
        wall = _last(state.log_history, "wall_seconds")
        peaks = [entry.get("peak_memory_gib", 0.0) for entry in state.log_history]
        return {
            "generated_tokens": int(_last(state.log_history, "generated_tokens")),
            "wall_seconds": round(wall, 3),
            "device_seconds": round(wall * self._plan.processes, 3),
            "peak_memory_gib": max(peaks, default=0.0),
        }

    def _write(self, state: Any) -> None:
        rows = [
            {"step": entry["step"], "metric": name, "value": float(value)}
            for entry in state.log_history
            for name, value in entry.items()
            if name not in _NO_METRICS and not name.startswith(_SUMMARY)
            if isinstance(value, int | float)
        ]
        self._folder.write_table("log", TRAINING_LOG, rows)
        self._folder.write(self._record)


def _last(history: list[dict[str, Any]], name: str) -> float:
    """The latest value of a figure that only grows; 0 before the first."""
    return next((float(e[name]) for e in reversed(history) if e.get(name) is not None), 0.0)
