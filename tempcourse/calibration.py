r"""Calibration: whether a model's confidence agrees with how often it is right, and the temperature that mends it.

Throughout, ``z`` are logits of shape ``(examples, classes)``, ``y`` the labels, τ is the temperature and
p = softmax(z/τ). The confidence in an example is its largest probability; the example is right if that is its
label's. Where classes tie for the largest, the first of them counts, as for `numpy.argmax`.

Everything is computed in float64.
"""

import math
import reprlib
import warnings
from dataclasses import dataclass
from numbers import Real
from typing import NamedTuple

import numpy as np

from tempcourse._arguments import (
    check_flag,
    check_whole,
    read_array,
    read_distributions,
    read_labels,
    read_real,
    read_temperature,
    refuse,
)
from tempcourse.softmax import log_softmax, softmax

__all__ = [
    "BrierParts",
    "Reliability",
    "brier_decomposition",
    "brier_score",
    "expected_calibration_error",
    "fit_temperature",
    "negative_log_likelihood",
    "reliability_curve",
]


def negative_log_likelihood(logits, labels, temperature=1.0):
    r"""Return the mean surprise at the labels, in nats.

    .. math:: \mathrm{NLL}(\tau) = -\frac{1}{N} \sum_{k=1}^{N} \log p_{k, y_k}, \qquad
              p_k = \operatorname{softmax}(z_k / \tau)

    It is the cross-entropy that classifiers are trained by, and a proper score: in the mean over labels that
    are drawn from some probabilities, nothing scores lower than those very probabilities.

    Parameters
    ----------
    logits : array_like, real
        Shape ``(examples, classes)``. A logit of −∞ is a mask.
    labels : array_like of int
        From 0 to classes − 1, shape ``(examples,)``.
    temperature : float, default 1.0
        τ ≥ 0, 0 and ∞ included.

    Returns
    -------
    float
        At least 0. It is ∞ where a label has probability 0, as at τ = 0 one that is not on top has; at τ = ∞ it is
        log n, with n classes that are not masked.

    Raises
    ------
    ValueError
        If there is no example, if the shapes do not fit, if a label is not a whole number in its range, or if
        the temperature is negative, nan or more than one number.
    TypeError
        If an argument is not real numbers.

    Examples
    --------
    >>> print(round(negative_log_likelihood([[2.0, 1.0], [0.0, 1.0]], [0, 0]), 4))
    0.8133
    >>> print(negative_log_likelihood([[2.0, 1.0], [0.0, 1.0]], [0, 0], temperature=0))
    inf
    """
    z = read_real(logits, "logits")[0].astype(np.float64)
    y = _checked_labels(labels, z, "logits")
    return -float(_of_labels(log_softmax(z, read_temperature(temperature)), y).mean()) + 0.0  # no −0


@dataclass(frozen=True, eq=False)
class Reliability:
    """How often examples of about the same confidence are right, bin by bin; bins with no example are left out."""

    #: The mean confidence in each bin, rising, shape (m,).
    confidence: np.ndarray
    #: The share of its examples that are right, shape (m,).
    accuracy: np.ndarray
    #: How many examples it holds, shape (m,).
    count: np.ndarray


def reliability_curve(probabilities, labels, *, bins=15, equal_mass=False):
    r"""Return how often a model is right, as a function of how confident it is.

    The interval from 0 to 1 is cut into bins of equal width, :math:`(\tfrac{b-1}{B}, \tfrac{b}{B}]`, or at the
    quantiles of the confidences, so that the bins hold about the same number of examples. An edge belongs to the bin
    below it, and a confidence of 1 to the last one. (So it is in the code of Guo and others; torchmetrics 1.9 gives an
    edge to the bin above, and 1 a bin of its own: that matters for a model that rounds.)

    Parameters
    ----------
    probabilities : array_like, real
        Distributions in rows, shape ``(examples, classes)``.
    labels : array_like of int
        From 0 to classes − 1, shape ``(examples,)``.
    bins : int, default 15
        B, at least 1.
    equal_mass : bool, default False
        Whether the bins hold equally many examples, instead of being equally wide. Equal confidences stay in one
        bin, so that there may be fewer bins than were asked for.

    Returns
    -------
    Reliability
        Mean confidence, accuracy and count of each bin that holds an example.

    Raises
    ------
    ValueError
        If there is no example, if the shapes do not fit, if a label is not a whole number in its range, if a row
        is no distribution, if `bins` is not a whole number that is at least 1, or if `equal_mass` is no bool.
    TypeError
        If the probabilities are not real numbers.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger (2017), "On calibration of modern neural networks"; Nixon and others (2019),
    "Measuring calibration in deep learning", for bins of equal mass.

    Examples
    --------
    >>> curve = reliability_curve([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]], [0, 1, 1], bins=5)
    >>> curve.confidence.round(2), curve.accuracy, curve.count
    (array([0.75, 0.9 ]), array([0.5, 1. ]), array([2, 1]))
    """
    confidence, right = _of_the_top(*_checked(probabilities, labels))
    return _in_bins(confidence, right, bins, equal_mass)


