"""Execute notebooks and store their outputs in place, so that a second run changes nothing.

Usage: python tools/store_outputs.py notebooks/01_softmax.ipynb ...
"""

import json
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def normalise(notebook):
    """Return the notebook without what differs from run to run.

    Widget models get their ids at random: they are renumbered in the order in which they were made.
    """
    widgets = notebook.metadata.get("widgets")
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    if widgets:
        notebook.metadata["widgets"] = widgets
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    text = json.dumps(notebook, ensure_ascii=False)
    for number, model_id in enumerate((widgets or {}).get(WIDGET_STATE, {}).get("state", {}), start=1):
        text = text.replace(model_id, f"{number:032x}")
    return nbformat.from_dict(json.loads(text))


def store(path):
    """Execute one notebook in its own folder, from a fresh kernel, and write it back."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.pop("widgets", None)
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,  # one print may come in pieces, differently each time
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    nbformat.write(normalise(notebook), path)
    print(f"stored {path}")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        store(Path(name))
