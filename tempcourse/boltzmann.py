r"""The Boltzmann distribution: softmax of negative energies, and the thermodynamics that follow from it.

Throughout, ``E`` are energies, ``T`` is the temperature in the same unit (so that Boltzmann's constant is 1),
``g`` are degeneracies and

.. math:: p_i = \frac{g_i \exp(-E_i / T)}{Z}, \qquad Z = \sum_j g_j \exp(-E_j / T).

The limits of the temperature are values, as for `tempcourse.softmax.softmax`: T = 0 shares everything between
the ground states, T = ∞ between all states. An energy of +∞ is a forbidden state and has probability 0 at
every temperature; −∞ is refused, since nothing could be told of the other states.

A level of degeneracy g counts as g states of its energy: it is the same as that level repeated g times.
Everything is computed in float64.
"""

import math
from dataclasses import dataclass
from numbers import Integral
from typing import NamedTuple

import numpy as np

from tempcourse.softmax import (
    _axis_from_the_end,
    _gaps,
    _real,
    _rows,
    _temperatures,
    log_softmax,
    logsumexp,
    softmax,
)

__all__ = [
    "AnnealedRuns",
    "IsingSample",
    "IsingStates",
    "Thermodynamics",
    "anneal",
    "boltzmann",
    "free_energy",
    "glass_energies",
    "heat_capacity",
    "ising_energies",
    "ising_sample",
    "log_partition",
    "mean_energy",
    "metropolis",
    "metropolis_matrix",
    "random_couplings",
    "spin_states",
    "thermal_entropy",
    "thermodynamics",
]

# All 2ⁿ states are listed for at most so many spins: their energies then take 128 MB.
MOST_SPINS_LISTED = 24

# Uniform random numbers in float32 are multiples of this.
FLOAT32_STEP = 2.0**-24


def boltzmann(energies, temperature, *, degeneracies=None, axis=-1):
    r"""Return the probabilities that states have in a heat bath at a temperature.

    .. math:: p_i = \frac{g_i \exp(-E_i / T)}{\sum_j g_j \exp(-E_j / T)}

    This is softmax with −E as logits. Physicists write β for 1/temperature.

    Parameters
    ----------
    energies : array_like, real
        Shape ``(..., n)`` for the default axis. An energy of +∞ is a forbidden state.
    temperature : float or array_like
        T ≥ 0 in the unit of the energies, 0 and ∞ included. An array broadcasts against the energies, with
        length 1 along `axis`: shape ``(rows, 1)`` gives each row its own temperature, or one row of energies
        a row for each temperature.
    degeneracies : array_like, optional
        How many states each level stands for: positive and finite, broadcast to the shape of the energies.
        The default is one each.
    axis : int, default -1
        The axis whose entries sum to 1.

    Returns
    -------
    ndarray
        Probabilities of the levels, of the shape that `energies` and `temperature` broadcast to.

    Raises
    ------
    ValueError
        If an energy is nan or −∞, if a row of them is empty or +∞ only, if a temperature is negative or nan
        or varies along `axis`, or if a degeneracy is not positive and finite.
    TypeError
        If an argument is not real numbers.

    References
    ----------
    Boltzmann (1868), "Studien über das Gleichgewicht der lebendigen Kraft zwischen bewegten materiellen
    Punkten"; Gibbs (1902), "Elementary principles in statistical mechanics".

    Examples
    --------
    >>> boltzmann([0.0, 1.0, 2.0], temperature=1.0).round(3)
    array([0.665, 0.245, 0.09 ])
    >>> boltzmann([0.0, 1.0], temperature=np.inf, degeneracies=[1, 3])
    array([0.25, 0.75])
    """
    E, axis = _energies(energies, axis)
    if degeneracies is None:
        return softmax(-E, temperature, axis=axis)
    log_g = _log_degeneracies(degeneracies, E.shape)
    # Logarithms are added only after T is settled: T log g would be lost at 0 and overflow at ∞.
    return softmax(log_softmax(-E, temperature, axis=axis) + log_g, axis=axis)


