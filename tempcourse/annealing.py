r"""Simulated annealing: spins with random couplings, cooled slowly into states of low energy."""

from typing import NamedTuple

import numpy as np

from tempcourse._arguments import check_rng, check_whole, read_couplings, read_temperatures
from tempcourse.ising import coupled_energy, probability_up

__all__ = ["AnnealedRuns", "anneal", "random_couplings"]


def random_couplings(n, *, rng):
    r"""Return the couplings of a Sherrington–Kirkpatrick spin glass.

    .. math:: J_{ij} = J_{ji} \sim \mathcal{N}(0, 1/n), \qquad J_{ii} = 0

    Every spin is coupled to every other, and the variance keeps the energy per spin of order 1.

    Parameters
    ----------
    n : int
        The number of spins, at least 1.
    rng : numpy.random.Generator
        The source of randomness.

    Returns
    -------
    ndarray
        Shape ``(n, n)``, symmetric.

    Raises
    ------
    ValueError
        If `n` is not a whole number of at least 1, or if `rng` is no generator.

    References
    ----------
    Sherrington, Kirkpatrick (1975), "Solvable model of a spin-glass".

    Examples
    --------
    >>> J = random_couplings(20, rng=np.random.default_rng(0))
    >>> print(J.shape, (J == J.T).all(), J.trace())
    (20, 20) True 0.0
    """
    check_whole(n, "n", 1)
    check_rng(rng)
    upper = np.triu(rng.normal(scale=n**-0.5, size=(n, n)), k=1)
    return upper + upper.T


class AnnealedRuns(NamedTuple):
    """Where the runs of `anneal` ended: not the best that they saw, but the last."""

    #: Shape (runs,).
    energies: np.ndarray
    #: Spins of ±1, int8, shape (runs, n).
    states: np.ndarray


def anneal(couplings, schedule, *, rng, runs):
    r"""Cool a spin glass along a schedule of temperatures, in many independent runs.

    .. math:: E = -\frac{1}{2} \sum_{ij} J_{ij} s_i s_j, \qquad P(s_i = +1) = \frac{1}{1 + \exp(-2 h_i / T)}, \qquad
              h_i = \sum_j J_{ij} s_j

    Every run starts from random spins and makes one sweep at each temperature: each spin in turn is drawn from
    the softmax over its two values, as in `ising_sample`.

    Parameters
    ----------
    couplings : array_like
        J, shape ``(n, n)``: symmetric, with zeros on the diagonal.
    schedule : array_like
        Temperatures T ≥ 0, shape ``(sweeps,)``. T = 0 is greedy descent: a schedule of zeros is a quench.
    rng : numpy.random.Generator
        The source of randomness.
    runs : int
        How many runs there are, at least 1.

    Returns
    -------
    AnnealedRuns
        The final energies and states.

    Raises
    ------
    ValueError
        If `couplings` is not a finite symmetric matrix with a zero diagonal, if `schedule` is not one row of
        temperatures that `boltzmann` accepts, if `runs` is not a whole number of at least 1, or if `rng` is no
        generator.
    TypeError
        If couplings or temperatures are not real numbers.

    References
    ----------
    Kirkpatrick, Gelatt, Vecchi (1983), "Optimization by simulated annealing".

    Examples
    --------
    >>> from tempcourse.ising import glass_energies
    >>> J = random_couplings(10, rng=np.random.default_rng(1))
    >>> slow = anneal(J, np.geomspace(2, 0.05, 100), rng=np.random.default_rng(2), runs=50)
    >>> print((slow.energies < glass_energies(J).min() + 1e-9).mean())
    0.96
    """
    J = read_couplings(couplings)
    check_whole(runs, "runs", 1)
    check_rng(rng)
    schedule = read_temperatures(schedule, "schedule")
    if np.ndim(schedule) != 1:
        raise ValueError(f"schedule must be one row of temperatures, got shape {np.shape(schedule)}")
    spins = rng.choice([-1.0, 1.0], size=(len(J), runs))
    for T in schedule:
        for i in range(len(J)):
            field = J[i] @ spins
            spins[i] = np.where(rng.random(runs) < probability_up(field, T), 1, -1)
    return AnnealedRuns(coupled_energy(spins.T, J), spins.T.astype(np.int8))
