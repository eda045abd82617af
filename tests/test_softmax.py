"""Softmax, its logarithm and its entropies: closed forms, limits, invariants, oracles, errors."""

import math
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from strictly import strict

from tempcourse import softmax as module

pytestmark = pytest.mark.filterwarnings("error")

softmax = strict(module.softmax)
log_softmax = strict(module.log_softmax)
logsumexp = strict(module.logsumexp)
entropy = strict(module.entropy)
kl_divergence = strict(module.kl_divergence)
effective_choices = strict(module.effective_choices)
entropy_slope = strict(module.entropy_slope)
temperature_for_entropy = strict(module.temperature_for_entropy)
temperature_for_top_probability = strict(module.temperature_for_top_probability)

INF = math.inf
NAN = math.nan
SKETCH = [2.0, 1.0, 0.5, 0.1]
OF_LOGITS = [softmax, log_softmax, logsumexp, entropy_slope]

rows = hnp.arrays(np.float64, st.integers(1, 12), elements=st.floats(-50, 50))
temperatures = st.floats(0.05, 50)
extreme_rows = hnp.arrays(np.float64, st.integers(1, 8), elements=st.floats(allow_nan=False))
extreme_temperatures = st.floats(0, INF)


@pytest.fixture(autouse=True)
def the_tests_own_arithmetic_may_underflow():
    with np.errstate(all="ignore"):
        yield


def exact_log_softmax(logits, temperature):
    """Log-softmax in 60 digits of the very bits that are handed over; not for a temperature of 0 or ∞."""
    with mpmath.workdps(60):
        z = [mpmath.mpf(float(value)) for value in logits]
        gaps = [(value - max(z)) / mpmath.mpf(float(temperature)) for value in z]
        others = sorted(gaps)[:-1]
        log_sum = mpmath.log1p(mpmath.fsum(mpmath.exp(gap) for gap in others if gap > -10_000))
        return [gap - log_sum for gap in gaps]


def exact_softmax(logits, temperature):
    with mpmath.workdps(60):
        logarithms = exact_log_softmax(logits, temperature)
        return [mpmath.exp(value) if value > -10_000 else mpmath.mpf(0) for value in logarithms]


def worst_ulp(computed, exact):
    """Return the largest error, in units of the last place of the exact numbers' type."""
    worst = 0.0
    for got, want in zip(computed, exact, strict=True):
        unit = float(np.spacing(computed.dtype.type(float(want))))
        worst = max(worst, float(abs(float(got) - want) / unit))
    return worst


class TestSoftmax:
    def test_numbers_of_the_sketch(self):
        assert softmax(SKETCH).round(3).tolist() == [0.575, 0.211, 0.128, 0.086]
        assert softmax(SKETCH, 0.5).round(3).tolist() == [0.828, 0.112, 0.041, 0.019]
        assert softmax(SKETCH, 2).round(3).tolist() == [0.406, 0.246, 0.192, 0.157]

    def test_two_classes_are_the_logistic_function_of_their_gap(self):
        gaps = np.linspace(-30, 30, 61)
        both = softmax(np.stack([gaps, np.zeros(61)], axis=-1), 0.7)
        np.testing.assert_allclose(both[:, 0], 1 / (1 + np.exp(-gaps / 0.7)), rtol=1e-13)

    def test_odds_grow_with_the_exponential_of_the_difference(self):
        assert math.isclose(np.divide(*softmax([5.0, 4.0])), math.e, rel_tol=1e-14)
        assert math.isclose(np.divide(*softmax([5.0, 4.0], 0.25)), math.exp(4), rel_tol=1e-14)

    @given(rows, temperatures)
    def test_agrees_with_scipy(self, z, temperature):
        expected = scipy.special.softmax(z / temperature)
        np.testing.assert_allclose(softmax(z, temperature), expected, rtol=1e-11, atol=1e-320)

    @given(extreme_rows, extreme_temperatures)
    @example(np.array([1e308, -1e308]), INF)
    @example(np.array([1e308, -1e308]), 1e308)
    @example(np.array([5e-324, 0.0]), 5e-324)
    def test_is_a_distribution_whatever_the_numbers(self, z, temperature):
        assume(z.max() > -INF)
        p = softmax(z, temperature)
        assert ((p >= 0) & (p <= 1)).all()
        assert math.isclose(p.sum(), 1, rel_tol=1e-14)
        assert (p[z == -INF] == 0).all()
        assert (p[z == z.max()] == p.max()).all()

    @given(extreme_rows, st.floats(0, INF, exclude_min=True, exclude_max=True))
    @example(np.array([1e308, -1e308]), 1e308)
    @example(np.array([1.7e308, -1.7e308, 0.0]), 1.5)
    @example(np.array([1e-310, 0.0]), 3e-310)
    def test_agrees_with_mpmath_to_the_end_of_the_range(self, z, temperature):
        assume(np.isfinite(z).all())
        exact = [float(p) for p in exact_softmax(z, temperature)]
        np.testing.assert_allclose(softmax(z, temperature), exact, rtol=4e-13, atol=1e-320)
        exact = [float(p) for p in exact_log_softmax(z, temperature)]
        np.testing.assert_allclose(log_softmax(z, temperature), exact, rtol=1e-13, atol=1e-320)

    @given(rows, temperatures, st.integers(-1000, 1000))
    def test_a_common_shift_changes_nothing(self, z, temperature, shift):
        whole = np.round(z)  # so that the shift itself is exact
        np.testing.assert_array_equal(softmax(whole + shift, temperature), softmax(whole, temperature))

    @given(rows, temperatures, st.integers(-8, 8))
    def test_scaling_the_logits_is_scaling_the_temperature(self, z, temperature, exponent):
        scale = 2.0**exponent
        scaled = softmax(z * scale, temperature * scale)
        np.testing.assert_allclose(scaled, softmax(z, temperature), rtol=1e-13, atol=1e-320)

    @given(rows, extreme_temperatures)
    def test_the_ranking_never_changes(self, z, temperature):
        p = softmax(z, temperature)
        assert (np.diff(p[np.argsort(z)]) >= 0).all()

    def test_the_second_class_of_the_sketch_never_rises_above_a_quarter_and_a_bit(self):
        grid = np.geomspace(0.01, 1000, 5001)
        second = softmax(SKETCH, grid[:, np.newaxis])[:, 1]
        assert 0.252 < second.max() < 0.2525
        # dp₂/dτ = p₂ (⟨z⟩ − z₂)/τ²: the peak lies where the mean logit passes z₂ = 1.
        mean = softmax(SKETCH, grid[:, np.newaxis]) @ SKETCH
        assert (np.diff(mean) <= 0).all()
        np.testing.assert_allclose(mean[second.argmax()], 1.0, atol=2e-3)

    def test_near_the_hot_end_it_is_uniform_plus_the_centred_logits(self):
        z = np.array(SKETCH)
        expected = 1 / 4 + (z - z.mean()) / (4 * 1e4)
        np.testing.assert_allclose(softmax(z, 1e4), expected, atol=1e-8)

    def test_a_near_tie_needs_a_temperature_below_its_gap_over_the_logarithm_of_99(self):
        p = softmax([1.0, 1.0 - 0.01], 0.01 / math.log(99))
        assert math.isclose(p[0], 0.99, rel_tol=1e-12)


