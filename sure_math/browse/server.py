"""`sure-math browse`: a page over a run or release, served to this machine until Ctrl-C."""

import signal
import threading
import webbrowser
from pathlib import Path
from types import TracebackType
from typing import Self

from sure_math.browse.handler import Server
from sure_math.browse.hosts import bracketed
from sure_math.browse.library import Library, open_library
from sure_math.errors import ConfigError


def serve(source: str | None, runs: Path, *, host: str, port: int, open_browser: bool) -> None:
    """Browse a run or a release until Ctrl-C; prints the address.

    Args:
        source: see `source.open_source`.
        runs: the folder with all runs.
        host: address to listen on; `127.0.0.1` is this machine alone.
        port: 0 takes any that is free.
        open_browser: show the page at once.

    Raises:
        ConfigError: nothing has that name, or the address cannot be listened on.
        DataError: it is neither a run nor a release, or holds no problem that can be read.
        PublishError: a hub refuses, or does not answer.
    """
    library = open_library(source, runs)
    with BrowseServer(library, host=host, port=port) as server:
        kind, name = library.source.kind, library.source.name
        print(f"{kind} {name}: {library.problems.height:,} problems at {server.url}", flush=True)
        print("Ctrl-C ends it", flush=True)
        if open_browser:
            webbrowser.open(server.url)
        server.wait()


class BrowseServer:
    """A server in threads of its own; a context manager.

    Raises:
        ConfigError: the address cannot be listened on.
    """

    def __init__(self, library: Library, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.library = library
        self._server = _listen(library, host, port)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{bracketed(self._server.host)}:{self._server.port}/"

    def __enter__(self) -> Self:
        self.library.warm_up()
        self._thread.start()
        return self

    def wait(self) -> None:
        """Return on Ctrl-C. Only for the main thread of a program."""
        # Polars puts a handler of its own in the place of Python's, one that wakes no waiting
        # thread and raises in whichever is reading.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            self._thread.join()
        except KeyboardInterrupt:
            print(flush=True)  # the terminal shows ^C

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.library.close()


def _listen(library: Library, host: str, port: int) -> Server:
    try:
        return Server(library, host, port)
    except (OSError, OverflowError) as error:
        raise ConfigError(
            f"cannot listen on {host}, port {port}: {getattr(error, 'strerror', None) or error}",
            hint="give another port, or 0 for any that is free",
        ) from error
