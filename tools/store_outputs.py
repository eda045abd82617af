"""Execute notebooks and store their text outputs in place, so that a second run changes nothing.

Only plain text is stored, which nbval compares: pictures, widgets and HTML are made anew by the book's build. What the
page hides by its tags is folded in Jupyter too, which does not read them, so that an author writes the tags only.

Usage: python tools/store_outputs.py notebooks/01_softmax.ipynb ...
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# What Jupyter folds of a cell, by the tag that hides it on the page.
FOLDED = {
    "hide-cell": {"source_hidden": True, "outputs_hidden": True},
    "remove-input": {"source_hidden": True},
}


def text_only(outputs):
    """Return outputs without what is no plain text: streams as they are, and the text of the others."""
    for output in outputs:
        if "data" in output:
            output["data"] = {"text/plain": output["data"]["text/plain"]}
            output["metadata"] = {}
        if "execution_count" in output:
            output["execution_count"] = 0
    return outputs


def fold(metadata):
    """Return a cell's metadata with Jupyter's folding as its tags say."""
    folded = {key: on for tag in metadata.get("tags", []) for key, on in FOLDED.get(tag, {}).items()}
    kept = {key: value for key, value in metadata.items() if key not in ("execution", "jupyter")}
    return nbformat.from_dict(kept | ({"jupyter": folded} if folded else {}))


def normalise(notebook):
    """Return a notebook with nothing in it that is generated, but for the text of its outputs."""
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    for cell in notebook.cells:
        cell.metadata = fold(cell.metadata)
        if cell.cell_type == "code":
            cell.outputs = text_only(cell.outputs)
            # True counts would change after every new cell; none at all, nbval takes for a cell that was not run.
            cell.execution_count = 0
    return notebook


def store(path):
    """Execute one notebook in its own folder, from a fresh kernel, and write it back."""
    notebook = nbformat.read(path, as_version=4)
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
