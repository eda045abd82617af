"""The mathematics in JavaScript is held against Python, on the same bits, in a real browser."""

import math
import sys
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from pages import in_browser

from tempcourse import decoding, many_samples
from tempcourse import softmax as python
from tempcourse.plots import temperature_colour
from tempcourse.words import number, percent

INF = math.inf
NORMAL = sys.float_info.min  # below it a number has fewer digits: subnormal


@pytest.fixture(scope="module")
def page(mathematics):
    return mathematics


def differ(ours, theirs, absolute=0.0):
    """Say whether two numbers differ by more than 1e-12 relative and an absolute allowance."""
    if ours == theirs:  # infinities and exact zeros too
        return False
    if not (math.isfinite(ours) and math.isfinite(theirs)):
        return True
    return abs(ours - theirs) > max(1e-12 * abs(theirs), absolute)


LOGITS = st.one_of(
    st.floats(-30, 30),
    st.floats(allow_nan=False),  # every size there is, subnormal to 1e308, and both infinities
    st.sampled_from([0.0, -0.0, 1.0, 1e4, 1e8 + 1, -INF, INF, 1e308, -1e308, 5e-324]),
)
ROWS = st.lists(LOGITS, min_size=1, max_size=6).filter(lambda row: max(row) > -INF)
TEMPERATURES = st.one_of(
    st.sampled_from([0.0, INF, 1.0, 0.01, 100.0, 5e-324, 1e-310, 1e308]),
    st.floats(-3, 3).map(lambda power: 10**power),
    st.floats(0, allow_nan=False),
)
# Many rows an example, since a call to the browser costs more than the mathematics.
BATCHES = st.lists(st.tuples(ROWS, TEMPERATURES), min_size=10, max_size=30)
thorough = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # shrinking a failure through the browser would take minutes, and rows are short
)


@thorough
@given(calls=BATCHES)
def test_softmax_agrees_with_python(page, calls):
    for (row, temperature), theirs in zip(calls, in_browser(page, "softmax", calls), strict=True):
        ours = python.softmax(row, temperature).tolist()
        worst = [(p, q) for p, q in zip(ours, theirs, strict=True) if differ(q, p, absolute=NORMAL)]
        assert not worst, (row, temperature, worst)


@thorough
@given(calls=BATCHES)
def test_log_sum_exp_agrees_with_python(page, calls):
    for (row, temperature), theirs in zip(calls, in_browser(page, "logSumExp", calls), strict=True):
        ours = float(python.logsumexp(row, temperature))
        # The maximum and τ·log n may cancel: 1e-12·max(1, |z|/τ) of the sum in units of τ.
        scale = max(abs(max(row)), temperature)
        absolute = max(1e-12 * scale, NORMAL) if math.isfinite(scale) else NORMAL
        assert not differ(theirs, ours, absolute), (row, temperature, ours, theirs)


def distribution(weights):
    weights = np.array(weights)
    return (weights / weights.sum()).tolist()


WEIGHTS = st.one_of(st.just(0.0), st.floats(-40, 0).map(lambda power: 10**power))
DISTRIBUTIONS = st.lists(WEIGHTS, min_size=1, max_size=8).filter(lambda row: sum(row) > 0).map(distribution)


@thorough
@given(calls=st.lists(st.tuples(DISTRIBUTIONS), min_size=10, max_size=30))
def test_entropy_and_effective_choices_agree_with_python(page, calls):
    for name, function in (("entropy", python.entropy), ("effectiveChoices", python.effective_choices)):
        for (row,), theirs in zip(calls, in_browser(page, name, calls), strict=True):
            assert not differ(theirs, float(function(row)), NORMAL), (name, row, theirs)


POWERS = st.floats(-18, 0).map(lambda power: 10**power)
CHANCES = st.one_of(st.sampled_from([0.0, 1.0, 1e-300, 1 - 2**-53]), st.floats(0, 1), POWERS)


