"""What a trainer of TRL logs beside its own figures: tokens so far, tokens per second, memory."""

# trl is untyped here:
# mypy: disable-error-code="misc"

import resource
import sys
from typing import Any

import torch


class Measured:
    """Mixin for `DistillationTrainer` and `GRPOTrainer`.

    Logs `generated_tokens` (of the whole run so far, also before it was resumed),
    `tokens_per_second` (generated, by the time of whole steps) and `peak_memory_gib` (of the
    process that needs most: device memory, or resident memory on a CPU).
    """

    args: Any
    accelerator: Any
    model: Any
    state: Any
    _metrics: Any

    def log(self, logs: dict[str, float], *args: Any, **kwargs: Any) -> None:
        """Add the figures of the steps since the last log."""
        figures = self._metrics["train"]
        lengths = figures.get("completions/mean_length")
        if self.model.training and lengths:
            tokens = round(sum(lengths) * self._sequences_per_generation())
            figures["generated_tokens"] = [self._generated_before() + tokens]
            figures["tokens_per_second"] = [tokens / sum(figures["step_time"])]
            figures["peak_memory_gib"] = [self._peak_memory()]
        super().log(logs, *args, **kwargs)

    def _sequences_per_generation(self) -> int:
        accumulation = self.args.gradient_accumulation_steps
        batches = getattr(self.args, "steps_per_generation", None) or accumulation
        per_batch = self.args.per_device_train_batch_size * self.accelerator.num_processes
        return int(per_batch * batches)

    def _generated_before(self) -> int:
        logged = (entry.get("generated_tokens") for entry in reversed(self.state.log_history))
        return next((int(tokens) for tokens in logged if tokens is not None), 0)

    def _peak_memory(self) -> float:
        """GiB, the most of any process."""
        device = self.accelerator.device
        if device.type == "cuda":
            peak = torch.cuda.max_memory_allocated(device)
        else:
            unit = 1 if sys.platform == "darwin" else 1024
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
        peaks = self.accelerator.gather(torch.tensor([float(peak)], device=device))
        return float(peaks.max()) / 2**30
