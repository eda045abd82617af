"""Filters, chains and sampling: brute force, transformers where it is installed, statistics, errors."""

import math
import re

import exactly
import numpy as np
import pytest
import scipy.stats
from every_cut import CUTS, cut_ids
from hypothesis import assume, given
from hypothesis import strategies as st
from logit_rows import INF, any_rows, finite_rows, in_order, kept, masked_rows, shares, tied_rows
from strictly import strict

from tempcourse import decoding as module
from tempcourse.decoding import LLAMA_CPP, TRANSFORMERS, VLLM, chain, joint
from tempcourse.softmax import entropy, softmax

pytestmark = pytest.mark.filterwarnings("error")

temper = strict(module.temper)
top_k = strict(module.top_k)
top_p = strict(module.top_p)
min_p = strict(module.min_p)
typical_p = strict(module.typical_p)
epsilon_cutoff = strict(module.epsilon_cutoff)
eta_cutoff = strict(module.eta_cutoff)
repetition_penalty = strict(module.repetition_penalty)
sample = strict(module.sample)

FILTERS = [(top_k, 3), (top_p, 0.6), (min_p, 0.3), (typical_p, 0.6)]
ids = ["top_k", "top_p", "min_p", "typical_p"]


def until(order, probabilities, p):
    """Return the sorted beginning of an order that has the probability p, which no rounding can tell."""
    for count in range(1, len(order) + 1):
        total = math.fsum(probabilities[i] for i in order[:count])
        assume(abs(total - p) > 1e-12)
        if total >= p:
            break
    return sorted(order[:count])


class TestTemper:
    @given(any_rows, st.sampled_from([0, 0.2, 1, 3, INF]))
    def test_softmax_of_it_is_softmax_at_the_temperature(self, z, temperature):
        np.testing.assert_array_equal(softmax(temper(z, temperature)), softmax(z, temperature))

    def test_the_limits(self):
        assert temper([1.0, 3.0, 3.0, -INF], 0).tolist() == [-INF, 0, 0, -INF]
        assert temper([1.0, 3.0, 3.0, -INF], INF).tolist() == [0, 0, 0, -INF]
        assert not np.signbit(temper([1.0, 3.0], INF)).any()
        assert temper([1.0, INF, INF], 2).tolist() == [-INF, 0, 0]

    def test_large_logits_keep_their_digits_and_small_temperatures_do_not_overflow(self):
        z = np.float32([10000, 9999])
        assert temper(z, 0.3).tolist() == [0, np.float32(-1) / np.float32(0.3)]
        assert temper([1e308, 0.0], 1e-5).tolist() == [0, -INF]

    def test_a_temperature_a_row(self):
        z = np.array([[2.0, 1.0], [2.0, 1.0]])
        assert temper(z, [[0.5], [2.0]]).tolist() == [[0, -2], [0, -0.5]]


