"""A real language model in the page, under every knob; and where it is not, what it said after 24 texts."""

import ipywidgets
import numpy as np
import traitlets

from tempcourse.contexts import load_contexts, read_data
from tempcourse.decoding import LLAMA_CPP, TRANSFORMERS, VLLM
from tempcourse.softmax import effective_choices, entropy, softmax
from tempcourse.words import number, percent

from .kit.controls import WIDE, buttons, seed_slider, temperature_slider
from .kit.explorable import Explorable, View, numbers
from .kit.filters import COMMON, TEMPERATURES, engine_state, filter_indices, filter_sliders, filter_traits
from .kit.sources import join_sources
from .kit.stills import blank_axes

ENGINES = (TRANSFORMERS, VLLM, LLAMA_CPP)
START = "The cat sat on the"
LAST_SEED = 9999
DRAWN = 8  # tokens of the static picture
ELSEWHERE = (
    "Here are the model’s logits after 24 texts, recorded before. The model itself runs in the published course’s "
    "page; in a notebook it is load_transformer()."
)


class LanguageModelView(filter_traits(COMMON), View):
    """The model’s next tokens before and after an engine’s chain, and, in the page, what it writes."""

    _esm = join_sources("language_model.js")

    contexts = traitlets.List(help="the recorded ones: kind, text, tokens, logits, counts").tag(sync=True)
    width = traitlets.Float(help="of a bin of the counts").tag(sync=True)
    context = traitlets.Int(0, help="an index into contexts; beyond them, the reader's own prompt").tag(sync=True)
    prompt = traitlets.Unicode("").tag(sync=True)
    chat = traitlets.Bool(False, help="whether the prompt is a message in a chat").tag(sync=True)
    elsewhere = traitlets.Unicode(ELSEWHERE, help="what is said where no model can be loaded").tag(sync=True)
    engines = traitlets.List(help="what engine_state returns of each").tag(sync=True)
    engine = traitlets.Int(0).tag(sync=True)
    temperatures = numbers()
    temperature_index = traitlets.Int().tag(sync=True)
    seed = traitlets.Int().tag(sync=True)
    last_seed = traitlets.Int(LAST_SEED).tag(sync=True)


def language_model():
    """Return an explorable of a real language model, SmolLM2-135M-Instruct, over its whole vocabulary.

    On a page of the published course a button loads the model, 98 MB, into the page, where it reads and writes what
    the reader wants. Everywhere else, and until then, there are the logits of 24 texts (`tempcourse.contexts`).

    Returns
    -------
    Explorable
        Its controls are ``"context"``, ``"engine"``, ``"temperature"``, ``"top_k"``, ``"top_p"``, ``"min_p"``,
        ``"typical_p"`` and ``"seed"``.

    Examples
    --------
    >>> explore = language_model()
    >>> explore.controls["context"].options[3]
    'The cat sat on the'
    >>> explore.controls["temperature"].value
    1.0
    """
    data = read_data("contexts.json")
    recorded, width = data["contexts"], data["width"]
    texts = [context["text"] for context in recorded]
    start = {
        "context": texts.index(START),
        "prompt": START,
        "chat": False,
        "engine": 0,
        "temperature_index": TEMPERATURES.index(1.0),
        **filter_indices(COMMON),
        "seed": 1,
    }
    view = LanguageModelView(
        "language_model",
        (),
        start,
        contexts=recorded,
        width=width,
        engines=[engine_state(engine) for engine in ENGINES],
        temperatures=TEMPERATURES,
    )
    controls = {
        "context": ipywidgets.Dropdown(
            options=[*(text.replace("\n", " ↵ ") for text in texts), "Your own text"],
            index=view.context,
            description="After",
            **WIDE,
        ),
        "engine": buttons("Order of", [engine.name for engine in ENGINES]),
        "temperature": temperature_slider(TEMPERATURES, view.temperature_index),
        **filter_sliders(view),
        "seed": seed_slider(view),
    }
    return Explorable(view, controls, summary=_summary(), draw=_draw)


def _summary():
    context = load_contexts()[START]
    lines = []
    for temperature in (0.5, 1.0, 1.5):
        p = softmax(context.logits, temperature)
        first = ", ".join(f"“{context.tokens[i].strip()}” {percent(p[i])}" for i in range(3))
        lines.append(
            f"τ = {number(temperature)}: {first}; entropy {entropy(p):.2f} nats, "
            f"effective choices {effective_choices(p):.0f}, beyond the first hundred {percent(p[100:].sum())}"
        )
    return "\n".join([f"SmolLM2 after “{START}”, of {len(context.logits)} tokens:", *lines])


def _draw():
    from tempcourse.plots import plot_bars

    context = load_contexts()[START]
    names = [*(token.strip() for token in context.tokens[:DRAWN]), "all others"]
    above, below = blank_axes(6.4, 5.6, rows=2)
    for temperature, ax in ((0.5, above), (1.0, below)):
        p = softmax(context.logits, temperature)
        shown = np.append(p[:DRAWN], p[DRAWN:].sum())
        plot_bars(shown, names, temperature=temperature, title=f"“{START} …” at τ = {number(temperature)}", ax=ax)
    return below.figure