def expected_calibration_error(
    probabilities, labels, *, bins=15, equal_mass=False, norm=1, classwise=False, debiased=False
):
    r"""Return how far confidence and accuracy are apart, averaged over bins of confidence.

    .. math:: \mathrm{ECE}_q = \Big( \sum_b \frac{n_b}{N} \left| \mathrm{accuracy}_b - \mathrm{confidence}_b \right|^q
              \Big)^{1/q}

    It depends on the bins, and on few examples it is not 0 even for a model that is calibrated. The debiased error
    takes off the square of each gap what chance adds to it, :math:`\mathrm{accuracy}_b (1 - \mathrm{accuracy}_b) /
    (n_b - 1)`.

    Parameters
    ----------
    probabilities, labels, bins, equal_mass
        As for `reliability_curve`.
    norm : {1, 2, inf}, default 1
        q. 1 is the error that is usually meant; 2 weighs large gaps more; ∞ is the largest gap, which is called the
        maximum calibration error.
    classwise : bool, default False
        Whether to compare *every* class's probability with how often that class came, and to take the mean over the
        classes; otherwise only the largest probability counts.
    debiased : bool, default False
        Whether to take off what chance adds. Only for the norm of 2.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        As for `reliability_curve`; if `norm` is another; if `debiased` is asked for with another norm than 2, or
        where a bin holds a single example, whose chance nobody can estimate.
    TypeError
        If the probabilities are not real numbers.

    References
    ----------
    Naeini, Cooper, Hauskrecht (2015), "Obtaining well calibrated probabilities using Bayesian binning"; with
    these bins, Guo, Pleiss, Sun, Weinberger (2017); class by class, Kull and others (2019), "Beyond temperature
    scaling"; debiased, Kumar, Liang, Ma (2019), "Verified uncertainty calibration".

    Examples
    --------
    Two examples are 0.25 too confident in the mean, one is not confident enough by 0.1:

    >>> probabilities = [[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]]
    >>> print(round(expected_calibration_error(probabilities, [0, 1, 1], bins=5), 4))
    0.2
    >>> print(round(expected_calibration_error(probabilities, [0, 1, 1], bins=5, norm=np.inf), 4))
    0.25
    """
    p, y = _checked(probabilities, labels)
    check_flag(classwise, "classwise")
    check_flag(debiased, "debiased")
    if isinstance(norm, bool) or not isinstance(norm, Real) or norm not in (1, 2, math.inf):
        raise ValueError(f"norm must be 1, 2 or inf, got {reprlib.repr(norm)}")
    if debiased and norm != 2:
        raise ValueError(f"debiased must be False for another norm than 2, got {debiased} for {norm}")
    pairs = ((p[:, c], y == c) for c in range(p.shape[1])) if classwise else [_of_the_top(p, y)]
    return float(np.mean([_gap(_in_bins(*pair, bins, equal_mass), norm, debiased) for pair in pairs]))


def brier_score(probabilities, labels):
    r"""Return the mean squared distance of the probabilities from what came.

    .. math:: \mathrm{BS} = \frac{1}{N} \sum_{k=1}^{N} \sum_i (p_{ki} - \mathbb 1[i = y_k])^2

    A proper score, as the negative log-likelihood is, but never infinite.

    Parameters
    ----------
    probabilities, labels
        As for `reliability_curve`.

    Returns
    -------
    float
        From 0 to 2.

    Raises
    ------
    ValueError, TypeError
        As for `reliability_curve`.

    References
    ----------
    Brier (1950), "Verification of forecasts expressed in terms of probability".

    Examples
    --------
    >>> print(round(brier_score([[0.7, 0.3], [0.4, 0.6]], [0, 0]), 4))
    0.45
    """
    p, y = _checked(probabilities, labels)
    return float(np.square(p - np.eye(p.shape[1])[y]).sum(axis=-1).mean())


