"""What the answer to an exercise is held against.

A chapter calls ``check("1.1", answer)`` and prints one or two lines. The exercises are data, a module for each
chapter; what is said of an answer is in `judge`.
"""

from tempcourse.checks import (
    boltzmann,
    calibration,
    decoding,
    distillation,
    exploration,
    many_samples,
    museum,
    notes_on_trial,
    real_model,
    sequences,
    softmax,
    temperature,
)
from tempcourse.checks.judge import verdict

__all__ = ["check"]

#: All exercises by their numbers, in the order of the chapters.
EXERCISES = {
    **softmax.EXERCISES,
    **temperature.EXERCISES,
    **boltzmann.EXERCISES,
    **distillation.EXERCISES,
    **decoding.EXERCISES,
    **sequences.EXERCISES,
    **exploration.EXERCISES,
    **calibration.EXERCISES,
    **real_model.EXERCISES,
    **many_samples.EXERCISES,
    **notes_on_trial.EXERCISES,
    **museum.EXERCISES,
}


def check(number: str, answer) -> None:
    """Print whether an answer is right, and if not, what was expected in kind and a hint.

    Parameters
    ----------
    number : str
        The exercise, such as ``"1.1"``.
    answer : object
        The answer: a number, an array or a function, as the exercise asks. A function is handed over
        itself, and is tried on several inputs; what it raises is reported and not raised again.

    Raises
    ------
    ValueError
        If there is no such exercise.

    Examples
    --------
    >>> check("1.1", ...)
    Exercise 1.1: not attempted yet.
    >>> check("1.1", 1.9)
    Exercise 1.1: not yet. Expected: a number.
    Hint: That is the gap between the two scores. The odds are a function of it.
    """
    if not isinstance(number, str) or number not in EXERCISES:
        raise ValueError(f"number must be one of {', '.join(EXERCISES)} (as text); got {number!r}")
    print(f"Exercise {number}: {verdict(EXERCISES[number], answer)}")
