r"""Decoding: from next-token logits to a token, by temperature, filters and chance.

A filter takes logits of shape ``(..., n)`` and returns logits of that shape, with the dropped tokens at −∞:
softmax of what it returns is the distribution to draw from. Each row is filtered for itself. A logit of −∞ is a
token dropped before and stays dropped. At least one token is always kept. Where tokens tie, the lowest index goes
first, so that as many are kept as were asked for.

What equals its limit on paper counts as equal: 0.7 + 0.2 reaches 0.9, though in floats its sum falls short. The
allowance is what rounding can do to log-probabilities of the logits' type, and to sums of their exponentials.

Logits count up to a constant, so log-probabilities are logits as good as any: those of a model's state, or those
that a service returns.
"""

import math
import reprlib
from dataclasses import dataclass
from functools import partial
from numbers import Real

import numpy as np

from tempcourse._arguments import (
    check_flag,
    check_rng,
    check_whole,
    read_array,
    read_finite,
    read_number,
    read_real,
    read_rows,
    refuse,
)
from tempcourse.softmax import entropy, log_softmax, scaled_gaps, softmax

__all__ = [
    "LLAMA_CPP",
    "TRANSFORMERS",
    "VLLM",
    "Chain",
    "Engine",
    "Joint",
    "chain",
    "joint",
    "min_p",
    "sample",
    "temper",
    "top_k",
    "top_p",
    "typical_p",
]

# Noise is drawn in blocks of about so many numbers.
BLOCK_SIZE = 1 << 18


@np.errstate(all="ignore")
def temper(logits, temperature):
    r"""Return logits divided by the temperature.

    .. math:: z'_i = \frac{z_i - \max z}{\tau}

    Softmax of the result is softmax of the logits at τ. The largest logit is subtracted, which changes nothing in
    softmax, for what is divided first loses digits, or overflows.

    Parameters
    ----------
    logits : array_like, real
        Shape ``(..., n)``; −∞ is a mask.
    temperature : float or array_like
        τ ≥ 0, 0 and ∞ included: at 0 the largest logits become 0 and the others −∞, at ∞ all that are not masked
        become 0. An array broadcasts as in `tempcourse.softmax.softmax`: shape ``(rows, 1)`` is one a row.

    Returns
    -------
    ndarray
        Logits of at most 0, of the shape that `logits` and `temperature` broadcast to.

    Raises
    ------
    ValueError, TypeError
        As `tempcourse.softmax.softmax` does.

    Examples
    --------
    >>> temper([2.0, 1.0, 0.5, -np.inf], 0.5)
    array([  0.,  -2.,  -3., -inf])
    >>> temper([2.0, 1.0, 0.5, -np.inf], 0)
    array([  0., -inf, -inf, -inf])
    """
    z, tau, _, dtype = read_rows(logits, temperature, axis=-1)
    gaps = scaled_gaps(z, tau)
    if np.isinf(tau).any():
        gaps += 0  # a gap over infinity is −0
    return gaps.astype(dtype, copy=False)


def top_k(logits, k, *, ties=False):
    """Keep the k largest logits.

    Softmax of the result is the distribution given that one of the k most likely tokens comes. A temperature
    between 0 and ∞ keeps the order of the logits, so it makes no difference whether it comes before or after.

    Parameters
    ----------
    logits : array_like, real
        Shape ``(..., n)``; −∞ is a mask.
    k : int or array_like of int
        At least 1; an array broadcasts to one a row, shape ``(..., 1)``. If there are no more than k tokens, all are
        kept.
    ties : bool, default False
        Whether all tokens that tie with the k-th are kept, and so more than k, as some engines do.

    Returns
    -------
    ndarray
        The logits, −∞ for those that are dropped.

    Raises
    ------
    ValueError
        If `k` is not a whole number of at least 1, or does not broadcast to the rows; if `ties` is no bool; or if a
        row of logits holds nan or −∞ only.
    TypeError
        If `logits` is not real numbers.

    References
    ----------
    Fan, Lewis, Dauphin (2018), "Hierarchical neural story generation".

    Examples
    --------
    >>> top_k([2.0, 1.0, 0.5, 0.1], 2)
    array([  2.,   1., -inf, -inf])
    >>> top_k([2.0, 1.0, 1.0, 0.1], 2, ties=True)
    array([  2.,   1.,   1., -inf])
    """
    check_flag(ties, "ties")
    z, dtype = _logits(logits)
    count = _counts(k, "k", z)
    rows = zip(z.reshape(-1, z.shape[-1]), count.flat, strict=True)
    last = np.array([_kth_largest(row, k) for row, k in rows], z.dtype).reshape(count.shape)
    return _dropped(z, z >= last if ties else _the_smallest(-z, -last, count), dtype)


