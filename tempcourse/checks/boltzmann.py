"""The exercises of chapter 3: the same equation, and where the analogy ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from tempcourse.annealing import anneal, random_couplings
from tempcourse.boltzmann import free_energy
from tempcourse.checks.judge import Case, Function, Near, NotYet, Number, Test, as_numbers, falls_nowhere, hint_of_slip
from tempcourse.ising import glass_energies
from tempcourse.words import percent

__all__ = ["EXERCISES"]

FOLD = 0.1 * 1.602176634e-19 / 1.380649e-23  # a tenth of an electronvolt over Boltzmann's constant, in kelvin


def acceptance(rise, temperature) -> float:
    """Return the probability with which the rule of Metropolis accepts a rise of the energy."""
    if rise <= 0:
        return 1.0
    return np.exp(-rise / temperature) if temperature > 0 else 0.0


@cache
def glass():
    """Return the couplings of the chapter's glass and its lowest energy."""
    couplings = random_couplings(20, rng=np.random.default_rng(2))
    return couplings, glass_energies(couplings).min()


def ends_lowest(schedule, rng) -> float:
    """Return the share of many runs on the chapter's glass that end in its lowest state."""
    couplings, lowest = glass()
    return float((anneal(couplings, schedule, rng=rng, runs=4000).energies < lowest + 1e-9).mean())


def ends_warm(schedule) -> bool:
    """Tell whether the last temperature is one at which the lowest state has less than 57 % in equilibrium."""
    return schedule[-1] >= 0.22


@dataclass(frozen=True)
class Schedule:
    """An exercise whose answer is a list of temperatures that cools the chapter's glass well enough."""

    longest: int
    share: float
    hint: str
    slips: Sequence[tuple[Test, str]]
    right: str = ""

    @property
    def kind(self) -> str:
        return f"an array of shape (m,), m temperatures from the first to the last, m at most {self.longest}"

    def judge(self, answer) -> None:
        schedule = as_numbers(answer, may_be_infinite=True)
        if schedule.ndim != 1 or not 1 <= schedule.size <= self.longest:
            raise NotYet(f"yours has shape {schedule.shape}")
        if (schedule < 0).any():
            raise NotYet("one of yours is negative", "A temperature is at least 0.")
        reached = ends_lowest(schedule, np.random.default_rng(0))
        if reached < self.share:
            seen = f"with yours {percent(reached)} of the runs end in the lowest state"
            raise NotYet(f"{seen}, wanted are {percent(self.share)}", hint_of_slip(schedule, self.slips))


