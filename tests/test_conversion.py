"""Conversion of settings: what is said to be exact is, on any logits; and what is not has a counter-example."""

import dataclasses
import itertools
import math
import re

import exactly
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tempcourse.contexts import load_contexts
from tempcourse.conversion import COMMUTE, convert, fitting_top_p, total_variation
from tempcourse.decoding import FILTERS, LLAMA_CPP, OFF, TEXTGEN, TRANSFORMERS, VLLM, temper, top_k
from tempcourse.softmax import softmax

INF = math.inf
ENGINES = [TRANSFORMERS, VLLM, LLAMA_CPP]
#: Engines that there are, and orders that there may be.
ORDERS = [
    *ENGINES,
    dataclasses.replace(LLAMA_CPP, name="τ in the middle", order=("min_p", "typical_p", "temper", "top_p", "top_k")),
    dataclasses.replace(TRANSFORMERS, name="no top-k", order=("temper", "min_p", "top_p"), greedy=True),
]
PAIRS = list(itertools.product(ORDERS, ORDERS))
#: As one sets them, and at the edges.
TEMPERATURES = [0.0, 0.005, 0.7, 1.0, 2.5, INF]
FEW = {"top_k": [None, 1, 2, 5], "top_p": [None, 0.3, 0.9], "min_p": [None, 1.0, 0.1], "typical_p": [None, 0.6]}
GRID = [
    dict(zip(("temperature", *FEW), values, strict=True)) for values in itertools.product(TEMPERATURES, *FEW.values())
]


def known(given_settings, engine):
    """Return the settings without those of filters that an engine lacks."""
    return {name: value for name, value in given_settings.items() if name == "temperature" or name in engine.order}


def takes(engine, temperature):
    return temperature <= engine.hottest and (temperature > 0 or engine.greedy)


def distance(logits, given_settings, source, target):
    """Return how far the target is from the source with converted settings."""
    conversion = convert(given_settings, source, target)
    return total_variation(softmax(source(**given_settings)(logits)), softmax(target(**conversion.settings)(logits)))


# What is exact


@pytest.mark.parametrize(("source", "target"), PAIRS, ids=lambda engine: engine.name)
def test_an_exact_conversion_gives_the_same_distribution(source, target):
    rows = np.random.default_rng(1).normal(0, 2, (2, 9))
    exact = 0
    for each in GRID:
        if not takes(source, each["temperature"]):
            continue
        each = known(each, source)
        found = convert(each, source, target)
        if found.exact and not (found.ties and each["temperature"] == INF):  # there all tie
            exact += 1
            assert max(distance(row, each, source, target) for row in rows) < 1e-12, each
    assert exact > 30


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    pair=st.sampled_from(PAIRS),
    temperature=st.one_of(st.floats(0.05, 2.0), st.sampled_from([0.0, 1.0])),
    k=st.one_of(st.none(), st.integers(1, 12)),
    m=st.one_of(st.none(), st.floats(0.001, 1)),
    p=st.one_of(st.none(), st.none(), st.floats(0.05, 1)),
    typical=st.one_of(st.none(), st.none(), st.floats(0.05, 1)),
    seed=st.integers(0, 10_000),
    n=st.integers(1, 30),
)
def test_an_exact_conversion_is_exact_for_any_logits(pair, temperature, k, m, p, typical, seed, n):
    source, target = pair
    every = {"temperature": temperature, "top_k": k, "top_p": p, "min_p": m, "typical_p": typical}
    given_settings = known(every, source)
    if not takes(source, temperature):
        return
    logits = np.random.default_rng(seed).normal(0, 3, n)
    if convert(given_settings, source, target).exact:
        assert distance(logits, given_settings, source, target) < 1e-12


def test_top_n_sigma_is_converted_exactly_between_those_that_have_it():
    rows = np.random.default_rng(4).normal(0, 2, (4, 9))
    for tau, sigmas, k in itertools.product((0.7, 1.0, 1.9), (0.5, 1.0, 2.0), (None, 3)):
        given_settings = {"temperature": tau, "top_n_sigma": sigmas, "top_k": k}
        found = convert(given_settings, LLAMA_CPP, TEXTGEN)
        assert found.exact and found.settings["top_n_sigma"] == sigmas
        assert max(distance(row, given_settings, LLAMA_CPP, TEXTGEN) for row in rows) < 1e-12
    assert convert({"top_n_sigma": 1.0}, LLAMA_CPP, VLLM).lost == ("top_n_sigma",)


