"""What the build knows about a page's widgets: plain functions over the state that Jupyter stores.

A state maps a model's id to ``{"model_name", "model_module", "state", "buffers"}``. In it a model points at
another by the string ``"IPY_MODEL_<id>"`` (ipywidgets) or ``"anywidget:<id>"`` (anywidget's WidgetTrait).
"""

import json
import math
import re

# What static_widgets.js brings to life, by the trait that a reader changes (None: it is only looked at).
CONTROLS = {
    "FloatSliderModel": "value",
    "FloatLogSliderModel": "value",
    "IntSliderModel": "value",
    "SelectionSliderModel": "index",
    "CheckboxModel": "value",
    "ToggleButtonsModel": "index",
    "DropdownModel": "index",
    "LabelModel": None,
    "HTMLModel": None,
    "HBoxModel": None,
    "VBoxModel": None,
}
LINKS = {"LinkModel": True, "DirectionalLinkModel": False}  # name: does it go both ways?

KERNEL = ("OutputModel", "ButtonModel", "FileUploadModel")  # what is nothing without Python

REFERENCE = re.compile(r"^(?:IPY_MODEL_|anywidget:)(.+)$")
# An import: it would ask another host, or look for a file beside a module that comes from a blob.
IMPORT = re.compile(
    r"""(?:^|;)\s*(?:import\b[^;"'()=]*|export\b[^;"'()=]*\bfrom\s*)["']([^"'\n]+)["']"""  # a statement
    r"""|\bimport\(\s*["']([^"'\n]+)["']""",  # an expression
    re.MULTILINE,
)


def is_anywidget(model):
    """Return whether a model is an anywidget, which brings its own JavaScript."""
    return (model["model_module"], model["model_name"]) == ("anywidget", "AnyModel")


def is_control(model):
    """Return whether a model is one of the ipywidgets that the runtime shows."""
    return model["model_module"] == "@jupyter-widgets/controls" and model["model_name"] in CONTROLS


def is_part(model):
    """Return whether a model is a layout or a style, which is part of another's look."""
    return model["model_name"].endswith(("LayoutModel", "StyleModel"))


def references(value):
    """Yield the ids of all models that a JSON value points at, however deep."""
    if isinstance(value, str):
        match = REFERENCE.match(value)
        if match:
            yield match[1]
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from references(item)


def links(state):
    """Yield each way that a link carries a value, as ``((id, trait), (id, trait))``, source first."""
    for model in state.values():
        if model["model_name"] in LINKS:
            ends = [
                (next(references(end[0]), None), end[1])
                for end in map(model["state"].get, ("source", "target"))
            ]
            yield tuple(ends)
            if LINKS[model["model_name"]]:
                yield tuple(reversed(ends))


def displayed(state, views):
    """Return the ids of the models that are on the page: the views, and all that they point at."""
    found, waiting = set(), list(views)
    while waiting:
        name = waiting.pop()
        if name in state and name not in found:
            found.add(name)
            waiting.extend(references(state[name]["state"]))
    return found


def reachable(state, views):
    """Return the part of a state that the page needs: what is displayed, and what links tie to it."""
    found = displayed(state, views)
    pairs = [{source[0], target[0]} for source, target in links(state)]
    while True:
        more = displayed(state, set().union(*(pair for pair in pairs if pair & found))) - found
        if not more:
            break
        found |= more
    tied = {name for name, model in state.items() if model["model_name"] in LINKS}
    tied = {name for name in tied if found.issuperset(references(state[name]["state"]))}
    return {name: model for name, model in state.items() if name in found | tied}


def shown(state, views):
    """Return the ids of the models that are drawn for sure: the views, and the boxes' children."""
    found = set(views)
    for name in views:
        if name in state and is_control(state[name]):
            found |= shown(state, list(references(state[name]["state"].get("children", []))))
    return found


def anchor(state, name):
    """Return the first non-empty trait ``anchor`` in a view's tree: the name that a link to it uses."""
    model = state.get(name)
    if model is None or is_part(model):
        return None
    own = model["state"].get("anchor")
    if isinstance(own, str) and own:
        return own
    return next(
        filter(None, (anchor(state, child) for child in references(model["state"].get("children", [])))), None
    )


# ------------------------------------------------------------------------- No dead control is published


