"""Fresh Python environments, and commands that run in them as if the checkout were not there."""

import os
import subprocess
import sys
from pathlib import Path

UV = [sys.executable, "-m", "uv"]


def run(*command, folder, **options):
    """Run a command in a folder; no variable may lead to this environment or to the checkout."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(command, cwd=folder, env=env, **{"check": True} | options)


def make_environment(folder, *arguments):
    """Return the Python of a new environment, in which ``uv pip install`` has put what the arguments say."""
    run(*UV, "venv", "--quiet", "--python", sys.executable, folder, folder=Path.cwd())
    python = Path(folder).absolute() / "bin" / "python"
    run(*UV, "pip", "install", "--quiet", "--python", python, *arguments, folder=Path.cwd())
    return python