@pytest.mark.parametrize(
    "more",
    [
        {"presence_penalty": 1.5, "text": [0]},
        {"logit_bias": {0: -100}},
        {"xtc": (0.1, 0.5)},
        {"dynamic_temperature": 0.2},
        {"repetition_penalty": 1.3, "text": [0]},
    ],
)
def test_what_reads_more_than_the_logits_is_refused(more):
    words = r"^settings must be without dry_penalty, dynamic_temperature, .*, xtc, got "
    with pytest.raises(ValueError, match=words):
        convert({"temperature": 0, **more}, LLAMA_CPP, VLLM)
    assert convert({"presence_penalty": 0, "xtc": None, "dynamic_temperature": 0}, LLAMA_CPP, VLLM).exact


def test_behind_a_temperature_of_0_a_filter_is_lost():
    turned = dataclasses.replace(LLAMA_CPP, order=("typical_p", "temper", "min_p"))
    found = convert({"temperature": 0, "typical_p": 0.5, "min_p": 0.1}, LLAMA_CPP, turned)
    assert found.lost == ("min_p",) and found.settings == {"temperature": 0.0, "typical_p": 0.5}


@pytest.mark.parametrize("engine", ORDERS, ids=lambda engine: engine.name)
def test_an_engine_converts_to_itself(engine):
    rows = np.random.default_rng(2).normal(0, 2, (2, 9))
    for each in GRID:
        if takes(engine, each["temperature"]):
            each = known(each, engine)
            assert convert(each, engine, engine).exact
            assert max(distance(row, each, engine, engine) for row in rows) < 1e-12, each


def test_min_p_before_the_temperature_is_a_power_of_it_after():
    found = convert({"temperature": 0.7, "top_k": 40, "min_p": 0.05}, LLAMA_CPP, TRANSFORMERS)
    assert found.settings == {"temperature": 0.7, "top_k": 40, "min_p": pytest.approx(0.05 ** (1 / 0.7))}
    assert found.exact and all(found.exactly.values())
    back = convert(found.settings, TRANSFORMERS, LLAMA_CPP)
    assert back.settings == {"temperature": 0.7, "top_k": 40, "min_p": pytest.approx(0.05)}
    assert convert({"temperature": 0.7, "min_p": 0.05}, TRANSFORMERS, VLLM).settings["min_p"] == 0.05


def test_top_k_differs_where_tokens_tie_and_that_is_said():
    tied = [2.0, 1.0, 1.0, 0.0]
    found = convert({"top_k": 2}, VLLM, LLAMA_CPP)
    assert found.exact and found.ties and distance(tied, {"top_k": 2}, VLLM, LLAMA_CPP) > 0.1
    assert not convert({"top_k": 2}, VLLM, TRANSFORMERS).ties and not convert({"min_p": 0.1}, VLLM, LLAMA_CPP).ties


# What is not


def test_the_pairs_that_commute_are_those_and_no_others(capsys):
    """Two filters, and a temperature with min-p converted, in both orders, on all distributions in twentieths."""
    some = {"temper": [0.5, 2.0], "top_k": [2, 3], "top_p": [0.4, 0.7], "min_p": [0.1, 0.4], "typical_p": [0.3, 0.6]}
    shares = [np.array(each, float) for each in exactly.DISTRIBUTIONS if len(set(each)) == len(each) > 1]
    for one, other in itertools.combinations(some, 2):
        example = next((each for each in _orders(one, other, some) if _differ(*each, shares) is not None), None)
        if {one, other} in COMMUTE:
            assert example is None
        else:
            twentieths = (20 * _differ(*example, shares)).round().astype(int).tolist()
            print(f"{one} and {other} do not commute: {example} on {twentieths}")
    assert capsys.readouterr().out.count("do not commute") == 7


def _orders(one, other, some):
    """Yield the steps in one order and in the other."""
    for a, b in itertools.product(some[one], some[other]):
        moved = b ** (1 / a) if (one, other) == ("temper", "min_p") else b
        yield [(one, a), (other, moved)], [(other, b), (one, a)]


def _differ(first, second, shares):
    """Return a distribution on which two orders differ, or None."""

    def run(steps, z):
        for name, setting in steps:
            z = FILTERS[name](z, setting)
        return softmax(z)

    found = (p for p in shares if total_variation(run(first, np.log(p)), run(second, np.log(p))) > 1e-9)
    return next(found, None)


