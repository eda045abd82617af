"""The exercises of chapter 8: when to believe a probability."""

import numpy as np

from tempcourse.checks.judge import Array, Case, Function, Near, Number, Without
from tempcourse.softmax import softmax

__all__ = ["EXERCISES"]


def excess_logit(logits, labels, temperature) -> float:
    """Return how far the expected logit is above the label's, in the mean over the rows."""
    expected = (softmax(logits, temperature) * logits).sum(axis=-1)
    return (expected - logits[np.arange(len(labels)), labels]).mean()


def first_is_beaten(logits):
    """Tell whether, before the scaling, the first class is not on top alone."""
    return bool(logits[0] <= max(logits[1:]))


def second_is_beaten(logits):
    """Tell whether, with a factor of 1.2 for the second class, that is not on top alone."""
    return bool(1.2 * logits[1] <= max(logits[0], logits[2]))


EXERCISES = {
    "8.1": Number(
        Near(0.13),
        hint="Each bin has a gap between confidence and accuracy. Weigh it by the bin's share of the predictions.",
        slips=[
            (Near(0.05), "There the gaps cancel: one bin is too sure, the other the opposite. Take absolute values."),
            (Near(0.125), "That is the plain mean of the two gaps. The bins are not equally full."),
            (Near(0.25), "That is the sum of the two gaps. Weigh each by its bin's share of the predictions."),
            (Near(13.0), "Give it as a fraction: 13 % is 0.13."),
        ],
        right="A gap counts as often as it is met.",
    ),
    "8.2": Number(
        Near(0.7 * np.log(0.7 / 0.9) + 0.3 * np.log(0.3 / 0.1)),
        hint="The mean surprise of a forecast p is -0.7 log p - 0.3 log(1 - p). Take it at 0.9 and at 0.7.",
        slips=[
            (Near(-0.7 * np.log(0.9) - 0.3 * np.log(0.1)), "That is what 90 % costs. What would 70 % have cost?"),
            (Near(-0.7 * np.log(0.7) - 0.3 * np.log(0.3)), "That is what honesty costs. Asked is the difference."),
            (
                Near(0.9 * np.log(0.9 / 0.7) + 0.1 * np.log(0.1 / 0.3)),
                "There the rain fell on 90 % of the days. It fell on 70 %: weigh the surprises by what happens.",
            ),
            (
                Near(0.7 * np.log2(0.7 / 0.9) + 0.3 * np.log2(0.3 / 0.1)),
                "Those are bits. With the natural logarithm they are nats.",
            ),
            (Near(np.log(0.9 / 0.7)), "The days without rain count too, 30 % of them."),
        ],
        right="It is KL(truth || forecast), which is 0 for the truth alone.",
    ),
    "8.3": Function(
        kind="a function of (logits, labels, temperature) that returns a number",
        reference=excess_logit,
        cases=[
            Case("[[2, 1, 0.5, 0.1]], label 0, at 1", (np.array([[2.0, 1.0, 0.5, 0.1]]), np.array([0]), 1.0)),
            Case(
                "[[2, 1, 0.5, 0.1]], label 0, at 2",
                (np.array([[2.0, 1.0, 0.5, 0.1]]), np.array([0]), 2.0),
                "The expected logit is taken at the temperature; the logits themselves are not divided by it.",
            ),
            Case(
                "two rows, [[2, 1, 0], [0, 3, -1]], labels 0 and 2, at 1",
                (np.array([[2.0, 1.0, 0.0], [0.0, 3.0, -1.0]]), np.array([0, 2]), 1.0),
                "Each row has its own expected logit and its own label: `logits[np.arange(len(labels)), labels]`. "
                "At the end the mean over the rows.",
            ),
            Case(
                "large logits, [[2001, 2000]], label 1, at 1",
                (np.array([[2001.0, 2000.0]]), np.array([1]), 1.0),
                "Take the probabilities from the package's `softmax`; a plain exp overflows.",
            ),
        ],
        hint="With p = softmax(logits, temperature): the mean over the rows of Σ p z, minus the label's logit.",
        right="Above 0 the network is too sure, below 0 not sure enough, and at 0 the temperature fits.",
    ),
    "8.4": Number(
        Near(6 / np.log(9)),
        hint="At the best τ the odds are those of the outcomes, 9 : 1, and the odds are exp(gap / τ).",
        slips=[
            (Near(np.log(9) / 6), "That is 1/τ."),
            (Near(6 / np.log(10)), "Right in 9 of 10 are odds of 9 : 1."),
            (Near(-6 / np.log(0.9)), "0.9 is the probability. The odds are 0.9 to 0.1."),
            (Near(6 / np.log10(9)), "`np.log10` is the logarithm to base 10. The odds are a power of e."),
        ],
        right="It had odds of 403 : 1 where 9 : 1 was true.",
    ),
    "8.5": Number(
        Near(4.0263),
        hint="Take `predict_logits(network, rougher)`, its held-out part, and the labels of that part.",
        slips=[
            (Near(4.2388, rtol=2e-3), "That was fitted on the test images, and they are there to judge τ."),
            (Near(4.0596, rtol=2e-3), "That was fitted on the first 400, the images that the network was trained on."),
            (Near(4.1500, rtol=2e-3), "That was fitted on all images. Take the held-out ones alone."),
            (Near(2.1804, rtol=2e-3), "That is the old temperature, for the noise it was trained with."),
        ],
        right="Nearly twice the old one. A temperature belongs to a network and to the data it meets.",
    ),
    "8.6": Array(
        (3,),
        Without((first_is_beaten, second_is_beaten)),
        hint="Which class profits from a factor of 1.2, and how close must it have been?",
        slips=[
            (first_is_beaten, "Before the scaling the first class must be on top, alone."),
            (second_is_beaten, "After the scaling the second class must be on top, alone."),
        ],
        right="A near tie is enough. Whatever favours a class turns some decision.",
    ),
}
