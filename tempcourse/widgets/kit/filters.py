"""The table of the filters: what `decoding_lab`, `story_writer`, their JavaScript and their tests follow.

A filter is a function of `tempcourse.decoding`, one of the same name in ``maths/decoding.js``, and a row here. So is a
penalty, of `tempcourse.penalties` and ``maths/penalties.js``.
"""

import math

import ipywidgets
import traitlets

from tempcourse.words import number

from .controls import WIDE

#: By the filter's name, the settings of its slider; None, the last, is off. To the right, more is kept.
COMMON = {
    "top_k": [*range(1, 11), 12, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500, None],
    "top_p": [*(round(0.05 * i, 2) for i in range(1, 20)), 0.98, 0.99, 0.995, 0.999, None],
    "min_p": [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05, 0.03, 0.02, 0.01, 0.005, 0.001, None],
    "typical_p": [*(round(0.05 * i, 2) for i in range(1, 20)), 0.98, 0.99, 0.995, 0.999, None],
}
_CUTOFFS = [0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.003, 0.002, 0.001, 0.0003, 0.0001, None]
#: Those that fewer engines have, too.
FILTERS = {
    **COMMON,
    "top_n_sigma": [*(round(0.25 * i, 2) for i in range(1, 13)), 3.5, 4.0, 5.0, 6.0, 8.0, None],
    "epsilon_cutoff": _CUTOFFS,
    "eta_cutoff": _CUTOFFS,
    "tail_free": [*(round(0.05 * i, 2) for i in range(1, 20)), 0.98, 0.99, 0.995, 0.999, None],
}
#: What is set by more than one number, of which the slider has one, or reads the text so far. Off is None.
KNOBS = {
    "xtc": [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, None],
    "dynamic_temperature": [None, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0],
    "logit_bias": [-100, -10, -5, -3, -2, -1, -0.5, None, 0.5, 1, 2, 3, 5, 10],
    "repetition_penalty": [0.8, 0.9, None, 1.05, 1.1, 1.15, 1.2, 1.3, 1.5, 2.0],
    "presence_penalty": [-2, -1, -0.5, None, 0.2, 0.5, 1, 1.5, 2],
    "frequency_penalty": [-2, -1, -0.5, None, 0.1, 0.2, 0.5, 1, 1.5, 2],
    "dry_penalty": [None, 0.2, 0.4, 0.8, 1.2, 2.0],
}
#: What follows a text as it grows: the surprise that mirostat aims at, in bits.
OVER_A_TEXT = {"mirostat": [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, None]}
_LABELS = {
    "top_n_sigma": "Top-nσ",
    "epsilon_cutoff": "ε-cutoff",
    "eta_cutoff": "η-cutoff",
    "xtc": "XTC threshold",
    "dynamic_temperature": "Dynamic τ, ±",
    "logit_bias": "Favourite’s bias",
    "dry_penalty": "DRY penalty",
    "mirostat": "Mirostat, bits",
}
#: As an API's users set the temperature, and further.
TEMPERATURES = [0.0, *(k / 10 for k in range(1, 21)), 2.5, 3.0, 4.0, 5.0, 10.0, math.inf]


def filter_traits(filters):
    """Return a class with what a view has of some filters: the settings of all, and of each an index into its own.

    Where some are rare, they are named, and `more` shows their sliders.
    """
    traits = {name: traitlets.Int().tag(sync=True) for name in filters}
    traits["filters"] = traitlets.Dict(filters, help="the settings of each filter's slider; null is off").tag(sync=True)
    if rare := [name for name in filters if name not in COMMON]:
        traits["rare"] = traitlets.List(rare, help="those whose sliders are shown when `more` is set").tag(sync=True)
        traits["more"] = traitlets.Bool(False).tag(sync=True)
    return type("FilterTraits", (traitlets.HasTraits,), traits)


def filter_indices(filters, **settings):
    """Return the indices of settings, by the filter's name; of those that are not given, that of off."""
    return {name: stops.index(settings.get(name)) for name, stops in filters.items()}


def filter_sliders(view, rare="All the other knobs"):
    """Return a slider for each of a view's filters; those that are rare come last, after a box that shows them."""
    sliders = {
        name: ipywidgets.SelectionSlider(
            options=[("off" if stop is None else number(stop), stop) for stop in stops],
            index=getattr(view, name),
            description=_LABELS.get(name, name.replace("_penalty", " penalty").replace("_", "-").capitalize()),
            **WIDE,
        )
        for name, stops in view.filters.items()
    }
    common = {name: slider for name, slider in sliders.items() if name in COMMON}
    if common == sliders:
        return common
    box = ipywidgets.Checkbox(value=view.more, description=rare, indent=True, **WIDE).add_class("tc-more")
    return common | {"more": box} | {name: sliders[name].add_class("tc-rare") for name in view.rare}


def engine_state(engine):
    """Return what JavaScript needs of an engine."""
    hottest = None if engine.hottest == math.inf else engine.hottest  # JSON has no ∞
    state = {"hottest": hottest, "order": list(engine.order), "said": repr(engine)}
    return state | {name: getattr(engine, name) for name in ("name", "greedy", "coldest", "ties", "defaults")}
