"""Answers to the exercises of chapter 1."""

from fractions import Fraction

import numpy as np

from checks.bank import Answers
from tempcourse.softmax import log_softmax, softmax


def naive(logits):
    weights = np.exp(logits)
    return weights / weights.sum(axis=-1, keepdims=True)


def all_rows_together(logits):
    weights = np.exp(logits - logits.max())
    return weights / weights.sum()


def one_maximum(logits):
    weights = np.exp(logits - logits.max())
    return weights / weights.sum(axis=-1, keepdims=True)


def in_place(logits):
    logits -= logits.max(axis=-1, keepdims=True)
    return naive(logits)


def wrapping(logits):
    return naive(logits - logits.max(axis=-1, keepdims=True))


def in_the_input_type(logits):
    return softmax(logits).astype(logits.dtype)


def loss(logits, target):
    return -log_softmax(logits)[target]


def trusted(probabilities, u):
    ends = np.cumsum(probabilities, dtype=np.float64)
    return np.searchsorted(ends, u * ends[-1], side="right")


def cumulative(probabilities, u):
    return np.searchsorted(np.cumsum(probabilities), u, side="right")


BANK = {
    "1.1": Answers(
        right=[np.exp(1.9), 6.69, np.float32(6.6859), np.array(6.6859), [6.6859], Fraction(669, 100)],
        slips=[
            (1.9, "the gap between the two scores"),
            (np.exp(-1.9), "the other way round"),
            (20, "quotient"),
        ],
        wrong=[3],
    ),
    "1.2": Answers(
        right=[np.log(99 * 50_256), 15.42],
        slips=[(np.log(99), "one rival"), (np.log(50_256), "one half")],
        wrong=[10],
    ),
    "1.3": Answers(
        right=[softmax, lambda logits: softmax(logits).tolist()],
        slips=[
            (naive, "exp(1000) overflows", "On large logits"),
            (all_rows_together, "Each row sums to 1 on its own", "On two rows"),
            (one_maximum, "the maximum of each row", "On a large row above a modest one"),
            (in_place, "Work on a new array", "yours changed the array it was given"),
            (in_the_input_type, "an integer one holds no fractions", "On integer logits, [[3, 1], [0, 2]]"),
            (wrapping, "The subtraction wraps round", "On 8-bit integer logits"),
            (softmax(np.ones((1, 2))), "Hand over the function itself"),
        ],
        wrong=[lambda logits: np.exp(logits), lambda logits: softmax(logits)[0]],
    ),
    "1.4": Answers(
        right=[loss, lambda logits, target: float(loss(logits, target))],
        slips=[
            (
                lambda z, t: -np.log(np.exp(z) / np.exp(z).sum())[t],
                "never form the probability",
                "On [0, 1000] with target 0",
            ),
            (lambda z, t: -np.log(softmax(z))[t], "never form the probability", "On [0, 1000] with target 0"),
            (
                lambda z, t: np.log(np.exp(z).sum()) - z[t] if max(z) < 700 else loss(z, t),
                "Subtract the maximum inside the logarithm",
                "On [-1000, -1001]",
            ),
        ],
        wrong=[lambda z, t: -loss(z, t), lambda z, t: loss(z, 0)],
    ),
    "1.5": Answers(
        right=[[16.7, 104.0], (17, 104), np.array([17, 104])],
        slips=[
            ([104, 17], "other order"),
            ([37, 746], "float64"),
            ([37, 104], "float64"),
            ([17, 746], "float64"),
        ],
        wrong=[[1, 2]],
    ),
    "1.6": Answers(
        right=[trusted, lambda probabilities, u: int(trusted(probabilities, u))],
        slips=[
            (lambda p, u: np.searchsorted(np.cumsum(p), u), "must never be drawn", "On [0, 1] with u = 0"),
            (cumulative, "the last cumulative sum", "On [0.7, 0.2, 0.1] with u just below 1, yours returned 3."),
            (
                lambda p, u: min(cumulative(p, u), len(p) - 1),
                "Clipping the index",
                "On [0.7, 0.2, 0.1, 0] with u just below 1",
            ),
            (
                lambda p, u: min(cumulative(p, u), np.flatnonzero(p)[-1]),
                "more than 1 in float32",
                "On 50,257 equal classes",
            ),
        ],
        wrong=[lambda p, u: np.argmax(p), lambda p, u: trusted(p, 1 - u)],
    ),
}
