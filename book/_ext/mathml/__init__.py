"""Typeset mathematics as MathML while the book is built.

A reader's browser then has nothing to load and nothing to wait for, and a screen reader gets real mathematics.
math-core turns TeX into MathML Core, which all browsers draw. Those without a mathematical font of their own
(most phones) get STIX Two Math: of the font that the ziamath package carries, what the formulas are written in.
"""

import re
from html import unescape
from importlib.resources import files
from pathlib import Path
from unicodedata import normalize

from docutils import nodes
from fontTools import subset
from math_core import LatexError, LatexToMathML
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)

FONT = "stix-two-math.woff2"
STYLE = "mathml.css"

# What a browser draws for a variable of one letter, which the formula writes upright.
ITALICS = "ℎ" + "".join(map(chr, [*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C)]))

# Styles that math-core writes into the text, where the pages' policy forbids them: the classes of mathml.css for them.
CLASSES = {
    "text-align: right;justify-items: end;padding-right: 0;": "math-right",
    "text-align: left;justify-items: start;padding-left: 0;": "math-left",
    "text-align: left;justify-items: start;padding-right: 0;": "math-case",
    "text-align: left;justify-items: start;padding-right: 0;padding-left:1em;": "math-condition",
    "padding-right:0.1667em;": "math-thin",
}

converter = LatexToMathML(fancy_error=False)


def to_mathml(tex: str, display: bool) -> str:
    """Return TeX mathematics as a MathML element; LatexError where math-core cannot read it."""
    if display and r"\\" in tex and r"\begin" not in tex:
        tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"  # else its rows would be one
    formula = converter.convert_with_local_state(tex, displaystyle=display)
    for style, name in CLASSES.items():
        formula = formula.replace(f'style="{style}"', f'class="{name}"')
    # WebKit draws a hat or a bar that must not stretch a line too high, and U+0332 as long as it likes. All
    # browsers draw the underscore well, and screen readers know it over a letter as a bar.
    return re.sub(
        r"<mo[^>]*>([¯\u0332ˆ])</mo></mover>",
        lambda accent: f'<mo stretchy="true">{"ˆ" if accent[1] == "ˆ" else "_"}</mo></mover>',
        formula,
    )


def _render(self, node, display):
    tex = node.astext().strip()
    try:
        return to_mathml(tex, display)
    except LatexError as error:
        logger.warning("mathematics: %s in %r", error, tex, location=node)
        return self.encode(tex)


def visit_inline(self, node):
    """Write a formula within a line."""
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate"))
    self.body.append(_render(self, node, display=False) + "</span>")
    raise nodes.SkipNode


def visit_block(self, node):
    """Write a displayed formula, with its number where it has one."""
    self.body.append(self.starttag(node, "div", CLASS="math notranslate"))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Permalink to this equation")
        self.body.append("</span>")
    self.body.append(_render(self, node, display=True) + "</div>\n")
    raise nodes.SkipNode


def letters_of(formulas):
    """Return the letters that formulas are drawn with: those written, the variables' italics and the radical sign."""
    written = {letter for formula in formulas for letter in unescape(re.sub("<[^>]*>", "", formula))}
    variables = {unescape(name) for formula in formulas for name in re.findall("<mi>([^<]*)</mi>", formula)}
    return written | {italic for italic in ITALICS if normalize("NFKC", italic) in variables} | {"√"}


def write_font(app, error):
    """Cut the font down to the letters that the built pages' formulas are written in."""
    if error or app.builder.format != "html":
        return
    pages = (page.read_text(encoding="utf8") for page in Path(app.outdir).rglob("*.html"))
    formulas = [formula for page in pages for formula in re.findall(r"<math\b.*?</math>", page, re.DOTALL)]
    options = subset.Options(flavor="woff2", layout_features=[], hinting=False)
    with files("ziamath.fonts").joinpath("STIXTwoMath-Regular.ttf").open("rb") as source:
        font = subset.load_font(source, options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(text="".join(letters_of(formulas)))
        subsetter.subset(font)
        subset.save_font(font, str(Path(app.outdir, "_static", FONT)), options)


def setup(app):
    """Register the renderer, its style sheet and its font."""
    app.add_html_math_renderer("mathml", inline_renderers=(visit_inline, None), block_renderers=(visit_block, None))
    app.connect("builder-inited", lambda app: app.config.html_static_path.append(str(Path(__file__).parent / "static")))
    app.add_css_file(STYLE)
    app.connect("build-finished", write_font)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
