"""Answers to the exercises of chapter 5."""

import math
from fractions import Fraction
from itertools import accumulate
from statistics import NormalDist

import numpy as np

from checks.bank import Answers
from tempcourse.decoding import top_p
from tempcourse.softmax import softmax


def gumbel_max(logits, temperature, u):
    return np.argmax(logits - temperature * np.log(-np.log(u)))


def one_by_one(logits, temperature, u):
    sums = [z - temperature * math.log(-math.log(v)) for z, v in zip(logits.tolist(), u.tolist(), strict=True)]
    return sums.index(max(sums))


def noise_divided(logits, temperature, u):
    noise = -np.log(-np.log(u))
    return np.argmax(logits / temperature + noise) if temperature else np.argmax(logits)


def exponential_race(logits, temperature, u):
    if temperature == 0:
        return np.argmax(logits)
    weights = np.exp((logits - logits.max().astype(float)) / temperature)
    return np.argmin(-np.log(u) / weights)


def by_powers(logits, temperature, u):
    if temperature == 0:
        return int(np.argmax(logits))
    return int(np.argmax(u ** np.exp((logits.max().astype(float) - logits) / temperature)))


def by_sorting(logits, temperature, u):
    return np.argsort(logits + temperature * -np.log(np.log(1 / u)))[-1]


def with_noise(noise):
    return lambda logits, temperature, u: np.argmax(logits + temperature * noise(u))


def with_temperature(changed):
    return lambda logits, temperature, u: gumbel_max(logits, changed(temperature), u)


def nucleus(probabilities, p):
    count, total = 0, 0.0
    for q in sorted(probabilities, reverse=True):
        if total >= p - 1e-9:
            break
        count, total = count + 1, total + q
    return count


def sums(probabilities):
    return np.cumsum(np.sort(probabilities)[::-1])


def by_search(probabilities, p):
    return np.searchsorted(sums(probabilities), p - 1e-9) + 1


def from_the_tail(probabilities, p):
    tail = np.cumsum(np.sort(probabilities))
    return len(probabilities) - np.count_nonzero(tail <= 1 - p + 1e-9)


def in_fractions(probabilities, p):
    falling = sorted((Fraction(q).limit_denominator(10_000) for q in probabilities.tolist()), reverse=True)
    return next(n for n, total in enumerate(accumulate(falling), 1) if total >= Fraction(p).limit_denominator(10_000))


def rounded(probabilities, p):
    return int(np.argmax(sums(probabilities).round(9) >= p)) + 1


def one_more_than_before(probabilities, p):
    return 1 + int((sums(probabilities)[:-1] < p - 1e-9).sum())


def unrounded(probabilities, p):
    return min(int((sums(probabilities) < p).sum()) + 1, len(probabilities))


