"""The checks of chapter 8: right answers in several forms, and the hint that each likely slip gets."""

import numpy as np
import pytest

from tempcourse.calibration import fit_temperature, negative_log_likelihood
from tempcourse.checks import check
from tempcourse.distillation import load_digits_split, predict_logits, train
from tempcourse.softmax import softmax


def excess(logits, labels, temperature):
    p = softmax(logits, temperature)
    return np.mean([row @ z - z[y] for row, z, y in zip(p, logits, labels, strict=True)])


def by_differences(logits, labels, temperature):
    step, beta = 1e-5, 1 / temperature
    ahead, behind = (negative_log_likelihood(logits, labels, 1 / (beta + side)) for side in (step, -step))
    return (ahead - behind) / (2 * step)


def plain_exp(logits, labels, temperature):
    p = np.exp(logits / temperature)
    return excess(np.asarray(logits), labels, temperature) if np.isfinite(p).all() else np.nan


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("8.1", 0.6 * 0.15 + 0.4 * 0.1),
        ("8.1", 0.13),
        ("8.2", 0.7 * np.log(0.7 / 0.9) + 0.3 * np.log(3)),
        ("8.2", 0.1537),
        ("8.3", excess),
        ("8.4", 6 / np.log(9)),
        ("8.4", 2.731),
        ("8.6", [1.0, 0.9, 0.0]),
        ("8.6", np.array([2.0, 1.9, -3.0])),
    ],
)
def test_a_right_answer_is_confirmed(capsys, number, answer):
    check(number, answer)
    assert capsys.readouterr().out.startswith(f"Exercise {number}: right.")


@pytest.mark.parametrize(
    ("number", "answer", "hint"),
    [
        ("8.1", 0.05, "the gaps cancel"),
        ("8.1", 0.125, "not equally full"),
        ("8.1", 0.25, "sum of the two gaps"),
        ("8.1", 13, "as a fraction"),
        ("8.1", 0.79, "Each bin has a gap"),
        ("8.2", 0.7645, "What would 70 % have cost?"),
        ("8.2", 0.6109, "Asked is the difference"),
        ("8.2", 0.1163, "weigh the surprises by what happens"),
        ("8.2", 0.2217, "Those are bits"),
        ("8.2", np.log(9 / 7), "days without rain"),
        ("8.3", lambda z, y, t: excess(z / t, y, 1.0), "not divided by it"),
        ("8.3", lambda z, y, t: excess(z, y, 1.0), "taken at the temperature"),
        ("8.3", lambda z, y, t: len(y) * excess(z, y, t), "mean over the rows"),
        ("8.3", plain_exp, "a plain exp overflows"),
        ("8.4", np.log(9) / 6, "That is 1/τ"),
        ("8.4", 6 / np.log(10), "odds of 9 : 1"),
        ("8.4", -6 / np.log(0.9), "0.9 to 0.1"),
        ("8.4", 6 / np.log10(9), "base 10"),
        ("8.5", 3.0, "its held-out part"),
        ("8.6", [1.0, 2.0, 0.0], "Before the scaling"),
        ("8.6", [1.0, 0.5, 0.0], "After the scaling"),
        ("8.6", [-1.0, -1.1, -3.0], "After the scaling"),
        ("8.6", [1.0, 1.0, 0.0], "Before the scaling"),
    ],
)
def test_a_likely_slip_gets_its_own_hint(capsys, number, answer, hint):
    check(number, answer)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"Exercise {number}: not yet.")
    assert hint in second


def test_the_slope_is_the_derivative_of_the_likelihood_by_the_inverse_temperature():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(scale=3, size=(50, 4)), rng.integers(4, size=50)
    for temperature in (0.5, 1, 3):
        slope = by_differences(logits, labels, temperature)
        assert excess(logits, labels, temperature) == pytest.approx(slope, rel=1e-6)


def test_the_temperature_of_rougher_images_is_that_of_the_chapters_network(capsys):
    split = load_digits_split()
    images = np.concatenate([split.train_images, split.test_images])
    labels = np.concatenate([split.train_labels, split.test_labels])
    rng = np.random.default_rng(0)
    noisy = images + rng.normal(scale=0.5, size=images.shape)
    network = train(noisy[:400], labels[:400], hidden=128, steps=480, rng=rng)
    rougher = images + np.random.default_rng(8).normal(scale=0.8, size=images.shape)

    def said(images, part):
        check("8.5", fit_temperature(predict_logits(network, images)[part], labels[part]))
        return capsys.readouterr().out

    assert said(rougher, slice(400, 800)).startswith("Exercise 8.5: right.")
    assert "to judge τ" in said(rougher, slice(800, None))
    assert "was trained on" in said(rougher, slice(400))
    assert "on all images" in said(rougher, slice(None))
    assert "the old temperature" in said(noisy, slice(400, 800))
