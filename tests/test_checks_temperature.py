"""The checks of chapter 2: right answers in several forms, and the hint that each likely slip gets."""

import numpy as np
import pytest

from tempcourse.checks import check
from tempcourse.softmax import softmax, temperature_for_entropy, temperature_for_top_probability

COIN = [4.0, 2.0, 1.0, 0.0]


def retemper(probabilities, temperature):
    weights = np.asarray(probabilities) ** (1 / temperature)
    return weights / weights.sum()


def slopes(logits, temperature):
    p = softmax(logits, temperature)
    return p * (p @ logits - logits) / temperature**2


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("2.1", retemper),
        ("2.1", lambda p, t: np.exp(np.log(np.maximum(p, 1e-300)) / t) / (p ** (1 / t)).sum()),
        ("2.2", slopes),
        ("2.2", lambda z, t: slopes(z, t).tolist()),
        ("2.3", 0.2 / np.log(999)),
        ("2.3", 0.02896),
        ("2.4", 2),
        ("2.5", temperature_for_entropy(COIN, np.log(2))),
        ("2.5", 1.116),
        ("2.6", [1, 0.9, -3, -4]),
        ("2.6", np.array([1000, 999.9, 0, -1])),
        ("2.6", (1.0, 1 - 1e-6, -1e3, -2e3)),
    ],
)
def test_a_right_answer_is_confirmed(capsys, number, answer):
    check(number, answer)
    assert capsys.readouterr().out.startswith(f"Exercise {number}: right.")


def plain_exp(logits, temperature):
    weights = np.exp(logits / temperature)
    p = weights / weights.sum()
    return p * (p @ logits - logits) / temperature**2


@pytest.mark.parametrize(
    ("number", "answer", "hint"),
    [
        ("2.1", lambda p, t: p, "At 0.5 odds are squared"),
        ("2.1", lambda p, t: p / t, "At 0.5 odds are squared"),
        ("2.1", lambda p, t: softmax(p, t), "At 1 nothing changes"),
        ("2.2", lambda z, t: slopes(z, t) * t, "Look at the power of τ"),
        ("2.2", lambda z, t: -slopes(z, t), "slope formula"),
        ("2.2", plain_exp, "overflows"),
        ("2.3", 0.2 / np.log(99), "Here it is 99.9 %"),
        ("2.3", np.log(999) / 0.2, "the other way up"),
        ("2.3", 0.2 / np.log10(999), "base 10"),
        ("2.3", 0.2, "Set them to 999"),
        ("2.4", 0.8 / 2.5, "divided by the factor"),
        ("2.4", 9, "softmax does not see it"),
        ("2.4", 0.8, "to the power 2.5"),
        ("2.4", 1.7, "By what factor"),
        ("2.5", temperature_for_entropy(COIN, 1.0), "1 bit"),
        ("2.5", temperature_for_top_probability(COIN, 0.5), "spread over three"),
        ("2.5", 1, "entropy of a fair coin"),
        ("2.6", [2, 1, 0.5, 0.1], "gap between the first two"),
        ("2.6", [1, 1, -9, -9], "smaller than the one before"),
        ("2.6", [0.9, 1, -3, -4], "smaller than the one before"),
    ],
)
def test_a_likely_slip_gets_its_own_hint(capsys, number, answer, hint):
    check(number, answer)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"Exercise {number}: not yet.")
    assert hint in second
