"""The exercises of chapter 2: one knob and what it turns."""

import numpy as np

from tempcourse.checks.judge import Array, Case, Function, Near, Number, Without
from tempcourse.softmax import softmax

__all__ = ["EXERCISES"]


def not_falling(logits):
    """Tell whether some logit is at least as large as the one before."""
    return bool(np.any(logits[1:] >= logits[:-1]))


def weak_second(logits):
    """Tell whether the second class stays below 40 % at every temperature, on a fine grid.

    Colder than its gap to the first it stays below 27 %, and hotter than that from the first to the third below 37 %.
    """
    logits = logits / 4  # so that no gap overflows
    to_second, to_third = (logits[0] - logits)[1:3]
    temperatures = np.geomspace(to_second, min(to_third, 1e6 * to_second), 2001)
    return bool(softmax(logits, temperatures[:, None])[:, 1].max() < 0.4)


def tempered(probabilities, temperature):
    """Return probabilities at another temperature."""
    weights = (probabilities / probabilities.max()) ** (1 / temperature)
    return weights / weights.sum()


EXERCISES = {
    "2.1": Function(
        kind="a function of (probabilities, temperature) that returns probabilities",
        reference=tempered,
        cases=[
            Case("[0.7, 0.2, 0.1] at 1", (np.array([0.7, 0.2, 0.1]), 1.0), "At 1 nothing changes."),
            Case("[0.7, 0.2, 0.1] at 0.5", (np.array([0.7, 0.2, 0.1]), 0.5), "At 0.5 odds are squared."),
            Case(
                "[0.7, 0.2, 0.1] at 2",
                (np.array([0.7, 0.2, 0.1]), 2.0),
                "At 2 odds become their square root.",
            ),
            Case(
                "[0.5, 0.5, 0] at 2",
                (np.array([0.5, 0.5, 0.0]), 2.0),
                "A power of 0 is 0; its logarithm is not.",
            ),
            Case(
                "[0.7, 0.2, 0.1] at 0.0001",
                (np.array([0.7, 0.2, 0.1]), 0.0001),
                "So high a power of 0.7 is 0 in floating point. Divide all by the largest first.",
            ),
        ],
        hint="Odds go to the power 1/τ: do that to each probability. Do they still sum to 1?",
        right="Probabilities at 1 are all that temperature needs.",
    ),
    "2.2": Function(
        kind="a function of (logits, temperature) that returns the slope of every probability",
        reference=lambda z, t: (softmax(z, t + 1e-5) - softmax(z, t - 1e-5)) / 2e-5,
        cases=[
            Case("[2, 1, 0.5, 0.1] at 1", (np.array([2.0, 1.0, 0.5, 0.1]), 1.0)),
            Case("[2, 1, 0.5, 0.1] at 2", (np.array([2.0, 1.0, 0.5, 0.1]), 2.0), "Look at the power of τ."),
            Case("[-3, 0, 1] at 0.5", (np.array([-3.0, 0.0, 1.0]), 0.5), "A logit below 0 counts with its sign."),
            Case("[1, 1, 1] at 1", (np.array([1.0, 1.0, 1.0]), 1.0), "Equal logits stay equal: no slope."),
            Case(
                "[2001, 2000] at 1",
                (np.array([2001.0, 2000.0]), 1.0),
                "Take the probabilities from the package's `softmax`; a plain exp overflows.",
            ),
        ],
        hint="With p = softmax(logits, temperature), the mean logit is p @ logits. Then the slope formula.",
        right="The slopes sum to 0: what one class loses, others gain.",
        rtol=1e-5,
    ),
    "2.3": Number(
        Near(0.2 / np.log(999)),
        hint="The odds are exp(gap / τ). Set them to 999 and solve for τ.",
        slips=[
            (Near(0.2 / np.log(99)), "That is cold enough for 99 %. Here it is 99.9 %."),
            (Near(np.log(999) / 0.2), "That is the other way up: a larger gap allows a higher temperature."),
            (Near(0.2 / np.log10(999)), "`np.log10` is the logarithm to base 10. The odds are a power of e."),
        ],
        right="That is about a seventh of the gap.",
    ),
    "2.4": Number(
        Near(2.0),
        hint="Only gaps over τ count. By what factor are B's gaps larger?",
        slips=[
            (Near(0.32), "That is τ divided by the factor: B's gaps would be 6.25 times too large."),
            (Near(9.0), "The 7 shifts every logit alike, and softmax does not see it."),
            (Near(0.8), "At the same τ, B's odds are A's to the power 2.5."),
        ],
        right="The shift is invisible, and the scale goes into τ.",
    ),
    "2.5": Number(
        Near(1.11601),
        hint="Call temperature_for_entropy with the entropy of a fair coin, in nats.",
        slips=[
            (
                Near(1.65152),
                "That is an entropy of 1 nat. A coin has 1 bit, which is log 2 nats.",
            ),
            (
                Near(2.61612),
                "There the top class has one half, but the other half is spread over three.",
            ),
        ],
        right="Two effective choices out of four.",
    ),
    "2.6": Array(
        (4,),
        Without((not_falling, weak_second)),
        hint="What should the gap between the first two be like, and what the gap to the others?",
        slips=[(not_falling, "Each logit must be smaller than the one before.")],
        right="The second class stays below one half, for the first is never below it.",
    ),
}