class TestFilters:
    @given(any_rows, st.integers(1, 14))
    def test_top_k_keeps_the_first_k(self, z, k):
        expected = [i for i in sorted(in_order(-z)[:k]) if z[i] > -INF]
        assert kept(top_k(z, k)) == expected

    @given(st.one_of(finite_rows, tied_rows, masked_rows()), shares)
    def test_top_p_keeps_the_fewest_that_suffice(self, z, p):
        share = min(p, 1 - 1e-9)  # at 1 all are kept
        assert kept(top_p(z, share)) == until(in_order(-z), softmax(z), share)

    @given(any_rows, shares)
    def test_min_p_keeps_what_is_likely_enough(self, z, p):
        probabilities = softmax(z)
        clear = abs(probabilities / (p * probabilities.max()) - 1) > 1e-12
        expected = probabilities >= p * probabilities.max()
        result = min_p(z, p)
        assert ((result > -INF) == (expected & (z > -INF)))[clear & (probabilities > 0)].all()
        assert (result[probabilities == 0] == -INF).all()

    @given(st.one_of(finite_rows, tied_rows, masked_rows()), shares)
    def test_typical_p_keeps_the_fewest_of_typical_surprise(self, z, p):
        share = min(p, 1 - 1e-9)
        probabilities = softmax(z)
        with np.errstate(divide="ignore"):
            distance = abs(-module.log_softmax(z) - entropy(probabilities))
        assert kept(typical_p(z, share)) == until(in_order(distance), probabilities, share)

    @given(any_rows)
    def test_a_setting_that_keeps_all(self, z):
        for result in (top_k(z, len(z)), top_k(z, 10**9), top_p(z, 1), top_p(z, 1.0), typical_p(z, 1)):
            np.testing.assert_array_equal(result, z)

    def test_p_of_1_keeps_what_a_sum_would_never_reach(self):
        z = np.array([0.0, -50.0, -1000.0])
        assert kept(top_p(z, 1)) == kept(typical_p(z, 1)) == [0, 1, 2]
        assert kept(min_p([1.0, 3.0, 3.0], 1)) == [1, 2]

    @given(any_rows, st.integers(1, 5), shares)
    def test_what_is_kept_is_unchanged_and_never_nothing(self, z, k, p):
        for result in (top_k(z, k), top_p(z, p), min_p(z, p), typical_p(z, p)):
            here = result > -INF
            assert here.any()
            np.testing.assert_array_equal(result[here], z[here])

    @given(tied_rows, st.integers(1, 12), shares)
    def test_of_equal_logits_the_first_are_kept(self, z, k, p):
        for result in (top_k(z, k), top_p(z, p), typical_p(z, p)):
            for value in np.unique(z):
                here = result[z == value] > -INF
                assert (np.diff(here.astype(int)) <= 0).all()

    @pytest.mark.parametrize(("function", "setting"), [*FILTERS, *CUTS], ids=[*ids, *cut_ids])
    def test_each_row_is_filtered_for_itself(self, function, setting):
        z = np.random.default_rng(0).normal(size=(2, 3, 7)).round(1)
        z[0, 1, :3] = -INF
        z[1, 2] = 0
        together = function(z, setting)
        for place in np.ndindex(2, 3):
            np.testing.assert_array_equal(together[place], function(z[place], setting))

    @pytest.mark.parametrize(("function", "setting"), [*FILTERS, *CUTS], ids=[*ids, *cut_ids])
    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
    def test_floating_types_stay_and_values_too(self, function, setting, dtype):
        z = np.array([2, 1.5, 0.7, -3, -INF], dtype)
        z.flags.writeable = False
        result = function(z, setting)
        assert result.dtype == dtype
        assert set(result[result > -INF]) <= set(z)
        assert kept(result) == kept(function(z.astype(np.float64), setting))

    @pytest.mark.parametrize(("function", "setting"), [*FILTERS, (temper, 0.5)], ids=[*ids, "temper"])
    def test_the_logits_are_never_changed_and_integers_are_welcome(self, function, setting):
        z = np.array([3, 2, 1, 0])
        z.flags.writeable = False
        result = function(z, setting)
        assert result.dtype == np.float64
        np.testing.assert_array_equal(result, function(z.astype(float), setting))

    def test_a_filter_at_its_edge(self):
        z = np.log([0.5, 0.25, 0.125, 0.125])
        assert kept(top_p(z, 0.75)) == [0, 1]
        assert kept(top_p(z, 0.7500001)) == [0, 1, 2]
        assert kept(min_p(z, 0.5)) == [0, 1]
        assert kept(min_p(z, 0.25)) == [0, 1, 2, 3]
        assert kept(typical_p(np.log([0.5, 0.25, 0.15, 0.1]), 0.2)) == [1]

    @pytest.mark.parametrize("function", [top_p, min_p, typical_p], ids=ids[1:])
    @pytest.mark.parametrize("dtype", [np.float64, np.float32])
    def test_no_rounding_decides(self, function, dtype):
        exact = exactly.KEPT[function.__name__]
        for shares_ in exactly.DISTRIBUTIONS:
            z = np.log(np.array(shares_, float)).astype(dtype)
            for p in exactly.LIMITS:
                if dtype is np.float64 or function is not typical_p:  # float32 tells no distances that tie
                    assert kept(function(z, float(p))) == exact(shares_, p), (shares_, p)

    def test_many_equal_shares_are_summed_without_a_drift(self):
        for n in (10, 1000, 50_000):
            assert len(kept(top_p(np.zeros(n), 0.9))) == len(kept(typical_p(np.zeros(n), 0.9))) == 0.9 * n
            assert len(kept(top_p(np.zeros(n, np.float32), 0.9))) == pytest.approx(0.9 * n, abs=2e-6 * n)

    def test_what_is_less_by_more_than_rounding_is_less(self):
        z = np.log([0.7, 0.2, 0.1])
        assert kept(top_p(z, 0.9)) == kept(typical_p(z, 0.9)) == [0, 1]
        assert kept(top_p(z, 0.9 + 1e-14)) == kept(typical_p(z, 0.9 + 1e-14)) == [0, 1, 2]
        assert kept(min_p(z, 2 / 7 + 1e-14)) == [0]
        assert kept(top_p(z.astype(np.float32), 0.9 + 1e-6)) == [0, 1, 2]

    def test_temperature_and_the_order(self):
        z = np.array([2.0, 1.0, 0.5, 0.1, -1.0])
        hot = temper(z, 2.0)
        assert kept(top_k(z, 2)) == kept(top_k(hot, 2))
        assert kept(top_p(z, 0.7)) != kept(top_p(hot, 0.7))
        for m in (0.1, 0.2, 0.3, 0.6):
            assert kept(min_p(z, m)) == kept(min_p(hot, m ** (1 / 2.0)))

    @given(any_rows, st.sampled_from([0.3, 0.7, 1.5, 4]), st.integers(1, 5))
    def test_top_k_commutes_with_temperature(self, z, temperature, k):
        assume(len(set(temper(z, temperature))) == len(set(z)))  # rounding makes no two of them equal
        first, last = temper(top_k(z, k), temperature), top_k(temper(z, temperature), k)
        np.testing.assert_array_equal(softmax(first), softmax(last))

    def test_errors(self):
        for k in (0, -1, 2.0, "3", None):
            with pytest.raises(ValueError, match=r"^k must be a whole number of at least 1, got "):
                top_k([1.0, 2.0], k)
        for function in (top_p, min_p, typical_p):
            for p in (0, -0.1, 1.01, math.nan, "0.5", None):
                with pytest.raises(ValueError, match=r"^p must be above 0 and at most 1, got "):
                    function([1.0, 2.0], p)
        with pytest.raises(ValueError, match=r"^temperature must be at least 0, got -1\.0$"):
            temper([1.0, 2.0], -1)
        for function, setting in [*FILTERS, (temper, 0.5)]:
            with pytest.raises(ValueError, match=r"^logits must not be nan, got nan$"):
                function([1.0, math.nan], setting)
            with pytest.raises(ValueError, match=r"^logits must not all be masked, got a row of -inf only$"):
                function([[1.0, 2.0], [-INF, -INF]], setting)
            with pytest.raises(ValueError, match=r"^logits must have at least one"):
                function([], setting)
            with pytest.raises(ValueError, match=r"^logits must have at least one"):
                function(1.0, setting)
            with pytest.raises(TypeError, match=r"^logits must be real numbers, got complex128$"):
                function([1j, 2.0], setting)


