"""Drawing, and nothing else: each function is handed arrays, draws them and returns the axes.

What is drawn must be finite numbers, of at most 1e300 in size.

A temperature has one colour through the whole course, from cold blue to hot red. The style sheet
``course.mplstyle`` applies inside these functions only; importing the module changes nothing.
"""

import reprlib
from collections.abc import Mapping
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap, to_hex, to_rgb
from matplotlib.font_manager import fontManager
from matplotlib.ticker import FuncFormatter, NullLocator, PercentFormatter

from tempcourse._arguments import (
    check_flag,
    check_whole,
    read_finite,
    read_list,
    read_number,
    read_real,
    read_temperatures,
    refuse,
)
from tempcourse.words import number, percent

__all__ = [
    "plot_bars",
    "plot_comparison",
    "plot_curves",
    "plot_digits",
    "plot_lattices",
    "plot_regrets",
    "plot_reliability",
    "plot_simplex",
    "plot_sweep",
    "temperature_colour",
]

# In size, of what is drawn: the ends of an axis lie a little beyond.
LARGEST = 1e300
STYLE = Path(__file__).with_name("course.mplstyle")

_COLD, _ONE, _HOT = "#2166ac", "#7f5a9c", "#c8372d"
_SPIN_UP = "#f6f4ee"
_CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])


@cache
def _face():
    """Return the settings for the face of the book's pages, where its package is installed (the extra ``book``)."""
    package = find_spec("font_source_sans_pro")
    if package is None:
        return {}
    for weight in ("Regular", "It", "Semibold"):
        fontManager.addfont(Path(package.origin).parent / "files" / f"SourceSansPro-{weight}.ttf")
    return {"font.family": ["Source Sans Pro", "DejaVu Sans"], "mathtext.fontset": "stix"}


@contextmanager
def _styled():
    """Draw in the course's style, and leave matplotlib's settings as they were.

    But for one: pyplot loads its backend with the first figure, and a notebook's turns interactive mode on.
    Undoing that with the style would keep every later figure from being shown.
    """
    with plt.style.context([STYLE, _face()]):
        yield
        interactive = matplotlib.is_interactive()
    matplotlib.interactive(interactive)


def temperature_colour(temperature):
    """Return the course's colour of a temperature: cold blue at 0, hot red at infinity.

    The position on the ramp is u = τ / (1 + τ): 0 at τ = 0, ½ at τ = 1, 1 at τ = ∞. Between the three
    anchors each sRGB channel is linear in u.

    Parameters
    ----------
    temperature : float
        From 0 to infinity, both included.

    Returns
    -------
    str
        ``"#rrggbb"``.

    Raises
    ------
    ValueError
        For a negative or nan temperature.

    Examples
    --------
    >>> [temperature_colour(t) for t in (0, 1, float("inf"))]
    ['#2166ac', '#7f5a9c', '#c8372d']
    """
    temperature = read_number(temperature, "temperature")
    position = 1.0 if np.isinf(temperature) else temperature / (1.0 + temperature)
    channels = np.transpose([to_rgb(anchor) for anchor in (_COLD, _ONE, _HOT)])
    return to_hex([np.interp(position, [0.0, 0.5, 1.0], channel) for channel in channels])


@_styled()
def plot_bars(probabilities, labels=None, *, temperature=1.0, title=None, ax=None):
    """Draw one distribution as bars in its temperature's colour, each with its percentage above.

    Parameters
    ----------
    probabilities : array_like, shape (n,)
    labels : sequence of str, length n, optional
        Names of the classes; "class 1", "class 2", … when left out.
    temperature : float, default 1
        Chooses the colour.
    title : str, optional
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If an array has another shape, holds what is not finite or too large to draw, or if there are not as
        many labels as classes, or if the temperature is none.
    TypeError
        If the probabilities are not real numbers.
    """
    probabilities = _array(probabilities, "probabilities", None)
    temperature = read_number(temperature, "temperature")
    ax = plt.subplots()[1] if ax is None else ax
    _draw_bars(ax, probabilities, _names(labels, probabilities.size), temperature)
    ax.bar_label(ax.containers[-1], labels=[percent(p) for p in probabilities], padding=2)
    if title is not None:
        ax.set_title(title)
    return ax