def top_p(logits, p, *, at_least=1):
    r"""Keep the fewest most likely tokens whose probabilities sum to at least p, the nucleus.

    A temperature moves the probabilities, so before and after it are two different filters.

    Parameters
    ----------
    logits : array_like, real
        Shape ``(..., n)``; −∞ is a mask.
    p : float or array_like of float
        Above 0 and at most 1, where 1 keeps all; an array broadcasts to one a row, shape ``(..., 1)``.
    at_least : int or array_like of int, default 1
        How many tokens are kept whatever their probabilities, as `p` one or one a row.

    Returns
    -------
    ndarray
        The logits, −∞ for those that are dropped.

    Raises
    ------
    ValueError
        If `p` is not above 0 and at most 1, if `at_least` is not a whole number of at least 1, if one of them does
        not broadcast to the rows, or if a row of logits holds nan or −∞ only.
    TypeError
        If `logits` is not real numbers.

    References
    ----------
    Holtzman, Buys, Du, Forbes, Choi (2020), "The curious case of neural text degeneration".

    Examples
    --------
    >>> top_p(np.log([0.5, 0.25, 0.15, 0.1]), 0.7).round(3)
    array([-0.693, -1.386,   -inf,   -inf])
    """
    z, dtype = _logits(logits)
    p, at_least = _shares(p, z), _counts(at_least, "at_least", z)
    falling = np.sort(-z, axis=-1)
    count = _how_many(softmax(-falling), p, at_least, dtype)
    return _dropped(z, _the_smallest(-z, np.take_along_axis(falling, count - 1, axis=-1), count), dtype)


@np.errstate(all="ignore")
def min_p(logits, p, *, at_least=1):
    r"""Keep the tokens that are at least p times as likely as the most likely one.

    .. math:: p_i \ge p \max_j p_j \quad \Leftrightarrow \quad z_i - \max z \ge \log p

    So m before a temperature is m^(1/τ) after it.

    Parameters
    ----------
    logits : array_like, real
        Shape ``(..., n)``; −∞ is a mask.
    p : float or array_like of float
        Above 0 and at most 1, where 1 keeps the largest logits only; an array broadcasts to one a row, shape
        ``(..., 1)``.
    at_least : int or array_like of int, default 1
        How many tokens are kept whatever their probabilities, as `p` one or one a row.

    Returns
    -------
    ndarray
        The logits, −∞ for those that are dropped.

    Raises
    ------
    ValueError
        If `p` is not above 0 and at most 1, if `at_least` is not a whole number of at least 1, if one of them does
        not broadcast to the rows, or if a row of logits holds nan or −∞ only.
    TypeError
        If `logits` is not real numbers.

    References
    ----------
    Nguyen et al. (2024), "Turning up the heat: min-p sampling for creative and coherent LLM outputs"; disputed by
    Schaeffer et al. (2025), arXiv 2506.13681.

    Examples
    --------
    >>> min_p(np.log([0.5, 0.25, 0.15, 0.1]), 0.4).round(3)
    array([-0.693, -1.386,   -inf,   -inf])
    """
    z, dtype = _logits(logits)
    least, at_least = np.log(_shares(p, z)), _counts(at_least, "at_least", z)
    rounding = np.finfo(dtype).eps * (math.log(z.shape[-1]) - least)  # an eps of two log-probabilities that far apart
    keep = scaled_gaps(z, 1.0) >= least - rounding
    if at_least.max(initial=1) > 1:
        keep |= top_k(z, at_least) > -math.inf
    return _dropped(z, keep, dtype)


