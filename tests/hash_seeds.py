"""What a program prints must not depend on Python's hash seed."""

import os
import subprocess
import sys


def outputs(code: str, *seeds: str) -> set[str]:
    """What the code prints in processes of their own, one per hash seed."""
    return {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in seeds
    }
