"""The settings of one engine as those of another, and how far apart the two are."""

import ipywidgets
import numpy as np
import traitlets

from tempcourse.contexts import load_contexts, read_data
from tempcourse.conversion import convert, total_variation
from tempcourse.decoding import LLAMA_CPP, OFF, TRANSFORMERS, VLLM
from tempcourse.softmax import softmax
from tempcourse.words import percent

from .kit.contexts import NOTHING_PASTED, ContextTraits, recorded_labels
from .kit.controls import WIDE, buttons, temperature_slider
from .kit.explorable import Explorable, View, numbers
from .kit.filters import COMMON, TEMPERATURES, engine_state, filter_indices, filter_sliders, filter_traits
from .kit.sources import join_sources
from .kit.stills import blank_axes

ENGINES = (TRANSFORMERS, VLLM, LLAMA_CPP)
SOURCE, TARGET = VLLM, LLAMA_CPP
START = {"temperature": 1.5, "top_k": 50, "min_p": 0.1}
CONTEXT = "The cat sat on the"
DRAWN = 8  # tokens of the static picture

#: How each engine is told: the whole line, with … for the settings; a setting; what stands between two; its names where
#: they are not ours; ∞; and, where a temperature of 0 is refused, the line of greedy decoding.
CALLS = {
    TRANSFORMERS.name: {
        "line": "model.generate(**inputs, do_sample=True, …)",
        "each": "NAME=VALUE",
        "between": ", ",
        "names": {},
        "infinity": 'float("inf")',
        "greedy": "model.generate(**inputs, do_sample=False)",
    },
    VLLM.name: {
        "line": "SamplingParams(…)",
        "each": "NAME=VALUE",
        "between": ", ",
        "names": {},
        "infinity": 'float("inf")',
    },
    LLAMA_CPP.name: {
        "line": "llama-cli …",
        "each": "--NAME VALUE",
        "between": " ",
        "names": {
            "temperature": "temp",
            "top_k": "top-k",
            "top_p": "top-p",
            "min_p": "min-p",
            "typical_p": "typical",
        },
        "infinity": "inf",
    },
}


class ConverterView(ContextTraits, filter_traits(COMMON), View):
    """Bars of the most likely tokens in the source, and in the target with settings copied and converted."""

    _esm = join_sources("settings_converter.js")

    engines = traitlets.List(help="what engine_state returns of each").tag(sync=True)
    calls = traitlets.List(help="how each engine is told its settings").tag(sync=True)
    off = traitlets.Dict(help="what engines are told to switch a filter off").tag(sync=True)
    source = traitlets.Int().tag(sync=True)
    target = traitlets.Int().tag(sync=True)
    temperatures = numbers()
    temperature_index = traitlets.Int().tag(sync=True)


def settings_converter():
    """Return an explorable that converts an engine's settings to another's, and shows how far apart the two are.

    It says of each setting what it becomes, whether that holds in every context, and if not, why
    (`tempcourse.conversion`). The distance is shown on the real model's next tokens after a text, or on what the reader
    pastes, and over all 24 recorded texts (`tempcourse.contexts`).

    Returns
    -------
    Explorable
        Its controls are ``"context"``, ``"source"``, ``"target"``, ``"temperature"``, ``"top_k"``, ``"top_p"``,
        ``"min_p"`` and ``"typical_p"``; the settings are those of the source.

    Examples
    --------
    >>> converter = settings_converter()
    >>> converter.controls["source"].value, converter.controls["target"].value
    ('vLLM', 'llama.cpp')
    >>> converter.controls["min_p"].value
    0.1
    """
    data = read_data("contexts.json")
    recorded = data["contexts"]
    texts = [record["text"] for record in recorded]
    start = {
        "context": texts.index(CONTEXT),
        **NOTHING_PASTED,
        "source": ENGINES.index(SOURCE),
        "target": ENGINES.index(TARGET),
        "temperature_index": TEMPERATURES.index(START["temperature"]),
        **filter_indices(COMMON, **START),
    }
    view = ConverterView(
        "settings_converter",
        (),
        start,
        contexts=texts,
        recorded=recorded,
        width=data["width"],
        engines=[engine_state(engine) for engine in ENGINES],
        calls=[CALLS[engine.name] for engine in ENGINES],
        off={name: OFF.get(name, (0,))[0] for name in COMMON},
        temperatures=TEMPERATURES,
    )
    names = [engine.name for engine in ENGINES]
    controls = {
        "source": buttons("From", names, view.source),
        "target": buttons("To", names, view.target),
        "temperature": temperature_slider(TEMPERATURES, view.temperature_index),
        **filter_sliders(view),
        "context": ipywidgets.Dropdown(
            options=[*recorded_labels(recorded), "Your own"], index=view.context, description="After", **WIDE
        ),
    }
    return Explorable(view, controls, summary=_summary(), draw=_draw)


def _distributions(logits):
    """Return the source's distribution, the target's with the settings copied, and with them converted."""
    conversion = convert(START, SOURCE, TARGET)
    return [softmax(chain(logits)) for chain in (SOURCE(**START), TARGET(**START), TARGET(**conversion.settings))]


def _summary():
    there, copied, converted = _distributions(load_contexts()[CONTEXT].logits)
    said = ", ".join(f"{name} {setting:.3g}" for name, setting in convert(START, SOURCE, TARGET).settings.items())
    return (
        f"From {SOURCE.name}, {', '.join(f'{name} {setting}' for name, setting in START.items())}, to {TARGET.name}: "
        f"{said}: exact in every context, but for ties. After “{CONTEXT}” the distance is "
        f"{percent(total_variation(there, converted))}; with the settings copied it would be "
        f"{percent(total_variation(there, copied))}."
    )


def _draw():
    from tempcourse.plots import plot_bars

    context = load_contexts()[CONTEXT]
    names = [*(token.strip() for token in context.tokens[:DRAWN]), "all others"]
    axes = blank_axes(6.4, 8.4, rows=3)
    titles = (SOURCE.name, f"{TARGET.name}, settings copied", f"{TARGET.name}, settings converted")
    for p, title, ax in zip(_distributions(context.logits), titles, axes, strict=True):
        shown = np.append(p[:DRAWN], p[DRAWN:].sum())
        plot_bars(shown, names, temperature=START["temperature"], title=title, ax=ax)
    return axes[0].figure
