"""Bring the widgets of a notebook to life on a static page, without a kernel.

Jupyter stores the state of a notebook's widgets in it, and MyST-NB writes that state into the page. This
extension keeps of it what the page's views need, puts it behind the text with a small script that reads it
(`static/static_widgets.js`), and puts beside every view the still picture that its output also holds. The
picture is what shows in print, without JavaScript, and until the widget is there.

A widget that the script cannot bring to life ends the build (`state.problems`).
"""

import re
from pathlib import Path

import imagesize
from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform

from . import state as widgets

HERE = Path(__file__).parent
STATE, VIEW = (f"application/vnd.jupyter.widget-{part}+json" for part in ("state", "view"))
STILLS = ("image/svg+xml", "image/png", "image/jpeg", "text/html", "text/plain")  # best first


class static_widget(nodes.General, nodes.Element):
    """A view: the place of the live widget, and as children what stands there without it."""


class still_image(nodes.image):
    """The picture of a widget. It is loaded late, and its place is kept by its size."""


# ----------------------------------------------------------------------------------- Reading a notebook


def mime_bundles(document):
    """Return the outputs with a widget view, as pairs of a node and the model's id."""
    found = []
    for node in document.findall(nodes.container):
        if node.get("nb_element") == "mime_bundle":
            view = {child["mime_type"]: child for child in node.children}.get(VIEW)
            if view is not None:
                found.append((node, re.search(r'"model_id":\s*"([^"]+)"', view.astext())[1]))
    return found


def cell_of(node):
    """Return the cell of an output in words: its number, and its first line."""
    while node is not None and node.get("nb_element") != "cell_code":
        node = node.parent
    if node is None:
        return "text"
    number = f"cell {node['cell_index'] + 1}"
    inputs = [part for part in node.children if part.get("nb_element") == "cell_code_source"]
    source = next(
        (block.astext().strip() for part in inputs for block in part.findall(nodes.literal_block)), ""
    )
    return f"{number} ({source.partition(chr(10))[0]})" if source else number


def read_widgets(app, document):
    """Take a page's widget state from MyST-NB, and keep what its views need and what is wrong with them."""
    env = app.env
    _, stored = (
        env.nb_metadata[env.docname].get("js_files", {}).pop("ipywidgets_state", (None, {"body": "{}"}))
    )
    bundles = mime_bundles(document)
    if not bundles:
        return
    state = widgets.json.loads(stored["body"]).get("state", {})
    views = [name for _, name in bundles]
    on_page = widgets.displayed(state, views)
    dead = [
        (cell_of(node), text) for node, name in bundles for text in widgets.problems(state, name, on_page)
    ]
    anchors = {}
    for name in views:
        anchors.setdefault(widgets.anchor(state, name), name)
    # Sphinx keeps this dictionary for each page, through incremental and parallel builds.
    env.metadata[env.docname]["static_widgets"] = {
        "state": widgets.packed(state, views),
        "anchors": {name: text for text, name in anchors.items() if text},
        "dead": dead,
    }


def refuse_dead_widgets(app, env):
    """End the build if a widget of any page would be dead.

    An error and not a warning: Sphinx warns of a page once, when it reads it, and the next build would pass.
    Ending it here, before Sphinx saves what it has read, makes every build fail until the page is mended.
    """
    lines = [
        f"{env.doc2path(page, base=False)}, {cell}: {text}"
        for page, data in sorted(env.metadata.items())
        for cell, text in data.get("static_widgets", {}).get("dead", [])
    ]
    if lines:
        raise ExtensionError("a widget would be dead on the published page:\n" + "\n".join(lines))


# --------------------------------------------------------------------------------------- Writing a page


class ReplaceViews(SphinxPostTransform):
    """Put a `static_widget` in the place of each output with a widget view."""

    default_priority = 3  # before MyST-NB picks one part of each output
    formats = ("html",)

    def run(self, **kwargs):
        """Replace them in this page."""
        anchors = dict(self.env.metadata[self.env.docname].get("static_widgets", {}).get("anchors", {}))
        for node, name in mime_bundles(self.document):
            parts = {child["mime_type"]: child for child in node.children}
            anchor = anchors.pop(name, None)
            view = static_widget(model=name, ids=[anchor] if anchor else [])
            kind = next((kind for kind in STILLS if kind in parts), None)
            if kind == "text/html":  # as it is, without the box that themes put around a cell's HTML
                text = parts[kind].astext()
                view += nodes.raw(text, text, format="html")
            elif kind:
                view += parts[kind].children
            for image in list(view.findall(nodes.image)):
                alt = image.get("alt") or (parts["text/plain"].astext() if "text/plain" in parts else "")
                image.replace_self(still_image(**{**image.attributes, "alt": alt}))
            node.replace_self(view)


def visit_static_widget(writer, node):
    """Open the view's place: a live half that the script fills, and a still one."""
    writer.body.append(writer.starttag(node, "div", CLASS="static-widget", **{"data-model": node["model"]}))
    writer.body.append('<div class="static-widget-live" hidden></div>\n<div class="static-widget-still">\n')


def depart_static_widget(writer, node):
    """Close it."""
    writer.body.append("</div>\n</div>\n")


def visit_still_image(writer, node):
    """Write an image with its size, to be loaded when it comes near the screen."""
    name = writer.builder.images.get(node["uri"])
    width, height = imagesize.get(Path(writer.builder.srcdir, node["uri"]))
    source = f"{writer.builder.imgpath}/{name}" if name else node["uri"]
    size = {"width": width, "height": height} if width > 0 else {}
    writer.body.append(
        writer.emptytag(
            node, "img", "\n", src=source, alt=node["alt"], loading="lazy", decoding="async", **size
        )
    )
    raise nodes.SkipNode


def add_to_page(app, pagename, templatename, context, doctree):
    """Give a page with widgets its state, behind the text, and the script and style that bring it to life."""
    data = app.env.metadata.get(pagename, {}).get("static_widgets")
    if data and "body" in context:
        context["body"] += f'<script type="{STATE}">{data["state"]}</script>\n'
        app.add_js_file("static_widgets.js", loading_method="defer")
        app.add_css_file("static_widgets.css")


def configure(app, config):
    """Take the place of MyST-NB's scripts from other hosts."""
    config.nb_ipywidgets_js = {}
    config.html_static_path.append(str(HERE / "static"))


def setup(app):
    """Tie the extension to Sphinx."""
    app.setup_extension("myst_nb")
    app.add_node(static_widget, html=(visit_static_widget, depart_static_widget))
    app.add_node(still_image, html=(visit_still_image, None))
    app.add_post_transform(ReplaceViews)
    app.connect("config-inited", configure)
    app.connect("doctree-read", read_widgets)
    app.connect("env-updated", refuse_dead_widgets)
    app.connect("html-page-context", add_to_page)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
