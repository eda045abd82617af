"""Show what services and engines do with a temperature, from a file in which every cell has its source and its date.

The directive ``provider-table`` names the file, which stands beside the page. A cell without a source, or a source
without an address or the day on which it was read, ends the build. What was read grows old without being edited: the
page says how old it is on the day it is opened (`static/provider_table.js`), and ``python -m provider_table`` warns.
"""

import datetime
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

STATIC = Path(__file__).parent / "static"
SCRIPT, STYLE = "provider_table.js", "provider_table.css"
OLD = 90  # days after which a source should be read again
COLUMNS = {
    "takes": "Takes τ?",
    "range": "Range",
    "default": "Default",
    "zero": "What 0 means",
    "logprobs": "Log-probabilities",
}


def read_sources(written):
    """Return the sources by their names, each with its title, its address and the day on which it was read."""
    for name, source in written.items():
        source = source if isinstance(source, dict) else {}
        if not isinstance(source.get("title"), str):
            raise ValueError(f"source {name!r} needs a title")
        if not str(source.get("address", "")).startswith("https://"):
            raise ValueError(f"source {name!r} needs an address that starts with https://")
        if type(source.get("read")) is not datetime.date:
            raise ValueError(f"source {name!r} needs the date on which it was read, such as 2026-11-30")
    return written


def read_providers(path):
    """Return the sources and the providers that a file holds.

    Parameters
    ----------
    path : path of a YAML file
        `sources`, each with a title, an address and the date `read`, and the list `providers`, each with a name and,
        for every one of `COLUMNS`, what the source `says` and which `source` that is.

    Raises
    ------
    ValueError
        Where one of these is missing, names no source or is not text. The message says which.
    """
    written = yaml.safe_load(Path(path).read_text(encoding="utf8"))
    written = written if isinstance(written, dict) else {}
    for key, kind in {"sources": dict, "providers": list}.items():
        if not (isinstance(written.get(key), kind) and written[key]):
            raise ValueError(f"{key!r} is missing, empty or of another form")
    sources, used = read_sources(written["sources"]), set()
    for provider in written["providers"]:
        name = provider.get("name") if isinstance(provider, dict) else None
        if not isinstance(name, str):
            raise ValueError(f"a provider needs a name, got {name!r}")
        if extra := provider.keys() - COLUMNS.keys() - {"name"}:
            raise ValueError(f"{name}: {min(extra)!r} is no column; these are {', '.join(COLUMNS)}")
        for column in COLUMNS:
            cell = provider.get(column)
            if not isinstance(cell, dict) or not isinstance(cell.get("says"), str):
                raise ValueError(f"{name}: {column!r} needs what its source says, as text in quotation marks")
            if not isinstance(cell.get("source"), str) or cell["source"] not in sources:
                raise ValueError(f"{name}: {column!r} needs a source of the list, got {cell.get('source')!r}")
            used.add(cell["source"])
    if unused := sources.keys() - used:
        raise ValueError(f"source {min(unused)!r} belongs to no cell")
    return sources, written["providers"]


def spoken(date):
    """Return a date as it is said, "30 November 2026"."""
    return f"{date.day} {date:%B %Y}"


def stale(sources, today):
    """Yield the sources that were read more than `OLD` days before today: the title, and how many days ago."""
    for source in sources.values():
        days = (today - source["read"]).days
        if days > OLD:
            yield source["title"], days


class ProviderTable(SphinxDirective):
    """Build the table of a file, below the day on which its oldest source was read and above its sources."""

    required_arguments = 1

    def run(self):
        """Return how old the table is, the table and its sources."""
        relative, path = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(relative)
        try:
            sources, providers = read_providers(path)
        except ValueError as error:
            raise ExtensionError(f"{relative}: {error}") from error
        self.numbers = {name: number for number, name in enumerate(sources, 1)}
        return [self.age(sources), self.table(providers), self.list_sources(sources)]

    def age(self, sources):
        """Say when the oldest source was read; the script adds how long ago that is."""
        oldest = min(source["read"] for source in sources.values())
        html = (
            f'<p class="provider-age" data-old="{OLD}">The oldest of these sources was read on '
            f'<time datetime="{oldest}">{spoken(oldest)}</time>.</p>'
        )
        return nodes.raw("", html, format="html")

    def table(self, providers):
        """Return a row for each provider, under a heading for each column."""
        heading = [nodes.entry("", nodes.paragraph("", text)) for text in ("Model or engine", *COLUMNS.values())]
        group = nodes.tgroup("", cols=len(heading))
        group += [nodes.colspec(colwidth=1, stub=int(not i)) for i in range(len(heading))]
        group += nodes.thead("", nodes.row("", *heading))
        group += nodes.tbody("", *(self.row(provider) for provider in providers))
        return nodes.table("", group, classes=["provider-table", "colwidths-auto"])

    def row(self, provider):
        """Return the name of a provider and its cells, each with the number of its source."""
        cells = [nodes.entry("", nodes.paragraph("", "", *self.inline(provider["name"])))]
        for column in COLUMNS:
            number = self.numbers[provider[column]["source"]]
            link = nodes.reference("", f"[{number}]", refid=f"provider-source-{number}", internal=True)
            says = self.inline(provider[column]["says"])
            cells.append(nodes.entry("", nodes.paragraph("", "", *says, nodes.Text("\u00a0"), link)))
        return nodes.row("", *cells)

    def inline(self, text):
        """Return what a line of the page's own markup says."""
        return self.state.inline_text(text, self.lineno)[0]

    def list_sources(self, sources):
        """Return the sources by their numbers, with the day on which each was read."""
        items = []
        for name, number in self.numbers.items():
            title, address, read = (sources[name][key] for key in ("title", "address", "read"))
            link = nodes.reference("", "", *self.inline(title), refuri=address)
            line = nodes.paragraph("", "", link, nodes.Text(f", read on {spoken(read)}"))
            items.append(nodes.list_item("", line, ids=[f"provider-source-{number}"]))
        return nodes.enumerated_list("", *items, enumtype="arabic", prefix="", suffix=".")


def add_files(app, pagename, templatename, context, doctree):
    """Give script and style to the pages that have a table."""
    if doctree is not None and any("provider-table" in table["classes"] for table in doctree.findall(nodes.table)):
        app.add_js_file(SCRIPT, loading_method="defer")
        app.add_css_file(STYLE)


def setup(app):
    """Add the directive, and its script and style beside the others."""
    app.add_directive("provider-table", ProviderTable)
    app.connect("builder-inited", lambda app: app.config.html_static_path.append(str(STATIC)))
    app.connect("html-page-context", add_files, priority=400)  # before the theme's scripts are chosen
    return {"parallel_read_safe": True, "parallel_write_safe": True}