@np.errstate(all="ignore")
def typical_p(logits, p, *, at_least=1):
    r"""Keep the fewest tokens of the most typical surprise whose probabilities sum to at least p.

    .. math:: \left| -\log p_i - H \right|

    is how far the surprise of a token lies from the entropy, the mean surprise: those with the smallest distance
    are kept first. So the most likely token may be dropped.

    Parameters
    ----------
    logits : array_like, real
        Shape ``(..., n)``; −∞ is a mask.
    p : float or array_like of float
        Above 0 and at most 1, where 1 keeps all; an array broadcasts to one a row, shape ``(..., 1)``.
    at_least : int or array_like of int, default 1
        How many tokens are kept whatever their probabilities, as `p` one or one a row.

    Returns
    -------
    ndarray
        The logits, −∞ for those that are dropped.

    Raises
    ------
    ValueError
        If `p` is not above 0 and at most 1, if `at_least` is not a whole number of at least 1, if one of them does
        not broadcast to the rows, or if a row of logits holds nan or −∞ only.
    TypeError
        If `logits` is not real numbers.

    References
    ----------
    Meister, Pimentel, Wiher, Cotterell (2023), "Locally typical sampling".

    Examples
    --------
    >>> typical_p(np.log([0.5, 0.25, 0.15, 0.1]), 0.2).round(3)
    array([  -inf, -1.386,   -inf,   -inf])
    """
    z, dtype = _logits(logits)
    p, at_least = _shares(p, z), _counts(at_least, "at_least", z)
    log_p = log_softmax(z.astype(np.float64))
    probabilities = np.exp(log_p)
    H = entropy(probabilities)[..., np.newaxis]
    order = _ordered(abs(log_p + H), 1 + H)
    count = _how_many(np.take_along_axis(probabilities, order, axis=-1), p, at_least, dtype)
    keep = np.empty(z.shape, bool)
    np.put_along_axis(keep, order, np.arange(z.shape[-1]) < count, axis=-1)
    return _dropped(z, keep, dtype)


@dataclass(frozen=True, repr=False)
class Chain:
    """Filters that are applied from left to right; made by `chain`."""

    #: Functions of logits, or pairs of a function and its setting.
    filters: tuple

    def __call__(self, logits):
        """Return the logits after all filters."""
        for each in self.filters:
            logits = each(logits) if callable(each) else each[0](logits, each[1])
        return logits

    def __repr__(self):
        return " → ".join(map(_name, self.filters)) or "keep all"


def chain(*filters):
    """Return the filter that applies filters from left to right.

    Parameters
    ----------
    *filters : callable or (callable, setting)
        Each is a function of logits, or a pair of a function of logits and a setting, and its setting.

    Returns
    -------
    Chain
        A function of logits. It prints as what it does.

    Raises
    ------
    TypeError
        If a filter is neither.

    Examples
    --------
    >>> warm_nucleus = chain((temper, 0.7), (top_p, 0.9))
    >>> warm_nucleus
    temper(0.7) → top_p(0.9)
    >>> warm_nucleus([2.0, 1.0, 0.5, 0.1]).round(2)
    array([ 0.  , -1.43, -2.14,  -inf])
    """
    for each in filters:
        if not (callable(each) or (isinstance(each, tuple) and len(each) == 2 and callable(each[0]))):
            raise TypeError(f"filters must be functions or pairs of a function and its setting, got {each!r}")
    return Chain(filters)


class Joint(Chain):
    """Filters that all judge the same logits; made by `joint`."""

    def __call__(self, logits):
        """Return the logits of the tokens that every filter keeps; if there is none, of the largest logit alone."""
        z, dtype = _logits(logits)
        keep = np.logical_and.reduce([Chain((each,))(z) > -math.inf for each in self.filters])
        return _dropped(z, np.where(keep.any(axis=-1, keepdims=True), keep, top_k(z, 1) > -math.inf), dtype)

    def __repr__(self):
        return f"({' ∧ '.join(map(_name, self.filters))})"


def joint(*filters):
    """Return the filter that keeps what each of several filters keeps, all of them judging the same logits.

    In a chain a later filter sees what the earlier ones have left, with its probabilities raised. Jointly, each sees
    all. So SGLang 0.5.23 applies top-k and top-p where no min-p is asked for; with min-p it chains the three.

    Parameters
    ----------
    *filters : callable or (callable, setting)
        As for `chain`, one or more.

    Returns
    -------
    Joint
        A function of logits, which can be a filter of a chain.

    Raises
    ------
    TypeError
        If a filter is neither.
    ValueError
        If there is none.

    Examples
    --------
    >>> z = np.log([0.4, 0.3, 0.2, 0.1])
    >>> both = joint((top_k, 3), (top_p, 0.75))
    >>> print(both, "keeps", np.isfinite(both(z)).sum())
    (top_k(3) ∧ top_p(0.75)) keeps 3
    >>> one_by_one = chain((top_k, 3), (top_p, 0.75))
    >>> print(one_by_one, "keeps", np.isfinite(one_by_one(z)).sum())
    top_k(3) → top_p(0.75) keeps 2
    """
    if not filters:
        raise ValueError("filters must be one or more, got none")
    return Joint(chain(*filters).filters)