class TestLimits:
    @pytest.mark.parametrize("zero", [0, 0.0, -0.0, np.float32(0), [[0.0]]])
    def test_temperature_0_is_uniform_over_the_tied_maxima(self, zero):
        assert np.ravel(softmax(SKETCH, zero)).tolist() == [1, 0, 0, 0]
        assert np.ravel(softmax([3, 1, 3, -INF], zero)).tolist() == [0.5, 0, 0.5, 0]

    def test_temperature_inf_is_uniform_over_what_is_not_masked(self):
        assert softmax(SKETCH, INF).tolist() == [0.25] * 4
        assert softmax([2, -INF, 1e308, -1e308, 0], INF).tolist() == [0.25, 0, 0.25, 0.25, 0.25]

    @pytest.mark.parametrize("temperature", [0, 1e-300, 0.5, 1, 7, 1e300, INF])
    def test_infinite_logits_come_before_the_temperature(self, temperature):
        assert softmax([INF, 5, INF, -INF], temperature).tolist() == [0.5, 0, 0.5, 0]
        assert softmax([-INF, 5, -INF], temperature).tolist() == [0, 1, 0]
        half = -math.log(2)
        assert log_softmax([INF, 5, INF, -INF], temperature).tolist() == [half, -INF, half, -INF]
        assert logsumexp([INF, 5, -INF], temperature) == INF
        assert entropy_slope([INF, 5, INF, -INF], temperature) == 0

    def test_one_array_may_hold_every_kind_of_temperature(self):
        kinds = [0, 5e-324, 1e-300, 0.3, 1, 2, 1e308, INF]
        z = [*SKETCH, -INF]
        together = softmax(z, np.reshape(kinds, (-1, 1)))
        for row, temperature in zip(together, kinds, strict=True):
            assert row.tolist() == softmax(z, temperature).tolist()

    @pytest.mark.parametrize("temperature", [5e-324, 1e-320, 1e-308])
    def test_subnormal_temperatures(self, temperature):
        assert softmax(SKETCH, temperature).tolist() == [1, 0, 0, 0]
        assert softmax([0, -temperature], temperature).tolist() == softmax([0, -1]).tolist()

    def test_logsumexp(self):
        assert logsumexp([1, 3, 2], 0) == 3
        assert logsumexp([1, 3, 2], INF) == INF
        assert logsumexp([-INF, 3, -INF], INF) == 3
        assert logsumexp([7], INF) == 7

    def test_entropy_slope(self):
        slope = entropy_slope([[1, 0, -INF]], [[[0]], [[1e-320]], [[1e300]], [[INF]]])
        assert slope.tolist() == [[0], [0], [0], [0]]

    def test_log_softmax(self):
        assert log_softmax([3, 1, 3], 0).tolist() == [-math.log(2), -INF, -math.log(2)]
        assert log_softmax([3, 1, -INF], INF).tolist() == [-math.log(2), -math.log(2), -INF]
        assert log_softmax([1e308, -1e308], 10).tolist() == [0, -2e307]
        assert log_softmax([1e308, -1e308], 1).tolist() == [0, -INF]

    @given(extreme_rows, extreme_temperatures)
    @example(np.array([0.0, -1e-323]), 5e-324)
    @example(np.array([0.0, -800.0]), 1.0)
    def test_no_function_returns_nan(self, z, temperature):
        assume(z.max() > -INF)
        for function in OF_LOGITS:
            assert not np.isnan(function(z, temperature)).any()
        assert (log_softmax(z, temperature) <= 0).all()
        assert logsumexp(z, temperature) >= z.max()
        assert entropy_slope(z, temperature) >= 0


