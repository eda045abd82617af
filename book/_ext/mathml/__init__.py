"""Typeset mathematics as MathML while the book is built.

A reader's browser then has nothing to load and nothing to wait for, and a screen reader gets real mathematics.
KaTeX does the work, run in an embedded JavaScript engine, so that building the book needs no node. Browsers
without a mathematical font of their own (most phones) get a subset of STIX Two Math, cut here from the font
that the ziamath package carries.
"""

import unicodedata
from functools import cache
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

from docutils import nodes
from fontTools import subset
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
ElementTree.register_namespace("", NAMESPACE)
MI, MO, MROW, MSPACE = (f"{{{NAMESPACE}}}{tag}" for tag in ("mi", "mo", "mrow", "mspace"))
ROWS = {f"{{{NAMESPACE}}}{tag}" for tag in ("mrow", "mstyle", "mtd", "semantics", "mpadded")}
SCRIPTED = {f"{{{NAMESPACE}}}{tag}" for tag in ("msub", "msup", "msubsup", "munder", "munderover")}
CLOSING = set(")]}⟩|‖!′")
APPLY = "\u2061"  # the invisible sign between a function and its argument

FONT = "stix-two-math.woff2"
STYLE = "mathml.css"

# What the font's subset holds. A formula that needs more fails the build, so no glyph is ever missing.
CHARACTERS = (
    "".join(map(chr, range(0x20, 0x7F)))
    + "\u00a0¬°±·×÷′″…ℓℝℕℤ𝔼∂∆∇∈∉∏∑−∓∗∘∝∞∣∥∧∨∩∪∫∼≃≈≜≠≡≤≥≪≫⊂⊆⊕⊗⊙⊤⊥⋅⋮⋯⋱⌈⌉⌊⌋⟨⟩‖√∀∃∅∖"
    + "←↑→↓↔↦⇐⇒⇔⟶⟵⟹⟸⟺⏞⏟ˉ^~¯‾→\u2061\u2062\u2063\u2064\u2003\u2002\u2005\u2009\u200a\u200b"
    + "".join(map(chr, range(0x391, 0x3CA))) + "ϑϕϖϵϱ"
    # The italic alphabets, which a browser uses for a variable of one letter.
    + "".join(map(chr, range(0x1D434, 0x1D468))) + "ℎ" + "".join(map(chr, range(0x1D6E2, 0x1D71C)))
    # Bold upright and calligraphic capitals: vectors, loss and likelihood.
    + "".join(map(chr, range(0x1D400, 0x1D434))) + "".join(map(chr, range(0x1D49C, 0x1D4B6))) + "ℬℰℱℋℐℒℳℛ"
    + "𝖳"  # of a transposed matrix
)


@cache
def _katex() -> MiniRacer:
    engine = MiniRacer()
    engine.eval(files("sphinxcontrib").joinpath("katex.min.js").read_text(encoding="utf8"))
    return engine


@cache
def to_mathml(tex: str, display: bool) -> str:
    """Return TeX mathematics as a MathML element; ValueError where KaTeX cannot read it."""
    options = {"output": "mathml", "displayMode": display, "strict": "error", "throwOnError": True}
    try:
        html = _katex().call("katex.renderToString", tex, options)
    except JSEvalException as error:
        message = next((line for line in str(error).splitlines() if "KaTeX" in line), str(error))
        raise ValueError(message) from error
    return _for_browsers(html.removeprefix('<span class="katex">').removesuffix("</span>"))


def _for_browsers(mathml: str) -> str:
    """Mend what KaTeX writes for MathML 3 and browsers, which follow MathML Core, show differently."""
    root = ElementTree.fromstring(mathml)
    for parent in list(root.iter()):
        for element in parent:
            if alphabet := element.attrib.get("mathvariant", "").upper():
                element.text = _in_alphabet(element.text, alphabet)
            if element.tag == MO and element.text == "∥":
                element.text = "‖"  # a norm's bars are a fence, not the relation "parallel to"
        if parent.tag in ROWS:
            _space(parent)
        if parent.tag in SCRIPTED:
            for operator in (operator for script in parent[1:] for operator in script.iter(MO)):
                operator.attrib.update(lspace="0", rspace="0")  # as TeX sets small exponents and indices
    return ElementTree.tostring(root, encoding="unicode")


