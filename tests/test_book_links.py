"""Every internal link leads to a page and an anchor that exist: in the sources, and in the built book."""

import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from myst_parser.mdit_to_docutils.base import default_slugify

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "_build" / "html"
PAGES = sorted(BOOK.rglob("*.html"))
SOURCES = sorted([*ROOT.glob("book/*.md"), *ROOT.glob("notebooks/*.ipynb")])
FENCES = re.compile(r"^(```|:::).*?^\1", re.MULTILINE | re.DOTALL)


@cache
def prose(path):
    """Return what is written in a source: the Markdown of a page, or of all cells of a notebook."""
    text = path.read_text(encoding="utf8")
    if path.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


@cache
def anchors(path):
    """Return the fragments by which MyST knows the headings of a source, down to the third level."""
    titles = re.findall(r"^#{1,3} (.+)$", FENCES.sub("", prose(path)), re.MULTILINE)
    found = set()
    for title in titles:
        slug, count = default_slugify(re.sub(r"[`*]", "", title)), 1
        while slug in found:
            slug, count = f"{slug}-{count}", count + 1
        found.add(slug)
    return found


def dead_links(text, folder):
    """Return the links of a Markdown text in a folder that lead to no file, or to no heading in it."""
    targets = re.findall(r"\]\(([^)#:\s]+)(?:#([^)\s]+))?\)", text)
    paths = [((folder / name).resolve(), fragment) for name, fragment in targets]
    return [
        f"{path.name}#{fragment}"
        for path, fragment in paths
        if not path.is_file() or (fragment and path in SOURCES and fragment not in anchors(path))
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_links_of_a_source_lead_to_a_heading(path):
    assert dead_links(prose(path), path.parent) == []


@pytest.mark.parametrize(
    ("text", "dead"),
    [
        ("[τ](02_temperature.ipynb#choosing-τ)", []),
        ("[stops](02_temperature.ipynb#the-three-stops-0-1-and-) [page](../book/review.md)", []),
        ("[∞](02_temperature.ipynb#the-three-stops-0-1-and-∞)", ["02_temperature.ipynb#the-three-stops-0-1-and-∞"]),
        ("[none](20_none.ipynb) [address](https://example.org/#none)", ["20_none.ipynb#"]),
    ],
)
def test_what_is_dead(text, dead):
    assert dead_links(text, ROOT / "notebooks") == dead


class Page(HTMLParser):
    """The ids of a page, and what it asks for; links that only the whole site can follow are left to its own test."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.hidden = set(), [], []  # the tags that are open within a hidden element
        self.feed(path.read_text(encoding="utf8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if self.hidden or (attributes.get("class") == "site-only" and "hidden" in attributes):
            self.hidden.append(tag)
            return
        self.ids.update(attributes[name] for name in ("id", "name") if attributes.get(name))
        if tag != "base":
            self.links += [attributes[name] for name in ("href", "src") if attributes.get(name)]

    def handle_endtag(self, tag):
        if self.hidden:
            assert self.hidden.pop() == tag


def follow_links(pages, path):
    """Hold each internal link of a page against the files, and against the ids of the pages that are known."""
    for link in pages[path].links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        assert target.is_file(), link
        if parts.fragment and target in pages:
            assert unquote(parts.fragment) in pages[target].ids, link


@pytest.fixture(scope="module")
def book():
    """All pages, read."""
    assert PAGES, "run `make book` first"
    return {path: Page(path) for path in PAGES}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(BOOK)))
def test_links_resolve(book, path):
    follow_links(book, path)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(BOOK)))
def test_nothing_is_loaded_from_another_host(path):
    text = path.read_text(encoding="utf8")
    for tag in ("<script", "<link", "<img", "<iframe"):
        for piece in text.split(tag)[1:]:
            opening = piece.split(">")[0]
            assert 'src="http' not in opening and "src='http" not in opening, opening
            assert not (tag == "<link" and "stylesheet" in opening and 'href="http' in opening), opening
