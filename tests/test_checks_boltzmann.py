"""The checks of chapter 3: right answers in several forms, and the hint that each likely slip gets."""

import numpy as np
import pytest

from tempcourse.boltzmann import free_energy
from tempcourse.checks import check

KT = 1.380649e-23 * 300 / 1.602176634e-19  # electronvolts


def soft_minimum(energies, temperature):
    ground = np.min(energies)
    return ground - temperature * np.log(np.exp(-(energies - ground) / temperature).sum())


def accept(rise, temperature):
    if rise <= 0:
        return 1
    return np.exp(-rise / temperature) if temperature else 0


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("3.1", 1 / np.log(5)),
        ("3.1", 0.6213),
        ("3.2", np.exp(-0.1 / KT)),
        ("3.2", 0.0209),
        ("3.3", soft_minimum),
        ("3.3", free_energy),
        ("3.4", 0.497),
        ("3.4", 0.5),
        ("3.5", accept),
        ("3.6", np.linspace(0.6, 0.02, 30)),
        ("3.6", np.linspace(0.6, 0.02, 30).tolist()),
    ],
)
def test_a_right_answer_is_confirmed(capsys, number, answer):
    check(number, answer)
    assert capsys.readouterr().out.startswith(f"Exercise {number}: right.")


@pytest.mark.parametrize(
    ("number", "answer", "hint"),
    [
        ("3.1", np.log(5), "That is 1/T"),
        ("3.1", 1 / np.log(6), "the ratio is 5"),
        ("3.1", -1 / np.log(5), "sign of the exponent"),
        ("3.1", 1, "solve for T"),
        ("3.2", np.exp(0.1 / KT), "odds of the cheap fold"),
        ("3.2", np.exp(-0.1 / KT * 300 / 298.15), "Asked is 300 K"),
        ("3.2", 1 / (1 + np.exp(0.1 / KT)), "share of all"),
        ("3.2", np.exp(-0.1), "the same unit"),
        ("3.3", lambda e, t: np.log(np.exp(-e / t).sum()), "E_min"),
        ("3.3", lambda e, t: -np.log(np.exp(-e / t).sum()), "in front"),
        ("3.3", lambda e, t: -t * np.log(np.exp(-e / t).sum()), "smallest energy out of the sum"),
        ("3.4", 0.4168, "two levels"),
        ("3.4", 0.912, "how high the peak is"),
        ("3.4", 0.3726, "given step of τ"),
        ("3.4", 1, "Where is C largest"),
        ("3.5", lambda rise, t: np.exp(-rise / t), "at most 1"),
        ("3.5", lambda rise, t: float(rise <= 0), "0 at T = 0"),
        ("3.5", lambda rise, t: 1.0 if rise < 0 else 0.0 if rise == 0 else np.exp(-rise), "always accepted"),
        ("3.5", lambda rise, t: 1.0 if rise <= 0 else np.exp(-rise * t), "The colder, the rarer"),
        ("3.5", lambda rise, t: 1.0 if rise < 0 else np.exp(-rise / t) if t else 0.0, "0/0 is not a number"),
        ("3.6", np.geomspace(2, 0.05, 30), "Spend the sweeps in between"),
        ("3.6", np.linspace(0.6, 0.02, 31), "Spend the sweeps in between"),
        ("3.6", [0.5, -0.1], "at least 0"),
    ],
)
def test_a_likely_slip_gets_its_own_hint(capsys, number, answer, hint):
    check(number, answer)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"Exercise {number}: not yet.")
    assert hint in second


def test_a_schedule_is_told_how_far_it_came(capsys):
    check("3.6", np.zeros(30))
    assert "18.2 % of the runs end in the lowest state, wanted are 60.0 %" in capsys.readouterr().out