def _in_alphabet(text, alphabet):
    """Return letters of an alphabet that MathML Core no longer makes from `mathvariant`."""
    for name in (f"MATHEMATICAL {alphabet}", alphabet):
        try:
            return "".join(
                unicodedata.lookup(f"{name} {'CAPITAL' if letter.isupper() else 'SMALL'} {letter}") for letter in text
            )
        except KeyError:
            continue
    return text


def _space(row):
    """Set the sign in -x close to x, and a thin space around log in 2 log x."""
    before = None
    for element in list(row):
        opens = before is None or (before.tag == MO and before.text not in CLOSING)
        if element.tag == MO and element.text == "−" and opens:
            element.set("form", "prefix")
        if _is_function(element):
            after = [other for other in list(row)[list(row).index(element) + 1 :] if other.text != APPLY]
            if before is not None and before.tag != MO:
                row.insert(list(row).index(element), ElementTree.Element(MSPACE, width="0.17em"))
            if after and after[0].tag != MO:
                row.insert(list(row).index(after[0]), ElementTree.Element(MSPACE, width="0.17em"))
        if element.text != APPLY and not (element.tag == MROW and len(element) == 0):
            before = element


def _is_function(element):
    """Whether an element is a name like log, or one with something under or beside it, like max over i."""
    while len(element) and element.tag != MROW:
        element = element[0]
    if element.tag == MROW and len(element) == 2 and element[1].text == APPLY:
        element = element[0]
    return element.tag == MI and len(element.text or "") > 1


def _render(self, node, display):
    tex = node.astext().strip()
    if display and "\\\\" in tex and "\\begin" not in tex:
        tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"
    try:
        formula = to_mathml(tex, display)
    except ValueError as error:
        logger.warning("mathematics: %s in %r", error, tex, location=node)
        return self.encode(tex)
    # Of the formula as it is written, for a command may stand for a letter of another alphabet.
    missing = set("".join(ElementTree.fromstring(formula).itertext())) - set(CHARACTERS) - {"\n"}
    if missing:
        logger.warning("no glyph in the mathematical font for %s in %r", sorted(missing), tex, location=node)
    return formula


def visit_inline(self, node):
    """Write a formula within a line."""
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate"))
    self.body.append(_render(self, node, display=False) + "</span>")
    raise nodes.SkipNode


def visit_block(self, node):
    """Write a displayed formula, with its number where it has one."""
    # Wide formulas scroll on a narrow screen; tabindex lets a keyboard scroll them too.
    self.body.append(self.starttag(node, "div", CLASS="math notranslate", tabindex="0"))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Permalink to this equation")
        self.body.append("</span>")
    self.body.append(_render(self, node, display=True) + "</div>\n")
    raise nodes.SkipNode


def stop_engine(app, error):
    """End the engine's thread, which would keep the process from ending."""
    if _katex.cache_info().currsize:
        _katex().close()
        _katex.cache_clear()


def write_font(app, error):
    """Cut the font's subset into the built book, once."""
    target = Path(app.outdir, "_static", FONT)
    if error or app.builder.format != "html" or target.exists():
        return
    options = subset.Options(flavor="woff2", layout_features=[], hinting=False)
    with files("ziamath.fonts").joinpath("STIXTwoMath-Regular.ttf").open("rb") as source:
        font = subset.load_font(source, options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=CHARACTERS)
        subsetter.subset(font)
        subset.save_font(font, str(target), options)
    if target.stat().st_size == 0:
        raise ExtensionError(f"{FONT} came out empty")


def setup(app):
    """Register the renderer, its style sheet and its font."""
    app.add_html_math_renderer("mathml", inline_renderers=(visit_inline, None), block_renderers=(visit_block, None))
    app.connect("builder-inited", lambda app: app.config.html_static_path.append(str(Path(__file__).parent / "static")))
    app.add_css_file(STYLE)
    app.connect("build-finished", write_font)
    app.connect("build-finished", stop_engine)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
