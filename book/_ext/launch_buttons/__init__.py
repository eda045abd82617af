"""Say on each chapter's page how else it can be run: in the browser, in Binder, on the reader's machine.

Some links lead to what only the whole site has beside its pages: Python in the browser, the PDF, the package's
wheel. They stand in elements with ``class="site-only" hidden``, which `tools/build_site.py` reveals.

For the book's prose there are

- ``:::{site-only}``, around what is true of the whole site only,
- ``{site-file}`text <path>```, a link to a file of the site, with its size,
- ``{repository}`text```, a link to the course's repository where that is known, and plain text where it is not.
"""

import os
import tomllib
from html import escape
from pathlib import Path, PurePosixPath

from docutils import nodes
from jinja2 import Environment, FileSystemLoader
from sphinx.util.docutils import ReferenceRole, SphinxDirective, SphinxRole
from sphinx.util.osutil import relative_uri

from .repository import binder_address, find_repository

HERE = Path(__file__).parent
ROW = Environment(loader=FileSystemLoader(HERE), autoescape=True).get_template("row.html")


class site_only(nodes.General, nodes.Element):
    """What is shown on the whole site only."""


class site_file(nodes.inline):
    """A link to a file that only the whole site has."""


class repository(nodes.inline):
    """A link to the course's repository, where it is known."""


class SiteOnly(SphinxDirective):
    """Show the content on the whole site only."""

    has_content = True

    def run(self):
        """Return the content, wrapped."""
        return [site_only("", *self.parse_content_to_nodes())]


class SiteFile(ReferenceRole):
    """Link a file by its path from the site's root."""

    def run(self):
        """Return the link."""
        return [site_file("", self.title, target=self.target)], []


class Repository(SphinxRole):
    """Link the course's repository."""

    def run(self):
        """Return the link."""
        return [repository("", self.text)], []


def visit_site_only(self, node):
    """Write an element that is not there for anybody until the site is put together."""
    self.body.append('<div class="site-only" hidden>\n')


def depart_site_only(self, node):
    """End it."""
    self.body.append("</div>\n")


def visit_site_file(self, node):
    """Begin the link."""
    page = self.builder.get_target_uri(self.builder.current_docname)
    self.body.append(f'<a href="{escape(relative_uri(page, node["target"]))}">')


def depart_site_file(self, node):
    """End the link, with a place for the file's size."""
    self.body.append(f'</a> <span data-size-of="{escape(node["target"])}"></span>')


def visit_repository(self, node):
    """Begin a link, or plain text."""
    address = self.config.launch_buttons_repository
    self.body.append(f'<a class="reference external" href="{escape(address)}">' if address else "<span>")


def depart_repository(self, node):
    """End it."""
    self.body.append("</a>" if self.config.launch_buttons_repository else "</span>")


def describe_course(app, config):
    """Note where the course comes from and what its wheel is called; a change of these renews the pages."""
    config.launch_buttons_repository = find_repository(os.environ, app.srcdir)
    project = tomllib.loads(Path(app.srcdir, "pyproject.toml").read_text(encoding="utf8"))["project"]
    config.launch_buttons_wheel = f"{project['name']}-{project['version']}-py3-none-any.whl"


def add_row(app, doctree, docname):
    """Put the ways to run a chapter under its title."""
    notebook = PurePosixPath(app.env.doc2path(docname, base=False))
    title = doctree.next_node(nodes.title)
    if app.builder.format != "html" or notebook.suffix != ".ipynb" or title is None:
        return
    page, config = app.builder.get_target_uri(docname), app.config
    known, wheel = config.launch_buttons_repository, config.launch_buttons_wheel
    html = ROW.render(
        name=notebook.name,
        lite=relative_uri(page, f"lite/notebooks/index.html?path={notebook.name}"),
        browser_cost=config.launch_buttons_browser_cost,
        binder=binder_address(known, str(notebook)) if known else None,
        source=relative_uri(page, f"_sources/{notebook}{config.html_sourcelink_suffix}"),
        wheel=relative_uri(page, wheel),
        wheel_name=wheel,
        package=wheel.split("-")[0],
        repository=known,
    )
    title.parent.insert(title.parent.index(title) + 1, nodes.raw("", html, format="html"))


def setup(app):
    """Add the row, its style, and what the prose may use."""
    # The wait and the download, said before the click.
    app.add_config_value("launch_buttons_browser_cost", "", "html", str)
    app.add_config_value("launch_buttons_repository", None, "html", (str, type(None)))
    app.add_config_value("launch_buttons_wheel", "", "html", str)
    app.add_node(site_only, html=(visit_site_only, depart_site_only))
    app.add_node(site_file, html=(visit_site_file, depart_site_file))
    app.add_node(repository, html=(visit_repository, depart_repository))
    app.add_directive("site-only", SiteOnly)
    app.add_role("site-file", SiteFile())
    app.add_role("repository", Repository())
    app.add_css_file("launch_buttons.css", priority=900)
    app.connect("config-inited", describe_course)
    app.connect("builder-inited", lambda app: app.config.html_static_path.append(str(HERE / "static")))
    app.connect("doctree-resolved", add_row)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
