"""A real vLLM server on the loopback interface, for tests that need one."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

ENVIRONMENT: Mapping[str, str] = {
    "OMP_NUM_THREADS": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_LOGGING_LEVEL": "WARNING",
    "HF_HUB_OFFLINE": "1",
}
"""One thread, no binding to a core, nothing sent anywhere."""

ENGINE_ARGS: Mapping[str, Any] = {
    "enforce_eager": True,
    "kv_cache_memory_bytes": 2**28,
    "max_num_seqs": 64,
    "enable_chunked_prefill": False,
}
"""A small engine that starts quickly; on the CPU, seeded requests need unsplit prompts."""


@contextmanager
def vllm_server(
    model_dir: Path, *, served_name: str = "teacher", deadline: float = 240.0, **engine_args: Any
) -> Iterator[str]:
    """Serve a checkpoint until the block ends; yields the base URL (`http://127.0.0.1:…/v1`).

    `engine_args` are vLLM's engine arguments with underscores; a boolean becomes `--x` or
    `--no-x`. Raises `RuntimeError` with the end of the server's log if it is not healthy within
    `deadline` seconds.
    """
    port = _free_port()
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server"]
    command += ["--model", str(model_dir), "--served-model-name", served_name]
    command += ["--host", "127.0.0.1", "--port", str(port), "--generation-config", "vllm"]
    command += [part for item in (ENGINE_ARGS | engine_args).items() for part in _option(*item)]
    with TemporaryFile() as log:
        server = subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | ENVIRONMENT,
            start_new_session=True,
        )
        try:
            _wait_until_healthy(server, f"http://127.0.0.1:{port}/health", deadline, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            _stop(server)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _option(name: str, value: Any) -> list[str]:
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return [f"--{flag}" if value else f"--no-{flag}"]
    return [f"--{flag}", str(value)]


def _wait_until_healthy(
    server: subprocess.Popen[bytes], url: str, deadline: float, log: IO[bytes]
) -> None:
    give_up = time.monotonic() + deadline
    while time.monotonic() < give_up:
        if server.poll() is not None:
            raise RuntimeError(f"vLLM server ended with {server.returncode}:\n{_tail(log)}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise RuntimeError(f"vLLM server not healthy after {deadline:.0f} s:\n{_tail(log)}")


def _tail(log: IO[bytes], size: int = 6000) -> str:
    log.seek(0)
    return log.read()[-size:].decode(errors="replace")


def _stop(server: subprocess.Popen[bytes], patience: float = 20.0) -> None:
    """End the server and everything it started: politely first, then for certain."""
    with suppress(subprocess.TimeoutExpired, ProcessLookupError):
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(patience)
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()
