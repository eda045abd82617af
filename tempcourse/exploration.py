r"""Exploration: bandits, the policies that play them with a temperature and without one, and their regret.

A bandit has K arms; pulling one pays a random reward with an unknown mean. A policy sees, for each arm, the
**estimate** (the mean of the rewards so far) and the number of **pulls**, and gives each arm an index: the arm
with the largest index is pulled, and ties are drawn by lot. With standard Gumbel noise G, drawn anew for each arm
and step, t for the step and n for the pulls of an arm,

=================  =======================================
policy             index
=================  =======================================
greedy             estimate
ε-greedy           estimate, or with probability ε noise
Boltzmann          estimate + τ G
Boltzmann–Gumbel   estimate + scale · G / √n
UCB                estimate + scale · √(2 log t / n)
=================  =======================================

The third row is softmax: the largest of the estimates + τ G is arm i with probability softmax(estimates, τ)_i.
The fourth differs from it by one thing, that each arm has a temperature of its own.

The limits of the temperature are values: at τ = 0 the largest estimates share, at τ = ∞ all arms do.
"""

import math
from dataclasses import dataclass

import numpy as np

from tempcourse._arguments import check_rng, check_whole, read_finite, read_number, refuse

__all__ = [
    "BernoulliBandit",
    "GaussianBandit",
    "Simulation",
    "boltzmann_exploration",
    "boltzmann_gumbel",
    "constant",
    "epsilon_greedy",
    "geometric",
    "greedy",
    "harmonic",
    "logarithmic",
    "simulate",
    "ucb",
]

# In size: of more, the sum over a game might leave the range of floats.
LARGEST_REWARD = 1e100


# Bandits


@dataclass(frozen=True, eq=False)
class GaussianBandit:
    """Arms whose rewards are normally distributed.

    Parameters
    ----------
    means : array_like of float, shape (K,)
        The mean reward of each of two or more arms.
    sigma : float, default 1.0
        The standard deviation of a reward, the same for all arms; 0 pays exactly the means.

    Raises
    ------
    ValueError
        If `means` is not a row of two or more numbers from −1e100 to 1e100, or `sigma` is negative or above 1e100:
        rewards are added up.
    TypeError
        If `means` is not real numbers.

    Examples
    --------
    >>> GaussianBandit([0.5, 0.0]).gaps
    array([0. , 0.5])
    """

    means: np.ndarray
    sigma: float = 1.0

    def __post_init__(self):
        object.__setattr__(self, "means", _checked_means(self.means))
        object.__setattr__(self, "sigma", read_number(self.sigma, "sigma", 0, LARGEST_REWARD))

    @property
    def gaps(self):
        """How much less each arm pays than the best, shape (K,)."""
        return self.means.max() - self.means

    def pull(self, arms, rng):
        """Return a random reward for each entry of `arms`, integers of any shape."""
        return rng.normal(self.means[arms], self.sigma)


@dataclass(frozen=True, eq=False)
class BernoulliBandit:
    """Arms that pay 1 or nothing.

    Parameters
    ----------
    means : array_like of float, shape (K,)
        For each of two or more arms the probability that it pays.

    Raises
    ------
    ValueError
        If `means` is not a row of two or more numbers from 0 to 1.
    TypeError
        If `means` is not real numbers.

    Examples
    --------
    >>> rewards = BernoulliBandit([0.0, 1.0]).pull(np.array([0, 1, 1]), np.random.default_rng(0))
    >>> rewards
    array([0., 1., 1.])
    """

    means: np.ndarray

    def __post_init__(self):
        object.__setattr__(self, "means", _checked_means(self.means))
        refuse(self.means, (self.means < 0) | (self.means > 1), "means", "probabilities from 0 to 1")

    @property
    def gaps(self):
        """How much less each arm pays than the best, shape (K,)."""
        return self.means.max() - self.means

    def pull(self, arms, rng):
        """Return a random reward for each entry of `arms`, integers of any shape."""
        return (rng.random(np.shape(arms)) < self.means[arms]).astype(float)


# Schedules: the temperature as a function of the step, which counts from 1


