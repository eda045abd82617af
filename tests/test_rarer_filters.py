"""The filters that fewer engines have, XTC, the dynamic temperature and mirostat: brute force, limits, ties, errors."""

import itertools
import math
from fractions import Fraction
from functools import partial

import exactly
import numpy as np
import pytest
import scipy.stats
from every_cut import ALWAYS, CUTS, cut_ids, epsilon_cutoff, eta_cutoff, tail_free, top_n_sigma, xtc
from hypothesis import assume, given
from hypothesis import strategies as st
from logit_rows import (
    INF,
    any_rows,
    finite_rows,
    in_order,
    kept,
    masked_rows,
    plain_rows,
    round_rows,
    shares,
    tied_rows,
)
from strictly import strict

from tempcourse import decoding as module
from tempcourse.decoding import Mirostat, min_p, sample, temper, top_k
from tempcourse.language import NGramModel, load_stories
from tempcourse.softmax import entropy, log_softmax, softmax

pytestmark = pytest.mark.filterwarnings("error")

dynamic_temperature = strict(module.dynamic_temperature)

SKETCH = np.array([2.0, 1.0, 0.5, 0.1])


def kept_at_limits(function, shares_, dtype=np.float64):
    """Yield limits in twentieths, and what a cut keeps at each of them of shares, all in one call."""
    z = np.log(np.array([shares_] * len(exactly.LIMITS), float)).astype(dtype)
    rows = function(z, np.array(exactly.LIMITS, float)[:, np.newaxis])
    yield from zip(exactly.LIMITS, map(kept, rows), strict=True)


class TestEveryCut:
    @pytest.mark.parametrize(("function", "setting"), CUTS, ids=cut_ids)
    @given(z=any_rows)
    def test_what_is_kept_is_unchanged_and_never_nothing(self, function, setting, z):
        result = function(z, setting)
        assert kept(result)
        np.testing.assert_array_equal(result[result > -INF], z[result > -INF])

    @pytest.mark.parametrize(("function", "setting"), CUTS, ids=cut_ids)
    @given(z=masked_rows())
    def test_a_mask_is_no_token(self, function, setting, z):
        here = np.flatnonzero(z > -INF)
        assert kept(function(z, setting)) == here[kept(function(z[here], setting))].tolist()

    @pytest.mark.parametrize(("function", "setting"), CUTS, ids=cut_ids)
    @given(z=round_rows, shift=st.sampled_from([-64.0, 1024.0]))
    def test_logits_count_up_to_a_constant(self, function, setting, z, shift):
        near = [kept(function(z, setting * (1 + d))) for d in (-1e-9, 1e-9)]
        assume(near[0] == near[1])  # no limit is so close that the shift's rounding could tell
        assert kept(function(z + shift, setting)) == kept(function(z, setting)) == near[0]

    @pytest.mark.parametrize(("function", "setting"), CUTS, ids=cut_ids)
    def test_settings_that_differ_from_row_to_row(self, function, setting):
        z = np.random.default_rng(0).normal(size=(4, 9))
        settings_ = setting * np.array([[0.2], [0.5], [1.0], [1.3]])
        for row, one, alone in zip(function(z, settings_), settings_[:, 0].tolist(), z, strict=True):
            np.testing.assert_array_equal(row, function(alone, one))

    @pytest.mark.parametrize(("function", "setting"), CUTS[:4], ids=cut_ids[:4])
    def test_infinite_logits_are_the_only_tokens(self, function, setting):
        assert kept(function([0.0, INF, 5.0], setting)) == [1]
        assert function(np.array([3, 2, 1, 0]), setting).dtype == np.float64
        assert kept(xtc([0.0, INF, INF, 5.0], 0.2, **ALWAYS)) == [0, 2, 3]  # whose cut is at the other end

    @pytest.mark.parametrize(("function", "setting"), CUTS[:4], ids=cut_ids[:4])
    def test_so_many_are_kept_whatever_they_have(self, function, setting):
        z = np.random.default_rng(1).normal(size=(6, 20))
        few, more = function(z, setting), function(z, setting, at_least=4)
        assert ((more > -INF) == ((few > -INF) | (top_k(z, 4) > -INF))).all()
        assert (function(z, setting, at_least=99) == z).all()

    @pytest.mark.parametrize(("function", "setting"), CUTS, ids=cut_ids)
    def test_errors(self, function, setting):
        name = {0: "sigmas", 1: "epsilon", 2: "epsilon", 3: "share", 4: "threshold"}[CUTS.index((function, setting))]
        allowed = "at least 0" if name == "sigmas" else "above 0 and at most 1"
        for wrong in (-0.1, math.nan, "0.5", None, True, [[-1.0]]):
            with pytest.raises((ValueError, TypeError), match=rf"^{name} must be {allowed}, got "):
                function([[1.0, 2.0]], wrong)
        with pytest.raises(
            ValueError, match=rf"^{name} must be one number or broadcast to one a row, shape \(1,\), got"
        ):
            function([1.0, 2.0], [[0.5], [0.5]])
        with pytest.raises(ValueError, match=r"^logits must not be nan, got nan$"):
            function([1.0, math.nan], setting)
        with pytest.raises(ValueError, match=r"^logits must not all be masked, got a row of -inf only$"):
            function([[1.0, 2.0], [-INF, -INF]], setting)
        with pytest.raises(ValueError, match=r"^logits must have at least one"):
            function([], setting)
        with pytest.raises(TypeError, match=r"^logits must be real numbers, got complex128$"):
            function([1j, 2.0], setting)
        if name != "threshold":
            with pytest.raises(ValueError, match=r"^at_least must be a whole number of at least 1, got 0$"):
                function([1.0, 2.0], setting, at_least=0)


