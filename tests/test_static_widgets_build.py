"""What `book/_ext/static_widgets` does when the book is built: what a page carries, and what it refuses."""

import base64
import html
import io
import json
import re

import anywidget
import ipywidgets as w
import nbformat
import pytest
import traitlets
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import docutils_namespace
from static_widgets import state as widgets

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)


class Ear(anywidget.AnyWidget):
    """An anywidget that listens."""

    _esm = "export default { render({ el }) { el.textContent = '</script>'; } };"
    _css = ".ear { color: red; }"
    value = traitlets.Any(0).tag(sync=True)
    anchor = traitlets.Unicode().tag(sync=True)
    control = traitlets.Any(None, allow_none=True).tag(sync=True, **w.widget_serialization)


@pytest.fixture(autouse=True)
def close_widgets():
    """Forget the widgets of each test."""
    yield
    w.Widget.close_all()


def manager_state():
    """Return the state of all widgets that there are, as Python writes it into a notebook."""
    return w.Widget.get_manager_state(drop_defaults=False)["state"]


def cell(widget, source="show()", **bundle):
    """Return a code cell whose output is a widget's view."""
    data = {VIEW: {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}, **bundle}
    return new_code_cell(source, execution_count=1, outputs=[new_output("display_data", data)])


@pytest.fixture(autouse=True)
def own_namespace():
    """Leave nothing registered: the next test in this process may build a book, too."""
    with docutils_namespace():
        yield


def build(folder, *cells, fresh=True, warnings=None, **config):
    """Build a book of one notebook, and return the page."""
    source = folder / "source"
    source.mkdir(exist_ok=True)
    notebook = new_notebook(cells=[new_markdown_cell("# Page"), *cells])
    notebook.metadata["widgets"] = {STATE: {"version_major": 2, "version_minor": 0, "state": manager_state()}}
    text = nbformat.writes(notebook)
    if fresh:
        (source / "index.ipynb").write_text(text, encoding="utf-8")
    settings = {
        "extensions": ["myst_nb", "static_widgets"],
        "nb_execution_mode": "off",
        "html_theme": "basic",
        **config,
    }
    app = Sphinx(
        source, None, folder / "html", folder / "trees", "html", settings,
        status=None, warning=warnings or io.StringIO(), warningiserror=False,
    )  # fmt: skip
    app.build()
    return (folder / "html" / "index.html").read_text(encoding="utf-8")


def carried(page):
    """Return the state that a page carries, read as strictly as a browser reads it."""

    def refuse(token):
        raise ValueError(f"{token} is not JSON")

    [text] = re.findall(f'<script type="{re.escape(STATE)}">(.*?)</script>', page, re.DOTALL)
    return json.loads(text, parse_constant=refuse)


def complaints(*views):
    """Return what is wrong with views that stand on one page."""
    state, names = manager_state(), [view.model_id for view in views]
    on_page = widgets.displayed(state, names)
    return [text for name in names for text in widgets.problems(state, name, on_page)]


def listened(control, trait="value"):
    """Link a control to an anywidget and return both in a box."""
    ear = Ear()
    w.jslink((control, trait), (ear, "value"))
    return w.VBox([control, ear])


# --------------------------------------------------------------------------- No dead control: the rules


@pytest.mark.parametrize(
    ("make", "trait"),
    [
        (w.FloatSlider, "value"), (w.FloatLogSlider, "value"), (w.IntSlider, "value"), (w.Checkbox, "value"),
        (lambda **kw: w.SelectionSlider(options=[1, 2], **kw), "index"),
        (lambda **kw: w.ToggleButtons(options=[1, 2], **kw), "index"),
        (lambda **kw: w.Dropdown(options=[1, 2], **kw), "index"),
    ],
)  # fmt: skip
def test_a_control_lives_by_its_link(make, trait):
    name = type(make()).__name__
    assert complaints(listened(make(description="τ"), trait)) == []
    alone = complaints(w.HBox([make(description="τ"), Ear()]))
    assert alone == [f"{name} “τ” moves nothing: no link and no anywidget on the page listens to it"]
    assert complaints(make(description="τ", disabled=True)) == []
    unnamed = complaints(listened(make(), trait))
    assert unnamed == [f"{name} has no description, so that it has no accessible name"]


