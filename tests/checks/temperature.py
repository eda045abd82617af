"""Answers to the exercises of chapter 2."""

import numpy as np

from checks.bank import Answers
from tempcourse.softmax import softmax, temperature_for_entropy, temperature_for_top_probability

COIN = [4.0, 2.0, 1.0, 0.0]


def retemper(probabilities, temperature):
    weights = np.asarray(probabilities) ** (1 / temperature)
    return weights / weights.sum()


def slopes(logits, temperature):
    p = softmax(logits, temperature)
    return p * (p @ logits - logits) / temperature**2


def plain_exp(logits, temperature):
    weights = np.exp(logits / temperature)
    p = weights / weights.sum()
    return p * (p @ logits - logits) / temperature**2


def standardised(logits, temperature):
    scale = logits.std()
    return slopes(logits / scale, temperature / scale) / scale


BANK = {
    "2.1": Answers(
        right=[
            retemper,
            lambda p, t: np.exp(np.log(np.maximum(p, 1e-300)) / t) / (p ** (1 / t)).sum(),
        ],
        slips=[
            (lambda p, t: p, "At 0.5 odds are squared"),
            (lambda p, t: p / t, "At 0.5 odds are squared"),
            (lambda p, t: softmax(p, t), "At 1 nothing changes"),
            (lambda p, t: retemper(p, min(t, 1)), "At 2 odds become their square root"),
            (lambda p, t: retemper(np.maximum(p, 1e-9), t), "A power of 0 is 0"),
        ],
    ),
    "2.2": Answers(
        right=[slopes, lambda z, t: slopes(z, t).tolist()],
        slips=[
            (lambda z, t: slopes(z, t) * t, "Look at the power of τ"),
            (standardised, "Equal logits stay equal"),
            (plain_exp, "overflows"),
        ],
        wrong=[lambda z, t: -slopes(z, t)],
    ),
    "2.3": Answers(
        right=[0.2 / np.log(999), 0.02896],
        slips=[
            (0.2 / np.log(99), "Here it is 99.9 %"),
            (np.log(999) / 0.2, "the other way up"),
            (0.2 / np.log10(999), "base 10"),
        ],
        wrong=[0.2],
    ),
    "2.4": Answers(
        right=[2],
        slips=[
            (0.8 / 2.5, "divided by the factor"),
            (9, "softmax does not see it"),
            (0.8, "to the power 2.5"),
        ],
        wrong=[1.7],
    ),
    "2.5": Answers(
        right=[temperature_for_entropy(COIN, np.log(2)), 1.116],
        slips=[
            (temperature_for_entropy(COIN, 1.0), "1 bit"),
            (temperature_for_top_probability(COIN, 0.5), "spread over three"),
        ],
        wrong=[1],
    ),
    "2.6": Answers(
        right=[[1, 0.9, -3, -4], np.array([1000, 999.9, 0, -1]), (1.0, 1 - 1e-6, -1e3, -2e3)],
        slips=[
            ([1, 1, -9, -9], "smaller than the one before"),
            ([0.9, 1, -3, -4], "smaller than the one before"),
        ],
        wrong=[[2, 1, 0.5, 0.1]],
    ),
}
