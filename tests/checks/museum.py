"""Answers to the exercises of chapter 12."""

import math
from fractions import Fraction

import numpy as np
from scipy.special import log_softmax as scipy_log_softmax
from scipy.special import softmax as scipy_softmax

from checks.bank import Answers
from tempcourse.boltzmann import boltzmann
from tempcourse.softmax import log_softmax, logsumexp, softmax

SKETCH = np.array([2.0, 1.0, 0.5, 0.1])
RETURNED = np.array([0.7369, 0.1545, 0.0707, 0.0379])
LIMIT = 149 * math.log(2) + math.log(2)  # below half of the least number, exp rounds to 0


def settled(function):
    """Return a function of (logits, temperature, default) from one of logits and a temperature above 0."""

    def mended(logits, temperature, default):
        tau = default if temperature is None else temperature
        z = np.array(logits, float)
        return function(z, tau) if tau > 0 else (z == z.max()) / (z == z.max()).sum()

    return mended


def with_power(z, tau):
    weights = np.exp(z - z.max()) ** (1 / tau)
    return weights / weights.sum()


def one_by_one(z, tau):
    weights = [math.exp((each - max(z)) / tau) for each in z]
    return [weight / sum(weights) for weight in weights]


def against_each_other(z, tau):
    with np.errstate(invalid="ignore"):
        gaps = np.nan_to_num(z[np.newaxis] - z[:, np.newaxis], nan=0.0)
    return 1 / np.exp(gaps / tau).sum(axis=1)


def falsy(logits, temperature, default):
    return softmax(logits, temperature or default)


def divided_first(logits, temperature, default):
    tau = default if temperature is None else temperature
    if tau == 0:
        return softmax(logits, 0)
    scaled = logits / tau
    weights = np.exp(scaled - scaled.max())
    return weights / weights.sum()


def no_case_for_zero(logits, temperature, default):
    tau = default if temperature is None else temperature
    weights = np.exp((logits - logits.max()) / tau)
    return weights / weights.sum()


def first_of_ties(logits, temperature, default):
    if temperature == 0:
        return np.eye(len(logits))[np.argmax(logits)]
    return softmax(logits, default if temperature is None else temperature)


def mask_as_zero(logits, temperature, default):
    return softmax(np.nan_to_num(logits, neginf=0), default if temperature is None else temperature)


def close(f, logits, tau, expected):
    return np.allclose(f(np.array(logits, float), tau), expected, atol=1e-6)


#: What a test can ask, by what it finds.
QUESTIONS = {
    "heat": lambda f: close(f, SKETCH, 2, softmax(SKETCH, 2)),
    "cold": lambda f: close(f, SKETCH, 0.5, softmax(SKETCH, 0.5)),
    "zero": lambda f: close(f, SKETCH, 0, [1, 0, 0, 0]),
    "mask": lambda f: close(f, [1, -np.inf, 1], 2, [0.5, 0, 0.5]),
    "large": lambda f: close(f, [1000, 1000], 1, [0.5, 0.5]),
}


def unchanged(f):
    z = SKETCH.copy()
    f(z, 2)
    return np.array_equal(z, SKETCH)


def asked_twice(f):
    z = SKETCH.copy()
    return np.array_equal(f(z, 2), f(z, 2))


def test_of(*names, repeated=unchanged):
    """Return a test that asks these questions, and whether the array is left alone."""

    def test(f):
        return all(QUESTIONS[name](f) for name in names) and (repeated is None or repeated(f))

    return test


def with_odds(f):
    """Tell by the logarithms of the odds, and by sums."""
    for tau in (0.5, 2, 3):
        p = f(SKETCH.copy(), tau)
        if not np.allclose(np.log(p / p[0]), (SKETCH - SKETCH[0]) / tau) or not np.isclose(np.sum(p), 1):
            return False
    return test_of("zero", "mask", "large")(f)


def in_one_table(f):
    table = [(SKETCH, 2), (SKETCH, 2), (SKETCH, 0), ([3, -np.inf, 1], 0.5), ([1000, 999], 1)]
    arrays = {id(z): np.array(z, float) for z, _ in table}
    return all(np.allclose(f(arrays[id(z)], tau), softmax(z, tau)) for z, tau in table)


def against_scipy(f):
    rows = np.array([[2.0, 1, -np.inf, 0.1], [1000, 999, -np.inf, 0]])
    for row in rows:
        for tau in (0.3, 1, 4, 4):
            if not np.allclose(f(row, tau), scipy_softmax(row / tau)):
                return False
        if not np.allclose(f(row, 0), [1, 0, 0, 0]):
            return False
    return True


def with_asserts(f):
    try:
        assert test_of("heat", "zero", "mask", "large")(f)
    except AssertionError:
        return False
    return True


