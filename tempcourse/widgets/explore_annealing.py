"""Walkers in a landscape of valleys while it cools: a quench, a temperature that is held, and slow cooling."""

import sys
from numbers import Real

import ipywidgets
import numpy as np
import traitlets

from tempcourse._arguments import read_finite
from tempcourse.boltzmann import boltzmann
from tempcourse.words import number

from .kit.controls import WIDE, buttons, seed_slider
from .kit.explorable import Explorable, View
from .kit.sources import join_sources
from .kit.stills import blank_axes

PLACES = (np.arange(61) + 0.5) / 61
# Five valleys of one wave, lifted and lowered by a longer one; the deepest is the fourth.
LANDSCAPE = 0.5 * np.cos(10 * np.pi * PLACES) + 0.8 * np.cos(2.2 * np.pi * (PLACES - 0.22))
LANDSCAPE -= LANDSCAPE.min()
STEPS = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000]
MIN_PLACES, MAX_PLACES = 5, 121
LAST_SEED = 99
SCHEDULES = ["cool", "hold", "quench"]
WALKERS = 40


class AnnealingView(View):
    """A crowd of walkers in the landscape, the temperature over time, and what each schedule is good for."""

    _esm = join_sources("explore_annealing.js")

    energies = traitlets.List().tag(sync=True)
    walkers = traitlets.Int(WALKERS).tag(sync=True)
    hot = traitlets.Float().tag(sync=True)
    cold = traitlets.Float().tag(sync=True)
    schedules = traitlets.List().tag(sync=True)
    schedule = traitlets.Int(0).tag(sync=True)
    steps = traitlets.List().tag(sync=True)
    steps_index = traitlets.Int().tag(sync=True)
    seed = traitlets.Int(1).tag(sync=True)
    last_seed = traitlets.Int(LAST_SEED).tag(sync=True)


def explore_annealing(energies=None, hot=1.0, cold=0.1):
    """Return an explorable of annealing: walkers look for the deepest valley while their landscape cools.

    Forty walkers start at places drawn evenly at random and take Metropolis steps to neighbouring places. The
    temperature is 0 (a quench), held at √(hot · cold), or falls from `hot` to `cold` by the same fraction each
    step. Beside the crowd stands the exact probability of ending in the deepest valley.

    Parameters
    ----------
    energies : array_like, shape (n,), 5 ≤ n ≤ 121, optional
        The landscape: a finite energy for each place in a row. Neighbours differ, and one place is deepest.
        When left out, 61 places with five valleys.
    hot, cold : float
        Temperatures, 0 < cold < hot, in the unit of the energies.

    Returns
    -------
    Explorable
        Its controls are ``"schedule"``, ``"steps"`` and ``"seed"``.

    Raises
    ------
    ValueError
        For a landscape or temperatures other than these.
    TypeError
        If the energies are not real numbers.

    References
    ----------
    Metropolis et al. (1953), "Equation of state calculations by fast computing machines"; Kirkpatrick, Gelatt,
    Vecchi (1983), "Optimization by simulated annealing".

    Examples
    --------
    >>> explore_annealing().controls["steps"].value
    1000
    """
    own = None if energies is None else _checked_energies(energies)
    hot, cold = _checked_temperatures(hot, cold)
    landscape = LANDSCAPE.tolist() if own is None else own
    view = AnnealingView(
        "explore_annealing",
        (own, hot, cold),
        {"schedule": 0, "steps_index": STEPS.index(1000), "seed": 1},
        energies=landscape,
        hot=hot,
        cold=cold,
        schedules=SCHEDULES,
        steps=STEPS,
    )
    labels = [f"Cool from {number(hot)} to {number(cold)}", f"Hold at {np.sqrt(hot * cold):.2g}", "Quench at 0"]
    controls = {
        "schedule": buttons("Temperature T", list(zip(labels, SCHEDULES, strict=True)), view.schedule),
        "steps": ipywidgets.SelectionSlider(
            options=[(f"{steps:,}", steps) for steps in STEPS], index=view.steps_index, description="Steps", **WIDE
        ),
        "seed": seed_slider(view),
    }
    return Explorable(
        view,
        controls,
        summary=_summary(landscape, hot, cold),
        draw=lambda: _draw(landscape, hot, cold),
    )


def _checked_energies(energies):
    array = read_finite(energies, "energies")
    if array.ndim != 1 or not MIN_PLACES <= array.size <= MAX_PLACES:
        raise ValueError(f"energies must be one row of {MIN_PLACES} to {MAX_PLACES} places, got shape {array.shape}")
    row = array.tolist()
    if 0 in np.diff(row) or row.count(min(row)) != 1:
        raise ValueError("energies must differ between neighbours and have one lowest place, got ties")
    return row


def _checked_temperatures(hot, cold):
    if not (isinstance(hot, Real) and isinstance(cold, Real) and 0 < cold < hot <= sys.float_info.max):
        raise ValueError(f"hot and cold must be temperatures with 0 < cold < hot, got {hot!r} and {cold!r}")
    return float(hot), float(cold)


def _summary(energies, hot, cold):
    deepest = int(np.argmin(energies))
    equilibrium = [number(round(boltzmann(energies, T)[deepest], 3)) for T in (hot, cold)]
    return (
        f"{WALKERS} walkers in a landscape of {len(energies)} places, the deepest of them place {deepest + 1}, "
        f"that is quenched at T = 0, held at T = {number(float(f'{np.sqrt(hot * cold):.2g}'))}, "
        f"or cooled from T = {number(hot)} to T = {number(cold)}: "
        f"the Boltzmann probability of the deepest place is {equilibrium[0]} at first and {equilibrium[1]} at last."
    )


def _draw(energies, hot, cold):
    from tempcourse.plots import plot_curves

    places = np.arange(1, len(energies) + 1)
    above, below = blank_axes(6.4, 5.6, rows=2, sharex=True)
    options = {"xlabel": "place", "log": False}
    plot_curves(places, np.array(energies) - min(energies), ylabel="energy above the deepest", ax=above, **options)
    plot_curves(
        places,
        np.stack([boltzmann(energies, T) for T in (hot, cold)], axis=-1),
        [f"T = {number(T)}" for T in (hot, cold)],
        ylabel="Boltzmann probability",
        ax=below,
        **options,
    )
    return below.figure
