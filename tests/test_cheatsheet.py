"""The cheat sheet: what it states is so, and it is one page."""

import math
import re
from itertools import combinations_with_replacement

import numpy as np
import pytest
from test_book_links import ROOT, dead_links

from tempcourse.boltzmann import boltzmann, heat_capacity
from tempcourse.calibration import fit_temperature, negative_log_likelihood
from tempcourse.decoding import LLAMA_CPP, TRANSFORMERS, VLLM, min_p, top_k, top_p, typical_p
from tempcourse.distillation import distillation_gradient
from tempcourse.exploration import boltzmann_exploration, boltzmann_gumbel
from tempcourse.softmax import (
    effective_choices,
    entropy,
    kl_divergence,
    logsumexp,
    softmax,
    temperature_for_entropy,
    temperature_for_top_probability,
)

PAGE = ROOT / "book" / "cheatsheet.md"
TEXT = PAGE.read_text(encoding="utf8")
FORMULAS = re.findall(r"\$([^$]+)\$", TEXT)
TEMPERATURES = (0.3, 1.0, 2.5)
INF = math.inf
z = np.array([2.0, 1.0, 0.5, 0.1])
CHECKS = {}


def states(*formulas):
    """Register what checks formulas of the page, each as it is written there."""

    def register(check):
        CHECKS.update(dict.fromkeys(formulas, check))
        return check

    return register


def slope(f, at, step=1e-5):
    return (f(at + step) - f(at - step)) / (2 * step)


def normalised(weights):
    return weights / weights.sum()


# ------------------------------------------------------------------------------------------- The formulas


@states(r"p_i = e^{z_i/\tau} / \sum_j e^{z_j/\tau}", r"\log p_i = z_i/\tau - \log \sum_j e^{z_j/\tau}")
def softmax_is(tau):
    np.testing.assert_allclose(softmax(z, tau), np.exp(z / tau) / np.exp(z / tau).sum())
    np.testing.assert_allclose(np.log(softmax(z, tau)), z / tau - np.log(np.exp(z / tau).sum()))


@states(r"p_i/p_j = e^{(z_i - z_j)/\tau}", r"1/\tau")
def odds(tau):
    p, own = softmax(z, tau), softmax(z)
    np.testing.assert_allclose(p[0] / p[1], np.exp((z[0] - z[1]) / tau))
    np.testing.assert_allclose(p[0] / p[1], (own[0] / own[1]) ** (1 / tau))
    assert np.argsort(p).tolist() == np.argsort(z).tolist()


@states(r"d \log p_i/d\tau = (\langle z\rangle - z_i)/\tau^2")
def one_probability(tau):
    found = slope(lambda t: np.log(softmax(z, t)), tau)
    np.testing.assert_allclose(found, (softmax(z, tau) @ z - z) / tau**2, rtol=1e-6)
    assert found[0] < 0


@states(r"H = -\sum_i p_i \log p_i", "e^H", r"dH/d\tau = \operatorname{Var}(z)/\tau^3 \ge 0")
def entropy_rises(tau):
    p = softmax(z, tau)
    H = -(p * np.log(p)).sum()
    np.testing.assert_allclose([entropy(p), effective_choices(p)], [H, np.exp(H)])
    found = slope(lambda t: entropy(softmax(z, t)), tau)
    np.testing.assert_allclose(found, (p @ z**2 - (p @ z) ** 2) / tau**3, rtol=1e-6)


@states(r"\partial p_i/\partial z_j = p_i(\delta_{ij} - p_j)/\tau")
def by_a_logit(tau):
    p = softmax(z, tau)
    for j, unit in enumerate(np.eye(4)):
        found = slope(lambda x, unit=unit: softmax(z + x * unit, tau), 0.0)
        np.testing.assert_allclose(found, p * (unit - p[j]) / tau, atol=1e-9)


@states(r"\operatorname{lse}(z) = \log \sum_j e^{z_j}", r"\max z", r"\max z + \log n")
def soft_maximum(_):
    assert np.isclose(logsumexp(z), np.log(np.exp(z).sum()))
    assert z.max() < logsumexp(z) < z.max() + np.log(4)
    slopes = [slope(lambda x, unit=unit: logsumexp(z + x * unit), 0.0) for unit in np.eye(4)]
    np.testing.assert_allclose(slopes, softmax(z), rtol=1e-6)