@_styled()
def plot_curves(
    temperatures, curves, labels=None, *, mark=None, xlabel=None, ylabel=None, symbol="τ", log=True, ax=None
):
    """Draw quantities against temperature, each named at its line's end.

    Parameters
    ----------
    temperatures : array_like, shape (m,)
        Rising and finite; positive, too, on a logarithmic axis.
    curves : array_like, shape (m,) or (m, k)
        One column a line: ``softmax(logits, temperatures[:, None])`` has this shape.
    labels : sequence of str, length k, optional
    mark : float, optional
        A temperature at which to draw a vertical cursor; 0 and infinity stand at the axis' ends.
    xlabel : str, optional
        What runs along the axis where it is not the temperature.
    ylabel : str, optional
    symbol : str, default "τ"
        How the temperature is written; "T" in physics.
    log : bool, default True
        Whether that axis is logarithmic; if not, it is linear and may start at 0.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If an array has another shape, holds what is not finite or too large to draw, or if there are not as
        many labels as lines, if `mark` is no temperature, or if `log` is no bool.
    TypeError
        If temperatures or curves are not real numbers.
    """
    temperatures = _array(temperatures, "temperatures", None)
    curves = read_real(curves, "curves")[0]
    curves = _array(curves[:, np.newaxis] if curves.ndim == 1 else curves, "curves", temperatures.size, None)
    check_flag(log, "log")
    if not (np.diff(temperatures) > 0).all() or (log and temperatures[0] <= 0):
        raise ValueError(f"temperatures must rise{', and be above 0 on a logarithmic axis' if log else ''}")
    if labels is not None:
        labels = _one_each(labels, "labels", curves.shape[1])
    if mark is not None:
        mark = read_number(mark, "mark")
    ax = plt.subplots()[1] if ax is None else ax
    lines = ax.plot(temperatures, curves)
    ax.set_xscale("log" if log else "linear")
    ax.set_xlim(temperatures[0], temperatures[-1])
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel((f"temperature {symbol}" if xlabel is None else xlabel) + (" (logarithmic)" if log else ""))
    ax.set_ylim(0, 1.05 * max(curves.max(), np.finfo(float).tiny))
    ax.grid(axis="y")
    if ylabel is not None:
        ax.set_ylabel(ylabel)
    if labels is not None:
        _label_line_ends(ax, lines, labels)
    if mark is not None:
        place = np.clip(mark, temperatures[0], temperatures[-1])
        ax.axvline(place, color=temperature_colour(mark), linewidth=1.5)
        ax.annotate(
            f"{symbol} = {number(mark, 3)}",
            (place, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            color=temperature_colour(mark),
            ha="center",
        )
    return ax


@_styled()
def plot_comparison(distributions, temperatures, labels=None, *, claimed=None, axes=None):
    """Draw the distributions of several temperatures side by side, with claimed numbers as outlines.

    Under each bar stands its percentage.

    Parameters
    ----------
    distributions : array_like, shape (m, n)
        One row a temperature.
    temperatures : array_like, shape (m,)
    labels : sequence of str, length n, optional
    claimed : array_like, shape (m, n), optional
        Probabilities that somebody claimed; nan where nothing was.
    axes : sequence of matplotlib.axes.Axes, length m, optional
        Where to draw; a new figure when left out.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes, shape (m,)

    Raises
    ------
    ValueError
        If an array has another shape, holds what is not finite or too large to draw, or if there are not as
        many temperatures, labels, claims or axes as rows and classes.
    TypeError
        If distributions, temperatures or claims are not real numbers.
    """
    distributions = _array(distributions, "distributions", None, None)
    count, classes = distributions.shape
    temperatures = _temperatures(temperatures, count)
    labels = [str(k + 1) for k in range(classes)] if labels is None else _one_each(labels, "labels", classes)
    claims = np.full((count, classes), np.nan) if claimed is None else read_real(claimed, "claimed")[0].astype(float)
    if claims.shape != distributions.shape:
        raise ValueError(f"claimed must have shape {distributions.shape}, got shape {claims.shape}")
    refuse(claims, ~np.isnan(claims) & ~((claims >= 0) & (claims <= 1)), "claimed", "from 0 to 1 or nan")
    if axes is None:
        axes = plt.subplots(1, count, sharey=True, squeeze=False, figsize=(6.4, 3.2))[1][0]
    axes = np.asarray(axes, dtype=object)
    for ax, row, temperature, claim in zip(axes, distributions, temperatures, claims, strict=True):
        # Numbers stand under the bars, where no outline can be taken for what they belong to.
        numbers = [percent(p).removesuffix(" %") for p in row]
        names = [f"{label}\n{number}" for label, number in zip(labels, numbers, strict=True)]
        _draw_bars(ax, row, names, temperature)
        _mark_claims(ax, claim)
        ax.set_title(f"τ = {number(temperature, 3)}")
    return axes


@_styled()
def plot_simplex(curve, points=None, *, labels=None, temperatures=None, ax=None):
    """Draw a curve of three-class distributions, and named points, in the triangle of all of them.

    A corner is certainty of one class, the middle is uniform, and the distance to a side is the
    probability of the class at the opposite corner.

    Parameters
    ----------
    curve : array_like, shape (m, 3)
    points : mapping of str to array_like, shape (3,), optional
    labels : sequence of str, length 3, optional
        Names of the corners.
    temperatures : array_like, shape (m,), optional
        Colours the curve by temperature.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If an array has another shape, holds what is not finite or too large to draw, or if there are not as
        many temperatures as points of the curve, or labels as corners.
    TypeError
        If curve, points or temperatures are not real numbers.
    """
    path = _array(curve, "curve", None, 3) @ _CORNERS
    points = {} if points is None else points
    if not isinstance(points, Mapping):
        raise ValueError(f"points must map names to points, got {reprlib.repr(points)}")
    points = {name: _array(point, "points", 3) @ _CORNERS for name, point in points.items()}
    ax = plt.subplots(figsize=(5.2, 4.2))[1] if ax is None else ax
    ax.fill(*_CORNERS.T, facecolor="none", edgecolor="0.35", linewidth=1)
    for level in (0.25, 0.5, 0.75):
        _draw_level(ax, level)
    colours = "0.2"
    if temperatures is not None:
        colours = [temperature_colour(t) for t in _temperatures(temperatures, len(path))[:-1]]
    ax.add_collection(LineCollection(np.stack([path[:-1], path[1:]], axis=1), colors=colours, linewidths=3))
    offsets = [(-6, -14), (6, -14), (0, 6)]
    for corner, name, offset in zip(_CORNERS, _names(labels, 3), offsets, strict=True):
        ax.annotate(name, corner, xytext=offset, textcoords="offset points", ha="center")
    for name, place in points.items():
        ax.plot(*place, "o", color="0.1", markerfacecolor="white", markersize=7, zorder=3)
        side, align = (-8, "right") if place[0] > 0.55 else (8, "left")
        ax.annotate(name, place, xytext=(side, 3), textcoords="offset points", ha=align, zorder=4)
    ax.set_aspect("equal")
    ax.set_axis_off()
    ax.margins(0.08)
    return ax


@_styled()
def plot_lattices(lattices, temperatures, *, axes=None):
    """Draw lattices of spins side by side, down in the colour of their temperature.

    Parameters
    ----------
    lattices : array_like of ±1, shape (m, rows, columns)
    temperatures : array_like, shape (m,)
    axes : sequence of matplotlib.axes.Axes, length m, optional
        Where to draw; a new figure when left out.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes, shape (m,)

    Raises
    ------
    ValueError
        If an array has another shape, holds what is not finite or too large to draw, or if there are not as
        many temperatures or axes as lattices.
    TypeError
        If lattices or temperatures are not real numbers.
    """
    lattices = _array(lattices, "lattices", None, None, None)
    refuse(lattices, abs(lattices) != 1, "lattices", "spins of ±1")
    temperatures = _temperatures(temperatures, len(lattices))
    if axes is None:
        axes = plt.subplots(1, len(lattices), squeeze=False, figsize=(6.4, 2.5))[1][0]
    axes = np.asarray(axes, dtype=object)
    for ax, spins, temperature in zip(axes, lattices, temperatures, strict=True):
        colours = ListedColormap([temperature_colour(temperature), _SPIN_UP])
        ax.imshow(spins, cmap=colours, vmin=-1, vmax=1, interpolation="nearest")
        ax.set(title=f"T = {number(temperature, 3)}", xticks=[], yticks=[])
        ax.spines[:].set_visible(True)
    axes[len(axes) // 2].set_xlabel("coloured is down")  # true in dark mode, too
    return axes


@_styled()
def plot_regrets(regrets, temperature=1.0, *, singles=30, ax=None):
    """Draw the regret of many runs over the steps: some of them singly, the mean of all, and their median.

    Parameters
    ----------
    regrets : array_like, shape (runs, steps)
        Cumulative.
    temperature : float, default 1
        Chooses the colour of the mean.
    singles : int, default 30
        How many runs are drawn singly, the first ones.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If an array has another shape, holds what is not finite or too large to draw, if the temperature is
        none, or if `singles` is not a whole number of at least 0.
    TypeError
        If the regrets are not real numbers.
    """
    regrets = _array(regrets, "regrets", None, None)
    temperature = read_number(temperature, "temperature")
    check_whole(singles, "singles", 0)
    steps = np.arange(1, regrets.shape[1] + 1)
    ax = plt.subplots()[1] if ax is None else ax
    ax.plot(steps, regrets[:singles].T, color="0.6", linewidth=0.6, linestyle="-")
    (mean,) = ax.plot(steps, regrets.mean(axis=0), color=temperature_colour(temperature), linewidth=2.5, linestyle="-")
    (median,) = ax.plot(steps, np.median(regrets, axis=0), color="0.35", linestyle="--")
    ax.set_xlim(steps[0], steps[-1])
    ax.set_ylim(0, 1.05 * max(regrets.max(), np.finfo(float).tiny))
    ax.set_xlabel("step")
    ax.set_ylabel("regret")
    ax.grid(axis="y")
    _label_line_ends(ax, [mean, median], ["mean", "median"])
    return ax


@_styled()
def plot_digits(images, titles, *, axes=None):
    """Draw small grey pictures side by side, ink dark.

    Parameters
    ----------
    images : array_like, shape (m, side²) or (m, side, side)
        Ink from 0 to 1.
    titles : sequence of str, length m
    axes : sequence of matplotlib.axes.Axes, length m, optional
        Where to draw; a new figure when left out.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes, shape (m,)

    Raises
    ------
    ValueError
        If an array has another shape, holds what is not finite or too large to draw, or if there are not as
        many titles or axes as images.
    TypeError
        If the images are not real numbers.
    """
    images = read_finite(images, "images")
    images = _array(images.reshape(len(images), -1) if images.ndim == 3 else images, "images", None, None)
    side = round(np.sqrt(images.shape[1]))
    images = _array(images, "images", None, side**2)
    titles = _one_each(titles, "titles", len(images))
    if axes is None:
        axes = plt.subplots(1, len(images), squeeze=False, figsize=(1.8 * len(images), 2.1))[1][0]
    axes = np.asarray(axes, dtype=object)
    for ax, image, title in zip(axes, images, titles, strict=True):
        ax.imshow(image.reshape(side, side), cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
        ax.set(title=title, xticks=[], yticks=[])
    return axes


@_styled()
def plot_reliability(confidence, accuracy, counts, *, temperature=1.0, title=None, ax=None):
    """Draw how often predictions are right against how confident they are, and the gap to the diagonal.

    Each bin is a dot, whose area is its number of predictions beside that of the fullest bin; its gap is the
    line between the dot and the diagonal, on which confidence and accuracy agree.

    Parameters
    ----------
    confidence, accuracy : array_like, shape (m,)
        The means of each bin, from 0 to 1.
    counts : array_like, shape (m,)
        How many predictions each bin holds.
    temperature : float, default 1
        Chooses the colour.
    title : str, optional
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If an array has another shape, holds what is not finite or too large to draw, or if the temperature is
        none.
    TypeError
        If confidence, accuracy or counts are not real numbers.
    """
    confidence = _array(confidence, "confidence", None)
    accuracy, counts = _array(accuracy, "accuracy", confidence.size), _array(counts, "counts", confidence.size)
    refuse(counts, counts <= 0, "counts", "above 0")
    temperature = read_number(temperature, "temperature")
    ax = plt.subplots(figsize=(4.4, 4.2))[1] if ax is None else ax
    colour = temperature_colour(temperature)
    ax.plot([0, 1], [0, 1], color="0.55", linewidth=1, linestyle="--")
    ax.vlines(confidence, confidence, accuracy, color=colour, linewidth=2)
    areas = 180 * counts / counts.max()
    ax.scatter(confidence, accuracy, areas, color=colour, edgecolor="0.1", zorder=3, clip_on=False)
    for place, words, align in (((0.03, 0.97), "not sure enough", "left"), ((0.97, 0.03), "too sure", "right")):
        ax.text(*place, words, color="0.4", ha=align, va="center")
    ax.set_xlim(0, 1.02)
    ax.set_ylim(-0.02, 1.02)
    ax.set_aspect("equal")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    ax.set_xlabel("confidence")
    ax.set_ylabel("accuracy")
    if title is not None:
        ax.set_title(title)
    return ax


@_styled()
def plot_sweep(result, *, ylabel="mean score", ax=None):
    """Draw the mean score at each temperature with its interval; hollow is what can be told from the baseline.

    The temperatures stand side by side, the coldest first, at equal distances.

    Parameters
    ----------
    result : tempcourse.sweep.Sweep
    ylabel : str, default "mean score"
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If `result` is no sweep, or holds what is too large to draw.
    """
    try:
        same = set(result.indistinguishable.tolist())
        order, means, intervals = np.argsort(result.temperatures), result.means, result.intervals
    except AttributeError:
        raise ValueError(f"result must be what sweep returns, got {reprlib.repr(result)}") from None
    temperatures = result.temperatures[order].tolist()
    means, intervals = _array(means[order], "means", None), _array(intervals[order], "intervals", None, 2)
    ax = plt.subplots()[1] if ax is None else ax
    for place, (tau, mean, (low, high)) in enumerate(zip(temperatures, means, intervals, strict=True)):
        colour = temperature_colour(tau)
        ax.plot([place, place], [low, high], color=colour, linestyle="-", solid_capstyle="butt")
        face = colour if tau in same else "white"
        ax.plot(place, mean, "o", color=colour, markerfacecolor=face, markersize=9, markeredgewidth=2)
    ax.set_xticks(range(len(temperatures)), [number(tau, 3) for tau in temperatures])
    ax.set_xlim(-0.5, len(temperatures) - 0.5)
    ax.set_xlabel(f"temperature τ (hollow: told from τ = {number(result.baseline, 3)})")
    ax.set_ylabel(ylabel)
    ax.grid(axis="y")
    return ax


def _array(values, name, *shape):
    """Return what can be drawn as an array of a shape, in which None is any number of one or more."""
    array = read_finite(values, name).astype(float)
    if array.ndim != len(shape) or any(want not in (None, got) for want, got in zip(shape, array.shape, strict=True)):
        wanted = ", ".join("any" if want is None else str(want) for want in shape)
        raise ValueError(f"{name} must have shape ({wanted}), got shape {array.shape}")
    refuse(array, abs(array) > LARGEST, name, f"at most {LARGEST:g} in size to be drawn")
    return array


def _temperatures(values, count):
    """Return as many temperatures as there should be."""
    return _one_each(np.ravel(read_temperatures(values, "temperatures")).tolist(), "temperatures", count)


def _one_each(values, name, count):
    """Return a list of as many as there should be."""
    values = read_list(values, name, name)
    if len(values) != count:
        raise ValueError(f"{name} must be {count}, one for each, got {len(values)}")
    return values


def _names(labels, count):
    return [f"class {k + 1}" for k in range(count)] if labels is None else _one_each(labels, "labels", count)


def _draw_bars(ax, probabilities, names, temperature):
    places = np.arange(probabilities.size)
    ax.bar(places, probabilities, color=temperature_colour(temperature))
    ax.set_xticks(places, names)
    ax.set_ylim(0, 1.08)
    ax.set_yticks(np.linspace(0, 1, 5))
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    ax.grid(axis="y")
    ax.tick_params(axis="x", length=0)


def _label_line_ends(ax, lines, labels):
    """Write each label where its line ends, pushed apart where lines end together."""
    gap = 0.075 * np.diff(ax.get_ylim())[0]
    ends = np.array([line.get_ydata()[-1] for line in lines])
    order = np.argsort(ends, kind="stable")
    places = ends.copy()
    for lower, upper in pairwise(order):
        places[upper] = max(places[upper], places[lower] + gap)
    places -= (places - ends).mean()
    for line, label, place in zip(lines, labels, places, strict=True):
        ax.annotate(
            label,
            (1.0, place),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            color=line.get_color(),
            va="center",
        )


def _mark_claims(ax, claims):
    places = np.flatnonzero(~np.isnan(claims))
    if places.size:
        outline = {"color": "0.1", "markerfacecolor": "white", "markersize": 6, "label": "claimed"}
        ax.plot(places, claims[places], "D", **outline)
        ax.legend(loc="upper right", handletextpad=0.2)


def _draw_level(ax, level):
    """Draw the three lines on which one class has probability ``level``."""
    for k in range(3):
        ends = np.zeros((2, 3))
        ends[:, k] = level
        ends[[0, 1], [(k + 1) % 3, (k + 2) % 3]] = 1 - level
        ax.plot(*(ends @ _CORNERS).T, color="0.8", linewidth=0.6, linestyle="-")
