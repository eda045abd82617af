"""Exercises as plain data, for a page to judge values as `judge` does.

What a function or a schedule is held against is Python, and stays there.
"""

import numpy as np

from tempcourse.checks.judge import Array, Between, Entries, Near, Number, Without

__all__ = ["exported"]


def exported(exercise) -> dict | None:
    """Return what `verdict` knows of an exercise whose answer is a value, and None of the others.

    Parameters
    ----------
    exercise : Number or Array or Function, or a chapter's own kind
        As for `verdict`.

    Returns
    -------
    dict or None
        What JSON can hold: ``kind``, ``shape`` (empty for a number), ``hint``, ``right``, ``test`` and ``slips``,
        pairs of a test and its hint.

    Examples
    --------
    >>> from tempcourse.checks import EXERCISES
    >>> exported(EXERCISES["9.1"])["test"]
    {'near': [37, 0.005, 1e-09]}
    """
    if not isinstance(exercise, Number | Array):
        return None
    return {
        "kind": exercise.kind,
        "shape": list(getattr(exercise, "shape", ())),
        "hint": exercise.hint,
        "right": exercise.right,
        "test": _test(exercise.test),
        "slips": [[_test(test), hint] for test, hint in exercise.slips],
    }


def _test(test):
    """Return a test as the name of its sort and what it is made of; infinities, which JSON has not, as text."""
    match test:
        case Near(value, rtol, atol):
            return {"near": [_plain(value), rtol, atol]}
        case Between(low, high):
            return {"between": [_plain(low), _plain(high)]}
        case Entries(tests):
            return {"entries": [_test(each) for each in tests]}
        case Without(faults):
            return {"without": [_test(each) for each in faults]}
    return {"named": test.__name__}


def _plain(value):
    if np.ndim(value):
        return [_plain(entry) for entry in value]
    return value if np.isfinite(value) else str(float(value))
