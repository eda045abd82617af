"""The exercises of chapter 7: temperature as curiosity."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tempcourse.checks.judge import (
    Case,
    Function,
    Near,
    NotYet,
    Number,
    Test,
    as_numbers,
    call,
    demand_function,
    falls_nowhere,
    hint_of_slip,
    show,
)
from tempcourse.exploration import GaussianBandit, boltzmann_exploration, simulate
from tempcourse.softmax import softmax
from tempcourse.words import percent

__all__ = ["EXERCISES"]

PLAYED = range(3, 2001)  # the steps at which the policy chooses, after one pull of each arm


def play(schedule, gap, rng):
    """Play Boltzmann exploration on two arms, many times."""
    bandit = GaussianBandit([gap, 0.0])
    return simulate(bandit, boltzmann_exploration(schedule), steps=PLAYED[-1], runs=2000, rng=rng)


def score(preferences, arm, temperature):
    """Return the gradient of the log-probability of an arm by all preferences."""
    p = softmax(preferences, temperature)
    return (np.eye(p.size)[arm] - p) / temperature


def choices():
    """Return cases with numbers of all kinds, for a wrong width of the noise shows in some of them only."""
    rng = np.random.default_rng(0)
    estimates, noise = rng.integers(10, size=(100, 3)) / 10, rng.integers(-15, 30, size=(100, 3)) / 10
    pulls = rng.integers(1, 10, size=(100, 3))
    return [
        Case(
            f"estimates {m}, pulls {n}, scale 0.7 and noise {g}",
            (m, n, 0.7, g),
            "The width of the noise is the scale over the square root of the arm's own pulls, and nothing else.",
        )
        for m, n, g in zip(estimates, pulls, noise, strict=True)
    ]


@dataclass(frozen=True)
class Cooling:
    """An exercise whose answer is a schedule with which Boltzmann exploration loses little on several bandits."""

    #: For each gap between two arms the mean regret that is allowed.
    allowed: dict[float, float]
    hint: str
    slips: Sequence[tuple[Test, str]]
    right: str = ""
    kind: str = "a function of the step that returns a temperature"

    def judge(self, answer) -> None:
        demand_function(answer)
        temperatures = np.array([self._temperature(answer, step) for step in PLAYED])
        for gap, most in self.allowed.items():
            played = play(lambda step: float(answer(step)), gap, np.random.default_rng(0))
            regret = played.final_regret.mean()
            if regret > most:
                seen = f"on the arms {gap} and 0 the mean regret is {regret:.1f}, allowed are {most:g}"
                stuck = f"{percent(played.wrong.mean())} of the runs are stuck: warmer for longer, or not?"
                raise NotYet(seen, f"{stuck} {hint_of_slip(temperatures, self.slips) or self.hint}")

    def _temperature(self, schedule, step) -> float:
        tau = as_numbers(call(schedule, [step]), may_be_infinite=True)
        if tau.shape != () or tau < 0:
            raise NotYet(f"at step {step} yours returned {show(tau)}", "A temperature is one number, at least 0.")
        return float(tau)


EXERCISES = {
    "7.1": Number(
        Near(2 / 3, rtol=0.03),  # four standard errors of the share of 10,000 walks
        hint="The first step goes down with probability 0.4. Else it goes up, and −1 is now two levels below.",
        slips=[
            (Near(0.4), "That is the share that fails at once. Others fail later."),
            (Near(1.0), "That is a solution of the equation, but a walk that tends upwards may well escape."),
            (Near(1 / 3, rtol=0.02), "That is the share of the runs that end with the better arm."),
        ],
        right="Two runs of three give up the better arm, and each of them has a reason.",
    ),
    "7.2": Number(
        Near(0.5 / (1 + np.e)),
        hint="The regret of a pull is 0.5 times the probability of the worse arm.",
        slips=[
            (Near(1 / (1 + np.e)), "That is the worse arm's share of the pulls. What does each cost?"),
            (Near(0.5 / (1 + np.exp(-1))), "That is the other arm's share. The worse arm's is smaller."),
            (Near(1000 / (1 + np.e)), "That is for 2000 pulls. Asked is one."),
        ],
        right="Two thousand of them make what the table says, with no word of learning in the formula.",
    ),
    "7.3": Cooling(
        allowed={0.5: 20.0, 0.2: 25.0},
        hint="Try c/t with other numbers c, and count what is stuck and what is wasted.",
        slips=[(falls_nowhere, "Yours never falls, so the pulls never get cheaper. Begin warm, and cool.")],
        right="On these two gaps, that is. The next bandit may want another.",
    ),
    "7.4": Function(
        kind="a function of (estimates, pulls, scale, noise) that returns the number of an arm",
        reference=lambda estimates, pulls, scale, noise: np.argmax(estimates + scale / np.sqrt(pulls) * noise),
        cases=[
            Case(
                "equal noise, pulls 100 and 1",
                (np.array([0.5, 0.3]), np.array([100.0, 1.0]), 0.5, np.array([1.0, 1.0])),
                "The less an arm is pulled, the more its noise counts.",
            ),
            Case(
                "pulls 4 and 1, noise 1 and 1",
                (np.array([0.5, 0.0]), np.array([4.0, 1.0]), 0.8, np.array([1.0, 1.0])),
                "The noise shrinks as the standard error does: with the square root of the pulls.",
            ),
            Case(
                "pulls 1 and 1, scale 0.1",
                (np.array([0.5, 0.3]), np.array([1.0, 1.0]), 0.1, np.array([0.0, 1.0])),
                "The scale multiplies the noise.",
            ),
            Case(
                "three arms, negative noise",
                (np.array([0.0, 0.2, 0.1]), np.array([9.0, 1.0, 4.0]), 1.0, np.array([0.1, -0.5, 0.1])),
            ),
            *choices(),
        ],
        hint="np.argmax of the estimates plus scale / sqrt(pulls) times the noise.",
        right="One line, and the policy knows what it does not know.",
    ),
    "7.5": Function(
        kind="a function of (preferences, arm, temperature) that returns one slope for each arm",
        reference=score,
        cases=[
            Case(
                "[0, 0] with arm 0 at 1",
                (np.array([0.0, 0.0]), 0, 1.0),
                "What was drawn is raised, what was not is lowered.",
            ),
            Case("[1, -1, 2] with arm 1 at 1", (np.array([1.0, -1.0, 2.0]), 1, 1.0)),
            Case(
                "[1, -1, 2] with arm 1 at 0.5",
                (np.array([1.0, -1.0, 2.0]), 1, 0.5),
                "The temperature stands in the softmax and below the whole.",
            ),
            Case(
                "[2000, 1999] with arm 1 at 1",
                (np.array([2000.0, 1999.0]), 1, 1.0),
                "Take the probabilities from the package's `softmax`; a plain exp overflows.",
            ),
        ],
        hint="(one-hot of the arm − softmax(preferences, temperature)) / temperature.",
        right="Its mean over draws is 0, which is why any constant may be taken off the reward.",
    ),
    "7.6": Number(
        Near(1 / np.log(9)),
        hint="The odds are exp(1/weight). Set them to 9 and solve.",
        slips=[
            (Near(np.log(9)), "That is one over the weight."),
            (Near(1 / np.log(10)), "90 % against 10 % are odds of 9 to 1."),
            (Near(0.1), "That is the share of the worse action. The weight is a temperature."),
        ],
        right="Nearly half of the reward, for a policy that errs one time in ten.",
    ),
}
