"""Build the wheel of tempcourse."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def build_wheel(folder):
    """Build the wheel into a folder, and return its path."""
    with tempfile.TemporaryDirectory() as place:
        source = Path(place, "source")
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "tempcourse", source / "tempcourse", ignore=ignored)
        for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT"):
            shutil.copy(ROOT / name, source)
        command = [sys.executable, "-m", "uv", "build", "--wheel", "--quiet", "--offline", "--no-build-isolation"]
        subprocess.run([*command, "--python", sys.executable, "--out-dir", place, source], check=True)
        (wheel,) = Path(place).glob("*.whl")
        return Path(shutil.copy(wheel, folder))
