"""The pages' faces: what of them is shipped, under which terms."""

import pytest
from fontTools.ttLib import TTFont
from small_book import build_book
from typeface import FACES


@pytest.fixture
def static(tmp_path, monkeypatch):
    """The static files of a book of one page."""
    (tmp_path / "source").mkdir()
    page = ":orphan:\n\nPage\n====\n\nQuite *warm*, τ → ∞: **0.5**, ``p_i``.\n"
    (tmp_path / "source" / "index.rst").write_text(page, encoding="utf8")
    return build_book(tmp_path, monkeypatch, {}, extensions=["typeface"], root_doc="index") / "_static"


@pytest.mark.parametrize("face", FACES)
def test_a_face_has_the_letters_of_the_pages_and_few_others(static, face):
    """Each face has all letters, for a script may set any of them in any; what the font lacks another one draws."""
    letters = set(map(chr, TTFont(static / f"{face}.woff2").getBestCmap()))
    assert set("Quitewarm0.5p_i") <= letters
    assert not letters & set("ŸЖ§")
    assert ("τ" in letters) == (face != "text-italic")


@pytest.mark.parametrize("face", FACES)
def test_a_face_keeps_its_copyright_and_not_its_reserved_name(static, face):
    """The licence of Source Serif and Source Sans reserves their names for the fonts as they were."""
    names = {record.nameID: str(record) for record in TTFont(static / f"{face}.woff2")["name"].names}
    assert names.keys() <= {0, 13, 14} and names[0]


def test_the_style_sheet_asks_for_each_face_and_no_other(static):
    """None is forgotten, none is loaded for nothing."""
    style = (static / "typeface.css").read_text(encoding="utf8")
    assert all(f'url("{face}.woff2")' in style for face in FACES) and style.count("url(") == len(FACES)