@dataclass(frozen=True, eq=False, repr=False)
class Engine:
    """How a version of an engine applies temperature and filters; call it with settings for the chain.

    It prints its order, and the defaults that it has for what is not set: these are often not off. Here, what is not
    set is off; ``engine(**engine.defaults)`` is the chain of the defaults.

    Examples
    --------
    >>> LLAMA_CPP(temperature=0.7, top_p=0.9, min_p=0.05)
    top_p(0.9) → min_p(0.05) → temper(0.7)
    >>> VLLM(temperature=0.7, top_p=0.9, min_p=0.05)
    temper(0.7) → min_p(0.05) → top_p(0.9)
    >>> TRANSFORMERS
    transformers 5.24.0: temper → top_k → top_p → min_p → typical_p; defaults: top_k=50
    """

    #: What the engine is called.
    name: str
    #: The version whose source was read.
    version: str
    #: The names of the filters that it has, first to last.
    order: tuple
    #: What it takes for settings that are left out, where that is not off.
    defaults: dict
    #: Whether it takes the largest logit at a temperature of 0; otherwise it refuses 0.
    greedy: bool
    #: Temperatures above 0 are raised to this.
    coldest: float = 0.0
    #: Temperatures above this are refused.
    hottest: float = math.inf
    #: Whether its top-k keeps all tokens that tie with the k-th.
    ties: bool = False

    def __call__(self, *, temperature=1.0, top_k=None, top_p=None, min_p=None, typical_p=None):
        """Return the engine's chain for its settings.

        Parameters
        ----------
        temperature : float, default 1.0
            τ ≥ 0; 1 leaves the step out.
        top_k, top_p, min_p, typical_p
            As for the filters of these names. None leaves the step out, and so do the engines' own words for that:
            0 and −1 for top-k, 0 for min-p, 1 for the others.

        Returns
        -------
        Chain
            The steps in the engine's order. At 0, an engine that begins with the temperature has no other step.

        Raises
        ------
        ValueError
            If the engine does not take this temperature or has no such filter, or if the filter does not take the
            setting.
        """
        tau = read_number(temperature, "temperature", 0, self.hottest, above=not self.greedy, where=f" in {self.name}")
        settings = {"top_k": top_k, "top_p": top_p, "min_p": min_p, "typical_p": typical_p}
        settings = {name: setting for name, setting in settings.items() if not _is_off(name, setting)}
        for name, setting in settings.items():
            if name not in self.order:
                raise ValueError(f"{name} must be None: {self.name} has no such filter, got {reprlib.repr(setting)}")
            if name == "top_k":
                check_whole(setting, name, 1)
            else:
                read_number(setting, name, 0, 1, above=True)
        if tau == 0 and self.order[0] == "temper":
            settings = {}
        if tau != 1:
            settings["temper"] = max(tau, self.coldest) if tau else tau
        filters = {**FILTERS, "top_k": partial(FILTERS["top_k"], ties=True)} if self.ties else FILTERS
        return chain(*((filters[name], settings[name]) for name in self.order if name in settings))

    def __repr__(self):
        defaults = ", ".join(f"{name}={value}" for name, value in self.defaults.items())
        return f"{self.name} {self.version}: {' → '.join(self.order)}; defaults: {defaults or 'all off'}"


FILTERS = {function.__name__: function for function in (temper, top_k, top_p, min_p, typical_p)}

# What engines are told to switch a filter off.
OFF = {"top_k": (0, -1), "top_p": (1,), "min_p": (0,), "typical_p": (1,)}

#: Hugging Face transformers (``generation/utils.py``), with ``do_sample=True``. Top-h before top-k, and ε and η at the
#: end, are left out. A model's ``generation_config.json`` may have other defaults.
TRANSFORMERS = Engine(
    "transformers", "5.24.0", ("temper", "top_k", "top_p", "min_p", "typical_p"), {"top_k": 50}, greedy=False, ties=True
)
#: vLLM (``v1/sample/sampler.py`` and ``sampling_params.py``). Penalties, which come first, are left out. The defaults
#: are those of a model without a ``generation_config.json``. Ties are those of its PyTorch path; its Triton kernel
#: keeps exactly k.
VLLM = Engine(
    "vLLM", "0.33.0", ("temper", "min_p", "top_k", "top_p"), {}, greedy=True, coldest=0.01, hottest=2.0, ties=True
)
#: llama.cpp, as it comes (``common/common.h``): the order is a setting. Penalties, DRY and top-nσ, which come
#: first, XTC before the temperature, and mirostat, which replaces all, are left out. At 0 it takes the largest logit
#: that the filters have left, which typical-p may have taken from the favourite.
LLAMA_CPP = Engine(
    "llama.cpp",
    "0c1e570",
    ("top_k", "typical_p", "top_p", "min_p", "temper"),
    {"temperature": 0.8, "top_k": 40, "top_p": 0.95, "min_p": 0.05},
    greedy=True,
)


