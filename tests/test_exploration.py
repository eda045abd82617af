"""Bandits, policies and schedules: closed forms, exact small cases, and statistics that a wrong rule would miss."""

import math
import re

import numpy as np
import pytest
from scipy import integrate, stats

from tempcourse import exploration
from tempcourse.exploration import (
    BernoulliBandit,
    GaussianBandit,
    Simulation,
    boltzmann_exploration,
    boltzmann_gumbel,
    constant,
    epsilon_greedy,
    geometric,
    greedy,
    harmonic,
    logarithmic,
    simulate,
    ucb,
)
from tempcourse.softmax import softmax

INF = math.inf
MEANS = [0.3, 0.9, 0.5]
SURE = GaussianBandit(MEANS, sigma=0)
DRAWS = 100_000


def rng(seed=0):
    return np.random.default_rng(seed)


def shares(policy, estimates, pulls=1, step=10):
    """Return how often a policy pulls each arm when it sees these estimates."""
    estimates = np.tile(np.array(estimates, float), (DRAWS, 1))
    arms = exploration._largest(policy(estimates, np.broadcast_to(pulls, estimates.shape), step, rng(1)), rng(2))
    return np.bincount(arms, minlength=estimates.shape[1]) / DRAWS


def close(found, expected):
    """Tell whether shares of DRAWS draws lie within four standard errors of probabilities."""
    expected = np.array(expected)
    return bool((np.abs(found - expected) <= 4 * np.sqrt(expected * (1 - expected) / DRAWS)).all())


# Bandits


def test_gaussian_rewards_have_their_mean_and_deviation():
    rewards = GaussianBandit([0.5, -2.0], sigma=3).pull(np.full(DRAWS, 1), rng())
    assert rewards.mean() == pytest.approx(-2, abs=4 * 3 / math.sqrt(DRAWS))
    assert rewards.std() == pytest.approx(3, rel=4 / math.sqrt(2 * DRAWS))
    assert stats.kstest(rewards, stats.norm(-2, 3).cdf).pvalue > 0.01


def test_bernoulli_rewards_are_one_or_nothing():
    rewards = BernoulliBandit([0.2, 0.9]).pull(np.full(DRAWS, 0), rng())
    assert set(rewards) == {0.0, 1.0}
    assert rewards.mean() == pytest.approx(0.2, abs=4 * 0.4 / math.sqrt(DRAWS))


def test_gaps_are_counted_from_the_best():
    np.testing.assert_allclose(GaussianBandit(MEANS).gaps, [0.6, 0, 0.4])
    np.testing.assert_allclose(BernoulliBandit(MEANS).gaps, [0.6, 0, 0.4])


def test_a_bandit_keeps_a_copy_of_its_means():
    means = np.array(MEANS)
    bandit = GaussianBandit(means)
    means[0] = 99
    assert bandit.means.tolist() == MEANS
    with pytest.raises(ValueError, match="read-only"):
        bandit.means[0] = 99


# Schedules


def test_schedules_start_at_their_first_temperature():
    for schedule in (constant(0.7), geometric(0.7, 0.9), harmonic(0.7), logarithmic(0.7)):
        assert schedule(1) == 0.7


def test_schedules_are_their_formulas_on_arrays_and_numbers():
    t = np.array([1, 2, 10, 1000])
    np.testing.assert_array_equal(constant(0.7)(t), [0.7] * 4)
    np.testing.assert_allclose(geometric(0.7, 0.9)(t), 0.7 * np.array([1, 0.9, 0.9**9, 0.9**999]), rtol=1e-13)
    np.testing.assert_allclose(harmonic(0.7)(t), [0.7, 0.35, 0.07, 0.0007], rtol=1e-15)
    np.testing.assert_allclose(logarithmic(0.7)(t), 0.7 / (1 + np.log(t)), rtol=1e-15)
    for schedule in (constant(0.7), geometric(0.7, 0.9), harmonic(0.7), logarithmic(0.7)):
        assert [schedule(int(step)) for step in t] == schedule(t).tolist()


# Policies, on known estimates


@pytest.mark.parametrize("temperature", [0.1, 0.5, 2.0, INF])
def test_boltzmann_is_softmax_of_the_estimates(temperature):
    found = shares(boltzmann_exploration(temperature), MEANS)
    assert close(found, softmax(MEANS, temperature))
    assert not close(found, softmax(MEANS, 1.2 * temperature if temperature < INF else 2.0))


