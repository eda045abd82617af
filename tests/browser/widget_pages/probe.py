"""Widgets that show what reaches them."""

import base64

import anywidget
import ipywidgets
import traitlets


class Probe(anywidget.AnyWidget):
    """Shows its value as JSON; its button puts `then` in the value's place."""

    _esm = """
    export default {
      render({ model, el }) {
        const value = document.createElement("output");
        value.dataset.probe = model.get("name");
        const show = () => (value.textContent = JSON.stringify(model.get("value")));
        model.on("change:value", show);
        show();
        const button = document.createElement("button");
        button.textContent = `put ${model.get("name")}`;
        button.addEventListener("click", () => {
          model.set("value", model.get("then"));
          model.save_changes();
        });
        el.append(value, " ", button);
      },
    };
    """

    name = traitlets.Unicode().tag(sync=True)
    value = traitlets.Any(None).tag(sync=True)
    then = traitlets.Any(None).tag(sync=True)


def probed(control, trait, name, then=None):
    """Return a control and a probe that is linked with it."""
    probe = Probe(name=name, then=then)
    ipywidgets.jslink((control, trait), (probe, "value"))
    return ipywidgets.VBox([control, probe])


class Figured(ipywidgets.VBox):
    """A box with a still picture of itself: a black square."""

    PNG = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQAQAAAAA3iMLMAAAAC0lEQVR4nGNgwA0AABAAAZ0DfjIAAAAASUVORK5CYII="
    )

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        return {**bundle, "image/png": base64.b64encode(self.PNG).decode(), "text/plain": "A black square."}
