"""Penalties, bias and mask: their formulas, a text a row, types, what temperature makes of them, errors."""

import itertools
import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from logit_rows import INF, kept
from strictly import strict

from tempcourse import penalties as module
from tempcourse.decoding import temper
from tempcourse.softmax import log_softmax, softmax

pytestmark = pytest.mark.filterwarnings("error")

repetition_penalty = strict(module.repetition_penalty)
presence_penalty = strict(module.presence_penalty)
frequency_penalty = strict(module.frequency_penalty)
dry_penalty = strict(module.dry_penalty)
logit_bias = strict(module.logit_bias)
mask = strict(module.mask)

SKETCH = np.array([2.0, 1.0, 0.5, 0.1])
TEXT = [1, 1, 0]
PENALTIES = [
    (partial(repetition_penalty, text=TEXT), 1.5),
    (partial(presence_penalty, text=TEXT), 0.5),
    (partial(frequency_penalty, text=TEXT), 0.5),
    (partial(dry_penalty, text=[0, 1, 0, 0, 1, 0], allowed=1), 0.5),
    (logit_bias, {0: -1.0}),
    (mask, True),
]
penalty_ids = ["repetition", "presence", "frequency", "dry", "bias", "mask"]
texts = st.lists(st.integers(0, 3), max_size=20)


