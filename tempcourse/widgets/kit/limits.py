"""What can be drawn, and what cannot."""

import math

import numpy as np

from tempcourse.softmax import softmax

MAX_CLASSES = 12
FARTHEST = 1_000_000  # that a slider goes


def checked_logits(logits, *, masks=True):
    """Return logits as a list of Python floats, or raise `ValueError` with what is wrong."""
    softmax(logits)  # names what is nan, complex, text or empty
    if np.ndim(logits) != 1:
        raise ValueError(f"logits must be one row of numbers, got shape {np.shape(logits)}")
    row = [float(z) for z in logits]
    if not 2 <= len(row) <= MAX_CLASSES:
        raise ValueError(f"logits must hold 2 to {MAX_CLASSES} numbers to be drawn, got {len(row)}")
    bad = [z for z in row if z == math.inf or (not masks and abs(z) > FARTHEST)]
    if bad:
        allowed = "finite, or -inf for a masked class" if masks else f"at most {FARTHEST:,} in size, to get a slider"
        raise ValueError(f"logits must be {allowed}, got {bad[0]!r}")
    return row
