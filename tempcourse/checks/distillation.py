"""The exercises of chapter 4: what the wrong answers know."""

import numpy as np

from tempcourse.checks.judge import Case, Function, Near, Number
from tempcourse.distillation import same_confidence
from tempcourse.softmax import softmax

__all__ = ["EXERCISES"]

EXERCISES = {
    "4.1": Number(
        Near(7.0 / np.log(2)),
        hint="The odds of the 3 against the 8 are exp(7.0 / T). Set them to 2 and solve for T.",
        slips=[
            (Near(np.log(2) / 7.0), "That is the other way up: a larger gap needs a stronger lens."),
            (Near(7.0 / 2), "Odds are a power of e: it takes the logarithm of 2."),
            (Near(7.0 / np.log10(2)), "`np.log10` is the logarithm to base 10. The odds are a power of e."),
        ],
        right="About ten: there the second guess can be read without a magnifying glass.",
    ),
    "4.2": Function(
        kind="a function of (student_logits, teacher_logits, temperature) that returns as many numbers",
        reference=lambda z, v, temperature: temperature * (softmax(z, temperature) - softmax(v, temperature)),
        cases=[
            Case("[2, 1, -1] against [9, 4, 1] at T = 1", (np.array([2.0, 1.0, -1.0]), np.array([9.0, 4.0, 1.0]), 1.0)),
            Case(
                "[2, 1, -1] against [9, 4, 1] at T = 5",
                (np.array([2.0, 1.0, -1.0]), np.array([9.0, 4.0, 1.0]), 5.0),
                "The slope of L is (q - p)/T, and T² stands in front of L.",
            ),
            Case("equal logits at T = 3", (np.array([1.0, 0.0]), np.array([1.0, 0.0]), 3.0), "Nothing pulls there."),
            Case(
                "[2000, 0] against [0, 2000] at T = 2",
                (np.array([2000.0, 0.0]), np.array([0.0, 2000.0]), 2.0),
                "Take the distributions from the package's `softmax`; a plain exp overflows.",
            ),
        ],
        hint="q and p are softmax of the student's and of the teacher's logits, both at T; then T (q - p).",
        right="Each logit is pulled by what the student says less what the teacher says.",
    ),
    "4.3": Number(
        Near(79 / 4096),
        hint="Add the ways to win 10, 11 and 12 of 12, and divide by 2 to the power 12.",
        slips=[
            (Near(66 / 4096), "That is exactly 10. Eleven and twelve would have impressed you as well."),
            (Near(158 / 4096), "That counts the other setting's wins, too. Asked is this one."),
            (Near(10 / 12), "That is the share of wins, not how likely so many are by tossing."),
        ],
        right="About 2 in 100: so much for ten of twelve.",
    ),
    "4.4": Function(
        kind="a function of probabilities that returns as many",
        reference=same_confidence,
        cases=[
            Case("[0.6, 0.3, 0.1]", (np.array([0.6, 0.3, 0.1]),)),
            Case("[0.1, 0.7, 0.2, 0]", (np.array([0.1, 0.7, 0.2, 0.0]),), "The top stays in its own place."),
            Case("[1, 0]", (np.array([1.0, 0.0]),), "Nothing is left to spread."),
            Case("[0.4, 0.4, 0.2]", (np.array([0.4, 0.4, 0.2]),), "Of two that tie, keep the first."),
        ],
        hint="All others get (1 - top)/(n - 1).",
        right="How sure, without what else.",
    ),
    "4.5": Number(
        Near(12 / np.log(3)),
        hint="The odds exp(12 / T) must be at most 3. Solve for T.",
        slips=[
            (Near(12 / np.log(1 / 3)), "A temperature is positive: which of the two is the larger?"),
            (Near(12 / 3), "Odds are a power of e: it takes the logarithm of 3."),
            (Near(12 / np.log(4)), "A third of the *first's* probability: the odds are 3, not 4."),
        ],
        right="A very sure teacher needs a strong lens.",
    ),
}
