r"""Softmax with a temperature, its logarithm, and the entropies that temperature moves.

Throughout, ``z`` are logits, τ is the temperature and

.. math:: p_i = \frac{\exp(z_i / \tau)}{\sum_j \exp(z_j / \tau)}.

Infinite logits are settled first and the temperature second: a logit of −∞ is a mask and gets exactly 0 at
every temperature, logits of +∞ share everything at every temperature. The limits of the temperature are
values: τ = 0 shares everything between the largest logits, τ = ∞ between all that are not masked.

Integers compute in float64, float16 computes in float32 and is returned; every other floating type stays.
"""

import math

import numpy as np

from tempcourse._arguments import (
    axis_moved,
    read_distributions,
    read_number,
    read_real,
    read_rows,
    read_two_distributions,
)

__all__ = [
    "effective_choices",
    "entropy",
    "entropy_slope",
    "kl_divergence",
    "log_softmax",
    "logsumexp",
    "softmax",
    "temperature_for_entropy",
    "temperature_for_top_probability",
]

# Rows are worked on in blocks of at most this many numbers, so that each step finds them in the cache.
BLOCK_SIZE = 1 << 16

# While the largest logit is below this, no gap under it overflows: half the spacing of float32 numbers at the
# end of their range is more, and that of float64 numbers far more.
HUGE = 1e30

# Probabilities this near to each other, relatively, are compared by a series, which 13 terms end at rounding.
NEAR = 0.05

# How far a target may lie from the end of its range and still be that end, in relative spacings of its type.
SPACINGS = 4


@np.errstate(all="ignore")  # to underflow to 0, or overflow to −∞ before exp, is what is meant
def softmax(logits, temperature=1.0, *, axis=-1, out=None):
    r"""Return the probabilities that logits have at a temperature.

    .. math:: p_i = \frac{\exp(z_i / \tau)}{\sum_j \exp(z_j / \tau)}

    Computed with the largest logit subtracted, which changes nothing on paper and keeps exp from overflowing,
    and divided by τ only afterwards, since large logits lose their low digits to the division.

    Parameters
    ----------
    logits : array_like, real
        Scores; shape ``(..., n)`` for the default axis. A logit of −∞ is a mask.
    temperature : float or array_like, default 1.0
        τ ≥ 0, 0 and ∞ included. An array broadcasts against the logits, with length 1 along `axis`: shape
        ``(rows, 1)`` gives each row its own temperature, or one row of logits a row for each temperature.
    axis : int, default -1
        The axis whose entries sum to 1.
    out : ndarray, optional
        Where the result is written, of its very shape and dtype. It may be `logits` itself.

    Returns
    -------
    ndarray
        Probabilities, of the shape that `logits` and `temperature` broadcast to.

    Raises
    ------
    ValueError
        If a temperature is negative or nan or varies along `axis`, if a logit is nan, if the axis is empty or
        holds −∞ only, or if `out` has the wrong shape or dtype. What is then in `out` is undefined.
    TypeError
        If an argument is not real numbers.

    References
    ----------
    Blanchard, Higham, Higham (2021), "Accurately computing the log-sum-exp and softmax functions".

    Examples
    --------
    >>> softmax([2.0, 1.0, 0.5, 0.1]).round(3)
    array([0.575, 0.211, 0.128, 0.086])
    >>> softmax([2.0, 1.0, 0.5, 0.1], temperature=0)
    array([1., 0., 0., 0.])
    >>> softmax([2.0, 1.0, 0.5, -np.inf], temperature=np.inf).round(3)
    array([0.333, 0.333, 0.333, 0.   ])
    """
    z, tau, axis, dtype = read_rows(logits, temperature, axis)
    if z.ndim == 1 and out is None:
        return _softmax_of_block(z, tau).astype(dtype, copy=False)
    shape = axis_moved(z, -1, axis).shape
    if out is None:
        out = np.empty(shape, dtype)
    else:
        _check_out(out, shape, dtype)
        if out is not logits and np.may_share_memory(out, z):
            z = z.copy()
    _fill_softmax(z, tau, axis_moved(out, axis, -1))
    return out