def title(model):
    """Return a widget's name for a message: its class, and what it is labelled with."""
    if is_anywidget(model):
        return model["state"].get("_anywidget_id", "AnyWidget")
    description = model["state"].get("description")
    return model["model_name"].removesuffix("Model") + (f" “{description}”" if description else "")


def heard(state, on_page, name, trait):
    """Return whether a change of a trait reaches anything that is on the page.

    A link carries it from trait to trait. An anywidget may answer in any of its traits, and hears the
    controls that its own state points at.
    """
    edges = list(links(state))
    listeners = [other for other in state if is_anywidget(state[other])]
    seen, waiting = {(name, trait)}, [(name, trait)]
    while waiting:
        here = waiting.pop()
        reached = {target for source, target in edges if source == here}
        for other in listeners:
            if here[0] in references(state[other]["state"]):
                reached.add((other, None))
            if here[0] == other:  # it may answer in any trait
                reached |= {target for source, target in edges if source[0] == other}
        for place in reached - seen:
            if place[0] in on_page:
                return True
            seen.add(place)
            waiting.append(place)
    return False


def problems(state, view, on_page, seen=()):
    """Yield what would be dead in one view, in words that say which widget and why.

    Parameters
    ----------
    state : dict
        The notebook's whole state.
    view : str
        The id of the model that a cell displays.
    on_page : set of str
        What all views of the page display, as `displayed` returns it.
    seen : tuple of str
        The models that led here.
    """
    if view in seen:
        return
    if view not in state:
        yield f"the state of widget {view} is not in the notebook: run it again and store its widgets too"
        return
    model = state[view]
    values, name, children = model["state"], title(model), ()
    if "widget-interact" in values.get("_dom_classes", []):
        yield "interact calls Python, and the page has no kernel: jslink the controls to an anywidget"
    elif is_anywidget(model):
        for found in IMPORT.finditer(values.get("_esm", "")):
            yield f"{name} imports {found[1] or found[2]!r}: on a page, its JavaScript must be one module"
        for text in ("_esm", "_css"):
            if values.get(text, "").startswith(("http://", "https://")):
                yield f"{name} loads its {text} from {values[text]}: the page asks no other host"
        children = references({key: value for key, value in values.items() if key != "layout"})
    elif not is_control(model):
        why = (
            "calls Python, and the page has no kernel"
            if model["model_name"] in KERNEL
            else "is not known here"
        )
        yield f"{name} {why}"
    elif CONTROLS[model["model_name"]]:
        if not (values.get("description") or "").strip():
            yield f"{name} has no description, so that it has no accessible name"
        if not values.get("disabled") and not heard(state, on_page, view, CONTROLS[model["model_name"]]):
            yield f"{name} moves nothing: no link and no anywidget on the page listens to it"
    else:
        children = references(values.get("children", []))
    for child in children:
        yield from problems(state, child, on_page, (*seen, view))


# -------------------------------------------------------------------------------- What the page carries


def finite(value):
    """Return a JSON value with the numbers that JSON lacks as "Infinity", "-Infinity" and "NaN".

    Python's `float` and JavaScript's `Number` read all three.
    """
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    return [finite(item) for item in value] if isinstance(value, list) else value


def packed(state, views):
    """Return the JSON that a page carries: the models that its views need, each long text once.

    The shape is that of the standard widget state, with three changes: an ``_esm`` or ``_css`` is an index
    into the list ``texts``; what repeats the model's name or holds nothing (null in a layout) is gone; and
    ``unseen`` lists the anywidgets that no view draws.
    """
    texts, models = {}, {}
    for name, model in reachable(state, views).items():
        values = {
            key: texts.setdefault(value, len(texts)) if key in ("_esm", "_css") else value
            for key, value in model["state"].items()
            if not key.startswith(("_model_", "_view_")) and not (is_part(model) and value is None)
        }
        models[name] = {**model, "state": values}
        models[name].pop("model_module_version", None)
    unseen = [name for name in models if is_anywidget(models[name]) and name not in shown(state, views)]
    page = {
        "version_major": 2,
        "version_minor": 0,
        "state": finite(models),
        "texts": list(texts),
        "unseen": unseen,
    }
    return json.dumps(page, allow_nan=False, ensure_ascii=False, separators=(",", ":")).replace(
        "<", "\\u003c"
    )
