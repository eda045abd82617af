"""The checks of chapter 4: right answers in several forms, and the hint that each likely slip gets."""

import numpy as np
import pytest

from tempcourse.checks import check
from tempcourse.distillation import distillation_gradient, same_confidence
from tempcourse.softmax import softmax


def pull(z, v, temperature):
    return temperature * (softmax(z, temperature) - softmax(v, temperature))


def even(probabilities):
    p = np.full(len(probabilities), (1 - max(probabilities)) / (len(probabilities) - 1))
    p[np.argmax(probabilities)] = max(probabilities)
    return p


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("4.1", 7 / np.log(2)),
        ("4.1", 10.1),
        ("4.2", pull),
        ("4.2", lambda z, v, t: distillation_gradient([z], [v], t)[0]),
        ("4.3", 79 / 4096),
        ("4.3", 0.0193),
        ("4.4", even),
        ("4.4", same_confidence),
        ("4.5", 10.923),
    ],
)
def test_a_right_answer_is_confirmed(capsys, number, answer):
    check(number, answer)
    assert capsys.readouterr().out.startswith(f"Exercise {number}: right.")


@pytest.mark.parametrize(
    ("number", "answer", "hint"),
    [
        ("4.1", np.log(2) / 7, "other way up"),
        ("4.1", 3.5, "logarithm of 2"),
        ("4.1", 7 / np.log10(2), "base 10"),
        ("4.1", 1, "Set them to 2"),
        ("4.2", lambda z, v, t: (softmax(z, t) - softmax(v, t)) / t, "T² stands in front"),
        ("4.2", lambda z, v, t: -pull(z, v, t), "q and p"),
        ("4.2", lambda z, v, t: t * (np.exp(z / t) / np.exp(z / t).sum() - softmax(v, t)), "overflows"),
        ("4.3", 66 / 4096, "Eleven and twelve"),
        ("4.3", 158 / 4096, "this one"),
        ("4.3", 10 / 12, "share of wins"),
        ("4.3", 0.5, "2 to the power 12"),
        ("4.4", lambda p: np.sort(even(p))[::-1], "in its own place"),
        ("4.4", lambda p: np.full(len(p), 1 / len(p)), "(1 - top)/(n - 1)"),
        ("4.4", lambda p: np.where(p == p.max(), p.max(), (1 - p.max()) / (len(p) - 1)), "Of two that tie"),
        ("4.5", 12 / np.log(4), "the odds are 3, not 4"),
        ("4.5", 4, "logarithm of 3"),
        ("4.5", -12 / np.log(3), "positive"),
        ("4.5", 12, "at most 3"),
    ],
)
def test_a_likely_slip_gets_its_own_hint(capsys, number, answer, hint):
    check(number, answer)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"Exercise {number}: not yet.")
    assert hint in second
