"""Which steps of a chain commute: every pair, on all distributions in twentieths of two to six tokens."""

import itertools
import json
import math
from functools import partial
from pathlib import Path

import exactly
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from logit_rows import INF, kept, plain_rows, round_rows, shares

from tempcourse import decoding, penalties
from tempcourse.decoding import chain, min_p, temper, top_k, top_p, typical_p
from tempcourse.softmax import softmax

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
SKETCH = np.array([2.0, 1.0, 0.5, 0.1])
ALWAYS = {"probability": 1, "rng": np.random.default_rng(0)}


def without(z, token):
    """Mask one token, and leave rows without any as they come."""
    return np.where(np.arange(z.shape[-1]) == token, -INF, z)


def families():
    """Return, by name, a function of logits for each of a few settings."""
    seen = {"text": [1, 1]}
    one = {
        "temper": (temper, [0.5, 2, 5]),
        "top_k": (top_k, [1, 2, 3]),
        "top_p": (top_p, [0.4, 0.6, 0.75]),
        "min_p": (min_p, [0.2, 0.4, 0.8]),
        "typical_p": (typical_p, [0.3, 0.5, 0.7]),
        "top_n_sigma": (decoding.top_n_sigma, [0.5, 1, 1.5, 2.2]),
        "epsilon": (decoding.epsilon_cutoff, [0.1, 0.2, 0.35]),
        "eta": (decoding.eta_cutoff, [0.1, 0.3, 0.6]),
        "tail_free": (decoding.tail_free, [0.3, 0.6, 0.9]),
        "xtc": (partial(decoding.xtc, **ALWAYS), [0.1, 0.2, 0.35]),
        "dynamic": (decoding.dynamic_temperature, [(0.5, 2), (1, 4)]),
        "repetition": (partial(penalties.repetition_penalty, **seen), [1.5, 2]),
        "presence": (partial(penalties.presence_penalty, **seen), [0.5, 2]),
        "frequency": (partial(penalties.frequency_penalty, **seen), [0.5, 1]),
        "dry": (partial(penalties.dry_penalty, text=[0, 1, 0, 0, 1, 0], allowed=1), [0.5, 2]),
        "bias": (penalties.logit_bias, [{0: -1.0}, {1: 2.0}]),
        "mask": (without, [0, 1]),
    }
    return {name: [(setting, f) for setting in settings_] for name, (f, settings_) in one.items()}


FAMILIES = families()
NAMES = list(FAMILIES)
ADDITIVE = ["presence", "frequency", "dry", "bias", "mask"]
SAME = {
    *itertools.product(["temper"], ["temper", "top_k", "top_n_sigma", "mask"]),
    ("top_k", "top_k"),
    ("top_k", "min_p"),
    ("min_p", "min_p"),
    ("repetition", "repetition"),
    ("repetition", "mask"),
    *itertools.combinations_with_replacement(ADDITIVE, 2),
}
#: The same tokens in both orders, of other probabilities.
SAME_TOKENS = {("top_k", "dynamic"), ("top_n_sigma", "dynamic")}
SAME_TOKENS |= {pair for pair in itertools.combinations(["temper", "dynamic", "repetition", *ADDITIVE], 2)} - SAME
SAME_TOKENS |= {("dynamic", "dynamic")}
ROWS = [
    np.log(np.array([p for p in exactly.DISTRIBUTIONS if len(p) == n], float) * exactly.PARTS) for n in range(2, 7)
]  # logits of at least 0, as the repetition penalty wants them


# How chapter 5 writes them.
PAGE = {"τ": "temper", "dynamic τ": "dynamic", "DRY": "dry", "ε": "epsilon", "η": "eta", "XTC": "xtc"}
PAGE |= {"top-nσ": "top_n_sigma", "typical": "typical_p", "tail-free": "tail_free"}
PAGE |= {name.replace("_", "-"): name for name in NAMES if name not in PAGE.values()}


def at(function, setting, z):
    return function(z, setting)


def applied(first, then, z):
    """Return what two functions make of rows, nan where the first leaves nothing to the second."""
    z = first(z)
    alive = (z > -INF).any(axis=-1)
    result = np.full(z.shape, np.nan)
    result[alive] = then(z[alive])
    result[~(result > -INF).any(axis=-1)] = np.nan
    return result


