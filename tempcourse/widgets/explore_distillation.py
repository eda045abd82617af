"""What soft targets are worth: the reader predicts it, and then sees what was measured."""

from collections.abc import Mapping
from numbers import Real

import ipywidgets
import numpy as np
import traitlets

from tempcourse.words import number

from .kit.controls import WIDE, buttons
from .kit.explorable import Explorable, View
from .kit.sources import join_sources
from .kit.stills import blank_axes

MAX_SIZES = 6
MAX_SETTINGS = 8
HARD, PREDICTED = "hard", 10  # the settings that a reader predicts


class DistillationView(View):
    """Accuracy against the teacher's temperature, for the predicted settings first."""

    _esm = join_sources("explore_distillation.js")

    sizes = traitlets.List(help="numbers of images, rising").tag(sync=True)
    temperatures = traitlets.List(help="of the soft targets, rising").tag(sync=True)
    hard = traitlets.List(help="a size: mean and standard error, in %").tag(sync=True)
    soft = traitlets.List(help="a size: the same for each temperature").tag(sync=True)
    lowest = traitlets.Int(help="where the axis and the sliders start, in %").tag(sync=True)
    predicted = traitlets.Int(PREDICTED, help="the temperature whose accuracy the reader predicts").tag(sync=True)
    size = traitlets.Int(0).tag(sync=True)
    hard_guess = traitlets.Int().tag(sync=True)
    soft_guess = traitlets.Int().tag(sync=True)


def explore_distillation(results):
    """Return an explorable of what students learn from soft targets; the reader first says what they expect.

    For one size of the transfer set at a time, the reader predicts the accuracy with hard labels and with soft
    targets at T = 10. What was measured appears beside it when they ask.

    Parameters
    ----------
    results : mapping of int to mapping
        For each of 1 to 6 sizes of the transfer set what was measured with 2 to 8 settings, the same ones each
        time: ``"hard"``, and temperatures, 10 among them. Each is a pair: the mean accuracy in per cent and its
        standard error. So ``{20: {"hard": (75.1, 0.9), 1: (80.3, 0.8), 10: (90.2, 0.4)}}``.

    Returns
    -------
    Explorable
        Its controls are ``"images"``, ``"hard"`` and ``"soft"``.

    Raises
    ------
    ValueError
        For results other than these.

    References
    ----------
    Hinton, Vinyals, Dean (2015), "Distilling the knowledge in a neural network".

    Examples
    --------
    >>> explore = explore_distillation({20: {"hard": (75.1, 0.9), 1: (80.3, 0.8), 10: (90.2, 0.4)}})
    >>> list(explore.controls)
    ['images', 'hard', 'soft']
    """
    results = _checked_results(results)
    sizes = list(results)
    temperatures = [setting for setting in results[sizes[0]] if setting != HARD]
    hard = [results[size][HARD] for size in sizes]
    soft = [[results[size][T] for T in temperatures] for size in sizes]
    lowest = 50 if min(mean - error for row in results.values() for mean, error in row.values()) >= 50 else 0
    guess = lowest + 10  # not where anybody would leave it
    view = DistillationView(
        "explore_distillation",
        (results,),
        {"size": 0, "hard_guess": guess, "soft_guess": guess},
        sizes=sizes,
        temperatures=temperatures,
        hard=hard,
        soft=soft,
        lowest=lowest,
    )
    percent = {"min": lowest, "max": 100, "value": guess, **WIDE}
    controls = {
        "images": buttons("Images", [str(size) for size in sizes]),
        "hard": ipywidgets.IntSlider(description="Hard labels, %", **percent),
        "soft": ipywidgets.IntSlider(description=f"T = {PREDICTED}, %", **percent),
    }
    return Explorable(
        view,
        controls,
        {"images": "size", "hard": "hard_guess", "soft": "soft_guess"},
        summary=_summary(results),
        draw=lambda: _draw(sizes, temperatures, hard, soft, lowest),
    )


def _checked_results(results):
    """Return results sorted by size and setting, hard labels first, with pairs as lists of floats."""
    if not isinstance(results, Mapping) or not 1 <= len(results) <= MAX_SIZES:
        raise ValueError(f"results must map 1 to {MAX_SIZES} sizes to what was measured, got {results!r}")
    for size, row in results.items():
        if not isinstance(size, int | np.integer) or isinstance(size, bool) or size < 1:
            raise ValueError(f"results must have whole numbers of images as its keys, got {size!r}")
        if not isinstance(row, Mapping) or not 2 <= len(row) <= MAX_SETTINGS:
            raise ValueError(f"results[{size}] must map 2 to {MAX_SETTINGS} settings to pairs, got {row!r}")
        if HARD not in row or PREDICTED not in row:
            raise ValueError(
                f"results[{size}] must have {HARD!r} and {PREDICTED} among its settings, got {list(row)!r}"
            )
        for setting in row:
            if setting != HARD and not (isinstance(setting, Real) and 0 < setting < np.inf):
                raise ValueError(
                    f"results[{size}] must have {HARD!r} and positive temperatures as settings, got {setting!r}"
                )
    first = next(iter(results.values()))
    for size, row in results.items():
        if row.keys() != first.keys():
            raise ValueError(f"results must have the same settings for each size, got {list(row)!r} for {size}")
    settings = [HARD, *sorted(setting for setting in first if setting != HARD)]
    return {
        int(size): {
            setting if setting == HARD else float(setting): _checked_pair(results[size][setting], size, setting)
            for setting in settings
        }
        for size in sorted(results)
    }


def _checked_pair(pair, size, setting):
    try:
        values = np.asarray(pair, dtype=float)
    except (TypeError, ValueError):
        values = np.empty(0)
    if values.shape != (2,) or not (0 <= values[0] <= 100 and 0 <= values[1] < np.inf):
        raise ValueError(
            f"results[{size}][{setting!r}] must be a mean accuracy from 0 to 100 % and its standard error, got {pair!r}"
        )
    return values.tolist()


def _summary(results):
    rows = []
    for size, row in results.items():
        shares = ", ".join(
            f"{'hard labels' if setting == HARD else f'T = {number(setting)}'} {mean:.1f} ± {error:.1f} %"
            for setting, (mean, error) in row.items()
        )
        rows.append(f"with {size} images {shares}")
    return f"Test accuracy of students, mean and standard error: {'; '.join(rows)}."


def _draw(sizes, temperatures, hard, soft, lowest):
    from tempcourse.plots import plot_curves

    (ax,) = blank_axes(6.4, 4.2)
    means, errors = np.moveaxis(np.array(soft), -1, 0)
    plot_curves(temperatures, means.T, ylabel="accuracy, %", symbol="T", ax=ax)
    for size, line, mean, error, (level, _) in zip(sizes, ax.lines, means, errors, hard, strict=True):
        line.set_label(f"{size} images")
        ax.errorbar(temperatures, mean, error, fmt="o", color=line.get_color())
        ax.axhline(level, color=line.get_color(), linewidth=1, linestyle=":")
    ax.set(ylim=(lowest, 101), xticks=temperatures, title="Soft targets; dotted: hard labels")
    ax.legend(loc="lower right")
    return ax.figure
