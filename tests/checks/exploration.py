"""Answers to the exercises of chapter 7."""

import math
from fractions import Fraction

import numpy as np

from checks.bank import Answers
from tempcourse.exploration import geometric, harmonic
from tempcourse.softmax import log_softmax, softmax, temperature_for_top_probability


def share_of_ruined(walks):
    paid = np.random.default_rng(3).random((walks, 200)) < 0.6
    return (np.where(paid, 1, -1).cumsum(axis=1).min(axis=1) < 0).mean()


def after_many_steps(x=0.0):
    for _ in range(100):
        x = 0.4 + 0.6 * x**2
    return x


def choose(estimates, pulls, scale, noise):
    return (estimates + scale * noise / pulls**0.5).argmax()


def one_by_one(estimates, pulls, scale, noise):
    index = [m + scale * g / math.sqrt(n) for m, n, g in zip(estimates, pulls, noise, strict=True)]
    return index.index(max(index))


def by_sorting(estimates, pulls, scale, noise):
    return np.argsort(estimates + scale * noise * np.sqrt(1 / pulls))[-1]


def with_width(width):
    return lambda m, n, c, g: np.argmax(m + c * g * width(n))


def score(preferences, arm, temperature):
    slopes = -softmax(preferences, temperature)
    slopes[arm] += 1
    return slopes / temperature


def by_differences(preferences, arm, temperature):
    nudged = np.eye(len(preferences)) * 1e-5
    return [
        (log_softmax(preferences + e, temperature)[arm] - log_softmax(preferences - e, temperature)[arm]) / 2e-5
        for e in nudged
    ]


def by_comparison(preferences, arm, temperature):
    p = softmax(preferences, temperature)
    return [((i == arm) - p[i]) / temperature for i in range(len(p))]


def by_jacobian(preferences, arm, temperature):
    p = softmax(preferences, temperature)
    return (np.diag(p) - np.outer(p, p))[arm] / temperature / p[arm]


def plain_exp(preferences, arm, temperature):
    weights = np.exp(preferences / temperature)
    return (np.eye(len(weights))[arm] - weights / weights.sum()) / temperature


