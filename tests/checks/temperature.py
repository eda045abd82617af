"""Answers to the exercises of chapter 2."""

import math
from fractions import Fraction

import numpy as np
from scipy import special

from checks.bank import Answers
from tempcourse.softmax import log_softmax, softmax, temperature_for_entropy, temperature_for_top_probability

COIN = [4.0, 2.0, 1.0, 0.0]


def retemper(probabilities, temperature):
    weights = (probabilities / np.max(probabilities)) ** (1 / temperature)
    return weights / weights.sum()


def one_by_one(probabilities, temperature):
    top = max(probabilities)
    weights = [(p / top) ** (1 / temperature) for p in probabilities]
    return [weight / sum(weights) for weight in weights]


def by_logarithms(probabilities, temperature):
    log_p = np.log(probabilities) / temperature
    return np.exp(log_p - np.logaddexp.reduce(log_p))


def slopes(logits, temperature):
    p = softmax(logits, temperature)
    return p * (p @ logits - logits) / temperature**2


def by_differences(logits, temperature):
    return (softmax(logits, temperature + 1e-4) - softmax(logits, temperature - 1e-4)) / 2e-4


def by_jacobian(logits, temperature):
    p = softmax(logits, temperature)
    return (np.diag(p) - np.outer(p, p)) @ (-logits / temperature**2)


def over_pairs(logits, temperature):
    p = softmax(logits, temperature)
    return [sum(p[i] * p[j] * (z - y) for j, z in enumerate(logits)) / temperature**2 for i, y in enumerate(logits)]


def shifted(logits, temperature):
    return slopes(logits - logits.max(), temperature)


