"""The exercises of chapter 12: bugs to mend, to recognise and to catch."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tempcourse.checks.judge import (
    Array,
    Between,
    Case,
    Entries,
    Function,
    Near,
    NotYet,
    Number,
    call,
    demand_function,
)
from tempcourse.softmax import log_softmax, softmax

__all__ = ["EXERCISES"]

ANY = Between(-math.inf, math.inf)
HALF = np.array([2.875, 2.955, 11.06, -2.447], np.float16)


def with_default(logits, temperature, default):
    """Return softmax at a temperature, or at the default where none is given."""
    return softmax(logits, default if temperature is None else temperature)


def normalised(logits):
    """Return softmax at τ = 1, as it is often written."""
    weights = np.exp(logits - np.max(logits))
    return weights / weights.sum()


def maximum_first(logits, temperature):
    """Return softmax as it should be, without the package."""
    gaps = logits - np.max(logits)
    weights = np.exp(gaps / temperature) if temperature > 0 else (gaps == 0).astype(float)
    return weights / weights.sum()


def by_log_probabilities(logits, temperature):
    """Return softmax of the log-probabilities over τ, which is softmax of the logits over τ."""
    return softmax(log_softmax(logits), temperature)


def without_temperature(logits, temperature):
    """Return softmax at τ = 1, whatever was asked for."""
    return softmax(logits)


def frozen(logits, temperature):
    """Return softmax at 0.02 where τ is above it."""
    return softmax(logits, min(temperature, 0.02))


def upside_down(logits, temperature):
    """Return softmax at 1/τ."""
    return softmax(logits, 1 / temperature if temperature else math.inf)


def applied_twice(logits, temperature):
    """Return softmax at τ squared."""
    return softmax(logits, temperature**2)


def softmax_twice(logits, temperature):
    """Return the softmax of probabilities; at 0, the favourite."""
    return softmax(softmax(logits, temperature) if temperature else logits, temperature)


def never_summed(logits, temperature):
    """Return powers of probabilities that were not divided by their sum."""
    return np.exp(log_softmax(logits) / temperature) if temperature else softmax(logits, 0)


def guarded(logits, temperature):
    """Return softmax without the division where τ is 0."""
    return softmax(logits, temperature if temperature > 0 else 1)


def zero_is_nothing(logits, temperature):
    """Return softmax at 0.7 where τ is 0."""
    return softmax(logits, temperature or 0.7)


def one_over_zero(logits, temperature):
    """Return softmax of logits times 1/τ."""
    return normalised((logits - np.max(logits)) * np.divide(1.0, temperature))


def unmasked(logits, temperature):
    """Return softmax with a logit of 0 for what is masked."""
    return softmax(np.where(np.isneginf(logits), 0, logits), temperature)


def in_place(logits, temperature):
    """Return softmax, and leave the logits divided."""
    p = softmax(logits, temperature)
    if temperature:
        logits /= temperature
    return p


def without_the_maximum(logits, temperature):
    """Return softmax as the formula stands, which overflows."""
    if not temperature:
        return softmax(logits, 0)
    weights = np.exp(logits / temperature)
    return weights / weights.sum()


ANOTHER = "Ask at a τ other than 1, and hold every probability against the formula."
SQUARE = "This one squares τ, which shows neither at 0 nor at 1. Ask at 2, say."
ZERO = "It goes wrong at 0 only. There the favourite has all."
MASK = "It goes wrong where a logit is -inf only. What is masked has probability 0."
TWICE = "It returns the right probabilities, and changes the array that it was given. Ask twice, or look at the array."
LARGE = "It overflows. Ask for large logits as well: 1000 and 999, say."


@dataclass(frozen=True)
class Catch:
    """An exercise whose answer is a test: a function that tells a right softmax from one with a bug."""

    #: Functions of logits and a temperature that the test should pass.
    innocent: Sequence[Callable]
    #: Those that it should fail, each with the hint for who lets it pass.
    slips: Sequence[tuple[Callable, str]]
    hint: str
    right: str = ""
    kind: str = "a function of a function that returns True or False"

    def judge(self, answer) -> None:
        """Raise `NotYet` or `NotAttempted` unless the answer is right."""
        demand_function(answer)
        for function in self.innocent:
            if not self._passes(answer, function):
                raise NotYet("yours refuses a function that is right")
        for function, hint in self.slips:
            if self._passes(answer, function):
                raise NotYet("yours lets a bug pass", hint)

    def _passes(self, answer, function) -> bool:
        said = call(answer, [function])
        if isinstance(said, np.ndarray) and said.shape == ():
            said = said.item()
        if not isinstance(said, (bool, np.bool_, int, float, np.number)) or said not in (0, 1):
            raise NotYet("yours returned neither True nor False")
        return bool(said)


EXERCISES = {
    "12.1": Function(
        kind="a function of (logits, temperature, default) that returns probabilities",
        reference=with_default,
        cases=[
            Case("[2, 1, 0.5, 0.1] at τ = 0.5", (np.array([2.0, 1.0, 0.5, 0.1]), 0.5, 0.7)),
            Case("[2, 1, 0.5, 0.1] at τ = 2", (np.array([2.0, 1.0, 0.5, 0.1]), 2.0, 0.7)),
            Case(
                "[2, 1, 0.5, 0.1] with no τ given",
                (np.array([2.0, 1.0, 0.5, 0.1]), None, 0.7),
                "None, and only None, means that the default is wanted.",
            ),
            Case(
                "[2, 1, 0.5, 0.1] at τ = 0",
                (np.array([2.0, 1.0, 0.5, 0.1]), 0.0, 0.7),
                "0 was asked for: not the default, not 1, and no division. The favourite has all.",
            ),
            Case(
                "[1, 3, 3] at τ = 0",
                (np.array([1.0, 3.0, 3.0]), 0.0, 0.7),
                "Two that tie on top have a half each, as close to 0 as you like, and so at 0.",
            ),
            Case(
                "float16 logits at τ = 0.0001",
                (HALF, 1e-4, 0.7),
                "11.06 over 0.0001 is more than float16 holds. Subtract the largest before you divide.",
            ),
            Case(
                "[2, -inf, 0.5] at τ = 2",
                (np.array([2.0, -np.inf, 0.5]), 2.0, 0.7),
                "What is masked stays at probability 0.",
            ),
        ],
        hint="Settle τ first, with `is None`; then the gaps below the largest; then 0 as a case of its own.",
        right="Zero is a case, None is another, and the gaps come first.",
    ),
    "12.2": Number(
        Near(0.64, rtol=0.01),
        hint="Two probabilities are enough: the gap of their logits over the logarithm of their ratio.",
        slips=[
            (Near(0.8, rtol=0.01), "That is what was asked for. What does the ratio of two probabilities say?"),
            (Near(1 / 0.64, rtol=0.01), "Upside down: the logarithm of the ratio is the gap over τ."),
            (Near(1.25, rtol=0.01), "Upside down, and what was asked for: look at the probabilities."),
            (Near(1 / 4.77, rtol=0.01), "That is the second over the first. Take the logarithm of the ratio."),
        ],
        right="0.64 is 0.8 squared: somebody has divided twice. At τ = 1 nobody would have seen it.",
    ),
    "12.3": Array(
        (5,),
        Entries([Near(3), Near(0), Near(4), Near(2), Near(1)]),
        hint="For each row, the logarithms of the odds over the gaps of the logits: a number that is 1/τ, or none.",
        slips=[
            (
                Entries([Near(4), ANY, Near(3), ANY, ANY]),
                "A and C are both too even. In which do the logarithms of the odds keep to the gaps, 1 to 1.5 to 1.9?",
            ),
            (
                Entries([ANY, Near(1), ANY, ANY, Near(0)]),
                "Asked for was 2. E is the row of τ = 1.",
            ),
            (
                Entries([Near(2), ANY, ANY, Near(3), ANY]),
                "Two times too hot is even, two times too cold is sharp. D is sharp: which bug makes it so?",
            ),
        ],
        right="Four bugs, one row that is as it should be, and nothing but the odds to tell them by.",
    ),
    "12.4": Number(
        Between(0.0153, 0.0157),
        hint="log(0.2)/τ must fall to −104. Solve for τ.",
        slips=[
            (Between(0.0020, 0.0023), "There float64 gives up. It is float32 here."),
            (Between(0.0180, 0.0187), "There float32 begins to lose digits. 0 comes a little later."),
            (Between(60, 70), "Upside down: divide the logarithm by the limit."),
            (Between(0.0066, 0.0069), "That is with a logarithm to base 10. exp goes with the natural one."),
            (Between(-0.0157, -0.0153), "Both logarithms are below 0, so their quotient is above."),
        ],
        right="A surer favourite can be colder. Subtract the largest, and no τ is too cold.",
    ),
    "12.5": Catch(
        innocent=[softmax, maximum_first, by_log_probabilities],
        slips=[
            (without_temperature, ANOTHER),
            (frozen, ANOTHER),
            (upside_down, ANOTHER),
            (softmax_twice, ANOTHER),
            (never_summed, ANOTHER),
            (applied_twice, SQUARE),
            (guarded, ZERO),
            (zero_is_nothing, ZERO),
            (one_over_zero, ZERO),
            (unmasked, MASK),
            (in_place, TWICE),
            (without_the_maximum, LARGE),
        ],
        hint="Call it, and compare with probabilities that you know, by np.allclose; return True if all agree.",
        right="Twelve functions with a bug fail it, and three that are right pass.",
    ),
}
