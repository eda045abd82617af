"""The checks of chapter 7: right answers in several forms, and the hint that each likely slip gets."""

import numpy as np
import pytest

from tempcourse.checks import check
from tempcourse.exploration import geometric, harmonic
from tempcourse.softmax import softmax


def choose(estimates, pulls, scale, noise):
    return (estimates + scale * noise / pulls**0.5).argmax()


def score(preferences, arm, temperature):
    slopes = -softmax(preferences, temperature)
    slopes[arm] += 1
    return slopes / temperature


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("7.1", 2 / 3),
        ("7.1", 0.67),
        ("7.2", 0.5 * softmax([0.5, 0], 0.5)[1]),
        ("7.2", 0.1345),
        ("7.3", harmonic(20)),
        ("7.3", lambda t: 15 / t),
        ("7.4", choose),
        ("7.5", score),
        ("7.6", 1 / np.log(9)),
        ("7.6", 0.455),
    ],
)
def test_a_right_answer_is_confirmed(capsys, number, answer):
    check(number, answer)
    assert capsys.readouterr().out.startswith(f"Exercise {number}: right.")


@pytest.mark.parametrize(
    ("number", "answer", "hint"),
    [
        ("7.1", 0.4, "fails at once"),
        ("7.1", 1, "tends upwards"),
        ("7.1", 1 / 3, "end with the better arm"),
        ("7.1", 0.5, "two levels below"),
        ("7.2", 1 / (1 + np.e), "What does each cost?"),
        ("7.2", 0.5 / (1 + np.exp(-1)), "The worse arm's is smaller"),
        ("7.2", 1000 / (1 + np.e), "Asked is one"),
        ("7.2", 0.25, "0.5 times the probability"),
        ("7.3", geometric(1, 0.99), "Try c/t"),
        ("7.3", harmonic(10), "stuck"),
        ("7.3", lambda t: 1 - t / 100, "at least 0"),
        ("7.3", lambda t: [1, 2], "one number"),
        ("7.3", 0.2, "Hand over the function itself"),
        ("7.4", lambda m, n, c, g: np.argmax(m + c * g), "The less an arm is pulled"),
        ("7.4", lambda m, n, c, g: np.argmax(m + c * g / n), "square root of the pulls"),
        ("7.4", lambda m, n, c, g: np.argmax(m + g / np.sqrt(n)), "The scale multiplies"),
        ("7.5", lambda h, a, t: -softmax(h, t), "What was drawn is raised"),
        ("7.5", lambda h, a, t: np.eye(len(h))[a] - softmax(h, t), "below the whole"),
        ("7.5", lambda h, a, t: (np.eye(len(h))[a] - softmax(h)) / t, "below the whole"),
        ("7.6", np.log(9), "one over the weight"),
        ("7.6", 1 / np.log(10), "odds of 9 to 1"),
        ("7.6", 0.1, "The weight is a temperature"),
    ],
)
def test_a_likely_slip_gets_its_own_hint(capsys, number, answer, hint):
    check(number, answer)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"Exercise {number}: not yet.")
    assert hint in second


def test_a_schedule_is_told_what_it_lost(capsys):
    check("7.3", harmonic(10))
    assert "On the arms 0.2 and 0 the mean regret is" in capsys.readouterr().out


def test_an_empty_schedule_is_not_attempted(capsys):
    def blank(step): ...

    check("7.3", blank)
    assert capsys.readouterr().out == "Exercise 7.3: not attempted yet.\n"
