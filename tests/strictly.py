"""What the tests of the numerics share: calls in which no floating-point error may get out, and standard errors."""

import functools
import math

import numpy as np
from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True)  # the same on every machine
settings.load_profile("steady")


def strict(function):
    """Call a function so that any floating-point error that it lets out is raised."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        with np.errstate(all="raise"):
            return function(*args, **kwargs)

    return call


def in_standard_errors(means, expected):
    """Return how far the mean of independent means lies from what is expected, in its standard errors."""
    return abs(means.mean() - expected) / (means.std(ddof=1) / math.sqrt(len(means)))
