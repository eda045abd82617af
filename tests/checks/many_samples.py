"""Answers to the exercises of chapter 10."""

import math
from fractions import Fraction

import numpy as np

from checks.bank import Answers
from tempcourse.many_samples import majority_vote, pass_at_k_estimate


def by_product(n, c, k):
    missed = 1.0
    for i in range(k):
        missed *= max(n - c - i, 0) / (n - i)
    return 1 - missed


def by_numpy(n, c, k):
    if n - c < k:
        return 1.0
    return 1.0 - np.prod(1.0 - k / np.arange(n - c + 1, n + 1))


def by_fractions(n, c, k):
    return float(1 - Fraction(math.comb(n - c, k), math.comb(n, k)))


def by_the_correct_ones(n, c, k):
    return 1 - math.prod(max(n - k - i, 0) / (n - i) for i in range(c))


def by_hits(n, c, k):
    return sum(math.comb(c, j) * math.comb(n - c, k - j) for j in range(1, k + 1)) / math.comb(n, k)


def by_factorials(n, c, k):
    if n - c < k:
        return 1
    f = math.factorial
    return 1 - f(n - c) * f(n - k) / (f(n - c - k) * f(n))


def plug_in(n, c, k):
    return 1 - (1 - c / n) ** k


def vote(p, n):
    return sum(math.comb(n, m) * p**m * (1 - p) ** (n - m) for m in range(n // 2 + 1, n + 1))


def by_losing(p, n):
    return 1 - sum(math.comb(n, m) * p**m * (1 - p) ** (n - m) for m in range((n + 1) // 2))


def by_symmetry(p, n):
    return sum(math.comb(n, m) * (1 - p) ** m * p ** (n - m) for m in range(n // 2 + 1))


def by_recursion(p, n):
    chances = {0: 1.0}
    for _ in range(n):
        after = {}
        for lead, chance in chances.items():
            after[lead + 1] = after.get(lead + 1, 0) + chance * p
            after[lead - 1] = after.get(lead - 1, 0) + chance * (1 - p)
        chances = after
    return sum(chance for lead, chance in chances.items() if lead > 0)


def by_convolution(p, n):
    counts = np.ones(1)
    for _ in range(n):
        counts = np.convolve(counts, [1 - p, p])
    return counts[n // 2 + 1 :].sum()


def by_the_package(p, n):
    return majority_vote([p, 1 - p], n)[0]


BANK = {
    "10.1": Answers(
        right=[
            29,
            29.0,
            math.ceil(math.log(0.05) / math.log(0.9)),
            np.float32(29),
            [29],
            Fraction(29),
            next(k for k in range(99) if 0.9**k <= 0.05),
            np.int64(29),
        ],
        slips=[
            (28, "94.8 %"),
            (math.log(0.05) / math.log(0.9), "no parts of one"),
            (10, "65 %"),
            (0.95 / 0.1, "do not add up"),
            (30, "one less"),
        ],
        wrong=[22, 100, 0.95],
    ),
    "10.2": Answers(
        right=[
            by_product,
            by_numpy,
            by_fractions,
            by_the_correct_ones,
            by_hits,
            by_factorials,
            pass_at_k_estimate,
            lambda n, c, k: 1 - math.comb(n - c, k) / math.comb(n, k),
        ],
        slips=[
            (plug_in, "None is put back"),
            (lambda n, c, k: by_product(n, c, k) if n > 10 else plug_in(n, c, k), "its own n"),
            (lambda n, c, k: by_product(n, c, k) if n < 20 else plug_in(n, c, k), "among these"),
            (lambda n, c, k: by_product(n, c, k) if n - c >= k else 0, "every choice of five"),
            (lambda n, c, k: by_product(n, c, k) if c else 1, "the estimate is 0"),
        ],
        wrong=[
            lambda n, c, k: math.comb(n - c, k) / math.comb(n, k),
            lambda n, c, k: 1 - math.comb(c, k) / math.comb(n, k),
            lambda n, c, k: k,
        ],
    ),
    "10.3": Answers(
        right=[
            3 / math.log(12),
            1.207,
            1.2073,
            np.float32(1.207),
            [1.2073],
            1.21,
            Fraction(1207, 1000),
            1 / (math.log(12) / 3),
        ],
        slips=[(0, "it is wrong"), (1, "it is more"), (math.log(12) / 3, "Upside down"), (5, "only up to a point")],
        wrong=[0.5, 2, 1.5, -1.2],
    ),
    "10.4": Answers(
        right=[
            vote,
            by_losing,
            by_symmetry,
            by_recursion,
            by_convolution,
            by_the_package,
            lambda p, n: np.sum([math.comb(n, m) * p**m * (1 - p) ** (n - m) for m in range((n + 1) // 2, n + 1)]),
            lambda p, n: float(vote(p, n)),
        ],
        slips=[
            (lambda p, n: p, "Two or three of three"),
            (lambda p, n: vote(p, n) if n < 7 else 1.0, "Between equals"),
            (lambda p, n: max(vote(p, n), p), "worse than one"),
            (lambda p, n: vote(p, n) if p < 1 else 0.0, "always right"),
            (lambda p, n: p**n if n > 1 else p, "Two or three of three"),
        ],
        wrong=[
            lambda p, n: 1 - vote(p, n),
            lambda p, n: 1 - p,
            lambda p, n: 1 - p**n,
        ],
    ),
    "10.5": Answers(
        right=[
            0.0192,
            0.01920,
            math.sqrt((60 / 400 - 0.05**2) / 400),
            np.std([1] * 40 + [-1] * 20 + [0] * 340) / 20,
            np.std([1] * 40 + [-1] * 20 + [0] * 340, ddof=1) / 20,
            math.sqrt(60) / 400,
            [0.0192],
            Fraction(192, 10_000),
        ],
        slips=[
            (math.sqrt((0.65 * 0.35 + 0.6 * 0.4) / 400), "two separate sets"),
            (math.sqrt(60 / 400 - 0.05**2), "of one difference"),
            ((60 / 400 - 0.05**2) / 400, "Take the root"),
            (1.96 * 0.0192, "Asked is one"),
            (0.05, "difference itself"),
        ],
        wrong=[0.15, 1, 0.024],
    ),
    "10.6": Answers(
        right=[0.75, 0.6 / 0.8, 3 / 4, np.float32(0.75), [0.75], Fraction(3, 4), min(1, 0.6 / 0.8), np.array(0.75)],
        slips=[(0.6, "should come out"), (0.8, "what the draft says"), (1, "not accepted always"), (0.25, "the other")],
        wrong=[0.48, 0.4, 0.2, 0.5],
    ),
}