def constant(temperature):
    """Return the schedule that stays at a temperature.

    Parameters
    ----------
    temperature : float
        τ ≥ 0, infinity included.

    Returns
    -------
    callable
        From a step, or an array of steps, to as many temperatures.

    Raises
    ------
    ValueError
        If `temperature` is negative or nan.

    Examples
    --------
    >>> print(constant(0.2)(1000))
    0.2
    """
    temperature = read_number(temperature, "temperature")
    return lambda step: temperature * np.ones_like(step, dtype=float)[()]


def geometric(first, rate):
    r"""Return the schedule that keeps the same fraction of the temperature at each step.

    .. math:: \tau_t = \tau_1 \, r^{t - 1}

    Parameters
    ----------
    first : float
        τ₁ ≥ 0, finite: what falls from infinity never comes down.
    rate : float
        The fraction r, above 0 and at most 1. For a temperature of 0 throughout, there is `constant`.

    Returns
    -------
    callable
        As for `constant`.

    Raises
    ------
    ValueError
        If `first` is negative or not finite, or `rate` outside its range.

    References
    ----------
    Kirkpatrick, Gelatt, Vecchi (1983), "Optimization by simulated annealing".

    Examples
    --------
    >>> geometric(1.0, 0.5)(np.array([1, 2, 3]))
    array([1.  , 0.5 , 0.25])
    """
    first = read_number(first, "first", finite=True)
    rate = read_number(rate, "rate", 0, 1, above=True)
    return lambda step: first * rate ** (np.asarray(step) - 1.0)


def harmonic(first):
    r"""Return the schedule that falls as one over the step.

    .. math:: \tau_t = \tau_1 / t

    Parameters
    ----------
    first : float
        τ₁ ≥ 0, finite: what falls from infinity never comes down.

    Returns
    -------
    callable
        As for `constant`.

    Raises
    ------
    ValueError
        If `first` is negative or not finite.

    Examples
    --------
    >>> harmonic(1.0)(np.array([1, 2, 4]))
    array([1.  , 0.5 , 0.25])
    """
    first = read_number(first, "first", finite=True)
    return lambda step: first / np.asarray(step)


def logarithmic(first):
    r"""Return the schedule that falls as one over the logarithm of the step.

    .. math:: \tau_t = \tau_1 / (1 + \log t)

    Parameters
    ----------
    first : float
        τ₁ ≥ 0, finite: what falls from infinity never comes down.

    Returns
    -------
    callable
        As for `constant`.

    Raises
    ------
    ValueError
        If `first` is negative or not finite.

    References
    ----------
    Hajek (1988), "Cooling schedules for optimal annealing": so slow is slow enough for annealing.

    Examples
    --------
    >>> logarithmic(1.0)(np.array([1, 10, 100])).round(3)
    array([1.   , 0.303, 0.178])
    """
    first = read_number(first, "first", finite=True)
    return lambda step: first / (1 + np.log(step))


# Policies: from estimates and pulls, both of shape (runs, K), the step and a generator to the index of each arm


def greedy():
    """Return the policy that pulls the arm with the largest estimate.

    Returns
    -------
    callable
        A function of ``(estimates, pulls, step, rng)`` that returns an index for each arm: `estimates` and
        `pulls` have the shape ``(runs, K)``, as has the result, and `step` counts the pulls from 1.

    Examples
    --------
    >>> greedy()(np.array([[0.2, 0.7]]), np.array([[1, 1]]), 3, None)
    array([[0.2, 0.7]])
    """
    return lambda estimates, pulls, step, rng: estimates


def epsilon_greedy(epsilon):
    """Return the policy that pulls any arm with probability ε, and else that with the largest estimate.

    Parameters
    ----------
    epsilon : float
        From 0 to 1: at 0 it is greedy, at 1 uniform.

    Returns
    -------
    callable
        As for `greedy`.

    Raises
    ------
    ValueError
        If `epsilon` is not from 0 to 1.

    References
    ----------
    Sutton, Barto (2018), "Reinforcement learning: an introduction", chapter 2.

    Examples
    --------
    >>> policy = epsilon_greedy(0.1)
    >>> estimates = np.tile([0.0, 1.0], (100_000, 1))
    >>> index = policy(estimates, np.ones_like(estimates), 3, np.random.default_rng(0))
    >>> print((index.argmax(axis=1) == 0).mean().round(2))
    0.05
    """
    epsilon = read_number(epsilon, "epsilon", 0, 1)

    def index(estimates, pulls, step, rng):
        explores = rng.random((len(estimates), 1)) < epsilon
        return np.where(explores, rng.random(estimates.shape), estimates)

    return index