@pytest.mark.parametrize(
    ("given_settings", "source", "target", "swapped"),
    [
        ({"temperature": 0.7, "top_p": 0.9}, VLLM, LLAMA_CPP, {("temper", "top_p")}),
        ({"temperature": 1.5, "top_p": 0.9}, LLAMA_CPP, TRANSFORMERS, {("top_p", "temper")}),
        ({"temperature": 0.7, "typical_p": 0.9}, TRANSFORMERS, LLAMA_CPP, {("temper", "typical_p")}),
        ({"top_p": 0.9, "min_p": 0.1}, VLLM, TRANSFORMERS, {("min_p", "top_p")}),
        ({"top_p": 0.9, "typical_p": 0.9}, TRANSFORMERS, LLAMA_CPP, {("top_p", "typical_p")}),
        (LLAMA_CPP.defaults, LLAMA_CPP, VLLM, {("top_p", "min_p"), ("top_p", "temper")}),
    ],
)
def test_what_is_swapped_differs_in_a_recorded_context(given_settings, source, target, swapped):
    found = convert(given_settings, source, target)
    assert set(found.swapped) == swapped and not found.lost and not found.exact
    inexact = set().union(*swapped) - {"temper"}
    assert found.exactly == {name: name not in inexact for name in found.settings}
    worst = max(distance(context.logits, given_settings, source, target) for context in load_contexts().values())
    assert worst > 0.01


def test_no_top_p_fits_two_contexts_at_once():
    """At τ = 0.7 what fits one context is above all that fits another."""
    given_settings = {"temperature": 0.7, "top_p": 0.9}
    ranges = [fitting_top_p(each.logits, given_settings, VLLM, LLAMA_CPP) for each in load_contexts().values()]
    assert max(low for low, _ in ranges) > min(high for _, high in ranges)


@pytest.mark.parametrize(
    ("given_settings", "source", "target", "settings_", "lost"),
    [
        ({"temperature": 0.7, "typical_p": 0.9}, LLAMA_CPP, VLLM, {"temperature": 0.7}, ("typical_p",)),
        ({"temperature": 3, "min_p": 0.1}, TRANSFORMERS, VLLM, {"temperature": 2, "min_p": 0.1**1.5}, ("temperature",)),
        ({"temperature": 0.001}, LLAMA_CPP, VLLM, {"temperature": 0.01}, ("temperature",)),
        ({"temperature": 0, "typical_p": 0.5}, LLAMA_CPP, VLLM, {"temperature": 0}, ("typical_p",)),
        ({"temperature": 0, "typical_p": 0.5}, LLAMA_CPP, TRANSFORMERS, {"top_k": 1}, ("typical_p",)),
    ],
)
def test_what_the_target_cannot_take_is_lost_and_said(given_settings, source, target, settings_, lost):
    found = convert(given_settings, source, target)
    assert found.settings == pytest.approx(settings_) and found.lost == lost and not found.exact
    target(**found.settings)


# The limits


@pytest.mark.parametrize(
    "given_settings",
    [
        {"temperature": 0.7, "top_k": 1, "top_p": 0.9},
        {"temperature": 1.5, "min_p": 1.0, "top_p": 0.5},
        {"temperature": 1.5, "top_k": 5, "top_p": 0.2},
        {"temperature": 0.0},
    ],
)
def test_settings_that_leave_one_token_are_greedy(given_settings):
    for source, target in itertools.product(ENGINES, ENGINES):
        if takes(source, given_settings["temperature"]):
            found = convert(given_settings, source, target)
            assert found.exact and found.settings == ({"temperature": 0} if target.greedy else {"top_k": 1})
    assert convert({"temperature": 1.5, "top_k": 5, "top_p": 0.21}, VLLM, LLAMA_CPP).swapped


def test_behind_an_infinite_temperature_min_p_does_nothing_and_before_it_no_setting_does_the_same():
    behind = convert({"temperature": INF, "min_p": 0.3, "top_k": 9}, TRANSFORMERS, LLAMA_CPP)
    assert behind.settings == {"temperature": INF} and behind.exact
    given_settings = {"temperature": INF, "min_p": 0.3}
    assert convert(given_settings, LLAMA_CPP, TRANSFORMERS).swapped == (("min_p", "temper"),)
    assert distance([2.0, 1.0, -3.0], given_settings, LLAMA_CPP, TRANSFORMERS) == pytest.approx(1 / 3)


def test_a_min_p_too_small_for_a_float_is_off():
    found = convert({"temperature": 0.01, "min_p": 1e-5}, LLAMA_CPP, VLLM)
    assert found.settings == {"temperature": 0.01} and found.exact


