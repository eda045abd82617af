r"""Penalties: what moves logits before they are filtered, by the text so far or by what is wanted of it.

A penalty takes logits of shape ``(..., n)`` and returns logits of that shape. It drops nothing; `mask` and a bias of
−∞ do, and at least one token has to be left. A logit of −∞ is a token dropped before and stays dropped.

All but `repetition_penalty` leave it at that logits count up to a constant; that one does not, and says so.
"""

import math
import reprlib
from collections.abc import Mapping
from numbers import Real

import numpy as np

from tempcourse._arguments import check_whole, read_array, read_logits, read_number, read_signed, read_tokens

__all__ = [
    "dry_penalty",
    "frequency_penalty",
    "logit_bias",
    "mask",
    "presence_penalty",
    "repetition_penalty",
]


@np.errstate(all="ignore")
def repetition_penalty(logits, penalty, *, text):
    r"""Divide the logits of tokens that the text has by the penalty, or multiply those that are negative.

    .. math:: z'_i = z_i / \theta \text{ if } z_i > 0, \qquad z'_i = \theta z_i \text{ if } z_i \le 0

    It asks where 0 is, which softmax does not know: logits, the same less their largest, and log-probabilities are
    penalised differently, though they are the same distribution. So it has to come before whatever moves them. It
    commutes with a plain division by τ, but not with `temper`, which subtracts the largest logit first.

    Parameters
    ----------
    logits : array_like, real
        Shape ``(..., n)``; −∞ is a mask. It has to be logits as the model gave them.
    penalty : float
        θ, above 0 and finite: 1 changes nothing, less than 1 rewards.
    text : array_like of int
        The tokens so far, shape ``(length,)`` for all rows or ``(..., length)``.

    Returns
    -------
    ndarray
        The penalised logits.

    Raises
    ------
    ValueError
        If `penalty` is not above 0 and finite, if `text` is no tokens or has another number of rows, or if a row of
        logits holds nan or −∞ only.
    TypeError
        If `logits` is not real numbers.

    References
    ----------
    Keskar, McCann, Varshney, Xiong, Socher (2019), "CTRL: a conditional transformer language model for controllable
    generation", which divides all; that this rewards what is negative was reported, and mended, in
    https://github.com/huggingface/transformers/issues/2302 (2019).

    Examples
    --------
    >>> repetition_penalty([2.0, 1.0, -0.5, 0.1], 2, text=[0, 2, 0])
    array([ 1. ,  1. , -1. ,  0.1])
    """
    z, dtype = read_logits(logits)
    theta = read_number(penalty, "penalty", 0, above=True, finite=True)
    wide = z.astype(np.float64)
    penalised = np.where(wide > 0, wide / theta, wide * theta)
    return _moved(z, np.where(_how_often(text, z) > 0, penalised, wide), dtype)


@np.errstate(all="ignore")
def presence_penalty(logits, penalty, *, text):
    r"""Subtract the penalty from the logits of tokens that the text has, however often.

    .. math:: z'_i = z_i - \alpha\, [c_i > 0]

    where c counts the tokens of the text. α before a temperature is α/τ after it.

    Parameters
    ----------
    logits : array_like, real
        Shape ``(..., n)``; −∞ is a mask.
    penalty : float
        α, finite: 0 changes nothing, less than 0 rewards.
    text : array_like of int
        The tokens so far, shape ``(length,)`` for all rows or ``(..., length)``.

    Returns
    -------
    ndarray
        The penalised logits.

    Raises
    ------
    ValueError
        If `penalty` is not finite, if `text` is no tokens or has another number of rows, or if a row of logits holds
        nan or −∞ only.
    TypeError
        If `logits` is not real numbers.

    References
    ----------
    OpenAI's API reference, "Parameter details"; vLLM's ``apply_penalties`` follows it by name.

    Examples
    --------
    >>> presence_penalty([2.0, 1.0, 0.5, 0.1], 0.5, text=[0, 2, 0])
    array([1.5, 1. , 0. , 0.1])
    """
    z, dtype = read_logits(logits)
    return _less(z, read_signed(penalty, "penalty") * (_how_often(text, z) > 0), dtype)


