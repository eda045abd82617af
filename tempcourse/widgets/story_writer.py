"""A language model that lives in the page: it writes on, and each word shows what it was drawn from."""

import functools
import html
from itertools import accumulate
from numbers import Integral

import ipywidgets
import numpy as np
import traitlets

from tempcourse.decoding import Engine
from tempcourse.language import NGramModel, load_stories, tokenize
from tempcourse.words import number, percent

from .kit.controls import WIDE, seed_slider, temperature_slider
from .kit.explorable import Explorable, View, numbers
from .kit.filters import (
    COMMON,
    KNOBS,
    OVER_A_TEXT,
    TEMPERATURES,
    engine_state,
    filter_indices,
    filter_sliders,
    filter_traits,
)
from .kit.sources import join_sources

ORDER = 3
LONGEST = 120
MAX_PROMPT, MAX_LENGTH = 40, 80
SEED, LAST_SEED = 8, 99
BEGINNINGS = ["Old Jon", "In the morning", "The keeper", "“I have", "It was", ""]
PENALTIES = ("repetition_penalty", "frequency_penalty", "presence_penalty", "dry_penalty")
ENGINE = Engine("the course", "", (*PENALTIES, "temper", "min_p", "top_k", "top_p"), {}, greedy=True)
# Of the table, what the engine has, and what cuts after it.
SETTINGS = {name: stops for name, stops in (COMMON | KNOBS).items() if name in ENGINE.order} | OVER_A_TEXT

STILL_TEMPERATURES = [0.3, 0.8, 1.5]
STILL_SEED = 4


class StoryView(filter_traits(SETTINGS), View):
    """The text, what each of its words was drawn from, and the model: the text that it was trained on."""

    _esm = join_sources("story_writer.js")

    training = traitlets.Unicode(help="tokens with a space between them").tag(sync=True)
    vocabulary = traitlets.List(traitlets.Unicode()).tag(sync=True)
    order = traitlets.Int(ORDER).tag(sync=True)
    beginnings = traitlets.List(traitlets.Unicode()).tag(sync=True)
    beginning = traitlets.Int(0, help="that of the prompt among the beginnings, or one more").tag(sync=True)
    prompt = traitlets.Unicode().tag(sync=True)
    temperatures = numbers()
    temperature_index = traitlets.Int().tag(sync=True)
    engine = traitlets.Dict(help="what engine_state returns").tag(sync=True)
    seed = traitlets.Int().tag(sync=True)
    last_seed = traitlets.Int(LAST_SEED).tag(sync=True)
    count = traitlets.Int(help="how many words are written").tag(sync=True)
    length = traitlets.Int(help="how many words a press of Write on adds at most").tag(sync=True)
    cut = traitlets.Float(None, allow_none=True, help="where mirostat cut at a rewind").tag(sync=True)
    longest = traitlets.Int(LONGEST, help="how many words there may be, the prompt's too").tag(sync=True)


