"""The rule of Metropolis: detailed balance, limits, statistics, errors."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from strictly import in_standard_errors, strict

from tempcourse import metropolis as module
from tempcourse.boltzmann import boltzmann
from tempcourse.softmax import softmax

pytestmark = pytest.mark.filterwarnings("error")

metropolis = strict(module.metropolis)
metropolis_matrix = strict(module.metropolis_matrix)

INF = math.inf
NAN = math.nan

any_temperature = st.sampled_from([0, 0.1, 1, 7.5, INF])


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
        with pytest.raises(ValueError, match=r"^steps must be a whole number of at least 0, got -1$"):
            metropolis([0, 1], 1, -1, rng=rng)
        with pytest.raises(ValueError, match=r"^steps must be a whole number of at least 0, got 2\.5$"):
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