@np.errstate(all="ignore")
def frequency_penalty(logits, penalty, *, text):
    r"""Subtract the penalty from the logit of a token once for each time that the text has it.

    .. math:: z'_i = z_i - \alpha\, c_i

    where c counts the tokens of the text. α before a temperature is α/τ after it.

    Parameters
    ----------
    logits : array_like, real
        Shape ``(..., n)``; −∞ is a mask.
    penalty : float
        α, finite: 0 changes nothing, less than 0 rewards.
    text : array_like of int
        The tokens so far, shape ``(length,)`` for all rows or ``(..., length)``.

    Returns
    -------
    ndarray
        The penalised logits.

    Raises
    ------
    ValueError
        If `penalty` is not finite, if `text` is no tokens or has another number of rows, or if a row of logits holds
        nan or −∞ only.
    TypeError
        If `logits` is not real numbers.

    References
    ----------
    OpenAI's API reference, "Parameter details"; vLLM's ``apply_penalties`` follows it by name.

    Examples
    --------
    >>> frequency_penalty([2.0, 1.0, 0.5, 0.1], 0.5, text=[0, 2, 0])
    array([1. , 1. , 0. , 0.1])
    """
    z, dtype = read_logits(logits)
    return _less(z, read_signed(penalty, "penalty") * _how_often(text, z), dtype)


@np.errstate(all="ignore")
def dry_penalty(logits, multiplier, *, text, base=1.75, allowed=2, breakers=()):
    r"""Penalise the tokens that would go on repeating the text, the more the longer the repetition.

    .. math:: z'_i = z_i - a\, b^{\,\ell_i - \ell} \quad \text{where } \ell_i \ge \ell

    ℓ_i is how many tokens at the end of the text also stand before some earlier token i in it; ℓ is the length that
    is allowed for free. No repetition goes across a breaker, and none is penalised. a before a temperature is a/τ
    after it.

    Parameters
    ----------
    logits : array_like, real
        Shape ``(..., n)``; −∞ is a mask.
    multiplier : float
        a, at least 0 and finite: 0 changes nothing.
    text : array_like of int
        The tokens so far, shape ``(length,)`` for all rows or ``(..., length)``.
    base : float, default 1.75
        b, at least 1 and finite. A penalty that would overflow is the largest that leaves the logit finite.
    allowed : int, default 2
        ℓ, at least 1.
    breakers : array_like of int, optional
        Tokens at which repetitions end, such as the end of a line, a colon or a quotation mark.

    Returns
    -------
    ndarray
        The penalised logits.

    Raises
    ------
    ValueError
        If a number is out of its range, if `text` or `breakers` are no tokens, if `text` has another number of rows,
        or if a row of logits holds nan or −∞ only.
    TypeError
        If `logits` is not real numbers.

    References
    ----------
    Weidmann (2024), "DRY: a modern repetition penalty", https://github.com/oobabooga/textgen/pull/5677.

    Examples
    --------
    >>> dry_penalty([2.0, 1.0, 0.5, 0.1], 1, text=[0, 1, 2, 0, 1])
    array([ 2. ,  1. , -0.5,  0.1])
    >>> dry_penalty([2.0, 1.0, 0.5, 0.1], 1, text=[3, 0, 1, 2, 3, 0, 1])
    array([ 2.  ,  1.  , -1.25,  0.1 ])
    """
    z, dtype = read_logits(logits)
    multiplier = read_number(multiplier, "multiplier", 0, finite=True)
    base = read_number(base, "base", 1, finite=True)
    check_whole(allowed, "allowed", 1)
    stops = set(read_tokens(breakers, "breakers", z).ravel().tolist())
    texts = _texts(text, z)
    lengths = np.zeros(z.shape, np.intp)
    for row in np.ndindex(z.shape[:-1]):
        lengths[row] = _repeated(texts[row], z.shape[-1], stops)
    excess = np.maximum(lengths - allowed, 0).astype(np.float64)
    penalties = multiplier * np.where(lengths >= allowed, base**excess, 0) if multiplier else np.zeros(z.shape)
    return _less(z, penalties, dtype)


