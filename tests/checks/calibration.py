"""Answers to the exercises of chapter 8."""

import math
from fractions import Fraction

import numpy as np

from checks.bank import Answers
from tempcourse.calibration import expected_calibration_error, negative_log_likelihood
from tempcourse.softmax import kl_divergence, softmax, temperature_for_top_probability


def two_bins():
    sure = np.repeat([0.95, 0.55], [60, 40])
    right = np.repeat([0, 1, 0, 1], [48, 12, 26, 14])
    return expected_calibration_error(np.stack([sure, 1 - sure], axis=1), right)


def excess(logits, labels, temperature):
    p = softmax(logits, temperature)
    return np.mean([row @ z - z[y] for row, z, y in zip(p, logits, labels, strict=True)])


def in_one_product(logits, labels, temperature):
    return ((softmax(logits, temperature) - np.eye(logits.shape[1])[labels]) * logits).sum() / len(logits)


def shifted(logits, labels, temperature):
    return excess(logits - logits.max(axis=1, keepdims=True), labels, temperature)


def by_differences(logits, labels, temperature):
    step, beta = 1e-5, 1 / temperature
    shifted = logits - logits.max(axis=1, keepdims=True)
    ahead, behind = (negative_log_likelihood(shifted, labels, 1 / (beta + side)) for side in (step, -step))
    return (ahead - behind) / (2 * step)


def by_gaps(logits, labels, temperature):
    of_labels = np.take_along_axis(logits, labels[:, np.newaxis], axis=1)
    return (softmax(logits, temperature) * (logits - of_labels)).sum(axis=1).mean()


def by_einsum(logits, labels, temperature):
    return np.einsum("ij,ij->", softmax(logits, temperature) - np.eye(logits.shape[1])[labels], logits) / len(labels)


def one_by_one(logits, labels, temperature):
    total = 0.0
    for z, y in zip(logits.tolist(), labels.tolist(), strict=True):
        weights = [math.exp((score - max(z)) / temperature) for score in z]
        total += sum(w * score for w, score in zip(weights, z, strict=True)) / sum(weights) - z[y]
    return total / len(labels)


def plain_exp(logits, labels, temperature):
    p = np.exp(logits / temperature)
    return excess(np.asarray(logits), labels, temperature) if np.isfinite(p).all() else np.nan