class TestLogSoftmax:
    def test_keeps_its_digits_near_0(self):
        assert math.isclose(log_softmax([40, 0])[0], -math.exp(-40), rel_tol=1e-15)
        assert math.isclose(log_softmax([700, 0])[0], -math.exp(-700), rel_tol=1e-12)

    @given(rows, temperatures)
    def test_agrees_with_scipy(self, z, temperature):
        expected = scipy.special.log_softmax(z / temperature)
        np.testing.assert_allclose(log_softmax(z, temperature), expected, rtol=1e-11, atol=1e-12)

    @given(rows, temperatures)
    def test_is_the_logarithm_of_softmax(self, z, temperature):
        np.testing.assert_allclose(np.exp(log_softmax(z, temperature)), softmax(z, temperature), rtol=2e-13)


class TestLogSumExp:
    @given(rows, temperatures)
    def test_agrees_with_scipy(self, z, temperature):
        expected = temperature * scipy.special.logsumexp(z / temperature)
        np.testing.assert_allclose(logsumexp(z, temperature), expected, rtol=1e-12, atol=1e-12)

    @given(rows, temperatures)
    def test_lies_between_the_maximum_and_τ_log_n_above_it(self, z, temperature):
        soft = logsumexp(z, temperature)
        assert z.max() <= soft <= (z.max() + temperature * math.log(len(z))) + 1e-12 * (1 + abs(z.max()))

    @pytest.mark.parametrize("temperature", [0.3, 1, 4])
    def test_its_gradient_is_softmax(self, temperature):
        step = 1e-5
        nudged = SKETCH + step * np.concatenate([np.eye(4), -np.eye(4)])
        up, down = logsumexp(nudged, temperature).reshape(2, 4)
        np.testing.assert_allclose((up - down) / (2 * step), softmax(SKETCH, temperature), atol=1e-9)

    def test_near_the_end_of_the_range(self):
        assert logsumexp([-1.7e308, -1.7e308], 1.7e308) == pytest.approx(
            -1.7e308 * (1 - math.log(2)), rel=1e-14
        )
        assert logsumexp([1.7e308, 1.7e308], 1e308) == INF
        assert logsumexp([1e308, -1e308], 1e308) == pytest.approx(
            1e308 * (1 + math.log1p(math.exp(-2))), rel=1e-14
        )


