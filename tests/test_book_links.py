"""Every internal link of the built book leads to a page and an anchor that exist."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

BOOK = Path(__file__).parents[1] / "_build" / "html"
PAGES = sorted(BOOK.rglob("*.html"))


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
