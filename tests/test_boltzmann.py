"""Boltzmann's distribution, its thermodynamics and its samplers: closed forms, limits, oracles, statistics, errors."""

import functools
import itertools
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
metropolis = strict(module.metropolis)
metropolis_matrix = strict(module.metropolis_matrix)
spin_states = strict(module.spin_states)
ising_energies = strict(module.ising_energies)
ising_sample = strict(module.ising_sample)
random_couplings = strict(module.random_couplings)
glass_energies = strict(module.glass_energies)
anneal = strict(module.anneal)

INF = math.inf
NAN = math.nan
CRITICAL = 2 / math.log(1 + math.sqrt(2))
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


def in_standard_errors(means, expected):
    """Return how far the mean of independent means lies from what is expected, in its standard errors."""
    return abs(means.mean() - expected) / (means.std(ddof=1) / math.sqrt(len(means)))


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
            with pytest.raises(ValueError, match=rf"^degeneracies must be positive and finite, got {float(g)}$"):
                function([0, 1], 1, degeneracies=[1, g])
        with pytest.raises(ValueError, match=r"^degeneracies must broadcast to energies .*\(2,\), got \(3,\)$"):
            function([0, 1], 1, degeneracies=[1, 1, 1])

    def test_of_the_axis(self):
        with pytest.raises(ValueError, match=r"^axis must be from -1 to 0 for these energies, got 1$"):
            boltzmann([0, 1], 1, axis=1)


class TestMetropolisMatrix:
    RING = np.stack([np.roll(np.arange(6), 1), np.roll(np.arange(6), -1)], axis=1)

    def test_two_states(self):
        climb = math.exp(-1 / 0.7)
        np.testing.assert_allclose(metropolis_matrix([0, 1], 0.7), [[1 - climb, climb], [1, 0]], rtol=1e-15)

    @given(hnp.arrays(np.float64, 6, elements=st.floats(-5, 5)), any_temperature, st.booleans())
    def test_detailed_balance_and_stationarity(self, E, T, on_a_ring):
        P = metropolis_matrix(E, T, neighbours=self.RING if on_a_ring else None)
        p = boltzmann(E, T)
        flow = p[:, np.newaxis] * P
        assert (P >= 0).all()
        np.testing.assert_allclose(P.sum(axis=1), 1, rtol=1e-14)
        np.testing.assert_allclose(flow, flow.T, rtol=1e-12, atol=1e-16)
        np.testing.assert_allclose(p @ P, p, rtol=1e-12, atol=1e-16)

    def test_only_neighbours_are_reached(self):
        P = metropolis_matrix(np.arange(6.0), 1.0, neighbours=self.RING)
        reached = np.eye(6, dtype=bool)
        reached[np.arange(6)[:, np.newaxis], self.RING] = True
        assert (P[~reached] == 0).all()
        assert P[0, 1] == pytest.approx(math.exp(-1) / 2, rel=1e-15)

    def test_a_neighbour_listed_twice_is_proposed_twice_as_often(self):
        P = metropolis_matrix([0, 0, 0], INF, neighbours=[[1, 1, 2], [0, 0, 1], [0, 2, 2]])
        np.testing.assert_allclose(P, [[0, 2 / 3, 1 / 3], [2 / 3, 1 / 3, 0], [1 / 3, 0, 2 / 3]], atol=1e-15)

    def test_limits(self):
        np.testing.assert_allclose(metropolis_matrix([0, 1, 1], 0), [[1, 0, 0], [0.5, 0, 0.5], [0.5, 0.5, 0]])
        np.testing.assert_allclose(metropolis_matrix([0, 1, 9], INF), (1 - np.eye(3)) / 2)

    @pytest.mark.parametrize("T", [0, 1, INF])
    def test_forbidden_states_are_left_and_never_entered(self, T):
        P = metropolis_matrix([0, INF, INF], T)
        assert P[0].tolist() == [1, 0, 0]
        np.testing.assert_allclose(P[1], [0.5, 0, 0.5])


