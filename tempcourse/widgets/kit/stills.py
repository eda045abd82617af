"""What stands in an explorable's place on paper and without JavaScript: a picture in the course's style."""

import io


def blank_axes(width, height, rows=1, columns=1, **options):
    """Return a flat array of empty axes in the course's style, on a figure that no pyplot state knows of."""
    import matplotlib.pyplot as plt  # slow to import, and needed only where a static picture is asked for
    from matplotlib.figure import Figure

    from tempcourse.plots import STYLE

    with plt.style.context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        return figure.subplots(rows, columns, squeeze=False, **options).ravel()


def png(figure):
    """Return a matplotlib figure as PNG bytes that are the same for the same picture."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=144, bbox_inches="tight", metadata={"Software": None})
    return buffer.getvalue()
