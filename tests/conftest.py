"""For all tests: what takes longest begins first, so that no process is left alone with it."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that start heavy engines come first; within a file the order stays."""
    heavy = {item.path for item in items if item.get_closest_marker("engine")}
    items.sort(key=lambda item: item.path not in heavy)
