"""Fresh Python environments, clean copies of the checkout, and commands that run as if the checkout were not there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
UV = [sys.executable, "-m", "uv"]


def outside():
    """Return the environment's variables without those that lead to this environment or to the checkout."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}


def run(*command, folder, **options):
    """Run a command in a folder, outside the checkout."""
    return subprocess.run(command, cwd=folder, env=outside(), **{"check": True} | options)


def make_environment(folder, *arguments):
    """Return the Python of a new environment, in which ``uv pip install`` has put what the arguments say."""
    run(*UV, "venv", "--quiet", "--python", sys.executable, folder, folder=ROOT)
    python = Path(folder) / "bin" / "python"
    run(*UV, "pip", "install", "--quiet", "--python", python, *arguments, folder=ROOT)
    return python


def copy_checkout(folder):
    """Copy what a clone of this checkout would hold, with the changes that are not committed yet."""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".git", *(name.rstrip("/") for name in ignored)))
    return Path(folder)
