"""Boltzmann's distribution and its thermodynamics: closed forms, limits, an oracle of 60 digits, errors."""

import math

import mpmath
import numpy as np
import pytest
import scipy.optimize
import scipy.special
import scipy.stats
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from strictly import strict

from tempcourse import boltzmann as module
from tempcourse.softmax import entropy, entropy_slope, logsumexp, softmax

pytestmark = pytest.mark.filterwarnings("error")

boltzmann = strict(module.boltzmann)
log_partition = strict(module.log_partition)
free_energy = strict(module.free_energy)
mean_energy = strict(module.mean_energy)
thermal_entropy = strict(module.thermal_entropy)
heat_capacity = strict(module.heat_capacity)
thermodynamics = strict(module.thermodynamics)

INF = math.inf
NAN = math.nan
QUANTITIES = [log_partition, free_energy, mean_energy, thermal_entropy, heat_capacity]

rows = hnp.arrays(np.float64, st.integers(1, 8), elements=st.floats(-20, 20))
temperatures = st.floats(0.1, 50)
any_temperature = st.sampled_from([0, 0.1, 1, 7.5, INF])
extreme_rows = hnp.arrays(np.float64, st.integers(1, 6), elements=st.floats(-1e308, INF))


@pytest.fixture(autouse=True)
def the_tests_own_arithmetic_may_underflow():
    with np.errstate(all="ignore"):
        yield


@st.composite
def levels(draw):
    """Energies with as many degeneracies, whole numbers from 1 to 5."""
    energies = draw(rows)
    return energies, draw(hnp.arrays(np.intp, len(energies), elements=st.integers(1, 5)))


def exact(energies, temperature, degeneracies):
    """Return p, log Z, F, U, S and C in 60 digits, straight from their definitions."""
    with mpmath.workdps(60):
        T = mpmath.mpf(float(temperature))
        E = [mpmath.mpf(float(energy)) for energy in energies]
        weights = [int(g) * mpmath.exp(-energy / T) for g, energy in zip(degeneracies, E, strict=True)]
        Z = mpmath.fsum(weights)
        p = [weight / Z for weight in weights]
        U = mpmath.fdot(p, E)
        S = -mpmath.fsum(q * mpmath.log(q / int(g)) for q, g in zip(p, degeneracies, strict=True))
        C = mpmath.fsum(q * (energy - U) ** 2 for q, energy in zip(p, E, strict=True)) / T**2
        return [float(q) for q in p], *(float(x) for x in (mpmath.log(Z), -T * mpmath.log(Z), U, S, C))


