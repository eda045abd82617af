"""Calibration: hand-computed cases, scikit-learn and scipy as oracles, planted temperatures, the errors' words."""

import math
import warnings

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn.metrics import log_loss

from tempcourse.calibration import (
    brier_decomposition,
    brier_score,
    expected_calibration_error,
    fit_temperature,
    negative_log_likelihood,
    reliability_curve,
)
from tempcourse.softmax import entropy, softmax

INF = math.inf


def drawn(temperature, *, examples=20_000, classes=5, scale=3.0, seed=0):
    """Logits, and labels that are drawn from their softmax at a temperature."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(scale=scale, size=(examples, classes))
    sums = softmax(logits, temperature).cumsum(axis=1)
    return logits, (rng.random((examples, 1)) > sums[:, :-1]).sum(axis=1)


def two_classes(confidence):
    """Rows in which the first class has the given confidence."""
    confidence = np.asarray(confidence, dtype=float)
    return np.stack([confidence, 1 - confidence], axis=1)


# Negative log-likelihood


@pytest.mark.parametrize("temperature", [0.3, 1, 2.5])
def test_nll_is_scikit_learns_log_loss(temperature):
    logits, labels = drawn(1.0, examples=200)
    expected = log_loss(labels, softmax(logits, temperature), labels=range(5))
    assert negative_log_likelihood(logits, labels, temperature) == pytest.approx(expected, rel=1e-12)


def test_nll_at_the_limits_is_a_value():
    logits = [[2.0, 1.0, 0.0], [0.0, 3.0, 1.0]]
    at_zero = negative_log_likelihood(logits, [0, 1], 0)
    assert at_zero == 0 and math.copysign(1, at_zero) == 1
    assert negative_log_likelihood(logits, [0, 2], 0) == INF
    assert negative_log_likelihood([[1.0, 1.0, 0.0]], [0], 0) == pytest.approx(math.log(2))
    assert negative_log_likelihood(logits, [0, 2], INF) == pytest.approx(math.log(3))


def test_nll_of_masked_classes():
    logits = [[1.0, -INF, 1.0]]
    assert negative_log_likelihood(logits, [0]) == pytest.approx(math.log(2))
    assert negative_log_likelihood(logits, [1]) == INF
    assert negative_log_likelihood(logits, [2], INF) == pytest.approx(math.log(2))


def test_nll_of_a_probability_too_small_for_a_float_is_finite():
    assert negative_log_likelihood([[0.0, 5000.0]], [0]) == 5000


def test_nll_is_proper():
    # In the mean over all labels, each as often as it is likely, the true logits score best: by KL, exactly.
    truth = np.array([1.0, 0.3, -2.0])
    p = softmax(truth)

    def expected_score(logits):
        return sum(p[y] * negative_log_likelihood([logits], [y]) for y in range(3))

    assert expected_score(truth) == pytest.approx(entropy(p))
    rivals = np.random.default_rng(0).normal(size=(100, 3))
    assert min(expected_score(rival) for rival in rivals) > entropy(p)


# Reliability and the expected calibration error


def test_ece_by_hand():
    # (0.4, 0.6]: 0.5, 0.6, both right: 0.45 apart. (0.6, 0.8]: 0.7, wrong: 0.7. (0.8, 1]: 0.9, 1, one right: 0.45.
    p, labels = two_classes([0.5, 0.6, 0.7, 0.9, 1.0]), [0, 0, 1, 0, 1]
    curve = reliability_curve(p, labels, bins=5)
    np.testing.assert_allclose(curve.confidence, [0.55, 0.7, 0.95])
    np.testing.assert_allclose(curve.accuracy, [1, 0, 0.5])
    assert curve.count.tolist() == [2, 1, 2]
    assert expected_calibration_error(p, labels, bins=5) == pytest.approx((2 * 0.45 + 0.7 + 2 * 0.45) / 5)


def test_ece_is_that_of_a_loop_over_bins():
    logits, labels = drawn(2.0, examples=500)
    p = softmax(logits)
    confidence, right = p.max(axis=1), p.argmax(axis=1) == labels
    total = 0.0
    for b in range(15):
        inside = (confidence > b / 15) & (confidence <= (b + 1) / 15)
        if inside.any():
            total += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    assert total > 0.1
    assert expected_calibration_error(p, labels) == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("bins", [10, 100])
def test_an_edge_belongs_to_the_bin_below_it(bins):
    # k/100 times 100 is not always k in floating point, so an index by multiplication would miss some of these.
    edges = np.arange(51, 101) / 100
    curve = reliability_curve(two_classes(edges), np.zeros(50, int), bins=bins)
    assert curve.count.tolist() == [50 * 2 // bins] * (bins // 2)


def test_certainty_lies_in_the_last_bin_even_when_rounding_puts_it_above_1():
    above = np.array([[1 + 1e-9, 0.0], [1.0, 0.0], [0.95, 0.05]])
    assert reliability_curve(above, [0, 0, 1], bins=10).count.tolist() == [3]


def test_empty_bins_are_left_out_and_nothing_is_nan():
    curve = reliability_curve(two_classes([0.55, 0.95]), [0, 0], bins=1000)
    assert curve.count.tolist() == [1, 1]
    np.testing.assert_array_equal(curve.confidence, [0.55, 0.95])


def test_with_one_bin_it_is_mean_confidence_against_accuracy():
    logits, labels = drawn(2.0, examples=300)
    p = softmax(logits)
    gap = abs(p.max(axis=1).mean() - (p.argmax(axis=1) == labels).mean())
    assert expected_calibration_error(p, labels, bins=1) == pytest.approx(gap, rel=1e-12)


def test_the_first_of_tied_classes_counts():
    curve = reliability_curve(np.full((4, 4), 0.25), [0, 1, 2, 3])
    assert (curve.confidence, curve.accuracy, curve.count) == (0.25, 0.25, 4)


def test_what_is_drawn_from_the_probabilities_is_calibrated():
    logits, labels = drawn(2.0)
    assert expected_calibration_error(softmax(logits, 2.0), labels) < 0.012
    assert expected_calibration_error(softmax(logits), labels) > 0.1


def test_bins_of_equal_mass_hold_about_as_many_and_part_no_ties():
    p, labels = softmax(drawn(1.0, examples=1003)[0]), np.zeros(1003, int)
    counts = reliability_curve(p, labels, bins=10, equal_mass=True).count
    assert counts.sum() == 1003 and set(counts) <= {100, 101}
    tied = two_classes([0.6] * 7 + [0.9, 0.95, 1.0])
    assert reliability_curve(tied, np.zeros(10, int), bins=5, equal_mass=True).count.tolist() == [7, 1, 2]
    assert reliability_curve(tied[:7], np.zeros(7, int), bins=5, equal_mass=True).count.tolist() == [7]
    assert reliability_curve(tied[:1], [0], bins=5, equal_mass=True).count.tolist() == [1]


@pytest.mark.parametrize("equal_mass", [False, True])
def test_norms_are_those_of_the_curves_gaps(equal_mass):
    logits, labels = drawn(2.0, examples=500)
    p = softmax(logits)
    curve = reliability_curve(p, labels, equal_mass=equal_mass)
    gaps, share = abs(curve.accuracy - curve.confidence), curve.count / 500
    for norm, expected in ((1, share @ gaps), (2, math.sqrt(share @ gaps**2)), (INF, gaps.max())):
        got = expected_calibration_error(p, labels, norm=norm, equal_mass=equal_mass)
        assert got == pytest.approx(expected, rel=1e-12)


def test_classwise_looks_at_every_class_as_an_event_of_its_own():
    logits, labels = drawn(2.0, examples=500, classes=3)
    p = softmax(logits)
    total = 0.0
    for c in range(3):
        for b in range(15):
            inside = (p[:, c] > b / 15) & (p[:, c] <= (b + 1) / 15)
            if inside.any():
                total += inside.mean() * abs((labels[inside] == c).mean() - p[inside, c].mean()) / 3
    assert expected_calibration_error(p, labels, classwise=True) == pytest.approx(total, rel=1e-12)


def test_the_debiased_error_is_right_in_the_mean_where_the_plain_one_is_too_high():
    # Always 70 % sure, and right with the probability a: the gap is known, and squares can be averaged.
    rng = np.random.default_rng(0)
    p = two_classes(np.full(40, 0.7))
    for a in (0.7, 0.55):
        plain, debiased = [], []
        for _ in range(4000):
            labels = (rng.random(40) > a).astype(int)
            plain.append(expected_calibration_error(p, labels, norm=2) ** 2)
            gap = labels.mean() - 0.3
            debiased.append(gap**2 - labels.mean() * (1 - labels.mean()) / 39)
        error = np.std(debiased) / math.sqrt(4000)
        assert abs(np.mean(debiased) - (a - 0.7) ** 2) < 4 * error
        assert np.mean(plain) > (a - 0.7) ** 2 + 10 * error
    labels = (np.arange(40) >= 20).astype(int)  # right in half of them
    expected = math.sqrt(0.2**2 - 0.25 / 39)
    assert expected_calibration_error(p, labels, norm=2, debiased=True) == pytest.approx(expected)
    labels = (np.arange(40) >= 28).astype(int)  # in 70 %: below 0 is 0
    assert expected_calibration_error(p, labels, norm=2, debiased=True) == 0


def test_brier_by_hand_and_proper():
    assert brier_score([[0.7, 0.3], [0.4, 0.6]], [0, 0]) == pytest.approx((0.3**2 * 2 + 0.6**2 * 2) / 2)
    assert brier_score([[1.0, 0.0]], [0]) == 0
    assert brier_score([[1.0, 0.0]], [1]) == 2
    truth = softmax([1.0, 0.3, -2.0])

    def expected_score(p):
        return sum(truth[y] * brier_score([p], [y]) for y in range(3))

    rivals = np.random.default_rng(0).dirichlet(np.ones(3), 200)
    assert min(map(expected_score, rivals)) > expected_score(truth)


@pytest.mark.parametrize("equal_mass", [False, True])
def test_the_parts_of_the_brier_score_add_up(equal_mass):
    logits, labels = drawn(2.0, examples=500)
    p = softmax(logits)
    confidence, right = p.max(axis=1), p.argmax(axis=1) == labels
    parts = brier_decomposition(p, labels, equal_mass=equal_mass)
    total = parts.reliability - parts.resolution + parts.uncertainty + parts.within
    assert total == pytest.approx(np.square(confidence - right).mean(), rel=1e-12)
    curve = reliability_curve(p, labels, equal_mass=equal_mass)
    assert parts.reliability == pytest.approx(
        expected_calibration_error(p, labels, norm=2, equal_mass=equal_mass) ** 2, rel=1e-12
    )
    spread = np.square(curve.accuracy - right.mean()) @ curve.count / 500
    assert parts.resolution == pytest.approx(spread, rel=1e-12)
    assert parts.uncertainty == pytest.approx(right.mean() * (1 - right.mean()))


def test_nothing_is_lost_within_bins_of_one_confidence():
    parts = brier_decomposition(two_classes([0.6, 0.6, 0.9, 0.9, 0.9]), [0, 1, 0, 0, 1], bins=10)
    assert parts.within == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"norm": 3}, "norm must be 1, 2 or inf, got 3"),
        ({"norm": "inf"}, "norm must be 1, 2 or inf, got 'inf'"),
        ({"debiased": True}, "debiased must be False for another norm than 2, got True for 1"),
        ({"debiased": True, "norm": 2}, "bins must be so few that none holds a single example, got one that does"),
        ({"equal_mass": 1}, "equal_mass must be True or False, got 1"),
        ({"classwise": None}, "classwise must be True or False, got None"),
    ],
)
def test_options_that_are_none_are_refused(options, words):
    with pytest.raises(ValueError, match=f"^{words}$"):
        expected_calibration_error(two_classes([0.6, 0.9]), [0, 1], **options)


# The fit


@pytest.mark.parametrize("planted", [0.3, 1.0, 2.1, 8.0])
def test_a_planted_temperature_is_recovered(planted):
    # Logits in proportion to the temperature hold the same information at each; 3 % is about 4 standard errors.
    logits, labels = drawn(planted, scale=2 * planted)
    assert fit_temperature(logits, labels) == pytest.approx(planted, rel=0.03)


def test_fit_agrees_with_scipy():
    logits, labels = drawn(1.7, examples=400)
    best = minimize_scalar(
        lambda log_tau: negative_log_likelihood(logits, labels, math.exp(log_tau)),
        bounds=(-3, 3),
        method="bounded",
        options={"xatol": 1e-9},
    )
    assert fit_temperature(logits, labels) == pytest.approx(math.exp(best.x), rel=1e-6)


def test_at_the_fit_the_expected_logit_is_the_labels_and_entropy_the_likelihood():
    logits, labels = drawn(0.8, examples=400)
    tau = fit_temperature(logits, labels)
    p = softmax(logits, tau)
    expected = (p * logits).sum(axis=1).mean()
    assert expected == pytest.approx(logits[np.arange(400), labels].mean(), rel=1e-12)
    assert entropy(p).mean() == pytest.approx(negative_log_likelihood(logits, labels, tau), rel=1e-12)


def test_fit_in_closed_form():
    # A gap of 3, right in 9 of 10: odds of 9 : 1 are exp(3/τ).
    assert fit_temperature([[3.0, 0.0]] * 10, [0] * 9 + [1]) == pytest.approx(3 / math.log(9), rel=1e-14)


def test_fit_follows_the_scale_of_the_logits_and_not_their_shift():
    logits, labels = drawn(1.0, examples=300)
    tau = fit_temperature(logits, labels)
    shifts = np.random.default_rng(1).normal(scale=100, size=(300, 1))
    assert fit_temperature(3 * logits, labels) == pytest.approx(3 * tau, rel=1e-12)
    assert fit_temperature(logits + shifts, labels) == pytest.approx(tau, rel=1e-10)


def test_the_order_of_the_classes_and_so_the_accuracy_never_changes():
    logits, labels = drawn(3.0, examples=500)
    tau = fit_temperature(logits, labels)
    np.testing.assert_array_equal(softmax(logits, tau).argsort(axis=1), logits.argsort(axis=1))


def test_a_fit_inside_the_bounds_does_not_warn():
    logits, labels = drawn(1.0, examples=100)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tau = fit_temperature(logits, labels)
        assert fit_temperature(logits, labels, bounds=(0.99 * tau, 1.01 * tau)) == pytest.approx(tau)


def test_a_fit_on_examples_that_are_all_right_ends_at_the_lower_bound():
    logits = [[2.0, 0.0], [0.0, 1.0]]
    with pytest.warns(UserWarning, match="ended at τ = 0.05.*below the lower bound.*trained on"):
        assert fit_temperature(logits, [0, 1]) == 0.05
    with pytest.warns(UserWarning, match="ended at τ = 1:"):
        assert fit_temperature(logits, [0, 1], bounds=(1, 2)) == 1


def test_a_fit_on_examples_that_are_all_wrong_ends_at_the_upper_bound():
    with pytest.warns(UserWarning, match="ended at τ = 20.*above the upper bound.*next to nothing"):
        assert fit_temperature([[2.0, 0.0], [0.0, 1.0]], [1, 0]) == 20


def test_the_warning_points_at_the_call():
    with pytest.warns(UserWarning) as caught:
        fit_temperature([[2.0, 0.0]], [0])
    assert caught[0].filename == __file__


# What is refused

GOOD = np.array([[0.9, 0.1], [0.2, 0.8]])
EACH = [negative_log_likelihood, reliability_curve, expected_calibration_error, fit_temperature]


@pytest.mark.parametrize("function", EACH)
@pytest.mark.parametrize(
    ("rows", "labels", "words"),
    [
        (GOOD[0], [0], r"must have shape \(examples, classes\).*got \(2,\)"),
        (GOOD[:0], [], r"must have shape \(examples, classes\), with one of each or more, got \(0, 2\)"),
        (GOOD, [0], r"labels must have one entry for each row of \w+, shape \(2,\), got \(1,\)"),
        (GOOD, [[0], [1]], r"labels must have one entry.*got \(2, 1\)"),
        (GOOD, [0.0, 1.0], "labels must be whole numbers, got float64"),
        (GOOD, [True, False], "labels must be whole numbers, got bool"),
        (GOOD, [0, 2], "labels must be from 0 to 1, got 2"),
        (GOOD, [-1, 0], "labels must be from 0 to 1, got -1"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(function, rows, labels, words):
    with pytest.raises(ValueError, match=words):
        function(rows, labels)


@pytest.mark.parametrize("function", EACH)
def test_what_is_no_number_is_refused(function):
    with pytest.raises(TypeError, match="must be real numbers"):
        function([["a", "b"]], [0])


@pytest.mark.parametrize("function", [reliability_curve, expected_calibration_error])
def test_rows_that_are_no_distributions_and_bins_that_are_none_are_refused(function):
    with pytest.raises(ValueError, match="probabilities must sum to 1"):
        function([[0.9, 0.9]], [0])
    with pytest.raises(ValueError, match="probabilities must be at least 0"):
        function([[1.5, -0.5]], [0])
    for bins in (0, 2.0, "many"):
        with pytest.raises(ValueError, match=f"bins must be a whole number of at least 1, got {bins!r}"):
            function(GOOD, [0, 1], bins=bins)


@pytest.mark.parametrize(
    ("temperature", "words"),
    [(-1, "at least 0, got -1"), (math.nan, "at least 0, got nan"), ([1, 2], r"one number, got shape \(2,\)")],
)
def test_what_is_no_temperature_is_refused(temperature, words):
    with pytest.raises(ValueError, match=f"temperature must be {words}"):
        negative_log_likelihood(GOOD, [0, 1], temperature)


@pytest.mark.parametrize("bounds", [(0, 1), (2, 1), (1, 1), (0.5, INF), (math.nan, 1), (1,), 3.0])
def test_what_are_no_bounds_is_refused(bounds):
    with pytest.raises(ValueError, match="bounds must be two positive, finite and rising temperatures, got"):
        fit_temperature(GOOD, [0, 1], bounds=bounds)


def test_logits_without_a_best_temperature_are_refused():
    with pytest.raises(ValueError, match="logits must be finite, got -inf"):
        fit_temperature([[0.0, -INF]], [0])
    with pytest.raises(ValueError, match="logits must differ within some row"):
        fit_temperature([[1.0, 1.0], [2.0, 2.0]], [0, 1])


def test_inputs_are_not_changed():
    logits, labels = drawn(1.0, examples=50)
    p = softmax(logits)
    before = logits.copy(), p.copy(), labels.copy()
    negative_log_likelihood(logits, labels, 2.0)
    fit_temperature(logits, labels)
    expected_calibration_error(p, labels)
    for array, copy in zip((logits, p, labels), before, strict=True):
        np.testing.assert_array_equal(array, copy)