def by_the_inverse(logits, temperature):
    p = softmax(logits, temperature)
    by_beta = p * (logits - p @ logits)
    return by_beta * -1 / temperature**2


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
            one_by_one,
            by_logarithms,
            lambda p, t: softmax(np.log(p), t),
            lambda p, t: softmax(np.log(p), t).tolist(),
            lambda p, t: special.softmax(np.log(p) / t),
            lambda p, t: np.exp(log_softmax(np.log(p), t)),
            lambda p, t: retemper(p.astype(np.float32), t),
            lambda p, t: retemper(100 * p, t),
        ],
        slips=[
            (lambda p, t: p, "At 0.5 odds are squared"),
            (lambda p, t: p / t, "At 0.5 odds are squared"),
            (lambda p, t: retemper(p, 1 / t), "At 0.5 odds are squared"),
            (lambda p, t: p ** (1 / t), "At 0.5 odds are squared"),
            (lambda p, t: softmax(p, t), "At 1 nothing changes"),
            (lambda p, t: retemper(p, min(t, 1)), "At 2 odds become their square root"),
            (lambda p, t: retemper(p, t**2 if t > 1 else t), "At 2 odds become their square root"),
            (lambda p, t: retemper(np.maximum(p, 1e-9), t), "A power of 0 is 0"),
            (lambda p, t: p ** (1 / t) / (p ** (1 / t)).sum(), "Divide all by the largest first"),
        ],
    ),
    "2.2": Answers(
        right=[
            slopes,
            lambda z, t: slopes(z, t).tolist(),
            by_differences,
            by_jacobian,
            over_pairs,
            shifted,
            by_the_inverse,
            lambda z, t: np.einsum("i,ij,j->i", softmax(z, t), z - z[:, np.newaxis], softmax(z, t)) / t**2,
        ],
        slips=[
            (lambda z, t: slopes(z, t) * t, "Look at the power of τ"),
            (lambda z, t: slopes(z, t) * t**2, "Look at the power of τ"),
            (lambda z, t: slopes(z, 1) / t**2, "Look at the power of τ"),
            (lambda z, t: slopes(np.abs(z), t), "with its sign"),
            (standardised, "Equal logits stay equal"),
            (plain_exp, "overflows"),
        ],
        wrong=[
            lambda z, t: -slopes(z, t),
            lambda z, t: softmax(z, t) * (z.mean() - z) / t**2,
            lambda z, t: (softmax(z, t) @ z - z) / t**2,
            lambda z, t: softmax(z, t) * (1 - softmax(z, t)),
            lambda z, t: slopes(z, t).sum(),
            lambda z, t: -softmax(z, t) * z / t**2,
            lambda z, t: softmax(z, t + 1e-3) - softmax(z, t),
        ],
    ),
    "2.3": Answers(
        right=[
            0.2 / np.log(999),
            0.02896,
            0.0290,
            np.float32(0.029),
            [0.029],
            -0.2 / math.log(0.001 / 0.999),
            Fraction(29, 1000),
            0.2 / (np.log(0.999) - np.log(0.001)),
            temperature_for_top_probability([3.0, 2.8], 0.999),
        ],
        slips=[
            (0.2 / np.log(99), "Here it is 99.9 %"),
            (np.log(999) / 0.2, "the other way up"),
            (0.2 / np.log10(999), "base 10"),
        ],
        wrong=[0.2, 0.03, 3 / np.log(999), 0.2 * np.log(999), 0.2 / 999, -0.2 / np.log(0.999), 0.2 / np.log2(999), 0],
    ),
    "2.4": Answers(
        right=[2, 2.0, np.int8(2), Fraction(2), [2], np.array(2.0), 0.8 * 2.5, np.float16(2), 0.8 / 0.4],
        slips=[
            (0.8 / 2.5, "divided by the factor"),
            (9, "softmax does not see it"),
            (0.8, "to the power 2.5"),
        ],
        wrong=[1.7, 2.5, 2.5 / 0.8, 0.5, 0.8 + 2.5, 2.8, 7.8],
    ),
    "2.5": Answers(
        right=[
            temperature_for_entropy(COIN, np.log(2)),
            1.116,
            1.12,
            np.float32(1.116),
            [1.116],
            np.array(1.116),
            Fraction(1116, 1000),
            temperature_for_entropy([7.0, 5.0, 4.0, 3.0], math.log(2)),
            temperature_for_entropy([8.0, 4.0, 2.0, 0.0], np.log(2)) / 2,
        ],
        slips=[
            (temperature_for_entropy(COIN, 1.0), "1 bit"),
            (temperature_for_top_probability(COIN, 0.5), "spread over three"),
        ],
        wrong=[
            1,
            2,
            np.log(2),
            1 / 1.116,
            temperature_for_entropy(COIN, 0.5),
            temperature_for_entropy(COIN, np.log10(2)),
            temperature_for_entropy(COIN, np.log(3)),
        ],
    ),
    "2.6": Answers(
        right=[
            [1, 0.9, -3, -4],
            np.array([1000, 999.9, 0, -1]),
            (1.0, 1 - 1e-6, -1e3, -2e3),
            [1, 0.9, -5, -np.inf],
            [10, 9, -30, -31],
            np.array([4, 3, -20, -21], dtype=np.int8),
            np.array([1, 0.9, -3, -4], dtype=np.float32),
            [0, -1e-7, -1e-3, -1e9],
            [1e308, 0.9e308, -1e308, -1.1e308],
            [1e-9, 0.9e-9, -3e-9, -4e-9],
        ],
        slips=[
            ([1, 1, -9, -9], "smaller than the one before"),
            ([0.9, 1, -3, -4], "smaller than the one before"),
            ([-4, -3, 0.9, 1], "smaller than the one before"),
            ([1, 0.9, -np.inf, -np.inf], "smaller than the one before"),
            ([np.inf, 1, 0, -1], "-inf for a logit that is masked"),
        ],
        wrong=[[2, 1, 0.5, 0.1], [3, 2, 1, 0], [3, 2.9, 2.8, 2.7], [9, 1, -9, -10], [1, 0.9, 0.8, -99], [1, 0.9]],
    ),
}