def test_boltzmann_at_nought_shares_the_ties():
    assert close(shares(boltzmann_exploration(0), [1.0, 0.2, 1.0]), [0.5, 0, 0.5])
    assert close(shares(greedy(), [1.0, 0.2, 1.0]), [0.5, 0, 0.5])


def test_boltzmann_follows_its_schedule():
    for step in (1, 3):
        assert close(shares(boltzmann_exploration(harmonic(1)), MEANS, step=step), softmax(MEANS, 1 / step))


@pytest.mark.parametrize("epsilon", [0.0, 0.3, 1.0])
def test_epsilon_greedy_shares_epsilon_and_gives_the_rest_to_the_best(epsilon):
    expected = np.full(3, epsilon / 3)
    expected[1] += 1 - epsilon
    assert close(shares(epsilon_greedy(epsilon), MEANS), expected)
    # Estimates above 1 or below 0 are no match for a coin: exploring is uniform whatever they are.
    assert close(shares(epsilon_greedy(epsilon), [-50.0, 70.0, 50.0]), expected)


@pytest.mark.parametrize("n", [1, 4, 25])
def test_boltzmann_gumbel_is_boltzmann_while_pulls_are_equal(n):
    assert close(shares(boltzmann_gumbel(0.8), MEANS, pulls=n), softmax(MEANS, 0.8 / math.sqrt(n)))


def test_boltzmann_gumbel_gives_each_arm_noise_of_its_own():
    scales = 0.8 / np.sqrt([4, 400])
    noise = [stats.gumbel_r(loc, scale) for loc, scale in zip([0.2, 0.4], scales, strict=True)]
    first, _ = integrate.quad(lambda x: noise[0].pdf(x) * noise[1].cdf(x), -3, 12, points=[0.4], limit=200)
    assert close(shares(boltzmann_gumbel(0.8), [0.2, 0.4], pulls=[4, 400]), [first, 1 - first])


def test_boltzmann_gumbel_has_the_limits_of_a_temperature():
    assert close(shares(boltzmann_gumbel(INF), MEANS), [1 / 3] * 3)
    assert close(shares(boltzmann_gumbel(0), MEANS), [0, 1, 0])


def test_ucb_is_its_formula():
    index = ucb(0.5)(np.array([[0.1, 0.6]]), np.array([[2.0, 8.0]]), 10, None)
    radius = [math.sqrt(2 * math.log(10) / 2), math.sqrt(2 * math.log(10) / 8)]
    np.testing.assert_allclose(index, [[0.1 + 0.5 * radius[0], 0.6 + 0.5 * radius[1]]], rtol=1e-15)


def test_policies_change_nothing_that_they_are_handed():
    estimates, pulls = np.array([MEANS]), np.array([[1.0, 2.0, 3.0]])
    for policy in (
        greedy(),
        epsilon_greedy(0.5),
        boltzmann_exploration(1),
        boltzmann_exploration(INF),
        boltzmann_gumbel(1),
        ucb(),
    ):
        policy(estimates, pulls, 6, rng())
    assert estimates.tolist() == [MEANS] and pulls.tolist() == [[1, 2, 3]]


# Runs


def test_every_arm_is_pulled_once_first_and_then_greedy_knows_a_sure_bandit():
    result = simulate(SURE, greedy(), steps=50, runs=3, rng=rng())
    assert (result.arms == [0, 1, 2] + 47 * [1]).all()
    np.testing.assert_allclose(result.regret, [0.6, 0.6] + 48 * [1.0])
    assert (result.standard_error == 0).all() and not result.wrong.any()


def exact_regret(probabilities, steps):
    """Return the mean regret of a policy on the sure bandit, from its pull probabilities at steps 4, 5, …"""
    later = [probabilities(step) @ SURE.gaps for step in range(4, steps + 1)]
    return np.cumsum([*SURE.gaps, *later])