def test_a_link_of_another_trait_does_not_make_a_control_live():
    slider, label = w.FloatSlider(description="τ"), w.Label()
    w.jslink((slider, "description"), (label, "value"))
    assert "moves nothing" in complaints(w.VBox([slider, label]))[0]


def test_a_link_against_its_direction_does_not_make_a_control_live():
    slider, ear = w.FloatSlider(description="τ"), Ear()
    w.jsdlink((ear, "value"), (slider, "value"))
    assert "moves nothing" in complaints(w.VBox([slider, ear]))[0]


def test_what_listens_must_be_on_the_page():
    slider, ear = w.FloatSlider(description="τ"), Ear()
    w.jslink((slider, "value"), (ear, "value"))
    assert "moves nothing" in complaints(slider)[0]
    assert complaints(slider, ear) == []  # in another cell will do


def test_links_may_lead_on_through_what_is_not_shown():
    slider, hidden, label = w.IntSlider(description="n"), w.IntSlider(description="hidden"), w.Label()
    w.jsdlink((slider, "value"), (hidden, "value"))
    w.jsdlink((hidden, "value"), (label, "value"))
    assert complaints(w.VBox([slider, label])) == []
    maths, other = Ear(), w.IntSlider(description="m")
    w.jsdlink((other, "value"), (maths, "value"))
    w.jsdlink((maths, "anchor"), (label, "value"))
    assert complaints(w.VBox([other, label])) == []


def test_a_label_a_layout_and_an_anywidget_that_holds_it_listen():
    slider, label = w.IntSlider(description="n"), w.Label()
    w.jsdlink((slider, "value"), (label, "value"))
    assert complaints(w.VBox([slider, label])) == []
    wide = w.Dropdown(options=["1em", "2em"], description="width")
    w.jsdlink((wide, "index"), (label.layout, "order"))
    assert complaints(w.VBox([wide, label])) == []
    held = w.IntSlider(description="held")
    assert complaints(held, Ear(control=held)) == []


def test_what_needs_python_is_refused():
    assert complaints(w.VBox([w.Button(description="Go")])) == [
        "Button “Go” calls Python, and the page has no kernel"
    ]
    assert complaints(w.Output()) == ["Output calls Python, and the page has no kernel"]
    assert complaints(w.HBox([w.VBox([w.ColorPicker(description="hue")])])) == [
        "ColorPicker “hue” is not known here"
    ]
    box = w.interactive(lambda x: x, x=3)
    box.add_class("widget-interact")
    [text] = complaints(box)
    assert text.startswith("interact calls Python")
    assert complaints(Ear(control=w.Button(description="Go"))) == [
        "Button “Go” calls Python, and the page has no kernel"
    ]


@pytest.mark.parametrize(
    ("esm", "address"),
    [
        ("import d3 from 'https://esm.sh/d3';", "https://esm.sh/d3"),
        ('import "./part.js";', "./part.js"),
        ("const d3 = await import('//cdn.test/d3');", "//cdn.test/d3"),
        ('export { x } from "../x.js";', "../x.js"),
        ("const a = 1;import{select}from'd3'", "d3"),
    ],
)
def test_an_anywidget_that_imports_is_refused(esm, address):
    kind = type("Borrower", (anywidget.AnyWidget,), {"_esm": esm + "\nexport default { render() {} };"})
    [text] = complaints(kind())
    assert "Borrower" in text
    assert repr(address) in text


def test_words_that_only_look_like_an_import_pass():
    esm = """// import "this" for the maths, from "that"
    export const text = "import 'x' from 'y'";
    export default { render() {} };"""
    assert complaints(type("Wordy", (anywidget.AnyWidget,), {"_esm": esm})()) == []