class TestBoltzmann:
    def test_is_softmax_of_negative_energies(self):
        E = np.random.default_rng(0).normal(size=(3, 5))
        np.testing.assert_array_equal(boltzmann(E, 0.7), softmax(-E, 0.7))
        np.testing.assert_array_equal(boltzmann(E, 0.7, axis=0), softmax(-E, 0.7, axis=0))

    def test_odds_of_two_states_fall_with_the_exponential_of_their_gap(self):
        p = boltzmann([1.0, 4.0], 1.5)
        assert p[1] / p[0] == pytest.approx(math.exp(-2), rel=1e-14)

    def test_degeneracies_multiply_the_odds(self):
        p = boltzmann([0.0, 1.0], 0.5, degeneracies=[2, 6])
        assert p[1] / p[0] == pytest.approx(3 * math.exp(-2), rel=1e-14)

    @given(levels(), temperatures, st.integers(-1000, 1000))
    def test_a_common_shift_changes_nothing(self, system, temperature, shift):
        E, g = np.round(system[0]), system[1]  # whole, so that the shift itself is exact
        shifted = boltzmann(E + shift, temperature, degeneracies=g)
        np.testing.assert_array_equal(shifted, boltzmann(E, temperature, degeneracies=g))

    @given(levels(), temperatures, st.integers(-8, 8))
    def test_only_the_ratio_of_energy_and_temperature_counts(self, system, temperature, exponent):
        E, g = system
        a = 2.0**exponent
        scaled = boltzmann(a * E, a * temperature, degeneracies=g)
        np.testing.assert_allclose(scaled, boltzmann(E, temperature, degeneracies=g), rtol=1e-12, atol=1e-320)

    def test_a_temperature_a_row(self):
        T = np.array([[0.0], [0.5], [INF]])
        together = boltzmann([0.0, 1.0, 1.0], T, degeneracies=[1, 2, 1])
        for row, (temperature,) in zip(together, T, strict=True):
            assert row.tolist() == boltzmann([0.0, 1.0, 1.0], temperature, degeneracies=[1, 2, 1]).tolist()

    def test_axis_with_degeneracies(self):
        E, g = np.arange(6.0).reshape(3, 2), np.array([[1], [2], [3]])
        down = boltzmann(E, 0.7, degeneracies=g, axis=0)
        np.testing.assert_array_equal(down.T, boltzmann(E.T, 0.7, degeneracies=g.T))

    @pytest.mark.parametrize("dtype", [np.uint8, np.int8, bool, np.float16, np.float32, object])
    def test_no_type_wraps_or_loses_digits(self, dtype):
        np.testing.assert_array_equal(boltzmann(np.array([0, 1], dtype), 0.3), boltzmann([0.0, 1.0], 0.3))
        assert boltzmann(np.array([-128, 127], np.int8), 100)[1] == pytest.approx(scipy.special.expit(-2.55))

    @pytest.mark.parametrize("temperature", [0, 1e-300, 1, 1e300, INF])
    def test_forbidden_states_have_no_probability_and_count_nowhere(self, temperature):
        with_walls, without = [INF, 1.0, 2.0, INF], [1.0, 2.0]
        assert boltzmann(with_walls, temperature)[[0, 3]].tolist() == [0, 0]
        for quantity in QUANTITIES:
            assert quantity(with_walls, temperature) == quantity(without, temperature)

    def test_inputs_are_never_changed(self):
        E, T, g = np.array([[0.0, 1.0, INF]]), np.array([[0.5]]), np.array([1.0, 2.0, 3.0])
        for array in (E, T, g):
            array.flags.writeable = False
        for function in [boltzmann, *QUANTITIES]:
            function(E, T, degeneracies=g)


class TestAgainstDefinitions:
    @given(levels(), temperatures)
    def test_all_quantities_agree_with_mpmath(self, system, temperature):
        E, g = system
        p, *quantities = exact(E, temperature, g)
        np.testing.assert_allclose(boltzmann(E, temperature, degeneracies=g), p, rtol=1e-12)
        for quantity, value, digits in zip(QUANTITIES, quantities, (1e-12, 1e-12, 1e-12, 1e-12, 1e-9), strict=True):
            np.testing.assert_allclose(quantity(E, temperature, degeneracies=g), value, rtol=digits, atol=1e-12)

    @pytest.mark.parametrize("temperature", [0.02, 1e6])
    def test_digits_are_left_where_almost_nothing_is_excited_or_all_is_even(self, temperature):
        E, g = [0.0, 1.0, 3.0], [1, 3, 2]
        _, *quantities = exact(E, temperature, g)
        for quantity, value in zip(QUANTITIES, quantities, strict=True):
            assert quantity(E, temperature, degeneracies=g) == pytest.approx(value, rel=1e-12, abs=0)

    @given(rows, temperatures)
    def test_what_the_first_chapters_call_them(self, E, temperature):
        assert free_energy(E, temperature) == pytest.approx(-logsumexp(-E, temperature), rel=1e-13, abs=1e-13)
        assert thermal_entropy(E, temperature) == pytest.approx(entropy(softmax(-E, temperature)), abs=1e-12)
        slope = entropy_slope(-E, temperature)
        assert heat_capacity(E, temperature) / temperature == pytest.approx(slope, rel=1e-12)

    @given(levels(), any_temperature)
    @example((np.array([0.0, -3.0, 2.0]), np.array([2, 5, 1])), 0)
    def test_a_degenerate_level_is_the_level_repeated(self, system, temperature):
        E, g = system
        repeated = np.repeat(E, g)
        level = np.repeat(np.arange(len(E)), g)
        p = np.bincount(level, boltzmann(repeated, temperature), minlength=len(E))
        np.testing.assert_allclose(boltzmann(E, temperature, degeneracies=g), p, rtol=1e-12)
        for quantity in QUANTITIES:
            grouped = quantity(E, temperature, degeneracies=g)
            np.testing.assert_allclose(grouped, quantity(repeated, temperature), rtol=1e-12, atol=1e-13)

    def test_degeneracies_need_not_be_whole_nor_modest(self):
        p = boltzmann([0.0, 1.0], 1.0, degeneracies=[0.5, 0.25])
        np.testing.assert_allclose(p, boltzmann([0.0, 1.0], 1.0, degeneracies=[2, 1]), rtol=1e-14)
        # 10⁻³⁰⁰ against 10³⁰⁰ exp(−600 log 10): the same weight, though that exponential is 0 in floating point.
        even = boltzmann([0.0, 600 * math.log(10)], 1.0, degeneracies=[1e-300, 1e300])
        np.testing.assert_allclose(even, 0.5, rtol=1e-12)