@np.errstate(all="ignore")
def logit_bias(logits, bias):
    r"""Add a bias to the logits of some tokens.

    .. math:: z'_i = z_i + b_i

    b before a temperature is b/τ after it.

    Parameters
    ----------
    logits : array_like, real
        Shape ``(..., n)``; −∞ is a mask, which no bias lifts.
    bias : mapping of int to float
        By the token, what is added: finite, or −∞ to drop it.

    Returns
    -------
    ndarray
        The biased logits.

    Raises
    ------
    ValueError
        If `bias` is no such mapping or leaves a row without a token, or if a row of logits holds nan or −∞ only.
    TypeError
        If `logits` is not real numbers.

    References
    ----------
    OpenAI's API reference, ``logit_bias``, from −100 to 100; engines take any number.

    Examples
    --------
    >>> logit_bias([2.0, 1.0, 0.5, 0.1], {0: -100, 3: 2})
    array([-98. ,   1. ,   0.5,   2.1])
    """
    z, dtype = read_logits(logits)
    added = np.zeros(z.shape[-1])
    for token, value in read_bias(bias).items():
        check_whole(token, "bias's tokens", 0, z.shape[-1] - 1)
        added[token] = value
    return _left(z + added.astype(z.dtype), (added > -math.inf) & (z > -math.inf), "bias", dtype)


def mask(logits, allowed):
    """Keep the tokens that are allowed, as a grammar allows them.

    Parameters
    ----------
    logits : array_like, real
        Shape ``(..., n)``; −∞ is a mask already.
    allowed : array_like of bool
        Which tokens are, shape ``(n,)`` for all rows or that of the logits.

    Returns
    -------
    ndarray
        The logits, −∞ for those that are dropped.

    Raises
    ------
    ValueError
        If `allowed` is no array of bool of such a shape or leaves a row without a token, or if a row of logits holds
        nan or −∞ only.
    TypeError
        If `logits` is not real numbers.

    Examples
    --------
    >>> mask([2.0, 1.0, 0.5, 0.1], [False, True, True, False])
    array([-inf,  1. ,  0.5, -inf])
    """
    z, dtype = read_logits(logits)
    keep = read_array(allowed, "allowed")
    if keep.dtype != bool:
        raise ValueError(f"allowed must be True or False for each token, got {keep.dtype}")
    try:
        keep = np.broadcast_to(keep, z.shape)
    except ValueError:
        raise ValueError(f"allowed must broadcast to logits of shape {z.shape}, got {keep.shape}") from None
    return _left(z, keep, "allowed", dtype)


def read_bias(bias):
    """Return a bias as a dict of numbers, each finite or −∞."""
    if not isinstance(bias, Mapping):
        raise ValueError(f"bias must be a mapping of tokens to numbers, got {reprlib.repr(bias)}")
    masks = {token for token, value in bias.items() if isinstance(value, Real) and value == -math.inf}
    return {token: -math.inf if token in masks else read_signed(value, "bias") for token, value in bias.items()}


def _texts(text, z):
    """Return the text of each row of logits, shape (..., length)."""
    tokens = np.atleast_1d(read_tokens(text, "text", z))
    try:
        return np.broadcast_to(tokens, (*z.shape[:-1], tokens.shape[-1]))
    except ValueError:
        rows = (*z.shape[:-1], tokens.shape[-1])
        raise ValueError(f"text must be one text or broadcast to one a row, shape {rows}, got {tokens.shape}") from None


def _how_often(text, z):
    """Return how often the text of each row has each token."""
    texts, counts = _texts(text, z), np.zeros(z.shape, np.intp)
    for row in np.ndindex(z.shape[:-1]):
        counts[row] = np.bincount(texts[row], minlength=z.shape[-1])
    return counts


def _repeated(text, n, stops):
    """Return, for each token, how many of the text's last tokens stand before it somewhere in the text."""
    lengths = np.zeros(n, np.intp)
    after = np.arange(1, len(text))  # places whose predecessors match the end so far
    for length in range(1, len(text)):
        after = after[after >= length]
        after = after[text[after - length] == text[-length]]
        if not after.size or text[-length] in stops:
            break
        lengths[text[after]] = length  # lengths rise, so the longest stays
    lengths[list(stops)] = 0
    return lengths


def _less(z, penalties, dtype):
    """Return logits less their penalties."""
    return _moved(z, z.astype(np.float64) - penalties, dtype)


def _moved(z, moved, dtype):
    """Return moved logits: what was finite stays finite, and what was not stays as it was."""
    most = float(np.finfo(dtype).max)
    return np.where(np.isfinite(z), np.clip(moved, -most, most), z).astype(dtype, copy=False)


def _left(z, keep, name, dtype):
    """Return logits with −∞ for those that are not kept, or refuse what leaves a row without a token."""
    if not (keep & (z > -math.inf)).any(axis=-1).all():
        raise ValueError(f"{name} must leave a token in each row, got a row of none")
    return np.where(keep, z, z.dtype.type(-math.inf)).astype(dtype, copy=False)
