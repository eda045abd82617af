"""Softmax beside scipy's, in one run: processor time, and error against mpmath; ratios scipy / ours."""

import statistics
import time
import timeit

import mpmath
import numpy as np
import scipy.special

from tempcourse.softmax import softmax

TITLE = "Softmax: scipy's figure over ours"

SPEED = [  # shape, dtype, whether the result goes into `out`, the least ratio wanted (1 less 5 % for noise)
    ((256, 50257), np.float32, True, 1.5),
    ((256, 50257), np.float64, True, 1.2),
    ((4,), np.float64, False, 1.2),
    ((1000,), np.float32, False, 0.95),
    ((1000,), np.float64, False, 0.95),
    ((64, 1000), np.float32, False, 0.95),
    ((64, 1000), np.float64, False, 0.95),
]
TEMPERATURES = (1.0, 0.7)
SECONDS_A_ROUND = 0.02
ROUNDS = 15


def ratio_of_times(theirs, ours):
    """Return theirs over ours in processor time: the median over rounds in which the two alternate."""
    once = min(timeit.repeat(ours, timer=time.process_time, number=1, repeat=5))
    number = max(1, round(SECONDS_A_ROUND / once))
    ratios = []
    for round_ in range(ROUNDS):
        pair = (theirs, ours) if round_ % 2 else (ours, theirs)  # neither always runs first
        seconds = {f: timeit.timeit(f, timer=time.process_time, number=number) for f in pair}
        ratios.append(seconds[theirs] / seconds[ours])
    return statistics.median(ratios)


def speed_row(shape, dtype, with_out, target, temperature):
    """Return one row of the table: scipy's time over ours."""
    z = np.random.default_rng(0).standard_normal(shape).astype(dtype)
    out = np.empty_like(z) if with_out else None

    def theirs():
        return scipy.special.softmax(z if temperature == 1 else z / temperature, axis=-1)

    def ours():
        return softmax(z, temperature, out=out)

    what = f"softmax {shape} {z.dtype}, τ = {temperature:g}{', out=' if with_out else ''}: time"
    return what, f"{ratio_of_times(theirs, ours):.2f} ×", f"at least {target:g} ×"


def worst_ulp(function, vectors, temperature):
    """Return a softmax's largest error against 50 digits of mpmath, in units in the last place."""
    worst = 0.0
    with mpmath.workdps(50):
        for z in vectors:
            gaps = [(mpmath.mpf(x) - mpmath.mpf(z.max())) / mpmath.mpf(temperature) for x in z]
            total = mpmath.fsum(map(mpmath.exp, gaps))
            for got, gap in zip(function(z, temperature), gaps, strict=True):
                exact = mpmath.exp(gap) / total
                worst = max(worst, float(abs(mpmath.mpf(got) - exact) / np.spacing(float(exact))))
    return worst


def accuracy_row(offset, temperature=0.3):
    """Return one row of the table: the worst error beside scipy's, for normal logits with an offset."""
    rng = np.random.default_rng(0)
    vectors = [offset + rng.standard_normal(100) for _ in range(100)]  # with few, the ratio of maxima is luck
    ours = worst_ulp(softmax, vectors, temperature)
    theirs = worst_ulp(lambda z, tau: scipy.special.softmax(z / tau), vectors, temperature)
    allowed = 20 if offset else max(1.5 * theirs, 4)
    what = f"softmax, normal logits + {offset:g}, τ = {temperature:g}: worst error"
    return what, f"{ours:.1f} ULP (scipy {theirs:.3g})", f"at most {allowed:.3g} ULP"


def rows():
    """Return the table: what was compared, what was measured, and what is wanted."""
    speed = [speed_row(*case, temperature) for case in SPEED for temperature in TEMPERATURES]
    return speed + [accuracy_row(offset) for offset in (0.0, 1e4, 1e8)]
