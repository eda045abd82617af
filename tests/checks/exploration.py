"""Answers to the exercises of chapter 7."""

import numpy as np

from checks.bank import Answers
from tempcourse.exploration import geometric, harmonic
from tempcourse.softmax import softmax


def choose(estimates, pulls, scale, noise):
    return (estimates + scale * noise / pulls**0.5).argmax()


def score(preferences, arm, temperature):
    slopes = -softmax(preferences, temperature)
    slopes[arm] += 1
    return slopes / temperature


BANK = {
    "7.1": Answers(
        right=[2 / 3, 0.67],
        slips=[(0.4, "fails at once"), (1, "tends upwards"), (1 / 3, "end with the better arm")],
        wrong=[0.5],
    ),
    "7.2": Answers(
        right=[0.5 * softmax([0.5, 0], 0.5)[1], 0.1345],
        slips=[
            (1 / (1 + np.e), "What does each cost?"),
            (0.5 / (1 + np.exp(-1)), "The worse arm's is smaller"),
            (1000 / (1 + np.e), "Asked is one"),
        ],
        wrong=[0.25],
    ),
    "7.3": Answers(
        right=[harmonic(20), lambda t: 15 / t],
        slips=[
            (lambda t: 0.2, "stuck: warmer for longer, or not? Yours never falls"),
            (lambda t: t / 20, "0 % of the runs are stuck: warmer for longer, or not? Yours never falls"),
            (geometric(1, 0.99), "stuck: warmer for longer, or not? Try c/t"),
            (harmonic(10), "stuck: warmer for longer, or not? Try c/t", "On the arms 0.2 and 0 the mean regret is"),
            (lambda t: 1 - t / 100, "at least 0"),
            (lambda t: [1, 2], "one number"),
            (0.2, "Hand over the function itself"),
        ],
    ),
    "7.4": Answers(
        right=[choose],
        slips=[
            (lambda m, n, c, g: np.argmax(m + c * g), "The less an arm is pulled"),
            (lambda m, n, c, g: np.argmax(m + c * g / n), "square root of the pulls"),
            (lambda m, n, c, g: np.argmax(m + g / np.sqrt(n)), "The scale multiplies"),
        ],
    ),
    "7.5": Answers(
        right=[score],
        slips=[
            (lambda h, a, t: -softmax(h, t), "What was drawn is raised"),
            (lambda h, a, t: np.eye(len(h))[a] - softmax(h, t), "below the whole"),
            (lambda h, a, t: (np.eye(len(h))[a] - softmax(h)) / t, "below the whole"),
        ],
    ),
    "7.6": Answers(
        right=[1 / np.log(9), 0.455],
        slips=[
            (np.log(9), "one over the weight"),
            (1 / np.log(10), "odds of 9 to 1"),
            (0.1, "The weight is a temperature"),
        ],
    ),
}
