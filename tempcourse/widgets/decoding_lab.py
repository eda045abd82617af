"""What temperature and filters make of next-token logits: the stories' in some contexts, or the reader's own."""

import functools
import math

import ipywidgets
import numpy as np
import traitlets

from tempcourse.decoding import LLAMA_CPP, TRANSFORMERS, VLLM
from tempcourse.language import NGramModel, load_stories
from tempcourse.softmax import effective_choices, softmax

from .explorable import (
    WIDE,
    Explorable,
    View,
    blank_axes,
    join_sources,
    number,
    numbers,
    percent,
    temperature_slider,
)

# From clear cases to open ones, with near ties between them.
CONTEXTS = (
    "They climbed over the",
    "He stood in front",
    "“There",
    "Mara looked at",
    "It was a long",
    "Everybody in the whole",
    "They sat down",
    "Old Jon",
    "“You are",
    "He said the",
    "He did not",
    "They fell into the",
)
MAX_CONTEXTS = 24
DIGITS = 4
ENGINES = (TRANSFORMERS, VLLM, LLAMA_CPP)
# As an API's users set them, and further.
TEMPERATURES = [0.0, *(k / 10 for k in range(1, 21)), 2.5, 3.0, 4.0, 5.0, 10.0, math.inf]
# The settings of each slider, None for off; to the right, more is kept.
FILTERS = {
    "top_k": [*range(1, 11), 12, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500, None],
    "top_p": [*(round(0.05 * i, 2) for i in range(1, 20)), 0.98, 0.99, 0.995, 0.999, None],
    "min_p": [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05, 0.03, 0.02, 0.01, 0.005, 0.001, None],
    "typical_p": [*(round(0.05 * i, 2) for i in range(1, 20)), 0.98, 0.99, 0.995, 0.999, None],
}
START = {"temperature": 0.7, "top_k": None, "top_p": 0.9, "min_p": None, "typical_p": None}
DRAWN = 6  # tokens of the static picture


class DecodingView(View):
    """Bars of the most likely tokens before and after an engine's chain, and what is drawn from them."""

    _esm = join_sources("decoding_lab.js")

    words = traitlets.List(help="the vocabulary").tag(sync=True)
    contexts = traitlets.List(help="texts that come before").tag(sync=True)
    log_probabilities = traitlets.List(help="of the next word, a row a context, rounded").tag(sync=True)
    context = traitlets.Int(0, help="an index into contexts; beyond them, what the reader pastes").tag(sync=True)
    own = traitlets.Unicode("", help="what the reader pastes").tag(sync=True)
    others = traitlets.Bool(True, help="count what is missing in it as one entry").tag(sync=True)
    engines = traitlets.List(help="name, order and greedy_below of each").tag(sync=True)
    engine = traitlets.Int(0).tag(sync=True)
    temperatures = numbers()
    index = traitlets.Int().tag(sync=True)
    filters = traitlets.Dict(help="the settings of each filter's slider; null is off").tag(sync=True)
    top_k = traitlets.Int().tag(sync=True)
    top_p = traitlets.Int().tag(sync=True)
    min_p = traitlets.Int().tag(sync=True)
    typical_p = traitlets.Int().tag(sync=True)
    seed = traitlets.Int(1).tag(sync=True)


