"""One row of logits at every temperature: bars, the curves of probability and entropy, and the limits."""

import numpy as np
import traitlets

from tempcourse.softmax import effective_choices, entropy, softmax
from tempcourse.words import number, shares

from .kit.controls import own_first, preset_buttons, preset_table, temperature_slider, temperature_stops
from .kit.explorable import Explorable, View, numbers
from .kit.limits import checked_logits
from .kit.sources import join_sources
from .kit.stills import blank_axes

SKETCH = [2.0, 1.0, 0.5, 0.1]
# Name in a link, label on the button, logits, and what to look for.
PRESETS = preset_table("name label logits note", [
    ("sketch", "Sketch", SKETCH, "One clear winner: it takes all at τ = 0."),
    ("tie", "Tie", [2.0, 2.0, 0.5, 0.1], "Two classes share the top: at τ = 0 each keeps a half."),
    ("near-tie", "Near tie", [2.0, 1.99, 0.5, 0.1],
     "A gap of 0.01: at τ = 0.01 the odds are still only e : 1, and the limit is a jump away."),
    ("outlier", "Outlier", [8.0, 1.0, 0.5, 0.1], "A gap of 7: one class keeps nearly all until τ is large."),
    ("mask", "Masked entry", [2.0, float("-inf"), 0.5, 0.1],
     "Class 2 has logit −∞: it stays at exactly 0, and τ = ∞ is uniform over the other three."),
])  # fmt: skip


class TemperatureView(View):
    """Bars at one temperature, and curves over all of them."""

    _esm = join_sources("explore_temperature.js")

    presets = numbers()
    preset = traitlets.Int(0).tag(sync=True)
    temperatures = numbers()
    temperature_index = traitlets.Int().tag(sync=True)


def explore_temperature(logits=(2.0, 1.0, 0.5, 0.1)):
    """Return an explorable of the temperature, from exactly 0 to exactly infinity.

    Parameters
    ----------
    logits : array_like, shape (n,), 2 ≤ n ≤ 12
        Finite, or -inf for a masked class. Logits other than the sketch's [2, 1, 0.5, 0.1] come as a first
        preset of their own.

    Returns
    -------
    Explorable
        Its controls are ``"preset"`` and ``"temperature"``.

    Raises
    ------
    ValueError
        For fewer than 2 or more than 12 logits, all of them -inf, and for one that is nan or +inf.
    TypeError
        If the logits are not real numbers.

    Examples
    --------
    >>> explore = explore_temperature([2.0, 1.0, 0.5, 0.1])
    >>> explore.controls["temperature"].value
    1.0
    """
    logits = checked_logits(logits)
    note = "The logits that this page speaks of."
    presets, preset = own_first(PRESETS, {"name": "own", "label": "These logits", "logits": logits, "note": note})
    stops = temperature_stops(-2, 2, per_decade=20, digits=2)
    view = TemperatureView(
        "explore_temperature",
        (logits,),
        {"preset": preset, "temperature_index": stops.index(1.0)},
        presets=presets,
        temperatures=stops,
    )
    controls = {
        "preset": preset_buttons("Logits", view),
        "temperature": temperature_slider(stops, view.temperature_index),
    }
    probabilities = softmax(logits)
    summary = (
        f"Logits {', '.join(map(number, logits))} at temperature 1: {shares(probabilities)}; "
        f"entropy {entropy(probabilities):.2f} nats, "
        f"{effective_choices(probabilities):.2f} effective choices; "
        f"at temperature 0 the probabilities are {_list(softmax(logits, 0))}, "
        f"at infinity {_list(softmax(logits, np.inf))}."
    )
    return Explorable(view, controls, summary=summary, draw=lambda: _draw(logits))


def _list(probabilities):
    return ", ".join(number(round(p, 3)) for p in probabilities)


def _draw(logits):
    from tempcourse.plots import plot_bars, plot_curves

    temperatures = np.geomspace(0.01, 100, 241)
    curves = softmax(logits, temperatures[:, None])
    labels = [f"class {i}" for i in range(1, len(logits) + 1)]
    above, below = blank_axes(6.4, 5.6, rows=2)
    names = [f"{label}\nz = {number(z)}" for label, z in zip(labels, logits, strict=True)]
    plot_bars(softmax(logits), names, title="Softmax at τ = 1", ax=above)
    alive = np.flatnonzero(np.isfinite(logits))  # a masked class has no curve
    plot_curves(
        temperatures, curves[:, alive], [labels[i] for i in alive], mark=1.0, ylabel="probability", ax=below
    )
    return below.figure