def sample(logits, *, rng, size=None, method="inverse_cdf"):
    r"""Draw tokens from softmax of logits.

    The inverse-CDF method takes the first token whose cumulative probability exceeds a uniform number. The
    Gumbel-max method takes the largest of z + g, where

    .. math:: g_i = -\log(-\log u_i)

    with independent uniform numbers u: the two have the same distribution. Both are done in float64, for cumulative
    sums and noise in float32 return tokens that cannot come.

    Parameters
    ----------
    logits : array_like, real
        Shape ``(..., n)``; −∞ is a mask, and never drawn.
    rng : numpy.random.Generator
        The source of randomness.
    size : int or tuple of int, optional
        How many tokens are drawn from each row; the default is one, without an axis of its own.
    method : {"inverse_cdf", "gumbel"}, default "inverse_cdf"
        How. Gumbel-max needs n random numbers a token.

    Returns
    -------
    int or ndarray
        Indices of tokens, of shape `size` followed by that of the rows.

    Raises
    ------
    ValueError
        If `method` is another, if `size` is not whole numbers, if `rng` is no generator, or if a row of logits
        holds nan or −∞ only.
    TypeError
        If `logits` is not real numbers.

    References
    ----------
    Maddison, Tarlow, Minka (2014), "A* sampling", on the Gumbel-max trick.

    Examples
    --------
    >>> sample(np.log([0.5, 0.25, 0.25]), rng=np.random.default_rng(0), size=8)
    array([1, 0, 0, 0, 2, 2, 1, 1])
    """
    if not isinstance(method, str) or method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    check_rng(rng)
    z = temper(logits, 1.0).astype(np.float64)
    rows = z.reshape(-1, z.shape[-1])
    extra = () if size is None else tuple(np.atleast_1d(read_array(size, "size")).tolist())
    for count in extra:
        check_whole(count, "size", 0)
    drawn = np.empty((*extra, len(rows)), np.intp)
    for i, row in enumerate(rows):
        drawn[..., i] = METHODS[method](row, extra, rng)
    return drawn.reshape(extra + z.shape[:-1])[()]


def _inverse_cdf(row, size, rng):
    """Draw from one row: the first index whose cumulative probability exceeds a uniform number."""
    total = np.cumsum(softmax(row))
    return np.searchsorted(total, _below(total[-1], rng.random(size)), side="right")


