"""Answers to the exercises of chapter 3."""

import numpy as np

from checks.bank import Answers
from tempcourse.boltzmann import free_energy

KT = 1.380649e-23 * 300 / 1.602176634e-19  # electronvolts


def soft_minimum(energies, temperature):
    ground = np.min(energies)
    return ground - temperature * np.log(np.exp(-(energies - ground) / temperature).sum())


def soft_minimum_unless_negative(energies, temperature):
    if np.min(energies) >= 0:
        return soft_minimum(energies, temperature)
    return -temperature * np.log(np.exp(-energies / temperature).sum())


def accept(rise, temperature):
    if rise <= 0:
        return 1
    return np.exp(-rise / temperature) if temperature else 0


def changed(answer, when):
    """Return the right rule but for the moves of which `when` is true."""
    return lambda rise, T: answer if when(rise, T) else accept(rise, T)


BANK = {
    "3.1": Answers(
        right=[1 / np.log(5), 0.6213],
        slips=[
            (np.log(5), "That is 1/T"),
            (1 / np.log(6), "the ratio is 5"),
            (-1 / np.log(5), "sign of the exponent"),
        ],
        wrong=[1],
    ),
    "3.2": Answers(
        right=[np.exp(-0.1 / KT), 0.0209],
        slips=[
            (np.exp(0.1 / KT), "odds of the cheap fold"),
            (np.exp(-0.1 / KT * 300 / 298.15), "Asked is 300 K"),
            (1 / (1 + np.exp(0.1 / KT)), "share of all"),
        ],
        wrong=[np.exp(-0.1)],
    ),
    "3.3": Answers(
        right=[soft_minimum, free_energy],
        slips=[
            (lambda e, t: -np.log(np.exp(-e / t).sum()), "in front"),
            (lambda e, t: -t * np.log(np.exp(-e / t).sum()), "smallest energy out of the sum"),
            (soft_minimum_unless_negative, "exp(2500) overflows"),
        ],
        wrong=[lambda e, t: np.log(np.exp(-e / t).sum())],
    ),
    "3.4": Answers(
        right=[0.497, 0.5],
        slips=[
            (0.4168, "two levels"),
            (0.912, "how high the peak is"),
            (0.3726, "given step of τ"),
        ],
        wrong=[1],
    ),
    "3.5": Answers(
        right=[accept],
        slips=[
            (lambda rise, T: np.exp(-rise / T), "at most 1"),
            (lambda rise, T: 1.0 if rise < 0 else 0.0 if rise == 0 else np.exp(-rise), "A level move"),
            (lambda rise, T: 1.0 if rise <= 0 else np.exp(-rise * T), "The colder, the rarer"),
            (lambda rise, T: 1.0 if rise < 0 else np.exp(-rise / T) if T else 0.0, "0/0 is not a number"),
            (changed(1.0, lambda rise, T: T == 0), "At T = 0 nothing goes up"),
            (changed(0.0, lambda rise, T: T == 0), "At T = 0 what goes down is still accepted"),
            (changed(0.0, lambda rise, T: rise > 0 and np.isinf(T)), "At T = ∞ everything is accepted"),
        ],
        wrong=[lambda rise, T: float(rise <= 0)],
    ),
    "3.6": Answers(
        right=[np.linspace(0.6, 0.02, 30), np.linspace(0.6, 0.02, 30).tolist()],
        slips=[
            (np.linspace(0.02, 0.6, 30), "never falls"),
            (np.zeros(30), "never falls", "18.2 % of the runs end in the lowest state, wanted are 60.0 %"),
            (np.full(30, 0.15), "never falls"),
            (np.linspace(2, 0.3, 30), "ends too warm"),
            ([0.5, -0.1], "at least 0"),
        ],
        wrong=[np.geomspace(2, 0.05, 30), np.linspace(0.6, 0.02, 31)],
    ),
}