@np.errstate(all="ignore")
def log_softmax(logits, temperature=1.0, *, axis=-1):
    r"""Return the logarithms of the probabilities that logits have at a temperature.

    .. math:: \log p_i = \frac{z_i}{\tau} - \log \sum_j \exp(z_j / \tau)

    Computed from the gaps below the largest logit, whose own term, exp(0) = 1, is left to log1p: so a
    probability close to 1 keeps all digits of its logarithm, where ``log(softmax(z))`` rounds it to 0.

    Parameters
    ----------
    logits, temperature, axis
        As for `softmax`.

    Returns
    -------
    ndarray
        Log-probabilities in nats, at most 0; −∞ where the probability is exactly 0.

    Raises
    ------
    ValueError, TypeError
        As for `softmax`.

    Examples
    --------
    >>> print(f"{log_softmax([40, 0])[0]:.4g}")
    -4.248e-18
    """
    z, tau, axis, dtype = read_rows(logits, temperature, axis)
    gaps = scaled_gaps(z, tau)
    log_p = gaps - np.log1p(_sum_of_the_others(gaps))
    return axis_moved(log_p, -1, axis).astype(dtype, copy=False)


@np.errstate(all="ignore")
def logsumexp(logits, temperature=1.0, *, axis=-1):
    r"""Return the soft maximum of logits, τ times the log of their summed exponentials.

    .. math:: \tau \log \sum_j \exp(z_j / \tau) = \max z + \tau \log \sum_j \exp((z_j - \max z) / \tau)

    It is the maximum at τ = 0, lies at most τ log n above it, and its gradient is softmax(z, τ).

    Parameters
    ----------
    logits, temperature, axis
        As for `softmax`.

    Returns
    -------
    float or ndarray
        The soft maxima, in the logits' unit, without `axis`. At τ = ∞ it is ∞, but for a single logit that is
        not masked, which is its own soft maximum at every temperature.

    Raises
    ------
    ValueError, TypeError
        As for `softmax`.

    Examples
    --------
    >>> print(logsumexp([1000.0, 1000.0]).round(3))
    1000.693
    >>> print(logsumexp([1.0, 3.0, 2.0], temperature=0))
    3.0
    """
    z, tau, _, dtype = read_rows(logits, temperature, axis)
    log_sum = np.log1p(_sum_of_the_others(scaled_gaps(z, tau)))
    top = z.max(axis=-1, keepdims=True)
    half = z.dtype.type(0.5)  # halves cannot overflow before the sum does
    above = np.where(log_sum > 0, tau * half * log_sum, 0)
    return np.where(above > 0, (top * half + above) * 2, top)[..., 0].astype(dtype)[()]


@np.errstate(all="ignore")
def entropy(probabilities, *, axis=-1, base=None):
    r"""Return the Shannon entropy of probabilities.

    .. math:: H = -\sum_i p_i \log p_i, \qquad 0 \log 0 = 0

    Parameters
    ----------
    probabilities : array_like, real
        Non-negative, summing to 1 along `axis`; shape ``(..., n)`` for the default axis.
    axis : int, default -1
        The axis that is summed over.
    base : float, optional
        Of the logarithm, greater than 1. The default gives nats, 2 gives bits.

    Returns
    -------
    float or ndarray
        Between 0 and log n, without `axis`.

    Raises
    ------
    ValueError
        If a probability is negative or nan, if they do not sum to 1 within rounding (the square root of the
        type's machine epsilon), or if `base` is not greater than 1.
    TypeError
        If an argument is not real numbers.

    References
    ----------
    Shannon (1948), "A mathematical theory of communication".

    Examples
    --------
    >>> print(entropy([0.5, 0.25, 0.25, 0.0], base=2))
    1.5
    """
    p, dtype = read_distributions(probabilities, "probabilities", axis)
    return _summed(-p * _log(p), base, dtype)


