"""Answers to the exercises of chapter 11."""

from fractions import Fraction

import numpy as np

from checks.bank import Answers
from tempcourse.softmax import effective_choices, entropy, kl_divergence, softmax, temperature_for_top_probability

TAU = temperature_for_top_probability([3.0, 2.0, 1.0, 0.0], 0.5)
STORY = np.array([0.40, 0.25, 0.15] + 7 * [0.20 / 7])
LENS = np.linspace(9, 11, 20001)
SHOWN = LENS[np.abs(softmax(LENS[:, None] * np.log(STORY))[:, 0] - 0.99).argmin()]


def best_two_fall(cold, hot):
    return np.sort(cold)[-2:].sum() > np.sort(hot)[-2:].sum() - 1e-12


def majorises(cold, hot):
    sums = [np.cumsum(-np.sort(-p))[:-1] for p in (cold, hot)]
    return bool((sums[0] >= sums[1] - 1e-12).all())


def gaps_in_proportion(cold, hot):
    a, b = (np.log(p) - np.log(p[0]) for p in (cold, hot))
    return np.allclose(np.outer(a, b), np.outer(b, a))


def same_order(cold, hot):
    return np.array_equal(np.argsort(cold, kind="stable"), np.argsort(hot, kind="stable"))


def nearer_to_uniform(cold, hot):
    even = np.full(len(cold), 1 / len(cold))
    return kl_divergence(hot, even) <= kl_divergence(cold, even) + 1e-12


BANK = {
    "11.1": Answers(
        right=[TAU, round(TAU, 2), 1.64, np.float32(TAU), [TAU], np.array(TAU), Fraction(164, 100), round(TAU, 3)],
        slips=[(0.644, "what the first class has"), (1 / TAU, "Upside down"), (3 / np.log(2), "three others")],
        wrong=[1, 2, 0.5, 1.5, 1.7],
    ),
    "11.2": Answers(
        right=[0.5, 1 / 2, Fraction(1, 2), np.float32(0.5), [0.5], np.array(0.5), 0.501, np.float64(0.5)],
        slips=[(1, "half as far"), (2, "other way up"), (0.25, "already twice")],
        wrong=[0, 4, 0.1, 0.55, 0.45],
    ),
    "11.3": Answers(
        right=[SHOWN, 9.8, 9.79, np.log(99) / np.log(1.6), np.float32(9.8), [9.8], Fraction(98, 10), np.array(SHOWN)],
        slips=[(20, "99.99 %"), (10, "Seven share them"), (0.102, "Upside down")],
        wrong=[12, 1, 5, 2, 9.6],
    ),
    "11.4": Answers(
        right=[0.51, 0.6 * 0.34 / 0.4, Fraction(51, 100), np.float32(0.51), [0.51], np.array(0.51), 0.5101, 0.5099],
        slips=[(0.204, "whole text"), (0.34, "second words alone"), (0.34 / 0.6, "Upside down")],
        wrong=[0.9, 0.36, 0.5, 0.4, 0],
    ),
    "11.5": Answers(
        right=[
            best_two_fall,
            majorises,
            gaps_in_proportion,
            same_order,
            nearer_to_uniform,
            lambda cold, hot: cold.max() > hot.max(),
            lambda cold, hot: bool(entropy(hot) > entropy(cold)),
            lambda cold, hot: effective_choices(cold) < effective_choices(hot),
            lambda cold, hot: cold.argmax() == hot.argmax(),
            lambda cold, hot: min(hot) > min(cold),
            lambda cold, hot: (cold**2).sum() > (hot**2).sum(),
            lambda cold, hot: np.ptp(cold) > np.ptp(hot),
        ],
        slips=[
            (lambda cold, hot: True, "any two distributions whatever", "Yours held for all"),
            (lambda cold, hot: np.isclose(hot.sum(), 1), "any two distributions whatever"),
            (lambda cold, hot: cold.shape == hot.shape, "any two distributions whatever"),
            (lambda cold, hot: hot.max() > cold.max(), "other way round"),
            (lambda cold, hot: entropy(cold) > entropy(hot), "other way round", "Yours is refuted by"),
        ],
        wrong=[
            lambda cold, hot: bool((np.delete(hot, cold.argmax()) >= np.delete(cold, cold.argmax()) - 1e-12).all()),
            lambda cold, hot: np.sort(hot)[-2] >= np.sort(cold)[-2],
            lambda cold, hot: hot.max() < cold.max() / 2,
            lambda cold, hot: bool((abs(hot - 1 / len(hot)) <= abs(cold - 1 / len(cold)) + 1e-12).all()),
            lambda cold, hot: np.allclose(cold[0] / cold[1], hot[0] / hot[1]),
            lambda cold, hot: np.allclose(cold, hot),
            lambda cold, hot: abs(hot - cold).max() < 0.3,
            lambda cold, hot: np.median(hot) > np.median(cold),
        ],
    ),
}
