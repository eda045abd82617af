"""The Ising sampler beside a plain Python loop of the same algorithm, in one run: spins a second, and the ratio."""

import math
import random
import statistics
import time

import numpy as np

from tempcourse.ising import ising_sample

TITLE = "Ising heat bath at 64 × 64, against a plain Python loop"

SIDE = 64
TEMPERATURE = 2.3
SPEED = [(1, 4), (16, 15), (64, 15)]  # replicas, the least ratio wanted
SECONDS_A_ROUND = 0.2
ROUNDS = 5


def plain_loop(side, temperature, sweeps):
    """Make heat-bath sweeps on one checkerboard, spin by spin, and measure after each."""
    P_up = {field: 1 / (1 + math.exp(-2 * field / temperature)) for field in (-4, -2, 0, 2, 4)}
    spins = [[1] * side for _ in range(side)]
    energy, magnetisation = [], []
    for _ in range(sweeps):
        pairs = 0
        for colour in (0, 1):
            for i, row in enumerate(spins):
                above, below = spins[i - 1], spins[(i + 1) % side]
                for j in range((i + colour) % 2, side, 2):
                    field = above[j] + below[j] + row[j - 1] + row[(j + 1) % side]
                    row[j] = 1 if random.random() < P_up[field] else -1
                    pairs += colour * field * row[j]
        energy.append(-pairs / side**2)
        magnetisation.append(sum(map(sum, spins)) / side**2)
    return energy, magnetisation


def spins_a_second(sample, spins_a_sweep):
    """Return how many spins are drawn in a second of processor time."""
    sweeps, seconds = 1, 0.0
    while seconds < SECONDS_A_ROUND:
        sweeps *= 2
        start = time.process_time()
        sample(sweeps)
        seconds = time.process_time() - start
    return sweeps * spins_a_sweep / seconds


def speed_row(replicas, target):
    """Return one row of the table: the median over rounds in which the two alternate."""
    rng = np.random.default_rng(0)

    def vectorised(sweeps):
        ising_sample(SIDE, TEMPERATURE, sweeps, rng=rng, replicas=replicas, burn_in=0)

    def loop(sweeps):
        plain_loop(SIDE, TEMPERATURE, sweeps)

    ours, theirs = zip(
        *((spins_a_second(vectorised, replicas * SIDE**2), spins_a_second(loop, SIDE**2)) for _ in range(ROUNDS)),
        strict=True,
    )
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    speeds = f"{statistics.median(ours) / 1e6:.0f} million spins/s, loop {statistics.median(theirs) / 1e6:.2f}"
    what = f"ising_sample, {replicas} lattice{'s' if replicas > 1 else ''}"
    return what, f"{ratio:.0f} × ({speeds})", f"at least {target} ×"


def rows():
    """Return the table: what was compared, what was measured, and what is wanted."""
    return [speed_row(replicas, target) for replicas, target in SPEED]
