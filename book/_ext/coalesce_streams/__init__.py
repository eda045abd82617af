"""Show what a cell printed as it was printed.

A kernel may hand over one `print` in several pieces. MyST-NB joins pieces with a line break between them, so a line
could come out broken in two, at random; here they are joined as they are.
"""

from myst_nb.core import render


def join_streams(outputs):
    """Join the pieces of each stream, in the place of its first piece."""
    whole = {}
    joined = []
    for output in outputs:
        if output["output_type"] != "stream":
            joined.append(output)
        elif output["name"] in whole:
            whole[output["name"]]["text"] += output["text"]
        else:
            whole[output["name"]] = output
            joined.append(output)
    return joined


def setup(app):
    """Take the place of MyST-NB's function, which `nb_merge_streams` calls."""
    render.coalesce_streams = join_streams
    return {"parallel_read_safe": True, "parallel_write_safe": True}
