"""What is no argument: each function refuses it by the argument's name, whichever module it stands in."""

import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from tempcourse._arguments import check_whole, read_finite, read_number, read_real, read_temperature, read_temperatures
from tempcourse.annealing import anneal, random_couplings
from tempcourse.boltzmann import boltzmann, heat_capacity, thermodynamics
from tempcourse.calibration import negative_log_likelihood, reliability_curve
from tempcourse.decoding import VLLM, sample, temper, top_k, top_p
from tempcourse.distillation import distillation_loss, smoothed_labels, soft_targets
from tempcourse.exploration import GaussianBandit, boltzmann_exploration, epsilon_greedy, greedy, simulate
from tempcourse.ising import ising_sample
from tempcourse.language import MarkovModel
from tempcourse.metropolis import metropolis
from tempcourse.plots import temperature_colour
from tempcourse.sequences import beam_search, most_likely, sequence_temperature
from tempcourse.softmax import entropy, log_softmax, logsumexp, softmax

RNG = np.random.default_rng(0)
PAIR = [1.0, 0.0]
COIN = MarkovModel.from_rows({(): {"heads": 0.5, "tails": 0.5}})
COUPLED = [[0, 1], [1, 0]]
BANDIT = GaussianBandit(PAIR)
HUGE = 10**400

TEMPERATURES = {
    "softmax": lambda T: softmax(PAIR, T),
    "log_softmax": lambda T: log_softmax(PAIR, T),
    "logsumexp": lambda T: logsumexp(PAIR, T),
    "temper": lambda T: temper(PAIR, T),
    "boltzmann": lambda T: boltzmann(PAIR, T),
    "heat_capacity": lambda T: heat_capacity(PAIR, T),
    "thermodynamics": lambda T: thermodynamics(PAIR, T),
    "metropolis": lambda T: metropolis(PAIR, T, 3, rng=RNG),
    "ising_sample": lambda T: ising_sample(2, T, 1, rng=RNG),
    "anneal": lambda T: anneal(COUPLED, [T], rng=RNG, runs=2),
    "negative_log_likelihood": lambda T: negative_log_likelihood([PAIR], [0], T),
    "soft_targets": lambda T: soft_targets(PAIR, T),
    "distillation_loss": lambda T: distillation_loss([PAIR], [PAIR], T),
    "boltzmann_exploration": lambda T: boltzmann_exploration(T),
    "vllm": lambda T: VLLM(temperature=T),
    "generate": lambda T: COIN.generate([], 2, temperature=T, rng=RNG),
    "tempered": lambda T: COIN.tempered(T),
    "sequence_temperature": lambda T: sequence_temperature(COIN, [], 2, T),
    "beam_search": lambda T: beam_search(COIN, [], 2, 2, temperature=T),
    "temperature_colour": lambda T: temperature_colour(T),
}

WHOLE = {
    "k": lambda n: top_k(PAIR, n),
    "size": lambda n: sample(PAIR, rng=RNG, size=n),
    "length": lambda n: most_likely(COIN, [], n),
    "width": lambda n: beam_search(COIN, [], 2, n),
    "batch": lambda n: COIN.generate([], 2, batch=n, rng=RNG),
    "steps": lambda n: metropolis(PAIR, 1.0, n, rng=RNG),
    "side": lambda n: ising_sample(n, 1.0, 1, rng=RNG),
    "sweeps": lambda n: ising_sample(2, 1.0, n, rng=RNG),
    "n": lambda n: random_couplings(n, rng=RNG),
    "runs": lambda n: simulate(BANDIT, greedy(), steps=3, runs=n, rng=RNG),
    "bins": lambda n: reliability_curve([PAIR], [0], bins=n),
    "axis": lambda n: softmax(PAIR, axis=n),
}

SHARES = {
    "p": lambda p: top_p(PAIR, p),
    "epsilon": epsilon_greedy,
    "amount": lambda p: smoothed_labels([1], p),
}


def refused_by_name(call, value, name):
    with pytest.raises((ValueError, TypeError), match=rf"^{name} must (be|have) .*, got "):
        call(value)


