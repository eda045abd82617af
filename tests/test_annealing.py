"""Annealing of a spin glass: where it ends, statistics at one temperature, errors."""

import math

import numpy as np
import pytest
import scipy.stats
from strictly import strict

from tempcourse import annealing as module
from tempcourse.boltzmann import boltzmann
from tempcourse.ising import glass_energies

pytestmark = pytest.mark.filterwarnings("error")

random_couplings = strict(module.random_couplings)
anneal = strict(module.anneal)

INF = math.inf
NAN = math.nan


def energy_of_glass(J, s):
    """Add up the pairs of a spin glass one by one."""
    return -sum(J[i][j] * s[i] * s[j] for i in range(len(s)) for j in range(i))


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
        with pytest.raises(ValueError, match=r"^schedule must be at least 0, got -1\.0$"):
            anneal(J, [1, -1], rng=rng, runs=1)
        with pytest.raises(ValueError, match=r"^runs must be a whole number of at least 1, got 0$"):
            anneal(J, [1], rng=rng, runs=0)
        with pytest.raises(ValueError, match=r"^n must be a whole number of at least 1, got 0$"):
            random_couplings(0, rng=rng)