def test_solved_for_the_temperature():
    for tau in TEMPERATURES:
        p = softmax(z, tau)
        found = temperature_for_entropy(z, entropy(p)), temperature_for_top_probability(z, p.max())
        np.testing.assert_allclose(found, tau)


# ---------------------------------------------------------------------------------------- The three stops


@states("1/k", "1/n", r"\tau \le g/\log 99 \approx 0.22\,g")
def stops(_):
    np.testing.assert_array_equal(softmax([3.0, 3.0, 1.0], 0), [1 / 2, 1 / 2, 0])
    np.testing.assert_array_equal(softmax([3.0, -INF, 1.0], INF), [1 / 2, 0, 1 / 2])
    assert round(1 / np.log(99), 2) == 0.22
    for gap in (0.01, 1.0, 7.0):
        assert np.isclose(softmax([gap, 0.0], gap / np.log(99))[0], 0.99)


@states(r"p_i \approx 1/n + (z_i - \bar z)/(n\tau)")
def nearly_uniform(_):
    """The error falls by 100 where τ grows by 10."""
    errors = [np.abs(softmax(z, t) - (1 / 4 + (z - z.mean()) / (4 * t))).max() for t in (100, 1000)]
    assert errors[0] < 1e-4 and 90 < errors[0] / errors[1] < 110


# ---------------------------------------------------------------------------------- The same in other words


@states("z + c", r"(az, a\tau)")
def shift_and_scale(tau):
    np.testing.assert_allclose(softmax(z + 7, tau), softmax(z, tau))
    np.testing.assert_allclose(softmax(3 * z, 3 * tau), softmax(z, tau))


@states(r"p_i(\tau) \propto p_i(1)^{1/\tau}", r"p_i(1) \propto p_i(\tau)^\tau")
def there_and_back(tau):
    p, own = softmax(z, tau), softmax(z)
    np.testing.assert_allclose(p, normalised(own ** (1 / tau)))
    np.testing.assert_allclose(own, normalised(p**tau))
    np.testing.assert_allclose(softmax(np.log(own), tau), p)


@states(r"\tau = (z_i - z_j)/\log(p_i/p_j)", r"\tau = \log r/\log s")
def temperature_from_two(tau):
    (p, q, *_), (own_p, own_q, *_) = softmax(z, tau), softmax(z)
    assert np.isclose((z[0] - z[1]) / np.log(p / q), tau)
    assert np.isclose(np.log(own_p / own_q) / np.log(p / q), tau)


@states(r"\operatorname{arg\,max}_i\, (z_i + \tau G_i)", r"G = -\log(-\log u)")
def draw_by_noise(tau):
    u = np.random.default_rng(0).random((200_000, 4))
    drawn = (z - tau * np.log(-np.log(u))).argmax(axis=1)
    np.testing.assert_allclose(np.bincount(drawn, minlength=4) / 200_000, softmax(z, tau), atol=4e-3)


@states("E = -z", r"\beta = 1/\tau", r"C = \operatorname{Var}(E)/\tau^2")
def physics(tau):
    E, p = -z, softmax(z, tau)
    np.testing.assert_allclose(boltzmann(E, tau), p)
    np.testing.assert_allclose(normalised(np.exp(-(1 / tau) * E)), p)
    in_log = slope(lambda x: entropy(softmax(z, np.exp(x))), np.log(tau))
    variance = (p @ E**2 - (p @ E) ** 2) / tau**2
    np.testing.assert_allclose([in_log, heat_capacity(E, tau)], [variance, variance], rtol=1e-6)


# ------------------------------------------------------------------------------------------ Learning with it


@states("(q - p)/T", "T^2", "1/T^2", "T(q_i - p_i)", r"(z_i - \bar z - v_i + \bar v)/n")
def distillation(T):
    v = np.array([1.0, 3.0, -1.0, 0.0])
    p, q = softmax(v, T), softmax(z, T)
    cross = [slope(lambda x, unit=unit: -p @ np.log(softmax(z + x * unit, T)), 0.0) for unit in np.eye(4)]
    np.testing.assert_allclose(cross, (q - p) / T, atol=1e-8)
    np.testing.assert_allclose(distillation_gradient([z], [v], T)[0], T**2 * (q - p) / T)
    hot = 1e5
    limit = (z - z.mean() - v + v.mean()) / 4
    np.testing.assert_allclose(hot * (softmax(z, hot) - softmax(v, hot)), limit, atol=1e-4)


