"""The exercises of chapter 10: one of k tries, the vote of n, and a draft that is accepted."""

import math

from tempcourse.checks.judge import Between, Case, Function, Near, Number
from tempcourse.many_samples import pass_at_k_estimate

__all__ = ["EXERCISES"]


def vote_of_two(p, n):
    """Return the probability that more than half of n votes are right, each with probability p; n is odd."""
    return sum(math.comb(n, m) * p**m * (1 - p) ** (n - m) for m in range(n // 2 + 1, n + 1))


EXERCISES = {
    "10.1": Number(
        Near(29),
        hint="All k tries fail with probability 0.9 to the power k. When is that at most 5 %?",
        slips=[
            (Near(28), "28 tries reach 94.8 %. At least 95 % was asked."),
            (Between(28.3, 28.6), "So many tries, but there are no parts of one. Round upwards."),
            (Near(10), "Ten tries at one in ten find it in 65 % of all cases only."),
            (Near(9.5), "Probabilities of several tries do not add up: what multiplies is the chance to fail."),
            (Near(30), "That is the rule of thumb, 3/p. Exactly it is one less."),
        ],
        right="About 3/p tries find what one try finds with probability p, in 95 of 100 cases.",
    ),
    "10.2": Function(
        kind="a function of (n, c, k) that returns an estimate from 0 to 1",
        reference=lambda n, c, k: pass_at_k_estimate(n, c, k),
        cases=[
            Case("n = 10, c = 3, k = 1", (10, 3, 1)),
            Case("n = 10, c = 3, k = 5", (10, 3, 5), "None is put back: each factor has its own n."),
            Case("n = 20, c = 1, k = 10", (20, 1, 10), "n − c samples are wrong. All k must be among these."),
            Case("n = 10, c = 8, k = 5", (10, 8, 5), "Two are wrong, so every choice of five holds a right one."),
            Case("n = 10, c = 0, k = 5", (10, 0, 5), "No correct sample: the estimate is 0."),
        ],
        hint="`math.comb(n - c, k) / math.comb(n, k)` is the share of choices that hold wrong ones only.",
        right="In the mean it is pass@k exactly, from any number of samples that is at least k.",
    ),
    "10.3": Number(
        Near(3 / math.log(12), rtol=0.01),
        hint="pass@50 is greatest where p is, and p where the mean logit is as large as the answer's own: 2.",
        slips=[
            (Near(0), "At τ = 0 the favourite is drawn always, and it is wrong."),
            (Near(1), "Near, but the maximum lies where the mean logit is 2, and at τ = 1 it is more."),
            (Near(math.log(12) / 3, rtol=0.01), "Upside down: that is 1/τ."),
            (Between(4, 1e9), "So hot, the six at 0 have most. The answer gains by heat only up to a point."),
        ],
        right="Of one task alone the best τ does not depend on k. What moves with k is the best τ of a mixture.",
    ),
    "10.4": Function(
        kind="a function of (p, n) that returns a probability",
        reference=vote_of_two,
        cases=[
            Case("p = 0.6, n = 1", (0.6, 1)),
            Case("p = 0.6, n = 3", (0.6, 3), "Two or three of three: 3 p² (1 − p) + p³."),
            Case("p = 0.5, n = 7", (0.5, 7), "Between equals the vote is even, however many vote."),
            Case("p = 0.4, n = 25", (0.4, 25), "Answers that are mostly wrong: a vote of them is worse than one."),
            Case("p = 1, n = 5", (1.0, 5), "Who is always right is so in a vote."),
        ],
        hint="Sum `math.comb(n, m) * p**m * (1 - p)**(n - m)` over all m above n/2.",
        right="Above one half a vote helps, below it hurts, and both the more, the more vote.",
    ),
    "10.5": Number(
        Near(0.0192, rtol=0.02),
        hint="The difference is +1 in 40 tasks, −1 in 20, and 0 in all others. What is the standard error of its mean?",
        slips=[
            (Near(0.0342, rtol=0.01), "That is what two separate sets of tasks would have. These are the same tasks."),
            (Near(0.384, rtol=0.02), "That is the standard deviation of one difference. The mean is of 400."),
            (Between(0.000365, 0.000377), "That is the variance. Take the root."),
            (Near(0.0376, rtol=0.02), "That is half of the 95 % interval, 1.96 standard errors. Asked is one."),
            (Near(0.05), "That is the difference itself."),
        ],
        right="The difference, five per cent, is 2.6 standard errors. Unpaired it would not be 1.5.",
    ),
    "10.6": Number(
        Near(0.75),
        hint="Proposed always; accepted with min(1, 0.6/0.8). Where does a rejected draw go?",
        slips=[
            (Near(0.6), "That is what should come out, and would if the ratio used what the draft really drew from."),
            (Near(0.8), "That is what the draft says. The target accepts min(1, 0.6/0.8) of it."),
            (Near(1), "Proposed always, but not accepted always: min(1, 0.6/0.8)."),
            (Near(0.25), "That is the other token, which comes whenever the first is rejected."),
        ],
        right="Not 60 %. The rule is exact for the distribution that the draft drew from, and for no other.",
    ),
}
