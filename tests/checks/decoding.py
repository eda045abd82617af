"""Answers to the exercises of chapter 5."""

import numpy as np

from checks.bank import Answers


def gumbel_max(logits, temperature, u):
    return np.argmax(logits - temperature * np.log(-np.log(u)))


def nucleus(probabilities, p):
    count, total = 0, 0.0
    for q in sorted(probabilities, reverse=True):
        if total >= p - 1e-9:
            break
        count, total = count + 1, total + q
    return count


def sums(probabilities):
    return np.cumsum(np.sort(probabilities)[::-1])


BANK = {
    "5.1": Answers(
        right=[np.exp(2.2 / 0.8), 15.64],
        slips=[
            (np.exp(2.2), "odds at τ = 1"),
            (np.exp(1.76), "Below 1 the odds grow"),
            (np.exp(-2.75), "second against the first"),
            (np.exp(2.2) / 0.8, "not the odds"),
        ],
        wrong=[1],
    ),
    "5.2": Answers(
        right=[gumbel_max, lambda z, t, u: int(gumbel_max(z, t, u))],
        slips=[
            (lambda z, t, u: np.argmax(z / t - np.log(-np.log(u))) if t else 2, "multiply the noise"),
            (lambda z, t, u: np.argmax(z - np.log(-np.log(u))), "no noise"),
            (lambda z, t, u: gumbel_max(z, np.sign(t), u), "Cold, the noise is soft"),
            (lambda z, t, u: gumbel_max(z, min(t, 1), u), "Hot, the noise is loud"),
        ],
        wrong=[lambda z, t, u: np.argmax(z)],
    ),
    "5.3": Answers(
        right=[nucleus],
        slips=[
            (lambda q, p: int((np.cumsum(q) < p).sum()) + 1, "Sort first"),
            (lambda q, p: nucleus(q[q >= 0.3 * max(q)], p), "The one that reaches p counts"),
            (lambda q, p: nucleus(q, p) if p >= min(q) else 0, "At least one is kept"),
            (lambda q, p: int((sums(q) <= p).sum()) + 1, "To reach p is enough"),
        ],
        wrong=[lambda q, p: max(1, int((sums(q) < p).sum())), lambda q, p: 1 + int(max(q) < p)],
    ),
    "5.4": Answers(
        right=[0.01],
        slips=[
            (np.sqrt(0.1), "other direction"),
            (0.1, "do not commute"),
            (0.2, "not divided"),
        ],
    ),
    "5.5": Answers(
        right=[[3.0, 0.5, 0.4, 0.3], np.array([0.1, 0.2, 3.1, 0.0])],
        slips=[([2, 1, 0.5, 0.1], "larger gap"), ([30, 1, 0.5, 0.1], "smaller gap")],
    ),
}