class TestEntropy:
    def test_closed_forms(self):
        assert entropy([0.5, 0.25, 0.25, 0], base=2) == 1.5
        assert entropy([0.25] * 4) == math.log(4)
        assert entropy([0.1] * 10, base=10) == pytest.approx(1, rel=1e-15)
        assert math.copysign(1, entropy([1.0, 0.0])) == 1  # 0, not −0
        assert math.copysign(1, entropy([1])) == 1

    @given(rows, extreme_temperatures)
    def test_agrees_with_scipy(self, z, temperature):
        p = softmax(z, temperature)
        np.testing.assert_allclose(entropy(p), scipy.stats.entropy(p), rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(entropy(p, base=2), entropy(p) / math.log(2), rtol=1e-15)
        assert 0 <= entropy(p) <= math.log(len(z)) + 1e-14

    @given(rows, temperatures, temperatures)
    def test_never_falls_with_the_temperature(self, z, one, other):
        cold, hot = sorted([one, other])
        assert entropy(softmax(z, cold)) <= entropy(softmax(z, hot)) + 1e-13

    @given(rows, extreme_temperatures)
    def test_effective_choices_is_its_exponential(self, z, temperature):
        p = softmax(z, temperature)
        assert effective_choices(p) == pytest.approx(math.exp(entropy(p)), rel=1e-15)
        assert 1 <= effective_choices(p) <= len(z) * (1 + 1e-14)

    def test_of_a_peak_and_three_crumbs(self):
        p = softmax([50, 0, 0, 0])
        crumb = math.exp(-50)
        # The peak's own 3·crumb is not in the digits of p.
        assert entropy(p) == pytest.approx(3 * crumb * 50, rel=1e-12)

    def test_axis(self):
        p = softmax(np.arange(24.0).reshape(2, 3, 4), axis=1)
        assert entropy(p, axis=1).shape == (2, 4)
        np.testing.assert_array_equal(entropy(p, axis=1), entropy(p, axis=-2))
        np.testing.assert_array_equal(entropy(p, axis=1)[1, 2], entropy(p[1, :, 2]))


class TestKL:
    def test_closed_forms(self):
        assert kl_divergence([1, 0], [0.5, 0.5], base=2) == 1
        assert kl_divergence([0.5, 0.5], [1, 0]) == INF
        assert kl_divergence([0, 1], [0, 1]) == 0
        assert kl_divergence([0.5, 0.5, 0], [0.25, 0.75, 0]) == pytest.approx(math.log(4 / 3) / 2, rel=1e-15)

    @given(rows, temperatures, temperatures)
    def test_agrees_with_scipy(self, z, one, other):
        p, q = softmax(z, one), softmax(z, other)
        expected = scipy.special.rel_entr(p, q).sum()
        np.testing.assert_allclose(kl_divergence(p, q), expected, rtol=1e-9, atol=1e-14)

    @given(rows, extreme_temperatures, extreme_temperatures)
    def test_is_never_negative_and_0_from_itself(self, z, one, other):
        p, q = softmax(z, one), softmax(z, other)
        assert kl_divergence(p, q) >= 0
        assert kl_divergence(p, p) == 0

    @given(rows, extreme_temperatures)
    def test_from_the_uniform_distribution_is_the_entropy_that_is_missing(self, z, temperature):
        p = softmax(z, temperature)
        uniform = np.full(len(z), 1 / len(z))
        np.testing.assert_allclose(kl_divergence(p, uniform), math.log(len(z)) - entropy(p), atol=1e-13)

    def test_other_axes_broadcast(self):
        p = softmax(np.arange(12.0).reshape(3, 4))
        q = softmax(np.arange(4.0), 2)
        assert kl_divergence(p, q).tolist() == [kl_divergence(row, q) for row in p]


class TestEntropySlope:
    @given(rows, temperatures)
    def test_is_the_finite_difference_of_the_entropy(self, z, temperature):
        step = 1e-4 * temperature
        up, down = entropy(softmax(z, temperature + step)), entropy(softmax(z, temperature - step))
        difference = (up - down) / (2 * step)
        np.testing.assert_allclose(
            entropy_slope(z, temperature), difference, rtol=1e-4, atol=1e-9 / temperature
        )

    @given(rows, temperatures)
    def test_is_the_variance_of_the_logits_over_the_temperature_cubed(self, z, temperature):
        p = softmax(z, temperature)
        variance = p @ (z - p @ z) ** 2
        np.testing.assert_allclose(
            entropy_slope(z, temperature), variance / temperature**3, rtol=1e-7, atol=1e-12
        )

    def test_where_the_variance_or_the_cube_would_overflow(self):
        assert entropy_slope([1e200, 0], 1e200) == pytest.approx(entropy_slope([1, 0], 1) / 1e200, rel=1e-14)
        assert entropy_slope([1e-200, 0], 1e-200) == pytest.approx(
            entropy_slope([1, 0], 1) * 1e200, rel=1e-14
        )
        assert entropy_slope([5e-324, 0], 5e-324) == INF  # 0.2/5e-324 has no float


class TestSolvers:
    @given(rows, temperatures)
    def test_entropy_round_trip(self, z, temperature):
        assume(np.ptp(z) / temperature > 1e-3)
        wanted = entropy(softmax(z, temperature))
        assume(1e-250 < wanted < math.log(len(z)) * (1 - 1e-9))
        found = temperature_for_entropy(z, wanted)
        assert entropy(softmax(z, found)) == pytest.approx(wanted, rel=1e-11, abs=1e-13)

    @given(rows, temperatures)
    def test_top_probability_round_trip(self, z, temperature):
        wanted = softmax(z, temperature).max()
        found = temperature_for_top_probability(z, wanted)
        assert softmax(z, found).max() == pytest.approx(wanted, rel=1e-12)

    def test_known_temperatures(self):
        assert temperature_for_top_probability([1, 0], 0.9) == pytest.approx(1 / math.log(9), rel=1e-15)
        assert temperature_for_top_probability([3, 3, 0], 0.49) == pytest.approx(
            3 / math.log(24.5), rel=1e-14
        )
        assert temperature_for_top_probability(SKETCH, 0.73) == pytest.approx(0.6517, abs=1e-4)
        assert temperature_for_top_probability(SKETCH, 0.46) == pytest.approx(1.515, abs=2e-3)
        assert temperature_for_entropy(SKETCH, entropy(softmax(SKETCH, 0.5))) == pytest.approx(0.5, rel=1e-14)

    def test_scale_does_not_matter(self):
        for scale in (1e-300, 1e-3, 1e3, 1e300):
            found = temperature_for_top_probability([scale, 0], 0.9)
            assert found == pytest.approx(scale / math.log(9), rel=1e-14)
            assert temperature_for_entropy([scale, 0], 0.5) == pytest.approx(
                scale * temperature_for_entropy([1, 0], 0.5), rel=1e-14
            )

    def test_close_to_certainty(self):
        assert temperature_for_top_probability([40, 0], 1 - 2**-53) == pytest.approx(
            40 / (53 * math.log(2)), rel=1e-13
        )
        crumb = math.exp(-400)
        assert temperature_for_entropy([400, 0], 401 * crumb) == pytest.approx(1, rel=1e-13)

    @pytest.mark.parametrize(
        ("logits", "coldest", "hottest"),
        [
            (SKETCH, 1, 4),
            ([3, 3, 0], 2, 3),  # a tie at the top
            ([3, 1, -INF, -INF], 1, 2),  # a mask
            ([1, 1, 1, 0.5, 0, -1, -2], 3, 7),
        ],
    )
    def test_the_ends_of_the_range_are_0_and_inf(self, logits, coldest, hottest):
        assert temperature_for_entropy(logits, math.log(coldest)) == 0
        assert temperature_for_entropy(logits, math.log(hottest)) == INF
        assert temperature_for_top_probability(logits, 1 / coldest) == 0
        assert temperature_for_top_probability(logits, 1 / hottest) == INF
        assert temperature_for_entropy(logits, float(np.log(hottest))) == INF
        assert temperature_for_entropy(logits, entropy(softmax(logits, INF))) == INF

    @pytest.mark.parametrize("logits", [[5], [2, 2], [INF, INF, 0], [1, -INF]])
    def test_where_nothing_can_change_it_is_0(self, logits):
        p = softmax(logits)
        assert temperature_for_entropy(logits, entropy(p)) == 0
        assert temperature_for_top_probability(logits, p.max()) == 0

    @pytest.mark.parametrize("target", [-0.1, -5e-324, 1.3863, 5.0, INF, -INF, NAN])
    def test_unreachable_entropy(self, target):
        with pytest.raises(ValueError, match=rf"^target must be from 0 to 1\.38629 .*, got {target}$"):
            temperature_for_entropy(SKETCH, target)

    @pytest.mark.parametrize("target", [-1, 0, 0.2499, 1.0001, INF, NAN])
    def test_unreachable_top_probability(self, target):
        with pytest.raises(ValueError, match=r"target must be from 0\.25 to 1 for these logits, got "):
            temperature_for_top_probability(SKETCH, target)

    def test_a_tie_bounds_what_can_be_reached(self):
        with pytest.raises(ValueError, match=r"from 0\.333333 to 0\.5 for these logits, got 0\.9"):
            temperature_for_top_probability([3, 3, 0], 0.9)
        with pytest.raises(ValueError, match=r"from 0\.693147 to 1\.09861 for these logits, got 0\.5"):
            temperature_for_entropy([3, 3, 0], 0.5)

    @pytest.mark.parametrize("solve", [temperature_for_entropy, temperature_for_top_probability])
    def test_bad_arguments(self, solve):
        with pytest.raises(ValueError, match=r"logits must be one row, got shape \(1, 4\)"):
            solve([SKETCH], 0.5)
        with pytest.raises(ValueError, match=r"target must be one number, got shape \(2,\)"):
            solve(SKETCH, [0.5, 0.6])
        with pytest.raises(TypeError, match="target must be real numbers"):
            solve(SKETCH, "half")
        with pytest.raises(ValueError, match="logits must not be nan"):
            solve([1, NAN], 0.5)
        assert type(solve(np.float32(SKETCH), 0.6)) is float


class TestTypes:
    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
    @pytest.mark.parametrize("temperature", [0, 0.5, np.float64(2), INF, [[0.5]], np.longdouble(2)])
    def test_floating_types_stay(self, dtype, temperature):
        z = np.array([SKETCH], dtype)
        for function in OF_LOGITS:
            assert function(z, temperature).dtype == dtype
        p = softmax(z, temperature)
        assert entropy(p).dtype == kl_divergence(p, p).dtype == effective_choices(p).dtype == dtype
        assert softmax(z[0], 0.5).dtype == logsumexp(z[0]).dtype == dtype

    def test_float16_computes_in_float32(self):
        z = np.random.default_rng(0).standard_normal((50, 30)).astype(np.float16)
        for function in OF_LOGITS:
            expected = function(z.astype(np.float32), 0.3).astype(np.float16)
            np.testing.assert_array_equal(function(z, 0.3), expected)
        assert softmax(np.float16([60000, -60000])).tolist() == [1, 0]

    @pytest.mark.parametrize("dtype", ["b", "B", "h", "H", "i", "I", "q", "Q"])
    def test_integers_of_any_width_do_not_wrap_around(self, dtype):
        ends = np.array([np.iinfo(dtype).max, np.iinfo(dtype).min], dtype)
        assert softmax(ends).dtype == np.float64
        assert softmax(ends).tolist() == softmax(ends.astype(np.float64)).tolist()
        assert softmax(ends)[0] == 1

    def test_other_real_numbers(self):
        expected = softmax([0.5, 1.0]).tolist()
        assert softmax([Fraction(1, 2), 1]).tolist() == expected
        assert softmax([Decimal("0.5"), Decimal(1)]).tolist() == expected
        assert softmax(np.array([0.5, 1.0], ">f8")).tolist() == expected
        assert softmax(np.array([0.5, 1.0], ">f4")).dtype == np.dtype("=f4")
        assert softmax([True, False]).tolist() == softmax([1, 0]).tolist()
        assert softmax([2**70, 0]).tolist() == [1, 0]
        assert softmax([0.5, 1.0], Fraction(1, 2)).tolist() == softmax([1, 2]).tolist()

    @pytest.mark.parametrize("temperature", [1e39, 3e38, 1e-40, 1e-60, 5e-324])
    def test_temperatures_that_float32_cannot_hold(self, temperature):
        for z in ([3e38, -3e38, 0], [1e-38, 0, -1e-38], [1e-45, 0, 1]):
            z = np.array(z, np.float32)
            expected = softmax(z.astype(np.float64), temperature).astype(np.float32)
            np.testing.assert_allclose(softmax(z, temperature), expected, rtol=1e-6)
            np.testing.assert_array_equal(softmax(z, temperature), softmax(z, [temperature]))

    def test_an_array_of_temperatures_does_not_widen_float32(self):
        z = np.float32(np.random.default_rng(1).standard_normal((3, 5)))
        taus = np.array([[0.3], [0.7], [5]])
        each = [softmax(row, float(tau)).tolist() for row, tau in zip(z, taus.flat, strict=True)]
        assert softmax(z, taus).tolist() == each

    @pytest.mark.parametrize(
        "bad", [[1j, 2], "abc", ["a", "b"], ["1", "2"], [None, 1], np.array(["1"], object), b"1"]
    )
    def test_what_is_not_real(self, bad):
        for function in OF_LOGITS:
            with pytest.raises(TypeError, match="logits must be real numbers, got "):
                function(bad, 1.0)
            with pytest.raises(TypeError, match="temperature must be real numbers, got "):
                function(SKETCH, bad)
        with pytest.raises(TypeError, match="probabilities must be real numbers, got "):
            entropy(bad)


class TestShapes:
    @pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
    @pytest.mark.parametrize("temperature", [0.7, np.array(0.7), 0, INF])
    def test_every_axis_is_like_the_last(self, axis, temperature):
        z = np.random.default_rng(2).standard_normal((150, 160, 5))
        last = np.moveaxis(z, axis, -1)
        for function in (softmax, log_softmax):
            expected = np.moveaxis(function(last.copy(), temperature), -1, axis)
            np.testing.assert_array_equal(function(z, temperature, axis=axis), expected)
        for function in (logsumexp, entropy_slope):
            np.testing.assert_array_equal(
                function(z, temperature, axis=axis), function(last.copy(), temperature)
            )

    @pytest.mark.parametrize("function", OF_LOGITS)
    def test_one_temperature_a_row(self, function):
        z = np.random.default_rng(3).standard_normal((3, 5))
        taus = np.array([0.0, 0.5, INF])
        each = [function(row, tau).tolist() for row, tau in zip(z, taus, strict=True)]
        assert function(z, taus[:, np.newaxis]).tolist() == each
        swapped = function(z.T, taus[np.newaxis], axis=0)
        assert swapped.T.tolist() == each

    @pytest.mark.parametrize("function", OF_LOGITS)
    def test_one_row_at_many_temperatures(self, function):
        taus = np.array([0.1, 1, 10])
        assert function(SKETCH, taus[:, np.newaxis]).tolist() == [
            function(SKETCH, tau).tolist() for tau in taus
        ]

    def test_a_temperature_cannot_vary_within_a_distribution(self):
        with pytest.raises(ValueError, match=r"^temperature must have length 1 .*, got shape \(4,\)$"):
            softmax(SKETCH, [1, 2, 3, 4])
        with pytest.raises(ValueError, match=r"temperature must broadcast .* shape \(2, 4\), got \(3, 1\)"):
            softmax([SKETCH, SKETCH], [[1], [2], [3]])

    @pytest.mark.parametrize("shape", [(1, 200_000), (3, 70_000), (2, 2, 50_000), (700, 300), (5, 1, 70_000)])
    def test_blocks_leave_no_seam(self, shape):
        z = np.random.default_rng(4).standard_normal(shape)
        taus = np.random.default_rng(5).uniform(0.5, 2, (*shape[:-1], 1))
        for temperature in (1.0, 0.7, taus):
            gaps = (z - z.max(axis=-1, keepdims=True)) / temperature
            terms = np.exp(gaps)
            expected = terms / terms.sum(axis=-1, keepdims=True)
            np.testing.assert_array_equal(softmax(z, temperature), expected)

    def test_views_of_any_stride(self):
        z = np.random.default_rng(6).standard_normal((40, 60))
        for view in (z[::3, ::-2], z.T, z[5], z[:, 5], np.broadcast_to(z[0], (7, 60)), np.asfortranarray(z)):
            np.testing.assert_array_equal(softmax(view, 0.7), softmax(view.copy("C"), 0.7))

    def test_no_rows(self):
        assert softmax(np.empty((0, 4)), 0.5).shape == (0, 4)
        assert softmax(np.empty((0, 4)), np.ones((0, 1))).shape == (0, 4)
        assert logsumexp(np.empty((0, 4))).shape == (0,)

    def test_a_single_row_gives_single_numbers(self):
        assert np.ndim(logsumexp(SKETCH)) == np.ndim(entropy_slope(SKETCH, 1)) == np.ndim(entropy([1])) == 0


class TestInputsAndOut:
    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int32])
    @pytest.mark.parametrize("temperature", [0.5, 1, 0, INF])
    def test_inputs_are_never_changed(self, dtype, temperature):
        z = np.array([[3, 1, 2], [0, 0, -5]], dtype)
        taus = np.full((2, 1), temperature)
        z.flags.writeable = taus.flags.writeable = False
        before = z.copy()
        for function in OF_LOGITS:
            function(z, taus)
            function(z, temperature)
        p = softmax(z, temperature)
        p.flags.writeable = False
        entropy(p), kl_divergence(p, p), effective_choices(p)
        np.testing.assert_array_equal(z, before)

    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
    @pytest.mark.parametrize("temperature", [0.7, 0, INF])
    def test_out_is_filled_and_returned(self, dtype, temperature):
        z = np.random.default_rng(7).standard_normal((3, 4)).astype(dtype)
        for out in (
            np.empty((3, 4), dtype),
            np.empty((3, 4), dtype, order="F"),
            np.empty((6, 8), dtype)[::2, ::2],
        ):
            for axis in (0, 1):
                assert softmax(z, temperature, axis=axis, out=out) is out
                np.testing.assert_array_equal(out, softmax(z, temperature, axis=axis))

    def test_out_takes_the_shape_that_the_temperatures_spread_to(self):
        out = np.empty((3, 4))
        assert softmax(SKETCH, [[0], [1], [INF]], out=out) is out
        assert out[2].tolist() == [0.25] * 4

    @pytest.mark.parametrize("temperature", [0.7, 1, 0, INF, 1e308])
    def test_out_may_be_the_logits(self, temperature):
        z = np.array([SKETCH, [1e308, -1e308, 3, 3], [INF, 1, INF, -INF]])
        expected = softmax(z, temperature)
        assert softmax(z, temperature, out=z) is z
        np.testing.assert_array_equal(z, expected)

    def test_out_may_overlap_the_arguments_in_any_way(self):
        memory = np.random.default_rng(8).uniform(0.5, 2, (3, 60_000))
        expected = softmax(memory[::-1, ::-1], 0.7)
        assert softmax(memory[::-1, ::-1], 0.7, out=memory) is memory
        np.testing.assert_array_equal(memory, expected)
        memory = np.random.default_rng(9).uniform(0.5, 2, (3, 4))
        expected = softmax(SKETCH, memory[:, :1].copy())
        np.testing.assert_array_equal(softmax(SKETCH, memory[:, :1], out=memory), expected)

    def test_out_of_the_wrong_kind(self):
        words = r"out must have shape \(4,\) and dtype float64, got "
        with pytest.raises(ValueError, match=words + r"\(3,\) and float64"):
            softmax(SKETCH, out=np.empty(3))
        with pytest.raises(ValueError, match=words + r"\(1, 4\) and float64"):
            softmax(SKETCH, out=np.empty((1, 4)))
        with pytest.raises(ValueError, match=words + r"\(4,\) and float32"):
            softmax(SKETCH, out=np.empty(4, np.float32))
        with pytest.raises(TypeError, match="out must be an ndarray, got list"):
            softmax(SKETCH, out=[0.0] * 4)