BANK = {
    "7.1": Answers(
        right=[
            2 / 3,
            0.67,
            0.66,
            0.667,
            np.float32(2 / 3),
            Fraction(2, 3),
            [0.667],
            np.roots([0.6, -1, 0.4]).min(),
            after_many_steps(),
            share_of_ruined(10_000),
        ],
        slips=[(0.4, "fails at once"), (1, "tends upwards"), (1 / 3, "end with the better arm")],
        wrong=[0.5, 0.6, 1.5, 0.4 + 0.6 * 0.4**2, 0, 0.16, 0.4**2 / 0.6],
    ),
    "7.2": Answers(
        right=[
            0.5 * softmax([0.5, 0], 0.5)[1],
            0.1345,
            0.134,
            0.135,
            np.float32(0.1345),
            [0.1345],
            269 / 2000,
            Fraction(1345, 10_000),
            0.5 - 0.5 / (1 + math.exp(-1)),
        ],
        slips=[
            (1 / (1 + np.e), "What does each cost?"),
            (0.5 / (1 + np.exp(-1)), "The worse arm's is smaller"),
            (1000 / (1 + np.e), "Asked is one"),
        ],
        wrong=[0.25, 0.5, np.exp(-1), 0.5 / np.e, 0, 0.5 * softmax([0.5, 0])[1], 0.038, -0.1345],
    ),
    "7.3": Answers(
        right=[
            harmonic(20),
            lambda t: 18 / t,
            lambda t: 25 / t,
            lambda t: 20 / (t + 5),
            lambda t: 8 / t**0.8,
            lambda t: np.float32(20) / t,
            lambda t: np.array(20 / (t + t**2 / 2000)),
            lambda t: math.inf if t < 10 else 20 / t,
        ],
        slips=[
            (lambda t: 0.2, "stuck: warmer for longer, or not? Yours never falls"),
            (lambda t: t / 20, "0 % of the runs are stuck: warmer for longer, or not? Yours never falls"),
            (geometric(1, 0.99), "stuck: warmer for longer, or not? Try c/t", "On the arms 0.5 and 0"),
            (harmonic(10), "stuck: warmer for longer, or not? Try c/t", "On the arms 0.2 and 0 the mean regret is"),
            (harmonic(30), "0 % of the runs are stuck: warmer for longer, or not? Try c/t"),
            (lambda t: 0.0, "Yours never falls"),
            (lambda t: 1 - t / 100, "at least 0"),
            (lambda t: [1, 2], "one number"),
            (lambda t: 1 / t**0.5, "Try c/t"),
            (lambda t: print(end=""), "Does the function end with a `return`?"),
            (0.2, "Hand over the function itself"),
        ],
    ),
    "7.4": Answers(
        right=[
            choose,
            one_by_one,
            by_sorting,
            with_width(lambda n: 1 / np.sqrt(n)),
            with_width(lambda n: np.power(n.astype(float), -0.5)),
            lambda m, n, c, g: int(choose(m, n, c, g)),
            lambda m, n, c, g: np.float32(choose(m, n, c, g)),
            lambda m, n, c, g: np.argmin(-m - c * g / np.sqrt(n)),
            lambda m, n, c, g: np.argmax(m / c + g / np.sqrt(n)),
        ],
        slips=[
            (with_width(lambda n: 1), "The less an arm is pulled"),
            (lambda m, n, c, g: np.argmax(m), "The less an arm is pulled"),
            (lambda m, n, c, g: np.argmax(m - c * g / np.sqrt(n)), "The less an arm is pulled"),
            (with_width(np.sqrt), "The less an arm is pulled"),
            (with_width(lambda n: 1 / n), "square root of the pulls"),
            (with_width(lambda n: 1 / np.sqrt(n.sum())), "The less an arm is pulled"),
            (lambda m, n, c, g: np.argmax(m + g / np.sqrt(n)), "The scale multiplies"),
            (with_width(lambda n: 1 / np.sqrt(n + 1)), "and nothing else"),
            (with_width(lambda n: n**-0.4), "and nothing else"),
            (with_width(lambda n: np.sqrt(2 / n)), "square root of the pulls"),
            (lambda m, n, c, g: m + c * g / np.sqrt(n), "The less an arm is pulled", "wanted was ()"),
        ],
    ),
    "7.5": Answers(
        right=[
            score,
            by_differences,
            by_comparison,
            by_jacobian,
            lambda h, a, t: score(h, a, t).tolist(),
            lambda h, a, t: score(h - h.max(), a, t),
            lambda h, a, t: score(h / t, a, 1) / t,
            lambda h, a, t: score(h, a, t).astype(np.float32),
        ],
        slips=[
            (lambda h, a, t: -softmax(h, t), "What was drawn is raised"),
            (lambda h, a, t: -score(h, a, t), "What was drawn is raised"),
            (lambda h, a, t: np.eye(len(h))[a], "What was drawn is raised"),
            (lambda h, a, t: log_softmax(h, t), "What was drawn is raised"),
            (lambda h, a, t: softmax(h, t)[a] * score(h, a, t), "What was drawn is raised"),
            (lambda h, a, t: np.eye(len(h))[a] - softmax(h, t), "below the whole"),
            (lambda h, a, t: (np.eye(len(h))[a] - softmax(h)) / t, "below the whole"),
            (lambda h, a, t: t * (np.eye(len(h))[a] - softmax(h, t)), "below the whole"),
            (plain_exp, "a plain exp overflows"),
        ],
        wrong=[lambda h, a, t: score(h, 0, t)],
    ),
    "7.6": Answers(
        right=[
            1 / np.log(9),
            0.455,
            0.4551,
            np.float32(0.455),
            [0.455],
            Fraction(455, 1000),
            -1 / math.log(1 / 9),
            temperature_for_top_probability([1.0, 0.0], 0.9),
        ],
        slips=[
            (np.log(9), "one over the weight"),
            (1 / np.log(10), "odds of 9 to 1"),
            (0.1, "The weight is a temperature"),
        ],
        wrong=[0.9, 9, 1 / np.log10(9), -1 / np.log(0.9), 1 / 9, 0.5, -1 / np.log(9), 1 / np.log2(9)],
    ),
}
