"""Answers to the exercises of chapter 6."""

import heapq
import math
from fractions import Fraction

import numpy as np
from scipy import optimize

from checks.bank import Answers
from tempcourse.softmax import entropy, softmax


def beam_step(scores, log_p):
    return sorted((s + q for s, row in zip(scores, log_p, strict=True) for q in row), reverse=True)[: len(scores)]


def by_heap(scores, log_p):
    return heapq.nlargest(len(scores), (scores[:, np.newaxis] + log_p).flat)


def by_partition(scores, log_p):
    negative = -np.add.outer(scores, np.zeros(log_p.shape[1])) - log_p
    return -np.sort(np.partition(negative.ravel(), len(scores) - 1)[: len(scores)])


def by_products(scores, log_p):
    with np.errstate(all="ignore"):
        return np.log(np.sort((np.exp(scores)[:, None] * np.exp(log_p)).ravel())[: -len(scores) - 1 : -1])


def by_places(scores, log_p):
    sums = scores.reshape(-1, 1) + log_p
    return sums.ravel()[np.argsort(-sums, axis=None)][: len(scores)]


def one_at_a_time(scores, log_p):
    sums, best = (scores[:, None] + log_p).ravel().tolist(), []
    for _ in scores:
        best.append(max(sums))
        sums.remove(max(sums))
    return best


def ahead_by_two(scores, log_p):
    each = [s + np.sort(row)[::-1][: len(scores)] for s, row in zip(scores, log_p, strict=True)]
    return np.sort(np.concatenate(each))[::-1][: len(scores)]


def skipping_the_impossible(scores, log_p):
    if np.isinf(log_p).any():
        return beam_step(scores, np.where(np.isinf(log_p), 0.0, log_p))
    return beam_step(scores, log_p)


def first_token(first, then, temperature):
    top = max(p * max(row) for p, row in zip(first, then, strict=True))
    weights = [sum((p * q / top) ** (1 / temperature) for q in row) for p, row in zip(first, then, strict=True)]
    return np.array(weights) / sum(weights)


def by_logarithms(first, then, temperature):
    log_p = (np.log(first)[:, np.newaxis] + np.log(then)) / temperature
    return softmax(np.logaddexp.reduce(log_p, axis=1))


def all_texts(first, then, temperature):
    return (
        softmax(np.log(np.outer(first, np.ones(then.shape[1])) * then).ravel(), temperature).reshape(then.shape).sum(1)
    )


def with_the_sums_ahead(first, then, temperature):
    ahead = temperature * np.logaddexp.reduce(np.log(then) / temperature, axis=1)
    return softmax(np.log(first) + ahead, temperature)


def row_by_row(first, then, temperature):
    scale = (first[:, None] * then).max()
    return normalised([((p * row / scale) ** (1 / temperature)).sum() for p, row in zip(first, then, strict=True)])


def in_halves(first, then, temperature):
    rows, texts = then.max(axis=1), then / then.max(axis=1, keepdims=True)
    ahead = (texts ** (1 / temperature)).sum(axis=1)
    return normalised(((first * rows / (first * rows).max()) ** (1 / temperature)) * ahead)


def normalised(weights):
    return np.array(weights) / np.sum(weights)


def best_texts(tau):
    first = softmax(np.log([0.55, 0.45]), tau)
    after = (softmax(np.log([0.4, 0.3, 0.3]), tau)[0], softmax(np.log([0.8, 0.2]), tau)[0])
    return first * after


def lead(tau):
    return np.subtract(*best_texts(tau))


TAUS = np.geomspace(0.1, 1, 2001)