@pytest.fixture(scope="module")
def theirs():
    """Return what transformers' processors make of logits."""
    torch = pytest.importorskip("torch")
    processors = pytest.importorskip("transformers.generation.logits_process")
    classes = {
        temper: processors.TemperatureLogitsWarper,
        top_k: processors.TopKLogitsWarper,
        top_p: processors.TopPLogitsWarper,
        min_p: processors.MinPLogitsWarper,
        typical_p: processors.TypicalLogitsWarper,
        epsilon_cutoff: processors.EpsilonLogitsWarper,
        eta_cutoff: processors.EtaLogitsWarper,
    }
    return lambda function, setting, z, **more: classes[function](setting, **more)(None, torch.from_numpy(z)).numpy()


class TestAgainstTransformers:
    """Where no logits tie for the last place; there, transformers keeps all that tie in top-k and typical."""

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    @pytest.mark.parametrize("scale", [0.1, 1, 6])
    def test_the_same_logits_are_kept(self, theirs, dtype, scale):
        rng = np.random.default_rng(0)
        z = (scale * rng.normal(size=(50, 100))).astype(dtype)
        z[10:40][rng.random((30, 100)) < 0.4] = -INF
        z[40:] *= 1000
        cases = {top_k: (1, 7, 50, 100, 1000), top_p: (0.1, 0.5, 0.9, 0.99), min_p: (0.01, 0.1, 0.5, 1.0)}
        cases[typical_p] = (0.1, 0.5, 0.9, 0.99)
        cases[epsilon_cutoff] = cases[eta_cutoff] = (0.0003, 0.004, 0.02, 0.3)
        for function, many in cases.items():
            for setting in many:
                np.testing.assert_array_equal(function(z, setting), theirs(function, setting, z))

    def test_the_count_that_ties_leave_open(self, theirs):
        z = np.random.default_rng(1).integers(-3, 3, size=(200, 12)).astype(np.float64)
        for p in (0.3, 0.6, 0.95):
            count = (theirs(top_p, p, z) > -INF).sum(axis=1)
            np.testing.assert_array_equal((top_p(z, p) > -INF).sum(axis=1), count)
            np.testing.assert_array_equal(min_p(z, p), theirs(min_p, p, z))
            assert ((typical_p(z, p) > -INF) <= (theirs(typical_p, p, z) > -INF)).all()
        assert ((top_k(z, 4) > -INF) <= (theirs(top_k, 4, z) > -INF)).all()

    @pytest.mark.parametrize("at_least", [2, 5])
    def test_so_many_are_kept(self, theirs, at_least):
        z = 3 * np.random.default_rng(3).normal(size=(50, 30))
        for function in (top_p, min_p, typical_p):
            for p in (0.05, 0.6):
                expected = theirs(function, p, z, min_tokens_to_keep=at_least)
                np.testing.assert_array_equal(function(z, p, at_least=at_least), expected)

    @pytest.mark.parametrize("penalty", [0.8, 1.3])
    def test_the_repetition_penalty(self, penalty):
        torch = pytest.importorskip("torch")
        processors = pytest.importorskip("transformers.generation.logits_process")
        rng = np.random.default_rng(4)
        z, texts = rng.normal(size=(20, 30)), rng.integers(30, size=(20, 12))
        processor = processors.RepetitionPenaltyLogitsProcessor(penalty)
        expected = processor(torch.from_numpy(texts), torch.from_numpy(z.copy())).numpy()
        np.testing.assert_array_equal(repetition_penalty(z, penalty, text=texts), expected)

    @pytest.mark.parametrize("temperature", [0.3, 1.7])
    def test_temperature(self, theirs, temperature):
        z = np.random.default_rng(2).normal(size=(5, 30))
        z[:, 3] = -INF
        expected = softmax(theirs(temper, temperature, z))
        np.testing.assert_allclose(softmax(temper(z, temperature)), expected, rtol=1e-13)