class TestErrors:
    @pytest.mark.parametrize("function", OF_LOGITS)
    def test_of_logits_and_temperatures(self, function):
        with pytest.raises(ValueError, match=r"^temperature must be at least 0, got -0\.5$"):
            function(SKETCH, -0.5)
        with pytest.raises(ValueError, match=r"^temperature must be at least 0, got nan$"):
            function(SKETCH, NAN)
        with pytest.raises(ValueError, match=r"^temperature must be at least 0, got -inf$"):
            function(SKETCH, -INF)
        with pytest.raises(ValueError, match=r"^temperature must be at least 0, got -3\.0$"):
            function([SKETCH, SKETCH], [[1], [-3]])
        for temperature in (0, 0.5, 1, INF):
            with pytest.raises(ValueError, match=r"^logits must not be nan, got nan$"):
                function([SKETCH, [1, NAN, -INF, INF]], temperature)
            with pytest.raises(ValueError, match=r"^logits must not all be masked, got a row of -inf only$"):
                function([[1, -INF], [-INF, -INF]], temperature)
        with pytest.raises(ValueError, match=r"^logits must have at least one entry .*, got shape \(3, 0\)$"):
            function(np.empty((3, 0)), 1)
        with pytest.raises(ValueError, match=r"^logits must have at least one axis, got a single number$"):
            function(3.0, 1)
        with pytest.raises(ValueError, match=r"^axis must be from -1 to 0 for these logits, got 1$"):
            function(SKETCH, 1, axis=1)

    @pytest.mark.parametrize("function", [entropy, effective_choices])
    def test_of_probabilities(self, function):
        with pytest.raises(ValueError, match=r"^probabilities must be at least 0, got -0\.1$"):
            function([1.1, -0.1])
        with pytest.raises(ValueError, match=r"^probabilities must be at least 0, got nan$"):
            function([0.5, NAN])
        with pytest.raises(ValueError, match=r"^probabilities must sum to 1 .*, got a sum of 0\.9$"):
            function([[0.5, 0.5], [0.5, 0.4]])
        with pytest.raises(ValueError, match=r"^probabilities must sum to 1 .*, got a sum of inf$"):
            function([INF, 0.5])
        with pytest.raises(ValueError, match=r"^probabilities must sum to 1 .*, got a sum of 0$"):
            function([])
        with pytest.raises(ValueError, match=r"^probabilities must have at least one axis"):
            function(1.0)
        with pytest.raises(ValueError, match=r"^axis must be from -1 to 0 for these probabilities, got -2$"):
            function([1.0], axis=-2)

    def test_of_two_distributions(self):
        with pytest.raises(ValueError, match=r"^q must sum to 1 along the axis, got a sum of 0\.8$"):
            kl_divergence([0.5, 0.5], [0.4, 0.4])
        with pytest.raises(ValueError, match=r"^p must be at least 0, got -1\.0$"):
            kl_divergence([2, -1], [0.5, 0.5])
        with pytest.raises(ValueError, match=r"^q must be as long as p along the axis, 2, got 1$"):
            kl_divergence([0.5, 0.5], [1.0])

    @pytest.mark.parametrize("base", [1, 0, -2, 0.5, NAN])
    def test_of_the_base(self, base):
        with pytest.raises(ValueError, match=rf"^base must be above 1, got {base}$"):
            entropy([0.5, 0.5], base=base)
        with pytest.raises(ValueError, match=rf"^base must be above 1, got {base}$"):
            kl_divergence([0.5, 0.5], [0.5, 0.5], base=base)

    def test_rounding_of_each_type_is_let_through(self):
        for dtype in (np.float16, np.float32, np.float64):
            p = softmax(np.random.default_rng(10).standard_normal((4, 50_257)).astype(dtype), 0.7)
            assert (effective_choices(p) > 1000).all()


