"""A lock file that one process holds; it goes with the process, however that ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sure_math.errors import SureMathError
from sure_math.runtime.shards import refused


@contextmanager
def exclusive(path: Path, busy: SureMathError) -> Iterator[None]:
    """Hold the lock `path`, whose folder is made if it is missing.

    Raises:
        SureMathError: `busy`, if another process holds it.
        StageError: the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("w")
    except OSError as error:
        raise refused(path, error) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise busy from error
        except OSError as error:
            raise refused(path, error) from error
        yield
