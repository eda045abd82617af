"""Make the theme's pages light: nothing is loaded that this book does not show.

The theme loads FontAwesome as a style sheet, three fonts and 1.5 MB of JavaScript for a dozen icons. Here its
template is replaced by one without them, the icons are drawn in `icons.css`, and images wait until they are
near the screen, their places kept by their sizes. What is shown of a PNG is the same picture as lossless WebP, of half
the bytes; a link to the picture leads to the PNG, which every program opens. Of the style sheets the rules stay that
the pages can use (`used_rules.py`).
"""

import re
import shutil
from pathlib import Path

import imagesize
from PIL import Image

from .used_rules import trim_styles

HERE = Path(__file__).parent
IMAGE = re.compile(r'<img\b(?![^>]*\bloading=)(?P<before>[^>]*?)src="(?P<source>[^"]+)"(?P<after>[^>]*?)/?>')
WIDTH = re.compile(r'style="width: (\d+)px;"')
PNG = re.compile(r'(<img\b[^>]*?src="[^"]*_images/[^"]+\.)png')


def place_images(app, pagename, templatename, context, doctree):
    """Load images late, and give each its size so that the text does not jump when it comes."""
    sources = {name: path for path, name in getattr(app.builder, "images", {}).items()}

    def place(match):
        source = sources.get(match["source"].rsplit("/", 1)[-1])
        width, height = imagesize.get(Path(app.srcdir, source)) if source else (-1, -1)
        if wanted := WIDTH.search(match[0]):  # a page's policy allows no style in the text
            width, height = int(wanted[1]), round(height * int(wanted[1]) / width)
        size = f'width="{width}" height="{height}" ' if width > 0 else ""
        before, after = (WIDTH.sub("", match[part]) for part in ("before", "after"))
        return f'<img{before}src="{match["source"]}"{after} {size}loading="lazy" decoding="async">'

    if "body" in context:
        context["body"] = PNG.sub(r"\1webp", IMAGE.sub(place, context["body"]))


# What other parts write, and what a screen reader should be told instead.
SPOKEN = {
    '<summary aria-label="Toggle hidden content">': "<summary>",  # its words are its name
    'role="doc-biblioentry"': 'role="listitem"',  # the list's entries; the other role is deprecated
}


def mend_roles(app, pagename, templatename, context, doctree):
    """Give what is read out the names and roles that it has for the eye."""
    for written, wanted in SPOKEN.items():
        context["body"] = context.get("body", "").replace(written, wanted)


def convert_images(app, error):
    """Put beside each PNG what the pages show of it."""
    for name in () if error else getattr(app.builder, "images", {}).values():
        if name.endswith(".png"):
            file = Path(app.outdir, app.builder.imagedir, name)
            Image.open(file).save(file.with_suffix(".webp"), lossless=True, quality=100)


# Scripts for what this book has not: tabs, shortcuts, and marks for the words of Sphinx's own search.
UNUSED = ("design-tabs.js", "doctools.js", "sphinx_highlight.js")


def choose_scripts(app, pagename, templatename, context, doctree):
    """Leave out scripts that nothing here needs, and those in the text; let no other hold up the text."""

    def deferred(script):
        # A copy: pages share their scripts.
        return type(script)(script.filename, priority=script.priority, **{**script.attributes, "defer": "defer"})

    files = [script for script in context.get("script_files", []) if getattr(script, "filename", None)]
    context["script_files"] = [
        deferred(script) for script in files if not str(script.filename).split("?")[0].endswith(UNUSED)
    ]


def remove_unused(app, error):
    """Remove what the theme copied and no page asks for."""
    if error or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    shutil.rmtree(static / "vendor", ignore_errors=True)
    unasked = ("*.map", "*macros.html", "bootstrap.js", "searchtools.js", "language_data.js", *UNUSED)
    for unused in (file for pattern in unasked for file in static.rglob(pattern)):
        unused.unlink()


def setup(app):
    """Put our templates before the theme's, and our style sheets after its."""
    app.config.templates_path.append(str(HERE / "templates"))
    app.connect("builder-inited", lambda app: app.config.html_static_path.append(str(HERE / "static")))
    app.add_css_file("icons.css", priority=900)
    app.add_css_file("course.css", priority=900)
    app.connect("html-page-context", place_images, priority=900)
    app.add_js_file("outline.js")
    app.add_js_file("landing.js")
    app.add_js_file("menus.js")
    app.add_js_file("scrollable.js")
    app.connect("html-page-context", mend_roles, priority=900)
    app.connect("html-page-context", choose_scripts, priority=900)
    app.connect("build-finished", convert_images)
    app.connect("build-finished", remove_unused)
    app.connect("build-finished", trim_styles, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
