r"""Decoding: from next-token logits to a token, by temperature, filters and chance.

A filter takes logits of shape ``(..., n)`` and returns logits of that shape, with the dropped tokens at −∞:
softmax of what it returns is the distribution to draw from. Each row is filtered for itself. A logit of −∞ is a
token dropped before and stays dropped. At least one token is always kept. Where tokens tie, the lowest index goes
first, so that as many are kept as were asked for.

What equals its limit on paper counts as equal: 0.7 + 0.2 reaches 0.9, though in floats its sum falls short. The
allowance is what rounding can do to log-probabilities of the logits' type, and to sums of their exponentials.

What moves logits by what is known besides, the text so far or a grammar, is in `tempcourse.penalties`; it comes first.

Logits count up to a constant, so log-probabilities are logits as good as any: those of a model's state, or those
that a service returns.
"""

import math
import reprlib
from dataclasses import dataclass, field
from functools import partial
from numbers import Real

import numpy as np

from tempcourse._arguments import (
    check_flag,
    check_rng,
    check_whole,
    read_array,
    read_finite,
    read_list,
    read_logits,
    read_number,
    read_real,
    read_rows,
    read_signed,
    read_tokens,
    refuse,
)
from tempcourse.penalties import (
    dry_penalty,
    frequency_penalty,
    logit_bias,
    mask,
    presence_penalty,
    read_bias,
    repetition_penalty,
)
from tempcourse.softmax import entropy, log_softmax, scaled_gaps, softmax

__all__ = [
    "LLAMA_CPP",
    "TEXTGEN",
    "TRANSFORMERS",
    "VLLM",
    "Chain",
    "Engine",
    "Joint",
    "Mirostat",
    "chain",
    "dynamic_temperature",
    "epsilon_cutoff",
    "eta_cutoff",
    "joint",
    "min_p",
    "sample",
    "tail_free",
    "temper",
    "top_k",
    "top_n_sigma",
    "top_p",
    "typical_p",
    "xtc",
]

# Noise is drawn in blocks of about so many numbers.
BLOCK_SIZE = 1 << 18
SMALLEST = math.ulp(0.0)


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
    z, dtype = read_logits(logits)
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
    z, dtype = read_logits(logits)
    p, at_least = _shares(p, "p", z), _counts(at_least, "at_least", z)
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
    z, dtype = read_logits(logits)
    least, at_least = np.log(_shares(p, "p", z)), _counts(at_least, "at_least", z)
    rounding = np.finfo(dtype).eps * (math.log(z.shape[-1]) - least)  # an eps of two log-probabilities that far apart
    return _dropped(z, _with_the_first(scaled_gaps(z, 1.0) >= least - rounding, z, at_least), dtype)


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
    z, dtype = read_logits(logits)
    p, at_least = _shares(p, "p", z), _counts(at_least, "at_least", z)
    log_p = log_softmax(z.astype(np.float64))
    probabilities = np.exp(log_p)
    H = entropy(probabilities)[..., np.newaxis]
    order = _ordered(abs(log_p + H), 1 + H)
    count = _how_many(np.take_along_axis(probabilities, order, axis=-1), p, at_least, dtype)
    keep = np.empty(z.shape, bool)
    np.put_along_axis(keep, order, np.arange(z.shape[-1]) < count, axis=-1)
    return _dropped(z, keep, dtype)