BANK = {
    "8.1": Answers(
        right=[
            0.6 * 0.15 + 0.4 * 0.1,
            0.13,
            np.float32(0.13),
            Fraction(13, 100),
            [0.13],
            np.array(0.13),
            (abs(48 - 60 * 0.95) + abs(26 - 40 * 0.55)) / 100,
            two_bins(),
        ],
        slips=[
            (0.05, "the gaps cancel"),
            (0.125, "not equally full"),
            (0.25, "sum of the two gaps"),
            (13, "as a fraction"),
        ],
        wrong=[0.79, 0.15, 0.1, 0.74, 0.04 + 0.06 + 0.02, math.sqrt(0.6 * 0.15**2 + 0.4 * 0.1**2), 0.09, 0],
    ),
    "8.2": Answers(
        right=[
            0.7 * np.log(0.7 / 0.9) + 0.3 * np.log(3),
            0.1537,
            0.154,
            0.153664,
            np.float32(0.1537),
            [0.154],
            Fraction(154, 1000),
            0.7645 - 0.6109,
            kl_divergence([0.7, 0.3], [0.9, 0.1]),
        ],
        slips=[
            (0.7645, "What would 70 % have cost?"),
            (0.6109, "Asked is the difference"),
            (0.1163, "weigh the surprises by what happens"),
            (0.2217, "Those are bits"),
            (np.log(9 / 7), "days without rain"),
        ],
        wrong=[0.2, -0.1537, 0.15, 0.1537 / np.log(10), 0.04, 0.3 * np.log(3)],
    ),
    "8.3": Answers(
        right=[
            excess,
            in_one_product,
            shifted,
            by_differences,
            by_gaps,
            by_einsum,
            one_by_one,
            lambda z, y, t: float(excess(z, y, t)),
            lambda z, y, t: np.float32(excess(z, y, t)),
        ],
        slips=[
            (lambda z, y, t: excess(z / t, y, 1.0), "not divided by it"),
            (lambda z, y, t: excess(z, y, 1.0), "taken at the temperature"),
            (lambda z, y, t: -excess(z, y, t) / t**2 if t != 1 else excess(z, y, t), "taken at the temperature"),
            (lambda z, y, t: len(y) * excess(z, y, t), "mean over the rows"),
            (lambda z, y, t: excess(z, np.full(len(y), y[0]), t), "its own label"),
            (lambda z, y, t: (softmax(z, t) * z).sum() / len(y) - z[:, y].mean(), "its own label"),
            (plain_exp, "a plain exp overflows"),
        ],
        wrong=[
            lambda z, y, t: -excess(z, y, t),
            lambda z, y, t: (softmax(z, t) * z).sum(axis=1).mean(),
            lambda z, y, t: negative_log_likelihood(z, y, t),
            lambda z, y, t: excess(z, z.argmin(axis=1), t),
            lambda z, y, t: z.mean() - z[np.arange(len(y)), y].mean(),
            lambda z, y, t: (softmax(z, t) * z).sum(axis=1) - z[np.arange(len(y)), y],
        ],
    ),
    "8.4": Answers(
        right=[
            6 / np.log(9),
            2.731,
            2.73,
            np.float32(2.731),
            [2.73],
            Fraction(273, 100),
            6 / math.log(0.9 / 0.1),
            temperature_for_top_probability([6.0, 0.0], 0.9),
        ],
        slips=[
            (np.log(9) / 6, "That is 1/τ"),
            (6 / np.log(10), "odds of 9 : 1"),
            (-6 / np.log(0.9), "0.9 to 0.1"),
            (6 / np.log10(9), "base 10"),
        ],
        wrong=[6, 6 / 9, 6 * np.log(9), 6 / np.log2(9), -6 / np.log(9), 2.5, 6 / np.log(403)],
    ),
    # What these are is computed in `test_numbers`.
    "8.5": Answers(
        right=[4.026, 4.03, 4.0263, np.float32(4.03), [4.03], np.array(4.026), Fraction(403, 100), 1 / 0.24837],
        slips=[
            (4.239, "to judge τ"),
            (4.060, "was trained on"),
            (4.150, "on all images"),
            (2.180, "the old temperature"),
        ],
        wrong=[3.0, 1, 1 / 4.026, 0.04, 2 * 2.18, 4],
    ),
    "8.6": Answers(
        right=[
            [1.0, 0.9, 0.0],
            np.array([2.0, 1.9, -3.0]),
            (10, 9, 9),
            np.array([100, 99, 0], dtype=np.int8),
            np.array([1, 0.9, 0.5], dtype=np.float32),
            [2, 1.9, -np.inf],
            [1e-3, 0.9e-3, 0],
            [1.7e308, 1.6e308, 0],
            [Fraction(1), Fraction(9, 10), 0],
        ],
        slips=[
            ([1.0, 2.0, 0.0], "Before the scaling"),
            ([1.0, 0.5, 0.0], "After the scaling"),
            ([-1.0, -1.1, -3.0], "After the scaling"),
            ([1.0, 1.0, 0.0], "Before the scaling"),
            ([1.0, 0.9, 1.0], "Before the scaling"),
            ([1.2, 1.0, 0.0], "After the scaling"),
            ([0, 0, 0], "Before the scaling"),
            ([0, -1, -2], "After the scaling"),
            ([np.inf, 1, 0], "Give finite numbers"),
        ],
        wrong=[[1.0, 0.9]],
    ),
}
