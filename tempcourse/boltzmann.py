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

from dataclasses import dataclass

import numpy as np

from tempcourse._arguments import read_energies, read_finite, read_rows, read_temperatures
from tempcourse.softmax import log_softmax, logsumexp, scaled_gaps, softmax

__all__ = [
    "Thermodynamics",
    "boltzmann",
    "free_energy",
    "heat_capacity",
    "log_partition",
    "mean_energy",
    "thermal_entropy",
    "thermodynamics",
]


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
    E, axis = read_energies(energies, axis)
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
    E, _ = read_energies(energies)
    p = boltzmann(E, temperature, degeneracies=degeneracies)
    half = E / 2  # a difference of halves cannot overflow
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
    E, _ = read_energies(energies)
    if E.ndim != 1:
        raise ValueError(f"energies must be one row, got shape {E.shape}")
    T = np.array(read_temperatures(temperatures, "temperatures"), np.float64)
    quantities = (free_energy, mean_energy, thermal_entropy, heat_capacity)
    return Thermodynamics(T, *(f(E, T[..., np.newaxis], degeneracies=degeneracies) for f in quantities))


def _levels(energies, temperature, degeneracies):
    """Return E and T in rows, one T a row, the gaps −(E − min E)/T, settled at every T, and log g."""
    E, _ = read_energies(energies)
    log_g = _log_degeneracies(degeneracies, E.shape)
    z, T, *_ = read_rows(-E, temperature, axis=-1)
    return -z, T, scaled_gaps(z, T), log_g


def _ground_and_log_sum(energies, temperature, degeneracies):
    """Return min E, T and log Σ g exp(−(E − min E)/T), which is finite at every T; the last axis has length 1."""
    E, T, gaps, log_g = _levels(energies, temperature, degeneracies)
    return E.min(axis=-1, keepdims=True), T, logsumexp(gaps + log_g)[..., np.newaxis]


def _log_degeneracies(degeneracies, shape):
    """Return log g in the shape of the energies, checked; 0 by default."""
    if degeneracies is None:
        return np.zeros(shape)
    g = read_finite(degeneracies, "degeneracies", kinds="iu", above=0).astype(np.float64)
    try:
        return np.broadcast_to(np.log(g), shape)
    except ValueError:
        raise ValueError(f"degeneracies must broadcast to energies of shape {shape}, got {g.shape}") from None
