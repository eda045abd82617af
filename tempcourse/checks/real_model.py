"""The exercises of chapter 9: a vocabulary of 49,152 tokens."""

import numpy as np

from tempcourse.checks.judge import Between, Case, Function, Near, Number
from tempcourse.softmax import softmax

__all__ = ["EXERCISES"]

UNSORTED = np.array([0.5, 3.0, -1.0, 2.0, 0.0])


def share_beyond(logits, temperature, k):
    """Return the share of the probability beyond the k most likely tokens."""
    return np.sort(softmax(logits, temperature))[::-1][k:].sum()


EXERCISES = {
    "9.1": Number(
        Near(37),
        hint="Sum the probabilities cumulatively, from the most likely on, and count until they reach a half.",
        slips=[
            (Near(36), "One more: after 36 tokens it is 49.9 %, and an index counts from 0."),
            (Near(533), "That is how many hold nine tenths."),
            (Near(24576), "That is half of the tokens. Asked is half of the probability."),
        ],
        right="Half of the probability is with 37 tokens, the other half with 49,115.",
    ),
    "9.2": Number(
        Near(0.5639, rtol=0.01),
        hint="Compute the entropy after `for i in range(` at τ = 1, and ask `temperature_for_entropy` for it.",
        slips=[
            (Near(1.4742, rtol=0.01), "That is the other way round: it heats the loop until it is as open as the cat."),
            (Near(3.07, rtol=0.01), "That is the entropy that is wanted. At which τ does the cat have it?"),
            (Near(1 / 0.5639, rtol=0.01), "Upside down: colder is less entropy, and colder is a τ below 1."),
        ],
        right="The same knob, and a place as open as that needs it turned nearly to the half to be as sure.",
    ),
    "9.3": Function(
        kind="a function of (logits, temperature, k) that returns a share from 0 to 1",
        reference=share_beyond,
        cases=[
            Case("three logits at τ = 1", (np.array([2.0, 1.0, 0.0]), 1.0, 1)),
            Case("a hot row", (np.array([2.0, 1.0, 0.0]), 2.0, 1), "Divide the logits by τ before the softmax."),
            Case("a row that is not sorted", (UNSORTED, 1.5, 2), "The first k of the row are not the k most likely."),
            Case("as many as there are", (np.array([1.0, 0.0]), 1.0, 2), "Beyond all of them lies nothing: 0."),
        ],
        hint="Probabilities at τ, sorted downwards; the sum of what comes after the first k.",
        right="Over a large vocabulary it is the share that a filter would have to cut off.",
    ),
    "9.4": Number(
        Near(0.08),
        hint="In the worst case the best falls as far as it can, and the second rises as far as it can.",
        slips=[
            (Near(0.04), "That is how far one of them moves. The other moves as well."),
            (Near(0.02), "Both may move by 0.04, in opposite directions: that adds up."),
        ],
        right="Twice the largest move; below it the arithmetic decides.",
    ),
    "9.5": Number(
        Near(8),
        hint="Attention divides by the square root of d before the softmax, and that is what a temperature does.",
        slips=[
            (Near(64), "That is d. Attention divides by its square root."),
            (Between(0.124, 0.126), "That is what they are multiplied by. A temperature divides."),
        ],
        right="A temperature of 8, in every head of every layer.",
    ),
}
