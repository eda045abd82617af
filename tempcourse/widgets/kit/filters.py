"""The table of the filters: what `decoding_lab`, `story_writer`, their JavaScript and their tests follow.

A filter is a function of `tempcourse.decoding`, one of the same name in ``maths/decoding.js``, and a row here.
"""

import math

import ipywidgets
import traitlets

from tempcourse.words import number

from .controls import WIDE

#: By the filter's name, the settings of its slider; None, the last, is off. To the right, more is kept.
FILTERS = {
    "top_k": [*range(1, 11), 12, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500, None],
    "top_p": [*(round(0.05 * i, 2) for i in range(1, 20)), 0.98, 0.99, 0.995, 0.999, None],
    "min_p": [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05, 0.03, 0.02, 0.01, 0.005, 0.001, None],
    "typical_p": [*(round(0.05 * i, 2) for i in range(1, 20)), 0.98, 0.99, 0.995, 0.999, None],
}
#: As an API's users set the temperature, and further.
TEMPERATURES = [0.0, *(k / 10 for k in range(1, 21)), 2.5, 3.0, 4.0, 5.0, 10.0, math.inf]


def filter_traits(filters):
    """Return a class with what a view has of some filters: the settings of all, and of each an index into its own."""
    traits = {name: traitlets.Int().tag(sync=True) for name in filters}
    traits["filters"] = traitlets.Dict(filters, help="the settings of each filter's slider; null is off").tag(sync=True)
    return type("FilterTraits", (traitlets.HasTraits,), traits)


def filter_indices(filters, **settings):
    """Return the indices of settings, by the filter's name; of those that are not given, that of off."""
    return {name: stops.index(settings.get(name)) for name, stops in filters.items()}


def filter_sliders(view):
    """Return a slider for each of a view's filters."""
    return {
        name: ipywidgets.SelectionSlider(
            options=[("off" if stop is None else number(stop), stop) for stop in stops],
            index=getattr(view, name),
            description=name.replace("_", "-").capitalize(),
            **WIDE,
        )
        for name, stops in view.filters.items()
    }


def engine_state(engine):
    """Return what JavaScript needs of an engine."""
    hottest = None if engine.hottest == math.inf else engine.hottest  # JSON has no ∞
    state = {"hottest": hottest, "order": list(engine.order), "said": repr(engine)}
    return state | {name: getattr(engine, name) for name in ("name", "greedy", "coldest", "ties")}