class TestClosedForms:
    @pytest.mark.parametrize("temperature", [0.05, 0.4168, 1, 30])
    def test_two_levels(self, temperature):
        gap = 2.5
        x = gap / temperature
        upper = 1 / (1 + math.exp(x))
        assert boltzmann([0, gap], temperature)[1] == pytest.approx(upper, rel=1e-13)
        assert mean_energy([0, gap], temperature) == pytest.approx(gap * upper, rel=1e-13)
        assert free_energy([0, gap], temperature) == pytest.approx(-temperature * math.log1p(math.exp(-x)), rel=1e-13)
        schottky = x**2 * math.exp(x) / (1 + math.exp(x)) ** 2
        assert heat_capacity([0, gap], temperature) == pytest.approx(schottky, rel=1e-12)

    def test_the_schottky_peak(self):
        peak = scipy.optimize.minimize_scalar(lambda T: -heat_capacity([0, 1], T), bounds=(0.2, 1), method="bounded")
        # It lies where x tanh(x/2) = 2, with x = gap/T.
        x = scipy.optimize.brentq(lambda x: x * math.tanh(x / 2) - 2, 1, 4, xtol=1e-14)
        assert peak.x == pytest.approx(1 / x, abs=1e-5)
        assert round(1 / x, 4) == 0.4168
        assert round(-peak.fun, 4) == 0.4392

    @pytest.mark.parametrize("temperature", [0.1, 1, 8])
    def test_an_oscillator_ladder(self, temperature):
        x = 1 / temperature
        curves = thermodynamics(np.arange(600) + 0.5, temperature)
        assert curves.energy == pytest.approx(0.5 + 1 / math.expm1(x), rel=1e-13)
        assert curves.free_energy == pytest.approx(0.5 + temperature * math.log(-math.expm1(-x)), rel=1e-13)
        assert curves.heat_capacity == pytest.approx(x**2 * math.exp(x) / math.expm1(x) ** 2, rel=1e-12)
        assert curves.entropy == pytest.approx(x / math.expm1(x) - math.log(-math.expm1(-x)), rel=1e-12)

    def test_many_two_level_systems_are_one_system_with_binomial_degeneracies(self):
        n, T = 30, np.array([0, 0.2, 1, 5, INF])
        many = thermodynamics(np.arange(n + 1), T, degeneracies=scipy.special.comb(n, np.arange(n + 1)))
        one = thermodynamics([0, 1], T)
        for name in ("free_energy", "energy", "entropy", "heat_capacity"):
            np.testing.assert_allclose(getattr(many, name), n * getattr(one, name), rtol=1e-12, atol=1e-15)


class TestIdentities:
    @given(levels(), temperatures)
    def test_free_energy_is_energy_less_temperature_times_entropy(self, system, T):
        E, g = system
        U, S = mean_energy(E, T, degeneracies=g), thermal_entropy(E, T, degeneracies=g)
        assert free_energy(E, T, degeneracies=g) == pytest.approx(U - T * S, rel=1e-12, abs=1e-12)

    @given(levels(), st.floats(0.5, 20))
    def test_entropy_and_heat_capacity_are_slopes(self, system, T):
        E, g = system
        step = 1e-4 * T

        def slope(quantity):
            below, above = quantity(E, [[T - step], [T + step]], degeneracies=g)
            return (above - below) / (2 * step)

        # The error of a central difference is step²/6 of the third derivative, here ≲ (20/T)³.
        assert -slope(free_energy) == pytest.approx(thermal_entropy(E, T, degeneracies=g), abs=1e-3)
        assert slope(mean_energy) == pytest.approx(heat_capacity(E, T, degeneracies=g), rel=1e-3, abs=1e-4)

    @given(levels(), temperatures)
    def test_no_other_distribution_has_a_lower_free_energy(self, system, T):
        E, g = system
        p = softmax(np.random.default_rng(0).normal(size=(50, len(E))))
        trade = p @ E - T * (p * np.log(g / p)).sum(axis=1)
        F = free_energy(E, T, degeneracies=g)
        assert (trade >= F - 1e-9 * (1 + abs(F))).all()

    @given(levels(), temperatures, st.integers(-1000, 1000))
    def test_a_shift_moves_the_energies_alone(self, system, T, shift):
        E, g = np.round(system[0]), system[1]
        for quantity, moved in ((free_energy, 1), (mean_energy, 1), (thermal_entropy, 0), (heat_capacity, 0)):
            before, after = quantity(E, T, degeneracies=g), quantity(E + shift, T, degeneracies=g)
            assert after - moved * shift == pytest.approx(before, rel=1e-12, abs=2e-12)