@np.errstate(all="ignore")
def log_partition(energies, temperature, *, degeneracies=None):
    r"""Return the logarithm of the partition function.

    .. math:: \log Z = \log \sum_i g_i \exp(-E_i / T) = -F / T

    Parameters
    ----------
    energies, temperature, degeneracies
        As for `boltzmann`, along the last axis.

    Returns
    -------
    float or ndarray
        Without the last axis. The logarithm of the number of states at T = ∞. At T = 0 the ground energy
        decides: ∞ below 0, −∞ above 0, and the logarithm of its degeneracy at 0.

    Raises
    ------
    ValueError, TypeError
        As for `boltzmann`.

    Examples
    --------
    >>> print(log_partition([0.0, 1.0], temperature=np.inf).round(4))
    0.6931
    """
    ground, T, log_sum = _ground_and_log_sum(energies, temperature, degeneracies)
    return (np.where(ground == 0, 0, -ground / T) + log_sum)[..., 0][()]


@np.errstate(all="ignore")
def free_energy(energies, temperature, *, degeneracies=None):
    r"""Return the free energy, the soft minimum of the energies.

    .. math:: F = -T \log Z = U - T S

    Without degeneracies it is −logsumexp(−E, T): the least energy at T = 0, and at most T log n below it.

    Parameters
    ----------
    energies, temperature, degeneracies
        As for `boltzmann`, along the last axis.

    Returns
    -------
    float or ndarray
        In the unit of the energies, without the last axis. −∞ at T = ∞, but for a single state, whose own
        energy it is at every temperature.

    Raises
    ------
    ValueError, TypeError
        As for `boltzmann`.

    References
    ----------
    Helmholtz (1882), "Die Thermodynamik chemischer Vorgänge".

    Examples
    --------
    >>> print(free_energy([0.0, 1.0], temperature=1.0).round(4))
    -0.3133
    >>> print(free_energy([2.0, 3.0], temperature=0))
    2.0
    """
    ground, T, log_sum = _ground_and_log_sum(energies, temperature, degeneracies)
    below_ground = np.where(log_sum == 0, 0, T / 2 * log_sum)  # halves cannot overflow before the difference
    return (2 * (ground / 2 - below_ground))[..., 0][()]


@np.errstate(all="ignore")
def mean_energy(energies, temperature, *, degeneracies=None):
    r"""Return the mean energy, also called the internal energy.

    .. math:: U = \langle E \rangle = \sum_i p_i E_i

    Parameters
    ----------
    energies, temperature, degeneracies
        As for `boltzmann`, along the last axis.

    Returns
    -------
    float or ndarray
        In the unit of the energies, without the last axis; the least energy at T = 0.

    Raises
    ------
    ValueError, TypeError
        As for `boltzmann`.

    Examples
    --------
    >>> print(mean_energy([0.0, 1.0], temperature=1.0).round(4))
    0.2689
    """
    p = boltzmann(energies, temperature, degeneracies=degeneracies)
    half = np.asarray(energies, np.float64) / 2  # a difference of halves cannot overflow
    ground = half.min(axis=-1, keepdims=True)
    above_ground = np.where(p > 0, half - ground, 0)  # forbidden states: no 0·∞
    return (2 * (ground[..., 0] + (p * above_ground).sum(axis=-1)))[()]


@np.errstate(all="ignore")
def thermal_entropy(energies, temperature, *, degeneracies=None):
    r"""Return the entropy of the states, in units of Boltzmann's constant.

    .. math:: S = -\sum_i p_i \log \frac{p_i}{g_i}

    Each of the g states of a level has the probability p/g, so this is Shannon's entropy in nats.

    Parameters
    ----------
    energies, temperature, degeneracies
        As for `boltzmann`, along the last axis.

    Returns
    -------
    float or ndarray
        Without the last axis: from the logarithm of the number of ground states at T = 0 to that of the
        number of states at T = ∞.

    Raises
    ------
    ValueError, TypeError
        As for `boltzmann`.

    References
    ----------
    Gibbs (1902), "Elementary principles in statistical mechanics"; Shannon (1948), "A mathematical theory of
    communication".

    Examples
    --------
    >>> print(thermal_entropy([0.0, 1.0], temperature=0, degeneracies=[2, 5]).round(4))
    0.6931
    """
    _, _, gaps, log_g = _levels(energies, temperature, degeneracies)
    log_p = log_softmax(gaps + log_g)  # has digits left where p rounds to 1
    p = np.exp(log_p)
    return np.where(p > 0, p * (log_g - log_p), 0).sum(axis=-1)[()]