class TestTopNSigma:
    @given(st.one_of(finite_rows, masked_rows()), st.floats(0, 4))
    def test_keeps_what_is_within_so_many_deviations(self, z, sigmas):
        here = z[z > -INF]
        distance = z - (here.max() - sigmas * math.sqrt(sum((v - here.mean()) ** 2 for v in here) / len(here)))
        assume((abs(distance) > 1e-9).all() and np.ptp(here) > 1e-6)
        assert kept(top_n_sigma(z, sigmas)) == np.flatnonzero(distance > 0).tolist()

    @given(round_rows, st.floats(0, 4), st.sampled_from([1e-3, 0.3, 0.7, 1.5, 4, 1e3]))
    def test_commutes_with_temperature(self, z, sigmas, temperature):
        first, last = temper(top_n_sigma(z, sigmas), temperature), top_n_sigma(temper(z, temperature), sigmas)
        np.testing.assert_array_equal(softmax(first), softmax(last))

    @given(round_rows, st.floats(0.05, 4))
    def test_is_min_p_of_another_setting_in_each_context(self, z, sigmas):
        setting = math.exp(-sigmas * z.std())
        assume(abs(z - z.max() + sigmas * z.std()).min() > 1e-9 or np.ptp(z) == 0)
        assert kept(top_n_sigma(z, sigmas)) == kept(min_p(z, setting))

    def test_the_limits(self):
        z = np.array([1.0, 3.0, 3.0, -50.0, -INF])
        assert kept(top_n_sigma(z, 0)) == [1, 2]
        assert kept(top_n_sigma(z, INF)) == [0, 1, 2, 3]
        for sigmas in (0, 1, INF):
            assert kept(top_n_sigma(np.zeros(4), sigmas)) == [0, 1, 2, 3]
            assert kept(top_n_sigma([7.0], sigmas)) == [0]
            for cold_or_hot in (temper(z, 0), temper(z, INF)):
                assert kept(top_n_sigma(cold_or_hot, sigmas)) == kept(cold_or_hot)

    @pytest.mark.parametrize("dtype", [np.float64, np.float32])
    def test_no_rounding_decides(self, dtype):
        # Of a share q of tokens that lie a gap g below the others, σ is g √(q(1 − q)).
        for favourites, others, limit in ((1, 1, 2.0), (1, 4, 2.5), (4, 1, 2.5), (2, 8, 2.5), (1, 9, 10 / 3)):
            for p in (0.3, 1e-3, 0.0999):
                z = np.log(np.array([1.0] * favourites + [p] * others) / 3).astype(dtype)
                for temperature in (1.0, 0.3, 7.0):
                    hot = temper(z, temperature)
                    assert len(kept(top_n_sigma(hot, limit))) == favourites + others
                    assert len(kept(top_n_sigma(hot, limit * (1 - 1e-4)))) == favourites

    def test_twice_is_not_once(self):
        once = top_n_sigma(np.log([0.4, 0.35, 0.2, 0.05]), 1)
        assert kept(once) == [0, 1, 2] and kept(top_n_sigma(once, 1)) == [0, 1]

    def test_logits_that_are_huge(self):
        assert kept(top_n_sigma([1.7e308, -1.7e308], 1.9)) == [0]
        assert kept(top_n_sigma([1.7e308, -1.7e308], 2)) == [0, 1]


