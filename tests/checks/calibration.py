"""Answers to the exercises of chapter 8."""

import numpy as np

from checks.bank import Answers
from tempcourse.softmax import softmax


def excess(logits, labels, temperature):
    p = softmax(logits, temperature)
    return np.mean([row @ z - z[y] for row, z, y in zip(p, logits, labels, strict=True)])


def plain_exp(logits, labels, temperature):
    p = np.exp(logits / temperature)
    return excess(np.asarray(logits), labels, temperature) if np.isfinite(p).all() else np.nan


BANK = {
    "8.1": Answers(
        right=[0.6 * 0.15 + 0.4 * 0.1, 0.13],
        slips=[
            (0.05, "the gaps cancel"),
            (0.125, "not equally full"),
            (0.25, "sum of the two gaps"),
            (13, "as a fraction"),
        ],
        wrong=[0.79],
    ),
    "8.2": Answers(
        right=[0.7 * np.log(0.7 / 0.9) + 0.3 * np.log(3), 0.1537],
        slips=[
            (0.7645, "What would 70 % have cost?"),
            (0.6109, "Asked is the difference"),
            (0.1163, "weigh the surprises by what happens"),
            (0.2217, "Those are bits"),
            (np.log(9 / 7), "days without rain"),
        ],
    ),
    "8.3": Answers(
        right=[excess],
        slips=[
            (lambda z, y, t: excess(z / t, y, 1.0), "not divided by it"),
            (lambda z, y, t: excess(z, y, 1.0), "taken at the temperature"),
            (lambda z, y, t: len(y) * excess(z, y, t), "mean over the rows"),
            (plain_exp, "a plain exp overflows"),
        ],
    ),
    "8.4": Answers(
        right=[6 / np.log(9), 2.731],
        slips=[
            (np.log(9) / 6, "That is 1/τ"),
            (6 / np.log(10), "odds of 9 : 1"),
            (-6 / np.log(0.9), "0.9 to 0.1"),
            (6 / np.log10(9), "base 10"),
        ],
    ),
    # What these are is computed in `test_numbers`.
    "8.5": Answers(
        right=[4.026],
        slips=[
            (4.239, "to judge τ"),
            (4.060, "was trained on"),
            (4.150, "on all images"),
            (2.180, "the old temperature"),
        ],
        wrong=[3.0],
    ),
    "8.6": Answers(
        right=[[1.0, 0.9, 0.0], np.array([2.0, 1.9, -3.0])],
        slips=[
            ([1.0, 2.0, 0.0], "Before the scaling"),
            ([1.0, 0.5, 0.0], "After the scaling"),
            ([-1.0, -1.1, -3.0], "After the scaling"),
            ([1.0, 1.0, 0.0], "Before the scaling"),
        ],
    ),
}