BANK = {
    "12.1": Answers(
        right=[
            lambda z, t, d: softmax(z, d if t is None else t),
            lambda z, t, d: np.exp(log_softmax(z, d if t is None else t)),
            settled(with_power),
            settled(one_by_one),
            settled(against_each_other),
            settled(lambda z, tau: scipy_softmax((z - z.max()) / tau)),
            settled(lambda z, tau: np.exp(scipy_log_softmax((z - z.max()) / tau))),
            settled(lambda z, tau: np.exp((z - logsumexp(z, tau)) / tau)),
            lambda z, t, d: boltzmann(-z[np.isfinite(z)].astype(float), d if t is None else t)
            if np.isfinite(z).all()
            else softmax(z, t),
        ],
        slips=[
            (falsy, "0 was asked for"),
            (no_case_for_zero, "0 was asked for"),
            (lambda z, t, d: softmax(z, t if t else 1), "only None"),
            (lambda z, t, d: softmax(z, 1 if t == 0 else (t or d)), "0 was asked for"),
            (first_of_ties, "a half each"),
            (divided_first, "Subtract the largest before"),
            (mask_as_zero, "stays at probability 0"),
            (lambda z, t, d: softmax(z, t), "only None"),
        ],
        wrong=[
            lambda z, t, d: softmax(z, d),
            lambda z, t, d: softmax(z),
            lambda z, t, d: softmax(z, 1 / t if t else d),
            lambda z, t, d: z / (t or d),
            lambda z, t, d: np.argmax(z),
            lambda z, t, d: log_softmax(z, d if t is None else t),
        ],
    ),
    "12.2": Answers(
        right=[
            0.64,
            0.8**2,
            1 / np.log(RETURNED[0] / RETURNED[1]),
            1.5 / np.log(RETURNED[0] / RETURNED[2]),
            np.float32(0.64),
            [0.64],
            Fraction(16, 25),
            np.polyfit(np.log(RETURNED), SKETCH, 1)[0],
            0.6401,
        ],
        slips=[
            (0.8, "what was asked for"),
            (1 / 0.64, "Upside down: the logarithm"),
            (1.25, "Upside down, and"),
            (RETURNED[1] / RETURNED[0], "second over the first"),
        ],
        wrong=[1, 0.4, 0.512, 4.77, 0.7369, 0, 0.9, 0.68],
    ),
    "12.3": Answers(
        right=[
            [3, 0, 4, 2, 1],
            (3, 0, 4, 2, 1),
            np.array([3, 0, 4, 2, 1]),
            np.array([3, 0, 4, 2, 1], np.int8),
            [3.0, 0.0, 4.0, 2.0, 1.0],
            np.array([3, 0, 4, 2, 1], np.float32),
            [Fraction(3), 0, 4, 2, 1],
            [np.int64(each) for each in (3, 0, 4, 2, 1)],
        ],
        slips=[
            ([4, 0, 3, 2, 1], "keep to the gaps"),
            ([3, 1, 4, 2, 0], "Asked for was 2"),
            ([2, 0, 4, 3, 1], "D is sharp"),
            ([4, 1, 3, 2, 0], "keep to the gaps"),
        ],
        wrong=[
            [0, 1, 2, 3, 4],
            [3, 0, 4, 2],
            [3, 0, 1, 2, 4],
            [3, 4, 0, 2, 1],
            [3, 0, 4, 1, 2],
            [1, 2, 4, 0, 3],
            3,
            [0, 0, 0, 0, 0],
        ],
    ),
    "12.4": Answers(
        right=[
            0.0155,
            -np.log(0.2) / 104,
            np.log(5) / 103.97,
            np.log(5) / LIMIT,
            np.float32(0.0155),
            [0.0155],
            Fraction(155, 10_000),
            np.log(0.2) / np.log(np.finfo(np.float32).smallest_subnormal),
            1.55e-2,
        ],
        slips=[
            (np.log(5) / 745.1, "float64 gives up"),
            (np.log(5) / 87.34, "begins to lose digits"),
            (104 / np.log(5), "Upside down"),
            (np.log10(5) / 104, "base 10"),
            (np.log(0.2) / 104, "their quotient"),
        ],
        wrong=[0.2, 0.025, 0, 0.2 / 104, 0.155, 1.61, 104],
    ),
    "12.5": Answers(
        right=[
            test_of("heat", "zero", "mask", "large"),
            test_of("cold", "zero", "mask", "large"),
            test_of("heat", "zero", "mask", "large", repeated=asked_twice),
            lambda f: int(test_of("heat", "zero", "mask", "large")(f)),
            lambda f: np.bool_(test_of("heat", "zero", "mask", "large")(f)),
            with_odds,
            in_one_table,
            against_scipy,
            with_asserts,
        ],
        slips=[
            (test_of("zero", "mask", "large"), "a τ other than 1", "lets a bug pass"),
            (lambda f: True, "a τ other than 1"),
            (lambda f: close(f, SKETCH, 1, softmax(SKETCH)), "a τ other than 1"),
            (lambda f: bool(np.isclose(f(SKETCH.copy(), 2).sum(), 1)), "a τ other than 1"),
            (lambda f: bool(f(SKETCH.copy(), 2).argmax() == 0), "a τ other than 1"),
            (
                lambda f: test_of("zero", "mask", "large")(f)
                and close(f, SKETCH, 1, softmax(SKETCH))
                and f(SKETCH.copy(), 2)[0] < 0.5
                and close(f, SKETCH, 2, f(SKETCH.copy(), 2) / f(SKETCH.copy(), 2).sum())
                and f(SKETCH.copy(), 2)[0] > 0.3,
                "squares τ",
            ),
            (test_of("heat", "mask", "large"), "at 0 only"),
            (test_of("heat", "zero", "large"), "-inf only"),
            (test_of("heat", "zero", "mask", "large", repeated=None), "changes the array"),
            (test_of("heat", "zero", "mask"), "overflows"),
        ],
        wrong=[
            lambda f: False,
            lambda f: f(SKETCH.copy(), 2),
            lambda f: np.array_equal(f(SKETCH.copy(), 2), [0.406, 0.246, 0.192, 0.157]),
            lambda f: close(f, SKETCH, 2, softmax(SKETCH, 0.5)),
            lambda f: "right",
            lambda f: f(SKETCH.copy(), 2).argmax() == 1,
            lambda f: not test_of("heat", "zero", "mask", "large")(f),
            lambda f: 2,
        ],
    ),
}
