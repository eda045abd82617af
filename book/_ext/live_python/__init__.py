"""Let the code cells of a chapter run where they are read: Python in the page, started by the reader.

Python is the one that `make site` puts beside the pages for JupyterLite. The pages of `make book` alone, and those that
are read from a disk, have none: their cells are as they are printed. The script is fetched when a reader asks for it
(`practice/offer.js`).
"""

from pathlib import Path

from docutils import nodes
from sphinx.util.osutil import relative_uri

from tempcourse.widgets.kit.sources import join_sources

HERE = Path(__file__).parent
SCRIPT = "live_python.js"
# Where the site keeps it; in the page's text, since what only the whole site has is revealed there.
PLACE = (
    '<div class="site-only" hidden data-live-python="{script}" data-lite="{lite}" data-notebook="{notebook}"></div>\n'
)


def add_python(app, pagename, templatename, context, doctree):
    """Tell a chapter's page where the script, Python and the notebook would be."""
    source = Path(app.env.doc2path(pagename, base=False)) if doctree is not None else Path()
    if source.suffix != ".ipynb" or not any(doctree.findall(nodes.literal_block)):
        return
    notebook = f"_sources/{source.as_posix()}{app.config.html_sourcelink_suffix}"
    files = {"script": f"_static/{SCRIPT}", "lite": "lite/", "notebook": notebook}
    page = app.builder.get_target_uri(pagename)
    context["body"] += PLACE.format(**{name: relative_uri(page, file) for name, file in files.items()})
    app.add_css_file("live_python.css")


def write_script(app, error):
    """Write the script: no module, since from a disk a browser loads none."""
    if not error and app.builder.format == "html":
        source = join_sources(HERE / SCRIPT).replace("export default ", "globalThis.livePython = ")
        Path(app.outdir, "_static", SCRIPT).write_text(f"(() => {{\n{source}}})();\n", encoding="utf8")


def setup(app):
    """Tie the extension to Sphinx."""
    app.connect("builder-inited", lambda app: app.config.html_static_path.append(str(HERE / "static")))
    app.connect("html-page-context", add_python)
    app.connect("build-finished", write_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
