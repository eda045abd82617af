r"""Many samples: one of k tries, the best of n, the vote of n, and tokens that a draft proposes and a target accepts.

Throughout, p is a probability or a distribution, already at its temperature: ``softmax(logits, temperature)``. In
speculative decoding p is the target's distribution and q the draft's. Distributions lie along the last axis.

Everything is computed in float64.
"""

import math
from typing import NamedTuple

import numpy as np

from tempcourse._arguments import check_rng, check_whole, read_array, read_distributions, read_finite, read_real, refuse
from tempcourse.decoding import draw

__all__ = [
    "Speculated",
    "acceptance_rate",
    "best_of_n",
    "expected_tokens",
    "majority_vote",
    "pass_at_k",
    "pass_at_k_estimate",
    "residual",
    "speculative_sample",
]


@np.errstate(all="ignore")
def pass_at_k(p, k):
    r"""Return the probability that at least one of k independent tries is right.

    .. math:: \text{pass@}k = 1 - (1 - p)^k

    Computed as −expm1(k log1p(−p)), which keeps the digits of a small p: for k p far below 1 it is nearly k p.

    Parameters
    ----------
    p : array_like, real
        The probability that one try is right, from 0 to 1.
    k : array_like of int
        How many tries, at least 1; its shape broadcasts with that of `p`.

    Returns
    -------
    float or ndarray
        Of the shape to which the two broadcast.

    Raises
    ------
    ValueError
        If p is outside its range, if k is not whole numbers of at least 1, or if the shapes do not fit.
    TypeError
        If p is not real numbers.

    Examples
    --------
    >>> print(pass_at_k(0.1, [1, 10, 100]).round(4))
    [0.1    0.6513 1.    ]
    >>> print(f"{pass_at_k(1e-20, 3):.3g}")
    3e-20
    """
    p, k = _together(p=_probabilities(p, "p"), k=_counts(k, "k", 1))
    return -np.expm1(k * np.log1p(-p)) + 0.0  # no −0


@np.errstate(divide="ignore")
def pass_at_k_estimate(samples, correct, k):
    r"""Return the unbiased estimate of pass@k from samples of which some were correct.

    .. math:: 1 - \binom{n - c}{k} \Big/ \binom{n}{k} = 1 - \prod_{i=0}^{k-1} \left( 1 - \frac{c}{n - i} \right)

    is the share of all choices of k from the n samples that hold a correct one. Its mean over such samples is pass@k
    exactly, while that of 1 − (1 − c/n)^k is below it for k > 1. The product is symmetric in c and k, and the shorter
    one is taken.

    Parameters
    ----------
    samples : array_like of int
        n, at least 1.
    correct : array_like of int
        c, from 0 to n.
    k : array_like of int
        From 1 to n. The three shapes broadcast.

    Returns
    -------
    float or ndarray
        Of the shape to which the three broadcast.

    Raises
    ------
    ValueError
        If an argument is not whole numbers of its range, or if the shapes do not fit.

    References
    ----------
    Chen and others (2021), "Evaluating large language models trained on code".

    Examples
    --------
    >>> print(pass_at_k_estimate(10, 3, [1, 5, 8]).round(4))
    [0.3    0.9167 1.    ]
    """
    n, c, k = _together(
        samples=_counts(samples, "samples", 1), correct=_counts(correct, "correct", 0), k=_counts(k, "k", 1)
    )
    refuse(c, c > n, "correct", "at most the number of samples")
    refuse(k, k > n, "k", "at most the number of samples")
    factors, taken = np.minimum(c, k), np.maximum(c, k)
    log_missed = np.zeros(n.shape)
    for i in range(int(factors.max(initial=0))):
        share = np.minimum(taken / np.maximum(n - i, 1), 1)
        log_missed += np.where(i < factors, np.log1p(-share), 0)
    return -np.expm1(log_missed) + 0.0


