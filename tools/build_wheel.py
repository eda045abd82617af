"""Build the wheel and the source distribution of tempcourse.

Usage: python tools/build_wheel.py FOLDER
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = ["pyproject.toml", "LICENSE", "LICENSE-TEXT", "tempcourse"]
# The first moment that a zip file can hold: the same sources make the same wheel, byte by byte, at any time.
EPOCH = "315532800"


def build_wheel(folder):
    """Build the wheel into a folder, and return its path."""
    return _build("--wheel", folder)


def build_sdist(folder):
    """Build the source distribution into a folder, and return its path."""
    return _build("--sdist", folder)


def _build(kind, folder):
    """Build with this environment's setuptools, from a copy: nothing stale gets in, and nothing is left behind."""
    with tempfile.TemporaryDirectory() as place:
        source, built = Path(place, "source"), Path(place, "built")
        source.mkdir()
        for name in SOURCES:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, source / name)
        command = [sys.executable, "-m", "uv", "build", kind, "--quiet", "--offline", "--no-build-isolation"]
        command += ["--python", sys.executable, "--no-create-gitignore", "--out-dir", built, source]
        subprocess.run(command, check=True, env=os.environ | {"SOURCE_DATE_EPOCH": EPOCH})
        (distribution,) = built.iterdir()
        Path(folder).mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(distribution, folder))


if __name__ == "__main__":
    for build in (build_sdist, build_wheel):
        print(build(sys.argv[1]))
