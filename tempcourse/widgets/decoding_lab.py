"""What temperature and filters make of next-token logits: the stories', a real model's, or the reader's own."""

import functools

import ipywidgets
import numpy as np
import traitlets

from tempcourse._arguments import read_list
from tempcourse.contexts import read_data
from tempcourse.decoding import LLAMA_CPP, TEXTGEN, TRANSFORMERS, VLLM
from tempcourse.language import NGramModel, load_stories
from tempcourse.softmax import effective_choices, softmax
from tempcourse.words import percent

from .kit.contexts import NOTHING_PASTED, ContextTraits, recorded_labels
from .kit.controls import WIDE, buttons, temperature_slider
from .kit.explorable import Explorable, View, numbers
from .kit.filters import (
    FILTERS,
    KNOBS,
    TEMPERATURES,
    engine_state,
    filter_indices,
    filter_sliders,
    filter_traits,
)
from .kit.sources import join_sources
from .kit.stills import blank_axes

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
ENGINES = (TRANSFORMERS, VLLM, LLAMA_CPP, TEXTGEN)
SETTINGS = FILTERS | KNOBS
MOST_SAID = 8
START = {"temperature": 0.7, "top_p": 0.9}
LAST_SEED = 9999
DRAWN = 6  # tokens of the static picture


class DecodingView(ContextTraits, filter_traits(SETTINGS), View):
    """Bars of the most likely tokens before and after an engine's chain, and what is drawn from them."""

    _esm = join_sources("decoding_lab.js")

    words = traitlets.List(help="the vocabulary").tag(sync=True)
    log_probabilities = traitlets.List(help="of the next word, a row each of the first contexts").tag(sync=True)
    engines = traitlets.List(help="what engine_state returns of each").tag(sync=True)
    engine = traitlets.Int(0).tag(sync=True)
    said = traitlets.Int(0, help="how often in a row the favourite has just come").tag(sync=True)
    most_said = traitlets.Int(MOST_SAID).tag(sync=True)
    temperatures = numbers()
    temperature_index = traitlets.Int().tag(sync=True)
    seed = traitlets.Int().tag(sync=True)
    last_seed = traitlets.Int(LAST_SEED).tag(sync=True)


def decoding_lab(contexts=None):
    """Return an explorable of decoding: next-token logits before and after temperature and filters.

    The logits are those of an n-gram model of the stories, of order 3, over its whole vocabulary. They are kept
    with the page as log-probabilities of 4 decimals, about 7 kB a context. Or they are those of a real model with
    49,152 tokens, recorded after 24 texts (`tempcourse.contexts`). Or the reader's own: tokens and log-probabilities
    as an API returns them, pasted into the page, which keeps them to itself. If they were returned at another
    temperature than 1, they are brought back to 1 first.

    Parameters
    ----------
    contexts : sequence of str, optional
        Up to 24 different beginnings of a story, of words that the stories know; without the real model then. A
        dozen, and the real model's texts, when left out.

    Returns
    -------
    Explorable
        Its controls are ``"context"``, ``"engine"``, ``"temperature"``, ``"top_k"``, ``"top_p"``, ``"min_p"`` and
        ``"typical_p"``, and, shown when ``"more"`` is set, one for each further filter and penalty, and ``"said"``.

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
    data = read_data("contexts.json")
    recorded = data["contexts"] if contexts is None else []
    contexts = _checked_contexts(contexts)
    words, rows = _logits(contexts)
    texts = [*contexts, *(record["text"] for record in recorded)]
    start = {
        "context": 0,
        **NOTHING_PASTED,
        "engine": 0,
        "temperature_index": TEMPERATURES.index(START["temperature"]),
        **filter_indices(SETTINGS, **START),
        "more": False,
        "said": 0,
        "seed": 1,
    }
    view = DecodingView(
        "decoding_lab",
        (list(contexts),),
        start,
        words=words,
        contexts=texts,
        recorded=recorded,
        width=data["width"],
        log_probabilities=rows,
        engines=[engine_state(engine) for engine in ENGINES],
        temperatures=TEMPERATURES,
    )
    controls = {
        "context": ipywidgets.Dropdown(
            options=[*(f"{context} …" for context in contexts), *recorded_labels(recorded), "Your own"],
            index=0,
            description="After",
            **WIDE,
        ),
        "engine": buttons("Order of", [engine.name for engine in ENGINES]),
        "temperature": temperature_slider(TEMPERATURES, view.temperature_index),
        **filter_sliders(view),
        "said": ipywidgets.IntSlider(
            value=0, min=0, max=MOST_SAID, description="Favourite said", **WIDE
        ).add_class("tc-rare"),
    }
    return Explorable(
        view,
        controls,
        summary=_summary(contexts[0], words, rows[0]),
        draw=lambda: _draw(contexts[0], words, rows[0]),
    )


def _checked_contexts(contexts):
    if contexts is None:
        return CONTEXTS
    contexts = read_list(contexts, "contexts", "texts")
    if not all(isinstance(context, str) and context.strip() for context in contexts):
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
        raise ValueError(str(error).replace("tokens", "contexts", 1)) from None
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
