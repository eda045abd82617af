"""Answers to the exercises of chapter 4."""

import math
from fractions import Fraction

import numpy as np
from scipy import special, stats

from checks.bank import Answers
from tempcourse.distillation import distillation_gradient, same_confidence
from tempcourse.softmax import softmax, temperature_for_top_probability


def pull(z, v, temperature):
    return temperature * (softmax(z, temperature) - softmax(v, temperature))


def one_by_one(z, v, temperature):
    q, p = softmax(z, temperature).tolist(), softmax(v, temperature).tolist()
    return [temperature * (ours - theirs) for ours, theirs in zip(q, p, strict=True)]


def by_jacobian(z, v, temperature):
    q, p = softmax(z, temperature), softmax(v, temperature)
    slope_of_log = (np.eye(len(q)) - q) / temperature
    return -(temperature**2) * (p @ slope_of_log)


def even(probabilities):
    p = np.full(len(probabilities), (1 - max(probabilities)) / (len(probabilities) - 1))
    p[np.argmax(probabilities)] = max(probabilities)
    return p


def one_after_the_other(probabilities):
    p = probabilities.tolist()
    rest = (1 - max(p)) / (len(p) - 1)
    return [max(p) if i == p.index(max(p)) else rest for i in range(len(p))]


def mixed(probabilities):
    n, top = len(probabilities), probabilities.max()
    share = (1 - top) * n / (n - 1)
    return (1 - share) * np.eye(n)[probabilities.argmax()] + share / n


def by_where(probabilities):
    places = np.arange(len(probabilities)) == probabilities.argmax()
    return np.where(places, probabilities, probabilities[~places].mean())


def by_sorting(probabilities):
    order = np.argsort(-probabilities, kind="stable")
    p = np.empty(len(probabilities))
    p[order[0]], p[order[1:]] = probabilities[order[0]], probabilities[order[1:]].sum() / (len(p) - 1)
    return p


def plain_exp(z, v, temperature):
    weights = np.exp(z / temperature)
    return temperature * (weights / weights.sum() - softmax(v, temperature))


def by_its_largest(z, v, temperature):
    largest = np.abs(z - v).max()
    return largest * pull(z, v, temperature) / largest


BANK = {
    "4.1": Answers(
        right=[
            7 / np.log(2),
            10.1,
            10.10,
            10.099,
            np.float32(10.1),
            [10.1],
            Fraction(101, 10),
            -7 / math.log(0.5),
            temperature_for_top_probability([7.0, 0.0], 2 / 3),
        ],
        slips=[
            (np.log(2) / 7, "other way up"),
            (3.5, "logarithm of 2"),
            (7 / np.log10(2), "base 10"),
        ],
        wrong=[1, 14, 7 / np.log(3), 7 * np.log2(2), 7 * np.log(2), 7 / np.log(1.5), -7 / np.log(2), 20],
    ),
    "4.2": Answers(
        right=[
            pull,
            one_by_one,
            by_jacobian,
            lambda z, v, t: distillation_gradient([z], [v], t)[0],
            lambda z, v, t: t**2 * ((softmax(z, t) - softmax(v, t)) / t),
            lambda z, v, t: t * (special.softmax(z / t) - special.softmax(v / t)),
            lambda z, v, t: -pull(v, z, t),
            lambda z, v, t: pull(z - z.max(), v - v.max(), t),
            lambda z, v, t: pull(z, v, t).astype(np.float32),
        ],
        slips=[
            (lambda z, v, t: (softmax(z, t) - softmax(v, t)) / t, "T² stands in front"),
            (lambda z, v, t: softmax(z, t) - softmax(v, t), "T² stands in front"),
            (lambda z, v, t: t**2 * (softmax(z, t) - softmax(v, t)), "T² stands in front"),
            (lambda z, v, t: t * (softmax(z, t) - softmax(v)), "T² stands in front"),
            (lambda z, v, t: t * (softmax(z) - softmax(v, t)), "T² stands in front"),
            (plain_exp, "overflows"),
            (by_its_largest, "Nothing pulls there"),
        ],
        wrong=[
            lambda z, v, t: -pull(z, v, t),
            lambda z, v, t: t * (z - v),
            lambda z, v, t: pull(z, v, t) / len(z),
            lambda z, v, t: pull(z, v, t) ** 2,
            lambda z, v, t: np.log(softmax(z, t)) - np.log(softmax(v, t)),
            lambda z, v, t: softmax(v, t) @ np.log(softmax(z, t)),
        ],
    ),
    "4.3": Answers(
        right=[
            79 / 4096,
            0.0193,
            0.01929,
            np.float32(0.0193),
            Fraction(79, 4096),
            [0.0193],
            sum(math.comb(12, k) for k in (10, 11, 12)) / 2**12,
            stats.binom.sf(9, 12, 0.5),
            1 - stats.binom.cdf(9, 12, 0.5),
        ],
        slips=[
            (66 / 4096, "Eleven and twelve"),
            (158 / 4096, "this one"),
            (10 / 12, "share of wins"),
        ],
        wrong=[0.5, 0.5**10, 79, 13 / 4096, 78 / 4096, 1 - 79 / 4096, 0.02, 299 / 4096],
    ),
    "4.4": Answers(
        right=[
            even,
            same_confidence,
            one_after_the_other,
            mixed,
            by_where,
            by_sorting,
            lambda p: even(p).tolist(),
            lambda p: even(p).astype(np.float32),
        ],
        slips=[
            (lambda p: np.sort(even(p))[::-1], "in its own place"),
            (lambda p: np.where(p == p.max(), p.max(), (1 - p.max()) / (len(p) - 1)), "Of two that tie"),
            (lambda p: even(p[::-1])[::-1], "Of two that tie"),
            (lambda p: even(p) if len(p) > 2 else np.full(2, 0.5), "Nothing is left to spread"),
        ],
        wrong=[
            lambda p: np.full(len(p), 1 / len(p)),
            lambda p: p,
            lambda p: np.where(p == p.max(), p.max(), (1 - p.max()) / len(p)),
            lambda p: np.where(p == p.max(), p.max(), 0),
            lambda p: np.where(p == p.max(), p.max(), 1 - p.max()),
            lambda p: np.eye(len(p))[p.argmax()],
            lambda p: 0.9 * np.eye(len(p))[p.argmax()] + 0.1 / len(p),
        ],
    ),
    "4.5": Answers(
        right=[
            12 / np.log(3),
            10.923,
            10.92,
            10.9,
            np.float32(10.92),
            [10.9],
            Fraction(1092, 100),
            -12 / math.log(1 / 3),
            temperature_for_top_probability([12.0, 0.0], 0.75),
        ],
        slips=[
            (12 / np.log(4), "the odds are 3, not 4"),
            (4, "logarithm of 3"),
            (-12 / np.log(3), "positive"),
        ],
        wrong=[12, 36, np.log(3) / 12, 12 * np.log(3), 12 / np.log10(3), 12 / np.log2(3), 12 / np.log(1.5), 11],
    ),
}