@np.errstate(all="ignore")
def heat_capacity(energies, temperature, *, degeneracies=None):
    r"""Return the heat capacity, in units of Boltzmann's constant.

    .. math:: C = \frac{dU}{dT} = \frac{\operatorname{Var}(E)}{T^2}

    The variance is taken of the gaps (E − min E)/T, which softmax has settled at every temperature: neither
    E² nor T² can then overflow.

    Parameters
    ----------
    energies, temperature, degeneracies
        As for `boltzmann`, along the last axis.

    Returns
    -------
    float or ndarray
        At least 0, without the last axis; 0 at T = 0 and at T = ∞.

    Raises
    ------
    ValueError, TypeError
        As for `boltzmann`.

    References
    ----------
    Schottky (1922), "Über die Drehung der Atomachsen in festen Körpern": the peak of two levels.

    Examples
    --------
    >>> print(heat_capacity([0.0, 1.0], temperature=0.4168).round(4))
    0.4392
    """
    _, _, gaps, log_g = _levels(energies, temperature, degeneracies)
    p = softmax(gaps + log_g)
    gaps[p == 0] = 0  # what has no weight adds nothing: no 0·∞
    deviations = gaps - (p * gaps).sum(axis=-1, keepdims=True)
    return (p * deviations**2).sum(axis=-1)[()]


@dataclass(frozen=True, eq=False)
class Thermodynamics:
    """Curves over temperature, all of one shape."""

    #: T, in the unit of the energies.
    temperature: np.ndarray
    #: F = U − TS.
    free_energy: np.ndarray
    #: The mean energy U.
    energy: np.ndarray
    #: S, in units of Boltzmann's constant.
    entropy: np.ndarray
    #: C = dU/dT, in units of Boltzmann's constant.
    heat_capacity: np.ndarray


def thermodynamics(energies, temperatures, *, degeneracies=None):
    """Return free energy, mean energy, entropy and heat capacity of one system at many temperatures.

    Parameters
    ----------
    energies : array_like, real
        Shape ``(n,)``.
    temperatures : float or array_like
        T ≥ 0, of any shape.
    degeneracies : array_like, optional
        As for `boltzmann`.

    Returns
    -------
    Thermodynamics
        Arrays of the shape of `temperatures`.

    Raises
    ------
    ValueError, TypeError
        As for `boltzmann`, and if `energies` is not one row.

    Examples
    --------
    >>> curves = thermodynamics([0.0, 1.0], [0.0, 1.0, np.inf])
    >>> curves.energy.round(4)
    array([0.    , 0.2689, 0.5   ])
    >>> curves.entropy.round(4)
    array([0.    , 0.5822, 0.6931])
    """
    if np.ndim(energies) != 1:
        raise ValueError(f"energies must be one row, got shape {np.shape(energies)}")
    T = np.array(temperatures, np.float64)
    quantities = (free_energy, mean_energy, thermal_entropy, heat_capacity)
    return Thermodynamics(T, *(f(energies, T[..., np.newaxis], degeneracies=degeneracies) for f in quantities))


