"""Answers to the exercises of chapter 6."""

import numpy as np

from checks.bank import Answers
from tempcourse.softmax import softmax


def beam_step(scores, log_p):
    return sorted((s + q for s, row in zip(scores, log_p, strict=True) for q in row), reverse=True)[: len(scores)]


def first_token(first, then, temperature):
    weights = [a ** (1 / temperature) * sum(row ** (1 / temperature)) for a, row in zip(first, then, strict=True)]
    return np.array(weights) / sum(weights)


BANK = {
    "6.1": Answers(
        right=[0.36],
        slips=[(0.22, "greedy's text"), (0.8, "Multiply by the first")],
        wrong=[0.5],
    ),
    "6.2": Answers(
        right=[beam_step],
        slips=[
            (lambda s, q: np.sort((s[:, None] + q).max(axis=1))[::-1], "compete with each other"),
            (lambda s, q: beam_step(np.sort(s)[::-1], q), "The best comes first"),
        ],
        wrong=[lambda s, q: np.sort((s[:, None] + q).ravel())[-len(s) :]],
    ),
    "6.3": Answers(
        right=[21.97],
        slips=[
            (-100 * np.log(0.9), "all heads"),
            (32.5, "exceed"),
            (21.97 / np.log(2), "in bits"),
        ],
    ),
    "6.4": Answers(
        right=[0.335],
        slips=[(1, "Go colder"), (0.387, "tree in the text")],
        wrong=[0.5],
    ),
    "6.5": Answers(
        right=[first_token],
        slips=[(lambda a, b, t: softmax(np.log(a), t), "times the *sum*")],
    ),
}
