"""Many samples: closed forms, brute force over all outcomes, the limits, and the errors' words."""

import math
from fractions import Fraction
from itertools import product

import mpmath
import numpy as np
import pytest
from scipy.stats import binom

from tempcourse.many_samples import (
    acceptance_rate,
    best_of_n,
    expected_tokens,
    majority_vote,
    pass_at_k,
    pass_at_k_estimate,
    residual,
    speculative_sample,
)
from tempcourse.softmax import kl_divergence, softmax


def distributions(seed, *shape):
    return np.random.default_rng(seed).dirichlet(np.full(shape[-1], 0.5), size=shape[:-1])


# pass@k


@pytest.mark.parametrize("p", [0, 1e-300, 1e-17, 1e-9, 0.3, 1 - 1e-12, 1])
@pytest.mark.parametrize("k", [1, 2, 100, 10**9])
def test_pass_at_k_keeps_its_digits(p, k):
    with mpmath.workdps(400):
        expected = float(1 - (1 - mpmath.mpf(p)) ** k)
    assert pass_at_k(p, k) == pytest.approx(expected, rel=1e-14, abs=0)


def test_pass_at_k_broadcasts():
    table = pass_at_k(np.array([[0.1], [0.5]]), [1, 2, 3])
    assert table.shape == (2, 3)
    np.testing.assert_allclose(table, [[0.1, 0.19, 0.271], [0.5, 0.75, 0.875]])
    assert math.copysign(1, pass_at_k(0, 5)) == 1


@pytest.mark.parametrize(("n", "p"), [(5, 0.3), (12, 0.05), (20, 0.9)])
def test_the_estimate_is_unbiased_and_the_plug_in_is_not(n, p):
    correct = np.arange(n + 1)
    weights = binom.pmf(correct, n, p)
    for k in range(1, n + 1):
        assert weights @ pass_at_k_estimate(n, correct, k) == pytest.approx(pass_at_k(p, k), rel=1e-12)
        naive = weights @ (1 - (1 - correct / n) ** k)
        assert naive == pytest.approx(p) if k == 1 else naive < pass_at_k(p, k) - 1e-4 * (1 - p) ** k


def test_the_estimate_is_the_ratio_of_binomial_coefficients():
    for n, c, k in product((1, 7, 200), (0, 1, 3, 150), (1, 2, 7, 100)):
        if c <= n and k <= n:
            expected = float(1 - Fraction(math.comb(n - c, k), math.comb(n, k)))
            assert pass_at_k_estimate(n, c, k) == pytest.approx(expected, abs=1e-13)


def test_the_estimate_broadcasts_and_is_1_where_no_choice_can_miss():
    table = pass_at_k_estimate([[4], [5]], [0, 1, 4], 2)
    np.testing.assert_allclose(table, [[0, 0.5, 1], [0, 0.4, 1]])
    for n in (10**9, 10**12, 10**15):
        assert pass_at_k_estimate(n, 1, 1) * n == pytest.approx(1, rel=1e-12)
    assert pass_at_k_estimate(10**12, 3, 10**11) == pytest.approx(1 - 0.9**3, rel=1e-9)


# The best of n


def test_best_of_n_is_what_all_draws_say():
    p, scores = np.array([0.1, 0.4, 0.2, 0.3]), np.array([2.0, 1.0, 2.0, 5.0])
    found = np.zeros(4)
    for drawn in product(range(4), repeat=3):
        best = [i for i in drawn if scores[i] == scores[list(drawn)].max()]
        for i in best:
            found[i] += p[list(drawn)].prod() / len(best)
    np.testing.assert_allclose(best_of_n(p, scores, 3), found, atol=1e-15)


def test_best_of_n_with_a_perfect_judge_is_pass_at_k():
    p, right = distributions(0, 9), np.arange(9) == 4
    for k in (1, 5, 1000):
        assert best_of_n(p, right, k)[4] == pytest.approx(pass_at_k(p[4], k))


@pytest.mark.parametrize("n", [1, 2, 10, 1000])
def test_the_divergence_of_the_best_of_n_has_its_bound(n):
    bound = math.log(n) - (n - 1) / n
    for seed in range(20):
        p = distributions(seed, 6)
        assert kl_divergence(best_of_n(p, np.arange(6), n), p) <= bound + 1e-12
    even = np.full(100_000, 1e-5)  # many candidates, each unlikely: the bound is nearly reached
    assert kl_divergence(best_of_n(even, np.arange(100_000), n), even) == pytest.approx(bound, abs=0.01)


def test_the_best_of_one_is_one_draw_and_what_cannot_come_never_wins():
    np.testing.assert_allclose(best_of_n([0.2, 0.8], [3, 1], 1), [0.2, 0.8])
    np.testing.assert_allclose(best_of_n([0.0, 0.6, 0.4], [9, 1, 0], 2), [0, 0.84, 0.16])


# The vote


@pytest.mark.parametrize(("p", "n"), [((0.5, 0.3, 0.2), 6), ((0.7, 0.3), 9), ((0.25,) * 4, 5), ((1.0, 0.0), 4)])
def test_the_vote_is_what_all_ballots_say(p, n):
    found = np.zeros(len(p))
    for ballots in product(range(len(p)), repeat=n):
        counts = np.bincount(ballots, minlength=len(p))
        winners = counts == counts.max()
        found[winners] += np.prod([p[i] for i in ballots]) / winners.sum()
    np.testing.assert_allclose(majority_vote(p, n), found, atol=1e-13)