@np.errstate(all="ignore")
def top_n_sigma(logits, sigmas, *, at_least=1):
    r"""Keep the tokens whose logits lie no more than n standard deviations below the largest.

    .. math:: z_i \ge \max z - n\,\sigma, \qquad \sigma^2 = \frac{1}{m} \sum_j (z_j - \bar z)^2

    over the m logits that are not masked. In each context this is min-p of exp(−nσ). A temperature divides gaps and
    σ alike, so it makes no difference whether it comes before or after, as long as it lies between 0 and ∞.

    Parameters
    ----------
    logits : array_like, real
        Shape ``(..., n)``; −∞ is a mask, and has no part in σ.
    sigmas : float or array_like of float
        n, at least 0, where 0 keeps the largest logits only and ∞ keeps all; an array broadcasts to one a row, shape
        ``(..., 1)``.
    at_least : int or array_like of int, default 1
        How many tokens are kept whatever their logits, as `sigmas` one or one a row.

    Returns
    -------
    ndarray
        The logits, −∞ for those that are dropped.

    Raises
    ------
    ValueError
        If `sigmas` is below 0, if `at_least` is not a whole number of at least 1, if one of them does not broadcast to
        the rows, or if a row of logits holds nan or −∞ only.
    TypeError
        If `logits` is not real numbers.

    References
    ----------
    Tang, Liu, Xu, Huang (2024), "Top-nσ: not all logits are you need", arXiv 2411.07641, whose code divides by m − 1.

    Examples
    --------
    >>> top_n_sigma([2.0, 1.0, 0.5, 0.1], 2)
    array([  2.,   1., -inf, -inf])
    >>> top_n_sigma([2.0, 1.0, 0.5, 0.1], 1)
    array([  2., -inf, -inf, -inf])
    """
    z, dtype = read_logits(logits)
    sigmas, at_least = _multiples(sigmas, "sigmas", z), _counts(at_least, "at_least", z)
    gaps = scaled_gaps(z.astype(np.float64), 2.0)  # half of them cannot overflow
    here = gaps > -math.inf
    widest = -gaps.min(axis=-1, keepdims=True, where=here, initial=0)
    gaps = np.where(here & (widest > 0), gaps / widest, 0)  # in units of the widest, whatever the temperature
    deviation = gaps.std(axis=-1, keepdims=True, where=here)
    limit = np.where(deviation > 0, sigmas * deviation, 0)
    rounding = np.finfo(dtype).eps * (1 + sigmas) * (1 + math.log(z.shape[-1]) / widest)
    keep = here & ((gaps >= -limit - rounding) | (deviation == 0))
    return _dropped(z, _with_the_first(keep, z, at_least), dtype)


@np.errstate(all="ignore")
def epsilon_cutoff(logits, epsilon, *, at_least=1):
    r"""Keep the tokens that have a probability of at least ε; if there is none, the most likely one.

    .. math:: p_i \ge \varepsilon

    A temperature moves the probabilities, so before and after it are two different filters. Between 0 and ∞ the
    number that is kept may rise and then fall: at 0 one token has all, at ∞ each of n has 1/n.

    Parameters
    ----------
    logits : array_like, real
        Shape ``(..., n)``; −∞ is a mask.
    epsilon : float or array_like of float
        ε, above 0 and at most 1; an array broadcasts to one a row, shape ``(..., 1)``.
    at_least : int or array_like of int, default 1
        How many tokens are kept whatever their probabilities, as `epsilon` one or one a row.

    Returns
    -------
    ndarray
        The logits, −∞ for those that are dropped.

    Raises
    ------
    ValueError
        If `epsilon` is not above 0 and at most 1, if `at_least` is not a whole number of at least 1, if one of them
        does not broadcast to the rows, or if a row of logits holds nan or −∞ only.
    TypeError
        If `logits` is not real numbers.

    References
    ----------
    Hewitt, Manning, Liang (2022), "Truncation sampling as language model desmoothing".

    Examples
    --------
    >>> epsilon_cutoff(np.log([0.5, 0.25, 0.15, 0.1]), 0.2).round(3)
    array([-0.693, -1.386,   -inf,   -inf])
    >>> epsilon_cutoff(np.log([0.5, 0.25, 0.15, 0.1]), 0.6).round(3)
    array([-0.693,   -inf,   -inf,   -inf])
    """
    z, dtype = read_logits(logits)
    least, at_least = np.log(_shares(epsilon, "epsilon", z)), _counts(at_least, "at_least", z)
    return _dropped(z, _with_the_first(_likely(z, least, dtype), z, at_least), dtype)


