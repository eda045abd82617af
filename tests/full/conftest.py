"""Where several processes share these tests, a file's stay together, and so do those of one browser."""

import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