class TestEpsilonAndEta:
    @pytest.mark.parametrize("dtype", [np.float64, np.float32])
    def test_epsilon_without_rounding(self, dtype):
        for shares_ in exactly.DISTRIBUTIONS:
            for epsilon, found in kept_at_limits(epsilon_cutoff, shares_, dtype):
                expected = [i for i, share in enumerate(shares_) if share >= epsilon] or [0]
                assert found == expected, (shares_, epsilon)

    @given(plain_rows, shares)
    def test_eta_is_what_the_formula_says(self, z, epsilon):
        p = softmax(z)
        eta = min(epsilon, math.sqrt(epsilon) * math.exp(-entropy(p)))
        assume((abs(p - eta) > 1e-12).all())
        assert kept(eta_cutoff(z, epsilon)) == np.flatnonzero(p > eta).tolist()

    @given(plain_rows, st.floats(1e-4, 1))
    def test_eta_keeps_the_favourite_by_itself(self, z, epsilon):
        p = softmax(z)
        assert p.max() >= math.exp(-entropy(p)) * (1 - 1e-12)
        assert z.argmax() in kept(eta_cutoff(z, epsilon))

    @given(plain_rows, shares)
    def test_eta_is_never_stricter_than_epsilon(self, z, epsilon):
        assert set(kept(epsilon_cutoff(z, epsilon))) <= set(kept(eta_cutoff(z, epsilon)))

    @pytest.mark.parametrize("n", [1, 3, 10, 1000, 50_000])
    def test_equal_tokens_reach_their_limit(self, n):
        for dtype in (np.float32, np.float64):
            z = np.full(n, 3.7, dtype)
            assert len(kept(eta_cutoff(z, 1))) == n  # η = 1/n
            assert len(kept(epsilon_cutoff(z, 1 / n))) == n
            assert kept(epsilon_cutoff(z, min(1, 1.01 / n))) == [0]

    def test_no_token_reaches_it(self):
        assert kept(epsilon_cutoff(SKETCH, 0.9)) == [0]
        assert kept(epsilon_cutoff([1.0, 3.0, 3.0], 0.9)) == [1]
        assert kept(epsilon_cutoff([1.0, -INF], 1)) == [0]

    def test_epsilon_keeps_more_and_then_fewer_as_it_gets_hotter(self):
        z = np.log([0.7, 0.2, 0.05, 0.03, 0.02])
        counts = [len(kept(epsilon_cutoff(temper(z, tau), 0.21))) for tau in (0, 0.5, 1, 2, 50, INF)]
        assert counts == [1, 1, 1, 2, 1, 1]
        assert len(kept(eta_cutoff(temper(z, INF), 0.21))) == 5

    @given(plain_rows, shares)
    def test_epsilon_twice_is_once(self, z, epsilon):
        once = epsilon_cutoff(z, epsilon)
        np.testing.assert_array_equal(epsilon_cutoff(once, epsilon), once)