@np.errstate(all="ignore")
def eta_cutoff(logits, epsilon, *, at_least=1):
    r"""Keep the tokens that have a probability of at least η, which falls as the entropy rises.

    .. math:: p_i \ge \eta = \min(\varepsilon, \sqrt{\varepsilon}\, e^{-H})

    exp(−H) is one over the effective number of choices. The most likely token is always kept, for its probability is
    never below exp(−H).

    Parameters
    ----------
    logits : array_like, real
        Shape ``(..., n)``; −∞ is a mask.
    epsilon : float or array_like of float
        ε, above 0 and at most 1; an array broadcasts to one a row, shape ``(..., 1)``.
    at_least : int or array_like of int, default 1
        How many tokens are kept whatever their probabilities, as `epsilon` one or one a row.

    Returns
    -------
    ndarray
        The logits, −∞ for those that are dropped.

    Raises
    ------
    ValueError
        If `epsilon` is not above 0 and at most 1, if `at_least` is not a whole number of at least 1, if one of them
        does not broadcast to the rows, or if a row of logits holds nan or −∞ only.
    TypeError
        If `logits` is not real numbers.

    References
    ----------
    Hewitt, Manning, Liang (2022), "Truncation sampling as language model desmoothing".

    Examples
    --------
    >>> eta_cutoff(np.log([0.5, 0.25, 0.15, 0.1]), 0.25).round(3)
    array([-0.693, -1.386, -1.897,   -inf])
    """
    z, dtype = read_logits(logits)
    epsilon, at_least = np.log(_shares(epsilon, "epsilon", z)), _counts(at_least, "at_least", z)
    H = entropy(softmax(z.astype(np.float64)))[..., np.newaxis]
    return _dropped(z, _with_the_first(_likely(z, np.minimum(epsilon, epsilon / 2 - H), dtype), z, at_least), dtype)


@np.errstate(all="ignore")
def tail_free(logits, share, *, at_least=1):
    r"""Keep the most likely tokens as far as a share of the bends in their falling probabilities reaches.

    .. math:: b_i = \left| p_{(i)} - 2 p_{(i+1)} + p_{(i+2)} \right|

    are the bends of the sorted probabilities, m − 2 of m. One token is kept, and one more for each i at which the
    first i bends have at most that share of the sum of all. So of a share below 1 the last two tokens are never kept.
    Fewer than three tokens have no bend, and neither have probabilities on a straight line: then all are kept. In
    float16 the bends of a large vocabulary are lost in rounding.

    Parameters
    ----------
    logits : array_like, real
        Shape ``(..., n)``; −∞ is a mask.
    share : float or array_like of float
        Above 0 and at most 1, where 1 keeps all; an array broadcasts to one a row, shape ``(..., 1)``.
    at_least : int or array_like of int, default 1
        How many tokens are kept whatever their probabilities, as `share` one or one a row.

    Returns
    -------
    ndarray
        The logits, −∞ for those that are dropped.

    Raises
    ------
    ValueError
        If `share` is not above 0 and at most 1, if `at_least` is not a whole number of at least 1, if one of them does
        not broadcast to the rows, or if a row of logits holds nan or −∞ only.
    TypeError
        If `logits` is not real numbers.

    References
    ----------
    Bricken (2019), "Tail free sampling", https://www.trentonbricken.com/Tail-Free-Sampling/. Engines keep up to one
    token less or more; this is the number of text-generation-webui and ExLlamaV2.

    Examples
    --------
    >>> tail_free(np.log([0.5, 0.2, 0.15, 0.1, 0.05]), 0.9).round(3)
    array([-0.693,   -inf,   -inf,   -inf,   -inf])
    >>> tail_free(np.log([0.4, 0.35, 0.15, 0.08, 0.02]), 0.7).round(3)
    array([-0.916, -1.05 ,   -inf,   -inf,   -inf])
    """
    z, dtype = read_logits(logits)
    share, at_least = _shares(share, "share", z), _counts(at_least, "at_least", z)
    falling = np.sort(-z, axis=-1)
    count = np.where(share == 1, z.shape[-1], _before_the_tail(-falling, share, dtype))
    count = np.minimum(np.maximum(count, at_least), z.shape[-1])
    return _dropped(z, _the_smallest(-z, np.take_along_axis(falling, count - 1, axis=-1), count), dtype)