BANK = {
    "5.1": Answers(
        right=[
            np.exp(2.2 / 0.8),
            15.64,
            15.6,
            np.float32(15.64),
            [15.64],
            Fraction(1564, 100),
            math.exp(-1.2 / 0.8) / math.exp(-3.4 / 0.8),
            np.divide(*softmax([-1.2, -3.4], 0.8)),
            np.exp(2.2) ** 1.25,
        ],
        slips=[
            (np.exp(2.2), "odds at τ = 1"),
            (np.exp(1.76), "Below 1 the odds grow"),
            (np.exp(-2.75), "second against the first"),
            (np.exp(2.2) / 0.8, "not the odds"),
        ],
        wrong=[1, 2.75, np.exp(4.6 / 0.8), 3.4 / 1.2, 10**2.75, 2**2.75, np.exp(2.2) * 0.8, softmax([2.2, 0], 0.8)[0]],
    ),
    "5.2": Answers(
        right=[
            gumbel_max,
            lambda z, t, u: int(gumbel_max(z, t, u)),
            lambda z, t, u: np.float32(gumbel_max(z, t, u)),
            lambda z, t, u: gumbel_max(z.astype(float) - z.max(), t, u),
            one_by_one,
            noise_divided,
            exponential_race,
            by_powers,
            by_sorting,
            with_noise(lambda u: -np.log(-np.log2(u))),  # the other base moves every entry alike
        ],
        slips=[
            (lambda z, t, u: np.argmax(z / t - np.log(-np.log(u))) if t else 2, "multiply the noise"),
            (lambda z, t, u: np.argmax(z - np.log(-np.log(u))), "no noise"),
            (with_temperature(np.sign), "Cold, the noise is soft"),
            (with_temperature(np.sqrt), "Cold, the noise is soft"),
            (with_temperature(np.square), "Cold, the noise is soft"),
            (with_temperature(lambda t: min(t, 1)), "Hot, the noise is loud"),
            (with_temperature(lambda t: t if t <= 1 else t**2), "τ itself multiplies it"),
            (with_noise(lambda u: np.array([NormalDist().inv_cdf(v) for v in u])), "Other noise draws otherwise"),
            (with_noise(lambda u: -np.log(1 - u)), "Other noise draws otherwise"),
            (with_noise(lambda u: np.log(u / (1 - u))), "Other noise draws otherwise"),
        ],
        wrong=[
            with_noise(lambda u: -np.log(u)),
            with_noise(lambda u: u),
            with_noise(lambda u: 2 * u - 1),
            with_noise(lambda u: np.log(-np.log(u))),
            with_noise(lambda u: -np.log(-np.log(1 - u))),
            lambda z, t, u: np.argmax(z),
            lambda z, t, u: np.argmin(z - t * np.log(-np.log(u))),
            lambda z, t, u: z - t * np.log(-np.log(u)),
            lambda z, t, u: gumbel_max(z, t, np.random.default_rng(0).random(len(z))),
        ],
    ),
    "5.3": Answers(
        right=[
            nucleus,
            by_search,
            from_the_tail,
            in_fractions,
            rounded,
            one_more_than_before,
            lambda q, p: float(nucleus(q, p)),
            lambda q, p: np.array(nucleus(q, p)),
            lambda q, p: np.isfinite(top_p(np.log(q), p - 1e-9)).sum(),
        ],
        slips=[
            (lambda q, p: int((np.cumsum(q) < p).sum()) + 1, "Sort first"),
            (lambda q, p: nucleus(q[q >= 0.3 * max(q)], p), "The one that reaches p counts"),
            (lambda q, p: nucleus(q, p) if p >= min(q) else 0, "At least one is kept"),
            (lambda q, p: int((sums(q) <= p).sum()) + 1, "To reach p is enough"),
            (unrounded, "a hair less than 0.9"),
            (lambda q, p: int(np.argmax(sums(q).round(3) >= p)) + 1, "must be far smaller"),
            (lambda q, p: int(np.argmax(sums(q) >= (p if p == 1 else p - 1e-9))) + 1, "At p = 1 all are kept"),
        ],
        wrong=[
            lambda q, p: max(1, int((sums(q) < p).sum())),
            lambda q, p: 1 + int(max(q) < p),
            lambda q, p: nucleus(1 - q, p),
            lambda q, p: (q >= 1 - p).sum(),
            lambda q, p: (q >= p * max(q)).sum(),
            lambda q, p: sums(q)[nucleus(q, p) - 1],
            lambda q, p: np.sort(q)[::-1][: nucleus(q, p)],
            lambda q, p: len(q) - nucleus(q, p),
            lambda q, p: nucleus(q, p) - 1,
        ],
    ),
    "5.4": Answers(
        right=[
            0.01,
            0.1**2,
            0.1 ** (1 / 0.5),
            np.float32(0.01),
            Fraction(1, 100),
            [0.01],
            np.array(0.01),
            np.exp(np.log(0.1) / 0.5),
            1e-2,
        ],
        slips=[
            (np.sqrt(0.1), "other direction"),
            (0.1, "do not commute"),
            (0.2, "not divided"),
        ],
        wrong=[0.05, 1, 0.001, 0.6, np.log(0.1) / 0.5, 0.02, 100],
    ),
    "5.5": Answers(
        right=[
            [3.0, 0.5, 0.4, 0.3],
            np.array([0.1, 0.2, 3.1, 0.0]),
            (3, 0, 0, 0),
            np.array([103, 100, 100, 100], dtype=np.int8),
            np.array([3, 0.5, 0.4, 0.3], dtype=np.float32),
            [3, 0.5, 0.4, -np.inf],
            np.log([0.85, 0.05, 0.05, 0.05]),
            [-1000, -997, -1000, -1000],
        ],
        slips=[
            ([2, 1, 0.5, 0.1], "larger gap"),
            ([30, 1, 0.5, 0.1], "smaller gap"),
            ([0, 0, 0, 0], "larger gap"),
            ([3, 3, 0, 0], "larger gap"),
            ([9, 0, 0, 0], "smaller gap"),
            ([3, 0.5, -np.inf, -np.inf], "smaller gap"),
            ([0.85, 0.05, 0.05, 0.05], "larger gap"),
            ([4, 1, -9, -9], "smaller gap"),
            ([np.inf, 0, 0, 0], "-inf for a logit that is masked"),
        ],
        wrong=[[3.0, 0.5, 0.4], 1.0],
    ),
    "5.6": Answers(
        right=[
            0.4,
            0.6 / 1.5,
            np.float32(0.4),
            Fraction(2, 5),
            [0.4],
            np.array(0.4),
            0.6 - 0.2,
            np.float64(0.4),
            4e-1,
        ],
        slips=[
            (0.9, "other direction"),
            (0.6, "do not commute"),
            (0.6 ** (1 / 1.5), "min-p's rule"),
            (-0.4, "its sign stays"),
        ],
        wrong=[0.6**1.5, 2.5, 1.5, 0, 0.24, 1.1],
    ),
}