class TestARowEach:
    """Settings that differ from row to row, as the requests of one batch do."""

    z = np.random.default_rng(0).normal(size=(6, 20))

    def test_each_row_is_filtered_by_its_own_setting(self):
        k = np.array([1, 2, 5, 19, 20, 40])[:, None]
        p = np.array([0.1, 0.3, 0.5, 0.9, 0.999, 1.0])[:, None]
        for function, settings in ((top_k, k), (top_p, p), (min_p, p), (typical_p, p)):
            together = function(self.z, settings)
            for row, setting, z in zip(together, settings[:, 0].tolist(), self.z, strict=True):
                np.testing.assert_array_equal(row, function(z, setting))

    def test_one_row_is_filtered_by_many_settings(self):
        words = "k must be one number or broadcast to one a row, shape (1,), got (2, 1)"
        with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
            top_k(self.z[0], [[1], [2]])
        np.testing.assert_array_equal(top_k(self.z[:1].repeat(2, axis=0), [[1], [2]])[1], top_k(self.z[0], 2))

    @pytest.mark.parametrize(
        ("call", "words"),
        [
            (lambda z: top_k(z, [[1.0]] * 6), "k must be a whole number of at least 1, got"),
            (lambda z: top_p(z, [[0.5]] * 5), "p must be one number or broadcast to one a row, shape"),
            (lambda z: min_p(z, [[0.0]] * 6), "p must be above 0 and at most 1, got 0.0"),
            (lambda z: typical_p(z, 0.5, at_least=0), "at_least must be a whole number of at least 1, got 0"),
        ],
    )
    def test_what_is_no_setting_is_refused(self, call, words):
        with pytest.raises(ValueError, match=f"^{words}"):
            call(self.z)

    @pytest.mark.parametrize("function", [top_p, min_p, typical_p])
    def test_so_many_are_kept_whatever_they_have(self, function):
        for p in (0.01, 0.5, 1.0):
            few, more = function(self.z, p), function(self.z, p, at_least=4)
            assert ((few > -INF) <= (more > -INF)).all()
            counts = np.maximum((few > -INF).sum(axis=1), 4)
            assert (more > -INF).sum(axis=1).tolist() == counts.tolist()
        if function is not typical_p:  # whose first are not the largest
            order = np.argsort(-self.z, axis=1)[:, :4]
            assert (np.take_along_axis(function(self.z, 0.01, at_least=4), order, axis=1) > -INF).all()
        assert (function(self.z, 0.01, at_least=99) == self.z).all()