def test_the_engines_words_for_off_are_off():
    for name in set(LLAMA_CPP.order) - {"temper", "mask", "logit_bias", "xtc"}:
        for word in OFF.get(name, (0,)):
            assert convert({"temperature": 0.7, name: word}, LLAMA_CPP, LLAMA_CPP).settings == {"temperature": 0.7}


# The top-p that fits


@pytest.mark.parametrize("target", ENGINES, ids=lambda engine: engine.name)
@pytest.mark.parametrize("source", ENGINES, ids=lambda engine: engine.name)
def test_every_top_p_of_the_range_gives_the_distribution_and_none_beside_it(source, target):
    tried = 0
    for seed, tau, k, m in itertools.product(range(4), [0.6, 1.0, 1.8], [None, 7], [None, 0.05]):
        logits = np.random.default_rng(seed).normal(0, 2, 15)
        given_settings = {"temperature": tau, "top_k": k, "top_p": 0.8, "min_p": m}
        low, high = fitting_top_p(logits, given_settings, source, target)
        base = convert(given_settings, source, target).settings
        there = softmax(source(**given_settings)(logits))

        def off_by(p, base=base, there=there, logits=logits):
            return total_variation(there, softmax(target(**{**base, "top_p": p})(logits)))

        assert max(off_by(low + 1e-6), off_by((low + high) / 2), off_by(high)) < 1e-12
        for p in (low - 1e-6, high + 1e-6):
            if 0 < p < 1:
                tried += 1
                assert off_by(p) > 1e-6
    assert tried > 20


def test_where_no_top_p_can_fit_there_is_none():
    z = [2.0, 1.0, 1.0, 0.0]
    assert fitting_top_p(z, {"temperature": 0.7}, VLLM, LLAMA_CPP) is None
    assert fitting_top_p(z, {"temperature": 0.7, "top_p": 0.9, "typical_p": 0.5}, TRANSFORMERS, LLAMA_CPP) is None
    assert fitting_top_p(z, {"temperature": 3.0, "top_p": 0.9}, TRANSFORMERS, VLLM) is None
    assert fitting_top_p(z, {"temperature": 0.7, "top_k": 2, "top_p": 0.99}, VLLM, LLAMA_CPP) is None  # a tie
    assert fitting_top_p([1.0], {"temperature": 0.7, "top_p": 0.9}, VLLM, LLAMA_CPP) == (0.0, 1.0)


# Total variation


def test_total_variation_is_the_largest_difference_of_any_event():
    rng = np.random.default_rng(3)
    p, q = softmax(rng.normal(0, 2, (2, 8)))
    events = np.array(list(itertools.product([0, 1], repeat=8)))
    assert total_variation(p, q) == pytest.approx(abs(events @ (p - q)).max(), rel=1e-12)
    assert total_variation([[1.0, 0.0], [0.5, 0.5]], [1.0, 0.0]).tolist() == [0.0, 0.5]
    assert total_variation([1, 0], [0, 1]) == 1


def test_of_two_cuts_of_one_distribution_it_is_what_the_larger_has_alone():
    z = np.random.default_rng(4).normal(0, 2, 20)
    small, large = softmax(top_k(temper(z, 0.7), 5)), softmax(top_k(temper(z, 0.7), 9))
    assert total_variation(small, large) == pytest.approx(1 - large[small > 0].sum(), rel=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: convert({}, "vLLM", VLLM), TypeError, "source must be an engine, got 'vLLM'"),
        (lambda: convert({}, VLLM, None), TypeError, "target must be an engine, got None"),
        (lambda: convert([1], VLLM, VLLM), TypeError, "settings must be a dict from names, got [1]"),
        (lambda: convert({"temperature": 0}, TRANSFORMERS, VLLM), ValueError, "temperature must be above 0 in transf"),
        (lambda: convert({"typical_p": 0.9}, VLLM, LLAMA_CPP), ValueError, "typical_p must be None: vLLM has no such"),
        (lambda: fitting_top_p([[1.0]], {}, VLLM, VLLM), ValueError, "logits must be one row, got shape (1, 1)"),
        (lambda: total_variation([0.5, 0.5], [1.0]), ValueError, "q must be as long as p along the axis, 2, got 1"),
        (lambda: total_variation([0.5, 0.4], [1, 0]), ValueError, "p must sum to 1 along the axis"),
    ],
)
def test_wrong_arguments_are_named(call, error, words):
    with pytest.raises(error, match=re.escape(words)):
        call()
