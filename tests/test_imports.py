"""What the package imports, and when: a reader who runs a chapter in the browser waits for all of it."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "tempcourse"
# Long downloads: scikit-learn is for the digits alone, and brings SciPy along.
HEAVY = {"sklearn", "scipy"}
CHAPTERS_WITH_DIGITS = {"04_distillation", "08_calibration", "11_notes_on_trial"}


def imported(node):
    """Return the top-level names that a statement imports from other packages."""
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and not node.level:
        return {node.module.split(".")[0]}
    return set()


def test_scikit_learn_is_imported_for_the_digits_and_scipy_nowhere():
    found = {
        (path.name, function.name, name)
        for path in PACKAGE.rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf8")))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        for name in imported(node) & HEAVY
    }
    assert found == {("distillation.py", "load_digits_split", "sklearn")}


def test_no_module_imports_them_by_being_imported():
    modules = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in PACKAGE.rglob("*.py")
    )
    code = f"import sys, {', '.join(modules)}; print(*sorted({HEAVY} & sys.modules.keys()))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_only_the_chapters_with_digits_need_them(path):
    cells = json.loads(path.read_text(encoding="utf8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    needs = any(name in code for name in (*HEAVY, "load_digits_split"))
    assert needs == (path.stem in CHAPTERS_WITH_DIGITS)
