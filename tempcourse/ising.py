r"""Spins of ±1 that are coupled in pairs: all their states where they are few, and samples of an Ising lattice.

A spin in the field h of those that it is coupled to has two states, with the energies −h (up) and +h (down), so
that at a temperature T it is a softmax over two classes:

.. math:: P(s_i = +1) = \frac{1}{1 + \exp(-2 h_i / T)}
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tempcourse._arguments import check_rng, check_whole, read_couplings, read_real, read_temperatures, refuse
from tempcourse.boltzmann import boltzmann

__all__ = [
    "IsingSample",
    "IsingStates",
    "glass_energies",
    "ising_energies",
    "ising_sample",
    "spin_states",
]

# All 2ⁿ states are listed for at most so many spins: their energies then take 128 MB.
MOST_SPINS = 24

# Uniform random numbers in float32 are multiples of this.
FLOAT32_STEP = 2.0**-24


def spin_states(n):
    """Return all states of n spins.

    Parameters
    ----------
    n : int
        From 0 to 24.

    Returns
    -------
    ndarray of int8
        Shape ``(2**n, n)``: spin i of state k is +1 where bit i of k is 1, and −1 where it is 0.

    Raises
    ------
    ValueError
        If `n` is not a whole number in that range.

    Examples
    --------
    >>> spin_states(2).tolist()
    [[-1, -1], [1, -1], [-1, 1], [1, 1]]
    """
    check_whole(n, "n", 0, MOST_SPINS)
    bits = np.arange(2**n)[:, np.newaxis] >> np.arange(n) & 1
    return (2 * bits - 1).astype(np.int8)


def glass_energies(couplings):
    r"""Return the energy of every state of a spin glass.

    .. math:: E = -\frac{1}{2} \sum_{ij} J_{ij} s_i s_j

    The spins are cut into two halves: each half has its own energies, and one matrix product couples every
    state of the one to every state of the other.

    Parameters
    ----------
    couplings : array_like
        J, shape ``(n, n)``: symmetric, with zeros on the diagonal; n from 1 to 24.

    Returns
    -------
    ndarray
        Shape ``(2**n,)``, 8 MB for 20 spins. The spins of state k are the bits of k, as in `spin_states`.

    Raises
    ------
    ValueError
        If `couplings` is not a finite symmetric matrix of that size with a zero diagonal.
    TypeError
        If `couplings` is not real numbers.

    Examples
    --------
    >>> glass_energies([[0, 1], [1, 0]])
    array([-1.,  1.,  1., -1.])
    """
    J = read_couplings(couplings)
    n = len(J)
    if n > MOST_SPINS:
        raise ValueError(f"couplings must be of at most {MOST_SPINS} spins to list all states, got {n}")
    cut = n // 2
    low, high = (spin_states(size).astype(np.float64) for size in (cut, n - cut))  # low and high bits of k
    between = high @ J[cut:, :cut] @ low.T
    return (coupled_energy(high, J[cut:, cut:])[:, np.newaxis] + coupled_energy(low, J[:cut, :cut]) - between).ravel()


class IsingStates(NamedTuple):
    """All states of a small Ising lattice."""

    #: Of the whole lattice, shape (2**N,).
    energies: np.ndarray
    #: Per spin, from −1 to 1, shape (2**N,).
    magnetisations: np.ndarray


def ising_energies(side):
    r"""Return energy and magnetisation of every state of a small Ising lattice.

    .. math:: E = -\sum_{\langle ij \rangle} s_i s_j, \qquad m = \frac{1}{N} \sum_i s_i, \qquad s_i = \pm 1

    The lattice is a square of N = side² spins and periodic: each spin has four neighbours, there are 2N pairs,
    and the lowest energy is −2N. On a side of 2 the neighbours to the left and to the right are the same spin,
    and that pair counts twice.

    Parameters
    ----------
    side : int
        From 2 to 4. A side of 5 would have 33,554,432 states.

    Returns
    -------
    IsingStates
        The energies of the whole lattice and the magnetisations per spin. Row by row, the spins of state k are
        the bits of k, as in `spin_states`.

    Raises
    ------
    ValueError
        If `side` is not 2, 3 or 4.

    References
    ----------
    Ising (1925), "Beitrag zur Theorie des Ferromagnetismus".

    Examples
    --------
    >>> energies, magnetisations = ising_energies(4)
    >>> print(len(energies), energies.min(), (energies == energies.min()).sum())
    65536 -32.0 2
    """
    check_whole(side, "side", 2, 4)
    site = np.arange(side**2).reshape(side, side)
    couplings = np.zeros((side**2, side**2))
    for axis in (0, 1):
        for step in (-1, 1):
            couplings[site, np.roll(site, step, axis)] += 1
    return IsingStates(glass_energies(couplings), spin_states(side**2).mean(axis=1))


@dataclass(frozen=True, eq=False)
class IsingSample:
    """What `ising_sample` measured, at temperatures of any shape ``(...)``."""

    #: Shape (...).
    temperature: np.ndarray
    #: Per spin, after each sweep, shape (..., replicas, sweeps).
    energy: np.ndarray
    #: Per spin, after each sweep, shape (..., replicas, sweeps).
    magnetisation: np.ndarray
    #: After the last sweep, int8, shape (..., replicas, side, side).
    spins: np.ndarray


def ising_sample(side, temperatures, sweeps, *, rng, replicas=1, burn_in=100, start=1):
    r"""Sample Ising lattices that are too large to list, by heat-bath updates on a checkerboard.

    .. math:: P(s_i = +1) = \frac{1}{1 + \exp(-2 h_i / T)}, \qquad h_i = \sum_{j \text{ next to } i} s_j

    A spin is a softmax over two classes, of energies −h and +h. Those on black squares have all their
    neighbours on white ones, so all black spins are drawn at once, and then all white ones: one sweep. (Drawn
    by the rule of Metropolis they would all flip at T = ∞, and back again: that never mixes.)

    Parameters
    ----------
    side : int
        Even, or no checkerboard would be periodic; energies are counted as in `ising_energies`.
    temperatures : float or array_like
        T ≥ 0, of any shape, here ``(...)``. At T = 0 spins follow their neighbours, and ties are tossed for.
    sweeps : int
        How many sweeps are measured.
    rng : numpy.random.Generator
        The source of randomness.
    replicas : int, default 1
        How many independent lattices there are at each temperature.
    burn_in : int, default 100
        How many sweeps are made before those that are measured.
    start : array_like of ±1, default 1
        The spins to begin with, broadcast to ``(..., replicas, side, side)``. All up settles sooner than
        random spins where most spins agree, and about as soon elsewhere.

    Returns
    -------
    IsingSample
        Energies and magnetisations per spin after each sweep, and the final spins. The probabilities are
        rounded to multiples of 2⁻²⁴, the resolution of the random numbers.

    Raises
    ------
    ValueError
        If `side` is not even and at least 2, if a temperature is negative or nan, if `sweeps`, `replicas` or
        `burn_in` is not a whole number that can be, if `rng` is no generator, or if `start` is not ±1 or does not
        broadcast.
    TypeError
        If temperatures or spins are not real numbers.

    References
    ----------
    Glauber (1963), "Time-dependent statistics of the Ising model" (this rule); Onsager (1944), "Crystal
    statistics. I" (the critical temperature of the endless lattice, 2/log(1 + √2) ≈ 2.269).

    Examples
    --------
    >>> sample = ising_sample(8, [0.0, 1.0, np.inf], sweeps=50, rng=np.random.default_rng(0), replicas=20)
    >>> sample.energy.shape
    (3, 20, 50)
    >>> sample.magnetisation.mean(axis=(1, 2)).round(2) + 0.0
    array([1., 1., 0.])
    """
    _check_ising(side, sweeps, replicas, burn_in)
    check_rng(rng)
    T = np.array(read_temperatures(temperatures, "temperatures"), np.float64)
    P_up = _probabilities_up(T)
    lattices = (replicas, side, side)
    spins = _start_spins(start, (*T.shape, *lattices))
    halves = _split_by_colour(spins.reshape(T.size, *lattices))
    uniform = np.empty(halves[0].shape, np.float32)
    energy, magnetisation = np.empty((2, T.size, replicas, sweeps))
    for sweep in range(-burn_in, sweeps):
        for colour in (0, 1):
            field = _sum_of_neighbours(halves[1 - colour], colour)
            halves[colour] = _draw_spins(field, P_up, rng.random(out=uniform, dtype=np.float32))
        if sweep >= 0:
            # Each pair has one spin of the colour drawn last, whose fields still stand.
            energy[..., sweep] = -(halves[1] * field).sum(axis=(-2, -1), dtype=np.int32)
            magnetisation[..., sweep] = halves.sum(axis=(0, -2, -1), dtype=np.int32)
    traces = (trace.reshape(*T.shape, replicas, sweeps) / side**2 for trace in (energy, magnetisation))
    return IsingSample(T, *traces, _join_colours(halves).reshape(spins.shape))


def probability_up(field, T):
    """Return the probability that a spin in the field of its neighbours is up: energies −h up, +h down."""
    T = np.asarray(T, np.float64)[..., np.newaxis]
    return boltzmann(np.stack([-field, field], axis=-1), T)[..., 0]


def coupled_energy(states, J):
    """Return −½ Σ J s s of each row of states."""
    return -((states @ J) * states).sum(axis=-1) / 2


def _probabilities_up(T):
    """Return P(up) for the fields −4, −2, 0, 2 and 4, in the numbers that float32 uniforms can take.

    Shape (5, temperatures, 1, 1, 1), to broadcast with lattices.
    """
    P_up = probability_up(np.arange(-4.0, 5.0, 2.0).reshape(-1, 1, 1, 1, 1), T.reshape(-1, 1, 1, 1))
    return (np.round(P_up / FLOAT32_STEP) * FLOAT32_STEP).astype(np.float32)


def _draw_spins(field, P_up, uniform):
    """Return spins that are up where a uniform number is below P(up) in their field.

    P(up) rises with the field, so each number has a least field from which on its spin is up. To find that by
    comparing is much faster than to look up a probability for every spin.
    """
    above = np.zeros(field.shape, np.int8)
    for probability in P_up:
        above += uniform >= probability
    least_field = 2 * above - 4
    return 2 * (field >= least_field).view(np.int8) - 1


def _sum_of_neighbours(other, colour):
    """Return the sum of the four neighbours of each spin of a colour, all of which have the other colour.

    A row holds every second square, so one neighbour to the side has the same column here, and the other is one
    column to the left or to the right, row by row in turn.
    """
    total = other.copy()
    total[..., 1:, :] += other[..., :-1, :]
    total[..., 0, :] += other[..., -1, :]
    total[..., :-1, :] += other[..., 1:, :]
    total[..., -1, :] += other[..., 0, :]
    left, right = slice(colour, None, 2), slice(1 - colour, None, 2)
    total[..., left, 1:] += other[..., left, :-1]
    total[..., left, 0] += other[..., left, -1]
    total[..., right, :-1] += other[..., right, 1:]
    total[..., right, -1] += other[..., right, 0]
    return total


def _squares(spins):
    """Yield the colour, the parity of the rows and a view of the squares of both."""
    for colour in (0, 1):
        for row in (0, 1):
            yield colour, row, spins[..., row::2, (row + colour) % 2 :: 2]


def _split_by_colour(spins):
    """Return the black and the white half of lattices, shape (2, ..., side, side/2)."""
    halves = np.empty((2, *spins.shape[:-1], spins.shape[-1] // 2), np.int8)
    for colour, row, squares in _squares(spins):
        halves[colour, ..., row::2, :] = squares
    return halves


def _join_colours(halves):
    """Return the lattices that `_split_by_colour` splits."""
    spins = np.empty((*halves.shape[1:-1], 2 * halves.shape[-1]), np.int8)
    for colour, row, squares in _squares(spins):
        squares[...] = halves[colour, ..., row::2, :]
    return spins


def _start_spins(start, shape):
    """Return the spins to begin with in the shape of all lattices, checked."""
    spins, _ = read_real(start, "start")
    refuse(spins, abs(spins) != 1, "start", "spins of 1 or -1")
    try:
        return np.broadcast_to(spins, shape)
    except ValueError:
        raise ValueError(f"start must broadcast to lattices of shape {shape}, got {spins.shape}") from None


def _check_ising(side, sweeps, replicas, burn_in):
    check_whole(side, "side", 2)
    if side % 2:
        raise ValueError(f"side must be even, so that the checkerboard is periodic, got {side}")
    check_whole(sweeps, "sweeps", 0)
    check_whole(replicas, "replicas", 1)
    check_whole(burn_in, "burn_in", 0)
