"""Answers to the exercises of chapter 4."""

import numpy as np

from checks.bank import Answers
from tempcourse.distillation import distillation_gradient, same_confidence
from tempcourse.softmax import softmax


def pull(z, v, temperature):
    return temperature * (softmax(z, temperature) - softmax(v, temperature))


def even(probabilities):
    p = np.full(len(probabilities), (1 - max(probabilities)) / (len(probabilities) - 1))
    p[np.argmax(probabilities)] = max(probabilities)
    return p


def plain_exp(z, v, temperature):
    weights = np.exp(z / temperature)
    return temperature * (weights / weights.sum() - softmax(v, temperature))


def by_its_largest(z, v, temperature):
    largest = np.abs(z - v).max()
    return largest * pull(z, v, temperature) / largest


BANK = {
    "4.1": Answers(
        right=[7 / np.log(2), 10.1],
        slips=[
            (np.log(2) / 7, "other way up"),
            (3.5, "logarithm of 2"),
            (7 / np.log10(2), "base 10"),
        ],
        wrong=[1],
    ),
    "4.2": Answers(
        right=[pull, lambda z, v, t: distillation_gradient([z], [v], t)[0]],
        slips=[
            (lambda z, v, t: (softmax(z, t) - softmax(v, t)) / t, "T² stands in front"),
            (plain_exp, "overflows"),
            (by_its_largest, "Nothing pulls there"),
        ],
        wrong=[lambda z, v, t: -pull(z, v, t)],
    ),
    "4.3": Answers(
        right=[79 / 4096, 0.0193],
        slips=[
            (66 / 4096, "Eleven and twelve"),
            (158 / 4096, "this one"),
            (10 / 12, "share of wins"),
        ],
        wrong=[0.5],
    ),
    "4.4": Answers(
        right=[even, same_confidence],
        slips=[
            (lambda p: np.sort(even(p))[::-1], "in its own place"),
            (lambda p: np.where(p == p.max(), p.max(), (1 - p.max()) / (len(p) - 1)), "Of two that tie"),
            (lambda p: even(p) if len(p) > 2 else np.full(2, 0.5), "Nothing is left to spread"),
        ],
        wrong=[lambda p: np.full(len(p), 1 / len(p))],
    ),
    "4.5": Answers(
        right=[10.923],
        slips=[
            (12 / np.log(4), "the odds are 3, not 4"),
            (4, "logarithm of 3"),
            (-12 / np.log(3), "positive"),
        ],
        wrong=[12],
    ),
}
