r"""Conversion of settings between engines: which mean the same in another order, and what the others cost.

Every step of an engine drops tokens or divides by the temperature. So two chains give the same distribution if each
pair of their steps comes in the same order in both, or commutes. Four pairs do, for 0 < τ < ∞: top-k with the
temperature, which keeps the order of the logits; top-nσ with it, for it divides gaps and σ alike; top-k with min-p,
since both keep the first of one order; and min-p with the temperature once it is converted, for m before τ is m^(1/τ)
after it:

.. math:: z_i - \max z \ge \log m \quad \Leftrightarrow \quad \frac{z_i - \max z}{\tau} \ge \log m^{1/\tau}
"""

import itertools
import math
import reprlib
from dataclasses import dataclass

import numpy as np

from tempcourse._arguments import read_real, read_two_distributions
from tempcourse.decoding import FILTERS, TEXTUAL, Engine, chain, is_off
from tempcourse.softmax import softmax

__all__ = ["Conversion", "convert", "fitting_top_p", "total_variation"]

# Pairs of steps whose order makes no difference, once settings are moved across the temperature.
COMMUTE = [{"temper", "top_k"}, {"temper", "min_p"}, {"temper", "top_n_sigma"}, {"top_k", "min_p"}]
# What becomes of a setting when the gaps that it judges are divided by τ, power = 1/τ; of others, nothing.
MOVED = {"min_p": lambda m, power: m**power}
# Filters that may drop the most likely token.
DROPS_THE_FIRST = {"typical_p"}
# Steps that read more than the logits and one number, or may move the most likely token; they are not converted.
APART = {"dynamic_temperature", "xtc", "mask", "logit_bias", *TEXTUAL}


@dataclass(frozen=True)
class Conversion:
    """What `convert` found."""

    #: The target's settings by name, for ``target(**conversion.settings)``; those that are left out are off.
    settings: dict
    #: Pairs of steps that do not commute and that the target takes the other way round, in the source's order.
    swapped: tuple = ()
    #: Settings that the target cannot take over, for it lacks the filter or does not take the temperature.
    lost: tuple = ()
    #: Whether the engines differ where tokens tie for the last place that is kept; all else is said for no ties.
    ties: bool = False

    @property
    def exact(self):
        """Whether the target's distribution is the source's in every context."""
        return not self.swapped and not self.lost

    @property
    def exactly(self):
        """By name, whether a setting is converted exactly, not lost nor, but for the temperature, of a swapped step."""
        inexact = {*self.lost, *itertools.chain(*self.swapped)} - {"temper"}
        return {name: name not in inexact for name in self.settings}


def convert(settings, source, target):
    """Return the settings of one engine that do what given settings do in another.

    Where the orders of the engines leave no setting that does the same in every context, the setting is copied, and
    the conversion says which two steps they take the other way round. In some contexts the two agree even so.

    Settings that always leave the most likely token alone, such as a temperature of 0, become the target's temperature
    of 0; or k = 1, where the target refuses 0 (transformers: ``do_sample=False``).

    Parameters
    ----------
    settings : dict
        What `source` is called with.
    source, target : tempcourse.decoding.Engine

    Returns
    -------
    Conversion

    Raises
    ------
    ValueError
        As ``source(**settings)`` does, and for penalties, a bias, a mask, XTC or a dynamic temperature: these are not
        converted.
    TypeError
        If one of the three is no such thing, or a setting none that there is.

    Examples
    --------
    >>> from tempcourse.decoding import LLAMA_CPP, TRANSFORMERS, VLLM
    >>> conversion = convert({"temperature": 0.5, "top_k": 40, "min_p": 0.1}, LLAMA_CPP, VLLM)
    >>> conversion.settings["min_p"], conversion.exact
    (0.010000000000000002, True)
    >>> convert({"temperature": 0.5, "top_p": 0.9}, LLAMA_CPP, VLLM).swapped
    (('top_p', 'temper'),)
    >>> convert({"temperature": 0}, VLLM, TRANSFORMERS).settings
    {'top_k': 1}
    """
    steps = _working(_steps(_chain(settings, source, "source")), source)
    if not isinstance(target, Engine):
        raise TypeError(f"target must be an engine, got {reprlib.repr(target)}")
    tau = steps.get("temper", 1.0)
    if _keeps_the_first(steps):
        return Conversion(_greedy(target), ties=tau != 0)
    if tau == 0 and (not target.greedy or not _cuts_first(target)):
        return Conversion(_greedy(target), lost=tuple(name for name in steps if name in DROPS_THE_FIRST))
    taken = min(max(tau, target.coldest if tau else tau), target.hottest)
    lost = ("temperature",) if taken != tau else ()
    found = {"temperature": taken}
    idle = {name for name in steps if taken == 0 and name in target.order and _behind(name, target)}
    for name in steps.keys() & set(target.order) - {"temper"} - idle:
        found[name] = _moved(name, steps[name], _seen(tau, source, name), _seen(taken, target, name))
    lacking = tuple(name for name in steps if name not in target.order or name in idle)
    ties = "top_k" in found and source.ties != target.ties
    return Conversion(_in_order(found, source), tuple(_swapped(steps, tau, target)), lost + lacking, ties)


