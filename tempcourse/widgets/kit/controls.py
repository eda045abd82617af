"""The controls that explorables have in common."""

import math

import ipywidgets

from tempcourse.words import number

_LABEL = {"description_width": "8.5em"}
WIDE = {"layout": {"width": "auto"}, "style": _LABEL}


def temperature_stops(first, last, per_decade, digits):
    """Return 0, a logarithmic grid and infinity: the stops of a temperature slider.

    Parameters
    ----------
    first, last : int
        The grid's first and last power of ten.
    per_decade : int
        Grid points a decade.
    digits : int
        Significant digits that each is rounded to.

    Returns
    -------
    list of float
    """
    steps = range(first * per_decade, last * per_decade + 1)
    grid = [float(f"{10 ** (step / per_decade):.{digits - 1}e}") for step in steps]
    return [0.0, *grid, math.inf]


def temperature_slider(stops, index, symbol="τ"):
    """Return the slider that every explorable with a temperature has."""
    options = [(number(stop), stop) for stop in stops]
    return ipywidgets.SelectionSlider(options=options, index=index, description=f"Temperature {symbol}", **WIDE)


def buttons(description, options, index=0):
    """Return a row of buttons, one of which is chosen."""
    style = {**_LABEL, "button_width": "auto"}
    return ipywidgets.ToggleButtons(
        options=options, index=index, description=description, style=style, layout={"width": "auto"}
    )


def seed_slider(view, first=1):
    """Return the slider of a view's seed."""
    return ipywidgets.IntSlider(value=view.seed, min=first, max=view.last_seed, description="Seed", **WIDE)


def preset_table(columns, rows):
    """Return presets as dicts, from rows and the names of their columns."""
    return [dict(zip(columns.split(), row, strict=True)) for row in rows]


def own_first(presets, own):
    """Return presets, led by one of the reader's own unless it is among them, and the index of that.

    Parameters
    ----------
    presets : list of dict
        ``name`` in a link, ``label`` on a button, ``note``, and what they consist of.
    own : dict
        The same.

    Returns
    -------
    list of dict
    int
    """
    content = own.keys() - {"name", "label", "note"}
    for i, preset in enumerate(presets):
        if all(preset[key] == own[key] for key in content):
            return presets, i
    return [own, *presets], 0


def preset_buttons(description, view):
    """Return the buttons that choose one of a view's presets."""
    return buttons(description, [(preset["label"], preset["name"]) for preset in view.presets], view.preset)
