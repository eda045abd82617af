"""One temperature for a whole test set: its reliability diagram, its confidences, and two scores over τ."""

import numpy as np
import traitlets

from tempcourse._arguments import read_real
from tempcourse.calibration import (
    expected_calibration_error,
    negative_log_likelihood,
    reliability_curve,
)
from tempcourse.softmax import softmax
from tempcourse.words import percent

from .kit.controls import temperature_slider, temperature_stops
from .kit.explorable import Explorable, View, numbers
from .kit.limits import MAX_CLASSES
from .kit.sources import join_sources
from .kit.stills import blank_axes

MAX_EXAMPLES = 2000
BINS = 15
DIGITS = 3  # decimals of the logits that a page carries


class CalibrationView(View):
    """A reliability diagram at one temperature, and the curves of NLL and ECE over all of them."""

    _esm = join_sources("explore_calibration.js")

    logits = traitlets.List(help="a row an example").tag(sync=True)
    labels = traitlets.List().tag(sync=True)
    bins = traitlets.Int(BINS).tag(sync=True)
    temperatures = numbers()
    temperature_index = traitlets.Int().tag(sync=True)


def explore_calibration(logits, labels):
    """Return an explorable of how a temperature calibrates a classifier.

    A reliability diagram in 15 bins and a histogram of confidence at one temperature, beside the negative
    log-likelihood (NLL) and the expected calibration error (ECE) at every one. The temperature that is best is
    not marked until the reader asks for it.

    The logits are stored with the page, rounded to 3 decimals. All numbers shown are those of the rounded ones.

    Parameters
    ----------
    logits : array_like, real, shape (n, k)
        Finite, a row for each of n ≤ 2000 examples and a column for each of 2 ≤ k ≤ 12 classes.
    labels : array_like of int, shape (n,)
        From 0 to k − 1.

    Returns
    -------
    Explorable
        Its control is ``"temperature"``.

    Raises
    ------
    ValueError
        For logits or labels other than these.
    TypeError
        If the logits are not real numbers.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger (2017), "On calibration of modern neural networks".

    Examples
    --------
    >>> explore_calibration([[2.0, 0.0], [0.0, 2.0], [2.0, 0.0]], [0, 1, 1]).controls["temperature"].value
    1.0
    """
    logits, labels = _checked_examples(logits, labels)
    stops = temperature_stops(-1, 1, per_decade=40, digits=3)
    view = CalibrationView(
        "explore_calibration",
        (logits.tolist(), labels.tolist()),
        {"temperature_index": stops.index(1.0)},
        logits=logits.tolist(),
        labels=labels.tolist(),
        temperatures=stops,
    )
    controls = {"temperature": temperature_slider(stops, view.temperature_index)}
    return Explorable(view, controls, summary=_summary(logits, labels), draw=lambda: _draw(logits, labels))


def _checked_examples(logits, labels):
    """Return logits, rounded, and labels as arrays."""
    negative_log_likelihood(logits, labels)  # names shapes that do not fit, and labels out of range
    rows = read_real(logits, "logits")[0].astype(float)
    examples, classes = rows.shape
    if examples > MAX_EXAMPLES or not 2 <= classes <= MAX_CLASSES:
        raise ValueError(
            f"logits must have up to {MAX_EXAMPLES} rows and 2 to {MAX_CLASSES} columns to be stored with a page, "
            f"got shape {rows.shape}"
        )
    if not np.isfinite(rows).all():
        raise ValueError(f"logits must be finite, got {rows[~np.isfinite(rows)][0]}")
    return rows.round(DIGITS) + 0.0, np.asarray(labels)  # + 0.0: no −0


def _summary(logits, labels):
    p = softmax(logits)
    confidence, accuracy = p.max(axis=-1).mean(), np.mean(logits.argmax(axis=-1) == labels)
    ece = expected_calibration_error(p, labels, bins=BINS)
    return (
        f"Reliability of {len(labels)} predictions at temperature 1: mean confidence {percent(confidence)}, "
        f"accuracy {percent(accuracy)}, expected calibration error {percent(ece)}, "
        f"negative log-likelihood {negative_log_likelihood(logits, labels):.3f} nats. "
        "The accuracy is the same at every temperature."
    )


def _draw(logits, labels):
    from tempcourse.plots import plot_curves, plot_reliability

    p, temperatures = softmax(logits), np.geomspace(0.1, 10, 81)
    curve = reliability_curve(p, labels, bins=BINS)
    nll = [negative_log_likelihood(logits, labels, T) for T in temperatures]
    ece = [expected_calibration_error(softmax(logits, T), labels, bins=BINS) for T in temperatures]
    left, above, below = blank_axes(6.4, 8.4, rows=3)
    plot_reliability(curve.confidence, curve.accuracy, curve.count, title="Reliability at τ = 1", ax=left)
    plot_curves(temperatures, nll, ylabel="NLL, nats", ax=above)
    above.set_ylim(0, 1.5 * max(np.log(logits.shape[1]), nll[40]))  # towards τ = 0 it rises without end
    plot_curves(temperatures, ece, ylabel="ECE", ax=below)
    return left.figure