class TestPenalties:
    @given(st.one_of(hnp.arrays(np.float64, 4, elements=st.floats(-8, 8))), texts, st.floats(0.1, 3))
    def test_each_is_its_formula(self, z, text, penalty):
        counts = [text.count(i) for i in range(4)]
        seen = [(v / penalty if v > 0 else v * penalty) if c else v for v, c in zip(z, counts, strict=True)]
        np.testing.assert_array_equal(repetition_penalty(z, penalty, text=text), seen)
        for sign in (1, -1):
            present = [v - sign * penalty * (c > 0) for v, c in zip(z, counts, strict=True)]
            np.testing.assert_array_equal(presence_penalty(z, sign * penalty, text=text), present)
            often = [v - sign * penalty * c for v, c in zip(z, counts, strict=True)]
            np.testing.assert_array_equal(frequency_penalty(z, sign * penalty, text=text), often)
        bias = dict(enumerate(-penalty * np.array(counts, float)))
        np.testing.assert_array_equal(logit_bias(z, bias), frequency_penalty(z, penalty, text=text))

    @pytest.mark.parametrize(("function", "setting"), PENALTIES, ids=penalty_ids)
    def test_masks_stay_and_types_too(self, function, setting):
        for dtype in (np.float16, np.float32, np.float64):
            z = np.array([-INF, 1.5, 0.7, -3], dtype)
            z.flags.writeable = False
            result = function(z, setting)
            assert result.dtype == dtype and kept(result) == [1, 2, 3]
        assert function(np.array([3, 2, 1, 0]), setting).dtype == np.float64
        assert kept(function([INF, 1.0, 0.0, -1.0], setting)) == [0, 1, 2, 3]

    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
    def test_extremes_neither_drop_nor_lift_nor_turn_to_nan(self, dtype):
        most = np.finfo(dtype).max
        z = np.array([-INF, 1.0, 0.0, -most, most], dtype)
        text = [0, 0, 1, 2, 3, 4] * 20
        for penalty in (1e-300, 1e-50, 1e39, 1e308, -1e308, -1e39):
            for function in (presence_penalty, frequency_penalty):
                assert kept(function(z, penalty, text=text)) == [1, 2, 3, 4]
            if penalty > 0:
                assert kept(repetition_penalty(z, penalty, text=text)) == [1, 2, 3, 4]
                assert kept(dry_penalty(z, penalty, text=text)) == [1, 2, 3, 4]
        for result in (repetition_penalty(z, 1e39, text=text), frequency_penalty(z, -1e308, text=text)):
            assert not np.isnan(result).any()

    def test_what_changes_nothing(self):
        for z in (SKETCH, -SKETCH, np.array([-INF, 1.0, 1e308, -1e308])):
            for result in (
                repetition_penalty(z, 1, text=TEXT),
                presence_penalty(z, 0, text=TEXT),
                frequency_penalty(z, 0.0, text=TEXT),
                dry_penalty(z, 0, text=[0, 1] * 50),
                logit_bias(z, {}),
                mask(z, True),
                *(function(z, setting, text=[]) for function, setting in ((repetition_penalty, 2), (dry_penalty, 2))),
            ):
                np.testing.assert_array_equal(result, z)

    def test_a_text_a_row(self):
        z = np.tile([1.0, 2.0, -3.0], (2, 1, 1))
        result = frequency_penalty(z, 1, text=[[[0, 0]], [[2, 1]]])
        assert result.tolist() == [[[-1, 2, -3]], [[1, 1, -4]]]
        assert frequency_penalty(z, 1, text=[2, 2])[:, 0].tolist() == [[1, 2, -5]] * 2
        assert frequency_penalty(z, 1, text=1)[:, 0].tolist() == [[1, 1, -3]] * 2

    def test_the_repetition_penalty_asks_where_0_is(self):
        z = np.array([2.0, 1.0])
        same = (z, z - 2, log_softmax(z))
        p = [softmax(repetition_penalty(each, 2, text=[0])) for each in same]
        assert np.allclose([softmax(each) for each in same], softmax(z))
        np.testing.assert_allclose(p[0], [0.5, 0.5])
        np.testing.assert_allclose(p[1], softmax(z))  # the favourite is at 0, and twice 0 is 0
        np.testing.assert_allclose(p[2], softmax(log_softmax(z) * [2, 1]))
        for function in (presence_penalty, frequency_penalty):
            moved = [softmax(function(each, 2, text=[0])) for each in same]
            np.testing.assert_allclose(moved, [moved[0]] * 3)

    def test_the_papers_formula_rewards_what_is_negative(self):
        z = np.array([-2.0, -1.0])
        assert softmax(z / [2, 1])[0] > softmax(z)[0] > softmax(repetition_penalty(z, 2, text=[0]))[0]

    @given(hnp.arrays(np.float64, 4, elements=st.floats(-8, 8)), texts, st.sampled_from([0.3, 0.7, 2, 5]))
    def test_temperature(self, z, text, tau):
        first = softmax(temper(presence_penalty(z, 0.6, text=text), tau))
        np.testing.assert_allclose(first, softmax(presence_penalty(temper(z, tau), 0.6 / tau, text=text)), atol=1e-12)
        first = softmax(temper(frequency_penalty(z, 0.6, text=text), tau))
        np.testing.assert_allclose(first, softmax(frequency_penalty(temper(z, tau), 0.6 / tau, text=text)), atol=1e-12)
        first = softmax(temper(dry_penalty(z, 0.6, text=text), tau))
        np.testing.assert_allclose(first, softmax(dry_penalty(temper(z, tau), 0.6 / tau, text=text)), atol=1e-12)
        first = softmax(temper(logit_bias(z, {1: 0.6}), tau))
        np.testing.assert_allclose(first, softmax(logit_bias(temper(z, tau), {1: 0.6 / tau})), atol=1e-12)
        # A plain division by τ commutes with the one that multiplies; one that first moves the logits does not.
        plain = repetition_penalty(z, 1.5, text=text) / tau
        np.testing.assert_allclose(plain, repetition_penalty(z / tau, 1.5, text=text), rtol=1e-14, atol=1e-300)

    def test_errors(self):
        for penalty in (0, -1, INF, math.nan, None):
            with pytest.raises(ValueError, match=r"^penalty must be above 0 and finite, got "):
                repetition_penalty(SKETCH, penalty, text=[0])
        for function in (presence_penalty, frequency_penalty):
            for penalty in (INF, math.nan, None, "1", True):
                with pytest.raises(ValueError, match=r"^penalty must be finite, got "):
                    function(SKETCH, penalty, text=[0])
        for function in (repetition_penalty, presence_penalty, frequency_penalty, dry_penalty):
            with pytest.raises(ValueError, match=r"^text must be from 0 to 3, got 4$"):
                function(SKETCH, 1, text=[0, 4])
            with pytest.raises(ValueError, match=r"^text must be whole numbers, got "):
                function(SKETCH, 1, text="abc")
            with pytest.raises(
                ValueError, match=r"^text must be one text or broadcast to one a row, shape \(2, 1\), got"
            ):
                function([SKETCH, SKETCH], 1, text=[[0], [1], [2]])
            with pytest.raises(ValueError, match=r"^logits must not all be masked"):
                function([-INF], 1, text=[0])


def repeated(text, token, breakers):
    """Return the longest end of the text that also stands before the token, with no breaker in it."""
    best = 0
    for end, length in itertools.product(range(len(text)), range(1, len(text))):
        start = end - length
        if text[end] == token and start >= 0 and text[start:end] == text[-length:]:
            best = max(best, length * (not set(text[-length:]) & set(breakers)))
    return 0 if token in breakers else best


