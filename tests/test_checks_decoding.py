"""The checks of chapters 5 and 6: right answers in several forms, and the hint that each likely slip gets."""

import numpy as np
import pytest

from tempcourse.checks import check
from tempcourse.softmax import softmax


def gumbel_max(logits, temperature, u):
    return np.argmax(logits - temperature * np.log(-np.log(u)))


def nucleus(probabilities, p):
    count, total = 0, 0.0
    for q in sorted(probabilities, reverse=True):
        if total >= p - 1e-9:
            break
        count, total = count + 1, total + q
    return count


def beam_step(scores, log_p):
    return sorted((s + q for s, row in zip(scores, log_p, strict=True) for q in row), reverse=True)[: len(scores)]


def first_token(first, then, temperature):
    weights = [a ** (1 / temperature) * sum(row ** (1 / temperature)) for a, row in zip(first, then, strict=True)]
    return np.array(weights) / sum(weights)


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("5.1", np.exp(2.2 / 0.8)),
        ("5.1", 15.64),
        ("5.2", gumbel_max),
        ("5.2", lambda z, t, u: int(gumbel_max(z, t, u))),
        ("5.3", nucleus),
        ("5.4", 0.01),
        ("5.5", [3.0, 0.5, 0.4, 0.3]),
        ("5.5", np.array([0.1, 0.2, 3.1, 0.0])),
        ("6.1", 0.36),
        ("6.2", beam_step),
        ("6.3", 21.97),
        ("6.4", 0.335),
        ("6.5", first_token),
    ],
)
def test_a_right_answer_is_confirmed(capsys, number, answer):
    check(number, answer)
    assert capsys.readouterr().out.startswith(f"Exercise {number}: right.")


@pytest.mark.parametrize(
    ("number", "answer", "hint"),
    [
        ("5.1", np.exp(2.2), "odds at τ = 1"),
        ("5.1", np.exp(1.76), "Below 1 the odds grow"),
        ("5.1", np.exp(-2.75), "second against the first"),
        ("5.1", np.exp(2.2) / 0.8, "not the odds"),
        ("5.1", 1, "exp(gap/τ)"),
        ("5.2", lambda z, t, u: np.argmax(z / t - np.log(-np.log(u))) if t else 2, "multiply the noise"),
        ("5.2", lambda z, t, u: np.argmax(z - np.log(-np.log(u))), "no noise"),
        ("5.2", lambda z, t, u: np.argmax(z), "argmax of logits"),
        ("5.3", lambda q, p: int((np.cumsum(q) < p).sum()) + 1, "Sort first"),
        ("5.3", lambda q, p: max(1, int((np.cumsum(np.sort(q)[::-1]) < p).sum())), "until the sum is at least p"),
        ("5.4", np.sqrt(0.1), "other direction"),
        ("5.4", 0.1, "do not commute"),
        ("5.4", 0.2, "not divided"),
        ("5.5", [2, 1, 0.5, 0.1], "larger gap"),
        ("5.5", [30, 1, 0.5, 0.1], "smaller gap"),
        ("6.1", 0.22, "greedy's text"),
        ("6.1", 0.8, "Multiply by the first"),
        ("6.1", 0.5, "best of each"),
        ("6.2", lambda s, q: np.sort((s[:, None] + q).max(axis=1))[::-1], "compete with each other"),
        ("6.2", lambda s, q: np.sort((s[:, None] + q).ravel())[-len(s) :], "sort downwards"),
        ("6.3", -100 * np.log(0.9), "all heads"),
        ("6.3", 32.5, "exceed"),
        ("6.3", 21.97 / np.log(2), "in bits"),
        ("6.4", 1, "Go colder"),
        ("6.4", 0.387, "tree in the text"),
        ("6.4", 0.5, "Where does it equal"),
        ("6.5", lambda a, b, t: softmax(np.log(a), t), "times the *sum*"),
    ],
)
def test_a_likely_slip_gets_its_own_hint(capsys, number, answer, hint):
    check(number, answer)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"Exercise {number}: not yet.")
    assert hint in second