@pytest.mark.parametrize(
    ("policy", "probabilities"),
    [
        (boltzmann_exploration(INF), lambda step: np.full(3, 1 / 3)),
        (boltzmann_exploration(0.3), lambda step: softmax(MEANS, 0.3)),
        (boltzmann_exploration(harmonic(5)), lambda step: softmax(MEANS, 5 / step)),
        (boltzmann_exploration(geometric(2, 0.95)), lambda step: softmax(MEANS, 2 * 0.95 ** (step - 1))),
        (boltzmann_exploration(logarithmic(2)), lambda step: softmax(MEANS, 2 / (1 + math.log(step)))),
        (epsilon_greedy(0.2), lambda step: np.array([0.2, 2.6, 0.2]) / 3),
    ],
    ids=["uniform", "boltzmann", "harmonic", "geometric", "logarithmic", "epsilon"],
)
def test_the_regret_on_a_sure_bandit_is_exact(policy, probabilities):
    result = simulate(SURE, policy, steps=100, runs=4000, rng=rng())
    expected = exact_regret(probabilities, 100)
    np.testing.assert_allclose(result.regret[:3], expected[:3])
    assert (np.abs(result.regret - expected)[3:] < 4 * result.standard_error[3:] + 1e-9).all()
    assert result.standard_error[-1] < 0.02 * expected[-1], "the test would see 8 %"


def test_uniform_regret_does_not_depend_on_the_rewards():
    result = simulate(GaussianBandit(MEANS, sigma=5), boltzmann_exploration(INF), steps=100, runs=4000, rng=rng())
    assert result.regret[-1] == pytest.approx(1 + 97 / 3, abs=4 * result.standard_error[-1])


def test_ucb_on_a_sure_bandit_is_an_honest_loop():
    pulls, arms = [1, 1, 1], [0, 1, 2]
    for step in range(4, 201):
        index = [mean + math.sqrt(2 * math.log(step) / n) for mean, n in zip(MEANS, pulls, strict=True)]
        arms.append(index.index(max(index)))
        pulls[arms[-1]] += 1
    result = simulate(SURE, ucb(), steps=200, runs=2, rng=rng())
    assert result.arms.tolist() == [arms, arms] and result.pulls.tolist() == [pulls, pulls]


def test_greedys_first_free_choice_is_wrong_as_often_as_two_normals_cross():
    bandit = GaussianBandit([0.5, 0.0], sigma=2)
    result = simulate(bandit, greedy(), steps=3, runs=DRAWS, rng=rng())
    p = stats.norm.cdf(-0.5 / (2 * math.sqrt(2)))
    assert close(np.array([(result.arms[:, 2] == 1).mean()]), [p])


class SureAgainstRisky:
    """Arm 0 pays 1 with probability 0.6, arm 1 pays one half for sure."""

    means = np.array([0.6, 0.5])
    gaps = np.array([0.0, 0.1])

    def pull(self, arms, rng):
        return np.where(arms == 0, rng.random(arms.shape) < 0.6, 0.5)


def test_greedy_is_ruined_as_often_as_a_gambler():
    # It leaves the risky arm for good once that has failed more often than paid: a walk that goes up with 0.6 and
    # down with 0.4 and ever reaches −1, which it does with probability 0.4/0.6.
    result = simulate(SureAgainstRisky(), greedy(), steps=400, runs=20_000, rng=rng())
    assert result.wrong.mean() == pytest.approx(2 / 3, abs=4 * math.sqrt(2 / 9 / 20_000))


def test_ties_are_drawn_by_lot():
    # Both arms have an estimate of 0 until arm 0 pays. Of the pulls until then, half of them go to arm 1: two on
    # average. The first is pulled anyway.
    result = simulate(BernoulliBandit([0.5, 0.0]), greedy(), steps=200, runs=20_000, rng=rng())
    assert result.regret[-1] == pytest.approx(0.5 * (1 + 0.5 * 2), abs=4 * result.standard_error[-1])


def test_what_boltzmann_exploration_is_about():
    bandit = GaussianBandit([0.5, 0.0])
    cold, warm, hot = (
        simulate(bandit, boltzmann_exploration(t), steps=1000, runs=400, rng=rng()) for t in (0.05, 0.2, 1)
    )
    corrected = simulate(bandit, boltzmann_gumbel(0.5), steps=1000, runs=400, rng=rng())
    assert cold.wrong.mean() > 0.1 and warm.wrong.mean() < 0.06 and not hot.wrong.any()
    assert warm.regret[-1] < cold.regret[-1] < hot.regret[-1]
    assert np.median(cold.final_regret) < np.median(warm.final_regret) / 5, "cold is best for most runs, not on average"
    assert corrected.regret[-1] < warm.regret[-1] / 2