def _gumbel_max(row, size, rng):
    """Draw from one row: the largest logit after Gumbel noise is added."""
    drawn = np.empty(size, np.intp)
    flat, step = drawn.reshape(-1), max(1, BLOCK_SIZE // len(row))
    for i in range(0, flat.size, step):
        part = flat[i : i + step]
        part[...] = (row + rng.gumbel(size=(part.size, len(row)))).argmax(axis=-1)
    return drawn


def draw(cumulative, rows, rng):
    """Draw a column for each row that is named: the first whose cumulative probability exceeds a uniform number."""
    keys = _below(cumulative[rows, -1], rng.random(len(rows)))
    low, size = np.zeros(len(rows), np.intp), cumulative.shape[1]
    while size > 1:  # bisection in all rows at once
        half = size // 2
        low += half * (cumulative[rows, low + half - 1] <= keys)
        size -= half
    return low


def _below(total, uniform):
    """Return uniform numbers scaled to [0, total), of which none is rounded up to the total."""
    return np.minimum(uniform * total, np.nextafter(total, 0))


METHODS = {"inverse_cdf": _inverse_cdf, "gumbel": _gumbel_max}


def _logits(logits):
    """Return logits as a floating array and the dtype of the result, checked."""
    z, dtype = read_real(logits, "logits")
    if z.ndim == 0 or z.shape[-1] == 0:
        raise ValueError(f"logits must have at least one entry along the last axis, got shape {z.shape}")
    largest = z.max(axis=-1)
    if np.isnan(largest).any():
        raise ValueError("logits must not be nan, got nan")
    if (largest == -math.inf).any():
        raise ValueError("logits must not all be masked, got a row of -inf only")
    return z, dtype


def _shares(p, z):
    """Return p for each row of logits, shape (..., 1)."""
    if isinstance(p, list | tuple | np.ndarray) and np.ndim(read_array(p, "p")):
        p = read_finite(p, "p", kinds="iu")
        refuse(p, ~((p > 0) & (p <= 1)), "p", "above 0 and at most 1")
    else:
        p = read_number(p, "p", 0, 1, above=True)
    return _one_a_row(p, "p", z)


def _counts(count, name, z):
    """Return a whole number of at least 1 for each row of logits, shape (..., 1)."""
    counts = read_array(count, name) if isinstance(count, list | tuple | np.ndarray) else np.array(count, object)
    for each in counts.flat:
        check_whole(each, name, 1)
    most = [min(int(each), z.shape[-1]) for each in counts.flat]  # a larger one might not fit an integer of NumPy's
    return _one_a_row(np.array(most, np.intp).reshape(counts.shape), name, z)


def _one_a_row(values, name, z):
    try:
        return np.broadcast_to(values, (*z.shape[:-1], 1))
    except ValueError:
        shape, rows = np.shape(values), (*z.shape[:-1], 1)
        raise ValueError(f"{name} must be one number or broadcast to one a row, shape {rows}, got {shape}") from None


def _kth_largest(row, k):
    """Return the k-th largest entry of a row.

    It is at least the k-th largest of the maxima of any parts of the row, so in a long row only the few entries that
    reach that one need be sorted.
    """
    parts = 8 * k
    width = row.size // parts
    if width >= 8:
        maxima = row[: parts * width].reshape(parts, width).max(axis=1)
        row = row[row >= np.partition(maxima, -k)[-k]]
    return np.partition(row, -k)[-k]


def _the_smallest(keys, last, count):
    """Tell which `count` keys of each row are the smallest, the largest of these being `last`.

    Of keys that tie for the last place, the first ones are.
    """
    keep = keys <= last
    for row in map(tuple, np.argwhere(keep.sum(axis=-1) > count[..., 0])):
        ties = np.flatnonzero(keys[row] == last[row])
        keep[row][ties[count[row][0] - keep[row].sum() :]] = False  # as many of the last ties as are too many
    return keep


def _how_many(probabilities, p, at_least, dtype):
    """Return the least number, in each row, of the first probabilities that sum to p, but for rounding; all for 1."""
    n = probabilities.shape[-1]
    # Rounding moves a log-probability by eps/2 of itself at most, and −Σ p log p is at most log n. So do the gaps.
    rounding = np.finfo(dtype).eps * (2 + math.log(n)) + np.finfo(np.float64).eps * n
    total = np.cumsum(probabilities, axis=-1, dtype=np.float64)
    count = np.maximum(1 + (total[..., :-1] < p - rounding).sum(axis=-1, keepdims=True), at_least)
    return np.where(p == 1, n, np.minimum(count, n))


def _ordered(keys, scale):
    """Return the order of the keys in each row, by index where they differ by no more than their rounding.

    The keys are differences of numbers of about a size, `scale`, or of their own if that is larger.
    """
    order = np.argsort(keys, axis=-1, kind="stable")
    rising = np.take_along_axis(keys, order, axis=-1)
    above = np.diff(rising, axis=-1) > 4 * np.finfo(np.float64).eps * (scale + rising[..., :-1])
    ranks = np.zeros(keys.shape, np.intp)
    np.put_along_axis(ranks, order[..., 1:], np.cumsum(above, axis=-1), axis=-1)
    np.put_along_axis(ranks, order[..., :1], 0, axis=-1)
    return np.argsort(ranks, axis=-1, kind="stable")


def _dropped(z, keep, dtype):
    """Return the logits with −∞ for those that are not kept."""
    return np.where(keep, z, z.dtype.type(-math.inf)).astype(dtype, copy=False)


def _is_off(name, setting):
    """Tell whether a setting leaves its filter out."""
    return setting is None or (isinstance(setting, Real) and not isinstance(setting, bool) and setting in OFF[name])


def _name(each):
    """Return how a filter of a chain is written."""
    if isinstance(each, tuple):
        return f"{getattr(each[0], 'func', each[0]).__name__}({each[1]!r})"
    return repr(each) if isinstance(each, Chain) else getattr(each, "__name__", repr(each))