@np.errstate(all="ignore")
def xtc(logits, threshold, *, probability, rng, spared=()):
    r"""Now and then, drop all tokens that are likely enough but the least likely of them (exclude top choices).

    With the given probability, of the tokens that have

    .. math:: p_i \ge t

    only the last in the order is kept, with all that are less likely. Where fewer than two reach the threshold t,
    nothing is dropped: so t above 1/2 does nothing. It is the one filter that drops the favourites.

    Parameters
    ----------
    logits : array_like, real
        Shape ``(..., n)``; −∞ is a mask.
    threshold : float or array_like of float
        t, above 0 and at most 1; an array broadcasts to one a row, shape ``(..., 1)``.
    probability : float
        How often it acts, from 0 to 1. Each row has a chance of its own.
    rng : numpy.random.Generator
        The source of randomness: one uniform number a row.
    spared : array_like of int, optional
        Tokens, such as the end of a line or of the text. Where one of them would be dropped, nothing is.

    Returns
    -------
    ndarray
        The logits, −∞ for those that are dropped.

    Raises
    ------
    ValueError
        If `threshold` is not above 0 and at most 1 or does not broadcast to the rows, if `probability` is not from 0 to
        1, if `rng` is no generator, if `spared` are no tokens, or if a row of logits holds nan or −∞ only.
    TypeError
        If `logits` is not real numbers.

    References
    ----------
    Weidmann (2024), "Exclude top choices (XTC)", https://github.com/oobabooga/textgen/pull/6335.

    Examples
    --------
    >>> z = np.log([0.5, 0.25, 0.15, 0.1])
    >>> xtc(z, 0.15, probability=1, rng=np.random.default_rng(0)).round(3)
    array([  -inf,   -inf, -1.897, -2.303])
    >>> xtc(z, 0.15, probability=1, rng=np.random.default_rng(0), spared=[1]).round(3)
    array([-0.693, -1.386, -1.897, -2.303])
    """
    check_rng(rng)
    z, dtype = read_logits(logits)
    likely = _likely(z, np.log(_shares(threshold, "threshold", z)), dtype)
    acts = rng.random(z.shape[:-1])[..., np.newaxis] < read_number(probability, "probability", 0, 1)
    places = np.argsort(np.argsort(-z, axis=-1, kind="stable"), axis=-1, kind="stable")
    dropped = acts & likely & (places < likely.sum(axis=-1, keepdims=True) - 1)
    dropped &= ~dropped[..., read_tokens(spared, "spared", z).ravel()].any(axis=-1, keepdims=True)
    return _dropped(z, ~dropped, dtype)


