"""The exercises of chapter 11: the notes, and a claim of the reader's own, on trial."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from tempcourse.checks.judge import Near, NotYet, Number, Test, call, demand_function, describe, hint_of_slip, show
from tempcourse.softmax import softmax

__all__ = ["EXERCISES"]


@cache
def heated_pairs():
    """Return pairs of distributions, the colder one first: each of one row of logits at two temperatures."""
    rng = np.random.default_rng(0)
    sketch, tie, lead = np.array([2.0, 1.0, 0.5, 0.1]), np.array([2.0, 2.0, 0.5, -1.0]), np.array([6.0, 0.0, 0.0])
    rows = [sketch, sketch, sketch, tie, lead, *(rng.normal(scale=2, size=rng.integers(3, 7)) for _ in range(300))]
    taus = [(0.5, 1.0), (1.0, 2.0), (4.0, 6.0), (0.5, 2.0), (0.5, 5.0), *np.sort(rng.uniform(0.3, 4, (300, 2)))]
    return [(softmax(z, low), softmax(z, high)) for z, (low, high) in zip(rows, taus, strict=True)]


def says_nothing(outcomes):
    """Tell whether a claim held for all pairs, heated, turned round or strangers."""
    return bool(outcomes.all())


def holds_turned_round(outcomes):
    """Tell whether a claim failed somewhere, and nowhere when hot and cold were exchanged."""
    return bool(outcomes[1].all() and not outcomes[0].all())


@dataclass(frozen=True)
class Claim:
    """An exercise whose answer is a claim: a function of two distributions, tried on many pairs of them.

    The slips are tests on its outcomes, a row each for heated pairs, pairs turned round, and strangers.
    """

    hint: str
    slips: Sequence[tuple[Test, str]]
    right: str = ""
    kind: str = "a function of (cold, hot) that returns True or False"

    def judge(self, answer) -> None:
        """Raise `NotYet` or `NotAttempted` unless the claim holds for all heated pairs, and not for all others."""
        demand_function(answer)
        heated = heated_pairs()
        turned = [(hot, cold) for cold, hot in heated]
        strangers = [(cold, np.roll(hot, 1)) for cold, hot in heated]
        outcomes = np.array([[self._outcome(answer, *pair) for pair in pairs] for pairs in (heated, turned, strangers)])
        hint = hint_of_slip(outcomes, self.slips)
        if not outcomes[0].all():
            cold, hot = heated[outcomes[0].argmin()]
            raise NotYet(f"yours is refuted by {show(cold)} heated to {show(hot)}", hint)
        if hint:
            raise NotYet(f"yours held for all {outcomes.size} pairs, heated or not", hint)

    def _outcome(self, claim, cold, hot) -> bool:
        got = call(claim, [cold.copy(), hot.copy()])
        if not isinstance(got, bool | np.bool_):
            raise NotYet(f"yours returned {describe(got)}", "Return True or False, one for the two distributions.")
        return bool(got)


EXERCISES = {
    "11.1": Number(
        Near(1.641, rtol=0.01),
        hint="Ask `needed` for the temperature at which the largest of these logits has 0.5.",
        slips=[
            (Near(0.644, rtol=0.01), "That is what the first class has at τ = 1. At which τ has it 0.5?"),
            (Near(1 / 1.641, rtol=0.01), "Upside down: the slide shows too little, so it was drawn hotter than 1."),
            (Near(3 / np.log(2), rtol=0.01), "That makes the odds against one class 2 : 1. There are three others."),
        ],
        right="Once more a picture that was drawn by feel, and flatter than it should be.",
    ),
    "11.2": Number(
        Near(0.5),
        hint="For a small gap the probabilities are gap/(2τ) apart. When is that the gap itself?",
        slips=[
            (Near(1), "At τ = 1 they are half as far apart as the scores."),
            (Near(2), "The other way up: the colder, the further apart."),
            (Near(0.25), "There they are already twice as far apart as the scores."),
        ],
        right="Above one half softmax never lifts a difference; below, it lifts the small ones.",
    ),
    "11.3": Number(
        Near(9.79, rtol=0.01),
        hint="Shown at τ, the teacher's logits are τ times log `story`. Try values of τ, and look at the first class.",
        slips=[
            (Near(20), "That teacher is 99.99 % sure at τ = 1. A less sure one shows these numbers at a lower τ."),
            (Near(10.01, rtol=0.01), "That puts the last 20 % on one class. Seven share them."),
            (Near(1 / 9.79, rtol=0.01), "Upside down: `story` is the hot picture, so τ is above 1."),
        ],
        right="One teacher for both lines, and a lens half as strong.",
    ),
    "11.4": Number(
        Near(0.51),
        hint="Greedy's text has 0.6 · 0.34. What must 0.4 be multiplied by to give the same?",
        slips=[
            (Near(0.204), "That is the probability of the whole text. It begins with B, which has 0.4."),
            (Near(0.34), "That compares the second words alone. B is less likely than A, and that counts too."),
            (Near(0.5667, rtol=0.005), "Upside down: 0.6 · 0.34 over 0.4, not 0.34 over 0.6."),
        ],
        right="Only a way that is much surer than greedy's own escapes it, and in language there are many.",
    ),
    "11.5": Claim(
        hint="Look at the pair that refuted it. Does the claim hold of the largest class, or of all together?",
        slips=[
            (says_nothing, "It holds for any two distributions whatever. What does heat alone do?"),
            (holds_turned_round, "Exchange cold and hot: the other way round it holds for every pair."),
        ],
        right="No pair refuted it, and it is false of some that are not heated. Can you prove it?",
    ),
}