@states(r"\overline{\langle z\rangle} = \overline{z_y}")
def calibration(_):
    rng = np.random.default_rng(0)
    labels, rows = rng.integers(4, size=500), rng.normal(size=(500, 4))
    logits = 3 * (rows + 1.5 * np.eye(4)[labels])
    tau = fit_temperature(logits, labels)
    p = softmax(logits, tau)
    assert np.isclose((p * logits).sum(axis=1).mean(), logits[np.arange(500), labels].mean())
    losses = [negative_log_likelihood(logits, labels, 1 / beta) for beta in np.linspace(0.05, 3, 60)]
    assert (np.diff(losses, 2) > 0).all()  # one valley
    assert (p.argmax(axis=1) == logits.argmax(axis=1)).all()


@states(r"\pi \propto e^{\hat\mu/\tau}", r"c\,G_i/\sqrt{n_i}")
def exploration(tau):
    estimates, pulls = np.tile(z, (100_000, 1)), np.full((100_000, 4), 9)
    for policy in (boltzmann_exploration(tau), boltzmann_gumbel(3 * tau)):
        index = policy(estimates, pulls, 50, np.random.default_rng(1))
        shares = np.bincount(index.argmax(axis=1), minlength=4) / 100_000
        np.testing.assert_allclose(shares, normalised(np.exp(z / tau)), atol=6e-3)


@states(r"\pi \propto \pi_\text{ref}\, e^{r/\beta}")
def held_to_a_model(beta):
    reference = np.array([0.1, 0.2, 0.3, 0.4])
    best = normalised(reference * np.exp(z / beta))
    rivals = np.random.default_rng(2).dirichlet(np.ones(4), 200)
    worth = [pi @ z - beta * kl_divergence(pi, reference) for pi in (best, *rivals)]
    assert np.argmax(worth) == 0


@pytest.mark.parametrize("tau", TEMPERATURES)
@pytest.mark.parametrize("formula", CHECKS)
def test_what_a_formula_states_is_so(formula, tau):
    assert formula in FORMULAS, "the page has it no more, or in another form"
    CHECKS[formula](tau)


def test_no_formula_goes_unchecked():
    claimed = {formula for formula in FORMULAS if re.search(r"=|\\approx|\\propto|\\ge|\\le\b", formula)}
    assert claimed - set(CHECKS) == set()


# --------------------------------------------------------------------------------------- Order and filters


def keep_if(kept):
    """Return a filter that keeps what a test of logits and probabilities tells it to, but for rounding."""

    def f(logits, setting):
        return np.where(kept(logits, softmax(logits), setting), logits, -INF)

    return f


def eta(logits, p, epsilon):
    return p >= min(epsilon, np.sqrt(epsilon) * np.exp(-entropy(p))) - 1e-12


def tail_free(logits, p, share):
    """Cut where the bends of the sorted probabilities add up to more than a share of all; p falls already."""
    bends = np.abs(np.diff(p, 2))
    if not bends.sum() > 1e-12:
        return p > 0
    return np.arange(len(p)) < max(1, np.argmax(np.append(np.cumsum(bends / bends.sum()) > share + 1e-12, True)) + 1)


def xtc(logits, p, threshold):
    above = p >= threshold - 1e-12
    return ~above | (np.arange(len(p)) == above.sum() - 1) if above.any() else p > 0