class TestJoint:
    def test_what_each_keeps_is_kept(self):
        z = np.random.default_rng(0).normal(size=(50, 30))
        both = joint((top_k, 8), (top_p, 0.7))(z)
        expected = (top_k(z, 8) > -INF) & (top_p(z, 0.7) > -INF)
        np.testing.assert_array_equal(both, np.where(expected, z, -INF))
        chained = chain((top_k, 8), (top_p, 0.7))(z)
        assert ((chained > -INF) <= (both > -INF)).all() and ((chained > -INF) != (both > -INF)).any()

    def test_where_they_share_no_token_the_largest_is_left(self):
        z = np.log([0.4] + [0.06] * 10)
        assert kept(typical_p(z, 0.3)) == [1, 2, 3, 4, 5]
        assert kept(joint((top_k, 1), (typical_p, 0.3))(z)) == [0]

    def test_none_at_all_is_refused(self):
        with pytest.raises(ValueError, match=r"^filters must be one or more, got none$"):
            joint()


class TestChains:
    z = np.array([2.0, 1.0, 0.5, 0.1, -1.0])

    def test_left_to_right(self):
        both = chain((module.temper, 2.0), (module.top_p, 0.7))
        np.testing.assert_array_equal(both(self.z), top_p(temper(self.z, 2.0), 0.7))
        other = chain((module.top_p, 0.7), (module.temper, 2.0))
        np.testing.assert_array_equal(other(self.z), temper(top_p(self.z, 0.7), 2.0))
        assert kept(both(self.z)) != kept(other(self.z))

    def test_reads_as_what_it_does(self):
        def no_first(logits):
            return np.where(np.arange(len(logits)) == 0, -INF, logits)

        inner = chain((module.top_k, 40), (module.top_p, 0.95))
        assert repr(inner) == "top_k(40) → top_p(0.95)"
        assert repr(chain(no_first, inner)) == "no_first → top_k(40) → top_p(0.95)"
        assert kept(chain(no_first, inner)(self.z)) == [1, 2, 3, 4]
        assert repr(chain()) == "keep all"
        assert chain()(self.z) is self.z

    def test_of_nothing_else(self):
        for wrong in (0.7, (module.top_k,), (0.7, module.temper), None):
            with pytest.raises(TypeError, match=r"^filters must be functions or pairs of a function and its setting"):
                chain(wrong)

    def test_each_engine_has_its_order(self):
        settings = {"temperature": 0.7, "top_k": 50, "top_p": 0.9, "min_p": 0.05}
        assert repr(VLLM(**settings)) == "temper(0.7) → min_p(0.05) → top_k(50) → top_p(0.9)"
        settings["typical_p"] = 0.95
        assert repr(TRANSFORMERS(**settings)) == (
            "temper(0.7) → top_k(50) → top_p(0.9) → min_p(0.05) → typical_p(0.95)"
        )
        assert repr(LLAMA_CPP(**settings)) == "top_k(50) → typical_p(0.95) → top_p(0.9) → min_p(0.05) → temper(0.7)"

    def test_what_is_not_set_is_left_out(self):
        for engine in (TRANSFORMERS, VLLM, LLAMA_CPP):
            assert repr(engine()) == "keep all"
            assert repr(engine(top_p=0.5)) == "top_p(0.5)"

    def test_the_same_settings_keep_different_tokens(self):
        settings = {"temperature": 2.0, "top_p": 0.7}
        assert kept(TRANSFORMERS(**settings)(self.z)) == kept(VLLM(**settings)(self.z)) == [0, 1, 2]
        assert kept(LLAMA_CPP(**settings)(self.z)) == [0, 1]

    def test_a_temperature_of_0_is_each_engines_own_case(self):
        with pytest.raises(ValueError, match=r"^temperature must be above 0 in transformers, got 0$"):
            TRANSFORMERS(temperature=0)
        assert repr(VLLM(temperature=0, top_p=0.9)) == "temper(0.0)"
        assert kept(VLLM(temperature=0)(self.z)) == [0]
        assert kept(LLAMA_CPP(temperature=0, top_p=0.9)(self.z)) == [0]
        assert repr(LLAMA_CPP(temperature=1e-6)) == "temper(1e-06)"
        z = np.log([0.5, 0.25, 0.15, 0.1])
        assert kept(LLAMA_CPP(temperature=0, typical_p=0.2)(z)) == [1]  # the largest that is left

    def test_vllm_raises_what_is_cold_and_refuses_what_is_hot(self):
        for temperature in (5e-324, 9e-6, 0.0099):
            assert repr(VLLM(temperature=temperature)) == "temper(0.01)"
        assert repr(VLLM(temperature=0.011)) == "temper(0.011)"
        assert repr(VLLM(temperature=2)) == "temper(2.0)"
        for temperature in (2.1, INF):
            with pytest.raises(ValueError, match=rf"^temperature must be from 0 to 2\.0 in vLLM, got {temperature}$"):
                VLLM(temperature=temperature)
            assert repr(TRANSFORMERS(temperature=temperature)) == f"temper({temperature})"

    def test_what_ties_with_the_kth_is_each_engines_own_case(self):
        z = np.array([0.0, 2.0, 1.0, 1.0, 1.0, -INF])
        assert kept(TRANSFORMERS(top_k=2)(z)) == kept(VLLM(top_k=2)(z)) == [1, 2, 3, 4]
        assert kept(LLAMA_CPP(top_k=2)(z)) == kept(top_k(z, 2)) == [1, 2]
        assert kept(top_k(z, 1, ties=True)) == [1] and kept(top_k(z, 6, ties=True)) == [0, 1, 2, 3, 4]
        assert repr(TRANSFORMERS(top_k=2)) == "top_k(2)"

    def test_each_engine_prints_its_version_and_the_defaults_that_are_not_off(self):
        first = "logit_bias → repetition_penalty → frequency_penalty → presence_penalty → "
        assert repr(VLLM) == f"vLLM 0.33.0: mask → {first}temper → min_p → top_k → top_p; defaults: all off"
        assert repr(LLAMA_CPP) == (
            f"llama.cpp 0c1e570: {first}dry_penalty → top_n_sigma → top_k → typical_p → top_p → min_p → xtc → "
            "dynamic_temperature → temper; defaults: temperature=0.8, top_k=40, top_p=0.95, min_p=0.05"
        )
        assert repr(TRANSFORMERS) == (
            "transformers 5.24.0: logit_bias → repetition_penalty → temper → top_k → top_p → min_p → typical_p → "
            "epsilon_cutoff → eta_cutoff; defaults: top_k=50"
        )
        assert repr(TRANSFORMERS(**TRANSFORMERS.defaults)) == "top_k(50)"
        assert repr(LLAMA_CPP(**LLAMA_CPP.defaults)) == "top_k(40) → top_p(0.95) → min_p(0.05) → temper(0.8)"
        assert repr(VLLM(**VLLM.defaults)) == "keep all"

    def test_all_that_an_engine_has_in_its_order(self):
        settings = {
            "logit_bias": {1: 0.5},
            "repetition_penalty": 1.2,
            "frequency_penalty": 0.1,
            "presence_penalty": 0.2,
            "dry_penalty": 0.8,
            "top_n_sigma": 2,
            "xtc": (0.1, 1),
        }
        rng, text = np.random.default_rng(0), [0, 2, 0]
        chain_ = LLAMA_CPP(temperature=1.5, text=text, rng=rng, **settings)
        assert repr(chain_) == (
            "logit_bias({1: 0.5}) → repetition_penalty(1.2) → frequency_penalty(0.1) → presence_penalty(0.2) → "
            "dry_penalty(0.8) → top_n_sigma(2) → xtc(0.1) → temper(1.5)"
        )
        # 2 / 1.2 - 2 * 0.1 - 0.2 = 1.27, 2.0 with the bias, 1.2 / 1.2 - 0.3 = 0.7, too far from 2.0, and 1.1, the least
        assert chain_(np.array([2.0, 1.5, 1.2, 1.1])).tolist() == [-INF, -INF, -INF, 0]

    def test_the_dynamic_temperature_takes_the_place_of_the_temperature(self):
        assert repr(LLAMA_CPP(temperature=0.75, dynamic_temperature=0.5)) == "dynamic_temperature((0.25, 1.25))"
        assert repr(LLAMA_CPP(temperature=0.5, dynamic_temperature=2)) == "dynamic_temperature((0.0, 2.5))"
        assert repr(LLAMA_CPP(dynamic_temperature=0)) == "keep all"
        assert repr(LLAMA_CPP(temperature=INF, dynamic_temperature=0.5)) == "temper(inf)"

    def test_at_0_penalties_still_come_first(self):
        settings = {"temperature": 0, "presence_penalty": 1.5, "top_k": 2, "text": [0]}
        assert repr(VLLM(**settings)) == "presence_penalty(1.5) → temper(0.0)"
        assert kept(VLLM(**settings)([2.0, 1.0, 0.5, 0.1])) == [1]

    def test_settings_that_no_engine_has(self):
        for wrong in ({"top_q": 0.5}, {"temper": 5}):
            with pytest.raises(TypeError, match=r"^settings must be of top_k, top_p, .*, got (top_q|temper)$"):
                VLLM(**wrong)
        with pytest.raises(ValueError, match=r"^tail_free must be None: llama.cpp has no such filter, got 0.5$"):
            LLAMA_CPP(tail_free=0.5)
        for wrong in (0.1, (0.1,), (0.1, 0.5, 1)):
            with pytest.raises(ValueError, match=r"^xtc must be a threshold and a probability, got "):
                LLAMA_CPP(xtc=wrong)
        with pytest.raises(ValueError, match=r"^xtc's threshold must be above 0 and at most 1, got 0$"):
            LLAMA_CPP(xtc=(0, 0.5))
        with pytest.raises(ValueError, match=r"^xtc's probability must be from 0 to 1, got 2$"):
            LLAMA_CPP(xtc=(0.1, 2))
        with pytest.raises(ValueError, match=r"^top_n_sigma must be at least 0, got -2$"):
            LLAMA_CPP(top_n_sigma=-2)
        with pytest.raises(ValueError, match=r"^dynamic_temperature must be at least 0 and finite, got inf$"):
            LLAMA_CPP(dynamic_temperature=INF)
        with pytest.raises(ValueError, match=r"^rng must be a numpy.random.Generator, got None$"):
            LLAMA_CPP(xtc=(0.1, 0.5))([1.0, 2.0])

    def test_what_an_engine_calls_off_is_off(self):
        for engine in (TRANSFORMERS, VLLM, LLAMA_CPP):
            for off in ({"top_k": 0}, {"top_k": -1}, {"top_p": 1.0}, {"top_p": 1}, {"min_p": 0.0}, {"min_p": 0}):
                assert repr(engine(**off, temperature=1.0)) == "keep all"
        assert repr(LLAMA_CPP(typical_p=1.0)) == "keep all"
        assert repr(VLLM(typical_p=1.0)) == "keep all"

    def test_errors(self):
        for engine, allowed in ((TRANSFORMERS, "above 0"), (VLLM, "from 0 to 2.0"), (LLAMA_CPP, "at least 0")):
            for temperature in (-1, math.nan):
                with pytest.raises(ValueError, match=rf"^temperature must be {allowed} in .*, got {temperature}$"):
                    engine(temperature=temperature)
        with pytest.raises(ValueError, match=r"^typical_p must be None: vLLM has no such filter, got 0\.9$"):
            VLLM(typical_p=0.9)