def bends(p):
    """Return the absolute second differences of probabilities that fall."""
    return [abs(p[i] - 2 * p[i + 1] + p[i + 2]) for i in range(len(p) - 2)]


class TestTailFree:
    @pytest.mark.parametrize("dtype", [np.float64, np.float32])
    def test_without_rounding(self, dtype):
        for p in exactly.DISTRIBUTIONS:
            sums = list(itertools.accumulate(bends(p)))
            for share, found in kept_at_limits(tail_free, p, dtype):
                count = 1 + sum(s <= share * sums[-1] for s in sums) if sums and sums[-1] else len(p)
                assert found == list(range(count)), (p, share)

    def test_of_a_large_vocabulary_the_type_hardly_matters(self):
        z = np.random.default_rng(0).normal(size=49152)
        wide, narrow = (len(kept(tail_free(z.astype(dtype), 0.95))) for dtype in (np.float64, np.float32))
        assert wide > 2000 and abs(narrow - wide) < 0.01 * wide

    def test_three_ways_to_count(self):
        # llama.cpp (until 2024) and koboldcpp end before the bend that goes too far; text-generation-webui and
        # ExLlamaV2 keep its first token; the author's own code, on sorted logits, its middle one.
        p = [Fraction(k, 100) for k in (40, 35, 15, 8, 2)]
        z, b = np.log(np.array(p, float)), bends(p)
        first = next(i for i in range(len(b)) if sum(b[: i + 1]) > Fraction(7, 10) * sum(b))
        assert (max(first, 1), first + 1, first + 2) == (1, 2, 3)
        assert len(kept(tail_free(z, 0.7))) == first + 1

    def test_the_limits(self):
        z = np.array([0.0, -50.0, -1000.0, -INF])
        np.testing.assert_array_equal(tail_free(z, 1), z)
        assert kept(tail_free(z, 0.999)) == [0]
        for few in ([3.0], [3.0, -9.0], [3.0, -9.0, -INF]):
            assert kept(tail_free(few, 0.01)) == kept(np.array(few))
        for dtype in (np.float32, np.float64):  # no bends: on a line
            assert len(kept(tail_free(np.full(50_000, 3.7, dtype), 0.5))) == 50_000
            assert len(kept(tail_free(np.log(np.array([0.4, 0.3, 0.2, 0.1], dtype)), 0.5))) == 4

    @given(tied_rows, shares)
    def test_of_equal_logits_the_first_are_kept(self, z, share):
        result = tail_free(z, share)
        for value in np.unique(z):
            assert (np.diff((result[z == value] > -INF).astype(int)) <= 0).all()

    def test_the_reference_code_looks_up_a_rank_among_unsorted_logits(self):
        def reference(p, share):  # its tail_ids is a rank, but its cutoff is what stands at that index
            b = bends(sorted(p, reverse=True))
            rank = 1 + next(i for i in range(len(b)) if sum(b[: i + 1]) > share * sum(b))
            return [i for i in range(len(p)) if p[i] >= p[rank]]

        p = [40, 35, 15, 8, 2]
        assert [len(reference(order, 0.7)) for order in (p, [2, 40, 8, 35, 15], [15, 8, 40, 35, 2])] == [3, 4, 1]
        for order in itertools.permutations(p):
            assert len(kept(tail_free(np.log(order), 0.7))) == 2


def without_top_choices(z, p, threshold):
    """Return which tokens are left if exclude top choices acts, by logits and their probabilities."""
    likely = [i for i in in_order(-np.array(z)) if p[i] >= threshold]
    return [i for i in range(len(p)) if p[i] > 0 and i not in likely[:-1]]


