"""What the tests of the numerics share: calls in which no floating-point error may get out."""

import functools

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