def story_writer(prompt="Old Jon", length=24):
    """Return an explorable in which the course's language model writes on, in the reader's browser.

    The model is the 3-gram model of the stories, and its logits are decoded in vLLM's order: penalties, DRY's among
    them, for what the text has already, the beginning included; then the temperature, then min-p, top-k and top-p.
    Mirostat, at its usual rate of 0.1, cuts what they have left; it begins after the prompt. The n-th word of a text
    is drawn with the n-th number of the seed, by inverse CDF from the most likely word on. So the same seed and
    settings give the same text, and other settings show what they do to the same luck.

    Parameters
    ----------
    prompt : str
        How the text begins, up to 40 words of the stories; "" is the beginning of a story.
    length : int, from 1 to 80
        How many words are written at first. A press of "Write on" adds a sentence, of at most as many.

    Returns
    -------
    Explorable
        Its controls are ``"beginning"``, ``"temperature"``, ``"top_k"``, ``"top_p"``, ``"min_p"`` and ``"seed"``,
        and, shown when ``"more"`` is set, one for each penalty and for mirostat.

    Raises
    ------
    ValueError
        For a prompt that is no text, has a word that the stories do not have, or more than 40; and for a length
        that is no whole number from 1 to 80.

    Examples
    --------
    >>> explore = story_writer("In the morning", length=30)
    >>> explore.controls["temperature"].value
    1.0
    """
    _check(prompt, length)
    vocabulary, texts = _written(prompt, int(length))
    beginnings = BEGINNINGS if prompt in BEGINNINGS else [prompt, *BEGINNINGS]
    start = {
        "prompt": prompt,
        "beginning": beginnings.index(prompt),
        "temperature_index": TEMPERATURES.index(1.0),
        **filter_indices(SETTINGS),
        "more": False,
        "seed": SEED,
        "count": int(length),
        "cut": None,
    }
    view = StoryView(
        "story_writer",
        (prompt, int(length)),
        start,
        training=" ".join(load_stories()[0]),
        vocabulary=vocabulary,
        beginnings=beginnings,
        temperatures=TEMPERATURES,
        engine=engine_state(ENGINE),
        length=int(length),
    )
    names = [f"{beginning} …" if beginning else "A new story" for beginning in beginnings]
    controls = {
        "beginning": ipywidgets.Dropdown(
            options=[*names, "Your own words"], index=view.beginning, description="Beginning", **WIDE
        ),
        "temperature": temperature_slider(TEMPERATURES, view.temperature_index),
        **filter_sliders(view, "Penalties, mirostat"),
        "seed": seed_slider(view),
    }
    return Explorable(view, controls, summary=_summary(texts), html=_static(texts))


def _check(prompt, length):
    if not isinstance(prompt, str):
        raise ValueError(f"prompt must be text, got {prompt!r}")
    if len(tokenize(prompt)) > MAX_PROMPT:
        raise ValueError(f"prompt must hold at most {MAX_PROMPT} words, got {len(tokenize(prompt))}")
    if not isinstance(length, Integral) or not 1 <= length <= MAX_LENGTH:
        raise ValueError(f"length must be a whole number from 1 to {MAX_LENGTH}, got {length!r}")


@functools.lru_cache(maxsize=4)
def _written(prompt, length):
    """Return the vocabulary, and what stands on paper: the model itself is large.

    That is, for a few temperatures, a text, its perplexity, and how often its words were not the most likely.
    """
    training, held_out = load_stories()
    model = NGramModel.fit(training, ORDER, vocabulary=training + held_out)
    try:
        start = model.state(prompt)
    except ValueError as error:  # it says which word, and what is near to it
        raise ValueError(str(error).replace("tokens", "prompt", 1)) from None
    texts = []
    for temperature in STILL_TEMPERATURES:
        rng = np.random.default_rng(STILL_SEED)
        (tokens,) = model.generate(prompt, length, temperature=temperature, rng=rng)
        follow = accumulate(tokens[:-1], lambda state, token: model.next_states[state, token], initial=start)
        rows = model.log_probabilities[list(follow)]
        left = rows[np.arange(length), tokens] < rows.max(axis=1)
        texts.append((temperature, model.text(tokens, prompt), model.perplexity(tokens, prompt), left.mean()))
    return list(model.vocabulary), texts


def _summary(texts):
    lines = [
        f"τ = {number(temperature)} (perplexity {perplexity:.1f}, {percent(left)} not the likeliest word): {text}"
        for temperature, text, perplexity, left in texts
    ]
    return "\n".join(["Written by the 3-gram model of the stories:", *lines])


def _static(texts):
    """Return the texts as HTML for paper and for pages without JavaScript."""
    heads = ["Temperature τ", "Text", "Perplexity", "Not the likeliest word"]
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    rows = "".join(
        f'<tr><th scope="row">{number(temperature)}</th><td>{html.escape(text)}</td>'
        f"<td>{perplexity:.1f}</td><td>{percent(left)}</td></tr>"
        for temperature, text, perplexity, left in texts
    )
    caption = "Written word by word by the 3-gram model of the stories"
    return (
        f'<table class="tempcourse-story-static"><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )
