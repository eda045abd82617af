"""The exercises of chapter 5: how a distribution becomes a text."""

import numpy as np

from tempcourse.checks.judge import Array, Case, Function, Near, Number, Without
from tempcourse.softmax import softmax

__all__ = ["EXERCISES"]


#: Uniform numbers, with two decimals so that what is shown of them is all there is.
UNIFORM = np.random.default_rng(0).integers(1, 100, size=(200, 3)) / 100


def draws(temperature, hint):
    """Return a case for each row of uniform numbers, for a mistake in the noise shows in some draws only."""
    return [
        Case(f"[0.3, 0, -0.4] at τ = {temperature} with u = {u}", (np.array([0.3, 0.0, -0.4]), temperature, u), hint)
        for u in UNIFORM
    ]


def nucleus_size(probabilities, p):
    """Return how many of the largest probabilities it takes to reach p, but for rounding."""
    return int(np.argmax(np.cumsum(np.sort(probabilities)[::-1]) >= p - 1e-12)) + 1


def unsure(logits):
    """Tell whether at τ = 1 the first token has less than 80 %."""
    return bool(softmax(logits).max() < 0.8)


def concentrated(logits):
    """Tell whether at τ = 3 two tokens have 80 % or more."""
    return bool(np.sort(softmax(logits, 3.0))[-2:].sum() >= 0.8)


EXERCISES = {
    "5.1": Number(
        Near(np.exp(2.2 / 0.8)),
        hint="Odds are exp(gap/τ), and the gap of the logits is the gap of the log-probabilities.",
        slips=[
            (Near(np.exp(2.2)), "Those are the odds at τ = 1."),
            (Near(np.exp(2.2 * 0.8)), "That is at τ = 1/0.8. Below 1 the odds grow."),
            (Near(np.exp(-2.2 / 0.8)), "Those are the odds of the second against the first."),
            (Near(np.exp(2.2) / 0.8), "τ divides the logits, not the odds."),
        ],
        right="No normalisation needed: odds know nothing of the other tokens.",
    ),
    "5.2": Function(
        kind="a function of (logits, temperature, u) that returns an index",
        reference=lambda z, temperature, u: np.argmax(z - temperature * np.log(-np.log(u))),
        cases=[
            Case("[2, 1, 0.5] at τ = 1", (np.array([2.0, 1.0, 0.5]), 1.0, np.array([0.1, 0.9, 0.5]))),
            Case("[2, 1, 0.5] at τ = 1, another u", (np.array([2.0, 1.0, 0.5]), 1.0, np.array([0.5, 0.2, 0.99]))),
            *draws(1.0, "Other noise draws otherwise. It is -log(-log u), of u as it was given, and added."),
            Case(
                "[2, 1, 0.5] at τ = 0",
                (np.array([2.0, 1.0, 0.5]), 0.0, np.array([0.1, 0.9, 0.99])),
                "At τ = 0 there is no noise: multiply the noise by τ, do not divide the logits.",
            ),
            Case(
                "[2, 1, 0.5] at τ = 0.1",
                (np.array([2.0, 1.0, 0.5]), 0.1, np.array([0.1, 0.9, 0.9])),
                "Cold, the noise is soft: τ multiplies it.",
            ),
            *draws(0.1, "Cold, the noise is soft: τ multiplies it."),
            Case("[0, 5] at τ = 10", (np.array([0.0, 5.0]), 10.0, np.array([0.9, 0.3])), "Hot, the noise is loud."),
            *draws(2.0, "Hot, the noise is loud: τ itself multiplies it."),
            Case(
                "8-bit integers, [100, -100] at τ = 100",
                (np.array([100, -100], dtype=np.int8), 100.0, np.array([0.1, 0.9])),
            ),
        ],
        hint="The noise is -log(-log u); the index is argmax of logits + τ · noise.",
        right="An exact draw, without an exponential of a logit.",
        rtol=0.0,
    ),
    "5.3": Function(
        kind="a function of (probabilities, p) that returns a whole number",
        reference=nucleus_size,
        cases=[
            Case("[0.5, 0.25, 0.25] with p = 0.6", (np.array([0.5, 0.25, 0.25]), 0.6)),
            Case("[0.1, 0.7, 0.2] with p = 0.6", (np.array([0.1, 0.7, 0.2]), 0.6), "Sort first."),
            Case("[0.1, 0.7, 0.2] with p = 0.8", (np.array([0.1, 0.7, 0.2]), 0.8), "The one that reaches p counts."),
            Case("[0.5, 0.5] with p = 0.1", (np.array([0.5, 0.5]), 0.1), "At least one is kept."),
            Case("[0.5, 0.25, 0.25] with p = 0.75", (np.array([0.5, 0.25, 0.25]), 0.75), "To reach p is enough."),
            Case("[0.1, 0.2, 0.3, 0.4] with p = 0.8", (np.array([0.1, 0.2, 0.3, 0.4]), 0.8)),
            Case(
                "[0.7, 0.2, 0.1] with p = 0.9",
                (np.array([0.7, 0.2, 0.1]), 0.9),
                "In floating point 0.7 + 0.2 is a hair less than 0.9. Compare with a p that is a hair less, too.",
            ),
            Case(
                "[0.6, 0.2999, 0.1001] with p = 0.9",
                (np.array([0.6, 0.2999, 0.1001]), 0.9),
                "0.8999 does not reach 0.9. The room for rounding must be far smaller: 1e-9 is ample.",
            ),
            Case(
                "[0.7, 0.2, 0.1] with p = 1",
                (np.array([0.7, 0.2, 0.1]), 1.0),
                "In floating point these three add up to a hair less than 1. At p = 1 all are kept.",
            ),
        ],
        hint="np.cumsum of np.sort(probabilities)[::-1]; how many until the sum is at least p?",
        right="Few where the model is sure, many where it is not.",
        rtol=0.0,
    ),
    "5.4": Number(
        Near(0.01),
        hint="Which odds to the top does the last kept token have after the temperature?",
        slips=[
            (Near(np.sqrt(0.1)), "That is the other direction, from after to before."),
            (Near(0.1), "min-p and temperature do not commute."),
            (Near(0.2), "Odds go to the power 1/τ; they are not divided by it."),
        ],
        right="m to the power 1/τ.",
    ),
    "5.5": Array(
        (4,),
        Without((unsure, concentrated)),
        hint="One clear favourite, and three others close together.",
        slips=[
            (unsure, "At τ = 1 the first token alone must have 80 %: a larger gap on top."),
            (
                concentrated,
                "At τ = 3 two tokens still have 80 %: a smaller gap on top, or more even others.",
            ),
        ],
        right="The same 0.8, and one token or a handful.",
    ),
    "5.6": Number(
        Near(0.4),
        hint="Subtract first and divide by τ: what is left of the 0.6?",
        slips=[
            (Near(0.9), "That is the other direction, from after to before."),
            (Near(0.6), "A penalty and a temperature do not commute."),
            (Near(0.6 ** (1 / 1.5)), "That is min-p's rule. A penalty is a difference of logits, not odds."),
            (Near(-0.4), "It is subtracted in both engines, so its sign stays."),
        ],
        right="A penalty of α before τ is one of α/τ after it.",
    ),
}