class TestLimits:
    E, G = [3.0, -1.0, 7.0, -1.0], [2, 3, 1, 1]

    @pytest.mark.parametrize("zero", [0, 0.0, -0.0, np.float32(0), [0.0]])
    def test_at_0_there_are_ground_states_only(self, zero):
        assert np.ravel(boltzmann(self.E, zero)).tolist() == [0, 0.5, 0, 0.5]
        np.testing.assert_allclose(boltzmann(self.E, zero, degeneracies=self.G), [0, 0.75, 0, 0.25], rtol=1e-15)
        assert free_energy(self.E, zero, degeneracies=self.G) == -1
        assert mean_energy(self.E, zero, degeneracies=self.G) == -1
        assert thermal_entropy(self.E, zero, degeneracies=self.G) == pytest.approx(math.log(4), rel=1e-15)
        assert heat_capacity(self.E, zero, degeneracies=self.G) == 0

    def test_at_inf_all_states_are_alike(self):
        assert boltzmann(self.E, INF).tolist() == [0.25] * 4
        np.testing.assert_allclose(boltzmann(self.E, INF, degeneracies=self.G), np.array(self.G) / 7, rtol=1e-15)
        assert free_energy(self.E, INF, degeneracies=self.G) == -INF
        assert mean_energy(self.E, INF, degeneracies=self.G) == pytest.approx(9 / 7, rel=1e-15)
        assert thermal_entropy(self.E, INF, degeneracies=self.G) == pytest.approx(math.log(7), rel=1e-15)
        assert log_partition(self.E, INF, degeneracies=self.G) == pytest.approx(math.log(7), rel=1e-15)
        assert heat_capacity(self.E, INF, degeneracies=self.G) == 0

    def test_the_partition_function_at_0_goes_by_the_sign_of_the_ground_energy(self):
        assert log_partition([[-1, 2], [1, 2], [0, 2]], 0).tolist() == [INF, -INF, 0]
        assert log_partition([0, 2], 0, degeneracies=[3, 1]) == pytest.approx(math.log(3), rel=1e-15)

    @pytest.mark.parametrize("temperature", [0, 0.3, 1e308, INF])
    def test_a_single_state_is_its_own_free_energy(self, temperature):
        assert free_energy([-2.5], temperature) == mean_energy([-2.5], temperature) == -2.5
        assert free_energy([INF, 4.0], temperature) == 4
        for quantity in (thermal_entropy, heat_capacity):
            value = quantity([-2.5], temperature)
            assert value == 0
            assert math.copysign(1, value) == 1

    @given(extreme_rows, st.floats(0, INF))
    @example(np.array([-1e308, 1e308]), 1e308)
    @example(np.array([1e308, 1e308]), 1e308)
    @example(np.array([0.0, 1e308]), 1.0)
    @example(np.array([0.0, 5e-324]), 5e-324)
    def test_nothing_overflows(self, E, T):
        assume(E.min() < INF)
        finite = E[E < INF]
        ulp = 1e-12 * abs(finite).max() + 1e-320
        assert finite.min() - ulp <= mean_energy(E, T) <= finite.max() + ulp
        assert free_energy(E, T) <= finite.min() + ulp
        assert 0 <= thermal_entropy(E, T) <= math.log(len(finite)) + 1e-12
        assert 0 <= heat_capacity(E, T) < INF
        assert not np.isnan(log_partition(E, T))

    def test_a_free_energy_is_in_range_though_temperature_times_entropy_is_not(self):
        assert free_energy([1.7e308] * 4, 1.7e308) == pytest.approx(1.7e308 * (1 - math.log(4)), rel=1e-14)
        assert free_energy([0.0] * 4, 1.7e308) == -INF

    @pytest.mark.parametrize("offset", [1e4, -1e4, 2.0**40])
    def test_a_large_offset_costs_no_digits(self, offset):
        near = thermodynamics([0.0, 0.5, 2.0], [0.01, 0.3, 5])
        far = thermodynamics(np.array([0.0, 0.5, 2.0]) + offset, [0.01, 0.3, 5])
        np.testing.assert_array_equal(far.entropy, near.entropy)
        np.testing.assert_array_equal(far.heat_capacity, near.heat_capacity)
        np.testing.assert_allclose(far.energy, near.energy + offset, rtol=1e-15)


