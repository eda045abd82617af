"""The package and the notebooks with the oldest versions that the ranges allow, and with those of the browser."""

import sys

import pytest
from environments import ROOT, run


@pytest.mark.parametrize("versions", ["oldest", "pyodide"])
def test_everything_passes_with(versions):
    run(sys.executable, "tools/try_versions.py", versions, folder=ROOT)
