"""Energy levels with particles on them at every temperature, beside the curves of U, S, F and C."""

import reprlib

import numpy as np
import traitlets

from tempcourse._arguments import is_whole, read_finite, read_list
from tempcourse.boltzmann import boltzmann, thermodynamics
from tempcourse.words import number, percent

from .kit.controls import own_first, preset_buttons, preset_table, temperature_slider, temperature_stops
from .kit.explorable import Explorable, View, numbers
from .kit.limits import MAX_CLASSES
from .kit.sources import join_sources
from .kit.stills import blank_axes

MAX_STATES = 12
# Name in a link, label on the button, energies, degeneracies, and what to look for.
PRESETS = preset_table("name label energies degeneracies note", [
    ("two", "Two levels", [0.0, 1.0], [1, 1],
     "At T = ∞ half of them are upstairs, and never more. C peaks near T = 0.42, where the climb is steepest."),
    ("ladder", "Ladder", [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [1] * 6,
     "An oscillator's even rungs, cut off after six. On an endless ladder C would rise to 1 and stay; "
     "this one fills up, and C falls again."),
    ("ground", "Three ground states", [0.0, 1.0], [3, 1],
     "T = 0 cannot choose between three states of the same energy: S stays at log 3 = 1.0986."),
    ("upstairs", "More room upstairs", [0.0, 1.0], [1, 5],
     "Each state upstairs is rarer than the one below, but there are five: "
     "above T = 1/log 5 = 0.62 most of the particles are up."),
])  # fmt: skip


class LevelsView(View):
    """Particles on levels at one temperature, and the curves of U, S, F and C over all of them."""

    _esm = join_sources("explore_levels.js")

    presets = traitlets.List(help="name, label, energies, degeneracies and a note for each").tag(sync=True)
    preset = traitlets.Int(0).tag(sync=True)
    temperatures = numbers()
    temperature_index = traitlets.Int().tag(sync=True)


def explore_levels(energies=(0.0, 1.0), degeneracies=None):
    """Return an explorable of energy levels that 100 particles share, from T = 0 to T = ∞.

    The particles hop: one after another is drawn anew from the Boltzmann distribution, which is a heat bath,
    always from the same seed. A setting that changes while they are paused puts them as close to the exact
    shares as whole particles can be.

    Parameters
    ----------
    energies : array_like, shape (n,), 2 ≤ n ≤ 12
        Finite and all different, in the unit that T has. They are drawn to scale, but far enough apart to be
        told from each other. Levels that are not among the explorable's own come as a first preset.
    degeneracies : array_like of int, shape (n,), optional
        How many states each level has, 1 to 12; one each when left out.

    Returns
    -------
    Explorable
        Its controls are ``"preset"`` and ``"temperature"``.

    Raises
    ------
    ValueError
        For energies or degeneracies other than these.
    TypeError
        If the energies are not real numbers.

    Examples
    --------
    >>> explore_levels([0.0, 1.0], degeneracies=[1, 5])
    explore_levels([0.0, 1.0], [1, 5])
    """
    energies, degeneracies = _checked_levels(energies, degeneracies)
    own = {"name": "own", "label": "These levels", "note": "The levels that this page speaks of."}
    presets, preset = own_first(PRESETS, {**own, "energies": energies, "degeneracies": degeneracies})
    stops = temperature_stops(-2, 2, per_decade=20, digits=2)
    view = LevelsView(
        "explore_levels",
        (energies, degeneracies),
        {"preset": preset, "temperature_index": stops.index(1.0)},
        presets=presets,
        temperatures=stops,
    )
    controls = {
        "preset": preset_buttons("Levels", view),
        "temperature": temperature_slider(stops, view.temperature_index, symbol="T"),
    }
    return Explorable(
        view,
        controls,
        summary=_summary(energies, degeneracies),
        draw=lambda: _draw(energies, degeneracies),
    )


def _checked_levels(energies, degeneracies):
    array = read_finite(energies, "energies")
    if array.ndim != 1 or not 2 <= array.size <= MAX_CLASSES:
        raise ValueError(f"energies must be one row of 2 to {MAX_CLASSES} to be drawn, got shape {array.shape}")
    row = array.astype(float).tolist()
    if len(set(row)) != len(row):
        raise ValueError(f"energies must differ (equal ones are one level of a degeneracy), got {row!r}")
    if degeneracies is None:
        return row, [1] * len(row)
    states = read_list(degeneracies, "degeneracies", "whole numbers")
    if len(states) != len(row):
        raise ValueError(f"degeneracies must hold {len(row)} numbers, one for each energy, got {len(states)}")
    if not all(map(is_whole, states)):
        raise ValueError(f"degeneracies must be whole numbers, got {reprlib.repr(states)}")
    states = list(map(int, states))
    if not all(1 <= g <= MAX_STATES for g in states):
        raise ValueError(f"degeneracies must be 1 to {MAX_STATES} to be drawn, got {states!r}")
    return row, states


def _summary(energies, degeneracies):
    populations = boltzmann(energies, 1.0, degeneracies=degeneracies)
    curves = thermodynamics(energies, 1.0, degeneracies=degeneracies)
    levels = ", ".join(
        f"E = {number(energy)} ({'1 state' if g == 1 else f'{g} states'}) {percent(p)}"
        for energy, g, p in zip(energies, degeneracies, populations, strict=True)
    )
    return (
        f"Populations of energy levels at temperature 1: {levels}; mean energy {curves.energy:.3g}, "
        f"entropy {curves.entropy:.3g} nats, free energy {curves.free_energy:.3g}, "
        f"heat capacity {curves.heat_capacity:.3g}."
    ).replace("-", "−")


def _draw(energies, degeneracies):
    from tempcourse.plots import plot_bars, plot_curves

    temperatures = np.geomspace(0.01, 100, 241)
    curves = thermodynamics(energies, temperatures, degeneracies=degeneracies)
    above, below = blank_axes(6.4, 5.6, rows=2)
    names = [f"E = {number(energy)}\ng = {g}" for energy, g in zip(energies, degeneracies, strict=True)]
    plot_bars(boltzmann(energies, 1.0, degeneracies=degeneracies), names, title="Populations at T = 1", ax=above)
    plot_curves(
        temperatures,
        np.stack([curves.energy - min(energies), curves.entropy, curves.heat_capacity], axis=-1),
        ["U − E₀", "S", "C"],
        xlabel="temperature T",
        ax=below,
    )
    return below.figure