class BrierParts(NamedTuple):
    """What the Brier score of the confidences is made of: reliability − resolution + uncertainty + within."""

    #: The mean squared gap between confidence and accuracy, 0 if calibrated.
    reliability: float
    #: The variance of the bins' accuracies, which is what the confidence tells.
    resolution: float
    #: a(1 − a) for the accuracy a of all, which no confidence can change.
    uncertainty: float
    #: What is lost by taking the confidences of a bin as one.
    within: float


def brier_decomposition(probabilities, labels, *, bins=15, equal_mass=False):
    r"""Return the parts of the mean of (confidence − right)².

    .. math:: \frac{1}{N} \sum_k (c_k - r_k)^2 = \sum_b \frac{n_b}{N} (\bar c_b - a_b)^2
              - \sum_b \frac{n_b}{N} (a_b - a)^2 + a (1 - a) + \text{within}

    with the confidences c, r = 1 where the answer is right, otherwise 0, and the mean confidence and the accuracy a
    of each bin and of all. The sum is exact; the last part is 0 if all confidences of a bin are equal.

    Parameters
    ----------
    probabilities, labels, bins, equal_mass
        As for `reliability_curve`.

    Returns
    -------
    BrierParts

    Raises
    ------
    ValueError, TypeError
        As for `reliability_curve`.

    References
    ----------
    Murphy (1973), "A new vector partition of the probability score"; Stephenson, Coelho, Jolliffe (2008), "Two extra
    components in the Brier score decomposition", for what lies within the bins.

    Examples
    --------
    >>> parts = brier_decomposition([[0.8, 0.2], [0.8, 0.2], [0.6, 0.4], [0.6, 0.4]], [0, 0, 0, 1], bins=5)
    >>> print([round(part, 4) + 0 for part in parts])
    [0.025, 0.0625, 0.1875, 0.0]
    """
    confidence, right = _of_the_top(*_checked(probabilities, labels))
    curve = _in_bins(confidence, right, bins, equal_mass)
    share, accuracy = curve.count / len(right), right.mean()
    reliability = share @ np.square(curve.confidence - curve.accuracy)
    resolution = share @ np.square(curve.accuracy - accuracy)
    uncertainty = accuracy * (1 - accuracy)
    within = np.square(confidence - right).mean() - (reliability - resolution + uncertainty)
    return BrierParts(*map(float, (reliability, resolution, uncertainty, within)))