@thorough
@given(calls=st.lists(st.tuples(CHANCES, st.integers(1, 1000).map(float)), min_size=10, max_size=30))
def test_pass_at_k_agrees_with_python(page, calls):
    for (p, k), theirs in zip(calls, in_browser(page, "passAtK", calls), strict=True):
        assert not differ(theirs, float(many_samples.pass_at_k(p, int(k))), NORMAL), (p, k, theirs)


def test_the_estimate_of_pass_at_k_is_the_fraction_of_subsets_and_pythons(page):
    calls = [(float(n), float(c), float(k)) for n in (1, 2, 7, 40) for c in range(n + 1) for k in range(1, n + 1)]
    calls += [(2000.0, 1.0, 1000.0), (2000.0, 1000.0, 1000.0), (200.0, 3.0, 1.0)]
    for (n, c, k), theirs in zip(calls, in_browser(page, "passAtKEstimate", calls), strict=True):
        n, c, k = int(n), int(c), int(k)
        exact = 1 - Fraction(math.comb(n - c, k), math.comb(n, k))
        assert theirs == pytest.approx(float(exact), rel=1e-12, abs=0), (n, c, k)
        assert not differ(theirs, float(many_samples.pass_at_k_estimate(n, c, k))), (n, c, k)


def distributions(size):
    return st.lists(WEIGHTS, min_size=size, max_size=size).filter(lambda row: sum(row) > 0).map(distribution)


PAIRS = st.integers(2, 8).flatmap(lambda size: st.tuples(distributions(size), distributions(size)))


@thorough
@given(calls=st.lists(PAIRS, min_size=10, max_size=30))
def test_acceptance_and_residual_agree_with_python(page, calls):
    for (p, q), theirs in zip(calls, in_browser(page, "acceptanceRate", calls), strict=True):
        assert not differ(theirs, float(many_samples.acceptance_rate(p, q)), NORMAL), (p, q, theirs)
    calls = [(p, q) for p, q in calls if np.maximum(np.subtract(p, q), 0).sum() > 0]
    for (p, q), theirs in zip(calls, in_browser(page, "residual", calls), strict=True):
        ours = many_samples.residual(p, q)
        assert not [pair for pair in zip(theirs, ours.tolist(), strict=True) if differ(*pair, NORMAL)], (p, q, theirs)


@thorough
@given(calls=st.lists(st.tuples(CHANCES, st.integers(0, 20).map(float)), min_size=10, max_size=30))
def test_expected_tokens_are_the_sum_of_the_powers_and_pythons(page, calls):
    for (rate, length), theirs in zip(calls, in_browser(page, "expectedTokens", calls), strict=True):
        powers = sum(Fraction(rate) ** i for i in range(int(length) + 1))
        assert theirs == pytest.approx(float(powers), rel=1e-12, abs=0), (rate, length)
        assert not differ(theirs, float(many_samples.expected_tokens(rate, int(length)))), (rate, length)


@pytest.mark.parametrize(
    ("row", "temperature", "expected"),
    [
        ([2.0, 1.0, 0.5, 0.1], 0.0, [1, 0, 0, 0]),
        ([2.0, 2.0, 0.5, 0.1], 0.0, [0.5, 0.5, 0, 0]),
        ([2.0, 1.0, 0.5, 0.1], INF, [0.25, 0.25, 0.25, 0.25]),
        ([2.0, -INF, 0.5, 0.1], INF, [1 / 3, 0, 1 / 3, 1 / 3]),
        ([INF, 1.0, INF, -INF], 1.0, [0.5, 0, 0.5, 0]),
        ([INF, 1.0, INF, -INF], INF, [0.5, 0, 0.5, 0]),
        ([1e308, -1e308], 1e-3, [1, 0]),
        ([2.0, 1.0], 5e-324, [1, 0]),
        ([1.0, 1.0], 5e-324, [0.5, 0.5]),
    ],
)
def test_limits_are_values(page, row, temperature, expected):
    assert in_browser(page, "softmax", [(row, temperature)]) == [expected]
    assert python.softmax(row, temperature).tolist() == expected


