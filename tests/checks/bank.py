"""The kind of entry that the banks are made of."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answers:
    """What the tests know of one exercise."""

    #: Answers that are right, in several forms.
    right: list
    #: Wrong answers that are easy to come by: each with words of the hint that it gets, which is not the
    #: exercise's own, and if need be with words of what is said of it before.
    slips: list[tuple]
    #: Wrong answers that get the exercise's own hint.
    wrong: list = field(default_factory=list)
