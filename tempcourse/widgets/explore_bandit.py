"""Many runs on one bandit: what a policy's temperature costs, on average and in the runs that get stuck."""

import numpy as np
import traitlets

from tempcourse.exploration import GaussianBandit, boltzmann_exploration, simulate
from tempcourse.words import number, percent

from .kit.controls import buttons, seed_slider, temperature_slider, temperature_stops
from .kit.explorable import Explorable, View, numbers
from .kit.sources import join_sources
from .kit.stills import blank_axes

RUNS, STEPS = 200, 1000
MAX_ARMS = 10
LAST_SEED = 99
# The temperature of an arm at step t after n pulls of it; the last two have none.
POLICIES = {
    "held": "τ",
    "geometric": "τ · 0.99ᵗ",
    "harmonic": "τ / t",
    "gumbel": "τ / √n",
    "epsilon": "ε-greedy",
    "ucb": "UCB",
}
START = 0.1


class BanditView(View):
    """The regret of many runs over the steps, and all of them side by side at the end."""

    _esm = join_sources("explore_bandit.js")

    means = traitlets.List().tag(sync=True)
    sigma = traitlets.Float().tag(sync=True)
    runs = traitlets.Int(RUNS).tag(sync=True)
    steps = traitlets.Int(STEPS).tag(sync=True)
    policies = traitlets.List().tag(sync=True)
    policy = traitlets.Int().tag(sync=True)
    temperatures = numbers()
    temperature_index = traitlets.Int().tag(sync=True)
    seed = traitlets.Int().tag(sync=True)
    last_seed = traitlets.Int(LAST_SEED).tag(sync=True)


def explore_bandit(means=(0.5, 0.0), sigma=1.0):
    """Return an explorable of exploration: 200 runs of a policy on one bandit, 1000 pulls each.

    Above, the regret of the runs over the steps: their mean, the middle 80 %, some single runs, and the means of
    the settings looked at before. Beside it all runs at the end, in order, and which of them take a wrong arm for
    the best.

    Parameters
    ----------
    means : array_like, shape (K,), 2 ≤ K ≤ 10
        The mean rewards of the arms, not all equal. Rewards are normally distributed.
    sigma : float, default 1.0
        Their standard deviation.

    Returns
    -------
    Explorable
        Its controls are ``"policy"``, ``"temperature"`` and ``"seed"``. The temperature is that of an arm at its
        first pull; what becomes of it is the policy.

    Raises
    ------
    ValueError
        For means or a sigma other than these.
    TypeError
        If the means are not real numbers.

    References
    ----------
    Cesa-Bianchi, Gentile, Lugosi, Neu (2017), "Boltzmann exploration done right".

    Examples
    --------
    >>> explore_bandit([0.5, 0.0]).controls["temperature"].value
    0.1
    """
    bandit = _checked_bandit(means, sigma)
    row = bandit.means.tolist()
    stops = temperature_stops(-2, 1, per_decade=10, digits=2)
    view = BanditView(
        "explore_bandit",
        (row, bandit.sigma),
        {"policy": 0, "temperature_index": stops.index(START), "seed": 1},
        means=row,
        sigma=bandit.sigma,
        policies=list(POLICIES),
        temperatures=stops,
    )
    controls = {
        "policy": buttons("Policy", [(label, name) for name, label in POLICIES.items()], view.policy),
        "temperature": temperature_slider(stops, view.temperature_index),
        "seed": seed_slider(view),
    }
    return Explorable(view, controls, summary=_summary(bandit), draw=lambda: _draw(bandit))


def _checked_bandit(means, sigma):
    bandit = GaussianBandit(means, sigma)
    if bandit.means.size > MAX_ARMS:
        raise ValueError(f"means must hold 2 to {MAX_ARMS} numbers to be drawn, got {bandit.means.size}")
    if not bandit.gaps.any():
        raise ValueError(f"means must not all be equal, or nothing is lost; got {bandit.means.tolist()}")
    return bandit


def _runs(bandit, temperature=START):
    return simulate(bandit, boltzmann_exploration(temperature), steps=STEPS, runs=RUNS, rng=np.random.default_rng(1))


def _summary(bandit):
    result = _runs(bandit)
    return (
        f"{RUNS} runs of Boltzmann exploration at temperature {START}, {STEPS} pulls each, on "
        f"{bandit.means.size} arms that pay {', '.join(map(number, bandit.means))} on average, give or take "
        f"{number(bandit.sigma)}: mean regret {result.regret[-1]:.0f}, median {np.median(result.final_regret):.0f}, "
        f"and {percent(result.wrong.mean())} of the runs take a wrong arm for the best."
    )


def _draw(bandit):
    from tempcourse.plots import plot_regrets

    (ax,) = blank_axes(6.4, 3.4)
    plot_regrets(_runs(bandit).regrets, START, ax=ax)
    return ax.figure