SUITES = {
    "normal": lambda rng, n: rng.standard_normal(n),
    "wide": lambda rng, n: 30 * rng.standard_normal(n),
    "positive": lambda rng, n: rng.uniform(0, 30, n),
    "negative": lambda rng, n: rng.uniform(-30, 0, n),
    "integers": lambda rng, n: rng.integers(-50, 50, n).astype(float),
    "near ties": lambda rng, n: 1 + 1e-6 * rng.standard_normal(n),
    "ties": lambda rng, n: rng.integers(0, 3, n) / 10,
    "one outlier": lambda rng, n: np.append(rng.standard_normal(n - 1), 25.0),
    "offset 100": lambda rng, n: 100 + rng.standard_normal(n),
}
SUITE_TEMPERATURES = [0.1, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 5.0, 10.0]


class TestAccuracy:
    """Worst cases against mpmath, on the very bits that both implementations are handed."""

    @staticmethod
    def worst(vectors, temperatures):
        """Return the worst error of ours and of scipy's in ULP, over vectors at temperatures."""
        ours = theirs = 0.0
        for z in vectors:
            for temperature in temperatures:
                exact = exact_softmax(z, temperature)
                ours = max(ours, worst_ulp(softmax(z, temperature), exact))
                theirs = max(theirs, worst_ulp(scipy.special.softmax(z / temperature), exact))
        return ours, theirs

    @pytest.mark.parametrize("suite", SUITES)
    def test_no_worse_than_scipy(self, suite):
        rng = np.random.default_rng(0)
        vectors = [SUITES[suite](rng, n) for n in (2, 3, 4, 5, 10, 30, 100) for _ in range(3)]
        ours, theirs = self.worst(vectors, SUITE_TEMPERATURES)
        assert ours <= max(1.5 * theirs, 4), f"{ours:.1f} ULP, scipy {theirs:.1f} ULP"

    @pytest.mark.parametrize("offset", [1e4, 1e8])
    def test_large_offsets_cost_nothing(self, offset):
        rng = np.random.default_rng(0)
        vectors = [offset + rng.standard_normal(n) for n in (2, 4, 10, 100, 300)]
        ours, theirs = self.worst(vectors, [0.3, 0.7, 1.3, 3.0])
        assert ours <= 20
        assert theirs > 1e4  # what the order of the two steps is worth: this test would see it swapped