def fitting_top_p(logits, settings, source, target):
    """Return the range of top-p with which the target does, on these logits, what the source does.

    What fits one context does not fit the next: see `convert` for what fits all.

    Parameters
    ----------
    logits : array_like, real
        Shape ``(n,)``; −∞ is a mask.
    settings, source, target
        As for `convert`.

    Returns
    -------
    (float, float) or None
        Every p above the first and up to the second keeps the tokens that the source keeps. None if there is no such p;
        if the conversion has no top-p, or loses a setting; or with typical-p, which may drop the most likely token.

    Raises
    ------
    ValueError, TypeError
        As `convert`, and as the filters do for the logits.

    Examples
    --------
    >>> from tempcourse.decoding import LLAMA_CPP, VLLM
    >>> settings = {"temperature": 0.5, "top_p": 0.9}
    >>> low, high = fitting_top_p(np.log([0.5, 0.25, 0.15, 0.1]), settings, VLLM, LLAMA_CPP)
    >>> round(low, 3), round(high, 3)
    (0.5, 0.75)
    """
    z = read_real(logits, "logits")[0]
    if z.ndim != 1:
        raise ValueError(f"logits must be one row, got shape {z.shape}")
    conversion = convert(settings, source, target)
    steps = target(**conversion.settings).filters
    names, there = list(_steps(chain(*steps))), source(**settings)
    if conversion.lost or "top_p" not in names or DROPS_THE_FIRST & {*names, *_steps(there)}:
        return None
    place = names.index("top_p")
    without = chain(*steps[:place], *steps[place + 1 :])
    wanted, others = (np.count_nonzero(each(z) > -math.inf) for each in (there, without))
    if wanted > others:
        return None  # the source keeps tokens that tie
    total = np.append(0, np.sort(softmax(chain(*steps[:place])(z)))[::-1].cumsum())
    return float(total[wanted - 1]), 1.0 if wanted == others else float(total[wanted])


def total_variation(p, q):
    r"""Return the total variation distance of distributions.

    .. math:: \frac12 \sum_i |p_i - q_i|

    is the largest difference in the probability of any event; and of draws from the two that are coupled as well as
    can be, the share that differ.

    Parameters
    ----------
    p, q : array_like
        Shape ``(..., n)`` each, or what broadcasts to it; each row sums to 1.

    Returns
    -------
    float or ndarray
        From 0 to 1, without the last axis.

    Raises
    ------
    ValueError, TypeError
        If one of them is no distribution.

    Examples
    --------
    >>> print(total_variation([0.5, 0.5, 0.0], [0.5, 0.25, 0.25]))
    0.25
    """
    p, q, dtype = read_two_distributions(p, q)
    return (abs(p - q).sum(axis=-1) / 2).astype(dtype)[()]


def _chain(settings, engine, name):
    """Return an engine's chain for settings."""
    if not isinstance(engine, Engine):
        raise TypeError(f"{name} must be an engine, got {reprlib.repr(engine)}")
    if not isinstance(settings, dict) or not all(isinstance(key, str) for key in settings):
        raise TypeError(f"settings must be a dict from names, got {reprlib.repr(settings)}")
    if apart := sorted(name for name in APART & settings.keys() if not is_off(name, settings[name])):
        raise ValueError(f"settings must be without {', '.join(sorted(APART))}, got {', '.join(apart)}")
    return engine(**settings)


def _steps(steps):
    """Return the settings of a chain's steps by their names, first to last."""
    return {getattr(function, "func", function).__name__: setting for function, setting in steps.filters}


def _working(steps, source):
    """Return the steps without those that can do nothing: behind τ = 0 or ∞ all tie that is left."""
    if steps.get("temper") not in (0, math.inf):
        return steps
    idle = {"min_p", "top_k"} if source.ties else {"min_p"}
    return {name: setting for name, setting in steps.items() if name not in idle or not _behind(name, source)}


def _keeps_the_first(steps):
    """Tell whether the most likely token alone is left, whatever the logits."""
    if DROPS_THE_FIRST & steps.keys():
        return False
    names = list(steps)
    if steps.get("temper") == math.inf:
        names = names[: names.index("temper")]  # behind it there is no first
    told = {name: steps[name] for name in names}
    k = told.get("top_k", math.inf)
    few = told.get("top_p", 1) * k <= 1 and "top_p" in names[names.index("top_k") :]  # the first of k has 1/k or more
    return told.get("temper") == 0 or k == 1 or told.get("min_p") == 1 or few


def _greedy(target):
    return {"temperature": 0.0} if target.greedy else {"top_k": 1}


def _behind(name, engine):
    """Tell whether a filter comes after the temperature."""
    return engine.order.index(name) > engine.order.index("temper")


def _cuts_first(engine):
    """Tell whether a filter comes before the temperature."""
    return any(name in FILTERS for name in engine.order[: engine.order.index("temper")])


def _seen(tau, engine, name):
    """Return the temperature that a filter sees."""
    return tau if _behind(name, engine) else 1.0


def _moved(name, setting, before, after):
    """Return a setting for a filter that sees another temperature."""
    return MOVED[name](setting, before / after) if name in MOVED else setting


def _in_order(found, source):
    """Return settings in the source's order, without a min-p that is too small for a float."""
    names = [name for name in source.order if name in found and (name != "min_p" or found[name])]
    return {name: found[name] for name in ("temperature", *names)}


def _swapped(steps, tau, target):
    """Yield the pairs of steps whose order is another in the target, and makes a difference."""
    for pair in itertools.combinations([name for name in steps if name in target.order], 2):
        first, second = map(target.order.index, pair)
        limit = "temper" in pair and tau in (0, math.inf)
        if first > second and (set(pair) not in COMMUTE or limit):
            yield pair
