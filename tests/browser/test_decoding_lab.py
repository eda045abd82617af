"""Decoding: the filters of maths.js against tempcourse.decoding, and what the explorable shows of them."""

import itertools
import math

import numpy as np
import pytest
from conftest import in_browser
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tempcourse import decoding
from tempcourse.decoding import LLAMA_CPP, TRANSFORMERS, VLLM
from tempcourse.softmax import entropy, softmax

INF = math.inf
ENGINES = [TRANSFORMERS, VLLM, LLAMA_CPP]
NAMES = {"top_k": "topK", "top_p": "topP", "min_p": "minP", "typical_p": "typicalP"}

# The mathematics

thorough = settings(max_examples=40, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
FINITE = st.floats(-8, 8)
ROWS = st.one_of(
    st.lists(FINITE, min_size=1, max_size=12),
    st.lists(st.sampled_from([-2.0, 0.0, 1.0]), min_size=1, max_size=12),  # ties
    st.lists(st.one_of(FINITE, st.just(-INF)), min_size=1, max_size=12),  # masks
    st.lists(st.floats(-1e308, 1e308), min_size=1, max_size=8),
    st.lists(st.sampled_from([INF, 1.0, -1e308, 5e-324, -INF]), min_size=1, max_size=8),
).filter(lambda row: max(row) > -INF)
SHARES = st.one_of(st.floats(0.01, 1), st.just(1.0))


def on_the_edge(name, row, p):
    """Tell whether rounding decides what is kept: a sum of probabilities that is p, or two equal distances."""
    probabilities = softmax(row)
    if name == "min_p":
        below = decoding.temper(row, 1.0)
        return (abs(below[below < 0] - math.log(p)) < 1e-12).any()
    if name == "top_p":
        order = np.argsort(-np.array(row), kind="stable")
    else:
        with np.errstate(invalid="ignore"):
            distance = abs(decoding.log_softmax(row) + entropy(probabilities))
        order = np.argsort(distance, kind="stable")
        with np.errstate(invalid="ignore"):
            near = np.abs(np.diff(distance[order])) < 1e-12
        equal = np.array(row)[order][1:] == np.array(row)[order][:-1]
        if (near & ~equal).any():
            return True
    return (abs(np.cumsum(probabilities[order]) - p) < 1e-12).any() and p < 1


@pytest.mark.parametrize("name", NAMES)
@thorough
@given(rows=st.lists(ROWS, min_size=10, max_size=30), setting=SHARES, k=st.integers(1, 14))
def test_a_filter_agrees_with_python(mathematics, name, rows, setting, k):
    setting = k if name == "top_k" else setting
    if name != "top_k":
        rows = [row for row in rows if not on_the_edge(name, row, setting)]
        assert rows
    ours = [getattr(decoding, name)(row, setting).tolist() for row in rows]
    assert in_browser(mathematics, NAMES[name], [(row, setting) for row in rows]) == ours


@thorough
@given(rows=st.lists(ROWS, min_size=10, max_size=30), temperature=st.sampled_from([0.0, 0.3, 1.0, 1.7, INF]))
def test_temper_agrees_with_python(mathematics, rows, temperature):
    for row, theirs in zip(rows, in_browser(mathematics, "temper", [(row, temperature) for row in rows]), strict=True):
        assert theirs == pytest.approx(decoding.temper(row, temperature).tolist(), rel=1e-15, abs=0), row


@pytest.mark.parametrize("name", NAMES)
def test_a_filter_refuses_what_python_refuses(mathematics, name):
    bad = [0, 1.5, math.nan] if name == "top_k" else [0.0, 1.1, math.nan]
    words = "k must be a whole number of at least 1" if name == "top_k" else "p must be above 0 and at most 1"
    calls = [([1.0, 2.0], setting, words) for setting in bad]
    for row, setting, message in [*calls, ([-INF, -INF], 1, "logits must"), ([math.nan], 1, "logits must not")]:
        with pytest.raises(ValueError, match=message):
            getattr(decoding, name)(row, setting)
        with pytest.raises(Exception, match=message):
            in_browser(mathematics, NAMES[name], [(row, setting)])


CHAIN = """([engine, settings, logits]) => {
  const numbers = (all) => all.map(Number);
  const steps = source.chain(engine, { ...settings, temperature: Number(settings.temperature) });
  const after = source.afterEach(steps, numbers(logits));
  return [steps.map(([name]) => name), source.softmax(after.at(-1) ?? numbers(logits), 1)];
}"""


def words(value):
    return str(value).replace("inf", "Infinity")


def sent(engine):
    return {"name": engine.name, "order": list(engine.order), "greedy_below": engine.greedy_below}


def in_the_browser(page, engine, settings, logits):
    settings = {**settings, "temperature": words(settings["temperature"])}
    return page.evaluate(CHAIN, [sent(engine), settings, [words(z) for z in logits]])


def python(engine, settings, logits):
    if "typical_p" not in engine.order:
        settings = {**settings, "typical_p": None}
    steps = engine(**settings)
    return [each[0].__name__ for each in steps.filters], softmax(steps(logits))


TEMPERATURES, KS, PS = [0.0, 0.3, 1.0, 1.7, INF], [None, 3, 40], [None, 0.31, 0.9]
GRID = [
    dict(zip(("temperature", "top_k", "top_p", "min_p", "typical_p"), values, strict=True))
    for values in itertools.product(TEMPERATURES, KS, PS, PS, PS)
]
ROWS_OF_LOGITS = {
    "random": np.random.default_rng(1).normal(0, 2, 60).tolist(),
    "tied": [1.0, 0.0, 0.0, 0.0, -1.0, -1.0, 1.0, 0.0],
    "masked": [-INF, 1.5, 0.2, -INF, -0.7, 2.9],
    "extreme": [1e308, 1e4, -1e308, 9999.0, 1e308, 0.0],
}


@pytest.mark.parametrize("kind", ROWS_OF_LOGITS)
@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_the_chain_of_an_engine_is_pythons(mathematics, engine, kind):
    logits = ROWS_OF_LOGITS[kind]
    for settings_ in GRID:
        if engine is TRANSFORMERS and settings_["temperature"] == 0:
            continue
        names, theirs = in_the_browser(mathematics, engine, settings_, logits)
        steps, ours = python(engine, settings_, logits)
        assert names == steps, settings_
        assert theirs == pytest.approx(ours.tolist(), rel=1e-12, abs=0), settings_


def test_zero_is_an_error_in_one_engine_and_greedy_in_the_others(mathematics):
    off = dict.fromkeys(["top_k", "top_p", "min_p", "typical_p"])
    with pytest.raises(Exception, match="temperature must be above 0 in transformers, got 0"):
        in_the_browser(mathematics, TRANSFORMERS, {"temperature": 0.0, **off}, [1.0, 2.0])
    for engine, temperature in ((VLLM, 0.0), (VLLM, 9e-6), (LLAMA_CPP, 0.0)):
        found = in_the_browser(mathematics, engine, {"temperature": temperature, **off}, [1.0, 2.0, 1.9999])
        assert found == [["temper"], [0, 1, 0]]