class TestMetropolis:
    E = np.array([0.0, 1.0, 0.3, 2.0, 0.9])

    @pytest.mark.parametrize("T", [0.4, 1.0, INF])
    def test_steps_as_often_as_its_matrix_says(self, T):
        visited = metropolis(self.E, T, 100_000, rng=np.random.default_rng(0), start=0)
        P = metropolis_matrix(self.E, T)
        seen = np.zeros((5, 5))
        np.add.at(seen, (visited[:-1], visited[1:]), 1)
        assert (seen[P == 0] == 0).all()
        for counts, row in zip(seen, P, strict=True):
            possible = row > 0
            expected = counts.sum() * row[possible]
            assert scipy.stats.chisquare(counts[possible], expected).pvalue > 0.001

    def test_the_statistics_would_see_another_rule(self):
        # The other well-known rule, 1/(1 + exp(rise/T)), has the same stationary distribution but not these steps.
        visited = metropolis(self.E, 1.0, 100_000, rng=np.random.default_rng(0), start=0)
        from_0 = visited[1:][visited[:-1] == 0]
        other = softmax(-np.stack([np.zeros(4), self.E[1:]], axis=1))[:, 1] / 4
        expected = len(from_0) * np.append(1 - other.sum(), other)
        assert scipy.stats.chisquare(np.bincount(from_0), expected).pvalue < 1e-6

    def test_visits_states_as_often_as_boltzmann_says(self):
        rng = np.random.default_rng(1)
        walks = np.array([metropolis(self.E, 0.7, 2_000, rng=rng) for _ in range(40)])
        for state, p in enumerate(boltzmann(self.E, 0.7)):
            assert in_standard_errors((walks[:, 200:] == state).mean(axis=1), p) < 4
        wrong = boltzmann(self.E, 0.77)[0]
        assert in_standard_errors((walks[:, 200:] == 0).mean(axis=1), wrong) > 6

    def test_never_goes_uphill_at_0(self):
        E = np.random.default_rng(2).normal(size=30)
        visited = metropolis(E, 0, 2_000, rng=np.random.default_rng(3), start=int(E.argmax()))
        assert (np.diff(E[visited]) <= 0).all()
        assert visited[-1] == E.argmin()

    def test_at_0_states_of_one_energy_are_all_visited(self):
        visited = metropolis([0, 0, 1, 0], 0, 300, rng=np.random.default_rng(4), start=2)
        assert set(visited[10:]) == {0, 1, 3}

    def test_gets_stuck_in_a_valley_of_its_neighbours(self):
        path = [[0, 1], [0, 2], [1, 3], [2, 3]]
        visited = metropolis([0.5, 1, 2, 0], 0, 500, rng=np.random.default_rng(5), neighbours=path, start=2)
        assert visited[-1] in (0, 3)
        assert metropolis([0.5, 1, 2, 0], 0, 500, rng=np.random.default_rng(5), neighbours=path, start=1)[-1] == 0

    def test_starts_from_states_that_are_not_forbidden_alone(self):
        rng = np.random.default_rng(6)
        first = [metropolis([INF, 0, INF, 0], 1e-9, 1, rng=rng)[0] for _ in range(50)]
        assert set(first) == {1, 3}

    def test_the_same_generator_walks_the_same_way(self):
        one, two = (metropolis(self.E, 1, 100, rng=np.random.default_rng(7)) for _ in range(2))
        np.testing.assert_array_equal(one, two)
        assert metropolis(self.E, 1, 0, rng=np.random.default_rng(7)).shape == (0,)

    def test_errors(self):
        rng = np.random.default_rng(0)
        with pytest.raises(ValueError, match=r"^energies must be one row of at least two states, got shape \(1,\)$"):
            metropolis([0], 1, 5, rng=rng)
        with pytest.raises(ValueError, match=r"^temperature must be one number, got shape \(2,\)$"):
            metropolis([0, 1], [1, 2], 5, rng=rng)
        with pytest.raises(ValueError, match=r"^temperature must be at least 0, got -1\.0$"):
            metropolis_matrix([0, 1], -1)
        with pytest.raises(ValueError, match=r"^steps must be a whole number, at least 0, got -1$"):
            metropolis([0, 1], 1, -1, rng=rng)
        with pytest.raises(ValueError, match=r"^steps must be a whole number, at least 0, got 2\.5$"):
            metropolis([0, 1], 1, 2.5, rng=rng)
        for start in (1, 7, -1):
            with pytest.raises(ValueError, match=rf"^start must be a state that is not forbidden, got {start}$"):
                metropolis([0, INF], 1, 5, rng=rng, start=start)

    def test_errors_of_neighbours(self):
        E = [0, 1, 2]
        with pytest.raises(ValueError, match=r"equally often, got states 0 and 2 that do not$"):
            metropolis_matrix(E, 1, neighbours=[[1, 2], [0, 1], [2, 2]])
        with pytest.raises(ValueError, match=r"equally often, got states 0 and 1 that do not$"):
            metropolis_matrix(E, 1, neighbours=[[1, 1], [0, 2], [1, 2]])
        with pytest.raises(ValueError, match=r"^neighbours must be states from 0 to 2, got 3$"):
            metropolis_matrix(E, 1, neighbours=[[1], [0], [3]])
        with pytest.raises(ValueError, match=r"^neighbours must be states from 0 to 2, got -1$"):
            metropolis_matrix(E, 1, neighbours=[[1], [0], [-1]])
        words = r"^neighbours must be integers of shape \(3, k\), k at least 1, got "
        with pytest.raises(ValueError, match=words + rf"{np.dtype(int)} of shape \(2, 1\)$"):
            metropolis_matrix(E, 1, neighbours=[[1], [0]])
        with pytest.raises(ValueError, match=words + r"float64 of shape \(3, 1\)$"):
            metropolis_matrix(E, 1, neighbours=[[1.0], [0.0], [2.0]])
        with pytest.raises(ValueError, match=words + r"int64 of shape \(3, 0\)$"):
            metropolis_matrix(E, 1, neighbours=np.empty((3, 0), np.int64))


