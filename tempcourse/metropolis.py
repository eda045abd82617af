r"""The rule of Metropolis: a walk among states that samples Boltzmann's distribution without knowing its sum Z.

Energies E and temperature T are as in `tempcourse.boltzmann`: an energy of +∞ is a forbidden state, which is left and
never entered.
"""

import math

import numpy as np

from tempcourse._arguments import check_rng, check_whole, is_whole, read_array, read_energies, read_temperature, refuse

__all__ = ["metropolis", "metropolis_matrix"]


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
        symmetric, if `start` is not a state that may be visited, or if `rng` is no generator.
    TypeError
        If an argument is not real numbers.

    References
    ----------
    Metropolis, Rosenbluth, Rosenbluth, Teller, Teller (1953), "Equation of state calculations by fast
    computing machines".

    Examples
    --------
    >>> from tempcourse.boltzmann import boltzmann
    >>> visited = metropolis([0.0, 1.0], 1.0, 10_000, rng=np.random.default_rng(0))
    >>> print((visited == 1).mean().round(2), boltzmann([0.0, 1.0], 1.0)[1].round(2))
    0.27 0.27
    """
    check_whole(steps, "steps", 0)
    check_rng(rng)
    proposed, accepted = _moves(energies, temperature, neighbours)
    allowed = np.flatnonzero(np.asarray(energies) < math.inf)
    state = int(rng.choice(allowed)) if start is None else start
    if not is_whole(state) or state not in allowed:
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


@np.errstate(all="ignore")
def _moves(energies, temperature, neighbours):
    """Return which states each state proposes, and the probability that each of these is accepted."""
    E, _ = read_energies(energies)
    if E.ndim != 1 or len(E) < 2:
        raise ValueError(f"energies must be one row of at least two states, got shape {E.shape}")
    T = read_temperature(temperature)
    proposed = _all_others(len(E)) if neighbours is None else _checked_neighbours(neighbours, len(E))
    rise = E[proposed] - E[:, np.newaxis]
    return proposed, np.select([rise == math.inf, rise > 0], [0, np.exp(-rise / T)], 1)


def _all_others(n):
    """Return for each of n states all the others, shape (n, n − 1)."""
    return (np.arange(n)[:, np.newaxis] + np.arange(1, n)) % n


def _checked_neighbours(neighbours, n):
    """Return neighbours as an array of states, each listed by whom it lists, as often."""
    proposed = read_array(neighbours, "neighbours")
    if proposed.dtype.kind not in "iu" or proposed.ndim != 2 or len(proposed) != n or proposed.size == 0:
        kind = f"{proposed.dtype} of shape {proposed.shape}"
        raise ValueError(f"neighbours must be integers of shape ({n}, k), k at least 1, got {kind}")
    refuse(proposed, (proposed < 0) | (proposed >= n), "neighbours", f"states from 0 to {n - 1}")
    proposed = proposed.astype(np.intp)
    own = np.arange(n)[:, np.newaxis]
    there, back = np.sort(np.ravel(own * n + proposed)), np.sort(np.ravel(proposed * n + own))
    one_way = np.minimum(there, back)[there != back]
    if one_way.size:
        i, j = divmod(int(one_way[0]), n)
        raise ValueError(f"neighbours must list each other equally often, got states {i} and {j} that do not")
    return proposed