def fit_temperature(logits, labels, *, bounds=(0.05, 20.0)):
    r"""Return the temperature at which labels are least surprising, to be fitted on held-out examples.

    In β = 1/τ the negative log-likelihood is convex, with the derivative

    .. math:: \frac{d\,\mathrm{NLL}}{d\beta}
              = \frac{1}{N} \sum_{k=1}^{N} \left( \langle z_k \rangle - z_{k, y_k} \right),
              \qquad \langle z_k \rangle = \sum_i p_{ki} z_{ki},

    which falls as τ rises. So bisection on log τ finds where it is 0: in the mean over the examples, the expected
    logit is then the label's.

    Parameters
    ----------
    logits : array_like, real
        Finite, shape ``(examples, classes)``.
    labels : array_like of int
        From 0 to classes − 1, shape ``(examples,)``.
    bounds : pair of float, default (0.05, 20.0)
        The lowest and the highest temperature that may be returned, positive and finite.

    Returns
    -------
    float
        The temperature.

    Warns
    -----
    UserWarning
        If the likelihood still rises at a bound, which is then returned. At the lower one nearly every label is on
        top, as on the examples that a network was trained on; at the upper one the logits tell next to nothing.

    Raises
    ------
    ValueError
        If there is no example, if the shapes do not fit, if a logit is not finite, if all logits of each row are
        equal (then every temperature is as good), if a label is not a whole number in its range, or if the bounds
        are not two positive, finite and rising numbers.
    TypeError
        If the logits are not real numbers.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger (2017), "On calibration of modern neural networks".

    Examples
    --------
    Three of four labels are on top, by 2. Odds of 3 : 1 need a gap over τ of log 3:

    >>> tau = fit_temperature([[2.0, 0.0]] * 4, [0, 0, 0, 1])
    >>> print(round(tau, 4), round(2 / np.log(3), 4))
    1.8205 1.8205
    """
    z = read_real(logits, "logits")[0].astype(np.float64)
    y = _checked_labels(labels, z, "logits")
    refuse(z, ~np.isfinite(z), "logits", "finite")
    if (z == z[:, :1]).all():
        raise ValueError("logits must differ within some row, or every temperature is as good")
    low, high = _checked_bounds(bounds)
    scaled = np.ldexp(z, -np.frexp(abs(z).max())[1])  # below 1, to the same digits: only the sign of the slope counts
    above_label = scaled - _of_labels(scaled, y)

    def slope(temperature):
        return (softmax(z, temperature) * above_label).sum(axis=-1).mean()

    if slope(low) < 0:
        return _on_bound(low, "below the lower", "Are these the examples that the network was trained on?")
    if slope(high) > 0:
        return _on_bound(high, "above the upper", "These logits tell next to nothing about these labels.")
    while low < (middle := math.sqrt(low) * math.sqrt(high)) < high:  # until no float lies between
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    return high


def _checked(probabilities, labels):
    """Return distributions in rows, in float64, and their labels."""
    p = read_distributions(probabilities, "probabilities")[0].astype(np.float64)
    return p, _checked_labels(labels, p, "probabilities")


def _of_the_top(p, y):
    """Return the confidence in each example, and whether it is right."""
    return p.max(axis=-1), p.argmax(axis=-1) == y


def _in_bins(confidence, right, bins, equal_mass):
    """Return the curve of any confidences in what came true or not."""
    check_whole(bins, "bins", 1)
    check_flag(equal_mass, "equal_mass")
    inner = np.arange(1, bins)
    if equal_mass:
        edges = np.sort(confidence)[-(-inner * len(confidence) // bins) - 1]  # rounded up
    else:
        edges = inner / bins
    _, bin_of, count = np.unique(np.searchsorted(edges, confidence), return_inverse=True, return_counts=True)
    return Reliability(np.bincount(bin_of, confidence) / count, np.bincount(bin_of, right) / count, count)


def _gap(curve, norm, debiased):
    """Return the mean of a curve's gaps in a norm."""
    gaps = abs(curve.accuracy - curve.confidence)
    if norm == math.inf:
        return gaps.max()
    if debiased:
        if curve.count.min() < 2:
            raise ValueError("bins must be so few that none holds a single example, got one that does")
        squares = gaps**2 - curve.accuracy * (1 - curve.accuracy) / (curve.count - 1)
        return math.sqrt(max(0.0, np.average(squares, weights=curve.count)))
    return np.average(gaps**norm, weights=curve.count) ** (1 / norm)


def _of_labels(rows, labels):
    """Return each row's entry for its label, as a column."""
    return np.take_along_axis(rows, labels[:, np.newaxis], axis=-1)


def _on_bound(bound, where, question):
    message = f"fit_temperature ended at τ = {bound:g}: the likelihood still rises {where} bound. {question}"
    warnings.warn(message, UserWarning, stacklevel=3)
    return bound


def _checked_labels(labels, rows, name):
    """Return labels as an array, one for each of the rows."""
    if rows.ndim != 2 or rows.size == 0:
        raise ValueError(f"{name} must have shape (examples, classes), with one of each or more, got {rows.shape}")
    y = read_array(labels, "labels")
    if y.shape != rows.shape[:1]:
        raise ValueError(f"labels must have one entry for each row of {name}, shape {rows.shape[:1]}, got {y.shape}")
    return read_labels(y, rows.shape[1])


def _checked_bounds(bounds):
    pair = read_real(bounds, "bounds")[0].astype(np.float64)
    if pair.shape != (2,) or not 0 < pair[0] < pair[1] < math.inf:
        raise ValueError(f"bounds must be two positive, finite and rising temperatures, got {bounds}")
    return pair.tolist()