def boltzmann_exploration(temperature):
    r"""Return the policy that pulls arms with the probabilities softmax(estimates, τ): Boltzmann exploration.

    .. math:: \operatorname{arg\,max}_i \; \hat\mu_i + \tau \, G_i

    Drawn by adding Gumbel noise to the estimates and taking the largest.

    Parameters
    ----------
    temperature : float or callable
        τ ≥ 0 in the unit of the rewards, 0 and ∞ included; or a schedule, which takes the step to it.

    Returns
    -------
    callable
        As for `greedy`.

    Raises
    ------
    ValueError
        If a temperature is negative or nan; that of a schedule is refused when its step has come.

    References
    ----------
    Sutton (1990), "Integrated architectures for learning, planning, and reacting"; Yellott (1977), "The
    relationship between Luce's choice axiom, Thurstone's theory of comparative judgment, and the double
    exponential distribution": the noise.

    Examples
    --------
    >>> policy = boltzmann_exploration(0.5)
    >>> estimates = np.tile([0.0, 0.5], (100_000, 1))
    >>> index = policy(estimates, np.ones_like(estimates), 3, np.random.default_rng(0))
    >>> print((index.argmax(axis=1) == 1).mean().round(2))  # 1 / (1 + exp(−1)) is 0.731
    0.73
    """
    schedule = temperature if callable(temperature) else constant(temperature)

    def index(estimates, pulls, step, rng):
        return _with_gumbel_noise(estimates, read_number(schedule(step), "temperature"), rng)

    return index


def boltzmann_gumbel(scale):
    r"""Return the policy of Boltzmann exploration with a temperature for each arm, by what is known of it.

    .. math:: \operatorname{arg\,max}_i \; \hat\mu_i + \frac{c}{\sqrt{n_i}} \, G_i

    The standard error of an estimate falls as 1/√n, and the noise with it. While all arms have been pulled equally
    often, this is `boltzmann_exploration` at τ = c/√n.

    Parameters
    ----------
    scale : float
        c ≥ 0, in the unit of the rewards, 0 and ∞ included.

    Returns
    -------
    callable
        As for `greedy`.

    Raises
    ------
    ValueError
        If `scale` is negative or nan.

    References
    ----------
    Cesa-Bianchi, Gentile, Lugosi, Neu (2017), "Boltzmann exploration done right".

    Examples
    --------
    >>> policy = boltzmann_gumbel(1.0)
    >>> estimates = np.tile([0.0, 0.5], (100_000, 1))
    >>> index = policy(estimates, np.full_like(estimates, 4), 9, np.random.default_rng(0))
    >>> print((index.argmax(axis=1) == 1).mean().round(2))  # as at τ = 1/2
    0.73
    """
    scale = read_number(scale, "scale")
    return lambda estimates, pulls, step, rng: _with_gumbel_noise(estimates, scale / np.sqrt(pulls), rng)


def _with_gumbel_noise(estimates, temperature, rng):
    """Return the estimates plus Gumbel noise times a temperature; at infinity the noise is all that counts."""
    noise = rng.gumbel(size=estimates.shape)
    return noise if np.max(temperature) == math.inf else estimates + temperature * noise


def ucb(scale=1.0):
    r"""Return the policy that pulls the arm with the largest upper confidence bound.

    .. math:: \operatorname{arg\,max}_i \; \hat\mu_i + c \sqrt{\frac{2 \log t}{n_i}}

    Parameters
    ----------
    scale : float, default 1.0
        c ≥ 0, in the unit of the rewards. 1 is UCB1, which is made for rewards from 0 to 1.

    Returns
    -------
    callable
        As for `greedy`.

    Raises
    ------
    ValueError
        If `scale` is negative or not finite.

    References
    ----------
    Auer, Cesa-Bianchi, Fischer (2002), "Finite-time analysis of the multiarmed bandit problem".

    Examples
    --------
    >>> ucb()(np.array([[0.0, 0.5]]), np.array([[1, 9]]), 10, None).round(3)
    array([[2.146, 1.215]])
    """
    scale = read_number(scale, "scale", finite=True)
    return lambda estimates, pulls, step, rng: estimates + scale * np.sqrt(2 * math.log(step) / pulls)