class TestXtc:
    def test_without_rounding(self):
        for p in exactly.DISTRIBUTIONS:
            for threshold, found in kept_at_limits(partial(xtc, **ALWAYS), p):
                assert found == without_top_choices(p, p, threshold), (p, threshold)

    @given(plain_rows, shares)
    def test_what_it_does_and_does_not(self, z, threshold):
        p = softmax(z)
        assume((abs(p - threshold) > 1e-12).all())
        assert kept(xtc(z, threshold, **ALWAYS)) == without_top_choices(z, p, threshold)
        never = xtc(z, threshold, probability=0, rng=np.random.default_rng(0))
        np.testing.assert_array_equal(never, z)

    @given(plain_rows, st.floats(0.5001, 1))
    def test_above_a_half_it_does_nothing(self, z, threshold):
        np.testing.assert_array_equal(xtc(z, threshold, **ALWAYS), z)
        assert kept(xtc([1.0, 1.0], 0.5, **ALWAYS)) == [1]

    def test_draws_come_from_the_mixture(self):
        z, threshold, probability = np.log([0.4, 0.3, 0.2, 0.1]), 0.2, 0.3
        rng = np.random.default_rng(0)
        drawn = sample(xtc(np.tile(z, (40_000, 1)), threshold, probability=probability, rng=rng), rng=rng)
        p, left = np.exp(z), [0, 0, 0.2 / 0.3, 0.1 / 0.3]
        mixture = (1 - probability) * p + probability * np.array(left)
        assert scipy.stats.chisquare(np.bincount(drawn, minlength=4), 40_000 * mixture).pvalue > 0.001
        off = (1 - 0.27) * p + 0.27 * np.array(left)  # a chance that is a tenth off would be seen
        assert scipy.stats.chisquare(np.bincount(drawn, minlength=4), 40_000 * off).pvalue < 1e-6
        mass = 0.7  # ExLlamaV2 returns the mixture's probabilities, and draws nothing
        scaled = np.where([True, True, False, False], p * (1 - probability), p * (1 + probability * mass / (1 - mass)))
        np.testing.assert_allclose(scaled, mixture, rtol=1e-12)

    def test_one_chance_a_row_and_the_same_seed_does_the_same(self):
        z = np.zeros((2000, 2))
        first, second = (xtc(z, 0.5, probability=0.25, rng=np.random.default_rng(3)) for _ in range(2))
        np.testing.assert_array_equal(first, second)
        acted = (first == -INF).any(axis=1)
        assert scipy.stats.binomtest(int(acted.sum()), 2000, 0.25).pvalue > 0.001
        assert (first[acted] == [-INF, 0]).all()  # of two that tie, the first is dropped

    def test_who_is_spared_saves_all(self):
        z = np.log([0.4, 0.3, 0.2, 0.1])
        assert kept(xtc(z, 0.2, **ALWAYS, spared=[1])) == [0, 1, 2, 3]
        assert kept(xtc(z, 0.2, **ALWAYS, spared=[2, 3])) == [2, 3]
        assert kept(xtc(z, 0.2, **ALWAYS, spared=np.int64(0))) == [0, 1, 2, 3]
        both = xtc([z, z[::-1]], 0.2, **ALWAYS, spared=[0])
        assert [kept(row) for row in both] == [[0, 1, 2, 3], [0, 1]]

    def test_errors(self):
        with pytest.raises(ValueError, match=r"^probability must be from 0 to 1, got 1\.5$"):
            xtc(SKETCH, 0.1, probability=1.5, rng=np.random.default_rng(0))
        with pytest.raises(ValueError, match=r"^rng must be a numpy\.random\.Generator, got 0$"):
            xtc(SKETCH, 0.1, probability=1, rng=0)
        with pytest.raises(ValueError, match=r"^spared must be from 0 to 3, got 4$"):
            xtc(SKETCH, 0.1, **ALWAYS, spared=[4])
        with pytest.raises(ValueError, match=r"^spared must be whole numbers, got float64$"):
            xtc(SKETCH, 0.1, **ALWAYS, spared=[1.0])


