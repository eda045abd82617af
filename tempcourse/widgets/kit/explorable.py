"""What every explorable is: a column of controls around a drawn view, and a still in its place on paper.

The controls are real ipywidgets and the view is an anywidget, tied together in the browser by ``jslink``. No Python
runs while a reader plays, so it works with a kernel and without one.
"""

import base64
import hashlib
import json
import math
import reprlib

import anywidget
import ipywidgets
import traitlets

from .sources import join_styles
from .stills import png


def to_json(value, _widget=None):
    """Return nested lists and dicts of numbers with the infinities, which JSON lacks, as strings.

    ``kit/model.js`` reads them.
    """
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def from_json(value, _widget=None):
    """Undo `to_json`."""
    if isinstance(value, dict):
        return {key: from_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [from_json(item) for item in value]
    return float(value) if value in ("Infinity", "-Infinity") else value


def numbers():
    """Return a synced trait for a list, however nested, of numbers that may be infinite."""
    return traitlets.List().tag(sync=True, to_json=to_json, from_json=from_json)


class View(anywidget.AnyWidget):
    """The drawn part of an explorable."""

    _css = join_styles()
    _anchor_digits = 4  # of what it was called with, in its anchor

    anchor = traitlets.Unicode(help="The name that a link to this explorable carries.").tag(sync=True)
    defaults = traitlets.Dict(help="What a reset brings back: trait name to value.").tag(sync=True)

    def __init__(self, function, arguments, start=None, **traits):
        digest = hashlib.sha256(json.dumps(to_json(arguments)).encode()).hexdigest()
        start = start or {}
        super().__init__(anchor=f"{function}-{digest[: self._anchor_digits]}", defaults=start, **start, **traits)
        # A thousand rows of logits are cut short.
        self._call = f"{function}({', '.join(map(reprlib.repr, arguments))})"

    def __repr__(self):
        return f"<view of {self._call}>"


class Explorable(ipywidgets.VBox):
    """Controls and the view that they are linked to; what the functions of this package return.

    Attributes
    ----------
    view : object
        The drawn part, an anywidget. Its traits follow the controls, in the browser and, with a kernel, in Python.
    controls : dict
        The ipywidgets controls by the name that a link to the settings uses, such as ``"temperature"``.
    """

    def __init__(self, view, controls=None, traits=None, *, summary, draw=None, html=None):
        self.view = view
        self.controls = dict(controls or {})
        self._summary, self._draw, self._html = summary, draw, html
        layout = ipywidgets.Layout(width="100%", max_width="46rem", margin="0 0 1rem 0")
        panel = ipywidgets.VBox(list(self.controls.values())).add_class("tempcourse-controls")
        super().__init__(children=[panel, view] if self.controls else [view], layout=layout)
        self.add_class("tempcourse-explorable")
        for name, control in self.controls.items():
            self._link(control, (traits or {}).get(name) or self._trait(name))

    def _trait(self, name):
        """Return the view's trait for a control's name: the index of what is chosen, or the value itself."""
        return f"{name}_index" if self.view.has_trait(f"{name}_index") else name

    def _link(self, control, trait):
        """Tie a control to the view's trait in the browser. The view leads when both come to life."""
        ipywidgets.jslink((self.view, trait), (control, "index" if control.has_trait("index") else "value"))

    def __repr__(self):
        return self.view._call

    def _repr_mimebundle_(self, **kwargs):
        """Return the live widget, and what stands in its place on paper and without JavaScript."""
        bundle = super()._repr_mimebundle_(**kwargs)
        bundle["text/plain"] = self._summary
        if self._draw is not None:
            bundle["image/png"] = base64.b64encode(png(self._draw())).decode("ascii")
        if self._html is not None:
            bundle["text/html"] = self._html
        return bundle
