"""What the search page looks through: each section once, under the anchor that it has on the page."""

import json
import re

import pytest
from docutils.core import publish_doctree
from pages import BOOK
from section_search import sections_of, spoken

TEXT = """
Chapter
=======

What it *is about*.

First part
----------

The **nucleus** of :math:`\\tau = 0`, and ``code``.

::

    not_looked_through()

Second part
-----------

More.
"""


def test_a_section_has_its_own_words_only():
    document = publish_doctree(TEXT)
    found = {title: (anchor, text, emphasised) for title, anchor, text, emphasised in sections_of(document)}
    # The one title of a document is its own in docutils alone, and a section's in a book.
    assert found["First part"] == ("first-part", "The nucleus of τ=0, and code.", ["nucleus"])
    assert found["Second part"] == ("second-part", "More.", [])


@pytest.mark.parametrize(
    ("formula", "words"),
    [(r"\tau \to 0", "τ→0"), (r"e^{z_i}", "ezi"), ("x < 1", "x<1"), (r"\undefinedmacro{x}", r"\undefinedmacro{x}")],
)
def test_a_formula_is_written_as_it_would_be_typed(formula, words):
    assert spoken(formula) == words


def test_every_section_of_every_page_is_there_and_its_anchor_too():
    script = (BOOK / "_static" / "search_sections.js").read_text(encoding="utf8")
    pages = json.loads(script.removeprefix("const PAGES = ").rstrip(";\n"))
    assert len(pages) > 12
    for address, _, _, sections in pages:
        html = (BOOK / address).read_text(encoding="utf8")
        anchors = {anchor for _, anchor, _, _ in sections}
        assert all(f'id="{anchor}"' in html for anchor in anchors)
        assert set(re.findall(r'<section [^>]*?id="([^"]+)"', html)) <= anchors
        assert all(title and "\\" not in title for title, _, _, _ in sections)


def test_no_page_but_the_search_page_loads_it():
    users = {path.name for path in BOOK.rglob("*.html") if "search_sections.js" in path.read_text(encoding="utf8")}
    assert users == {"search.html"}