def difference(one, other):
    """Return the first counterexample in tokens and the first in probabilities alone, None where there is none."""
    tokens = probabilities = None
    for (a, f), (b, g) in itertools.product(FAMILIES[one], FAMILIES[other]):
        first, then = partial(at, f, a), partial(at, g, b)
        for z in ROWS:
            x, y = applied(first, then, z), applied(then, first, z)
            for i in np.flatnonzero(((x > -INF) != (y > -INF)).any(axis=-1))[:1]:
                shares_ = np.exp(z[i]).round().astype(int).tolist()
                tokens = tokens or (a, b, shares_, kept(x[i]), kept(y[i]))
            left = ~np.isnan(x).any(axis=-1) & ~np.isnan(y).any(axis=-1)
            p, q = softmax(x[left]), softmax(y[left])
            for i in np.flatnonzero(abs(p - q).max(axis=-1) > 1e-9)[:1]:
                shares_ = np.exp(z[left][i]).round().astype(int).tolist()
                probabilities = probabilities or (a, b, shares_, p[i].round(3).tolist(), q[i].round(3).tolist())
    return tokens, probabilities


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations_with_replacement(NAMES, 2)))
def test_which_commute(one, other):
    tokens, probabilities = difference(one, other)
    if tokens or probabilities:
        a, b, shares_, first, last = tokens or probabilities
        print(f"\n{one}({a}) and {other}({b}) of {shares_}/20: {first} one way, {last} the other")
    if (one, other) in SAME:
        assert tokens is None and probabilities is None
    elif (one, other) in SAME_TOKENS:
        assert tokens is None and probabilities is not None
    else:
        assert tokens is not None


@pytest.mark.parametrize("name", NAMES)
def test_which_may_be_applied_twice(name):
    once_is_enough = name in {"top_k", "min_p", "epsilon", "mask"}
    changes = [
        (a, np.exp(z[i]).round().astype(int).tolist(), kept(x), kept(y))
        for a, f in FAMILIES[name]
        for z in ROWS
        for i, (x, y) in enumerate(zip(f(z, a), applied(partial(at, f, a), partial(at, f, a), z), strict=True))
        if not np.isnan(y).any() and (kept(x) != kept(y) or abs(softmax(x) - softmax(y)).max() > 1e-9)
    ]
    if changes:
        print(f"\n{name}({changes[0][0]}) of {changes[0][1]}/20: {changes[0][2]} once, {changes[0][3]} twice")
    assert (not changes) == once_is_enough


@given(plain_rows, st.integers(1, 6), shares)
def test_min_p_and_top_k_commute(z, k, p):
    np.testing.assert_array_equal(top_k(min_p(z, p), k), min_p(top_k(z, k), p))


@given(round_rows, st.sampled_from([0.3, 0.7, 1.5, 4]), shares)
def test_min_p_after_a_temperature_is_another_before_it(z, tau, m):
    assume(abs((z - z.max()) / tau - math.log(m)).min() > 1e-9)
    assert kept(min_p(temper(z, tau), m)) == kept(min_p(z, max(m**tau, 5e-324)))


def test_they_can_be_links_of_a_chain():
    def favourites_spared(logits, threshold):
        return decoding.xtc(logits, threshold, probability=1, rng=np.random.default_rng(0))

    steps = chain(
        (partial(penalties.repetition_penalty, text=[0]), 1.3),
        (decoding.top_n_sigma, 2),
        (favourites_spared, 0.1),
        (temper, 0.8),
    )
    assert repr(steps) == "repetition_penalty(1.3) → top_n_sigma(2) → favourites_spared(0.1) → temper(0.8)"
    assert kept(steps(SKETCH)) == [2]


def test_the_table_of_the_chapter_says_the_same():
    """Its marks: = and × as here, t for the same tokens with other probabilities, c where the setting is converted."""
    cells = json.loads((NOTEBOOKS / "05_decoding.ipynb").read_text(encoding="utf8"))["cells"]
    source = next("".join(cell["source"]) for cell in cells if "The whole table" in "".join(cell["source"]))
    lines = [line.strip("| ").split(" | ") for line in source.splitlines() if line.startswith("| ")]
    groups = [[PAGE[word] for word in heading.split(", ")] for heading in lines[0][1:]]
    seen = set()
    for heading, *marks in lines[1:]:
        for mark, group in zip(marks, groups, strict=True):
            names = [PAGE[word] for word in heading.strip("*").split(", ")]
            for pair in itertools.product(names, group):
                pair = tuple(sorted(pair, key=NAMES.index))
                seen.add(pair)
                found = "=" if pair in SAME else "t" if pair in SAME_TOKENS else "×"
                converted = mark == "c" and "temper" in pair and found != "="
                assert mark == found or converted, (pair, mark, found)
    last = [PAGE[word] for word in lines[0][-1].split(", ")]
    assert not {pair for pair in itertools.combinations_with_replacement(last, 2)} & (SAME | SAME_TOKENS)
    assert seen | set(itertools.combinations_with_replacement(last, 2)) == set(
        itertools.combinations_with_replacement(NAMES, 2)
    )