class TestDry:
    @given(texts, st.integers(1, 4), st.sampled_from([(), (0,), (1, 3)]), st.sampled_from([1, 1.75, 3.0]))
    def test_is_its_definition(self, text, allowed, breakers, base):
        z = np.array([3.0, 1.0, -2.0, 0.5])
        lengths = [repeated(text, token, breakers) for token in range(4)]
        expected = [v - 0.8 * base ** (m - allowed) if m >= allowed else v for v, m in zip(z, lengths, strict=True)]
        result = dry_penalty(z, 0.8, text=text, base=base, allowed=allowed, breakers=breakers)
        np.testing.assert_allclose(result, expected, rtol=1e-14)

    def test_the_example_in_the_comments_of_llama_cpp(self):
        a, b, c, y = range(4)
        result = dry_penalty(np.zeros(4), 1, text=[a, b, c, c, b, c, y, a, b, c], base=2, allowed=1)
        assert result.tolist() == [0, -(2**0), -(2**2), -(2**1)]  # b, c and y would go on for 1, 3 and 2 tokens
        assert a == 0

    def test_breakers(self):
        text = [0, 1, 2, 0, 1]
        assert dry_penalty(np.zeros(4), 1, text=text)[2] == -1
        assert not dry_penalty(np.zeros(4), 1, text=text, breakers=[1]).any()  # the text ends with one
        assert not dry_penalty(np.zeros(4), 1, text=text, breakers=[0]).any()  # only one token is left to match
        assert not dry_penalty(np.zeros(4), 1, text=text, breakers=[2]).any()  # it would be the next

    def test_long_loops_do_not_overflow(self):
        for dtype in (np.float16, np.float32, np.float64):
            result = dry_penalty(np.zeros(2, dtype), 1, text=[1] * 3000)
            assert np.isfinite(result).all() and result[1] < -1e4

    def test_errors(self):
        for name, wrong, allowed in (
            ("multiplier", -1, "at least 0 and finite"),
            ("base", 0.5, "at least 1 and finite"),
            ("allowed", 0, "a whole number of at least 1"),
            ("breakers", [9], "from 0 to 3"),
        ):
            settings_ = {"multiplier": 1, name: wrong}
            with pytest.raises(ValueError, match=rf"^{name} must be {allowed}, got "):
                dry_penalty(SKETCH, text=[0], **settings_)


class TestBiasAndMask:
    def test_a_ban_is_minus_infinity_and_minus_100_nearly_is(self):
        assert kept(logit_bias(SKETCH, {0: -INF, np.int64(2): -INF})) == [1, 3]
        assert softmax(logit_bias(SKETCH, {0: -100}))[0] == pytest.approx(math.exp(-100), rel=10)
        assert softmax(temper(logit_bias(SKETCH, {0: -100}), 50))[0] > 0.04  # heat brings it back

    def test_a_mask_is_a_bias_and_broadcasts(self):
        np.testing.assert_array_equal(mask(SKETCH, [False, True, True, True]), logit_bias(SKETCH, {0: -INF}))
        rows = mask([SKETCH, SKETCH], [[True, False, False, False], [False, False, True, True]])
        assert [kept(row) for row in rows] == [[0], [2, 3]]

    def test_errors(self):
        for wrong in ([1.0], None, "a"):
            with pytest.raises(ValueError, match=r"^bias must be a mapping of tokens to numbers, got "):
                logit_bias(SKETCH, wrong)
        for wrong in (INF, math.nan, "1", True):
            with pytest.raises(ValueError, match=r"^bias must be finite, got "):
                logit_bias(SKETCH, {0: wrong})
        for token in (4, -1, 1.0, "a"):
            with pytest.raises(ValueError, match=r"^bias's tokens must be a whole number from 0 to 3, got "):
                logit_bias(SKETCH, {token: 1.0})
        with pytest.raises(ValueError, match=r"^bias must leave a token in each row, got a row of none$"):
            logit_bias([1.0, -INF], {0: -INF})
        with pytest.raises(ValueError, match=r"^allowed must leave a token in each row, got a row of none$"):
            mask([[1.0, 2.0], [1.0, -INF]], [False, True])
        with pytest.raises(ValueError, match=r"^allowed must be True or False for each token, got int64$"):
            mask(SKETCH, [1, 0, 0, 1])
        with pytest.raises(ValueError, match=r"^allowed must broadcast to logits of shape \(4,\), got \(3,\)$"):
            mask(SKETCH, [True] * 3)


# What commutes with what, on all distributions in twentieths of two to six tokens.
