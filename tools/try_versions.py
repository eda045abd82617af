"""Try the package and the notebooks with other versions of what they depend on than those that are pinned.

The package's tests and all notebooks run outside the checkout, with the wheel in a fresh environment.

Usage: python tools/try_versions.py oldest|pyodide

oldest   the lowest versions that pyproject.toml allows
pyodide  the versions that Python in the browser has, by the lock file of the built site
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from build_wheel import build_wheel
from environments import UV, make_environment, run
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OURS = {canonicalize_name(Requirement(line).name) for line in PROJECT["dependencies"]}
LOCK = ROOT / "_build" / "site" / "lite" / "static" / "pyodide" / "pyodide-lock.json"
TEST_TOOLS = ["hypothesis", "ipykernel", "mpmath", "nbclient", "nbval", "pytest", "pytest-xdist", "scipy"]


def oldest():
    """Return the lowest version of each direct dependency, and the newest of all else that goes with them."""
    how = ["--quiet", "--resolution", "lowest-direct", "--extra", "model", "--python", sys.executable]
    command = [*UV, "pip", "compile", *how, ROOT / "pyproject.toml"]
    return run(*command, folder=ROOT, stdout=subprocess.PIPE, text=True).stdout.splitlines()


def pyodide():
    """Return our dependencies as Pyodide has them, and the pins of all else."""
    if not LOCK.exists():
        raise SystemExit(f"{LOCK} is not there: run `make site` first.")
    packages = json.loads(LOCK.read_text(encoding="utf-8"))["packages"]
    carried = [f"{name}=={packages[name]['version']}" for name in sorted(OURS)]
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [*carried, *(pin for pin in pins if canonicalize_name(Requirement(pin).name) not in OURS)]


def copy_checks(folder):
    """Copy the notebooks and the pages of prose, and the tests that need the package but not the built book."""
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    shutil.copytree(ROOT / "book", folder / "book", ignore=shutil.ignore_patterns("_ext"))
    shutil.copy(ROOT / "conftest.py", folder)
    tests = folder / "tests"
    shutil.copytree(ROOT / "tests" / "checks", tests / "checks")
    modules = ["doctests", *(path.stem for path in (ROOT / "tempcourse").iterdir() if not path.stem.startswith("_"))]
    for path in (ROOT / "tests").glob("*.py"):
        helper = not path.name.startswith("test_") and path.name != "conftest.py"
        if helper or any(path.name.startswith(f"test_{module}") for module in modules):
            shutil.copy(path, tests)


def main():
    """Make the environment, say what is in it, and run everything there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("versions", choices=["oldest", "pyodide"])
    versions = parser.parse_args().versions
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        constraints = folder / "constraints.txt"
        constraints.write_text("\n".join(globals()[versions]()), encoding="utf-8")
        wheel = f"{build_wheel(folder)}[model]"
        python = make_environment(folder / "env", "--constraints", constraints, wheel, *TEST_TOOLS)
        run(*UV, "pip", "list", "--python", python, folder=folder)
        copy_checks(folder)
        # The oldest numpy and matplotlib write some numbers in another way.
        nbval = "--nbval-lax" if versions == "oldest" else "--nbval"
        tests = [python, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", nbval, "notebooks", "tests"]
        sys.exit(run(*tests, folder=folder, check=False).returncode)


if __name__ == "__main__":
    main()