def metropolis(energies, temperature, steps, *, rng, neighbours=None, start=None):
    r"""Walk among states by the rule of Metropolis, which samples them without knowing Z.

    .. math:: P(\text{accept } i \to j) = \min(1, \exp(-(E_j - E_i) / T))

    A proposal that is not accepted leaves the walker where it is, and that step counts. Only a difference of
    energies is needed, so whatever all energies have in common cancels, Z with it.

    Parameters
    ----------
    energies : array_like, real
        Shape ``(n,)``, at least two states.
    temperature : float
        T ≥ 0. Nothing goes uphill at T = 0; all but forbidden states are accepted at T = ∞.
    steps : int
        How many proposals are made.
    rng : numpy.random.Generator
        The source of randomness.
    neighbours : array_like of int, optional
        Shape ``(n, k)``: the states that each state proposes, all k equally likely. Who lists a state must be
        listed by it as often: that is detailed balance at T = ∞. The default proposes all other states, for
        which n² numbers are held.
    start : int, optional
        The first state, not a forbidden one. The default is drawn from those that are not.

    Returns
    -------
    ndarray of int
        The state after each step, shape ``(steps,)``.

    Raises
    ------
    ValueError
        If the energies are not a row of two or more that `boltzmann` accepts, if the temperature is negative,
        nan or more than one, if `neighbours` has another shape, a state that does not exist, or is not
        symmetric, or if `start` is not a state that may be visited.
    TypeError
        If an argument is not real numbers.

    References
    ----------
    Metropolis, Rosenbluth, Rosenbluth, Teller, Teller (1953), "Equation of state calculations by fast
    computing machines".

    Examples
    --------
    >>> visited = metropolis([0.0, 1.0], 1.0, 10_000, rng=np.random.default_rng(0))
    >>> print((visited == 1).mean().round(2), boltzmann([0.0, 1.0], 1.0)[1].round(2))
    0.27 0.27
    """
    _check_whole(steps, "steps", 0)
    proposed, accepted = _moves(energies, temperature, neighbours)
    allowed = np.flatnonzero(np.asarray(energies) < math.inf)
    state = int(rng.choice(allowed)) if start is None else start
    if state not in allowed:
        raise ValueError(f"start must be a state that is not forbidden, got {start}")
    picks = rng.integers(proposed.shape[1], size=steps).tolist()
    draws = rng.random(steps).tolist()
    proposed, accepted = proposed.tolist(), accepted.tolist()  # lists are read one by one much faster
    visited = []
    for pick, draw in zip(picks, draws, strict=True):
        if draw < accepted[state][pick]:
            state = proposed[state][pick]
        visited.append(state)
    return np.array(visited, dtype=np.intp)


