"""Ising spins: pairs counted one by one, all states of small lattices, exact results, statistics, errors."""

import functools
import itertools
import math

import mpmath
import numpy as np
import pytest
import scipy.special
import scipy.stats
from strictly import in_standard_errors, strict

from tempcourse import ising as module
from tempcourse.annealing import random_couplings
from tempcourse.boltzmann import boltzmann, heat_capacity

pytestmark = pytest.mark.filterwarnings("error")

spin_states = strict(module.spin_states)
glass_energies = strict(module.glass_energies)
ising_energies = strict(module.ising_energies)
ising_sample = strict(module.ising_sample)

INF = math.inf
NAN = math.nan
CRITICAL = 2 / math.log(1 + math.sqrt(2))


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
        with pytest.raises(ValueError, match=rf"^side must be a whole number from 2 to 4, got {side!r}$"):
            ising_energies(side)


class TestSpinStates:
    def test_are_the_bits(self):
        states = spin_states(10)
        assert states.dtype == np.int8
        assert ((states == 1) @ 2 ** np.arange(10)).tolist() == list(range(1024))
        assert spin_states(0).shape == (1, 0)

    def test_errors(self):
        with pytest.raises(ValueError, match=r"^n must be a whole number from 0 to 24, got 25$"):
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

        monkeypatch.setattr(module, "probability_up", probit)
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
        with pytest.raises(ValueError, match=r"^side must be a whole number of at least 2, got 0$"):
            ising_sample(0, 1, 1, rng=rng)
        with pytest.raises(ValueError, match=r"^temperatures must be at least 0, got nan$"):
            ising_sample(4, [1, NAN], 1, rng=rng)
        with pytest.raises(ValueError, match=r"^sweeps must be a whole number of at least 0, got -1$"):
            ising_sample(4, 1, -1, rng=rng)
        with pytest.raises(ValueError, match=r"^replicas must be a whole number of at least 1, got 0$"):
            ising_sample(4, 1, 1, rng=rng, replicas=0)
        with pytest.raises(ValueError, match=r"^burn_in must be a whole number of at least 0, got 1\.5$"):
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


def kaufman_log_partition(side, beta):
    """Return log Z of a periodic lattice, after Kaufman (1949)."""
    s = mpmath.sinh(2 * beta)
    # The first is the one that changes its sign at the critical temperature.
    angles = [2 * beta + mpmath.log(mpmath.tanh(beta))]
    angles += [mpmath.acosh(s + 1 / s - mpmath.cos(mpmath.pi * r / side)) for r in range(1, 2 * side)]
    products = [
        mpmath.fprod(2 * function(side * angle / 2) for angle in angles[first::2])
        for function in (mpmath.cosh, mpmath.sinh)
        for first in (0, 1)
    ]
    return side**2 * mpmath.log(2 * s) / 2 + mpmath.log(sum(products) / 2)


@functools.cache
def kaufman_heat_capacity(side, temperature):
    """Return C per spin, β² d²log Z/dβ²."""
    with mpmath.workdps(60):
        beta = 1 / mpmath.mpf(temperature)
        return float(beta**2 * mpmath.diff(lambda x: kaufman_log_partition(side, x), beta, 2) / side**2)


@pytest.mark.parametrize("temperature", [1.5, 2.3, 3.0])
@pytest.mark.parametrize("side", [2, 4])
def test_kaufmans_formula_agrees_with_all_states_listed(side, temperature):
    listed = heat_capacity(ising_energies(side).energies, temperature) / side**2
    assert kaufman_heat_capacity(side, temperature) == pytest.approx(listed, rel=1e-12)


@pytest.mark.parametrize(("side", "exact"), [(8, 1.171), (16, 1.545), (32, 1.901)])
def test_the_heat_capacity_of_samples_is_kaufmans(side, exact):
    """The numbers to which chapter 3 compares its peak."""
    assert kaufman_heat_capacity(side, 2.3) == pytest.approx(exact, abs=5e-4)
    sample = ising_sample(side, 2.3, 4000, rng=np.random.default_rng(1), replicas=32, burn_in=500)
    away = sample.energy - sample.energy.mean()
    each = side**2 * (away**2).mean(axis=-1) / 2.3**2
    assert in_standard_errors(each, exact) < 4
