"""What libraries say that is no use to somebody who trains."""

import os
import sys
import warnings


def quiet_libraries(*, main: bool) -> None:
    """Hush notes and progress bars of libraries; before they are imported.

    Args:
        main: whether this is the first process; others say nothing at all.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    if main:
        warnings.filterwarnings("ignore", message="TRL currently supports vLLM versions")
    else:
        warnings.simplefilter("ignore")
    if not (main and sys.stderr.isatty()):
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
