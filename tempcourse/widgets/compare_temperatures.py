"""Distributions at several temperatures side by side, held against numbers that somebody claimed."""

from numbers import Real

import ipywidgets
import numpy as np
import traitlets

from tempcourse._arguments import read_list, read_real
from tempcourse.softmax import softmax
from tempcourse.words import number, shares

from .kit.controls import buttons, temperature_slider, temperature_stops
from .kit.explorable import Explorable, View, numbers
from .kit.limits import checked_logits
from .kit.sources import join_sources
from .kit.stills import blank_axes

MAX_PANELS = 6


class ComparisonView(View):
    """Panels of bars, one a temperature, and one more whose temperature the reader turns."""

    _esm = join_sources("compare_temperatures.js")

    logits = numbers()
    panels = numbers()
    claimed = traitlets.List(help="a row a panel; null where nothing is claimed").tag(sync=True)
    show_claimed = traitlets.Bool(True).tag(sync=True)
    target = traitlets.Int(0, help="the panel whose claimed numbers are hunted").tag(sync=True)
    temperatures = numbers()
    temperature_index = traitlets.Int().tag(sync=True)


def compare_temperatures(logits, temperatures, claimed=None):
    """Return an explorable that shows distributions side by side and lets claimed numbers be tested.

    Parameters
    ----------
    logits : array_like, shape (n,), 2 ≤ n ≤ 12
        Finite, or -inf for a masked class.
    temperatures : array_like, shape (m,), 1 ≤ m ≤ 6
        From 0 to infinity, both included.
    claimed : sequence of m rows, or dict of temperature to row, optional
        Probabilities that somebody claimed, a row of n for each temperature. None in place of a row, and None
        or nan in place of a number, mean that nothing was claimed.

    Returns
    -------
    Explorable
        Its controls are ``"temperature"`` and, with claimed numbers, ``"claimed"`` and ``"target"``.

    Raises
    ------
    ValueError
        For logits, temperatures or claimed numbers other than these.
    TypeError
        If logits or temperatures are not real numbers.

    Examples
    --------
    >>> compare = compare_temperatures([2.0, 1.0, 0.5], [0.5, 1, 2], claimed={1: [0.46, None, None]})
    >>> list(compare.controls)
    ['claimed', 'target', 'temperature']
    """
    logits = checked_logits(logits)
    temperatures = _checked_temperatures(temperatures)
    claimed = _checked_claims(claimed, temperatures, len(logits))
    targets = [i for i, row in enumerate(claimed) if any(value is not None for value in row)]
    # The panels' temperatures are stops too, so that yours can be put on each exactly.
    stops = sorted({*temperature_stops(-1, 1, per_decade=200, digits=3), *temperatures})
    start = {"temperature_index": stops.index(1.0), "show_claimed": True, "target": 0}
    view = ComparisonView(
        "compare_temperatures",
        (logits, temperatures, claimed),
        start,
        logits=logits,
        panels=temperatures,
        claimed=claimed if targets else [],
        temperatures=stops,
    )
    controls = {}
    if targets:
        controls["claimed"] = ipywidgets.Checkbox(
            value=True, description="Show the claimed numbers", indent=False, layout={"width": "auto"}
        )
        options = [(f"τ = {number(temperatures[i])}", i) for i in targets]
        controls["target"] = buttons("Claims to match", options)
    controls["temperature"] = temperature_slider(stops, view.temperature_index)
    return Explorable(
        view,
        controls,
        {"claimed": "show_claimed"},
        summary=_summary(logits, temperatures, claimed),
        draw=lambda: _draw(logits, temperatures, claimed if targets else None),
    )


def _checked_temperatures(temperatures):
    row = read_real(temperatures, "temperatures")[0].ravel().tolist()
    if not 1 <= len(row) <= MAX_PANELS:
        raise ValueError(f"temperatures must hold 1 to {MAX_PANELS} numbers to be drawn, got {len(row)}")
    for t in row:
        if not t >= 0:
            raise ValueError(f"temperatures must be 0 or more (infinity included), got {t!r}")
    if len(set(row)) != len(row):
        raise ValueError(f"temperatures must differ from each other, got {row!r}")
    return row


def _checked_claims(claimed, temperatures, size):
    """Return one row a temperature, each of `size` numbers or None."""
    if claimed is None:
        claimed = {}
    if isinstance(claimed, dict):
        for t in claimed:
            if t not in temperatures:
                raise ValueError(f"claimed must have its keys among temperatures {temperatures!r}, got {t!r}")
        claimed = [claimed.get(t) for t in temperatures]
    claimed = read_list(claimed, "claimed", "rows")
    if len(claimed) != len(temperatures):
        raise ValueError(
            f"claimed must hold {len(temperatures)} rows, one for each temperature, got {len(claimed)}"
        )
    return [_checked_claim(row, size) for row in claimed]


def _checked_claim(row, size):
    if row is None:
        return [None] * size
    row = read_list(row, "claimed", "rows of numbers")
    if len(row) != size:
        raise ValueError(f"claimed must hold {size} numbers a row, one for each logit, got {len(row)}")
    for value in row:
        if value is not None and not (isinstance(value, Real) and (0 <= value <= 1 or value != value)):
            raise ValueError(f"claimed must hold probabilities from 0 to 1, None or nan, got {value!r}")
    return [None if value is None or value != value else float(value) for value in row]


def _summary(logits, temperatures, claimed):
    parts = []
    for t, p, row in zip(
        temperatures, softmax(logits, np.array(temperatures)[:, None]), claimed, strict=True
    ):
        said = ", ".join(f"class {i} {100 * c:g} %" for i, c in enumerate(row, 1) if c is not None)
        parts.append(f"at τ = {number(t)} {shares(p)}" + (f" (claimed: {said})" if said else ""))
    return f"Softmax of the logits {', '.join(map(number, logits))}: {'; '.join(parts)}."


def _draw(logits, temperatures, claimed):
    from tempcourse.plots import plot_comparison

    distributions = softmax(logits, np.array(temperatures)[:, None])
    if claimed is not None:
        claimed = np.array(claimed, dtype=float)  # None becomes nan
    axes = blank_axes(max(6.4, 2.2 * len(temperatures)), 3.0, columns=len(temperatures), sharey=True)
    plot_comparison(distributions, temperatures, claimed=claimed, axes=axes)
    return axes[0].figure
