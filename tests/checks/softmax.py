"""Answers to the exercises of chapter 1."""

import math
from bisect import bisect_right
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

import numpy as np
from scipy import special

from checks.bank import Answers
from tempcourse.softmax import log_softmax, logsumexp, softmax


def naive(logits):
    weights = np.exp(logits)
    return weights / weights.sum(axis=-1, keepdims=True)


def shifted_by(chosen):
    """Return the softmax that takes off what is chosen of each row; the largest is the right choice."""

    def answer(logits):
        z = np.asarray(logits, dtype=float)
        return naive(z - chosen(z))

    return answer


def row_by_row(logits):
    rows = []
    for row in np.asarray(logits).tolist():
        weights = [math.exp(z - max(row)) for z in row]
        rows.append([weight / sum(weights) for weight in weights])
    return rows


def with_the_spread(logits):
    z = np.asarray(logits, dtype=float)
    spread = np.ptp(z, axis=-1, keepdims=True)
    return softmax(z / spread, 1 / spread)


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


def loss_by_gaps(logits, target):
    z = [float(score) for score in logits]
    top = max(z)
    return math.log(math.fsum(math.exp(score - top) for score in z)) + top - z[target]


def loss_that_wraps(logits, target):
    top = np.max(logits)
    return top + np.log(np.exp(logits - top).sum()) - logits[target]


def without_the_target(logits, target):
    gaps = np.delete(np.asarray(logits, dtype=float), target) - float(logits[target])
    return np.logaddexp(0, np.logaddexp.reduce(gaps))


def by_one_hot(logits, target):
    z = np.asarray(logits, dtype=float)
    return logsumexp(z) - np.eye(len(z))[target] @ z


def trusted(probabilities, u):
    ends = np.cumsum(probabilities, dtype=np.float64)
    return np.searchsorted(ends, u * ends[-1], side="right")


def first_beyond(probabilities, u):
    ends = np.asarray(probabilities, dtype=np.float64).cumsum()
    return np.argmax(ends / ends[-1] > u)


def how_many_before(probabilities, u):
    ends = np.asarray(probabilities, dtype=np.longdouble).cumsum()
    return np.count_nonzero(ends <= np.longdouble(u) * ends[-1])


def walk(probabilities, u):
    left = u * math.fsum(probabilities)
    for index, p in enumerate(probabilities.tolist()):
        if left < p:
            return index
        left -= p
    return int(np.flatnonzero(probabilities)[-1])


def by_bisection(probabilities, u):
    ends = list(accumulate(float(p) for p in probabilities))
    return bisect_right(ends, u * ends[-1])


def normalised_first(probabilities, u):
    p = probabilities.astype(float)
    ends = (p / p.sum()).cumsum()
    return min(np.searchsorted(ends, u, side="right"), np.flatnonzero(p)[-1])


def by_digitize(probabilities, u):
    ends = np.cumsum(probabilities, dtype=float)
    return int(np.digitize(u * ends[-1], ends))


def cumulative(probabilities, u):
    return np.searchsorted(np.cumsum(probabilities), u, side="right")


def stretched(probabilities, u):
    ends = np.cumsum(probabilities)
    return np.searchsorted(ends, u * ends[-1], side="right")


def where_the_gap_is_lost():
    gaps = np.arange(0, 120, 0.25)
    table = softmax(np.stack([gaps, 0 * gaps], axis=1).astype(np.float32))
    return gaps[np.argmax(table[:, 0] == 1)], gaps[np.argmax(table[:, 1] == 0)]


