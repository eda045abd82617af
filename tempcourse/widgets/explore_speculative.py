"""Speculative decoding: what a draft proposes, what the target accepts, and what comes out."""

import ipywidgets
import numpy as np
import traitlets

from tempcourse.many_samples import acceptance_rate, expected_tokens
from tempcourse.softmax import softmax
from tempcourse.words import number, percent

from .kit.controls import WIDE, seed_slider, temperature_slider, temperature_stops
from .kit.explorable import Explorable, View, numbers
from .kit.sources import join_sources
from .kit.stills import blank_axes

WORDS = ["mat", "sofa", "floor", "roof", "table", "moon"]
TARGET = [2.0, 1.4, 0.8, 0.2, -0.4, -1.0]
ERRORS = [-0.8, 0.6, -0.2, 1.0, -0.9, 0.3]  # of the draft's logits, at a disagreement of 1
START = {"temperature": 0.5, "disagreement": 0.5, "length": 4, "cost": 0.1}
LENGTHS = (1, 12)
COSTS = (0.01, 0.5, 0.01)  # the least, the most, and a step
DISAGREEMENTS = (0, 3, 0.1)
LAST_SEED = 99


class SpeculativeView(View):
    """What is accepted, replaced and rejected of each word, and what the draft is good for."""

    _esm = join_sources("explore_speculative.js")

    words = traitlets.List(WORDS).tag(sync=True)
    target = traitlets.List(TARGET, help="logits").tag(sync=True)
    errors = traitlets.List(ERRORS, help="of the draft's logits, at a disagreement of 1").tag(sync=True)
    temperatures = numbers()
    temperature_index = traitlets.Int().tag(sync=True)
    draft_index = traitlets.Int().tag(sync=True)
    tied = traitlets.Bool(help="whether the draft has the target's temperature").tag(sync=True)
    ignores = traitlets.Bool(help="whether the draft draws at temperature 1, whatever it says").tag(sync=True)
    disagreement = traitlets.Float().tag(sync=True)
    disagreements = traitlets.List(list(DISAGREEMENTS), help="the least, the most, and a step").tag(sync=True)
    length = traitlets.Int(help="tokens that are proposed in a pass").tag(sync=True)
    lengths = traitlets.List(list(LENGTHS), help="the least and the most").tag(sync=True)
    cost = traitlets.Float(help="of a token of the draft, in passes of the target").tag(sync=True)
    costs = traitlets.List(list(COSTS), help="the least, the most, and a step").tag(sync=True)
    seed = traitlets.Int().tag(sync=True)
    last_seed = traitlets.Int(LAST_SEED).tag(sync=True)


def explore_speculative():
    """Return an explorable of speculative decoding on six words.

    For each word, what is accepted of the draft's proposals, what is rejected, and what replaces the rejected, which
    add up to the target, exactly. Below, the acceptance rate over the temperature, and the speed-up over the number of
    tokens that are proposed at once. Passes are drawn from a seed, and one switch brings in a bug: a draft that ignores
    the temperature and says that it did not.

    Returns
    -------
    Explorable
        Its controls are ``"temperature"``, ``"draft"``, ``"tied"``, ``"ignores"``, ``"disagreement"``, ``"length"``,
        ``"cost"`` and ``"seed"``.

    References
    ----------
    Leviathan, Kalman, Matias (2023), "Fast inference from transformers via speculative decoding".

    Examples
    --------
    >>> explore_speculative().controls["temperature"].value
    0.5
    """
    stops = temperature_stops(-1, 1, per_decade=20, digits=2)
    index = stops.index(START["temperature"])
    start = {"temperature_index": index, "draft_index": index, "tied": True, "ignores": False, "seed": 1}
    start |= {name: START[name] for name in ("disagreement", "length", "cost")}
    view = SpeculativeView("explore_speculative", (), start, temperatures=stops)
    return Explorable(view, _controls(view), {"draft": "draft_index"}, summary=_summary(), draw=_draw)


def _controls(view):
    draft = temperature_slider(view.temperatures, view.draft_index)
    draft.description = "Draft’s τ"

    def slider(name, description, limits):
        low, high, step = limits
        kind = ipywidgets.IntSlider if step == 1 else ipywidgets.FloatSlider
        return kind(value=getattr(view, name), min=low, max=high, step=step, description=description, **WIDE)

    def switch(name, description):
        layout = {"width": "auto"}
        return ipywidgets.Checkbox(value=getattr(view, name), description=description, indent=False, layout=layout)

    return {
        "temperature": temperature_slider(view.temperatures, view.temperature_index),
        "draft": draft,
        "tied": switch("tied", "The draft has the target’s τ"),
        "ignores": switch("ignores", "Bug: the draft draws at τ = 1, whatever it says"),
        "disagreement": slider("disagreement", "Disagreement", DISAGREEMENTS),
        "length": slider("length", "Draft length γ", (*LENGTHS, 1)),
        "cost": slider("cost", "Draft’s cost c", COSTS),
        "seed": seed_slider(view),
    }


def _distributions(temperature):
    """Return the target and the draft, both at a temperature."""
    logits = np.array([TARGET, TARGET + START["disagreement"] * np.array(ERRORS)])
    return softmax(logits, temperature)


def _summary():
    rate = float(acceptance_rate(*_distributions(START["temperature"])))
    tokens = float(expected_tokens(rate, START["length"]))
    return (
        f"Target and draft at temperature {number(START['temperature'])}: {percent(rate)} of the proposed tokens are "
        f"accepted; with {START['length']} proposed at once a pass gives {tokens:.2f} tokens, and is "
        f"{tokens / (START['length'] * START['cost'] + 1):.2f} times as fast. What comes out is the target, exactly."
    )


def _draw():
    from tempcourse.plots import plot_bars, plot_curves

    temperature = START["temperature"]
    axes = blank_axes(6.4, 7.6, rows=3)
    for name, p, ax in zip(("Target", "Draft"), _distributions(temperature), axes, strict=False):
        plot_bars(p, WORDS, temperature=temperature, title=f"{name} at τ = {number(temperature)}", ax=ax)
    temperatures = np.geomspace(0.1, 10, 161)
    rates = [acceptance_rate(*_distributions(each)) for each in temperatures]
    plot_curves(temperatures, rates, mark=temperature, ylabel="accepted", ax=axes[-1])
    return axes[0].figure
