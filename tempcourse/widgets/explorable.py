"""What the explorables share: the frame around sliders and a drawn view, and how both reach a page.

An explorable is a column of real ipywidgets controls and one anywidget, the view, tied together in the
browser by ``jslink``. No Python runs while a reader plays, so it works with a kernel and without one.
"""

import base64
import hashlib
import io
import json
import math
import re
import reprlib
from pathlib import Path

import anywidget
import ipywidgets
import numpy as np
import traitlets

from tempcourse.softmax import softmax

FOLDER = Path(__file__).parent
MAX_CLASSES = 12

_IMPORT = re.compile(r'^import\s*\{[^}]*\}\s*from\s*"\./([\w.]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const |function |class )", re.MULTILINE)


def join_sources(entry):
    """Return one ES module made of a JavaScript file and of all that it imports from this folder.

    A widget's module is loaded from a blob, where a relative import finds nothing. So the files are
    joined, each once and after what it needs; imports between them and their ``export`` words go.

    Parameters
    ----------
    entry : str
        A file's name in this folder; it holds the one ``export default``.

    Returns
    -------
    str
    """
    parts = {}

    def collect(name):
        source = (FOLDER / name).read_text(encoding="utf-8")
        for needed in _IMPORT.findall(source):
            if needed not in parts:
                collect(needed)
        parts[name] = _EXPORT.sub("", _IMPORT.sub("", source)).strip()

    collect(entry)
    return "\n\n".join(parts.values()) + "\n"


def to_json(value, _widget=None):
    """Return nested lists of numbers with the infinities, which JSON lacks, as strings."""
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def from_json(value, _widget=None):
    """Undo `to_json`."""
    if isinstance(value, list | tuple):
        return [from_json(item) for item in value]
    return float(value) if value in ("Infinity", "-Infinity") else value


def numbers():
    """Return a synced trait for (nested) lists of numbers that may be infinite."""
    return traitlets.List().tag(sync=True, to_json=to_json, from_json=from_json)


class View(anywidget.AnyWidget):
    """The drawn part of an explorable."""

    _css = (FOLDER / "explorable.css").read_text(encoding="utf-8")

    anchor = traitlets.Unicode(help="The name that a link to this explorable carries.").tag(sync=True)
    defaults = traitlets.Dict(help="What a reset brings back: trait name to value.").tag(sync=True)

    def __init__(self, function, arguments, **traits):
        digest = hashlib.sha256(json.dumps(to_json(arguments)).encode()).hexdigest()
        super().__init__(anchor=f"{function}-{digest[:4]}", **traits)
        # A thousand rows of logits are cut short.
        self._call = f"{function}({', '.join(map(reprlib.repr, arguments))})"

    def __repr__(self):
        return f"<view of {self._call}>"


class Explorable(ipywidgets.VBox):
    """Controls and the view that they are linked to; what the functions of this package return.

    Attributes
    ----------
    view : View
        The drawn part. Its traits follow the controls, in the browser and, with a kernel, in Python.
    controls : dict of str to ipywidgets.Widget
        The ipywidgets controls by the name that a link to the settings uses, such as ``"temperature"``.
    """

    def __init__(self, view, controls=None, *, summary, draw=None, html=None):
        self.view = view
        self.controls = dict(controls or {})
        self._summary, self._draw, self._html = summary, draw, html
        layout = ipywidgets.Layout(width="100%", max_width="46rem", margin="0 0 1rem 0")
        super().__init__(children=[*self.controls.values(), view], layout=layout)
        self.add_class("tempcourse-explorable")

    def link(self, name, control_trait, view_trait):
        """Tie a control's trait to the view's in the browser. The view leads when both come to life."""
        ipywidgets.jslink((self.view, view_trait), (self.controls[name], control_trait))

    def __repr__(self):
        return self.view._call

    def _repr_mimebundle_(self, **kwargs):
        """Return the live widget, and what stands in its place on paper and without JavaScript."""
        bundle = super()._repr_mimebundle_(**kwargs)
        bundle["text/plain"] = self._summary
        if self._draw is not None:
            bundle["image/png"] = base64.b64encode(_png(self._draw())).decode("ascii")
        if self._html is not None:
            bundle["text/html"] = self._html
        return bundle


def blank_axes(width, height, rows=1, columns=1, **options):
    """Return a flat array of empty axes in the course's style, on a figure that no pyplot state knows of."""
    import matplotlib.pyplot as plt  # slow to import, and needed only where a static picture is asked for
    from matplotlib.figure import Figure

    from tempcourse.plots import STYLE

    with plt.style.context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        return figure.subplots(rows, columns, squeeze=False, **options).ravel()


def _png(figure):
    """Return a matplotlib figure as PNG bytes that are the same for the same picture."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=144, bbox_inches="tight", metadata={"Software": None})
    return buffer.getvalue()


def checked_logits(logits, *, masks=True):
    """Return logits as a list of Python floats, or raise `ValueError` with what is wrong."""
    softmax(logits)  # names what is nan, complex, text or empty
    if np.ndim(logits) != 1:
        raise ValueError(f"logits must be one row of numbers, got shape {np.shape(logits)}")
    row = [float(z) for z in logits]
    if not 2 <= len(row) <= MAX_CLASSES:
        raise ValueError(f"logits must hold 2 to {MAX_CLASSES} numbers to be drawn, got {len(row)}")
    bad = [z for z in row if z == math.inf or (z == -math.inf and not masks)]
    if bad:
        allowed = "finite, or -inf for a masked class" if masks else "finite, since each gets a slider"
        raise ValueError(f"logits must be {allowed}, got {bad[0]!r}")
    return row


def temperature_stops(first, last, per_decade, digits):
    """Return 0, a logarithmic grid and infinity: the stops of a temperature slider.

    Parameters
    ----------
    first, last : int
        The grid's first and last power of ten.
    per_decade : int
        Grid points a decade.
    digits : int
        Significant digits that each is rounded to.

    Returns
    -------
    list of float
    """
    steps = range(first * per_decade, last * per_decade + 1)
    grid = [float(f"{10 ** (step / per_decade):.{digits - 1}e}") for step in steps]
    return [0.0, *grid, math.inf]


def temperature_slider(stops, index, symbol="τ"):
    """Return the slider that every explorable with a temperature has."""
    options = [(number(stop), stop) for stop in stops]
    return ipywidgets.SelectionSlider(options=options, index=index, description=f"Temperature {symbol}", **WIDE)


WIDE = {"layout": {"width": "auto"}, "style": {"description_width": "8.5em"}}


def number(value):
    """Return a number as prose shows it: a true minus sign, and ∞."""
    return f"{value:g}".replace("inf", "∞").replace("-", "−")


def percent(probability):
    """Return a probability in per cent; exactly 0 and 1 are told from what only rounds to them."""
    if probability in (0.0, 1.0):
        return f"{100 * probability:g} %"
    if probability < 0.0005:
        return "<0.1 %"
    return ">99.9 %" if probability >= 0.9995 else f"{100 * probability:.1f} %"


def shares(probabilities):
    """Return a distribution in words."""
    return ", ".join(f"class {i} {percent(p)}" for i, p in enumerate(probabilities, 1))