def metropolis_matrix(energies, temperature, *, neighbours=None):
    r"""Return the probabilities with which `metropolis` steps from each state to each.

    .. math:: p_i P_{ij} = p_j P_{ji} \quad \text{and so} \quad p P = p

    The first, detailed balance, holds for p = boltzmann(E, T), and makes p the stationary distribution.

    Parameters
    ----------
    energies, temperature, neighbours
        As for `metropolis`.

    Returns
    -------
    ndarray
        Shape ``(n, n)``; row i is the distribution of the next state from state i.

    Raises
    ------
    ValueError, TypeError
        As for `metropolis`.

    Examples
    --------
    >>> metropolis_matrix([0.0, 1.0], temperature=1.0).round(3)
    array([[0.632, 0.368],
           [1.   , 0.   ]])
    """
    proposed, accepted = _moves(energies, temperature, neighbours)
    n, k = proposed.shape
    matrix = np.zeros((n, n))
    np.add.at(matrix, (np.arange(n)[:, np.newaxis], proposed), accepted / k)
    matrix[np.diag_indices(n)] += np.maximum(1 - matrix.sum(axis=1), 0)  # rounding may pass 1
    return matrix


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
    _check_whole(n, "n", 0, MOST_SPINS_LISTED)
    bits = np.arange(2**n)[:, np.newaxis] >> np.arange(n) & 1
    return (2 * bits - 1).astype(np.int8)


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
    _check_whole(side, "side", 2, 4)
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
        `burn_in` is not a whole number that can be, or if `start` is not ±1 or does not broadcast.

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
    T = np.array(temperatures, np.float64)
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
        If `n` is not a whole number of at least 1.

    References
    ----------
    Sherrington, Kirkpatrick (1975), "Solvable model of a spin-glass".

    Examples
    --------
    >>> J = random_couplings(20, rng=np.random.default_rng(0))
    >>> print(J.shape, (J == J.T).all(), J.trace())
    (20, 20) True 0.0
    """
    _check_whole(n, "n", 1)
    upper = np.triu(rng.normal(scale=n**-0.5, size=(n, n)), k=1)
    return upper + upper.T


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

    Examples
    --------
    >>> glass_energies([[0, 1], [1, 0]])
    array([-1.,  1.,  1., -1.])
    """
    J = _checked_couplings(couplings)
    n = len(J)
    if n > MOST_SPINS_LISTED:
        raise ValueError(f"couplings must be of at most {MOST_SPINS_LISTED} spins to list all states, got {n}")
    cut = n // 2
    low, high = (spin_states(size).astype(np.float64) for size in (cut, n - cut))  # low and high bits of k
    between = high @ J[cut:, :cut] @ low.T
    return (_glass_energy(high, J[cut:, cut:])[:, np.newaxis] + _glass_energy(low, J[:cut, :cut]) - between).ravel()


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
        temperatures that `boltzmann` accepts, or if `runs` is not a whole number of at least 1.

    References
    ----------
    Kirkpatrick, Gelatt, Vecchi (1983), "Optimization by simulated annealing".

    Examples
    --------
    >>> J = random_couplings(10, rng=np.random.default_rng(1))
    >>> slow = anneal(J, np.geomspace(2, 0.05, 100), rng=np.random.default_rng(2), runs=50)
    >>> print((slow.energies < glass_energies(J).min() + 1e-9).mean())
    0.96
    """
    J = _checked_couplings(couplings)
    _check_whole(runs, "runs", 1)
    if np.ndim(schedule) != 1:
        raise ValueError(f"schedule must be one row of temperatures, got shape {np.shape(schedule)}")
    spins = rng.choice([-1.0, 1.0], size=(len(J), runs))
    for T in schedule:
        for i in range(len(J)):
            field = J[i] @ spins
            spins[i] = np.where(rng.random(runs) < _probability_up(field, T), 1, -1)
    return AnnealedRuns(_glass_energy(spins.T, J), spins.T.astype(np.int8))


def _levels(energies, temperature, degeneracies):
    """Return E and T in rows, one T a row, the gaps −(E − min E)/T, settled at every T, and log g."""
    E, _ = _energies(energies)
    log_g = _log_degeneracies(degeneracies, E.shape)
    z, T, *_ = _rows(-E, temperature, axis=-1)
    return -z, T, _gaps(z, T), log_g


def _ground_and_log_sum(energies, temperature, degeneracies):
    """Return min E, T and log Σ g exp(−(E − min E)/T), which is finite at every T; the last axis has length 1."""
    E, T, gaps, log_g = _levels(energies, temperature, degeneracies)
    return E.min(axis=-1, keepdims=True), T, logsumexp(gaps + log_g)[..., np.newaxis]


def _energies(energies, axis=-1):
    """Return energies in float64 and the axis from the end, checked."""
    E = _real(energies, "energies")[0].astype(np.float64)
    axis = _axis_from_the_end(axis, E.ndim, "energies")
    if E.shape[axis] == 0:
        raise ValueError(f"energies must have at least one entry along the axis, got shape {E.shape}")
    refused = E[~(E > -math.inf)]
    if refused.size:
        raise ValueError(f"energies must be finite, or inf for a forbidden state, got {refused[0]}")
    if (E.min(axis=axis) == math.inf).any():
        raise ValueError("energies must not all be forbidden, got a row of inf only")
    return E, axis


def _log_degeneracies(degeneracies, shape):
    """Return log g in the shape of the energies, checked; 0 by default."""
    if degeneracies is None:
        return np.zeros(shape)
    g = _real(degeneracies, "degeneracies")[0].astype(np.float64)
    refused = g[~((g > 0) & (g < math.inf))]
    if refused.size:
        raise ValueError(f"degeneracies must be positive and finite, got {refused[0]}")
    try:
        return np.broadcast_to(np.log(g), shape)
    except ValueError:
        raise ValueError(f"degeneracies must broadcast to energies of shape {shape}, got {g.shape}") from None


@np.errstate(all="ignore")
def _moves(energies, temperature, neighbours):
    """Return which states each state proposes, and the probability that each of these is accepted."""
    E, _ = _energies(energies)
    if E.ndim != 1 or len(E) < 2:
        raise ValueError(f"energies must be one row of at least two states, got shape {E.shape}")
    T = _temperatures(temperature)
    if not isinstance(T, float):
        raise ValueError(f"temperature must be one number, got shape {T.shape}")
    proposed = _all_others(len(E)) if neighbours is None else _checked_neighbours(neighbours, len(E))
    rise = E[proposed] - E[:, np.newaxis]
    return proposed, np.select([rise == math.inf, rise > 0], [0, np.exp(-rise / T)], 1)


def _all_others(n):
    """Return for each of n states all the others, shape (n, n − 1)."""
    return (np.arange(n)[:, np.newaxis] + np.arange(1, n)) % n


def _checked_neighbours(neighbours, n):
    """Return neighbours as an array of states, each listed by whom it lists, as often."""
    proposed = np.asarray(neighbours)
    if proposed.dtype.kind not in "iu" or proposed.ndim != 2 or len(proposed) != n or proposed.size == 0:
        kind = f"{proposed.dtype} of shape {proposed.shape}"
        raise ValueError(f"neighbours must be integers of shape ({n}, k), k at least 1, got {kind}")
    refused = proposed[(proposed < 0) | (proposed >= n)]
    if refused.size:
        raise ValueError(f"neighbours must be states from 0 to {n - 1}, got {refused[0]}")
    proposed = proposed.astype(np.intp)
    own = np.arange(n)[:, np.newaxis]
    there, back = np.sort(np.ravel(own * n + proposed)), np.sort(np.ravel(proposed * n + own))
    one_way = np.minimum(there, back)[there != back]
    if one_way.size:
        i, j = divmod(int(one_way[0]), n)
        raise ValueError(f"neighbours must list each other equally often, got states {i} and {j} that do not")
    return proposed


def _probability_up(field, T):
    """Return the probability that a spin in the field of its neighbours is up: energies −h up, +h down."""
    T = np.asarray(T, np.float64)[..., np.newaxis]
    return boltzmann(np.stack([-field, field], axis=-1), T)[..., 0]


def _probabilities_up(T):
    """Return P(up) for the fields −4, −2, 0, 2 and 4, in the numbers that float32 uniforms can take.

    Shape (5, temperatures, 1, 1, 1), to broadcast with lattices.
    """
    P_up = _probability_up(np.arange(-4.0, 5.0, 2.0).reshape(-1, 1, 1, 1, 1), T.reshape(-1, 1, 1, 1))
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
    spins, _ = _real(start, "start")
    refused = spins[abs(spins) != 1]
    if refused.size:
        raise ValueError(f"start must be spins of 1 or -1, got {refused[0]}")
    try:
        return np.broadcast_to(spins, shape)
    except ValueError:
        raise ValueError(f"start must broadcast to lattices of shape {shape}, got {spins.shape}") from None


def _check_ising(side, sweeps, replicas, burn_in):
    _check_whole(side, "side", 2)
    if side % 2:
        raise ValueError(f"side must be even, so that the checkerboard is periodic, got {side}")
    _check_whole(sweeps, "sweeps", 0)
    _check_whole(replicas, "replicas", 1)
    _check_whole(burn_in, "burn_in", 0)


def _check_whole(value, name, least, most=math.inf):
    if not isinstance(value, Integral) or not least <= value <= most:
        allowed = f"at least {least}" if most == math.inf else f"from {least} to {most}"
        raise ValueError(f"{name} must be a whole number, {allowed}, got {value!r}")


def _glass_energy(states, J):
    """Return −½ Σ J s s of each row of states."""
    return -((states @ J) * states).sum(axis=-1) / 2


def _checked_couplings(couplings):
    J = _real(couplings, "couplings")[0].astype(np.float64)
    if J.ndim != 2 or J.shape[0] != J.shape[1] or J.size == 0:
        raise ValueError(f"couplings must be a square matrix, got shape {J.shape}")
    if not np.isfinite(J).all():
        raise ValueError(f"couplings must be finite, got {J[~np.isfinite(J)][0]}")
    if (J != J.T).any():
        i, j = np.argwhere(J != J.T)[0]
        raise ValueError(f"couplings must be symmetric, got {J[i, j]} at ({i}, {j}) and {J[j, i]} at ({j}, {i})")
    if J.diagonal().any():
        raise ValueError(f"couplings must have zeros on the diagonal, got {J.diagonal()[J.diagonal() != 0][0]}")
    return J