def best_of_n(probabilities, scores, n):
    r"""Return how likely each candidate is the best of n that are drawn independently.

    .. math:: F(s_i)^n - F(s_i^-)^n

    where F(s) is the probability that one draw scores at most s, and F(s⁻) that it scores less. Candidates with equal
    scores share what they have together, each by its probability.

    Parameters
    ----------
    probabilities : array_like, real
        Of one draw, shape ``(m,)``.
    scores : array_like, real
        Finite, shape ``(m,)``.
    n : int
        How many are drawn, at least 1.

    Returns
    -------
    ndarray
        Shape ``(m,)``, with sum 1. Its divergence from `probabilities` is at most log n − (n − 1)/n.

    Raises
    ------
    ValueError
        If the probabilities are not one distribution, if the scores are not finite or not as many, or if n is not a
        whole number of at least 1.
    TypeError
        If probabilities or scores are not real numbers.

    References
    ----------
    Beirami and others (2024), "Theoretical guarantees on the best-of-n alignment policy".

    Examples
    --------
    >>> print(best_of_n([0.5, 0.3, 0.2], [1, 2, 3], 2))
    [0.25 0.39 0.36]
    """
    p, s = _row(probabilities), read_finite(scores, "scores")
    if s.shape != p.shape:
        raise ValueError(f"scores must have the shape {p.shape} of the probabilities, got {s.shape}")
    check_whole(n, "n", 1)
    which = np.unique(s, return_inverse=True)[1]
    together = np.bincount(which, p)
    F = np.append(np.minimum(together.cumsum()[:-1], 1), 1)
    won = np.diff(F**n, prepend=0)
    return p * np.divide(won, together, out=np.zeros_like(won), where=together > 0)[which]


