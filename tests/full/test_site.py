"""The whole site, as it is published: every link leads to a file and an anchor that exist."""

import re
import zipfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest
from test_book_links import Page, follow_links

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "site"
LITE = SITE / "lite"
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


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_each_chapter_opens_in_the_browser_s_python(site, notebook):
    [link] = [link for link in site[SITE / "notebooks" / f"{notebook.stem}.html"].links if "/lite/" in link]
    [name] = parse_qs(urlsplit(link).query)["path"]
    offered, own = (nbformat.read(path, as_version=4) for path in (LITE / "files" / name, notebook))
    assert [cell.source for cell in offered.cells if cell.cell_type == "code"] == [
        cell.source for cell in own.cells if cell.cell_type == "code"
    ]


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
        assert {"tempcourse/softmax.py", "tempcourse/widgets/maths.js"} <= set(archive.namelist())
    assert f'href="../{wheel.name}"' in (SITE / "notebooks" / "01_softmax.html").read_text(encoding="utf8")


def test_a_host_is_told_to_serve_all_of_it():
    assert (SITE / ".nojekyll").is_file()
    assert (SITE / "404.html").is_file()