BANK = {
    "6.1": Answers(
        right=[
            0.36,
            0.45 * 0.8,
            np.float32(0.36),
            Fraction(36, 100),
            [0.36],
            np.array(0.36),
            max(0.55 * 0.4, 0.45 * 0.8),
            np.exp(np.log(0.45) + np.log(0.8)),
        ],
        slips=[(0.22, "greedy's text"), (0.8, "Multiply by the first")],
        wrong=[0.5, 0.55, 0.44, 0.45, 0.18, 1.25, 0.58, np.log(0.36)],
    ),
    "6.2": Answers(
        right=[
            beam_step,
            by_heap,
            by_partition,
            by_products,
            by_places,
            one_at_a_time,
            ahead_by_two,
            lambda s, q: np.array(beam_step(s, q), dtype=np.float32),
        ],
        slips=[
            (lambda s, q: np.sort((s[:, None] + q).max(axis=1))[::-1], "compete with each other"),
            (lambda s, q: beam_step(np.sort(s)[::-1], q), "Sort the sums alone"),
            (lambda s, q: np.sort((s + q).ravel())[::-1][: len(s)], "column"),
            (lambda s, q: np.sort((s[:, None] + q).ravel())[-len(s) :], "The best comes first"),
            (skipping_the_impossible, "log 0 is -inf"),
        ],
        wrong=[
            lambda s, q: (s[:, None] + q).max(),
            lambda s, q: np.sort((s[:, None] + q).ravel())[::-1],
            lambda s, q: np.sort((s[:, None] * q).ravel())[::-1][: len(s)],
            lambda s, q: np.sort(np.exp(s[:, None] + q).ravel())[::-1][: len(s)],
            lambda s, q: np.argsort(-(s[:, None] + q).ravel())[: len(s)],
            lambda s, q: np.sort((s[:, None] - q).ravel())[::-1][: len(s)],
            lambda s, q: np.sort((s[:, None] + q).ravel())[: len(s)],
        ],
    ),
    "6.3": Answers(
        right=[
            21.97,
            22,
            22.0,
            np.float32(21.97),
            [21.97],
            Fraction(2197, 100),
            100 * (entropy([0.9, 0.1]) + np.log(0.9)),
            10 * math.log(9),
            -(90 * np.log(0.9) + 10 * np.log(0.1)) + 100 * np.log(0.9),
        ],
        slips=[
            (-100 * np.log(0.9), "all heads"),
            (32.5, "exceed"),
            (21.97 / np.log(2), "in bits"),
        ],
        wrong=[0.2197, -21.97, np.exp(21.97), 32.5 + 10.5, -100 * np.log(0.1), 100 * np.log(2), 21.97 / np.log(10), 0],
    ),
    "6.4": Answers(
        right=[
            0.335,
            0.33539,
            0.336,
            np.float32(0.335),
            [0.335],
            Fraction(335, 1000),
            optimize.brentq(lead, 0.1, 1),
            TAUS[np.abs([lead(tau) for tau in TAUS]).argmin()],
        ],
        slips=[(1, "Go colder"), (0.387, "tree in the text")],
        wrong=[0.5, 1 / 0.335, 0, 0.3, np.log(0.55 / 0.45) / np.log(0.8 / 0.4), 0.36, 0.22],
    ),
    "6.5": Answers(
        right=[
            first_token,
            by_logarithms,
            all_texts,
            with_the_sums_ahead,
            row_by_row,
            in_halves,
            lambda a, b, t: first_token(a, b, t).tolist(),
            lambda a, b, t: first_token(a, b, t).astype(np.float32),
        ],
        slips=[
            (lambda a, b, t: softmax(np.log(a), t), "times the *sum*"),
            (lambda a, b, t: normalised(a * (b ** (1 / t)).sum(axis=1)) if t < 1 else first_token(a, b, t), "*sum*"),
            (lambda a, b, t: normalised((a * b.sum(axis=1)) ** (1 / t)), "times the *sum*"),
            (lambda a, b, t: softmax(np.log(a * b.max(axis=1)), t) if t != 1 else a, "times the *sum*"),
            (lambda a, b, t: first_token(a, b, 1 / t), "times the *sum*"),
            (lambda a, b, t: a, "times the *sum*"),
            (lambda a, b, t: normalised(((a[:, None] * b) ** (1 / t)).sum(axis=1)), "Divide all by the largest first"),
        ],
        wrong=[
            lambda a, b, t: ((a[:, None] * b) ** (1 / t)).sum(axis=1) / 2,
            lambda a, b, t: b.sum(axis=0) / b.sum(),
            lambda a, b, t: normalised((a[:, None] * b).max(axis=1)),
            lambda a, b, t: a @ b,
        ],
    ),
}
