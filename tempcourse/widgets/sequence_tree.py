"""A tree of two-word texts: a temperature on each token beside a temperature on the sequence as a whole."""

from functools import partial

import numpy as np
import traitlets

from tempcourse._arguments import read_list, read_real
from tempcourse.language import MarkovModel
from tempcourse.sequences import sequence_temperature
from tempcourse.softmax import entropy
from tempcourse.words import number, percent

from .kit.controls import (
    buttons,
    own_first,
    preset_buttons,
    preset_table,
    temperature_slider,
    temperature_stops,
)
from .kit.explorable import Explorable, View, numbers
from .kit.sources import join_sources
from .kit.stills import blank_axes

MAX_WORDS, MAX_LEAVES = 4, 12
WORDS, LEAVES = "ABCD", "abcdefghijkl"
START = 0.5
# Name in a link, label on the button, probabilities of the first words and of what follows each, what to look for.
PRESETS = preset_table("name label first then note", [
    ("greedy", "Greedy misses", [0.6, 0.4], [[0.34, 0.33, 0.33], [0.9, 0.05, 0.05]],
     "A is the likelier first word, but after B there is hardly a choice: B a is the likeliest text."),
    ("surer", "Hotter but surer", [0.6, 0.4], [[0.25, 0.25, 0.25, 0.25], [1.0]],
     "After A four ways are open, after B one. Heat on each token makes the first word less sure and sends more "
     "texts through B, where all is sure: above τ ≈ 0.29 the entropy of the text falls. "
     "With heat on the sequence it never does."),
    ("same", "No disagreement", [0.6, 0.4], [[0.7, 0.2, 0.1], [0.1, 0.7, 0.2]],
     "After A and after B come the same probabilities in another order. What a step divides by is then the same on "
     "both ways, so it cancels, and the two temperatures are one."),
])  # fmt: skip


class TreeView(View):
    """The tree with the probabilities of its texts under both temperatures, and their entropies over τ."""

    _esm = join_sources("sequence_tree.js")

    presets = traitlets.List(help="name, label, first, then, note and flips for each").tag(sync=True)
    preset = traitlets.Int(0).tag(sync=True)
    words = traitlets.Unicode(WORDS, help="the names of the first words").tag(sync=True)
    leaves = traitlets.Unicode(LEAVES, help="and of the second").tag(sync=True)
    mode = traitlets.Int(0, help="of which temperature the branches are: 0 token, 1 sequence").tag(sync=True)
    temperatures = numbers()
    temperature_index = traitlets.Int().tag(sync=True)


def sequence_tree(first=(0.6, 0.4), then=((0.34, 0.33, 0.33), (0.9, 0.05, 0.05))):
    """Return an explorable of texts of two words: temperature on each token, and on the sequence as a whole.

    A tree, whose branches are as wide as they are likely; at each of its ends, a text, the probability under
    both temperatures, and whether greedy decoding, the search for the best, and a beam of width 2 end there.
    Below, the entropy of the text over τ.

    Parameters
    ----------
    first : array_like, shape (m,), 2 ≤ m ≤ 4
        The probabilities of the first word, above 0, of sum 1.
    then : sequence of m rows
        The probabilities of the second word after each first one, above 0, each row of sum 1; at most 12 in all.

    Returns
    -------
    Explorable
        Its controls are ``"preset"``, ``"mode"`` and ``"temperature"``.

    Raises
    ------
    ValueError
        For probabilities other than these.
    TypeError
        If the probabilities are not real numbers.

    References
    ----------
    Shih, Sadigh, Ermon (2023), "Long horizon temperature scaling".

    Examples
    --------
    >>> sequence_tree([0.5, 0.5], [[1.0], [0.9, 0.1]])
    sequence_tree([0.5, 0.5], [[1.0], [0.9, 0.1]])
    """
    first, then = _checked_tree(first, then)
    own = {"name": "own", "label": "This tree", "note": "The tree that this page speaks of."}
    presets, preset = own_first(PRESETS, {**own, "first": first, "then": then})
    stops = temperature_stops(-1, 1, per_decade=20, digits=2)
    view = TreeView(
        "sequence_tree",
        (first, then),
        {"preset": preset, "mode": 0, "temperature_index": stops.index(START)},
        presets=[{**each, "flips": _flips(each["first"], each["then"], stops)} for each in presets],
        temperatures=stops,
    )
    controls = {
        "preset": preset_buttons("Tree", view),
        "mode": buttons("Branches", ["token temperature", "sequence temperature"]),
        "temperature": temperature_slider(stops, view.temperature_index),
    }
    return Explorable(view, controls, summary=_summary(first, then), draw=lambda: _draw(first, then))