@np.errstate(all="ignore")
def dynamic_temperature(logits, between, *, exponent=1.0):
    r"""Return logits divided by a temperature that rises with the entropy, each row by its own.

    .. math:: \tau = \tau_0 + (\tau_1 - \tau_0) \left(\frac{H}{\log m}\right)^k

    H is the entropy at 1, and log m the largest that the m tokens which are not masked can have. So a filter that
    comes before changes the temperature, and one token alone has τ₀.

    Parameters
    ----------
    logits : array_like, real
        Shape ``(..., n)``; −∞ is a mask.
    between : (float, float)
        τ₀ and τ₁, at least 0 and finite: the temperatures of a sure and of a clueless model.
    exponent : float, default 1.0
        k, above 0 and finite.

    Returns
    -------
    ndarray
        Logits of at most 0, as of `tempcourse.decoding.temper`.

    Raises
    ------
    ValueError
        If `between` is not two such numbers, if `exponent` is out of its range, or if a row of logits holds nan or −∞
        only.
    TypeError
        If `logits` is not real numbers.

    References
    ----------
    Kalomaze (2024), "Full DynaTemp implementation", https://github.com/LostRuins/koboldcpp/pull/600.

    Examples
    --------
    >>> dynamic_temperature([[9.0, 0.0, 0.0], [0.1, 0.0, 0.0]], (0.5, 2)).round(2)
    array([[  0.  , -17.88, -17.88],
           [  0.  ,  -0.05,  -0.05]])
    """
    z, _ = read_logits(logits)
    if len(between := read_list(between, "between", "two temperatures")) != 2:
        raise ValueError(f"between must be two temperatures, got {reprlib.repr(between)}")
    low, high = (read_number(tau, "between", 0, finite=True) for tau in between)
    exponent = read_number(exponent, "exponent", 0, above=True, finite=True)
    wide = z.astype(np.float64)
    tokens = _unmasked(z).sum(axis=-1, keepdims=True)
    H = entropy(softmax(wide))[..., np.newaxis]
    relative = np.where(tokens > 1, np.minimum(H / np.log(tokens), 1), 0)
    return temper(z, low + (high - low) * relative**exponent)


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
        z, dtype = read_logits(logits)
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
    >>> print(LLAMA_CPP.defaults)
    {'temperature': 0.8, 'top_k': 40, 'top_p': 0.95, 'min_p': 0.05}
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

    def __call__(self, *, temperature=1.0, text=(), rng=None, **settings):
        """Return the engine's chain for its settings.

        Parameters
        ----------
        temperature : float, default 1.0
            τ ≥ 0; 1 leaves the step out.
        text : array_like of int, optional
            The tokens so far, for the penalties.
        rng : numpy.random.Generator, optional
            The source of randomness, for XTC.
        **settings
            By the name of a filter or penalty in the engine's order, as for the function of this name. XTC takes its
            threshold and its probability, ``(0.1, 0.5)``; the dynamic temperature how far it goes below and above
            `temperature`, whose place it takes. None leaves a step out, and so do the engines' own words for that:
            0 and −1 for top-k and top-nσ, 1 for top-p, typical-p, tail-free and the repetition penalty, 0 for the
            others.

        Returns
        -------
        Chain
            The steps in the engine's order. At 0, none that comes after the temperature.

        Raises
        ------
        TypeError
            If there is no such setting.
        ValueError
            If the engine does not take this temperature or has no such filter, or if the filter does not take the
            setting.

        Examples
        --------
        >>> LLAMA_CPP(temperature=0.7, top_n_sigma=1, presence_penalty=0.5, text=[0])
        presence_penalty(0.5) → top_n_sigma(1) → temper(0.7)
        >>> VLLM(temperature=0, presence_penalty=1.5, text=[0])([2.0, 1.0, 0.5, 0.1])
        array([-inf,   0., -inf, -inf])
        """
        tau = read_number(temperature, "temperature", 0, self.hottest, above=not self.greedy, where=f" in {self.name}")
        known = [name for name in LINKS if name != "temper"]  # that is `temperature`
        for name in settings.keys() - set(known):
            raise TypeError(f"settings must be of {', '.join(known)}, got {name}")
        steps = {name: setting for name, setting in settings.items() if not is_off(name, setting)}
        for name, setting in steps.items():
            if name not in self.order:
                raise ValueError(f"{name} must be None: {self.name} has no such filter, got {reprlib.repr(setting)}")
            _check_setting(name, setting)
        if tau != 1:
            steps["temper"] = max(tau, self.coldest) if tau else tau
        if tau == math.inf:
            steps.pop("dynamic_temperature", None)  # ∞ ± any reach is ∞
        elif "dynamic_temperature" in steps:
            reach = steps["dynamic_temperature"]
            steps["dynamic_temperature"] = (max(tau - reach, 0.0), tau + reach)
            steps.pop("temper", None)
        order = self.order[: self.order.index("temper") + 1] if tau == 0 else self.order
        return chain(*(self._step(name, steps[name], text, rng) for name in order if name in steps))

    def _step(self, name, setting, text, rng):
        """Return a filter with what it reads besides its setting, and its setting."""
        function = LINKS[name]
        if name == "xtc":
            return partial(function, probability=setting[1], rng=rng), setting[0]
        if name in TEXTUAL:
            function = partial(function, text=text)
        return (partial(function, ties=True) if name == "top_k" and self.ties else function), setting

    def __repr__(self):
        defaults = ", ".join(f"{name}={value}" for name, value in self.defaults.items())
        return f"{self.name} {self.version}: {' → '.join(self.order)}; defaults: {defaults or 'all off'}"


