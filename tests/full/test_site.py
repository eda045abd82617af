"""The whole site, as it is published: every link leads to a file and an anchor that exist."""

import importlib
import json
import re
import subprocess
import zipfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest
from lab import calls
from test_book_links import Page, follow_links

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "site"
LITE = SITE / "lite"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
STATE = "application/vnd.jupyter.widget-state+json"
PAGES = sorted(path for path in SITE.rglob("*.html") if LITE not in path.parents)


@pytest.fixture(scope="module")
def site():
    """All pages of the book, read."""
    assert PAGES, "run `make site` first"
    return {path: Page(path) for path in PAGES}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(SITE)))
def test_links_resolve(site, path):
    assert not site[path].hidden
    follow_links(site, path)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_chapter_opens_in_the_browser_s_python(site, notebook):
    [link] = [link for link in site[SITE / "notebooks" / f"{notebook.stem}.html"].links if "/lite/" in link]
    [name] = parse_qs(urlsplit(link).query)["path"]
    offered, own = (nbformat.read(path, as_version=4) for path in (LITE / "files" / name, notebook))
    assert [cell.source for cell in offered.cells if cell.cell_type == "code"] == [
        cell.source for cell in own.cells if cell.cell_type == "code"
    ]


def scripts(models):
    """Return the JavaScript of a state's anywidgets, by the name of their class."""
    models = [model["state"] for model in models.values() if model["model_name"] == "AnyModel"]
    return {model["_anywidget_id"]: model["_esm"] for model in models}


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_package_s_javascript_as_it_is_reaches_page_download_and_jupyterlite(notebook):
    copies = (SITE / "_sources" / "notebooks" / notebook.name, LITE / "files" / notebook.name)
    given, lite = (nbformat.read(path, as_version=4).metadata["widgets"][STATE]["state"] for path in copies)
    page = (SITE / "notebooks" / f"{notebook.stem}.html").read_text(encoding="utf8")
    [carried] = re.findall(f'<script type="{re.escape(STATE)}">(.*?)</script>', page, re.DOTALL)
    carried = json.loads(carried)
    shown = {name: carried["texts"][index] for name, index in scripts(carried["state"]).items()}
    own = {}
    for name in shown:
        module, _, kind = name.rpartition(".")
        own[name] = getattr(importlib.import_module(module), kind)._esm
    assert {name.split(".")[2] for name in own} == set(calls(notebook))
    assert shown == scripts(given) == scripts(lite) == own


def test_a_change_of_the_package_makes_all_that_is_published_anew():
    assert subprocess.run(["make", "--question", "site"], cwd=ROOT, check=False).returncode == 0, "run `make site`"
    command = ["make", "--dry-run", "--what-if=tempcourse/widgets/quiz.js", "site"]
    lines = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    steps = ["rm -rf _build/.jupyter_cache _build/.doctrees", "jupyter-book build", "build_pdf.py", "build_site.py"]
    places = [lines.index(step) for step in (*steps, "build_lite.py _build/html/_sources/notebooks")]
    assert places == sorted(places)


def test_nothing_is_left_hidden_and_no_size_is_left_out(site):
    for path in site:
        text = path.read_text(encoding="utf8")
        assert 'class="site-only" hidden' not in text
        assert "data-size-of" not in text
    home = (SITE / "book" / "index.html").read_text(encoding="utf8")
    sizes = re.findall(r'temperature\.pdf">[^<]*</a> \(([\d.]+) MB\)', home)
    assert sizes == [f"{(SITE / 'temperature.pdf').stat().st_size / 1e6:.1f}"]


def test_the_wheel_that_pages_link_is_the_package():
    [wheel] = SITE.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert {"tempcourse/softmax.py", "tempcourse/widgets/maths/softmax.js"} <= set(archive.namelist())
    assert f'href="../{wheel.name}"' in (SITE / "notebooks" / "01_softmax.html").read_text(encoding="utf8")


def test_a_host_is_told_to_serve_all_of_it():
    assert (SITE / ".nojekyll").is_file()
    assert (SITE / "404.html").is_file()