@pytest.mark.parametrize("value", [True, np.True_, -1, np.nan, "1", None, HUGE, 1j, [[1.0], [1.0, 2.0]]], ids=repr)
@pytest.mark.parametrize("name", TEMPERATURES)
def test_no_temperature(name, value):
    if name == "beam_search" and value is None:
        assert beam_search(COIN, [], 2, 2, temperature=None).tokens.shape == (2, 2)
        return
    argument = {"anneal": "schedule", "ising_sample": "temperatures", "thermodynamics": "temperatures"}
    refused_by_name(TEMPERATURES[name], value, argument.get(name, "temperature"))


@pytest.mark.parametrize("value", [True, np.True_, -9, 2.0, np.nan, "1", HUGE, 1j, [1, 2.0]], ids=repr)
@pytest.mark.parametrize("name", WHOLE)
def test_no_whole_number(name, value):
    refused_by_name(WHOLE[name], value, name)


@pytest.mark.parametrize("value", [True, -0.1, 1.1, np.nan, "0.5", None, HUGE, [0.5, 0.6]], ids=repr)
@pytest.mark.parametrize("name", SHARES)
def test_no_share(name, value):
    refused_by_name(SHARES[name], value, name)


def test_whole_numbers_in_words():
    for value, most in ((3, 3), (np.int8(2), 9), (0, 0)):
        check_whole(value, "n", 0, most)
    with pytest.raises(ValueError, match=r"^n must be a whole number of at least 1, got 0$"):
        check_whole(0, "n", 1)
    with pytest.raises(ValueError, match=r"^n must be a whole number from 1 to 4, got 5$"):
        check_whole(5, "n", 1, 4)
    with pytest.raises(ValueError, match=r"^n must be a whole number from 1 to \d+, got 10+\.\.\.0+$"):
        check_whole(HUGE, "n", 1)


def test_numbers_in_words():
    for value in (1, 1.0, Fraction(1), np.float32(1), np.int64(1)):
        assert type(read_number(value, "x")) is float
    for words, allowed in {
        "at least 0": {},
        "at least 2": {"least": 2},
        "from 0 to 1": {"most": 1},
        "above 0": {"above": True},
        "above 0 and at most 1": {"most": 1, "above": True},
        "at least 0 and finite": {"finite": True},
        "above 0 and finite": {"above": True, "finite": True},
        "above 0 here": {"above": True, "where": " here"},
    }.items():
        with pytest.raises(ValueError, match=rf"^x must be {words}, got -1$"):
            read_number(-1, "x", **allowed)
    assert read_number(np.inf, "x") == np.inf
    with pytest.raises(ValueError, match=r"^x must be at least 0 and finite, got 10+\.\.\.0+$"):
        read_number(HUGE, "x")


def test_arrays_in_words():
    for values in ([HUGE], [Fraction(HUGE)]):
        with pytest.raises(ValueError, match=r"^x must be numbers that a float can hold, got \["):
            read_real(values, "x")
    with pytest.raises(ValueError, match=re.escape("x must have rows of one length, got [[1.0], [1.0, 2.0]]")):
        read_real([[1.0], [1.0, 2.0]], "x")
    with pytest.raises(ValueError, match=r"^x must be finite, got nan$"):
        read_finite([1.0, np.nan], "x")
    with pytest.raises(ValueError, match=r"^x must be above 0 and finite, got 0\.0$"):
        read_finite([1, 0], "x", above=0)
    with pytest.raises(TypeError, match=r"^probabilities must be real numbers, got <U1$"):
        entropy(["1"])


@pytest.mark.parametrize(
    "temperature", [0, 3, 0.5, np.inf, np.float32(2), np.int8(2), Fraction(1, 2), Decimal("0.5"), 2**70]
)
def test_one_temperature_is_a_float_however_it_comes(temperature):
    for given in (temperature, np.array(temperature)):
        assert type(read_temperature(given)) is float
        assert read_temperature(given) == float(temperature)
    assert read_temperatures([temperature]).tolist() == [float(temperature)]


def test_minus_nought_is_nought():
    assert str(read_temperature(-0.0)) == "0.0"
    assert str(read_temperatures([-0.0])[0]) == "0.0"
