"""The Ising model, live: a lattice of spins at a temperature, each drawn again and again from a softmax of two."""

import math
from numbers import Integral

import ipywidgets
import numpy as np
import traitlets

from tempcourse.ising import ising_sample
from tempcourse.words import number

from .kit.controls import WIDE, buttons, seed_slider, temperature_slider
from .kit.explorable import Explorable, View, numbers
from .kit.sources import join_sources
from .kit.stills import blank_axes

CRITICAL = 2 / math.log(1 + math.sqrt(2))
STARTS = {"cold": "Cold: all up", "hot": "Hot: at random"}
SPEEDS = [1, 5, 20, 60, 200, 600]
SEED = 1
LAST_SEED = 99

STILL_TEMPERATURES = [2.0, CRITICAL, 3.0]
STILL_SWEEPS = 500


class IsingView(View):
    """The lattice as a canvas, and its magnetisation and energy over time."""

    _esm = join_sources("explore_ising.js")

    side = traitlets.Int().tag(sync=True)
    temperatures = numbers()
    temperature_index = traitlets.Int().tag(sync=True)
    starts = traitlets.List(list(STARTS)).tag(sync=True)
    start = traitlets.Int(help="an index into starts").tag(sync=True)
    seed = traitlets.Int().tag(sync=True)
    last_seed = traitlets.Int(LAST_SEED).tag(sync=True)
    speeds = traitlets.List(help="sweeps a second").tag(sync=True)
    speed = traitlets.Int().tag(sync=True)


def explore_ising(side=64):
    """Return a live Ising model: `side` × `side` spins without edges, with no field, in units of J = k = 1.

    Each sweep draws every spin anew from a softmax of its two energies among its neighbours (heat bath, on a
    checkerboard). It runs in the reader's browser, in the same way each time for the same seed.

    Parameters
    ----------
    side : int, even, from 8 to 256
        Spins a side.

    Returns
    -------
    Explorable
        Its controls are ``"temperature"``, ``"start"``, ``"seed"`` and ``"speed"``.

    Raises
    ------
    ValueError
        For a side that is odd, below 8, above 256 or no whole number.

    Examples
    --------
    >>> explore = explore_ising()
    >>> round(explore.controls["temperature"].value, 3)  # where the infinite lattice begins to order
    2.269
    """
    if not isinstance(side, Integral) or side % 2 or not 8 <= side <= 256:
        raise ValueError(f"side must be an even whole number from 8 to 256, got {side!r}")
    side = int(side)
    stops = [0.0, *sorted([CRITICAL, *(k / 10 for k in range(2, 51))]), math.inf]
    view = IsingView(
        "explore_ising",
        (side,),
        {"temperature_index": stops.index(CRITICAL), "start": 1, "seed": SEED, "speed": SPEEDS.index(60)},
        side=side,
        temperatures=stops,
        speeds=SPEEDS,
    )
    controls = {
        "temperature": temperature_slider(stops, view.temperature_index, "T"),
        "start": buttons("Start", [(label, name) for name, label in STARTS.items()], view.start),
        "seed": seed_slider(view, first=0),
        "speed": ipywidgets.SelectionSlider(
            options=[(f"{speed} a second", speed) for speed in SPEEDS],
            index=view.speed,
            description="Sweeps",
            **WIDE,
        ),
    }
    sample = ising_sample(side, STILL_TEMPERATURES, 1, rng=np.random.default_rng(SEED), burn_in=STILL_SWEEPS - 1)
    return Explorable(view, controls, summary=_summary(sample), draw=lambda: _draw(sample))


def _summary(sample):
    side = sample.spins.shape[-1]
    states = "; ".join(
        f"at temperature {number(temperature)}, magnetisation {number(round(m, 3))} and energy {number(round(e, 3))}"
        for temperature, m, e in zip(
            sample.temperature, sample.magnetisation.ravel(), sample.energy.ravel(), strict=True
        )
    )
    return f"Ising model of {side} × {side} spins, {STILL_SWEEPS} sweeps from all up; per spin {states}."


def _draw(sample):
    from tempcourse.plots import plot_lattices

    axes = blank_axes(6.4, 2.5, columns=3)
    return plot_lattices(sample.spins[:, 0], sample.temperature, axes=axes)[0].figure