class TestThermodynamics:
    def test_has_the_shape_of_the_temperatures(self):
        T = np.array([[0, 0.5, 1], [2, 50, INF]])
        curves = thermodynamics([0, 1, 1], T, degeneracies=[1, 2, 3])
        np.testing.assert_array_equal(curves.temperature, T)
        for name, function in {
            "free_energy": free_energy,
            "energy": mean_energy,
            "entropy": thermal_entropy,
            "heat_capacity": heat_capacity,
        }.items():
            values = getattr(curves, name)
            assert values.shape == T.shape
            assert values[1, 0] == function([0, 1, 1], 2, degeneracies=[1, 2, 3])
        assert np.ndim(thermodynamics([0, 1], 1.0).energy) == 0

    def test_keeps_a_copy_and_cannot_be_assigned_to(self):
        T = np.ones(2)
        curves = thermodynamics([0, 1], T)
        T[0] = 5
        assert curves.temperature[0] == 1
        with pytest.raises(AttributeError):
            curves.energy = 3

    def test_many_systems_at_once_are_for_the_single_functions(self):
        E = np.array([[0.0, 1.0], [0.0, 2.0]])
        assert mean_energy(E, [[1.0], [2.0]])[1] == mean_energy([0, 2], 2)
        with pytest.raises(ValueError, match=r"^energies must be one row, got shape \(2, 2\)$"):
            thermodynamics(E, 1.0)


class TestErrorsOfLevels:
    @pytest.mark.parametrize("function", [boltzmann, *QUANTITIES])
    def test_name_the_argument_and_the_value(self, function):
        for temperature in (0, 1, INF):
            with pytest.raises(ValueError, match=r"^energies must be finite, or inf .*, got nan$"):
                function([0, NAN], temperature)
            with pytest.raises(ValueError, match=r"^energies must be finite, or inf .*, got -inf$"):
                function([0, -INF], temperature)
            with pytest.raises(ValueError, match=r"^energies must not all be forbidden, got a row of inf only$"):
                function([[0, 1], [INF, INF]], temperature)
        with pytest.raises(ValueError, match=r"^energies must have at least one entry .*, got shape \(3, 0\)$"):
            function(np.empty((3, 0)), 1)
        with pytest.raises(ValueError, match=r"^energies must have at least one axis, got a single number$"):
            function(3.0, 1)
        with pytest.raises(TypeError, match=r"^energies must be real numbers, got complex128$"):
            function([1j, 0], 1)
        with pytest.raises(ValueError, match=r"^temperature must be at least 0, got -0\.5$"):
            function([0, 1], -0.5)
        with pytest.raises(ValueError, match=r"^temperature must have length 1 along the axis, got shape \(2,\)$"):
            function([0, 1], [1, 2])
        for g in (0, -1, NAN, INF):
            with pytest.raises(ValueError, match=rf"^degeneracies must be above 0 and finite, got {float(g)}$"):
                function([0, 1], 1, degeneracies=[1, g])
        with pytest.raises(ValueError, match=r"^degeneracies must broadcast to energies .*\(2,\), got \(3,\)$"):
            function([0, 1], 1, degeneracies=[1, 1, 1])

    def test_of_the_axis(self):
        with pytest.raises(ValueError, match=r"^axis must be from -1 to 0 for these energies, got 1$"):
            boltzmann([0, 1], 1, axis=1)