class TestDynamicTemperature:
    @given(plain_rows, st.sampled_from([0.5, 1, 2]), st.sampled_from([(0.0, 2.0), (0.3, 1.7), (2.0, 0.5)]))
    def test_is_a_temperature_by_the_entropy(self, z, exponent, ends):
        m = (z > -INF).sum()
        relative = min(entropy(softmax(z)) / math.log(m), 1) if m > 1 else 0
        tau = ends[0] + (ends[1] - ends[0]) * relative**exponent
        expected = softmax(temper(z, tau))
        np.testing.assert_allclose(softmax(dynamic_temperature(z, ends, exponent=exponent)), expected, atol=1e-9)

    def test_the_limits(self):
        z = np.array([5.0, 1.0, -INF, 0.0])
        np.testing.assert_array_equal(dynamic_temperature(z, (0.7, 0.7)), temper(z, 0.7))
        np.testing.assert_array_equal(dynamic_temperature(z, (0, 0)), temper(z, 0))
        assert dynamic_temperature([1.0, 1.0, -INF], (0, 2)).tolist() == [0, 0, -INF]
        assert dynamic_temperature([1.0, -INF], (0, 2)).tolist() == [0, -INF]
        assert softmax(dynamic_temperature([90.0, 0.0], (0.5, 9)))[0] == softmax([90.0, 0.0], 0.5)[0]

    def test_each_row_has_its_own(self):
        z = np.array([[9.0, 0.0, 0.0], [0.1, 0.0, 0.0]], np.float32)
        both = dynamic_temperature(z, (0.5, 2))
        assert both.dtype == np.float32
        np.testing.assert_allclose(both, [dynamic_temperature(row, (0.5, 2)) for row in z], rtol=1e-6)

    def test_a_filter_before_it_changes_the_temperature(self):
        z = np.log([0.9, 0.05, 0.05])
        alone, after = dynamic_temperature(z, (0.5, 2)), dynamic_temperature(top_k(z, 2), (0.5, 2))
        assert kept(top_k(alone, 2)) == kept(after)
        assert abs(softmax(top_k(alone, 2)) - softmax(after)).max() > 0.01

    def test_errors(self):
        for between in ((-1, 2), (0.5, INF)):
            with pytest.raises(ValueError, match=r"^between must be at least 0 and finite, got (-1|inf)$"):
                dynamic_temperature(SKETCH, between)
        for between in ((1,), (1, 2, 3)):
            with pytest.raises(ValueError, match=r"^between must be two temperatures, got "):
                dynamic_temperature(SKETCH, between)
        with pytest.raises(ValueError, match=r"^exponent must be above 0 and finite, got 0$"):
            dynamic_temperature(SKETCH, (0.5, 2), exponent=0)