#: Each filter of the page's table, a setting, and what the setting becomes after τ where it can be converted.
FILTERS = {
    "top-k": (top_k, 2, None),
    "top-nσ": (keep_if(lambda z, p, n: z >= z.max() - n * z.std() - 1e-12), 0.5, None),
    "a mask": (keep_if(lambda z, p, _: np.arange(len(z)) != 1), None, None),
    "min-p": (min_p, 0.2, lambda m, tau: m ** (1 / tau)),
    "bias and penalties that are added": (lambda z, b: z + np.eye(len(z))[0] * b, -1.5, lambda b, tau: b / tau),
    "top-p": (top_p, 0.4, None),
    "typical": (typical_p, 0.3, None),
    "ε": (keep_if(lambda z, p, e: (p >= e - 1e-12) | (z == z.max())), 0.1, None),
    "η": (keep_if(eta), 0.1, None),
    "tail-free": (keep_if(tail_free), 0.3, None),
    "XTC": (keep_if(xtc), 0.1, None),
}
# All ways to give 20 twentieths to four tokens, the most likely first.
ROWS = [np.array(row)[::-1] / 20 for row in combinations_with_replacement(range(1, 18), 4) if sum(row) == 20]


def same(f, before, after, tau):
    """Tell whether a filter before the temperature does the same as the filter after it."""
    pairs = ((f(np.log(p), before) / tau, f(np.log(p) / tau, after)) for p in ROWS)
    return all(np.allclose(softmax(one), softmax(other)) for one, other in pairs)


def verdict(name):
    f, setting, convert = FILTERS[name]
    if all(same(f, setting, setting, tau) for tau in (0.5, 2)):
        return "the same"
    converted = convert and all(same(f, setting, convert(setting, tau), tau) for tau in (0.5, 2))
    return "the same, converted" if converted else "not the same"


def test_what_commutes_is_in_its_row():
    table = dict(re.findall(r"^\| (the same.*|not the same) \| (.+) \|$", TEXT, re.MULTILINE))
    rows = {row: set(re.sub(r" \(.*?\)", "", names).split(", ")) for row, names in table.items()}
    assert len(rows) == 3 and sorted(name for names in rows.values() for name in names) == sorted(FILTERS)
    for row, names in rows.items():
        assert {name: verdict(name) for name in names} == dict.fromkeys(names, row)


#: How the page calls a step of an engine, where not by its function's name with a hyphen.
STEPS = {
    "temper": "τ",
    "typical_p": "typical",
    "top_n_sigma": "top-nσ",
    "epsilon_cutoff": "ε",
    "eta_cutoff": "η",
    "dry_penalty": "DRY",
    "xtc": "XTC",
    "logit_bias": "bias",
    "dynamic_temperature": "τ",
    **dict.fromkeys(("repetition_penalty", "presence_penalty", "frequency_penalty"), "penalties"),
}


@pytest.mark.parametrize("engine", [TRANSFORMERS, VLLM, LLAMA_CPP], ids=lambda engine: engine.name)
def test_the_order_is_the_engines(engine):
    [line] = re.findall(rf"^- {re.escape(engine.name)}: (.+?)\.", TEXT, re.MULTILINE)
    steps = line.split(" → ")
    places = [steps.index(STEPS.get(name, name.replace("_", "-"))) for name in engine.order]
    assert places == sorted(places)
    assert ("refuses τ = 0" in TEXT.split(f"- {engine.name}: ")[1].split("\n")[0]) == (not engine.greedy)


# ------------------------------------------------------------------------------------ Numbers, links, length


def test_exp_overflows_where_the_page_says():
    for kind in ("float16", "float32", "float64"):
        [limit] = re.findall(rf"([\d.]+) \({kind}\)", TEXT)
        assert limit == f"{np.log(float(np.finfo(kind).max)):.2f}"


def test_every_entry_leads_somewhere():
    assert dead_links(TEXT, PAGE.parent) == []
    entries = re.findall(r"^- .+$", TEXT, re.MULTILINE)
    engines = [entry for entry in entries if " → " in entry and "](" not in entry]
    assert len(engines) == 3 and len(entries) > 25
    assert [entry for entry in entries if "](" not in entry] == engines


def test_six_symptoms():
    assert len(re.findall(r"^- .+ → .+$", TEXT.split("## Symptom → knob")[1], re.MULTILINE)) == 6


def test_it_is_short_enough_for_a_page():
    """What it takes in print, tests/full/test_pdf.py measures; this many words have been seen to fit."""
    words = re.sub(r"\]\([^)]*\)", "]", TEXT.split("\n---\n", 1)[1]).split()
    assert len(words) <= 830, len(words)