@pytest.mark.parametrize("n", [1, 3, 25, 201])
def test_the_vote_between_two_is_a_sum_of_binomials(n):
    assert majority_vote([0.55, 0.45], n)[0] == pytest.approx(binom.sf(n // 2, n, 0.55), rel=1e-11)


def test_the_vote_of_two_is_one_draw_and_the_vote_of_many_is_the_mode():
    p = distributions(3, 7)
    np.testing.assert_allclose(majority_vote(p, 1), p, atol=1e-14)
    np.testing.assert_allclose(majority_vote(p, 2), p, atol=1e-14)  # a tie of two different ones is a draw again
    assert majority_vote([0.4, 0.3, 0.3], 400)[0] > 0.98


# Speculative decoding


def test_accepted_and_residual_make_the_target():
    for seed in range(20):
        p, q = distributions(seed, 2, 5, 8)
        alpha = acceptance_rate(p, q)[:, np.newaxis]
        np.testing.assert_allclose(np.minimum(p, q) + (1 - alpha) * residual(p, q), p, atol=1e-15)
        np.testing.assert_allclose(alpha[:, 0], 1 - abs(p - q).sum(axis=-1) / 2)


def test_the_same_distribution_is_always_accepted():
    p = distributions(1, 4, 6)
    np.testing.assert_allclose(acceptance_rate(p, p), 1)
    np.testing.assert_array_equal(residual(p, p), p)
    assert speculative_sample(p, p, rng=np.random.default_rng(0)).accepted.all()


def test_disjoint_distributions_are_never_accepted():
    assert acceptance_rate([1.0, 0.0], [0.0, 1.0]) == 0
    drawn = speculative_sample([[1.0, 0.0]] * 9, [0.0, 1.0], rng=np.random.default_rng(0))
    assert not drawn.tokens.any() and not drawn.accepted.any()


@pytest.mark.parametrize(("target_temperature", "draft_temperature"), [(1, 1), (0.3, 0.3), (0.3, 1), (2, 0), (0, 2)])
def test_what_is_drawn_is_the_targets(target_temperature, draft_temperature):
    p, q = softmax([2.0, 1.0, 0.5, 0.1], target_temperature), softmax([0.0, 1.5, 1.0, 0.0], draft_temperature)
    drawn = speculative_sample(np.tile(p, (100_000, 1)), q, rng=np.random.default_rng(5))
    expected = 100_000 * p
    counts = np.bincount(drawn.tokens, minlength=4)
    assert not counts[expected == 0].any()
    assert (((counts - expected) ** 2)[expected > 0] / expected[expected > 0]).sum() < 16.3  # 0.1 % of χ² with 3
    assert drawn.accepted.mean() == pytest.approx(acceptance_rate(p, q), abs=0.006)


def test_shapes_of_what_is_drawn():
    p, q = distributions(2, 3, 4, 5), distributions(3, 5)
    drawn = speculative_sample(p, q, rng=np.random.default_rng(0))
    assert drawn.tokens.shape == drawn.accepted.shape == (3, 4)
    assert speculative_sample(q, q, rng=np.random.default_rng(0)).tokens.shape == ()


@pytest.mark.parametrize("alpha", [0, 1e-300, 1e-9, 0.5, 0.8, 1 - 1e-9, 1 - 1e-16, 1])
@pytest.mark.parametrize("gamma", [0, 1, 7, 1000])
def test_expected_tokens_is_the_sum_of_powers(alpha, gamma):
    with mpmath.workdps(60):
        expected = float(sum(mpmath.mpf(alpha) ** i for i in range(gamma + 1)))
    assert expected_tokens(alpha, gamma) == pytest.approx(expected, rel=1e-13)


def test_expected_tokens_is_what_a_simulation_says():
    accepted = np.random.default_rng(0).random((200_000, 4)) < 0.7
    tokens = 1 + accepted.cumprod(axis=1).sum(axis=1)
    assert tokens.mean() == pytest.approx(expected_tokens(0.7, 4), abs=0.01)


# What is refused


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pass_at_k(1.5, 1), "p must be from 0 to 1, got 1.5"),
        (lambda: pass_at_k(0.5, 0), "k must be at least 1, got 0"),
        (lambda: pass_at_k(0.5, 2.0), "k must be whole numbers that fit 64 bits, got float64"),
        (lambda: pass_at_k([0.5, 0.1], [1, 2, 3]), r"p, k must have shapes that broadcast, got \(2,\) and \(3,\)"),
        (lambda: pass_at_k_estimate(5, 6, 1), "correct must be at most the number of samples, got 6"),
        (lambda: pass_at_k_estimate(5, 1, 6), "k must be at most the number of samples, got 6"),
        (lambda: pass_at_k_estimate(5, -1, 1), "correct must be at least 0, got -1"),
        (lambda: best_of_n([0.5, 0.5], [1.0], 2), r"scores must have the shape \(2,\) of the probabilities"),
        (lambda: best_of_n([0.5, 0.5], [1.0, 2.0], 0), "n must be a whole number of at least 1, got 0"),
        (lambda: majority_vote([[0.5, 0.5]], 3), r"probabilities must be one row, got shape \(1, 2\)"),
        (lambda: majority_vote([0.5, 0.4], 3), "probabilities must sum to 1 along the axis, got a sum of 0.9"),
        (lambda: acceptance_rate([0.5, 0.5], [1.0]), "draft must be over the target's 2 tokens, got 1"),
        (lambda: residual([[0.5, 0.5]] * 2, [[0.5, 0.5]] * 3), "target, draft must have shapes that broadcast"),
        (lambda: speculative_sample([1.0], [1.0], rng=0), "rng must be a numpy.random.Generator, got 0"),
        (lambda: expected_tokens(-0.1, 3), "rate must be from 0 to 1, got -0.1"),
        (lambda: expected_tokens(0.5, -1), "length must be at least 0, got -1"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
