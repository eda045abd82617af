"""The book's build, cold, warm and with nothing to do, beside the time that the notebooks themselves take."""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

TITLE = "Building the book"
ROOT = Path(__file__).parent.parent
SOURCES = ("_config.yml", "_toc.yml", "pyproject.toml", "book", "notebooks", "tempcourse")


def seconds(function):
    """Return how long a call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def execute_notebooks():
    """Run every notebook from a fresh kernel."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        client = NotebookClient(nbformat.read(path, as_version=4), timeout=120, kernel_name="python3")
        client.execute()


def rows():
    """Return the table; the build is done in a copy, so that it cannot be helped by what is there."""
    with tempfile.TemporaryDirectory() as folder:
        for name in SOURCES:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, Path(folder, name))
        command = [Path(sys.executable).with_name("jupyter-book"), "build", "-W", "-n", "--quiet", "."]

        def build():
            subprocess.run(command, cwd=folder, check=True, capture_output=True)

        cold = seconds(build)
        shutil.rmtree(Path(folder, "_build", "html"))
        shutil.rmtree(Path(folder, "_build", ".doctrees"))
        warm = seconds(build)
        idle = seconds(build)
    notebooks = seconds(execute_notebooks)
    made = seconds(lambda: subprocess.run(["make", "--question", "book"], cwd=ROOT, check=False))
    return [
        ("the notebooks alone, one after the other", f"{notebooks:.1f} s", ""),
        ("cold build", f"{cold:.1f} s, {cold / notebooks:.2f} × the notebooks", ""),
        ("warm build: outputs in the cache, every page written", f"{warm:.1f} s, {warm / notebooks:.2f} ×", ""),
        ("Jupyter Book with nothing to do", f"{idle:.1f} s, {idle / notebooks:.2f} ×", ""),
        ("`make book` with nothing to do", f"{made:.2f} s", "under 5 s"),
    ]