def energy_of_lattice(spins):
    """Count the pairs of a periodic lattice, spin by spin."""
    side = len(spins)
    sites = itertools.product(range(side), repeat=2)
    return -sum(
        int(spins[i][j]) * (int(spins[i][(j + 1) % side]) + int(spins[(i + 1) % side][j])) for i, j in sites
    )


class TestIsingEnergies:
    @pytest.mark.parametrize("side", [2, 3])
    def test_agree_with_counting_pairs(self, side):
        energies, magnetisations = ising_energies(side)
        assert len(energies) == 2 ** side**2
        for k, (energy, magnetisation) in enumerate(zip(energies, magnetisations, strict=True)):
            spins = np.reshape([1 if k >> i & 1 else -1 for i in range(side**2)], (side, side))
            assert energy == energy_of_lattice(spins)
            assert magnetisation == spins.mean()

    def test_the_number_of_states_of_each_energy_of_the_4_by_4_lattice(self):
        energies, magnetisations = ising_energies(4)
        levels, counts = np.unique(energies, return_counts=True)
        assert levels.tolist() == [-32, -24, -20, -16, -12, -8, -4, 0, 4, 8, 12, 16, 20, 24, 32]
        half = [2, 32, 64, 424, 1728, 6688, 13568]
        assert counts.tolist() == [*half, 20524, *half[::-1]]
        assert np.unique(magnetisations * 16, return_counts=True)[1].tolist() == [math.comb(16, k) for k in range(17)]

    @pytest.mark.parametrize("side", [0, 1, 5, 2.0, "4"])
    def test_errors(self, side):
        with pytest.raises(ValueError, match=rf"^side must be a whole number, from 2 to 4, got {side!r}$"):
            ising_energies(side)


class TestSpinStates:
    def test_are_the_bits(self):
        states = spin_states(10)
        assert states.dtype == np.int8
        assert ((states == 1) @ 2 ** np.arange(10)).tolist() == list(range(1024))
        assert spin_states(0).shape == (1, 0)

    def test_errors(self):
        with pytest.raises(ValueError, match=r"^n must be a whole number, from 0 to 24, got 25$"):
            spin_states(25)


@functools.cache
def exact_lattice(temperature, side=4):
    """Return ⟨E⟩/N and ⟨|m|⟩ of a small lattice, from all of its states."""
    energies, magnetisations = ising_energies(side)
    p = boltzmann(energies, temperature)
    return p @ energies / side**2, p @ abs(magnetisations)