def _checked_tree(first, then):
    first, *then = [
        read_list(row, name, "probabilities")
        for name, row in [("first", first), *(("then", row) for row in read_list(then, "then", "rows"))]
    ]
    if not 2 <= len(first) <= MAX_WORDS:
        raise ValueError(f"first must hold 2 to {MAX_WORDS} probabilities to be drawn, got {len(first)}")
    if len(then) != len(first):
        raise ValueError(f"then must hold {len(first)} rows, one for each first word, got {len(then)}")
    leaves = sum(len(row) for row in then)
    if leaves > MAX_LEAVES:
        raise ValueError(f"then must hold at most {MAX_LEAVES} probabilities to be drawn, got {leaves}")
    return _checked_row(first, "first"), [_checked_row(row, "then") for row in then]


def _checked_row(row, name):
    values = read_real(row, name)[0].tolist()
    if np.ndim(values) != 1 or not values or not all(0 < p <= 1 for p in values) or abs(sum(values) - 1) > 1e-9:
        raise ValueError(f"{name} must hold probabilities above 0 that sum to 1, got {values!r}")
    return values


def _model(first, then):
    """Return the tree as a model, and its texts."""
    rows = {(): dict(zip(WORDS, first, strict=False))}
    rows |= {(word,): dict(zip(LEAVES, row, strict=False)) for word, row in zip(WORDS, then, strict=False)}
    return MarkovModel.from_rows(rows), [(*word, leaf) for word in rows if word for leaf in rows[word]]


def _both(first, then, temperature):
    """Return the probabilities of the texts with a temperature on each token, and on the sequence."""
    model, texts = _model(first, then)
    by_token = model.tempered(temperature).log_probability(texts)
    as_whole = sequence_temperature(model, [], 2, temperature).log_probability(texts)
    return np.exp(by_token), np.exp(as_whole)


def _flips(first, then, stops):
    """Return the temperatures at which another text becomes the likeliest under a temperature on each token."""
    model, texts = _model(first, then)

    def lead(pair, temperature):
        log_p = model.tempered(temperature).log_probability(pair)
        return log_p[0] - log_p[1]

    inner = stops[1:-1]
    best = [texts[_both(first, then, temperature)[0].argmax()] for temperature in inner]
    return [
        round(_zero(partial(lead, pair), low, high), 3)
        for low, high, *pair in zip(inner, inner[1:], best, best[1:], strict=False)
        if lead(pair, low) > 0 > lead(pair, high)
    ]


def _zero(falling, low, high):
    """Return where a function is 0 that is above 0 at `low` and below 0 at `high`, by bisection.

    SciPy has a quicker one, but this would be its only use in the chapter, and in the browser SciPy is a long
    download.
    """
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return high


def _summary(first, then):
    _, texts = _model(first, then)
    by_token, as_whole = _both(first, then, START)
    shares = "; ".join(
        f"{' '.join(text)} {percent(p)} and {percent(q)}"
        for text, p, q in zip(texts, by_token, as_whole, strict=True)
    )
    return (
        f"A tree of {len(texts)} texts of two words, at temperature {number(START)} on each token, and on the sequence "
        f"as a whole: {shares}; entropy {entropy(by_token):.2f} and {entropy(as_whole):.2f} nats."
    )


def _draw(first, then):
    from tempcourse.plots import plot_bars

    _, texts = _model(first, then)
    names = [" ".join(text) for text in texts]
    above, below = blank_axes(6.4, 5.6, rows=2)
    by_token, as_whole = _both(first, then, START)
    plot_bars(by_token, names, temperature=START, title=f"Token temperature τ = {START}", ax=above)
    plot_bars(as_whole, names, temperature=START, title=f"Sequence temperature τ = {START}", ax=below)
    return below.figure