EXERCISES = {
    "3.1": Number(
        Near(1 / np.log(5)),
        hint="Set 1 equal to 5 exp(-1/T) and solve for T.",
        slips=[
            (Near(np.log(5)), "That is 1/T."),
            (Near(-1 / np.log(5)), "A temperature is positive: look at the sign of the exponent."),
            (Near(1 / np.log(6)), "Each of five states above against the one below: the ratio is 5."),
        ],
        right="Above that temperature most are upstairs, though each single state up there is rarer.",
    ),
    "3.2": Number(
        Near(np.exp(-FOLD / 300)),
        hint="The odds are exp(-ΔE/kT), with ΔE and kT in the same unit. At 300 K, kT is about 0.02585 eV.",
        slips=[
            (
                Near(np.exp(FOLD / 300)),
                "Those are the odds of the cheap fold. Asked is the costly one for each cheap one.",
            ),
            (
                Near(np.exp(-FOLD / 298.15), rtol=1e-3),
                "That is at 25 °C, which is 298.15 K. Asked is 300 K.",
            ),
            (
                Near(1 / (1 + np.exp(FOLD / 300)), rtol=1e-3),
                "That is the costly fold's share of all. Asked is how many there are for each cheap one.",
            ),
        ],
        right="About 2 in 100: a tenth of an electronvolt is nearly 4 kT.",
    ),
    "3.3": Function(
        kind="a function of (energies, temperature) that returns a number",
        reference=lambda energies, temperature: free_energy(energies, temperature),
        cases=[
            Case("[0, 1] at 1", (np.array([0.0, 1.0]), 1.0)),
            Case(
                "[0, 1] at 2",
                (np.array([0.0, 1.0]), 2.0),
                "T stands in two places: inside the exponential, and in front.",
            ),
            Case("[-2, -1, -0.5, -0.1] at 0.5", (np.array([-2.0, -1.0, -0.5, -0.1]), 0.5)),
            Case(
                "[1000, 1001] at 1",
                (np.array([1000.0, 1001.0]), 1.0),
                "exp(-1000) is 0 in floating point, and its logarithm -inf. Take the smallest energy out of the sum.",
            ),
            Case("[-5000, -4000] at 2", (np.array([-5000.0, -4000.0]), 2.0), "exp(2500) overflows."),
            Case(
                "[-5000, 5000] at 1",
                (np.array([-5000.0, 5000.0]), 1.0),
                "Take the *smallest* energy out of the sum; after any other, an exponential may overflow.",
            ),
            Case(
                "8-bit integers, [-100, 100] at 50",
                (np.array([-100, 100], dtype=np.int8), 50.0),
                "The subtraction wraps round. Turn the energies into floats before it.",
            ),
        ],
        hint="F = E_min - T log Σ exp(-(E - E_min)/T).",
        right="It is log-sum-exp upside down, and as safe.",
    ),
    "3.4": Number(
        Near(0.49743, rtol=0.01),
        hint="On a logarithmic slider the entropy moves at the speed dS/dlog T = C. Where is C largest?",
        slips=[
            (Near(0.41678, rtol=0.01), "That is the peak of two levels a distance of 1 apart. Asked is the sketch."),
            (Near(0.91203, rtol=0.01), "That is how high the peak is. Asked is the τ at which it stands."),
            (
                Near(0.37257, rtol=0.02),
                "There dS/dT is largest, for a given step of τ. Asked is a given percentage of τ.",
            ),
        ],
        right="Half the gap between the first two logits, roughly: there the second class comes in.",
    ),
    "3.5": Function(
        kind="a function of (rise, temperature) that returns a probability",
        reference=acceptance,
        cases=[
            Case("a rise of 1 at T = 1", (1.0, 1.0)),
            Case("a fall of 1 at T = 1", (-1.0, 1.0), "What goes down is always accepted: a probability is at most 1."),
            Case("a rise of 0 at T = 1", (0.0, 1.0), "A level move is always accepted."),
            Case("a fall of 2000 at T = 1", (-2000.0, 1.0), "exp(2000) overflows. Settle what goes down before."),
            Case("a rise of 1 at T = 0.5", (1.0, 0.5), "The colder, the rarer: look at what divides the rise."),
            Case("a rise of 1 at T = 0", (1.0, 0.0), "At T = 0 nothing goes up."),
            Case("a fall of 1 at T = 0", (-1.0, 0.0), "At T = 0 what goes down is still accepted."),
            Case("a rise of 0 at T = 0", (0.0, 0.0), "0/0 is not a number. Settle level moves before you divide."),
            Case("a rise of 5 at T = ∞", (5.0, np.inf), "At T = ∞ everything is accepted."),
        ],
        hint="1 if the energy does not rise; else exp(-rise/T), and 0 at T = 0.",
        right="No Z in it: that is why it works where Z cannot be had.",
    ),
    "3.6": Schedule(
        longest=30,
        share=0.57,
        hint="Hot, the walkers forget what they found; cold, they do not move. Spend the sweeps in between, falling.",
        slips=[
            (
                falls_nowhere,
                "Yours never falls. Begin warm, where the walkers still move, and end cold, where they settle.",
            ),
            (ends_warm, "Yours ends too warm: at 0.22 even Boltzmann gives the lowest state less than 57 %."),
        ],
        right="The time goes where the glass decides.",
    ),
}
