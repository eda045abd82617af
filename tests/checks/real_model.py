"""Answers to the exercises of chapter 9."""

from fractions import Fraction

import numpy as np

from checks.bank import Answers
from tempcourse.contexts import load_contexts
from tempcourse.softmax import entropy, log_softmax, softmax, temperature_for_entropy

CAT = load_contexts()["The cat sat on the"].logits
LOOP = load_contexts()["for i in range("].logits
SHARES = softmax(CAT)
TAU = temperature_for_entropy(CAT, entropy(softmax(LOOP)))


def beyond(logits, temperature, k):
    return sum(sorted(softmax(logits, temperature), reverse=True)[k:])


def by_partition(logits, temperature, k):
    p = softmax(logits, temperature)
    return p.sum() - (np.partition(p, len(p) - k)[len(p) - k :].sum() if k < len(p) else p.sum())


def by_logits(logits, temperature, k):
    order = np.argsort(-logits)
    return softmax(logits, temperature)[order[k:]].sum()


def by_logarithms(logits, temperature, k):
    return np.exp(np.sort(log_softmax(logits / temperature))[: len(logits) - k]).sum()


def by_weights(logits, temperature, k):
    weights = np.sort(np.exp((logits - logits.max()) / temperature))[::-1]
    return weights[k:].sum() / weights.sum()


def by_rank(logits, temperature, k):
    ranks = (-logits).argsort().argsort()
    return softmax(logits, temperature)[ranks >= k].sum()


def the_first_of_the_row(logits, temperature, k):
    return softmax(logits, temperature)[k:].sum()


BANK = {
    "9.1": Answers(
        right=[
            37,
            37.0,
            np.searchsorted(SHARES.cumsum(), 0.5) + 1,
            np.float32(37),
            [37],
            Fraction(37),
            (SHARES.cumsum() < 0.5).sum() + 1,
            np.int64(37),
        ],
        slips=[(36, "counts from 0"), (533, "nine tenths"), (49152 / 2, "half of the tokens")],
        wrong=[38, 35, 0.5, 290, 100],
    ),
    "9.2": Answers(
        right=[TAU, 0.564, 0.56387, np.float32(0.564), [0.5639], 0.5639, Fraction(564, 1000), round(TAU, 3)],
        slips=[(1.474, "other way round"), (3.07, "entropy that is wanted"), (1 / TAU, "Upside down")],
        wrong=[1, 0.5, 0.62, 5.67, 0],
    ),
    "9.3": Answers(
        right=[
            beyond,
            by_partition,
            by_logits,
            by_logarithms,
            by_weights,
            by_rank,
            lambda z, t, k: 1 - np.sort(softmax(z, t))[::-1][:k].sum(),
            lambda z, t, k: float(beyond(z, t, k)),
        ],
        slips=[
            (the_first_of_the_row, "not the k most likely"),
            (lambda z, t, k: beyond(z, 1, k), "Divide the logits"),
            (lambda z, t, k: beyond(z, 1 / t, k), "Divide the logits"),
            (lambda z, t, k: beyond(z, t, k) if k < len(z) else 1.0, "lies nothing"),
        ],
        wrong=[
            lambda z, t, k: np.sort(softmax(z, t))[::-1][:k].sum(),
            lambda z, t, k: np.sort(softmax(z, t))[k:].sum(),
            lambda z, t, k: len(z) - k,
            lambda z, t, k: np.sort(softmax(z, t))[::-1][k - 1 :].sum(),
        ],
    ),
    "9.4": Answers(
        right=[0.08, 2 * 0.04, np.float32(0.08), [0.08], Fraction(8, 100), 0.0801, np.array(0.08), 0.04 + 0.04],
        slips=[(0.04, "The other moves as well"), (0.02, "adds up")],
        wrong=[0.0, 0.16, 0.0016, 1, 8, 0.4],
    ),
    "9.5": Answers(
        right=[8, 8.0, np.sqrt(64), 64**0.5, np.float32(8), [8], Fraction(8), np.array(8)],
        slips=[(64, "square root"), (1 / 8, "A temperature divides")],
        wrong=[1, 16, 4, 32, 270, 0],
    ),
}
