"""Logits become probabilities: a slider a logit, one that shifts them all, and the temperature."""

import math

import ipywidgets
import traitlets

from tempcourse.softmax import effective_choices, entropy, softmax
from tempcourse.words import number, shares

from .kit.controls import WIDE, temperature_slider, temperature_stops
from .kit.explorable import Explorable, View, numbers
from .kit.limits import checked_logits
from .kit.sources import join_sources
from .kit.stills import blank_axes


class SoftmaxView(View):
    """Bars of softmax((logits + shift) / temperature); the logits are traits ``logit_1``, ``logit_2``, …."""

    _esm = join_sources("explore_softmax.js")

    size = traitlets.Int().tag(sync=True)
    reach = traitlets.Float(help="the sliders go from minus to plus this").tag(sync=True)
    step = traitlets.Float().tag(sync=True)
    shift = traitlets.Float(0.0).tag(sync=True)
    temperatures = numbers()
    temperature_index = traitlets.Int().tag(sync=True)

    def __init__(self, function, arguments, start, **traits):
        logits = [name for name in start if not self.has_trait(name)]
        self.add_traits(**{name: traitlets.Float().tag(sync=True) for name in logits})
        super().__init__(function, arguments, start, **traits)


def explore_softmax(logits=(2.0, 1.0, 0.5, 0.1)):
    """Return an explorable of the softmax: move the logits, shift them all, turn the temperature.

    Parameters
    ----------
    logits : array_like, shape (n,), 2 ≤ n ≤ 12
        Where the sliders start; finite.

    Returns
    -------
    Explorable
        Its controls are ``"logit_1"``, …, ``"shift"`` and ``"temperature"``.

    Raises
    ------
    ValueError
        For fewer than 2 or more than 12 logits, and for one that is nan or infinite.
    TypeError
        If the logits are not real numbers.

    Examples
    --------
    >>> explore_softmax([2.0, 1.0])
    explore_softmax([2.0, 1.0])
    """
    logits = checked_logits(logits, masks=False)
    stops = temperature_stops(-2, 2, per_decade=20, digits=2)
    start = {f"logit_{i}": z for i, z in enumerate(logits, 1)}
    reach = float(max(5, *(math.ceil(abs(z)) for z in logits)))
    step = 0.1 if all(abs(10 * z - round(10 * z)) < 1e-9 for z in logits) else 0.01
    view = SoftmaxView(
        "explore_softmax",
        (logits,),
        {**start, "shift": 0.0, "temperature_index": stops.index(1.0)},
        size=len(logits),
        reach=reach,
        step=step,
        temperatures=stops,
    )
    controls = {
        name: ipywidgets.FloatSlider(
            value=z, min=-reach, max=reach, step=step, description=f"Logit {_name(i)}",
            readout_format=".1f" if step == 0.1 else ".2f", **WIDE,
        )
        for i, (name, z) in enumerate(start.items(), 1)
    }  # fmt: skip
    controls["shift"] = ipywidgets.FloatSlider(
        value=0.0, min=-10.0, max=10.0, step=0.5, description="Shift all by c", readout_format=".1f", **WIDE
    )
    controls["temperature"] = temperature_slider(stops, view.temperature_index)

    probabilities = softmax(logits)
    summary = (
        f"Softmax of the logits {', '.join(map(number, logits))} at temperature 1: {shares(probabilities)}; "
        f"entropy {entropy(probabilities):.2f} nats, "
        f"{effective_choices(probabilities):.2f} effective choices."
    )
    return Explorable(view, controls, summary=summary, draw=lambda: _draw(logits))


def _name(i):
    return "z" + str(i).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def _draw(logits):
    from tempcourse.plots import plot_bars

    (ax,) = blank_axes(6.4, 3.2)
    labels = [f"{_name(i)} = {number(z)}" for i, z in enumerate(logits, 1)]
    plot_bars(softmax(logits), labels, title="Softmax at τ = 1", ax=ax)
    return ax.figure
