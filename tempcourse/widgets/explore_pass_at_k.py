"""The best of k samples over the temperature, on a mixture of easy and hard tasks."""

import ipywidgets
import numpy as np
import traitlets

from tempcourse.many_samples import pass_at_k
from tempcourse.softmax import softmax
from tempcourse.words import number, percent

from .kit.controls import WIDE, seed_slider, temperature_slider, temperature_stops
from .kit.explorable import Explorable, View, numbers
from .kit.sources import join_sources
from .kit.stills import blank_axes

ANSWERS = 1000  # that a task has, one of them right
DEPTH = 8.0  # nats from the leading answer down to the many wrong ones
KS = [1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1000]
START = {"k": 100, "hard": 50, "gap": 4.0, "temperature": 0.75}
GAPS = (0.5, 7.5, 0.25)  # the least, the most, and a step
TASKS = 100  # that are sampled
LAST_SEED = 99


class PassView(View):
    """The mean pass@1 and pass@k over the temperature, and the pass@k of each kind of task."""

    _esm = join_sources("explore_pass_at_k.js")

    answers = traitlets.Int(ANSWERS).tag(sync=True)
    depth = traitlets.Float(DEPTH).tag(sync=True)
    tasks = traitlets.Int(TASKS).tag(sync=True)
    ks = traitlets.List(KS).tag(sync=True)
    k_index = traitlets.Int().tag(sync=True)
    hard = traitlets.Int(help="per cent of the tasks").tag(sync=True)
    gap = traitlets.Float(help="nats from the leading answer of a hard task to the right one").tag(sync=True)
    gaps = traitlets.List(list(GAPS), help="the least, the most, and a step").tag(sync=True)
    temperatures = numbers()
    temperature_index = traitlets.Int().tag(sync=True)
    seed = traitlets.Int().tag(sync=True)
    last_seed = traitlets.Int(LAST_SEED).tag(sync=True)


def explore_pass_at_k():
    """Return an explorable of pass@k: the temperature that is best for one sample, and for the best of k.

    Each task has 1000 answers. Where it is easy, the right one leads and 999 wrong ones lie 8 nats below. Where it is
    hard, a wrong one leads, the right one lies a gap below, and 998 wrong ones 8 nats below. The picture shows the mean
    pass@1 and pass@k over the temperature with the best of each, the pass@k of both kinds of task, and an estimate
    from samples.

    Returns
    -------
    Explorable
        Its controls are ``"temperature"``, ``"k"``, ``"hard"``, ``"gap"`` and ``"seed"``.

    References
    ----------
    Chen et al. (2021), "Evaluating large language models trained on code".

    Examples
    --------
    >>> explore_pass_at_k().controls["k"].value
    100
    """
    stops = temperature_stops(-1, 1, per_decade=40, digits=3)
    start = {
        "temperature_index": stops.index(START["temperature"]),
        "k_index": KS.index(START["k"]),
        "hard": START["hard"],
        "gap": START["gap"],
        "seed": 1,
    }
    view = PassView("explore_pass_at_k", (), start, temperatures=stops)
    low, high, step = GAPS
    controls = {
        "temperature": temperature_slider(stops, view.temperature_index),
        "k": ipywidgets.SelectionSlider(
            options=[(number(k), k) for k in KS], index=view.k_index, description="Samples k", **WIDE
        ),
        "hard": ipywidgets.IntSlider(
            value=view.hard, min=0, max=100, step=5, description="Hard tasks, %", **WIDE
        ),
        "gap": ipywidgets.FloatSlider(
            value=view.gap, min=low, max=high, step=step, description="Their gap, nats", **WIDE
        ),
        "seed": seed_slider(view),
    }
    return Explorable(view, controls, summary=_summary(stops), draw=_draw)


def _right(temperature):
    """Return the probability of the right answer of an easy and of a hard task."""
    rows = np.full((2, ANSWERS), -DEPTH)
    rows[0, 0], rows[1, :2] = 0.0, (-START["gap"], 0.0)
    return softmax(rows, temperature)[:, 0]


def _mean_pass(temperatures, k):
    easy, hard = pass_at_k(np.transpose([_right(temperature) for temperature in temperatures]), k)
    share = START["hard"] / 100
    return (1 - share) * easy + share * hard


def _summary(stops):
    said = []
    for k in (1, START["k"]):
        best = stops[int(np.argmax(_mean_pass(stops, k)))]
        (now,) = _mean_pass([START["temperature"]], k)
        said.append(f"pass@{k} {percent(float(now))}, best at temperature {number(best)}")
    return (
        f"{START['hard']} % of the tasks are hard, their right answer {number(START['gap'])} nats below the leading "
        f"wrong one. At temperature {number(START['temperature'])}: {'; '.join(said)}."
    )


def _draw():
    from tempcourse.plots import plot_curves

    temperatures = np.geomspace(0.1, 10, 161)
    ks = (1, 10, START["k"])
    (ax,) = blank_axes(6.4, 3.4)
    curves = np.transpose([_mean_pass(temperatures, k) for k in ks])
    plot_curves(temperatures, curves, [f"k = {k}" for k in ks], ylabel="mean pass@k", ax=ax)
    return ax.figure