class TestMirostat:
    @given(plain_rows, st.floats(-1, 30))
    def test_is_the_cutoff_of_a_surprise(self, z, mu):
        steady = Mirostat(1.0)
        steady.mu = mu
        surprise = -log_softmax(z) / math.log(2)
        assume((abs(surprise - mu) > 1e-9).all())
        assert kept(steady(z)) == (np.flatnonzero(surprise < mu).tolist() or [int(z.argmax())])
        np.testing.assert_array_equal(steady(z), epsilon_cutoff(z, 2.0 ** -max(mu, 0)))
        assert steady.mu == mu

    @pytest.mark.parametrize("renormalised", [True, False])
    def test_is_the_loop_of_the_engines(self, renormalised):
        rng, contexts = np.random.default_rng(0), np.random.default_rng(1).normal(size=(300, 40)) * 2
        steady, tokens = Mirostat(2.0, rate=0.3, renormalised=renormalised), []
        for z in contexts:
            tokens.append(steady.draw(z, rng=rng))
        rng, mu = np.random.default_rng(0), 4.0
        for z, token in zip(contexts, tokens, strict=True):
            p = softmax(z)
            keep = np.array([-math.log2(v) <= mu for v in p]) | (p == p.max())
            among = np.where(keep, p, 0) / p[keep].sum()
            assert sample(np.where(keep, z, -INF), rng=rng) == token
            mu -= 0.3 * (-math.log2((among if renormalised else p)[token]) - 2.0)
        assert steady.mu == pytest.approx(mu, rel=1e-12)

    @pytest.mark.parametrize("renormalised", [True, False])
    def test_the_mean_surprise_is_what_mu_says(self, renormalised):
        z, total = 3 * np.random.default_rng(2).normal(size=200), 0.0
        rng, steady = np.random.default_rng(3), Mirostat(3.0, renormalised=renormalised)
        for _ in range(3000):
            seen = steady(z) if renormalised else z
            total -= log_softmax(seen)[steady.draw(z, rng=rng)] / math.log(2)
        assert total / 3000 - 3.0 == pytest.approx((6.0 - steady.mu) / (0.1 * 3000), abs=1e-9)
        assert abs(total / 3000 - 3.0) < 0.02

    def test_what_cannot_be_reached_by_either_surprise(self):
        z, rng = np.zeros(64), np.random.default_rng(0)  # 6 bits each, whatever is kept
        among, of_all = Mirostat(2.0), Mirostat(2.0, renormalised=False)
        for _ in range(500):
            among.draw(z, rng=rng)
            of_all.draw(z, rng=rng)
        assert of_all.mu == pytest.approx(4 - 500 * 0.1 * 4)  # even the favourite is 4 bits too surprising
        assert 0 < among.mu < 8  # all 64, or one alone: it goes to and fro between 6 bits and none

    def test_nothing_bounds_mu(self):
        steady, rng = Mirostat(5.0), np.random.default_rng(0)
        for _ in range(1000):
            steady.draw([9.0, -INF], rng=rng)
        assert steady.mu == pytest.approx(10 + 1000 * 0.1 * 5)  # it is sure: nothing is ever surprising
        assert kept(steady(np.zeros(1000))) == list(range(1000))
        steady.mu = 1e4  # 2^(−μ) is below the smallest float
        assert kept(steady([0.0, -700.0])) == [0, 1]

    def test_what_chapter_5_says_of_it_on_the_stories(self):
        training, held_out = load_stories()
        model = NGramModel.fit(training, 3, vocabulary=training + held_out)

        def bits(steady, seed):
            """The surprises of 400 words, among the kept and among all."""
            rng, text, seen = np.random.default_rng(seed), [], []
            for _ in range(400):
                z = model.logits([model.vocabulary[i] for i in text])
                p = [softmax(steady(z)), softmax(z)]
                text.append(steady.draw(z, rng=rng))
                seen.append([-math.log2(each[text[-1]]) for each in p])
            return np.array(seen)

        for seed in range(7, 12):
            for target in (1, 2, 3):
                among, of_all = bits(Mirostat(target), seed)[-100:].mean(axis=0)
                assert abs(among - target) < 0.25 and (target > 1 or of_all > 2)
            beyond = Mirostat(6)
            assert np.mean(bits(beyond, seed)[:, 1] > 6) == pytest.approx(0.25, abs=0.05)
            assert beyond.mu > 80
        below = Mirostat(1, renormalised=False)
        bits(below, 7)
        assert below.mu < -40

    def test_errors(self):
        for target in (0, -1, INF, None):
            with pytest.raises(ValueError, match=r"^target must be above 0 and finite, got "):
                Mirostat(target)
        with pytest.raises(ValueError, match=r"^rate must be at least 0 and finite, got -1$"):
            Mirostat(1.0, rate=-1)
        with pytest.raises(ValueError, match=r"^renormalised must be True or False, got 1$"):
            Mirostat(1.0, renormalised=1)
        with pytest.raises(ValueError, match=r"^logits must be one row, got shape \(1, 4\)$"):
            Mirostat(1.0).draw([SKETCH], rng=np.random.default_rng(0))
        with pytest.raises(ValueError, match=r"^rng must be a numpy\.random\.Generator, got None$"):
            Mirostat(1.0).draw(SKETCH, rng=None)