# Play


@dataclass(frozen=True, eq=False)
class Simulation:
    """What many runs of a policy pulled, what that cost, and what they know at the end."""

    #: Which arm was pulled in each run at each step, integers of shape (runs, steps).
    arms: np.ndarray
    #: The mean reward of each arm as each run has seen it at the end, shape (runs, K).
    estimates: np.ndarray
    #: How much less each arm pays than the best, shape (K,).
    gaps: np.ndarray

    @property
    def regrets(self):
        """The pseudo-regret of each run up to each step, the gaps of its pulls added up, shape (runs, steps)."""
        return self.gaps[self.arms].cumsum(axis=1)

    @property
    def regret(self):
        """The mean of the regrets over the runs, shape (steps,)."""
        return self.regrets.mean(axis=0)

    @property
    def standard_error(self):
        """The standard error of the mean regret, shape (steps,)."""
        return self.regrets.std(axis=0, ddof=1) / math.sqrt(len(self.arms))

    @property
    def final_regret(self):
        """The regret of each run at the last step, shape (runs,)."""
        return self.gaps[self.arms].sum(axis=1)

    @property
    def pulls(self):
        """How often each run pulled each arm, shape (runs, K)."""
        return np.stack([(self.arms == arm).sum(axis=1) for arm in range(self.gaps.size)], axis=1)

    @property
    def wrong(self):
        """Whether each run ends with its largest estimate on an arm that is not a best one, shape (runs,)."""
        best = self.gaps == 0
        largest = self.estimates.max(axis=1)
        return self.estimates[:, best].max(axis=1) < largest


def simulate(bandit, policy, *, steps, runs, rng):
    """Play a bandit many times, all runs abreast.

    In each run every arm is pulled once, in order, so that there is an estimate of each; from then on the policy
    chooses.

    Parameters
    ----------
    bandit : GaussianBandit or BernoulliBandit
    policy : callable
        What `greedy` and the others return, or a function with the same arguments and result.
    steps : int
        Pulls in a run, at least one for each arm.
    runs : int
        At least two.
    rng : numpy.random.Generator
        The source of randomness.

    Returns
    -------
    Simulation

    Raises
    ------
    ValueError
        If `steps` or `runs` is not a whole number that is large enough, if `rng` is no generator, or if a schedule
        has no temperature.

    Examples
    --------
    >>> certain = GaussianBandit([1.0, 0.0], sigma=0)
    >>> result = simulate(certain, greedy(), steps=5, runs=3, rng=np.random.default_rng(0))
    >>> result.arms[0]
    array([0, 1, 0, 0, 0])
    >>> result.regret
    array([0., 1., 1., 1., 1.])
    """
    K = bandit.means.size
    check_whole(steps, "steps", K)
    check_whole(runs, "runs", 2)
    check_rng(rng)
    each = np.arange(runs)
    arms = np.empty((runs, steps), dtype=np.intp)
    pulls, totals = np.zeros((runs, K)), np.zeros((runs, K))
    for k in range(steps):
        if k < K:
            arm = np.full(runs, k)
        else:
            arm = _largest(policy(totals / pulls, pulls, k + 1, rng), rng)
        arms[:, k] = arm
        pulls[each, arm] += 1
        totals[each, arm] += bandit.pull(arm, rng)
    return Simulation(arms, totals / pulls, bandit.gaps)


def _largest(index, rng):
    """Return the place of each row's largest entry; ties are drawn by lot."""
    tied = index == index.max(axis=1, keepdims=True)
    return (tied * (1 - rng.random(index.shape))).argmax(axis=1)  # 1 − u is never 0


def _checked_means(means):
    values = np.array(read_finite(means, "means", kinds="iu"), float)
    refuse(values, abs(values) > LARGEST_REWARD, "means", f"at most {LARGEST_REWARD:g} in size")
    if values.ndim != 1 or values.size < 2:
        raise ValueError(f"means must be one row of two or more numbers, got shape {values.shape}")
    values.setflags(write=False)
    return values
