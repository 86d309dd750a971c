"""For all tests: Ctrl-C works, and what takes longest begins first."""

import signal

import pytest

# A run in the background inherits that SIGINT is ignored, and so would all that it starts; some
# tests interrupt what they started.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that start heavy engines come first, so that no process is left alone with one; within
    a file the order stays."""
    heavy = {item.path for item in items if item.get_closest_marker("engine")}
    items.sort(key=lambda item: item.path not in heavy)
