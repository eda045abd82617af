"""Rows of logits as tests draw them, and how they say what is left of one."""

import math

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

INF = math.inf

finite_rows = hnp.arrays(np.float64, st.integers(1, 12), elements=st.floats(-8, 8))
round_rows = hnp.arrays(np.float64, st.integers(1, 12), elements=st.integers(-800, 800).map(lambda k: k / 100))
tied_rows = hnp.arrays(np.float64, st.integers(1, 12), elements=st.sampled_from([-2.0, 0.0, 1.0]))
extreme_rows = hnp.arrays(np.float64, st.integers(1, 8), elements=st.floats(-1e308, 1e308))


@st.composite
def masked_rows(draw):
    """Logits of which some are masked, never all."""
    row = draw(finite_rows)
    masked = draw(hnp.arrays(bool, len(row)))
    masked[draw(st.integers(0, len(row) - 1))] = False
    return np.where(masked, -INF, row)


plain_rows = st.one_of(finite_rows, tied_rows, masked_rows())
any_rows = st.one_of(plain_rows, extreme_rows)
shares = st.floats(0.01, 1)


def kept(logits):
    """Return which tokens are left."""
    return np.flatnonzero(logits > -INF).tolist()


def in_order(keys):
    """Return indices by key, smallest first; where keys tie, by index."""
    return sorted(range(len(keys)), key=lambda i: (keys[i], i))
