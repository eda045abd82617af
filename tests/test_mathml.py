"""Formulas are MathML that all browsers draw, in letters that the page's mathematical font has."""

import pytest
from fontTools.ttLib import TTFont
from mathml import to_mathml
from small_book import build_book

SETTINGS = {"extensions": ["mathml"], "html_math_renderer": "mathml", "root_doc": "index"}


def build(folder, monkeypatch, formula, page="index"):
    source = folder / "source"
    source.mkdir(exist_ok=True)
    (source / f"{page}.rst").write_text(f":orphan:\n\nPage\n====\n\n:math:`{formula}`\n", encoding="utf8")
    return build_book(folder, monkeypatch, {}, **SETTINGS)


def letters(html):
    """Return the letters that the font in a built book has."""
    return set(map(chr, TTFont(html / "_static" / "stix-two-math.woff2").getBestCmap()))


@pytest.mark.parametrize(
    ("tex", "letter"),
    [(r"\mathbb 1", "𝟙"), (r"\mathbb R", "ℝ"), (r"A^{\mathsf T}", "𝖳"), (r"\mathbf z", "𝐳"), (r"\mathcal L", "ℒ")],
)
def test_letters_of_other_alphabets(tmp_path, monkeypatch, tex, letter):
    html = build(tmp_path, monkeypatch, tex)
    assert letter in (html / "index.html").read_text(encoding="utf8")
    assert letter in letters(html)


def test_the_font_has_what_browsers_draw_unwritten(tmp_path, monkeypatch):
    has = letters(build(tmp_path, monkeypatch, r"\sqrt{h \tau}"))
    assert {"√", "ℎ", "𝜏"} <= has
    assert "𝟙" not in has


def test_the_font_has_the_letters_of_pages_built_before(tmp_path, monkeypatch):
    build(tmp_path, monkeypatch, r"\mathbb 1")
    html = build(tmp_path, monkeypatch, r"\nabla", page="other")
    assert {"𝟙", "∇"} <= letters(html)


@pytest.mark.parametrize(
    ("tex", "sign"), [(r"\bar z", "_"), (r"\overline{z_y}", "_"), (r"\overline{\hat z}", "_"), (r"\hat p", "ˆ")]
)
def test_accents_are_those_that_all_browsers_put_in_their_place(tex, sign):
    formula = to_mathml(tex, display=False)
    assert formula.endswith(f'<mo stretchy="true">{sign}</mo></mover></math>')
    assert not set(formula) & {"¯", "\u0332"}


@pytest.mark.parametrize("tex", [r"a &= b \\ &= c", r"\begin{aligned} a &= b \\ &= c \end{aligned}"])
def test_rows_of_a_displayed_formula_stay_rows(tex):
    assert to_mathml(tex, display=True).count("<mtr>") == 2


def test_an_unknown_command_is_a_warning(tmp_path, monkeypatch):
    with pytest.raises(AssertionError, match=r'mathematics: .*Unknown command "\\sotfmax"'):
        build(tmp_path, monkeypatch, r"\sotfmax(z)")
