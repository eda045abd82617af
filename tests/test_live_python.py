"""What runs a cell in the page's Python, run here by this one."""

import base64
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILE = ROOT / "book" / "_ext" / "live_python" / "static" / "live_python.py"


def load():
    """Return the module, with a namespace of its own."""
    spec = importlib.util.spec_from_file_location("live_python", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def backend(monkeypatch):
    """Undo after each test what the module sets for all that follows, kernels of later tests among it."""
    monkeypatch.setenv("MPLBACKEND", "agg")


@pytest.fixture
def run():
    """A function that runs a cell, and returns what it displayed and what went wrong."""
    module = load()

    def run_cell(source, name="cell 1", show=True):
        shown = []
        return shown, module.run_cell(source, name, shown.append if show else None)

    return run_cell


def test_cells_share_their_names_and_show_the_last_expression(run, capsys):
    assert run("x = 2\nprint('two')") == ([], None)
    assert capsys.readouterr().out == "two\n"
    assert run("x + 1  # more") == ([{"text/plain": "3"}], None)
    assert run("x + 1;") == ([], None)
    assert run("None") == ([], None)
    assert run("") == ([], None)


def test_a_function_sees_what_later_cells_define(run):
    run("def twice(x):\n    return factor * x")
    run("factor = 2")
    assert run("twice(4)")[0] == [{"text/plain": "8"}]


@pytest.mark.parametrize(
    ("source", "name", "line", "code", "words"),
    [
        ("x = 1\ny = z + 1", "NameError", 2, "y = z + 1", "mistyped"),
        ("def f(x):\n    return 1 / x\n\nf(0)", "ZeroDivisionError", 2, "return 1 / x", "divided by 0"),
        ("x = (1,\ny = 2", "SyntaxError", 1, "x = (1,", "bracket"),
        ("if True:\nx = 1", "IndentationError", 2, "x = 1", "four spaces"),
        ("import no_such_package", "ModuleNotFoundError", 1, "import no_such_package", "package"),
        ("assert 1 > 2, 'no'", "AssertionError", 1, "assert 1 > 2, 'no'", "claimed"),
        ("def f():\n    return f()\nf()", "RecursionError", 2, "return f()", "without an end"),
        ("raise SystemExit", "SystemExit", 1, "raise SystemExit", ""),
        ("[][1]", "IndexError", 1, "[][1]", "first is 0"),
        ("from math import sqrt\nsqrt(-1)", "ValueError", 2, "sqrt(-1)", "allowed"),
    ],
)
def test_an_error_is_said_in_words_with_the_cells_line(run, source, name, line, code, words):
    shown, error = run(source)
    assert (error["name"], error["line"], error["code"]) == (name, line, code) and words in error["words"]
    json.dumps([shown, error])


def test_the_line_is_of_the_cell_that_was_run(run):
    run("def f(x):\n    return 1 / x", "cell 1")
    _, error = run("a = 1\nb = f(0)", "cell 2")
    assert error["line"] == 2 and error["code"] == "b = f(0)"


def test_figures_come_as_pictures_and_are_closed(run):
    shown, error = run("import matplotlib.pyplot as plt\nax = plt.figure().add_subplot()\nax.plot([1, 2])\nax")
    assert error is None and [list(bundle) for bundle in shown] == [["image/png"]]
    assert base64.b64decode(shown[0]["image/png"]).startswith(b"\x89PNG")
    assert run("len(plt.get_fignums())")[0] == [{"text/plain": "0"}]


def test_a_figure_of_a_cell_that_failed_does_not_come_under_the_next(run):
    run("import matplotlib.pyplot as plt")
    assert run("plt.plot([1, 2])\n1 / 0")[1]["name"] == "ZeroDivisionError"
    assert run("1") == ([{"text/plain": "1"}], None)
    assert run("plt.plot([1, 2])\nplt.title('$\\\\frac$');")[1]["name"] == "ValueError"  # drawn only when it is saved
    assert run("2") == ([{"text/plain": "2"}], None)


def test_a_long_value_is_cut_off(run):
    [shown], error = run("'x' * 10**6")
    assert error is None and shown["text/plain"].endswith("… (and more)") and len(shown["text/plain"]) < 100_100


def test_quietly_nothing_is_drawn(run, monkeypatch):
    run("import matplotlib.pyplot as plt\nfrom matplotlib.figure import Figure")
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", lambda *args, **options: 1 / 0)
    assert run("plt.figure()\n1 + 1", show=None) == ([], None)
    assert run("len(plt.get_fignums())")[0] == [{"text/plain": "0"}]


def test_an_explorable_shows_its_still(run):
    shown, error = run("from tempcourse.widgets import explore_temperature\nexplore_temperature()")
    assert error is None and set(shown[0]) == {"text/plain", "image/png"}
    assert shown[0]["text/plain"].startswith("Logits")


@pytest.mark.parametrize(
    ("sources", "needed"),
    [
        (["import math", "x = 1", "y = x + 1", "print(y)"], [1, 2]),
        (["import math as m", "x = 1", "m.sqrt(4)"], [0]),
        (["from a import b", "b = b + 1", "c = 2", "b"], [0, 1]),
        (["z = [1]", "z[0] = 5", "z.append(3)", "print(z)"], [0, 1]),
        (["def f(x):\n    return g(x)", "def g(x):\n    return x", "h = f", "f(1)"], [0, 1]),
        (["rng = default_rng(0)", "a = rng.normal()", "b = 2", "rng.normal()"], [0, 1]),
        (["x = 1", "this is no Python", "x"], [0]),
        (["x = 1", "x = (", "y = ("], []),
        (["a, *b = 1, 2", "for i in b:\n    pass", "[i for i in b]"], [0]),
        (["x = 1"], []),
    ],
)
def test_a_cell_leans_on_those_that_make_what_it_uses(sources, needed):
    assert load().needed_cells(sources) == needed


def cells_of(chapter):
    """Return the code of a chapter but for its quizzes: source, tags, and what it prints."""
    notebook = json.loads((ROOT / "notebooks" / f"{chapter}.ipynb").read_text(encoding="utf8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    sources = ["".join(cell["source"]) for cell in cells]
    printed = ["".join("".join(output.get("text", "")) for output in cell["outputs"]) for cell in cells]
    tags = [cell["metadata"].get("tags", []) for cell in cells]
    return [part for part in zip(sources, tags, printed, strict=True) if not part[0].startswith("quiz(")]


@pytest.mark.parametrize("chapter", ["01_softmax", "02_temperature"])
def test_what_a_cell_needs_is_all_that_it_needs(chapter, capsys):
    """Each cell prints the same after those alone as it does in the whole chapter."""
    before, count = [], 0
    for source, tags, printed in cells_of(chapter):
        module = load()
        for index in module.needed_cells([*before, source]):
            assert module.run_cell(before[index], f"cell {index}", None) is None
            count += 1
        capsys.readouterr()
        if not {"exercise", "check"} & set(tags):
            assert module.run_cell(source, "cell", None) is None, source
            assert capsys.readouterr().out == printed, source
        if not tags:
            before.append(source)
    assert count < 0.7 * len(before) ** 2 / 2  # and not all that came before


def test_a_chapter_runs_and_judges_its_solutions_and_its_stubs(run, capsys):
    """Cell by cell, as the page does: what only shows something, then an exercise and its check."""
    for number, (source, tags, _) in enumerate(cells_of("01_softmax")):
        _, error = run(source, f"cell {number}")
        assert error is None, (source, error)
        printed = capsys.readouterr().out
        assert ("not attempted yet" in printed) == ("check" in tags)
        if "solution" in tags:
            assert ": right" in printed


def test_it_needs_nothing_but_python():
    """Pyodide's core has the standard library alone."""
    code = f"import runpy; runpy.run_path({str(FILE)!r})['run_cell']('1', 'cell', print)"
    found = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)
    assert found.stdout == "{'text/plain': '1'}\n", found.stderr
