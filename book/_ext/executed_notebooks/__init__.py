"""Publish of every notebook the copy that the build executed: on its page, and as the source that is downloaded.

The notebooks in git hold no pictures and no widgets. MyST-NB executes each of them once, by jupyter-cache; here two
executions come to the same bytes, and the executed copy takes the place of the source that Sphinx puts beside the
pages. What else is published of a notebook is made from these copies.
"""

import json
import re
import shutil
from pathlib import Path

import nbformat
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.execute import cache, direct

find_or_execute = cache.NotebookClientCache.start_client
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"


def number_models(notebook):
    """Number a notebook's widget models, whose ids are random, in the order in which they were made."""
    widgets = notebook.metadata.get("widgets", {})
    numbers = {name: f"{n:032x}" for n, name in enumerate(widgets.get(WIDGET_STATE, {}).get("state", {}), start=1)}
    text = re.sub(r"[0-9a-f]{32}", lambda match: numbers.get(match[0], match[0]), json.dumps(notebook))
    notebook.update(nbformat.from_dict(json.loads(text)))


def execute(notebook, **options):
    """Execute a notebook so that a second run comes to the same bytes, and return what the executor says of it.

    One print may come in pieces, differently each time: they are joined.
    """
    result = single_nb_execution(notebook, coalesce_streams=True, **options)
    number_models(notebook)
    return result


def start_client(client):
    """Execute a client's notebook or find it in the cache, and let MyST-NB, which keeps the one it gave, know."""
    given = client.notebook
    find_or_execute(client)
    given.update(client.notebook)


def offer_executed(app, error):
    """Put the executed notebooks in the place of the sources that Sphinx has copied."""
    if error or app.builder.name != "html":
        return
    for docname in app.env.found_docs:
        source = app.env.doc2path(docname, base=False)
        if source.endswith(".ipynb"):
            executed = Path(app.env.mystnb_config.output_folder, source)
            shutil.copyfile(executed, Path(app.outdir, "_sources", source + app.config.html_sourcelink_suffix))


def setup(app):
    """Take the place of functions of MyST-NB's clients: of the cache's, and of the one for pages that bypass it."""
    cache.single_nb_execution = direct.single_nb_execution = execute
    cache.NotebookClientCache.start_client = start_client
    app.connect("build-finished", offer_executed)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