def errors_of_sample(temperature, sampled_at):
    """Return how far a sample lies from the exact energy and |m|, in standard errors over its replicas."""
    sample = ising_sample(4, sampled_at, 200, rng=np.random.default_rng(0), replicas=400, burn_in=50)
    e, m = exact_lattice(temperature)
    e_of_replicas, m_of_replicas = sample.energy.mean(axis=-1), abs(sample.magnetisation).mean(axis=-1)
    return np.array([in_standard_errors(e_of_replicas, e), in_standard_errors(m_of_replicas, m)])


class TestIsingSample:
    @pytest.mark.parametrize("temperature", [1.5, CRITICAL, 4.0])
    def test_agrees_with_all_states_of_the_4_by_4_lattice(self, temperature):
        assert (errors_of_sample(temperature, temperature) < 4).all()

    @pytest.mark.parametrize("temperature", [1.5, CRITICAL, 4.0])
    @pytest.mark.parametrize("factor", [0.95, 1.05])
    def test_the_statistics_would_see_a_temperature_that_is_5_percent_off(self, temperature, factor):
        assert (errors_of_sample(temperature, factor * temperature) > 8).all()

    @pytest.mark.parametrize("temperature", [1.5, CRITICAL, 4.0])
    def test_the_statistics_would_see_a_rule_that_is_off_by_0_01(self, temperature, monkeypatch):
        def probit(field, T):  # the normal distribution's curve that comes closest to the logistic one
            return scipy.stats.norm.cdf(2 * field / T / 1.702)

        monkeypatch.setattr(module, "_probability_up", probit)
        assert (errors_of_sample(temperature, temperature) > 6).all()

    @pytest.mark.parametrize("temperature", [2.0, 8.0, INF])
    def test_visits_every_state_of_the_2_by_2_lattice_as_often_as_boltzmann_says(self, temperature):
        start = np.random.default_rng(1).choice([-1, 1], size=(20_000, 2, 2))
        sample = ising_sample(2, temperature, 0, rng=np.random.default_rng(2), replicas=20_000, burn_in=40, start=start)
        states = (sample.spins.reshape(-1, 4) == 1) @ 2 ** np.arange(4)
        expected = 20_000 * boltzmann(ising_energies(2).energies, temperature)
        counts = np.bincount(states, minlength=16)
        assert scipy.stats.chisquare(counts, expected).pvalue > 0.001

    def test_a_large_lattice_has_onsagers_energy_and_yangs_magnetisation(self):
        hot, cold = 3.0, 1.8
        sample = ising_sample(32, [hot, cold], 150, rng=np.random.default_rng(3), replicas=40, burn_in=150)
        K = 1 / hot
        modulus = 2 * math.sinh(2 * K) / math.cosh(2 * K) ** 2
        elliptic = 2 / math.pi * (2 * math.tanh(2 * K) ** 2 - 1) * scipy.special.ellipk(modulus**2)
        onsager = -(1 + elliptic) / math.tanh(2 * K)
        yang = (1 - math.sinh(2 / cold) ** -4) ** 0.125
        assert in_standard_errors(sample.energy[0].mean(axis=-1), onsager) < 4
        assert in_standard_errors(abs(sample.magnetisation[1]).mean(axis=-1), yang) < 4

    @pytest.mark.parametrize("side", [2, 4, 6])
    def test_measures_the_lattices_that_it_leaves(self, side):
        sample = ising_sample(side, [[1.0], [3.0]], 3, rng=np.random.default_rng(4), replicas=5)
        assert sample.temperature.tolist() == [[1.0], [3.0]]
        assert sample.energy.shape == sample.magnetisation.shape == (2, 1, 5, 3)
        assert sample.spins.shape == (2, 1, 5, side, side)
        assert sample.spins.dtype == np.int8
        for index in np.ndindex(2, 1, 5):
            spins = sample.spins[index]
            assert sample.energy[*index, -1] == energy_of_lattice(spins) / side**2
            assert sample.magnetisation[*index, -1] == spins.mean()

    def test_one_temperature_and_one_sweep_less(self):
        sample = ising_sample(4, 2.0, 0, rng=np.random.default_rng(5), burn_in=0)
        assert sample.energy.shape == (1, 0)
        assert (sample.spins == 1).all()

    def test_goes_on_from_where_it_was(self):
        rng = np.random.default_rng(6)
        first = ising_sample(4, [0.5, 2.0], 10, rng=rng, replicas=3)
        second = ising_sample(4, [0.5, 2.0], 0, rng=rng, replicas=3, burn_in=0, start=first.spins)
        np.testing.assert_array_equal(second.spins, first.spins)
        in_one = ising_sample(4, 2.0, 4, rng=np.random.default_rng(7), burn_in=6)
        rng = np.random.default_rng(7)
        before = ising_sample(4, 2.0, 6, rng=rng, burn_in=0)
        after = ising_sample(4, 2.0, 4, rng=rng, burn_in=0, start=before.spins)
        np.testing.assert_array_equal(after.energy, in_one.energy)

    def test_replicas_and_temperatures_are_independent(self):
        sample = ising_sample(4, [INF, INF], 500, rng=np.random.default_rng(8), replicas=2)
        correlations = np.corrcoef(sample.magnetisation.reshape(4, 500))
        assert (abs(correlations - np.eye(4)) < 4 / math.sqrt(500)).all()

    def test_at_0_the_energy_never_rises_and_ties_are_tossed_for(self):
        start = np.random.default_rng(9).choice([-1, 1], size=(50, 8, 8))
        sample = ising_sample(8, 0, 30, rng=np.random.default_rng(10), replicas=50, burn_in=0, start=start)
        assert (np.diff(sample.energy, axis=-1) <= 0).all()
        # The neighbours of the first spin, a black one, are up and down: nothing tells it where to go.
        tied = ising_sample(2, 0, 0, rng=np.random.default_rng(11), replicas=4000, burn_in=1, start=[[1, -1], [1, 1]])
        assert abs((tied.spins[:, 0, 0] == 1).mean() - 0.5) < 4 * 0.5 / math.sqrt(4000)

    def test_at_inf_every_spin_is_a_fair_coin_at_every_sweep(self):
        sample = ising_sample(8, INF, 400, rng=np.random.default_rng(12), replicas=20)
        assert in_standard_errors(sample.magnetisation.mean(axis=-1), 0) < 4
        # Fair and independent of the sweep before: Metropolis would flip every spin, and so m to −m.
        one, next_one = sample.magnetisation[:, :-1], sample.magnetisation[:, 1:]
        assert abs(np.mean(one * next_one)) < 4 / 64 / math.sqrt(one.size)
        assert np.mean(one**2) == pytest.approx(1 / 64, rel=4 * math.sqrt(2 / one.size))

    def test_probabilities_are_those_of_a_softmax_over_two_classes(self):
        T = np.array([0, 0.3, 1, CRITICAL, 50, INF])
        P_up = module._probabilities_up(T)[..., 0, 0, 0].astype(float)
        fields = np.array([[-4], [-2], [0], [2], [4]])
        exact = np.concatenate([[[0], [0], [0.5], [1], [1]], scipy.special.expit(2 * fields / T[1:])], axis=1)
        np.testing.assert_allclose(P_up, exact, rtol=0, atol=2.0**-25)
        assert (P_up + P_up[::-1] == 1).all()  # up and down are alike to the last digit

    def test_a_spin_is_up_where_the_uniform_number_is_below_its_probability(self):
        T = np.array([0, 0.8, 2.0, INF])
        P_up = module._probabilities_up(T)
        rng = np.random.default_rng(13)
        field = rng.choice([-4, -2, 0, 2, 4], size=(4, 3, 6, 3)).astype(np.int8)
        uniform = rng.random(field.shape, dtype=np.float32)
        uniform[:, 0] = 0
        table = P_up[:, :, 0, 0, 0]
        expected = np.where(uniform < table[(field + 4) // 2, np.arange(4)[:, None, None, None]], 1, -1)
        np.testing.assert_array_equal(module._draw_spins(field, P_up, uniform), expected)

    @pytest.mark.parametrize("side", [2, 4, 6])
    def test_sums_of_neighbours_on_half_lattices(self, side):
        spins = np.random.default_rng(14).integers(-1, 2, size=(2, 3, side, side)).astype(np.int8)
        halves = module._split_by_colour(spins)
        np.testing.assert_array_equal(module._join_colours(halves), spins)
        sums = np.array([module._sum_of_neighbours(halves[1 - colour], colour) for colour in (0, 1)])
        expected = sum(np.roll(spins, step, axis) for step in (1, -1) for axis in (-1, -2))
        np.testing.assert_array_equal(module._join_colours(sums), expected)

    def test_errors(self):
        rng = np.random.default_rng(0)
        with pytest.raises(ValueError, match=r"^side must be even, so that the checkerboard is periodic, got 3$"):
            ising_sample(3, 1, 1, rng=rng)
        with pytest.raises(ValueError, match=r"^side must be a whole number, at least 2, got 0$"):
            ising_sample(0, 1, 1, rng=rng)
        with pytest.raises(ValueError, match=r"^temperature must be at least 0, got nan$"):
            ising_sample(4, [1, NAN], 1, rng=rng)
        with pytest.raises(ValueError, match=r"^sweeps must be a whole number, at least 0, got -1$"):
            ising_sample(4, 1, -1, rng=rng)
        with pytest.raises(ValueError, match=r"^replicas must be a whole number, at least 1, got 0$"):
            ising_sample(4, 1, 1, rng=rng, replicas=0)
        with pytest.raises(ValueError, match=r"^burn_in must be a whole number, at least 0, got 1\.5$"):
            ising_sample(4, 1, 1, rng=rng, burn_in=1.5)
        with pytest.raises(ValueError, match=r"^start must be spins of 1 or -1, got 0\.0$"):
            ising_sample(4, 1, 1, rng=rng, start=0)
        with pytest.raises(ValueError, match=r"^start must broadcast to .* \(1, 4, 4\), got \(2, 2\)$"):
            ising_sample(4, 1, 1, rng=rng, start=np.ones((2, 2)))


def energy_of_glass(J, s):
    """Add up the pairs of a spin glass one by one."""
    return -sum(J[i][j] * s[i] * s[j] for i in range(len(s)) for j in range(i))


class TestGlass:
    @pytest.mark.parametrize("n", range(1, 9))
    def test_energies_agree_with_adding_up_pairs(self, n):
        J = random_couplings(n, rng=np.random.default_rng(n))
        for k, energy in enumerate(glass_energies(J)):
            spins = [1 if k >> i & 1 else -1 for i in range(n)]
            assert energy == pytest.approx(energy_of_glass(J, spins), abs=1e-13)

    def test_20_spins_have_the_energies_of_their_mirror_images(self):
        J = random_couplings(20, rng=np.random.default_rng(2))
        energies = glass_energies(J)
        assert energies.shape == (2**20,)
        np.testing.assert_allclose(energies, energies[::-1], atol=1e-12)
        assert energies.mean() == pytest.approx(0, abs=1e-12)
        assert energies.var() == pytest.approx((J**2).sum() / 2, rel=1e-12)

    def test_couplings_are_symmetric_normal_numbers(self):
        J = random_couplings(400, rng=np.random.default_rng(0))
        upper = J[np.triu_indices(400, k=1)] * 20
        assert (J == J.T).all()
        assert not J.diagonal().any()
        assert scipy.stats.kstest(upper, "norm").pvalue > 0.001


class TestAnneal:
    J = random_couplings(20, rng=np.random.default_rng(2))
    SLOW = np.geomspace(2, 0.05, 200)

    def end_in_the_ground_state(self, schedule):
        """Return which share of 300 runs do."""
        final = anneal(self.J, schedule, rng=np.random.default_rng(0), runs=300)
        return (final.energies < glass_energies(self.J).min() + 1e-9).mean()

    def test_energies_are_those_of_the_states(self):
        final = anneal(self.J, [1.0, 0.5], rng=np.random.default_rng(1), runs=7)
        assert final.states.shape == (7, 20)
        assert final.states.dtype == np.int8
        assert set(np.unique(final.states)) == {-1, 1}
        for energy, state in zip(final.energies, final.states, strict=True):
            assert energy == pytest.approx(energy_of_glass(self.J, state.tolist()), rel=1e-12)

    def test_a_quench_ends_where_no_single_flip_goes_down(self):
        final = anneal(self.J, np.zeros(50), rng=np.random.default_rng(2), runs=100)
        assert (final.states * (final.states @ self.J) >= 0).all()
        assert len(np.unique(final.energies.round(9))) > 5  # and they are many such places

    def test_a_slow_schedule_finds_what_others_do_not(self):
        slow = self.end_in_the_ground_state(self.SLOW)
        quench = self.end_in_the_ground_state(np.zeros(200))
        too_fast = self.end_in_the_ground_state(np.geomspace(2, 0.05, 5))
        fixed = max(self.end_in_the_ground_state(np.full(200, T)) for T in (0.15, 0.2))
        assert quench < 0.25
        assert too_fast < 0.35
        assert 0.35 < fixed < 0.6
        assert slow > 0.75

    @pytest.mark.parametrize("temperature", [0.4, 1.0, INF])
    def test_at_one_temperature_it_samples_boltzmanns_distribution(self, temperature):
        J = 1.5 * random_couplings(4, rng=np.random.default_rng(3))
        final = anneal(J, np.full(60, temperature), rng=np.random.default_rng(4), runs=20_000)
        counts = np.bincount((final.states == 1) @ 2 ** np.arange(4), minlength=16)
        expected = 20_000 * boltzmann(glass_energies(J), temperature)
        assert scipy.stats.chisquare(counts, expected).pvalue > 0.001
        warmer = 20_000 * boltzmann(glass_energies(J), 1.1 * temperature)
        assert temperature == INF or scipy.stats.chisquare(counts, warmer).pvalue < 1e-6

    def test_ties_at_0_are_tossed_for(self):
        free = anneal(np.zeros((2, 2)), [0, 0], rng=np.random.default_rng(5), runs=4000).states
        assert (abs((free == 1).mean(axis=0) - 0.5) < 4 * 0.5 / math.sqrt(4000)).all()

    def test_no_sweeps_leave_random_spins(self):
        final = anneal(self.J, [], rng=np.random.default_rng(6), runs=3)
        assert final.states.shape == (3, 20)

    def test_errors(self):
        rng = np.random.default_rng(0)
        J = np.array([[0, 1], [1, 0]])
        for function in (glass_energies, lambda couplings: anneal(couplings, [1], rng=rng, runs=1)):
            with pytest.raises(ValueError, match=r"^couplings must be symmetric, got 1\.0 at \(0, 1\) and 2\.0 at"):
                function([[0, 1], [2, 0]])
            with pytest.raises(ValueError, match=r"^couplings must have zeros on the diagonal, got 3\.0$"):
                function([[0, 1], [1, 3]])
            with pytest.raises(ValueError, match=r"^couplings must be a square matrix, got shape \(1, 2\)$"):
                function([[0, 1]])
            with pytest.raises(ValueError, match=r"^couplings must be a square matrix, got shape \(0, 0\)$"):
                function(np.empty((0, 0)))
            with pytest.raises(ValueError, match=r"^couplings must be finite, got nan$"):
                function([[0, NAN], [NAN, 0]])
        with pytest.raises(ValueError, match=r"^couplings must be of at most 24 spins .*, got 25$"):
            glass_energies(np.zeros((25, 25)))
        with pytest.raises(ValueError, match=r"^schedule must be one row of temperatures, got shape \(\)$"):
            anneal(J, 1.0, rng=rng, runs=1)
        with pytest.raises(ValueError, match=r"^temperature must be at least 0, got -1\.0$"):
            anneal(J, [1, -1], rng=rng, runs=1)
        with pytest.raises(ValueError, match=r"^runs must be a whole number, at least 1, got 0$"):
            anneal(J, [1], rng=rng, runs=0)
        with pytest.raises(ValueError, match=r"^n must be a whole number, at least 1, got 0$"):
            random_couplings(0, rng=rng)