def test_an_anywidget_from_another_host_is_refused():
    kind = type(
        "Distant",
        (anywidget.AnyWidget,),
        {"_esm": "https://host.test/w.js", "_css": "http://host.test/w.css"},
    )
    texts = complaints(kind())
    assert [re.search(r"loads its (\w+) from (\S+):", text).groups() for text in texts] == [
        ("_esm", "https://host.test/w.js"),
        ("_css", "http://host.test/w.css"),
    ]


def test_a_state_that_is_not_there():
    assert next(widgets.problems({}, "x", set())).startswith("the state of widget x is not in the notebook")


# --------------------------------------------------------------------------- No dead control: the build


def test_the_build_fails_with_page_cell_and_name_each_time(tmp_path):
    cells = [
        cell(w.Button(description="Go"), "button = Button()\nbutton"),
        cell(listened(w.IntSlider(description="fine"))),
        cell(w.FloatSlider(description="τ"), "slider"),
    ]
    expected = (
        "index.ipynb, cell 2 (button = Button()): Button “Go” calls Python, and the page has no kernel\n"
        "index.ipynb, cell 4 (slider): FloatSlider “τ” moves nothing: no link and no anywidget on the page "
        "listens to it"
    )
    with pytest.raises(ExtensionError) as error:
        build(tmp_path, *cells)
    assert str(error.value).endswith(expected)
    with pytest.raises(ExtensionError) as error:  # with nothing changed, it must not pass either
        build(tmp_path, fresh=False)
    assert str(error.value).endswith(expected)
    assert not list((tmp_path / "html").glob("*.html"))
    w.Widget.close_all()
    build(tmp_path, cell(listened(w.IntSlider(description="mended"))))


