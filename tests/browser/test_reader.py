"""The reader's own calibration: its mathematics against tempcourse.calibration, and simulated readers."""

import numpy as np
import pytest

from tempcourse.calibration import (
    brier_score,
    expected_calibration_error,
    fit_temperature,
    negative_log_likelihood,
    reliability_curve,
)
from tempcourse.softmax import softmax


def tempered(sure, choices, temperature):
    """Return the sureness at a temperature."""
    rows = np.log(np.r_[sure, np.full(choices - 1, (1 - sure) / (choices - 1))])
    return softmax(rows, temperature)[0]


def reader(temperature, count, choices=4, seed=0):
    """Return answers of a reader whose sureness would be true at a temperature."""
    rng = np.random.default_rng(seed)
    answers = []
    for step in rng.integers(0, 5, count):
        sure = 1 / choices + step / 4 * (0.99 - 1 / choices)
        right = bool(rng.random() < tempered(sure, choices, temperature))
        answers.append({"right": right, "sure": sure, "choices": choices})
    return answers


def rows_of(answers):
    """Return the logits and labels that say the same: the chosen one first; if that is wrong, the second is right."""
    others = [min(0.0, np.log((1 - a["sure"]) / (a["choices"] - 1) / a["sure"])) for a in answers]
    logits = [[0.0] + [other] * (a["choices"] - 1) for other, a in zip(others, answers, strict=True)]
    return np.array(logits), np.array([0 if a["right"] else 1 for a in answers])


def call(mathematics, name, *arguments):
    return mathematics.evaluate("([name, given]) => source[name](...given)", [name, list(arguments)])


@pytest.mark.parametrize("choices", [2, 3, 4, 8])
def test_steps_go_from_a_guess_to_certain(mathematics, choices):
    steps = [call(mathematics, "surenessOf", step, choices) for step in range(5)]
    assert steps[0] == pytest.approx(1 / choices) and steps[-1] == pytest.approx(0.99)
    assert (np.diff(steps) > 0).all()


@pytest.mark.parametrize("choices", [2, 3, 5])
@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
def test_sureness_at_a_temperature_is_softmax(mathematics, choices, temperature):
    for sure in (0.05, 1 / choices, 0.6, 0.99):
        found = call(mathematics, "temperedSureness", sure, choices, temperature)
        assert found == pytest.approx(tempered(sure, choices, temperature), rel=1e-12)


@pytest.mark.parametrize("choices", [2, 3, 4])
def test_scores_are_those_of_python(mathematics, choices):
    answers = reader(1.7, 60, choices)
    logits, labels = rows_of(answers)
    p = softmax(logits)
    report = call(mathematics, "readerReport", answers)
    assert report["nll"] == pytest.approx(negative_log_likelihood(logits, labels), rel=1e-12)
    assert report["brier"] == pytest.approx(brier_score(p, labels), rel=1e-12)
    # A guess among n is the favourite of none: Python's ECE looks at the largest, which has the same probability.
    assert report["ece"] == pytest.approx(expected_calibration_error(p, labels, bins=6), abs=1e-12)
    curve = reliability_curve(p, labels, bins=6)
    full = [[said, were, n] for said, were, n in report["curve"] if n]
    expected = np.c_[curve.confidence, curve.accuracy, curve.count]
    np.testing.assert_allclose(full, expected[expected[:, 2] > 0], rtol=1e-12)
    assert report["temperature"] == pytest.approx(fit_temperature(logits, labels), rel=1e-3)


@pytest.mark.parametrize("planted", [0.5, 1.0, 2.0])
def test_a_planted_temperature_is_found(mathematics, planted):
    reports = [call(mathematics, "readerReport", reader(planted, 300, seed=seed)) for seed in range(8)]
    assert np.exp(np.mean(np.log([each["temperature"] for each in reports]))) == pytest.approx(planted, rel=0.15)
    held = sum(each["interval"][0] <= planted <= each["interval"][1] for each in reports)
    assert held >= 5  # nine in ten are meant to; the binomial is below 5 of 8 once in 200


def test_too_few_answers_have_no_temperature(mathematics):
    for count in (0, 1, 19):
        report = call(mathematics, "readerReport", reader(2.0, count))
        assert "temperature" not in report and report["missing"] == 20 - count
    assert "temperature" in call(mathematics, "readerReport", reader(2.0, 20))


def test_guesses_alone_have_none_either(mathematics):
    guesses = [{"right": i % 4 == 0, "sure": 0.25, "choices": 4} for i in range(40)]
    assert "temperature" not in call(mathematics, "readerReport", guesses)


def test_chance_is_what_true_answers_show(mathematics):
    answers = reader(1.0, 50)
    rng = np.random.default_rng(1)
    sure = np.array([a["sure"] for a in answers])
    simulated = []
    for _ in range(2000):
        logits, labels = rows_of([{**a, "right": bool(r)} for a, r in zip(answers, rng.random(50) < sure, strict=True)])
        simulated.append(expected_calibration_error(softmax(logits), labels, bins=6))
    assert call(mathematics, "chanceError", answers) == pytest.approx(np.mean(simulated), abs=0.01)


def test_how_many_more_it_takes_shrinks_with_the_distance_from_one(mathematics):
    near = {"count": 100, "temperature": 1.1, "interval": [0.8, 1.5]}
    far = {"count": 100, "temperature": 1.4, "interval": [1.0, 2.0]}
    assert call(mathematics, "moreToTell", near) > 10 * max(1, call(mathematics, "moreToTell", far)) > 0


def test_one_mistake_that_was_certain_is_not_lost_to_underflow(mathematics):
    """Of many right leanings the best temperature is low, and there the mistake's probability is below 1e-16."""
    leaning, certain = (call(mathematics, "surenessOf", step, 4) for step in (1, 4))
    answers = [{"right": True, "sure": leaning, "choices": 4}] * 130 + [{"right": False, "sure": certain, "choices": 4}]
    logits, labels = rows_of(answers)
    assert call(mathematics, "fittedReader", answers) == pytest.approx(fit_temperature(logits, labels), rel=1e-3)
    assert np.isfinite(call(mathematics, "readerNll", answers, 0.01))


def test_at_a_bound_no_temperature_is_told(mathematics):
    answers = [{"right": True, "sure": 0.99, "choices": 4}] * 40
    assert "temperature" not in call(mathematics, "readerReport", answers)