def majority_vote(probabilities, n):
    r"""Return how likely each answer wins the vote of n independent draws: it is the one drawn most often.

    Answers that are drawn equally often, and more often than all others, win with the same chance: a tie is broken at
    random. With :math:`N_i` the votes for answer i, and t the number of others that have as many,

    .. math:: P(i \text{ wins}) = \sum_{m=1}^{n} E\left[ \frac{1}{t + 1};\ N_i = m,\ \max_j N_j = m \right],
              \qquad \frac{1}{t + 1} = \int_0^1 s^t\, ds

    Under the integral the answers separate: each other one has fewer than m votes, or m of them and a factor s. The
    numbers of votes are Poisson numbers given their sum, and the sum is picked out by a Fourier transform; the
    integral, of a polynomial, is exact by Gauss's rule.

    Parameters
    ----------
    probabilities : array_like, real
        Of the answers in one draw, shape ``(m,)``.
    n : int
        How many votes, at least 1.

    Returns
    -------
    ndarray
        Shape ``(m,)``, with sum 1, to about 13 digits.

    Raises
    ------
    ValueError
        If the probabilities are not one distribution, or if n is not a whole number of at least 1.
    TypeError
        If the probabilities are not real numbers.

    References
    ----------
    Wang and others (2023), "Self-consistency improves chain of thought reasoning in language models", for the vote.

    Examples
    --------
    >>> print(majority_vote([0.6, 0.4], 3).round(3))
    [0.648 0.352]
    """
    p = _row(probabilities)
    check_whole(n, "n", 1)
    votes, size = np.arange(n + 1), 4 * n + 64
    log_factorials = np.append(0, np.log(votes[1:]).cumsum())
    log_rates = np.log(np.maximum(n * p, np.finfo(float).tiny))[:, np.newaxis]
    poisson = np.exp(votes * log_rates - n * p[:, np.newaxis] - log_factorials)
    waves = np.exp(-2j * math.pi / size * np.arange(size))
    nodes, weights = np.polynomial.legendre.leggauss(len(p) // 2 + 1)
    won, fewer = np.zeros(len(p)), np.zeros((len(p), size), complex)
    for m in range(1, n + 1):
        fewer += poisson[:, m - 1, np.newaxis] * waves ** (m - 1)
        as_many = poisson[:, m, np.newaxis] * waves**m
        for s, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
            wave = as_many * _product_of_the_others(fewer + s * as_many) * waves**-n
            won += weight * wave.real.mean(axis=1)
    return np.maximum(won, 0) / won.sum()


def acceptance_rate(target, draft):
    r"""Return how often a target accepts what a draft proposes.

    .. math:: \sum_i \min(p_i, q_i) = 1 - \tfrac{1}{2} \sum_i |p_i - q_i|

    Parameters
    ----------
    target : array_like, real
        p, shape ``(..., n)``.
    draft : array_like, real
        q, what the draft draws from, of a shape that broadcasts with it, with as many tokens.

    Returns
    -------
    float or ndarray
        From 0 to 1, shape ``(...)``.

    Raises
    ------
    ValueError
        If a row is no distribution, or if the shapes do not fit.
    TypeError
        If an argument is not real numbers.

    References
    ----------
    Leviathan, Kalman, Matias (2023), "Fast inference from transformers via speculative decoding".

    Examples
    --------
    >>> print(acceptance_rate([0.6, 0.3, 0.1], [0.2, 0.3, 0.5]).round(6))
    0.6
    """
    p, q = _pair(target, draft)
    return np.minimum(np.minimum(p, q).sum(axis=-1), 1)


def residual(target, draft):
    r"""Return what is drawn from after the target has rejected the draft's token.

    .. math:: r_i = \frac{\max(p_i - q_i, 0)}{\sum_j \max(p_j - q_j, 0)}

    Where the two distributions are the same, nothing is ever rejected and the fraction is 0/0; the value is then p.

    Parameters
    ----------
    target, draft
        As for `acceptance_rate`.

    Returns
    -------
    ndarray
        Shape ``(..., n)``.

    Raises
    ------
    ValueError, TypeError
        As `acceptance_rate` does.

    Examples
    --------
    >>> print(residual([0.6, 0.3, 0.1], [0.2, 0.3, 0.5]))
    [1. 0. 0.]
    >>> print(residual([0.6, 0.4], [0.6, 0.4]))
    [0.6 0.4]
    """
    p, q = _pair(target, draft)
    missing = np.maximum(p - q, 0)
    total = missing.sum(axis=-1, keepdims=True)
    return np.divide(missing, total, out=p.copy(), where=total > 0)


class Speculated(NamedTuple):
    """Tokens that were proposed by a draft, and accepted or replaced."""

    #: The tokens, of the target's distribution, shape ``(...)``.
    tokens: np.ndarray
    #: Whether each is the draft's own, shape ``(...)``.
    accepted: np.ndarray


def speculative_sample(target, draft, *, rng):
    r"""Draw tokens from a target's distribution by way of a draft's.

    The draft draws i from q. The target accepts it with probability :math:`\min(1, p_i/q_i)`, and otherwise draws from
    `residual`. What comes out has the distribution p, whatever q is.

    Parameters
    ----------
    target, draft
        As for `acceptance_rate`; one token is drawn for each row.
    rng : numpy.random.Generator
        The source of randomness.

    Returns
    -------
    Speculated
        Tokens, and which were accepted.

    Raises
    ------
    ValueError
        As `acceptance_rate` does, or if `rng` is no generator.
    TypeError
        If target or draft are not real numbers.

    References
    ----------
    Leviathan, Kalman, Matias (2023), "Fast inference from transformers via speculative decoding"; Chen and others
    (2023), "Accelerating large language model decoding with speculative sampling".

    Examples
    --------
    >>> p, q = np.tile([0.6, 0.3, 0.1], (10_000, 1)), [0.2, 0.3, 0.5]
    >>> drawn = speculative_sample(p, q, rng=np.random.default_rng(0))
    >>> print((np.bincount(drawn.tokens) / 10_000).round(2), drawn.accepted.mean().round(2))
    [0.61 0.29 0.1 ] 0.6
    """
    check_rng(rng)
    p, q = _pair(target, draft)
    shape, rows = p.shape[:-1], np.arange(p[..., 0].size)
    p, q = p.reshape(-1, p.shape[-1]), q.reshape(-1, p.shape[-1])
    tokens = draw(q.cumsum(axis=-1), rows, rng)
    accepted = rng.random(rows.size) * q[rows, tokens] < p[rows, tokens]
    rejected = rows[~accepted]
    if rejected.size:
        left = residual(p[rejected], q[rejected])
        tokens[rejected] = draw(left.cumsum(axis=-1), np.arange(rejected.size), rng)
    return Speculated(tokens.reshape(shape), accepted.reshape(shape))


@np.errstate(all="ignore")
def expected_tokens(rate, length):
    r"""Return how many tokens one pass of the target yields in the mean, if each token is accepted at the same rate.

    .. math:: 1 + \alpha + \dots + \alpha^\gamma = \frac{1 - \alpha^{\gamma + 1}}{1 - \alpha}

    The draft proposes γ tokens. They count up to the first that is rejected, and the target adds one of its own: in
    the place of that one, or after the last.

    Parameters
    ----------
    rate : array_like, real
        α, from 0 to 1.
    length : array_like of int
        γ, at least 0; its shape broadcasts with that of `rate`.

    Returns
    -------
    float or ndarray
        From 1 to γ + 1, which it is at α = 1.

    Raises
    ------
    ValueError
        If the rate is outside its range, if the length is not whole numbers of at least 0, or if the shapes do not fit.
    TypeError
        If the rate is not real numbers.

    References
    ----------
    Leviathan, Kalman, Matias (2023), "Fast inference from transformers via speculative decoding".

    Examples
    --------
    >>> print(expected_tokens([0, 0.5, 0.8, 1], 4).round(3))
    [1.    1.938 3.362 5.   ]
    """
    alpha, gamma = _together(rate=_probabilities(rate, "rate"), length=_counts(length, "length", 0))
    missed = 1 - alpha
    return np.where(missed > 0, -np.expm1((gamma + 1) * np.log1p(-missed)) / missed, gamma + 1)[()]


def _probabilities(values, name):
    """Return probabilities, each for itself, as an array."""
    p = read_real(values, name)[0].astype(np.float64)
    refuse(p, ~((p >= 0) & (p <= 1)), name, "from 0 to 1")
    return p


def _counts(values, name, least):
    """Return whole numbers as a floating array."""
    counts = read_array(values, name)
    if counts.dtype.kind not in "iu":
        raise ValueError(f"{name} must be whole numbers that fit 64 bits, got {counts.dtype}")
    refuse(counts, counts < least, name, f"at least {least}")
    return counts.astype(np.float64)


def _together(**arrays):
    """Return arrays in the shape to which they broadcast."""
    try:
        return np.broadcast_arrays(*arrays.values())
    except ValueError:
        shapes = " and ".join(str(array.shape) for array in arrays.values())
        raise ValueError(f"{', '.join(arrays)} must have shapes that broadcast, got {shapes}") from None


def _row(probabilities):
    """Return one distribution."""
    p = read_distributions(probabilities, "probabilities")[0].astype(np.float64)
    if p.ndim != 1:
        raise ValueError(f"probabilities must be one row, got shape {p.shape}")
    return p / p.sum()


def _pair(target, draft):
    """Return two distributions over the same tokens, row by row."""
    p, q = (
        read_distributions(each, name)[0].astype(np.float64) for each, name in ((target, "target"), (draft, "draft"))
    )
    if p.shape[-1] != q.shape[-1]:
        raise ValueError(f"draft must be over the target's {p.shape[-1]} tokens, got {q.shape[-1]}")
    return _together(target=p, draft=q)


def _product_of_the_others(rows):
    """Return for each row the product of all other rows."""
    products = np.ones_like(rows)
    products[1:] = rows[:-1].cumprod(axis=0)
    products[:-1] *= rows[:0:-1].cumprod(axis=0)[::-1]
    return products