# What one number sets, and no more than the logits is read.
FILTERS = {
    function.__name__: function
    for function in (
        temper,
        top_k,
        top_p,
        min_p,
        typical_p,
        top_n_sigma,
        epsilon_cutoff,
        eta_cutoff,
        tail_free,
    )
}
# What reads the text so far.
TEXTUAL = {
    function.__name__: function for function in (repetition_penalty, presence_penalty, frequency_penalty, dry_penalty)
}
# All that an engine's chain may have.
LINKS = {
    **FILTERS,
    **TEXTUAL,
    **{function.__name__: function for function in (dynamic_temperature, xtc, logit_bias, mask)},
}

# What engines are told to switch a step off, where that is not 0.
OFF = {
    **dict.fromkeys(("top_k", "top_n_sigma"), (0, -1)),
    **dict.fromkeys(("top_p", "typical_p", "tail_free", "repetition_penalty"), (1,)),
}

# What a setting may be, where it is one number of at least 0: as `read_number` asks for it.
SHARES = ("top_p", "min_p", "typical_p", "epsilon_cutoff", "eta_cutoff", "tail_free")
RANGES = {
    **{name: {"most": 1, "above": True} for name in SHARES},
    "top_n_sigma": {},
    "repetition_penalty": {"above": True, "finite": True},
    "dry_penalty": {"finite": True},
    "dynamic_temperature": {"finite": True},
}

