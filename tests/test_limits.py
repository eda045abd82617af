"""Digits at the ends of every range, held against mpmath."""

import math

import mpmath
import numpy as np
import pytest

from tempcourse.calibration import fit_temperature
from tempcourse.distillation import distillation_gradient, distillation_loss, logit_matching_gradient
from tempcourse.language import MarkovModel
from tempcourse.sequences import beam_search
from tempcourse.softmax import entropy, kl_divergence, softmax, temperature_for_entropy, temperature_for_top_probability

pytestmark = pytest.mark.filterwarnings("error")

LOWEST = float(np.finfo(np.float32).min)
ROWS = {
    "small": ([1.0, 0.5, -0.25], [0.75, 2.0, 0.125]),
    "close": ([1.0, 0.0, 3.0], [1.0, 2.0**-20, 3.0]),
    "sure": ([40.0, 0.0, -5.0], [60.0, 1.0, -5.0]),
    "masked": ([3.0, LOWEST, 1.0], [2.0, LOWEST, 1.5]),
}
TEMPERATURES = [1e-300, 1e-12, 0.01, 0.5, 1.0, 3.0, 100.0, 1e6, 1e12, 1e100, 1e300]


def precise_softmax(z, T):
    weights = [mpmath.exp((mpmath.mpf(each) - max(z)) / T) for each in z]
    return [weight / mpmath.fsum(weights) for weight in weights]


@pytest.fixture
def precise():
    with mpmath.workdps(400):
        yield


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
class TestDistillation:
    def test_the_gradient(self, precise, rows, temperature, dtype):
        z, v = (np.array([row], dtype) for row in rows)
        T = mpmath.mpf(temperature)
        q, p = (precise_softmax(row[0].astype(float), T) for row in (z, v))
        expected = np.array([[float(T * (qi - pi)) for qi, pi in zip(q, p, strict=True)]])
        found = distillation_gradient(z, v, temperature)
        assert found.dtype == dtype
        # A probability far below the top is known to the rounding of its exponent.
        rounding = (16 + min(float(np.ptp(v)) / temperature, 745)) * np.finfo(float).eps + np.finfo(dtype).eps
        np.testing.assert_allclose(found, expected.astype(dtype), rtol=rounding, atol=1e-300)

    def test_the_loss(self, precise, rows, temperature, dtype):
        z, v = (np.array(row, dtype).astype(float) for row in rows)
        T = mpmath.mpf(temperature)
        p, log_sum = precise_softmax(v, T), mpmath.log(mpmath.fsum(mpmath.exp((mpmath.mpf(x) - max(z)) / T) for x in z))
        cost = mpmath.fsum(pi * (max(z) - mpmath.mpf(x) + T * log_sum) for pi, x in zip(p, z, strict=True))
        expected = float(T * cost)
        found = distillation_loss(np.array(rows[0], dtype), np.array(rows[1], dtype), temperature)
        assert found == pytest.approx(expected, rel=1e-13, abs=1e-307)

    def test_labels_beside_it(self, precise, rows, temperature, dtype):
        z, v = (np.array(row, dtype) for row in rows)
        q = precise_softmax(z.astype(float), 1)
        expected = [float(q[0] - 1), float(q[1]), float(q[2])]
        found = distillation_gradient(z, v, temperature, labels=0, soft_weight=0)
        np.testing.assert_allclose(found, np.array(expected, dtype), rtol=16 * np.finfo(dtype).eps, atol=1e-300)
        assert distillation_loss(z, v, temperature, labels=0, soft_weight=0) == pytest.approx(-float(mpmath.log(q[0])))


def test_the_matching_of_huge_logits():
    z, v = [[1.7e308, -1.7e308]], [[-1.7e308, 1.7e308]]
    np.testing.assert_allclose(logit_matching_gradient(z, v, 1.0), [[1.7e308, -1.7e308]], rtol=1e-15)
    assert not np.isnan(distillation_gradient(z, v, 1e300)).any()
    assert distillation_loss(z, z, 1e-5) == 0
    assert distillation_loss(z, v, 1.0) == math.inf


@pytest.mark.parametrize("step", [1e-15, 1e-12, 1e-8, 1e-4, 0.01, 0.04, 0.06, 0.3])
def test_the_divergence_of_near_distributions(precise, step):
    p, q = np.array([0.5, 0.25, 0.25]), np.array([0.5 * (1 - step), 0.25 * (1 + step), 0.25 * (1 + step)])
    pairs = [(mpmath.mpf(a), mpmath.mpf(b)) for a, b in zip(p, q, strict=True)]
    expected = mpmath.fsum(a * mpmath.log(a / b) - a + b for a, b in pairs)
    assert kl_divergence(p, q) == pytest.approx(float(expected), rel=1e-13, abs=0)


@pytest.mark.parametrize("scale", [5e-324, 1e-300, 1.0, 1e300, 8e307])
def test_a_fit_with_bounds_and_logits_of_any_size(scale):
    z, labels = np.array([[2.0, 0.0]] * 4) * scale, [0, 0, 0, 1]
    expected = 2 * scale / math.log(3)
    bounds = (expected / 1e9 or 5e-324, min(expected * 1e9 or 1e-300, 1.7e308))
    fitted = fit_temperature(z, labels, bounds=bounds)
    assert fitted == pytest.approx(expected, rel=1e-12, abs=5e-324)


def test_bounds_whose_product_is_no_float():
    z, labels = [[2.0, 0.0]] * 4, [0, 0, 0, 1]
    for bounds in ((1e-320, 3.0), (1.0, 1.7e308), (5e-324, 1.7e308)):
        assert fit_temperature(z, labels, bounds=bounds) == pytest.approx(2 / math.log(3), rel=1e-12)
    assert fit_temperature([[1e307, -1e307]] * 4, labels, bounds=(1e300, 1.7e308)) == pytest.approx(2e307 / math.log(3))


@pytest.mark.parametrize("temperature", [5e-324, 1e-309, 1e-5, 1e300])
def test_a_beam_at_any_temperature_is_the_same(temperature):
    rows = {(): {"A": 0.6, "B": 0.4}, ("A",): {"x": 0.5, "y": 0.5}, ("B",): {"x": 1.0}}
    tree = MarkovModel.from_rows(rows)
    plain, tempered = beam_search(tree, [], 2, 3), beam_search(tree, [], 2, 3, temperature=temperature)
    np.testing.assert_array_equal(tempered.tokens, plain.tokens)
    assert len(plain.tokens) == 3


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("n", [3, 7, 100])
def test_targets_at_the_ends_of_the_range_in_their_own_type(dtype, n):
    z = np.linspace(0, 1, n)
    z[0] = z[-1]  # two lead
    hot, cold = softmax(z.astype(dtype), math.inf), softmax(z.astype(dtype), 0)
    for target, end in ((entropy(hot), math.inf), (entropy(cold), 0.0)):
        assert temperature_for_entropy(z, dtype(target)) == end
    for target, end in ((hot.max(), math.inf), (cold.max(), 0.0)):
        assert temperature_for_top_probability(z, dtype(target)) == end
