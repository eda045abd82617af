"""What the build executed is what is published: on the page, as its source, and in JupyterLite."""

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from build_lite import stage_notebooks
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from small_book import build_book

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EXECUTED = ROOT / "_build" / "html" / "_sources" / "notebooks"
VIEW, STATE = (f"application/vnd.jupyter.widget-{part}+json" for part in ("view", "state"))
# What stands for the package: a widget whose JavaScript is a file of its own, a picture, and a print in pieces.
MODULE = """from pathlib import Path
import anywidget, ipywidgets, traitlets

class Ear(anywidget.AnyWidget):
    _esm = Path(__file__).with_suffix(".js").read_text()
    value = traitlets.Any(0).tag(sync=True)

def show():
    slider, ear = ipywidgets.IntSlider(description="n"), Ear()
    ipywidgets.jslink((slider, "value"), (ear, "value"))
    return ipywidgets.VBox([slider, ear])
"""
CELLS = [
    "from ear import show\nshow()",
    "import sys\nfor word in ('one', 'two'):\n    for stream in (sys.stdout, sys.stderr):\n"
    "        print(word, end=' ', file=stream, flush=True)",
    "show()",
]


@pytest.fixture
def build(tmp_path, monkeypatch):
    """A function that builds a book of one notebook with this JavaScript; as `make book`, it executes all anew."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "ear.py").write_text(MODULE, encoding="utf-8")
    notebook = new_notebook(cells=[new_markdown_cell("# Page"), *map(new_code_cell, CELLS)])
    for number, cell in enumerate(notebook.cells):
        cell.id = str(number)
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nbformat.write(notebook, source / "index.ipynb")

    def make(script, fresh=True):
        (source / "ear.js").write_text(f"export default {{ render() {{ {script} }} }};", encoding="utf-8")
        for name in ("cache", "trees", "html") if fresh else ():
            shutil.rmtree(tmp_path / name, ignore_errors=True)
        return build_book(
            tmp_path,
            monkeypatch,
            {},
            extensions=["myst_nb", "static_widgets", "executed_notebooks"],
            nb_execution_mode="cache",
            nb_execution_cache_path=str(tmp_path / "cache"),
            html_sourcelink_suffix="",
        )

    return make


def published(book, folder):
    """Return the text of the page, of its source and of JupyterLite's notebook."""
    stage_notebooks(book / "_sources", folder)
    places = (book / "index.html", book / "_sources" / "index.ipynb", folder / "index.ipynb")
    return [path.read_text(encoding="utf-8") for path in places]


def test_changed_javascript_reaches_page_download_and_jupyterlite(build, tmp_path):
    stored = (tmp_path / "source" / "index.ipynb").read_bytes()
    before, after = (published(build(script), tmp_path / script) for script in ("first()", "second()"))
    assert [text.count("first()") for text in before] == [text.count("second()") for text in after] == [1, 2, 2]
    assert not any("first()" in text for text in after)
    assert (tmp_path / "source" / "index.ipynb").read_bytes() == stored


def test_two_executions_come_to_the_same_bytes(build):
    first, second = [
        [(book / name).read_bytes() for name in ("index.html", "_sources/index.ipynb")]
        for book in (build("draw();"), build("draw();"))
    ]
    assert first == second


def test_a_build_from_the_cache_publishes_the_same(build, tmp_path):
    first = (build("draw();") / "_sources" / "index.ipynb").read_bytes()
    shutil.rmtree(tmp_path / "trees")
    shutil.rmtree(tmp_path / "html")
    assert (build("unseen();", fresh=False) / "_sources" / "index.ipynb").read_bytes() == first


def test_models_are_numbered_as_they_were_made_and_prints_are_whole(build):
    notebook = nbformat.read(build("draw();") / "_sources" / "index.ipynb", as_version=4)
    state = notebook.metadata["widgets"][STATE]["state"]
    assert list(state) == [f"{number:032x}" for number in range(1, len(state) + 1)]
    shown, printed, again = (cell.outputs for cell in notebook.cells[1:])
    first, second = (outputs[0]["data"][VIEW]["model_id"] for outputs in (shown, again))
    assert first < second and {first, second} <= set(state)
    assert re.findall("[0-9a-f]{32}", json.dumps(state[first]["state"]["children"])) < [first]
    assert {output["name"]: output["text"] for output in printed} == {"stdout": "one two ", "stderr": "one two "}


# ------------------------------------------------------------------------------------------------ The book


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_chapter_s_download_is_executed(notebook):
    given, own = (nbformat.read(path, as_version=4) for path in (EXECUTED / notebook.name, notebook))
    assert [cell.source for cell in given.cells] == [cell.source for cell in own.cells]
    counts = [cell.execution_count for cell in given.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    state = given.metadata["widgets"][STATE]["state"]
    assert list(state) == [f"{number:032x}" for number in range(1, len(state) + 1)]
    bundles = [output["data"] for cell in given.cells for output in cell.get("outputs", []) if "data" in output]
    views = [bundle[VIEW]["model_id"] for bundle in bundles if VIEW in bundle]
    assert len(views) > 4 and set(views) <= set(state)
    assert any("image/png" in bundle for bundle in bundles)