#: Hugging Face transformers (``generation/utils.py``), with ``do_sample=True``. Top-h before top-k is left out. A
#: model's ``generation_config.json`` may have other defaults.
TRANSFORMERS = Engine(
    "transformers",
    "5.24.0",
    (
        "logit_bias",
        "repetition_penalty",
        "temper",
        "top_k",
        "top_p",
        "min_p",
        "typical_p",
        "epsilon_cutoff",
        "eta_cutoff",
    ),
    {"top_k": 50},
    greedy=False,
    ties=True,
)
#: vLLM (``v1/sample/sampler.py`` and ``sampling_params.py``). The defaults are those of a model without a
#: ``generation_config.json``. Ties are those of its PyTorch path; its Triton kernel keeps exactly k.
VLLM = Engine(
    "vLLM",
    "0.33.0",
    (
        "mask",
        "logit_bias",
        "repetition_penalty",
        "frequency_penalty",
        "presence_penalty",
        "temper",
        "min_p",
        "top_k",
        "top_p",
    ),
    {},
    greedy=True,
    coldest=0.01,
    hottest=2.0,
    ties=True,
)
#: llama.cpp, as it comes (``common/common.h``): the order is a setting. Mirostat, which replaces all but the bias, is
#: left out, and so is the grammar, which llama.cpp asks after a token is drawn. At 0 it takes the largest logit that
#: the filters have left, which typical-p may have taken from the favourite.
LLAMA_CPP = Engine(
    "llama.cpp",
    "0c1e570",
    (
        "logit_bias",
        "repetition_penalty",
        "frequency_penalty",
        "presence_penalty",
        "dry_penalty",
        "top_n_sigma",
        "top_k",
        "typical_p",
        "top_p",
        "min_p",
        "xtc",
        "dynamic_temperature",
        "temper",
    ),
    {"temperature": 0.8, "top_k": 40, "top_p": 0.95, "min_p": 0.05},
    greedy=True,
)
#: text-generation-webui (``modules/sampler_hijack.py``), which still has tail-free sampling. Its dynamic temperature,
#: which has bounds of its own, quadratic sampling, top-a, adaptive-p, mirostat and its presets are left out.
TEXTGEN = Engine(
    "text-generation-webui",
    "ed888c7",
    (
        "repetition_penalty",
        "presence_penalty",
        "frequency_penalty",
        "dry_penalty",
        "temper",
        "top_n_sigma",
        "top_k",
        "top_p",
        "typical_p",
        "epsilon_cutoff",
        "eta_cutoff",
        "tail_free",
        "min_p",
        "xtc",
    ),
    {},
    greedy=False,
    ties=True,
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


@dataclass(eq=False)
class Mirostat:
    r"""A cutoff that holds the mean surprise of what is drawn at a target, by feedback (mirostat 2).

    It keeps the tokens whose surprise is at most μ bits, or the most likely one, which is `epsilon_cutoff` of 2^(−μ).
    After each token that is drawn, with the surprise S,

    .. math:: \mu \leftarrow \mu - \eta\, (S - S^*)

    Surprises are in bits, as in the paper. By adding up the steps, the mean of S over T tokens misses the target by
    exactly (μ₀ − μ)/(ηT). Nothing bounds μ: where the model is surer than the target it goes on rising, and where
    S is taken among all and even the favourite is more surprising than the target, it goes on falling.

    Parameters
    ----------
    target : float
        S*, above 0 and finite, in bits.
    rate : float, default 0.1
        η, at least 0 and finite.
    renormalised : bool, default True
        Whether S is the surprise among the kept tokens, as in llama.cpp, or among all, as in the authors' own code.

    Attributes
    ----------
    mu : float
        The largest surprise that is kept; 2 S* at first.

    Raises
    ------
    ValueError
        If a number is out of its range, or if `renormalised` is no bool.

    References
    ----------
    Basu, Ramachandran, Keskar, Varshney (2021), "Mirostat: a neural text decoding algorithm that directly controls
    perplexity".

    Examples
    --------
    >>> steady = Mirostat(1.0)
    >>> z = np.log([0.5, 0.25, 0.15, 0.1])
    >>> steady(z).round(3)
    array([-0.693, -1.386,   -inf,   -inf])
    >>> rng = np.random.default_rng(0)
    >>> [int(steady.draw(z, rng=rng)) for _ in range(6)]
    [0, 0, 0, 0, 1, 1]
    >>> print(round(steady.mu, 3))
    2.049
    """

    target: float
    rate: float = 0.1
    renormalised: bool = True
    mu: float = field(init=False)

    def __post_init__(self):
        self.target = read_number(self.target, "target", 0, above=True, finite=True)
        self.rate = read_number(self.rate, "rate", 0, finite=True)
        check_flag(self.renormalised, "renormalised")
        self.mu = 2 * self.target

    def __call__(self, logits):
        """Return the logits, −∞ for those whose surprise is above μ; μ stays as it is."""
        return epsilon_cutoff(logits, 2.0 ** -max(self.mu, 0.0) or SMALLEST)

    def draw(self, logits, *, rng):
        """Draw a token from logits of shape ``(n,)``, and move μ by its surprise."""
        z = read_logits(logits)[0]
        if z.ndim != 1:
            raise ValueError(f"logits must be one row, got shape {z.shape}")
        kept = self(z)
        token = sample(kept, rng=rng)
        surprise = -float(log_softmax((kept if self.renormalised else z).astype(np.float64))[token]) / math.log(2)
        self.mu -= self.rate * (surprise - self.target)
        return token


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


def _shares(values, name, z):
    """Return a number above 0 and at most 1 for each row of logits, shape (..., 1)."""
    if isinstance(values, list | tuple | np.ndarray) and np.ndim(read_array(values, name)):
        values = read_finite(values, name, kinds="iu")
        refuse(values, ~((values > 0) & (values <= 1)), name, "above 0 and at most 1")
    else:
        values = read_number(values, name, 0, 1, above=True)
    return _one_a_row(values, name, z)


def _multiples(values, name, z):
    """Return a number of at least 0, ∞ included, for each row of logits, shape (..., 1)."""
    if isinstance(values, list | tuple | np.ndarray) and np.ndim(read_array(values, name)):
        values = read_real(values, name, kinds="iu")[0]
        refuse(values, ~(values >= 0), name, "at least 0")
    else:
        values = read_number(values, name, 0)
    return _one_a_row(values, name, z)


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


def _unmasked(z):
    """Tell which tokens are not masked; where a logit is infinite, no other is a token."""
    return scaled_gaps(z.astype(np.float64), 2.0) > -math.inf  # halved gaps cannot overflow


def _likely(z, least, dtype):
    """Tell which tokens have a log-probability of at least `least`, but for rounding."""
    rounding = np.finfo(dtype).eps * (4 + 2 * math.log(z.shape[-1]) - least)
    log_p = log_softmax(z.astype(np.float64))
    return (log_p >= least - rounding) & (log_p > -math.inf)


def _with_the_first(keep, z, at_least):
    """Return what is kept together with the so many largest logits."""
    if at_least.max(initial=1) == 1 and keep.any(axis=-1).all():
        return keep
    return keep | (top_k(z, at_least) > -math.inf)


def _before_the_tail(falling, share, dtype):
    """Return how many tokens come before the tail, where the logits are sorted, largest first."""
    n = falling.shape[-1]
    p = softmax(falling.astype(np.float64))
    tokens = _unmasked(falling).sum(axis=-1, keepdims=True)
    here = np.arange(2, n) < tokens
    bends = np.where(here, abs(p[..., :-2] - 2 * p[..., 1:-1] + p[..., 2:]), 0)
    total = bends.sum(axis=-1, keepdims=True)
    # Rounding moves p by a share of itself, and a bend by what its three move.
    rounding = 8 * np.finfo(dtype).eps * (2 + math.log(n)) * p[..., :1]  # no bend can have more than the largest's
    enough = np.cumsum(bends, axis=-1) <= share * total + rounding
    count = 1 + (here & enough).sum(axis=-1, keepdims=True)
    return np.where(total > rounding, np.minimum(count, np.maximum(tokens - 2, 1)), tokens)


def _dropped(z, keep, dtype):
    """Return the logits with −∞ for those that are not kept."""
    return np.where(keep, z, z.dtype.type(-math.inf)).astype(dtype, copy=False)


def is_off(name, setting):
    """Tell whether a setting leaves its step out."""
    if setting is None:
        return True
    return isinstance(setting, Real) and not isinstance(setting, bool) and setting in OFF.get(name, (0,))


def _check_setting(name, setting):
    """Refuse a setting that its step would refuse, as far as that can be told without logits."""
    if name == "top_k":
        check_whole(setting, name, 1)
    elif name in RANGES:
        read_number(setting, name, **RANGES[name])
    elif name in ("presence_penalty", "frequency_penalty"):
        read_signed(setting, name)
    elif name == "logit_bias":
        read_bias(setting)
    elif name == "xtc":
        if not (isinstance(setting, tuple) and len(setting) == 2):
            raise ValueError(f"xtc must be a threshold and a probability, got {reprlib.repr(setting)}")
        read_number(setting[0], "xtc's threshold", 0, 1, above=True)
        read_number(setting[1], "xtc's probability", 0, 1)


def _name(each):
    """Return how a filter of a chain is written."""
    if isinstance(each, tuple):
        return f"{getattr(each[0], 'func', each[0]).__name__}({each[1]!r})"
    return repr(each) if isinstance(each, Chain) else getattr(each, "__name__", repr(each))