def test_the_build_fails_in_parallel_and_with_several_pages(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    toctree = "```{toctree}\n" + "\n".join(f"page{i}" for i in range(8)) + "\n```\n"
    (source / "index.md").write_text("# Index\n\n" + toctree, encoding="utf-8")
    button = w.Button(description="Go")
    for i in range(8):
        notebook = new_notebook(cells=[new_markdown_cell(f"# Page {i}"), cell(button)])
        notebook.metadata["widgets"] = {STATE: {"state": manager_state()}}
        nbformat.write(notebook, source / f"page{i}.ipynb")
    settings = {"extensions": ["myst_nb", "static_widgets"], "nb_execution_mode": "off"}
    app = Sphinx(
        source,
        None,
        tmp_path / "html",
        tmp_path / "trees",
        "html",
        settings,
        status=None,
        warning=None,
        parallel=2,
    )
    with pytest.raises(ExtensionError) as error:
        app.build()
    assert [f"page{i}.ipynb, cell 2" in str(error.value) for i in range(8)] == [True] * 8


# ---------------------------------------------------------------------------------- What a page carries


def test_a_page_carries_what_its_views_need_and_each_text_once(tmp_path):
    shown = [listened(w.IntSlider(description=str(i))) for i in range(3)]
    unseen = w.FloatSlider(description="unseen")
    linked = Ear(value="linked")
    w.jslink((shown[0].children[1], "anchor"), (linked, "anchor"))
    page = carried(build(tmp_path, *map(cell, shown)))
    assert unseen.model_id not in page["state"]
    assert linked.model_id in page["state"]
    assert sorted(page["texts"]) == sorted([Ear._css, Ear._esm])
    ears = [model for model in page["state"].values() if model["model_name"] == "AnyModel"]
    assert len(ears) == 4
    assert {page["texts"][ear["state"]["_esm"]] for ear in ears} == {Ear._esm}
    kinds = {model["model_name"].removesuffix("Model") for model in page["state"].values()}
    assert kinds == {"Any", "IntSlider", "SliderStyle", "Layout", "VBox", "Link"}
    layouts = [model["state"] for model in page["state"].values() if model["model_name"] == "LayoutModel"]
    assert layouts
    assert all(layout == {} for layout in layouts)


def test_infinite_numbers_are_written_as_words(tmp_path):
    inf = float("inf")
    ear = Ear(value={"row": [inf, -inf, float("nan"), 1.5, "inf"]})
    page = carried(build(tmp_path, cell(ear)))
    row = page["state"][ear.model_id]["state"]["value"]["row"]
    assert row == ["Infinity", "-Infinity", "NaN", 1.5, "inf"]
    assert [float(word) for word in ("Infinity", "-Infinity")] == [inf, -inf]


def test_a_text_with_an_end_of_script_stays_in_its_script(tmp_path):
    page = build(tmp_path, cell(Ear(value="</script><!--<script>")))
    assert "</script><!--" not in page
    [ear] = [model for model in carried(page)["state"].values() if model["model_name"] == "AnyModel"]
    assert ear["state"]["value"] == "</script><!--<script>"


def test_no_script_from_elsewhere_and_none_on_a_page_without_widgets(tmp_path):
    page = build(tmp_path, cell(Ear()))
    assert re.search(r'<script defer="defer" src="_static/static_widgets.js\?v=\w+"></script>', page)
    assert 'href="_static/static_widgets.css' in page
    assert not re.search(r'<(script|link)[^>]*="https?://', page)
    assert page.index("</h1>") < page.index(STATE) < page.index("</body>")
    w.Widget.close_all()
    Ear()
    plain = build(tmp_path, new_code_cell("1 + 1"))
    assert "static_widgets" not in plain
    assert STATE not in plain


def test_an_anchor_becomes_the_id_of_its_view_and_only_once(tmp_path):
    named = w.VBox([w.Label("x"), w.HBox([Ear(anchor="ear-1")])])
    page = build(tmp_path, cell(named), cell(named), cell(Ear(anchor="ear-2")))
    assert re.findall(r'<div class="static-widget"[^>]*? id="([^"]*)"', page) == ["ear-1", "ear-2"]
    assert page.count('class="static-widget"') == 3


# ------------------------------------------------------------------------------- What stands without it


def test_the_picture_stands_in_with_the_text_as_its_alternative(tmp_path):
    picture = base64.b64encode(PIXEL).decode()
    bundle = {"image/png": picture, "text/plain": 'Two "bars" & one', "text/html": "no"}
    page = build(tmp_path, cell(Ear(), **bundle))
    [image] = re.findall(r"<img[^>]*>", page)
    attributes = {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', image)}
    assert attributes["alt"] == 'Two "bars" & one'
    assert (attributes["width"], attributes["height"], attributes["loading"]) == ("1", "1", "lazy")
    assert (tmp_path / "html" / attributes["src"]).read_bytes() == PIXEL
    assert page.index("static-widget-still") < page.index("<img")


def test_html_or_else_text_stands_in(tmp_path):
    page = build(tmp_path, cell(Ear(), **{"text/html": "<ol><li>choice</li></ol>", "text/plain": "plain"}))
    assert re.search(r'<div class="static-widget-still">\s*<ol><li>choice</li></ol>\s*</div>', page)
    page = build(tmp_path, cell(Ear(), **{"text/plain": "plain words"}))
    assert "plain words" in page


def test_a_second_build_writes_the_same_page(tmp_path):
    first = build(tmp_path, cell(listened(w.IntSlider(description="n"))))
    (tmp_path / "html" / "index.html").unlink()  # written again from what Sphinx has kept
    again = build(tmp_path, fresh=False)
    assert again[again.index("<body>") :] == first[first.index("<body>") :]
    assert "static_widgets.js" in again


def test_other_formats_take_the_picture(tmp_path):
    build(tmp_path, cell(Ear(), **{"image/png": base64.b64encode(PIXEL).decode(), "text/plain": "bars"}))
    app = Sphinx(
        tmp_path / "source", None, tmp_path / "latex", tmp_path / "trees", "latex",
        {"extensions": ["myst_nb", "static_widgets"], "nb_execution_mode": "off"}, status=None, warning=None,
    )  # fmt: skip
    app.build()
    [tex] = (tmp_path / "latex").glob("*.tex")
    assert "includegraphics" in tex.read_text(encoding="utf-8")