@pytest.mark.parametrize(
    ("row", "temperature", "expected"),
    [([1.0, 3.0, 2.0], 0.0, 3.0), ([1.0, 3.0], INF, INF), ([3.0], INF, 3.0), ([3.0, -INF], INF, 3.0)],
)
def test_limits_of_the_soft_maximum(page, row, temperature, expected):
    assert in_browser(page, "logSumExp", [(row, temperature)]) == [expected]
    assert python.logsumexp(row, temperature) == expected


def test_a_gap_that_overflows_may_be_small_beside_a_hot_temperature(page):
    rows = [([1e308, -1e308], 1e308), ([1.5e308, -1.5e308], 3e307)]
    for (row, temperature), theirs in zip(rows, in_browser(page, "softmax", rows), strict=True):
        gap = row[0] / temperature - row[1] / temperature
        assert theirs == pytest.approx([1 / (1 + math.exp(-gap)), 1 / (1 + math.exp(gap))], rel=1e-12, abs=0)
        assert theirs == pytest.approx(python.softmax(row, temperature).tolist(), rel=1e-12, abs=0)


def test_what_the_others_add_is_not_rounded_away(page):
    (added,) = in_browser(page, "logSumExp", [([0.0, -40.0], 1.0)])
    assert added == pytest.approx(math.exp(-40), rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("row", "temperature", "words"),
    [
        ([1.0, math.nan], 1.0, "logits must not hold NaN"),
        ([-INF, -INF], 1.0, "logits must hold at least one that is not -Infinity"),
        ([], 1.0, "logits must hold at least one that is not -Infinity"),
        ([1.0, 2.0], -1.0, "temperature must be 0 or more, got -1"),
        ([1.0, 2.0], math.nan, "temperature must be 0 or more, got NaN"),
    ],
)
def test_what_python_refuses_the_browser_refuses(page, row, temperature, words):
    with pytest.raises(ValueError):
        python.softmax(row, temperature)
    for name in ("softmax", "logSumExp"):
        with pytest.raises(Exception, match=words):
            in_browser(page, name, [(row, temperature)])


def test_a_temperature_has_the_same_colour_in_both(page):
    temperatures = [0.0, 0.01, 0.3, 0.5, 0.999, 1.0, 1.001, 2.0, 10.0, 1e9, INF]
    ours = [temperature_colour(t) for t in temperatures]
    theirs = page.evaluate("(all) => all.map((t) => source.temperatureColour(t))", temperatures)
    for t, one, other in zip(temperatures, ours, theirs, strict=True):
        assert np.allclose(to_rgb(one), to_rgb(other), rtol=0, atol=1.01 / 255), (t, one, other)
    assert ours[0] == theirs[0] and ours[5] == theirs[5] and ours[-1] == theirs[-1]


@thorough
@given(values=st.lists(st.floats(allow_nan=False), min_size=30, max_size=60), digits=st.integers(1, 12))
def test_a_number_is_said_in_the_same_words(page, values, digits):
    values = [x for x in [*values, 0.0, -0.0, 1e-4, 99999.4, 999999.5, 1e6, 0.0005, 2.269] if not halfway(x, digits)]
    said = page.evaluate("([all, digits]) => all.map((x) => source.number(x, digits))", [values, digits])
    assert said == [number(x, digits) for x in values]


def halfway(x, digits):
    """Whether x lies exactly between two numbers of so many digits: Python rounds to the even one, JavaScript up."""
    exact = Decimal(x)
    return exact.is_finite() and abs(exact.scaleb(digits - 1 - exact.adjusted()) % 1) == Decimal("0.5")


def test_a_percentage_is_said_in_the_same_words(page):
    shares = [0.0, 5e-324, 0.0004999, 0.0005, 0.00051, 0.28, 0.5, 0.828162, 0.9994, 0.9995, 1 - 1e-16, 1.0]
    assert page.evaluate("(all) => all.map(source.percent)", shares) == [percent(p) for p in shares]


def test_the_browser_has_the_filters_that_python_has(page):
    assert set(page.evaluate("Object.keys(source.FILTERS)")) == set(decoding.FILTERS)
    assert set(page.evaluate("Object.keys(source.LINKS)")) == set(decoding.LINKS)
