"""The pages' policy: in every page, and a page that breaks it is named."""

import pytest
from content_security_policy import POLICY, find_inline
from pages import BOOK
from small_book import build_book

PAGES = sorted(path for path in BOOK.rglob("*.html") if path != BOOK / "index.html")


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>plain</p>", 0),
        ('<script src="a.js"></script>', 0),
        ('<script type="application/json">{"style": "<p style=\\"x\\">"}</script>', 0),
        ("<script>run()</script>", 1),
        ('<script type="module">run()</script>', 1),
        ('<script type="application/javascript">run()</script>', 1),
        ("<style>p { color: red }</style>", 1),
        ('<p style="color: red">', 1),
        ('<p class="a" style="color: red">', 1),
        ("<p style='color: red'>", 1),
        ('<p onclick="run()">', 1),
        ('<a href="x" onmouseover="run()">', 1),
        ('<p data-style="x">the style="x" of words</p>', 0),
        ('<p style="a"><p style="b">', 2),
    ],
)
def test_what_stands_in_the_text_is_found(html, found):
    assert len(find_inline(html)) == found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(BOOK)))
def test_every_page_of_the_book_has_the_policy_and_keeps_it(path):
    html = path.read_text(encoding="utf8")
    assert find_inline(html) == []
    for name, sources in POLICY.items():
        assert f"{name} {sources}".replace("'", "&#39;") in html or f"{name} {sources}" in html


def test_a_page_with_a_style_in_its_text_fails_the_build(tmp_path, monkeypatch):
    source = tmp_path / "source"
    source.mkdir()
    (source / "index.rst").write_text('Book\n====\n\n.. raw:: html\n\n   <p style="color: red">\n', encoding="utf8")
    with pytest.raises(AssertionError, match=r"index\.html: the pages' policy forbids <p style"):
        build_book(tmp_path, monkeypatch, {}, extensions=["content_security_policy"])
