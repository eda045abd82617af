"""Search the sections of the book, for terms as the field writes them: "top-p", "τ = 0", "log-sum-exp".

Sphinx's search knows pages, of which this book has few and long ones, and takes a hyphen or a Greek letter for the end
of a word. Here a page's sections, the glossary's terms and the package's names are written out, with their words, into
a script that only the search page loads; `search.js` looks through them.
"""

import json
import re
from html import unescape
from pathlib import Path

from docutils import nodes
from math_core import LatexError
from mathml import to_mathml
from sphinx import addnodes

STATIC = Path(__file__).parent / "static"
APART = (nodes.section, nodes.definition_list_item, addnodes.desc)  # what is found by a title of its own
SILENT = (nodes.literal_block, nodes.raw, nodes.image, nodes.comment, nodes.math_block, addnodes.desc_signature)
CITATION = "cite"  # the domain of what becomes "(Author, year)" only on the page


def spoken(formula):
    """Return a formula as a reader would type it into a search field."""
    try:
        return unescape(re.sub("<[^>]*>", "", re.sub("<annotation.*?</annotation>", "", to_mathml(formula, False))))
    except LatexError:
        return formula


def words_of(node):
    """Return what is written in a node, without what is found apart, and what in it is emphasised."""
    written, emphasised = [], []
    for child in node.children:
        if isinstance(child, (*APART, *SILENT, nodes.title, nodes.term)):
            continue
        if isinstance(child, addnodes.pending_xref) and child.get("refdomain") == CITATION:
            continue
        if isinstance(child, nodes.Text):
            written.append(child.astext())
        elif isinstance(child, nodes.math):
            written.append(spoken(child.astext()))
        elif "cell_output" not in child.get("classes", []):
            text, strong = words_of(child)
            marked = isinstance(child, nodes.strong | nodes.emphasis)
            written += [text] if isinstance(child, nodes.Inline) else [" ", text, " "]
            emphasised += [*strong, text] if marked else strong
    return "".join(written), emphasised


def heading(node):
    """Return the title that a node is found by, and its anchor; None where it has none."""
    if isinstance(node, nodes.section):
        return "".join(words_of(node.next_node(nodes.title))[0]), node["ids"][0]
    if isinstance(node, addnodes.desc):
        [signature, *_] = node.findall(addnodes.desc_signature)
        return (signature["fullname"], signature["ids"][0]) if signature.get("ids") else None
    term = node.next_node(nodes.term)
    return (words_of(term)[0], term["ids"][0]) if term is not None and term["ids"] else None


def sections_of(document):
    """Yield of each section its title, anchor, words and what is emphasised."""
    for node in document.findall(lambda node: isinstance(node, APART)):
        if found := heading(node):
            text, emphasised = words_of(node)
            yield [*found, " ".join(text.split()), emphasised]


def write_sections(app, error):
    """Write what the search page looks through."""
    if error or app.builder.format != "html":
        return
    pages = []
    for name in sorted(app.env.found_docs):
        document = app.env.get_doctree(name)
        title = app.env.titles[name].astext()
        kind = "chapter" if name.startswith("notebooks/") else "page"
        pages.append([app.builder.get_target_uri(name), title, kind, list(sections_of(document))])
    script = f"const PAGES = {json.dumps(pages, ensure_ascii=False, separators=(',', ':'))};\n"
    Path(app.outdir, "_static", "search_sections.js").write_text(script, encoding="utf8")


def setup(app):
    """Put the search page's scripts beside the others."""
    app.connect("builder-inited", lambda app: app.config.html_static_path.append(str(STATIC)))
    app.config.templates_path.append(str(Path(__file__).parent / "templates"))
    app.connect("build-finished", write_sections)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
