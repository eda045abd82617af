"""The filters that fewer engines have, each with a setting, for the tests that hold for all filters."""

from functools import partial

import numpy as np
from strictly import strict

from tempcourse import decoding

top_n_sigma = strict(decoding.top_n_sigma)
epsilon_cutoff = strict(decoding.epsilon_cutoff)
eta_cutoff = strict(decoding.eta_cutoff)
tail_free = strict(decoding.tail_free)
xtc = strict(decoding.xtc)

ALWAYS = {"probability": 1, "rng": np.random.default_rng(0)}
CUTS = [(top_n_sigma, 1.0), (epsilon_cutoff, 0.2), (eta_cutoff, 0.3), (tail_free, 0.6), (partial(xtc, **ALWAYS), 0.2)]
cut_ids = ["top_n_sigma", "epsilon_cutoff", "eta_cutoff", "tail_free", "xtc"]
