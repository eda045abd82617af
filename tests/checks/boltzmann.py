"""Answers to the exercises of chapter 3."""

import math
from fractions import Fraction

import numpy as np
from scipy import special

from checks.bank import Answers
from tempcourse.boltzmann import boltzmann, free_energy
from tempcourse.softmax import entropy, logsumexp

KT = 1.380649e-23 * 300 / 1.602176634e-19  # electronvolts


def soft_minimum(energies, temperature):
    energies = np.asarray(energies, dtype=float)
    ground = np.min(energies)
    return ground - temperature * np.log(np.exp(-(energies - ground) / temperature).sum())


def one_by_one(energies, temperature):
    E = [float(energy) for energy in energies]
    return min(E) - temperature * math.log(math.fsum(math.exp((min(E) - energy) / temperature) for energy in E))


def energy_less_entropy(energies, temperature):
    p = boltzmann(energies, temperature)
    return p @ energies - temperature * entropy(p)


def folded(energies, temperature):
    return -temperature * np.logaddexp.reduce(-energies.astype(float) / temperature)


def by_the_ground_state(energies, temperature):
    return energies.min() + temperature * np.log(boltzmann(energies, temperature).max())


def soft_minimum_unless_negative(energies, temperature):
    if np.min(energies) >= 0:
        return soft_minimum(energies, temperature)
    return -temperature * np.log(np.exp(-energies / temperature).sum())


def largest_taken_out(energies, temperature):
    top = np.max(energies.astype(float))
    return top - temperature * np.log(np.exp(-(energies - top) / temperature).sum())


def wrapping(energies, temperature):
    ground = np.min(energies)
    return ground - temperature * np.log(np.exp(-(energies - ground) / temperature).sum())


def accept(rise, temperature):
    if rise <= 0:
        return 1
    return np.exp(-rise / temperature) if temperature else 0


def at_most_one(rise, temperature):
    if temperature == 0:
        return float(rise <= 0)
    return min(1.0, np.exp(np.float64(-rise) / temperature))


def never_uphill_in_the_exponent(rise, temperature):
    with np.errstate(all="ignore"):
        return np.exp(-np.divide(max(rise, 0.0), temperature)) if rise > 0 else np.float32(1)


def as_a_ratio(rise, temperature):
    if rise <= 0 or math.isinf(temperature):
        return 1
    return boltzmann([0.0, rise], temperature)[1] / boltzmann([0.0, rise], temperature)[0]


def in_one_expression(rise, temperature):
    return 1.0 if rise <= 0 else 0.0 if temperature == 0 else math.exp(-rise / temperature)


def by_where(rise, temperature):
    return np.where(rise > 0, np.exp(-np.abs(rise) / np.maximum(temperature, 1e-300)), 1.0)


def overflowing(rise, temperature):
    if temperature == 0 or rise == 0:
        return float(rise <= 0)
    return min(1.0, math.exp(-rise / temperature))


def changed(answer, when):
    """Return the right rule but for the moves of which `when` is true."""
    return lambda rise, T: answer if when(rise, T) else accept(rise, T)