@np.errstate(all="ignore")
def kl_divergence(p, q, *, axis=-1, base=None):
    r"""Return the Kullback–Leibler divergence of q from p.

    .. math:: D(p \,\|\, q) = \sum_i p_i \log \frac{p_i}{q_i}, \qquad 0 \log 0 = 0

    Parameters
    ----------
    p, q : array_like, real
        Distributions along `axis`, of one length; the other axes broadcast.
    axis : int, default -1
        The axis that is summed over.
    base : float, optional
        Of the logarithm, greater than 1. The default gives nats, 2 gives bits.

    Returns
    -------
    float or ndarray
        At least 0, without `axis`; ∞ where some q is 0 and its p is not.

    Raises
    ------
    ValueError, TypeError
        As for `entropy`, and if p and q differ in length or do not broadcast.

    References
    ----------
    Kullback, Leibler (1951), "On information and sufficiency".

    Examples
    --------
    >>> print(kl_divergence([0.5, 0.5], [0.25, 0.75], base=2).round(4))
    0.2075
    >>> print(kl_divergence([0.5, 0.5], [1.0, 0.0]))
    inf
    """
    p, q, dtype = read_two_distributions(p, q, axis)
    # Both sum to 1, so q − p adds nothing; with it no term is negative, and none is lost where p and q are close.
    terms = np.where((p > 0) & (q == 0), math.inf, p * (_log(p) - _log(q)) + (q - p))
    near = abs(p - q) < NEAR * q
    terms[near] = (q * _excess((p - q) / q))[near]
    return _summed(terms, base, dtype)


@np.errstate(all="ignore")
def effective_choices(probabilities, *, axis=-1):
    r"""Return the effective number of choices, the exponential of the entropy.

    .. math:: N = \exp(H), \qquad 1 \le N \le n

    So many equally likely choices would be as uncertain. Also called perplexity.

    Parameters
    ----------
    probabilities, axis
        As for `entropy`.

    Returns
    -------
    float or ndarray
        Between 1 and n, without `axis`.

    Raises
    ------
    ValueError, TypeError
        As for `entropy`.

    Examples
    --------
    >>> print(effective_choices([0.5, 0.5, 0.0, 0.0]))
    2.0
    """
    return np.exp(entropy(probabilities, axis=axis))


@np.errstate(all="ignore")
def entropy_slope(logits, temperature, *, axis=-1):
    r"""Return how fast the entropy of softmax rises with the temperature.

    .. math:: \frac{dH}{d\tau} = \frac{\operatorname{Var}(z)}{\tau^3} \ge 0

    The variance is taken under softmax(z, τ), of the gaps (z − max z)/τ, which leaves one division by τ:
    neither τ³ nor z² can then overflow.

    Parameters
    ----------
    logits, temperature, axis
        As for `softmax`.

    Returns
    -------
    float or ndarray
        Nats per unit of temperature, at least 0, without `axis`; 0 at τ = 0 and at τ = ∞.

    Raises
    ------
    ValueError, TypeError
        As for `softmax`.

    Examples
    --------
    >>> print(entropy_slope([1.0, 0.0], temperature=0.5).round(4))
    0.8399
    """
    z, tau, _, dtype = read_rows(logits, temperature, axis)
    gaps = scaled_gaps(z, tau)
    p = np.exp(gaps)
    p /= p.sum(axis=-1, keepdims=True)
    gaps[p == 0] = 0  # what has no weight adds nothing, however far below: no 0·∞
    deviations = gaps - (p * gaps).sum(axis=-1, keepdims=True)
    variance = (p * deviations**2).sum(axis=-1, keepdims=True)
    return np.where(variance > 0, variance / tau, 0)[..., 0].astype(dtype)[()]


