"""The exercises of chapter 1: from scores to probabilities."""

import numpy as np

from tempcourse.checks.judge import Array, Between, Case, Entries, Function, Near, Number
from tempcourse.softmax import log_softmax, softmax

__all__ = ["EXERCISES"]

ALMOST_ONE = np.nextafter(1.0, 0.0)
ANY = Between(-np.inf, np.inf)
IN_FLOAT64 = "That is where float64 gives up. Make the logits float32."

# What is added to 1 is lost up to half the distance to the next float32; what is up to half the smallest one becomes 0.
GAP_FOR_1, GAP_FOR_0 = 24 * np.log(2), 150 * np.log(2)


def sample(probabilities, u):
    """Return the first class whose exact cumulative sum exceeds `u` of the total."""
    sums = np.cumsum(probabilities, dtype=np.float64)
    return np.searchsorted(sums, u * sums[-1], side="right")


EXERCISES = {
    "1.1": Number(
        Near(np.exp(1.9)),
        hint="The odds of two classes need only the gap between their two scores: no sum over all classes.",
        slips=[
            (Near(1.9), "That is the gap between the two scores. The odds are a function of it."),
            (Near(np.exp(-1.9)), "Those are the odds of moon against mat: the other way round."),
            (Near(20.0), "That is the quotient of the scores. Softmax looks at their difference."),
        ],
        right="Odds are exp(gap), whatever the other classes score.",
    ),
    "1.2": Number(
        Between(15.395, 15.425),  # 15.4 and 15.42, but not log(100 · 50,256)
        hint="Write p = exp(g) / (exp(g) + 50256), set it to 0.99 and solve for g.",
        slips=[
            (Near(np.log(100 * 50_256), rtol=1e-4), "99 % against 1 % are odds of 99 to 1, not of 100 to 1."),
            (Near(np.log(99)), "That is enough against one rival. Here there are 50,256."),
            (Near(np.log(50_256)), "That gap gives one half. Ask for odds of 99 to 1."),
        ],
        right="The gap grows with the logarithm of the number of rivals.",
    ),
    "1.3": Function(
        kind="a function of logits, shape (rows, classes), that returns as many probabilities",
        reference=lambda logits: softmax(logits, axis=-1),
        cases=[
            Case("one row, [[2, 1, 0.5, 0.1]]", (np.array([[2.0, 1.0, 0.5, 0.1]]),)),
            Case(
                "two rows, [[2, 1, 0.5, 0.1], [0, 3, 1, 1]]",
                (np.array([[2.0, 1.0, 0.5, 0.1], [0.0, 3.0, 1.0, 1.0]]),),
                "Each row sums to 1 on its own: look at `axis` and `keepdims` of `max` and of `sum`.",
            ),
            Case(
                "large logits, [[1000, 999]]",
                (np.array([[1000.0, 999.0]]),),
                "exp(1000) overflows. What may be subtracted from a row without changing its softmax?",
            ),
            Case(
                "a large row above a modest one, [[1000, 999], [1, 0]]",
                (np.array([[1000.0, 999.0], [1.0, 0.0]]),),
                "Take the maximum of each row, not that of the whole table.",
            ),
            Case(
                "integer logits, [[3, 1], [0, 2]]",
                (np.array([[3, 1], [0, 2]]),),
                "Make a new array; an integer one holds no fractions.",
            ),
            Case(
                "8-bit integer logits, [[127, -128]]",
                (np.array([[127, -128]], dtype=np.int8),),
                "The subtraction wraps round. Turn the logits into floats before it.",
            ),
            Case(
                "very negative logits, [[-1000, -1001]]",
                (np.array([[-1000.0, -1001.0]]),),
                "All exponentials are 0 there. Subtract the maximum whatever its sign.",
            ),
            Case(
                "a wide row, [[0, 2000]]",
                (np.array([[0.0, 2000.0]]),),
                "Subtract the largest of the row: after any other, an exponential may overflow.",
            ),
            Case(
                "a masked class, [[0, -inf]]",
                (np.array([[0.0, -np.inf]]),),
                "exp(-inf) is 0, as it should be: the row needs no special treatment.",
            ),
            Case(
                "float32 logits, [[2, 1, 0.5, 0.1]]",
                (np.array([[2.0, 1.0, 0.5, 0.1]], dtype=np.float32),),
            ),
        ],
        hint="The same two lines as before, in floats, with `axis=-1, keepdims=True` in the maximum and the sum.",
        right="Row by row, and safe for scores of any size.",
    ),
    "1.4": Function(
        kind="a function of (logits, target) that returns a number",
        reference=lambda logits, target: -log_softmax(logits)[target],
        cases=[
            Case("[2, 1, 0.5, 0.1] with target 0", (np.array([2.0, 1.0, 0.5, 0.1]), 0)),
            Case("[2, 1, 0.5, 0.1] with target 3", (np.array([2.0, 1.0, 0.5, 0.1]), 3)),
            Case("integer logits, [2, 1, 0] with target 1", (np.array([2, 1, 0]), 1)),
            Case(
                "[0, 1000] with target 0",
                (np.array([0.0, 1000.0]), 0),
                "The probability is too small for a float, its logarithm is not: never form the probability.",
            ),
            Case(
                "[-1000, -1001] with target 0",
                (np.array([-1000.0, -1001.0]), 0),
                "Subtract the maximum inside the logarithm and add it again outside.",
            ),
            Case(
                "8-bit integer logits, [127, -128] with target 1",
                (np.array([127, -128], dtype=np.int8), 1),
                "The subtraction wraps round. Turn the logits into floats before it.",
            ),
            Case(
                "a masked class, [1, -inf, 0] with target 0",
                (np.array([1.0, -np.inf, 0.0]), 0),
                "exp(-inf) is 0, as it should be; 0 times -inf is nan. Take the target's logit by its index.",
            ),
        ],
        hint="-log p[target] = (log-sum-exp of the logits) - logits[target].",
        right="The loss stays finite and exact where the probability itself has become 0.",
    ),
    "1.5": Array(
        (2,),
        Entries((Near(GAP_FOR_1, rtol=0, atol=1), Near(GAP_FOR_0, rtol=0, atol=1))),
        hint="Try gaps from 0 to 120 in float32: at which is p[0] == 1 first, and at which p[1] == 0?",
        slips=[
            (Entries((Between(36, 38), ANY)), IN_FLOAT64),
            (Entries((ANY, Between(700, np.inf))), IN_FLOAT64),
            (
                Entries((ANY, Between(86, 89))),
                "There it drops below the smallest *normal* float32. Smaller ones follow, before 0.",
            ),
            (
                Entries((Between(86, 105), Between(16, 18))),
                "Both numbers are there, in the other order: first the gap at which p[0] == 1.",
            ),
        ],
        right="1 is reached long before 0: float32 is dense near 0 and coarse near 1.",
    ),
    "1.6": Function(
        kind="a function of (probabilities, u) that returns the index of a class",
        reference=sample,
        cases=[
            Case("[0.5, 0.25, 0.25] with u = 0.6", (np.array([0.5, 0.25, 0.25]), 0.6)),
            Case("[0.5, 0.25, 0.25] with u = 0.1", (np.array([0.5, 0.25, 0.25]), 0.1)),
            Case(
                "[0, 1] with u = 0",
                (np.array([0.0, 1.0]), 0.0),
                'A class of probability 0 must never be drawn. Look at `side="right"` of `searchsorted`.',
            ),
            Case(
                "[0.7, 0.2, 0.1] with u just below 1",
                (np.array([0.7, 0.2, 0.1]), ALMOST_ONE),
                "Look at the last cumulative sum of these three, and at where u lies against it.",
            ),
            Case(
                "[0.5, 0.5] in float32 with u = 0.99999999, a plain Python float",
                (np.array([0.5, 0.5], dtype=np.float32), 0.99999999),
                "Times a float32 sum, a Python float is rounded to float32, and that u becomes 1. Sum in float64.",
            ),
            Case(
                "[0.5, 0, 0.5] with u = 0.5",
                (np.array([0.5, 0.0, 0.5]), 0.5),
                'A class of probability 0 must never be drawn. Look at `side="right"` of `searchsorted`.',
            ),
            Case(
                "[0.7, 0.2, 0.1, 0] with u just below 1",
                (np.array([0.7, 0.2, 0.1, 0.0]), ALMOST_ONE),
                "Clipping the index to the last class can draw a class of probability 0. Scale u instead.",
            ),
            Case(
                "50,257 equal classes in float32 with u just below 1",
                (np.full(50_257, 1 / 50_257, dtype=np.float32), ALMOST_ONE),
                "These add up to more than 1 in float32, so the last classes are never drawn.",
            ),
        ],
        hint="Sum in float64, and compare with u times the last cumulative sum.",
        right="The index is always a class that can happen.",
        rtol=0.0,
    ),
}