BANK = {
    "3.1": Answers(
        right=[
            1 / np.log(5),
            0.6213,
            0.621,
            0.62,
            np.float32(0.6213),
            [0.6213],
            Fraction(621, 1000),
            -1 / math.log(0.2),
            1 / np.log2(5) / np.log(2),
        ],
        slips=[
            (np.log(5), "That is 1/T"),
            (1 / np.log(6), "the ratio is 5"),
            (-1 / np.log(5), "sign of the exponent"),
        ],
        wrong=[1, 5, 0.2, 1 / np.log10(5), 1 / np.log2(5), 0.6, np.exp(-5)],
    ),
    "3.2": Answers(
        right=[
            np.exp(-0.1 / KT),
            0.0209,
            0.0209 * np.ones(()),
            np.float32(0.0209),
            [0.0209],
            Fraction(209, 10_000),
            math.exp(-0.1 / 0.02585),
            np.exp(-1.602e-20 / (1.381e-23 * 300)),
            boltzmann([0, 0.1], KT)[1] / boltzmann([0, 0.1], KT)[0],
        ],
        slips=[
            (np.exp(0.1 / KT), "odds of the cheap fold"),
            (np.exp(-0.1 / KT * 300 / 298.15), "Asked is 300 K"),
            (1 / (1 + np.exp(0.1 / KT)), "share of all"),
        ],
        wrong=[np.exp(-0.1), 0.1 / KT, 10 ** (-0.1 / KT), np.exp(-1 / KT), 0.0257, np.exp(-0.1 / 300), 0.02],
    ),
    "3.3": Answers(
        right=[
            soft_minimum,
            free_energy,
            one_by_one,
            energy_less_entropy,
            folded,
            by_the_ground_state,
            lambda e, t: -logsumexp(-e.astype(float), t),
            lambda e, t: -t * special.logsumexp(-e.astype(float) / t),
            lambda e, t: np.float32(soft_minimum(e, t)),
            lambda e, t: soft_minimum(e.astype(float) + 7, t) - 7,
        ],
        slips=[
            (lambda e, t: -np.log(np.exp(-e / t).sum()), "in front"),
            (lambda e, t: -t * np.log(np.exp(-e).sum()), "in front"),
            (lambda e, t: -t * np.log(np.exp(-e / t).sum()), "smallest energy out of the sum"),
            (soft_minimum_unless_negative, "exp(2500) overflows"),
            (largest_taken_out, "Take the *smallest* energy"),
            (wrapping, "The subtraction wraps round"),
        ],
        wrong=[
            lambda e, t: np.log(np.exp(-e / t).sum()),
            lambda e, t: e.min(),
            lambda e, t: boltzmann(e, t) @ e,
            lambda e, t: -t * np.exp(-e / t).sum(),
            lambda e, t: t * np.log(np.exp(e / t).sum()),
            lambda e, t: -t * np.log(np.exp(-e / t).mean()),
            lambda e, t: -t * np.log2(np.exp(-e / t).sum()),
            lambda e, t: boltzmann(e, t) @ e + t * entropy(boltzmann(e, t)),
        ],
    ),
    "3.4": Answers(
        right=[0.497, 0.5, 0.49743, np.float32(0.497), [0.4974], np.array(0.497), Fraction(1, 2), 0.494],
        slips=[
            (0.4168, "two levels"),
            (0.912, "how high the peak is"),
            (0.3726, "given step of τ"),
        ],
        wrong=[1, np.log(0.497), 1 / 0.497, 0.05, 0.49, 5],
    ),
    "3.5": Answers(
        right=[
            accept,
            at_most_one,
            never_uphill_in_the_exponent,
            as_a_ratio,
            in_one_expression,
            by_where,
            lambda rise, T: np.float32(accept(rise, T)),
            lambda rise, T: np.array(accept(rise, T)),
            lambda rise, T: accept(max(rise, 0), T),
        ],
        slips=[
            (lambda rise, T: np.exp(-rise / T), "at most 1"),
            (lambda rise, T: 1.0 if rise < 0 else 0.0 if rise == 0 else np.exp(-rise), "A level move"),
            (overflowing, "Settle what goes down before"),
            (lambda rise, T: 1.0 if rise <= 0 else np.exp(-rise * T), "The colder, the rarer"),
            (lambda rise, T: 1.0 if rise <= 0 else np.exp(-rise), "The colder, the rarer"),
            (lambda rise, T: 1.0 if rise < 0 else np.exp(-rise / T) if T else 0.0, "0/0 is not a number"),
            (changed(1.0, lambda rise, T: T == 0), "At T = 0 nothing goes up"),
            (changed(0.0, lambda rise, T: T == 0), "At T = 0 what goes down is still accepted"),
            (lambda rise, T: np.random.default_rng(0).random() < accept(rise, T), "Give plain numbers"),
            (changed(0.0, lambda rise, T: rise > 0 and np.isinf(T)), "At T = ∞ everything is accepted"),
        ],
        wrong=[
            lambda rise, T: float(rise <= 0),
            lambda rise, T: 1 / (1 + np.exp(rise / T)),
            lambda rise, T: accept(-rise, T),
            lambda rise, T: 1 - accept(rise, T),
        ],
    ),
    "3.6": Answers(
        right=[
            np.linspace(0.7, 0, 30),
            np.linspace(0.6, 0.02, 30).tolist(),
            np.linspace(0.8, 0, 30),
            0.8 * np.linspace(1, 0, 30) ** 0.7,
            np.concatenate([np.linspace(0.8, 0.3, 20), np.linspace(0.28, 0, 10)]),
            np.concatenate([np.geomspace(0.7, 0.15, 27), [0, 0, 0]]),
            tuple(np.linspace(0.8, 0.05, 30)),
            np.linspace(0.7, 0, 30, dtype=np.float32),
            [np.inf, *np.linspace(0.7, 0, 29)],
        ],
        slips=[
            (np.linspace(0.02, 0.6, 30), "never falls"),
            (np.zeros(30), "never falls", "of the runs end in the lowest state, wanted are 57.0 %"),
            (np.full(30, 0.15), "never falls"),
            (np.linspace(2, 0.3, 30), "ends too warm"),
            ([0.5, -0.1], "at least 0"),
        ],
        wrong=[
            np.geomspace(2, 0.05, 30),
            np.linspace(0.6, 0.02, 31),
            np.linspace(0.5, 0.02, 10),
            np.linspace(0.6, 0.02, 30)[:, np.newaxis],
            np.concatenate([np.full(20, 0.4), np.zeros(10)]),
            np.tile(np.linspace(0.6, 0.02, 10), 3),
        ],
    ),
}