def temperature_for_entropy(logits, target):
    """Return the temperature at which softmax has a wanted entropy.

    The entropy of softmax never falls as the temperature rises, so bisection finds the place.

    Parameters
    ----------
    logits : array_like, real
        One row of logits, shape ``(n,)``.
    target : float
        The entropy, in nats: from log k at τ = 0, with k logits that tie for the largest, to log m at τ = ∞,
        with m logits that are not masked.

    Returns
    -------
    float
        The temperature; 0 or ∞ for the ends of the range (0 where the two ends meet).

    Raises
    ------
    ValueError
        If no temperature gives the target, or if `logits` is not one row that `softmax` accepts.
    TypeError
        If an argument is not real numbers.

    Examples
    --------
    >>> print(round(temperature_for_entropy([2.0, 1.0, 0.5, 0.1], target=1.0), 4))
    0.8091
    """
    z, target, rounding = _row_and_target(logits, target)

    def entropy_at(temperature):
        return _entropy_of_logarithms(log_softmax(z, temperature))

    _check_reachable(target, entropy_at(0), entropy_at(math.inf), rounding)
    return _temperature_where(entropy_at, target, rounding)


def temperature_for_top_probability(logits, target):
    """Return the temperature at which the most likely class has a wanted probability.

    The top probability of softmax never rises with the temperature, so bisection finds the place.

    Parameters
    ----------
    logits : array_like, real
        One row of logits, shape ``(n,)``.
    target : float
        The probability of the largest logit: from 1/k at τ = 0, with k logits that tie for the largest, down
        to 1/m at τ = ∞, with m logits that are not masked.

    Returns
    -------
    float
        The temperature; 0 or ∞ for the ends of the range (0 where the two ends meet).

    Raises
    ------
    ValueError
        If no temperature gives the target, or if `logits` is not one row that `softmax` accepts.
    TypeError
        If an argument is not real numbers.

    Examples
    --------
    >>> print(round(temperature_for_top_probability([2.0, 1.0, 0.5, 0.1], target=0.73), 4))
    0.6517
    """
    z, target, rounding = _row_and_target(logits, target)

    def surprise_at(temperature):  # −log p rises with τ, and has digits left where p rounds to 1
        return -float(log_softmax(z, temperature).max())

    _check_reachable(target, softmax(z, math.inf).max(), softmax(z, 0).max(), rounding)
    return _temperature_where(surprise_at, -math.log(target), rounding)


def _fill_softmax(z, tau, out):
    """Write softmax over the last axis into `out`, block by block."""
    if z.size > BLOCK_SIZE and z.ndim > 1:
        step = BLOCK_SIZE // z[0].size
        parts = range(len(z)) if step < 2 else (slice(i, i + step) for i in range(0, len(z), step))
        for part in parts:
            _fill_softmax(z[part], tau if isinstance(tau, float) else tau[part], out[part])
    elif out.dtype == z.dtype and out.strides[-1] == out.itemsize:
        _softmax_of_block(z, tau, out)
    else:
        out[...] = _softmax_of_block(z, tau)


def _softmax_of_block(z, tau, out=None):
    p = scaled_gaps(z, tau, out)
    np.exp(p, out=p)
    return np.divide(p, np.add.reduce(p, axis=-1, keepdims=p.ndim > 1), out=p)


def scaled_gaps(z, tau, out=None):
    """Return (z − max z)/τ along the last axis: at most 0, −∞ for what softmax gives nothing, never nan."""
    top = np.maximum.reduce(z, axis=-1, keepdims=z.ndim > 1)
    if not (_all_between(-HUGE, top, HUGE) and _all_between(0, tau, math.inf)):
        return _gaps_at_the_limits(z, tau, top, out)
    gaps = np.subtract(z, top, out=out, order="C")  # a row in one piece is summed pairwise: fast and accurate
    if isinstance(tau, float) and tau == 1:
        return gaps
    return np.divide(gaps, tau, out=gaps)


def _all_between(low, values, high):
    if isinstance(values, np.ndarray):
        return bool(((low < values) & (values < high)).all())
    return low < values < high


