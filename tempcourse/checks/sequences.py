"""The exercises of chapter 6: from the next token to the whole text."""

import numpy as np

from tempcourse.checks.judge import Case, Function, Near, Number

__all__ = ["EXERCISES"]

COIN = -0.9 * np.log(0.9) - 0.1 * np.log(0.1)  # the entropy of one flip of a loaded coin


def first_of_two(first, then, temperature):
    """Return the distribution of the first token when texts of two tokens are tempered."""
    texts = first[:, np.newaxis] * then
    weights = ((texts / texts.max()) ** (1 / temperature)).sum(axis=1)
    return weights / weights.sum()


EXERCISES = {
    "6.1": Number(
        Near(0.36),
        hint="Multiply along each way, and compare the best of each.",
        slips=[
            (Near(0.22), "That is greedy's text: A first, because 0.55 is more than 0.45."),
            (Near(0.8), "That is the second step alone. Multiply by the first."),
        ],
        right="The less likely first word leads to the likelier text.",
    ),
    "6.2": Function(
        kind="a function of (scores, log_probabilities) that returns as many scores, the best first",
        reference=lambda scores, log_p: np.sort((scores[:, np.newaxis] + log_p).ravel())[::-1][: len(scores)],
        cases=[
            Case("one beam", (np.array([0.0]), np.log([[0.7, 0.3]]))),
            Case(
                "two beams that tie",
                (np.zeros(2), np.log([[0.7, 0.3], [0.6, 0.4]])),
                "The best comes first.",
            ),
            Case(
                "two beams that both survive",
                (np.log([0.6, 0.4]), np.log([[0.5, 0.5], [0.9, 0.1]])),
                "Each score goes to its own row: make a column of the scores.",
            ),
            Case(
                "two beams, and one takes both places",
                (np.log([0.6, 0.4]), np.log([[0.5, 0.5], [0.4, 0.6]])),
                "All continuations compete with each other, not only those of the same beam.",
            ),
            Case(
                "unsorted beams",
                (np.log([0.1, 0.9]), np.log([[1.0, 1e-9], [0.6, 0.4]])),
                "Each score stays with its row. Sort the sums alone.",
            ),
            Case(
                "three beams, of which one may go only one way",
                (np.log([0.5, 0.3, 0.2]), np.array([[0.0, -np.inf], [-0.5, -1.0], [-0.1, -3.0]])),
                "log 0 is -inf, and what is added to it stays so: it comes last by itself.",
            ),
        ],
        hint="Add each score to its row, flatten, sort downwards, keep as many as there were.",
        right="That is all of beam search but for remembering the words.",
    ),
    "6.3": Number(
        Near(100 * (COIN + np.log(0.9))),
        hint="Per flip: the entropy of (0.9, 0.1) less the surprise of heads, -log 0.9. Times 100.",
        slips=[
            (Near(-100 * np.log(0.9)), "That is the surprise of all heads. How much more is typical?"),
            (Near(100 * COIN), "That is typical. By how much does it exceed that of all heads?"),
            (Near(100 * (COIN + np.log(0.9)) / np.log(2)), "That is in bits. Asked are nats."),
        ],
        right="Each typical sequence is e²² times rarer than all heads, and yet you only ever see typical ones.",
    ),
    "6.4": Number(
        Near(0.33539, rtol=0.01),
        hint="Token by token, the best text with A has p(A) p(a|A), each at τ. Where does it equal that with B?",
        slips=[
            (Near(1.0), "At τ = 1 the text with B is likelier: 0.36 against 0.22. Go colder."),
            (Near(0.387, rtol=0.01), "That is the tree in the text. Here the numbers are those of exercise 6.1."),
        ],
        right="Below it the token-wise favourite is no longer the model's.",
    ),
    "6.5": Function(
        kind="a function of (first, then, temperature) that returns the first token's distribution",
        reference=first_of_two,
        cases=[
            Case("the tree at τ = 1", (np.array([0.6, 0.4]), np.array([[0.34, 0.33, 0.33], [0.9, 0.05, 0.05]]), 1.0)),
            Case(
                "the tree at τ = 0.3",
                (np.array([0.6, 0.4]), np.array([[0.34, 0.33, 0.33], [0.9, 0.05, 0.05]]), 0.3),
                "The first token's weight is p(first)^(1/τ) times the *sum* of p(second)^(1/τ) over what follows.",
            ),
            Case("two leaves against one at τ = 2", (np.array([0.5, 0.5]), np.array([[0.5, 0.5], [1.0, 0.0]]), 2.0)),
            Case(
                "the tree at τ = 0.0001",
                (np.array([0.6, 0.4]), np.array([[0.34, 0.33, 0.33], [0.9, 0.05, 0.05]]), 0.0001),
                "So high a power of any probability is 0 in floating point. Divide all by the largest first.",
            ),
        ],
        hint="Sum p(text)^(1/τ) over all texts that begin with the token, then normalise.",
        right="To temper a text, the first word must know what can follow.",
    ),
}