BANK = {
    "1.1": Answers(
        right=[
            np.exp(1.9),
            6.69,
            6.7,
            np.float32(6.6859),
            np.array(6.6859),
            [6.6859],
            Fraction(669, 100),
            Decimal("6.69"),
            math.e**1.9,
            softmax([2, 1, 0.5, 0.1])[0] / softmax([2, 1, 0.5, 0.1])[3],
        ],
        slips=[
            (1.9, "the gap between the two scores"),
            (np.exp(-1.9), "the other way round"),
            (20, "quotient"),
        ],
        wrong=[np.log(20), np.exp(2), np.exp(2.1), 2**1.9, 10**1.9, softmax([2, 0.1])[0], 6.0],
    ),
    "1.2": Answers(
        right=[
            np.log(99 * 50_256),
            15.42,
            15.4,
            np.log(99) + np.log(50_256),
            math.log(0.99 / (0.01 / 50_256)),
            np.float32(15.42),
            np.array([15.42]),
            -np.log(1 / 0.99 - 1) + np.log(50_256),
        ],
        slips=[(np.log(99), "one rival"), (np.log(50_256), "one half"), (np.log(100 * 50_256), "99 to 1")],
        wrong=[
            10,
            99 * 50_256,
            np.log10(99 * 50_256),
            np.log2(99 * 50_256),
            np.log(50_256) / 0.99,
            np.log(9 * 50_256),
            np.log(0.99),
            -np.log(99 * 50_256),
        ],
    ),
    "1.3": Answers(
        right=[
            softmax,
            lambda logits: softmax(logits).tolist(),
            lambda logits: special.softmax(np.asarray(logits, dtype=float), axis=1),
            lambda logits: softmax(logits.astype(np.float32)),
            lambda logits: np.exp(log_softmax(logits)),
            lambda logits: np.exp(logits - logsumexp(logits)[:, np.newaxis]),
            lambda logits: np.array([softmax(row) for row in logits]),
            lambda logits: softmax(logits.T, axis=0).T,
            shifted_by(lambda z: z.max(axis=1).reshape(-1, 1)),
            row_by_row,
        ],
        slips=[
            (naive, "exp(1000) overflows", "On large logits"),
            (all_rows_together, "Each row sums to 1 on its own", "On two rows"),
            (lambda logits: softmax(logits, axis=0) if len(logits) > 1 else softmax(logits), "look at `axis`"),
            (one_maximum, "the maximum of each row", "On a large row above a modest one"),
            (in_place, "Work on a new array", "yours changed the array it was given"),
            (in_the_input_type, "an integer one holds no fractions", "On integer logits, [[3, 1], [0, 2]]"),
            (wrapping, "The subtraction wraps round", "On 8-bit integer logits"),
            (
                shifted_by(lambda z: np.maximum(z.max(axis=-1, keepdims=True), 0)),
                "Subtract the maximum whatever its sign",
            ),
            (shifted_by(lambda z: z.mean(axis=-1, keepdims=True)), "Subtract the largest"),
            (with_the_spread, "no special treatment", "On a masked class"),
            (softmax(np.ones((1, 2))), "Hand over the function itself"),
        ],
        wrong=[
            lambda logits: np.exp(logits),
            lambda logits: softmax(logits)[0],
            lambda logits: softmax(logits).argmax(axis=-1),
            lambda logits: softmax(-logits),
            lambda logits: np.log(softmax(logits)),
            lambda logits: softmax(logits).round(3),
            lambda logits: logits / logits.sum(axis=-1, keepdims=True),
            lambda logits: 2.0**logits / (2.0**logits).sum(axis=-1, keepdims=True),
        ],
    ),
    "1.4": Answers(
        right=[
            loss,
            lambda logits, target: float(loss(logits, target)),
            lambda logits, target: logsumexp(logits) - float(logits[target]),
            lambda logits, target: special.logsumexp(logits.astype(float)) - float(logits[target]),
            lambda logits, target: np.logaddexp.reduce(logits.astype(float)) - float(logits[target]),
            lambda logits, target: -special.log_softmax(logits.astype(float))[target],
            lambda logits, target: np.float32(loss(logits, target)),
            lambda logits, target: loss(logits[::-1], len(logits) - 1 - target),
            loss_by_gaps,
            without_the_target,
        ],
        slips=[
            (
                lambda z, t: -np.log(np.exp(z) / np.exp(z).sum())[t],
                "never form the probability",
                "On [0, 1000] with target 0",
            ),
            (lambda z, t: -np.log(softmax(z))[t], "never form the probability", "On [0, 1000] with target 0"),
            (lambda z, t: -np.log(softmax(z) + 1e-9)[t], "never form the probability", "On [0, 1000] with target 0"),
            (
                lambda z, t: np.log(np.exp(z.astype(float)).sum()) - float(z[t]) if max(z) < 700 else loss(z, t),
                "Subtract the maximum inside the logarithm",
                "On [-1000, -1001]",
            ),
            (loss_that_wraps, "The subtraction wraps round", "On 8-bit integer logits"),
            (by_one_hot, "0 times -inf is nan", "On a masked class"),
        ],
        wrong=[
            lambda z, t: -loss(z, t),
            lambda z, t: loss(z, 0),
            lambda z, t: loss(z, t) / np.log(2),
            lambda z, t: 1 - softmax(z)[t],
            lambda z, t: -log_softmax(z),
            lambda z, t: -log_softmax(z).mean(),
            lambda z, t: max(z) - z[t],
            lambda z, t: logsumexp(z),
            lambda z, t: loss(z, np.argmax(z)),
        ],
    ),
    "1.5": Answers(
        right=[
            [16.7, 104.0],
            (17, 104),
            np.array([17, 104]),
            [24 * np.log(2), 150 * np.log(2)],
            np.array([16.64, 103.98], dtype=np.float32),
            where_the_gap_is_lost(),
            [Fraction(33, 2), Fraction(207, 2)],
            [16, 103],
            (17.4, 104.9),
        ],
        slips=[
            ([104, 17], "other order"),
            ([37, 746], "float64"),
            ([37, 104], "float64"),
            ([17, 746], "float64"),
            ([17, 88], "smallest *normal* float32"),
            ([17, np.inf], "Give finite numbers", "Yours holds an infinity"),
        ],
        wrong=[[1, 2], [17, 17], [8, 17], [24, 150], [15, 104], [17, 100], [0, 0]],
    ),
    "1.6": Answers(
        right=[
            trusted,
            lambda probabilities, u: int(trusted(probabilities, u)),
            first_beyond,
            how_many_before,
            walk,
            by_bisection,
            normalised_first,
            by_digitize,
            lambda probabilities, u: np.float32(trusted(probabilities, u)),
        ],
        slips=[
            (lambda p, u: np.searchsorted(np.cumsum(p), u), "must never be drawn", "On [0, 1] with u = 0"),
            (lambda p, u: max(1, trusted(p, u)) if p[0] == 0 else trusted(p, u - 1e-9), "side="),
            (cumulative, "the last cumulative sum", "On [0.7, 0.2, 0.1] with u just below 1, yours returned 3."),
            (
                lambda p, u: min(cumulative(p, u), len(p) - 1),
                "Clipping the index",
                "On [0.7, 0.2, 0.1, 0] with u just below 1",
            ),
            (lambda p, u: int(u * len(p)), "must never be drawn", "On [0, 1] with u = 0"),
            (lambda p, u: np.cumsum(p) > u, "Give plain numbers"),
            (stretched, "Sum in float64", "a plain Python float"),
            (
                lambda p, u: min(cumulative(p, np.float64(u)), np.flatnonzero(p)[-1]),
                "more than 1 in float32",
                "On 50,257 equal classes",
            ),
        ],
        wrong=[
            lambda p, u: np.argmax(p),
            lambda p, u: trusted(p, 1 - u),
            lambda p, u: trusted(p, u) + 1,
            lambda p, u: np.random.default_rng(0).choice(len(p), p=p / p.sum()),
            lambda p, u: p[trusted(p, u)],
            lambda p, u: np.argmin(np.abs(np.cumsum(p) - u)),
        ],
    ),
}