def test_seeds_reproduce():
    bandit = GaussianBandit(MEANS)
    one, same, other = (
        simulate(bandit, boltzmann_exploration(0.3), steps=50, runs=20, rng=rng(seed)).arms for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


# Results


def test_a_result_is_what_was_pulled():
    arms = np.array([[0, 1, 2, 2], [0, 1, 2, 1]])
    estimates = np.array([[0.1, 0.5, 0.7], [0.1, 0.5, 0.3]])
    result = Simulation(arms, estimates, np.array([0.6, 0.0, 0.4]))
    np.testing.assert_allclose(result.regrets, [[0.6, 0.6, 1.0, 1.4], [0.6, 0.6, 1.0, 1.0]])
    np.testing.assert_allclose(result.regret, [0.6, 0.6, 1.0, 1.2])
    np.testing.assert_allclose(result.standard_error, [0, 0, 0, 0.2], atol=1e-15)
    np.testing.assert_allclose(result.final_regret, [1.4, 1.0])
    assert result.pulls.tolist() == [[1, 1, 2], [1, 2, 1]]
    assert result.wrong.tolist() == [True, False]


def test_a_run_ends_on_a_wrong_arm_if_it_takes_one_for_the_best():
    arms, gaps = np.zeros((3, 5), dtype=int), np.array([0.0, 0.5, 0.0])
    estimates = np.array([[0.1, 0.4, 0.3], [0.1, 0.2, 0.3], [0.1, 0.3, 0.3]])
    assert Simulation(arms, estimates, gaps).wrong.tolist() == [True, False, False]
    assert not Simulation(arms, estimates, np.zeros(3)).wrong.any(), "where all are best, none is wrong"


def test_estimates_are_the_means_of_what_was_paid():
    result = simulate(SURE, boltzmann_exploration(INF), steps=40, runs=3, rng=rng())
    np.testing.assert_allclose(result.estimates, [MEANS] * 3)


# What is refused


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: GaussianBandit([1.0]), "means must be one row of two or more numbers, got shape (1,)"),
        (lambda: GaussianBandit([[1.0, 2.0]]), "means must be one row of two or more numbers, got shape (1, 2)"),
        (lambda: GaussianBandit([1.0, INF]), "means must be finite, got inf"),
        (lambda: GaussianBandit([0, 1], sigma=-1), "sigma must be from 0 to 1e+100, got -1"),
        (lambda: GaussianBandit([0, 1], sigma=INF), "sigma must be from 0 to 1e+100, got inf"),
        (lambda: BernoulliBandit([0.5, 1.5]), "means must be probabilities from 0 to 1, got 1.5"),
        (lambda: BernoulliBandit([0.5, -0.1]), "means must be probabilities from 0 to 1, got -0.1"),
        (lambda: constant(-1), "temperature must be at least 0, got -1"),
        (lambda: constant(math.nan), "temperature must be at least 0, got nan"),
        (lambda: geometric(INF, 0.9), "first must be at least 0 and finite, got inf"),
        (lambda: geometric(1, 1.1), "rate must be above 0 and at most 1, got 1.1"),
        (lambda: geometric(1, 0), "rate must be above 0 and at most 1, got 0"),
        (lambda: harmonic(-1), "first must be at least 0 and finite, got -1"),
        (lambda: logarithmic(math.nan), "first must be at least 0 and finite, got nan"),
        (lambda: epsilon_greedy(1.5), "epsilon must be from 0 to 1, got 1.5"),
        (lambda: boltzmann_exploration(-0.1), "temperature must be at least 0, got -0.1"),
        (lambda: boltzmann_exploration("hot"), "temperature must be at least 0, got 'hot'"),
        (lambda: boltzmann_gumbel(-1), "scale must be at least 0, got -1"),
        (lambda: ucb(INF), "scale must be at least 0 and finite, got inf"),
        (
            lambda: simulate(SURE, boltzmann_exploration(lambda step: 1 - step), steps=9, runs=2, rng=rng()),
            "temperature must be at least 0, got -3",
        ),
        (
            lambda: simulate(SURE, greedy(), steps=2, runs=2, rng=rng()),
            "steps must be a whole number of at least 3, got 2",
        ),
        (lambda: simulate(SURE, greedy(), steps=9.0, runs=2, rng=rng()), "steps must be a whole number of at least 3"),
        (
            lambda: simulate(SURE, greedy(), steps=9, runs=1, rng=rng()),
            "runs must be a whole number of at least 2, got 1",
        ),
    ],
)
def test_wrong_arguments_are_named(call, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        call()


@pytest.mark.parametrize("means", [["a", "b"], [True, False], None])
def test_means_are_numbers(means):
    for bandit in (GaussianBandit, BernoulliBandit):
        with pytest.raises(TypeError, match=r"^means must be real numbers, got "):
            bandit(means)
