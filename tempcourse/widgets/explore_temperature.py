"""One row of logits at every temperature: bars, the curves of probability and entropy, and the limits."""

import ipywidgets
import numpy as np
import traitlets

from tempcourse.softmax import effective_choices, entropy, softmax

from .explorable import (
    Explorable,
    View,
    blank_axes,
    checked_logits,
    join_sources,
    number,
    numbers,
    shares,
    temperature_slider,
    temperature_stops,
    to_json,
)

SKETCH = [2.0, 1.0, 0.5, 0.1]
# Name in a link, label on the button, logits, and what to look for.
PRESETS = [
    ("sketch", "Sketch", SKETCH, "One clear winner: it takes all at τ = 0."),
    ("tie", "Tie", [2.0, 2.0, 0.5, 0.1], "Two classes share the top: at τ = 0 each keeps a half."),
    ("near-tie", "Near tie", [2.0, 1.99, 0.5, 0.1],
     "A gap of 0.01: at τ = 0.01 the odds are still only e : 1, and the limit is a jump away."),
    ("outlier", "Outlier", [8.0, 1.0, 0.5, 0.1], "A gap of 7: one class keeps nearly all until τ is large."),
    ("mask", "Masked entry", [2.0, float("-inf"), 0.5, 0.1],
     "Class 2 has logit −∞: it stays at exactly 0, and τ = ∞ is uniform over the other three."),
]  # fmt: skip


class TemperatureView(View):
    """Bars at one temperature, and curves over all of them."""

    _esm = join_sources("explore_temperature.js")

    presets = traitlets.List(help="name, label, logits and a note for each").tag(sync=True)
    preset = traitlets.Int(0).tag(sync=True)
    temperatures = numbers()
    index = traitlets.Int().tag(sync=True)


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

    Examples
    --------
    >>> explore = explore_temperature([2.0, 1.0, 0.5, 0.1])
    >>> explore.controls["temperature"].value
    1.0
    """
    logits = checked_logits(logits)
    presets = PRESETS
    if logits != SKETCH:
        presets = [("own", "These logits", logits, "The logits that this page speaks of."), *PRESETS]
    stops = temperature_stops(-2, 2, per_decade=20, digits=2)
    index = stops.index(1.0)
    view = TemperatureView(
        "explore_temperature",
        (logits,),
        presets=[
            {"name": name, "label": label, "logits": to_json(row), "note": note}
            for name, label, row, note in presets
        ],
        temperatures=stops,
        index=index,
        defaults={"preset": 0, "index": index},
    )
    controls = {
        "preset": ipywidgets.ToggleButtons(
            options=[(label, name) for name, label, _, _ in presets],
            index=0,
            description="Logits",
            style={"description_width": "8.5em", "button_width": "auto"},
            layout={"width": "auto"},
        ),
        "temperature": temperature_slider(stops, index),
    }
    probabilities = softmax(logits)
    summary = (
        f"Logits {', '.join(map(number, logits))} at temperature 1: {shares(probabilities)}; "
        f"entropy {entropy(probabilities):.2f} nats, "
        f"{effective_choices(probabilities):.2f} effective choices; "
        f"at temperature 0 the probabilities are {_list(softmax(logits, 0))}, "
        f"at infinity {_list(softmax(logits, np.inf))}."
    )
    explorable = Explorable(view, controls, summary=summary, draw=lambda: _draw(logits))
    explorable.link("preset", "index", "preset")
    explorable.link("temperature", "index", "index")
    return explorable


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