def decoding_lab(contexts=None):
    """Return an explorable of decoding: next-token logits before and after temperature and filters.

    The logits are those of an n-gram model of the stories, of order 3, over its whole vocabulary. They are kept
    with the page as log-probabilities of 4 decimals, about 7 kB a context. Or they are the reader's own: tokens
    and log-probabilities as an API returns them, pasted into the page, which keeps them to itself.

    Parameters
    ----------
    contexts : sequence of str, optional
        Up to 24 different beginnings of a story, of words that the stories know; a dozen when left out.

    Returns
    -------
    Explorable
        Its controls are ``"context"``, ``"engine"``, ``"temperature"``, ``"top_k"``, ``"top_p"``, ``"min_p"`` and
        ``"typical_p"``.

    Raises
    ------
    ValueError
        For contexts other than these.

    Examples
    --------
    >>> lab = decoding_lab(["Old Jon", "They climbed over the"])
    >>> lab.controls["context"].options
    ('Old Jon …', 'They climbed over the …', 'Your own')
    >>> lab.controls["top_p"].value
    0.9
    """
    contexts = _checked_contexts(contexts)
    words, rows = _logits(contexts)
    start = {
        "context": 0,
        "own": "",
        "others": True,
        "engine": 0,
        "index": TEMPERATURES.index(START["temperature"]),
        **{name: settings.index(START[name]) for name, settings in FILTERS.items()},
        "seed": 1,
    }
    view = DecodingView(
        "decoding_lab",
        (list(contexts),),
        words=words,
        contexts=list(contexts),
        log_probabilities=rows,
        engines=[{"name": e.name, "order": list(e.order), "greedy_below": e.greedy_below} for e in ENGINES],
        temperatures=TEMPERATURES,
        filters=FILTERS,
        defaults=start,
        **start,
    )
    controls = {
        "context": ipywidgets.Dropdown(
            options=[*(f"{context} …" for context in contexts), "Your own"],
            index=0,
            description="After",
            **WIDE,
        ),
        "engine": ipywidgets.ToggleButtons(
            options=[engine.name for engine in ENGINES],
            index=0,
            description="Order of",
            style={"description_width": "8.5em", "button_width": "auto"},
            layout={"width": "auto"},
        ),
        "temperature": temperature_slider(TEMPERATURES, view.index),
        **{name: filter_slider(name, settings, start[name]) for name, settings in FILTERS.items()},
    }
    explorable = Explorable(
        view,
        controls,
        summary=_summary(contexts[0], words, rows[0]),
        draw=lambda: _draw(contexts[0], words, rows[0]),
    )
    explorable.link("context", "index", "context")
    explorable.link("engine", "index", "engine")
    explorable.link("temperature", "index", "index")
    for name in FILTERS:
        explorable.link(name, "index", name)
    return explorable


def filter_slider(name, settings, index):
    """Return the slider of a filter, whose last setting is to leave it out."""
    options = [("off" if setting is None else number(setting), setting) for setting in settings]
    description = name.replace("_", "-").capitalize()
    return ipywidgets.SelectionSlider(options=options, index=index, description=description, **WIDE)


def _checked_contexts(contexts):
    if contexts is None:
        return CONTEXTS
    if isinstance(contexts, str) or not all(isinstance(context, str) and context.strip() for context in contexts):
        raise ValueError(f"contexts must be a sequence of texts that are not empty, got {contexts!r}")
    if not 1 <= len(contexts) <= MAX_CONTEXTS:
        raise ValueError(f"contexts must be 1 to {MAX_CONTEXTS} texts, got {len(contexts)}")
    if len(set(contexts)) != len(contexts):
        raise ValueError(f"contexts must differ from each other, got {list(contexts)!r}")
    return tuple(contexts)


@functools.lru_cache(maxsize=4)
def _logits(contexts):
    """Return the vocabulary, and a row of rounded log-probabilities a context: the model itself is large."""
    training, held_out = load_stories()
    model = NGramModel.fit(training, 3, vocabulary=training + held_out)
    try:
        rows = [model.logits(context).round(DIGITS).tolist() for context in contexts]
    except ValueError as error:
        raise ValueError(f"contexts: {error}") from None
    return list(model.vocabulary), rows


def _most_likely_first(row):
    return np.argsort(-np.array(row), kind="stable")


def _summary(context, words, row):
    p, kept = softmax(row), softmax(TRANSFORMERS(**START)(row))
    before, after = effective_choices([p, kept])
    shares = ", ".join(f"“{words[i]}” {percent(p[i])}" for i in _most_likely_first(row)[:DRAWN])
    return (
        f"After “{context}” the most likely next words of {len(words)} are {shares}; "
        f"effective choices {before:.2f}. Temperature {START['temperature']} and then "
        f"top-p {START['top_p']} keep {np.count_nonzero(kept)} of them, effective choices {after:.2f}."
    )


def _draw(context, words, row):
    from tempcourse.plots import plot_bars

    first, rest = np.split(_most_likely_first(row), [DRAWN])
    names = [*(words[i] for i in first), f"{rest.size} more"]

    def bars(p, **options):
        plot_bars([*p[first], p[rest].sum()], names, **options)

    above, below = blank_axes(6.4, 5.6, rows=2)
    temperature, top_p = START["temperature"], START["top_p"]
    bars(softmax(row), title=f"After “{context}”: as the model has it", ax=above)
    bars(
        softmax(TRANSFORMERS(**START)(row)),
        temperature=temperature,
        title=f"At τ = {temperature}, then top-p {top_p}",
        ax=below,
    )
    return below.figure