def _gaps_at_the_limits(z, tau, top, out):
    """Return what `scaled_gaps` does, for logits that are infinite or huge and temperatures of 0 or ∞."""
    if np.isnan(top).any():
        raise ValueError("logits must not be nan, got nan")
    if (top == -math.inf).any():
        raise ValueError("logits must not all be masked, got a row of -inf only")
    # A gap between huge logits may overflow and yet be small beside a τ above 1: then halve all three.
    half = np.where(np.greater(tau, 1), z.dtype.type(0.5), z.dtype.type(1))
    gaps = np.subtract(np.multiply(z, half, out=out), top * half, out=out, order="C")
    np.copyto(gaps, 0, where=np.isnan(gaps))  # ∞ − ∞: one of the largest
    # A gap of 0 or −∞ is what it is at every temperature: no 0/0 and no ∞/∞.
    return np.divide(gaps, tau * half, out=gaps, where=(gaps < 0) & (gaps > -math.inf))


def _sum_of_the_others(gaps):
    """Return Σ exp(gap) over all of a row but one of its largest, whose exp(0) is 1."""
    others = np.exp(gaps)
    np.put_along_axis(others, gaps.argmax(axis=-1, keepdims=True), 0, axis=-1)
    return others.sum(axis=-1, keepdims=True)


def _check_out(out, shape, dtype):
    if not isinstance(out, np.ndarray):
        raise TypeError(f"out must be an ndarray, got {type(out).__name__}")
    if out.shape != shape or out.dtype != dtype:
        raise ValueError(f"out must have shape {shape} and dtype {dtype}, got {out.shape} and {out.dtype}")


def _log(p):
    """Return log p, and 0 where p is 0: nothing needs that logarithm."""
    return np.log(p, out=np.zeros_like(p), where=p > 0)


def _excess(d):
    """Return (1 + d) log(1 + d) − d by its series, d²/2 − d³/6 + d⁴/12 − …, for d up to `NEAR`."""
    total = np.zeros_like(d)
    for k in range(14, 1, -1):
        total = 1 / (k * (k - 1)) - d * total
    return d * d * total


def _summed(terms, base, dtype):
    """Return the sums of the terms over the last axis, never below 0, in units of log base."""
    unit = 1 if base is None else math.log(read_number(base, "base", 1, above=True))
    return (np.maximum(terms.sum(axis=-1), 0) / unit).astype(dtype)[()]


@np.errstate(all="ignore")
def _entropy_of_logarithms(log_p):
    """Return −Σ p log p from log p, which has digits left where p rounds to 1."""
    p = np.exp(log_p)
    return float(np.sum(-p * log_p, where=p > 0))


def _row_and_target(logits, target):
    """Return one row of logits in float64 and the target as a float, checked, and how far it may be rounded."""
    z, (goal, dtype) = read_real(logits, "logits")[0], read_real(target, "target", kinds="iu")
    if z.ndim != 1:
        raise ValueError(f"logits must be one row, got shape {z.shape}")
    if goal.ndim != 0:
        raise ValueError(f"target must be one number, got shape {goal.shape}")
    return z.astype(np.float64), float(goal), SPACINGS * float(np.finfo(dtype).eps)


def _check_reachable(target, low, high, rounding):
    if not low * (1 - rounding) <= target <= high * (1 + rounding):
        raise ValueError(f"target must be from {low:.6g} to {high:.6g} for these logits, got {target}")


def _temperature_where(rising, wanted, rounding):
    """Return the temperature at which what rises with it has the wanted value, by bisection."""
    if wanted <= rising(0) * (1 + rounding):
        return 0.0
    if wanted >= rising(math.inf) * (1 - rounding):
        return math.inf
    low, high = math.ulp(0.0), float(np.finfo(float).max)
    # The middle of log τ, for τ may have any size; the end is reached when no float lies between.
    while low < (middle := math.sqrt(low) * math.sqrt(high)) < high:
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return high