class Stuck(np.random.Generator):
    """Random numbers that are all the same, as large or as small as they come."""

    def __init__(self, uniform):
        super().__init__(np.random.PCG64())
        self.uniform = uniform

    def random(self, size=None):
        return np.full(size, self.uniform)


@pytest.mark.parametrize("method", ["inverse_cdf", "gumbel"])
class TestSample:
    def test_frequencies_are_softmax(self, method):
        z = np.array([2.0, -INF, 1.0, 0.5, 0.1, -INF])
        drawn = sample(z, rng=np.random.default_rng(0), size=50_000, method=method)
        counts, expected = np.bincount(drawn, minlength=6), 50_000 * softmax(z)
        possible = expected > 0
        assert counts[~possible].sum() == 0
        assert scipy.stats.chisquare(counts[possible], expected[possible]).pvalue > 0.001
        near = 50_000 * softmax(z, 1.1)  # a temperature that is a tenth off would be seen
        assert scipy.stats.chisquare(counts[possible], near[possible]).pvalue < 1e-6

    def test_each_row_has_its_own_frequencies(self, method):
        z = np.array([[[0.0, 1.0, 2.0]], [[2.0, 0.0, -INF]]], np.float32)
        drawn = sample(z, rng=np.random.default_rng(1), size=(100, 200), method=method)
        assert drawn.shape == (100, 200, 2, 1)
        for row in (0, 1):
            expected = 20_000 * softmax(z[row, 0].astype(float))
            counts = np.bincount(drawn[:, :, row, 0].ravel(), minlength=3)
            assert scipy.stats.chisquare(counts[expected > 0], expected[expected > 0]).pvalue > 0.001

    def test_shapes(self, method):
        rng = np.random.default_rng(2)
        assert np.ndim(sample([0.0, 1.0], rng=rng, method=method)) == 0
        assert sample([0.0, 1.0], rng=rng, size=3, method=method).shape == (3,)
        assert sample(np.zeros((4, 5)), rng=rng, method=method).shape == (4,)
        assert sample(np.zeros((4, 5)), rng=rng, size=2, method=method).shape == (2, 4)

    def test_the_same_seed_draws_the_same(self, method):
        first, second = (sample(np.zeros(50), rng=np.random.default_rng(3), size=20, method=method) for _ in range(2))
        assert first.tolist() == second.tolist()

    def test_a_masked_token_is_never_drawn(self, method):
        z = np.full(50_257, -INF, np.float32)
        z[[7, 40_000]] = 3, -20
        drawn = sample(z, rng=np.random.default_rng(4), size=50, method=method)
        assert set(drawn) == {7}

    def test_infinite_logits_share_everything(self, method):
        drawn = sample([0.0, INF, INF, 5.0], rng=np.random.default_rng(5), size=200, method=method)
        assert set(drawn) == {1, 2}

    def test_errors(self, method):
        rng = np.random.default_rng(0)
        with pytest.raises(ValueError, match=r"^method must be one of inverse_cdf, gumbel, got 'magic'$"):
            sample([1.0], rng=rng, method="magic")
        with pytest.raises(ValueError, match=r"^logits must not all be masked"):
            sample([-INF], rng=rng, method=method)


@pytest.mark.parametrize("uniform", [0.0, 1 - 2.0**-53])
def test_the_ends_of_the_uniform_numbers_draw_a_token_that_can_come(uniform):
    rng = np.random.default_rng(0)
    for _ in range(200):
        z = np.full(60, -INF)
        z[rng.integers(5, 50, size=12)] = rng.normal(size=12)
        assert z[module.sample(z, rng=Stuck(uniform))] > -INF
