"""Formulas are written in letters that the page's mathematical font has."""

import pytest
from small_book import build_book

SETTINGS = {"extensions": ["mathml"], "html_math_renderer": "mathml", "root_doc": "index"}


def build(folder, monkeypatch, formula):
    source = folder / "source"
    source.mkdir()
    (source / "index.rst").write_text(f"Page\n====\n\n:math:`{formula}`\n", encoding="utf8")
    return build_book(folder, monkeypatch, {}, **SETTINGS)


@pytest.mark.parametrize(("formula", "letters"), [(r"\overline p", "‾"), (r"A^{\mathsf T}", "𝖳"), (r"\mathbf z", "𝐳")])
def test_letters_of_other_alphabets_are_in_the_font(tmp_path, monkeypatch, formula, letters):
    page = (build(tmp_path, monkeypatch, formula) / "index.html").read_text(encoding="utf8")
    assert all(letter in page for letter in letters)


def test_a_letter_that_the_font_lacks_is_a_warning(tmp_path, monkeypatch):
    with pytest.raises(AssertionError, match=r"no glyph in the mathematical font for \['𝔄'\]"):
        build(tmp_path, monkeypatch, r"\mathfrak A")
