"""The notebooks with Python in the reader's browser: the built site, with every other host blocked.

The notebooks are run where PYODIDE_DIST is given and the site was built with it. Without it numpy is only on the CDN,
and what can be tried is tried without: reading, starting Python, widgets, and which host is asked for what.
"""

import json
import os
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from build_lite import PACKAGES, PYODIDE_CDN_URL
from playwright.sync_api import expect

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "site" / "lite"
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LOCK = PACKAGES / "pyodide-lock.json"
LARGE = {"matplotlib", "numpy", "scikit_learn", "scipy"}
# Milliseconds in which Python must have started, and in which a chapter must have run, on a slow machine too.
START, CHAPTER = 240_000, 600_000
SLIDER = '''
import anywidget, ipywidgets, traitlets

class Picture(anywidget.AnyWidget):
    _esm = """export default { render({ model, el }) {
      el.dataset.explorable = "picture";
      const draw = () => { el.textContent = `value ${model.get("value")}`; };
      model.on("change:value", draw);
      draw();
    } };"""
    value = traitlets.Int(0).tag(sync=True)

slider, picture = ipywidgets.IntSlider(value=3), Picture()
link = ipywidgets.jslink((slider, "value"), (picture, "value"))
ipywidgets.VBox([slider, picture])
'''

# The site shows its application to scripts (`exposeAppInBrowser`). This one is done when Python has started.
READY = """async () => {
  const panel = jupyterapp.shell.currentWidget;
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
}"""
RUN = """async (code) => {
  const future = jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code });
  const answer = [];
  future.onIOPub = ({ content }) => answer.push(content.text ?? content.data?.["text/plain"] ?? content.evalue ?? "");
  const reply = await future.done;
  return { status: reply.content.status, text: answer.join("") };
}"""
RUN_ALL = """async () => {
  await jupyterapp.commands.execute("notebook:run-all-cells");
  return jupyterapp.shell.currentWidget.content.model.toJSON();
}"""
# What Python holds of all widgets, in one number.
HELD = "from ipywidgets.embed import embed_data; hash(str(embed_data(None)))"
SCROLL = "(index) => jupyterapp.shell.currentWidget.content.scrollToItem(index, 'start')"


def site_holds_numpy():
    """Whether the site was built with Pyodide's own packages in it."""
    return "://" not in json.loads((SITE / LOCK).read_text(encoding="utf-8"))["packages"]["numpy"]["file_name"]


@pytest.fixture
def site():
    """The address of the built site's folder."""
    assert SITE.is_dir(), "build the site first: make site"
    return SITE


@pytest.fixture
def open_notebook(new_page, serve):
    """A function that opens a notebook of a site on a guarded page."""

    def open_page(site, name, **options):
        page = new_page(viewport={"width": 1200, "height": 900}, **options)
        page.goto(f"{serve(site)}/notebooks/index.html?path={name}")
        page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget?.content?.widgets?.length", timeout=START)
        return page

    return open_page


def answer(page, script, limit):
    """Return what a script comes to, within a limit: playwright itself would wait for ever."""
    late = f"new Promise((_, fail) => setTimeout(() => fail(new Error('no answer in {limit} ms')), {limit}))"
    return page.evaluate(f"() => Promise.race([({script})(), {late}])")


def start(page):
    """Wait until Python has started."""
    assert (SITE / PACKAGES / "pyodide.mjs").exists(), "built without npm: Python is on the CDN, which is blocked here"
    answer(page, READY, START)


def run_all(page):
    """Run all cells; return the notebook, which must have no error in it."""
    notebook = nbformat.from_dict(answer(page, RUN_ALL, CHAPTER))
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    errors = [f"{output.ename}: {output.evalue}" for output in outputs if output.output_type == "error"]
    assert not errors, errors
    missed = [cell.source for cell in notebook.cells if cell.cell_type == "code" and cell.execution_count is None]
    assert not [source for source in missed if source.strip()], missed
    return notebook


def find_explorables(notebook):
    """Return the numbers of a notebook's cells that show a widget, once for each."""
    outputs = [(index, output) for index, cell in enumerate(notebook.cells) for output in cell.get("outputs", [])]
    return [index for index, output in outputs if "application/vnd.jupyter.widget-view+json" in output.get("data", {})]


def check_explorables(page, notebook):
    """Scroll to every widget of a notebook that was run, and see it live; return how many there are."""
    views = find_explorables(notebook)
    for index in views:
        page.evaluate(SCROLL, index)
        view = page.locator(f'[data-windowed-list-index="{index}"] [data-explorable]').first
        expect(view).to_be_visible(timeout=30_000)
    return len(views)


def move_slider(page):
    """Press a key on the first slider in sight, and see its picture change, and what Python holds."""
    slider = page.locator(".noUi-handle:visible").first
    slider.scroll_into_view_if_needed()
    cell = page.locator(".jp-CodeCell", has=slider)
    picture = cell.locator("[data-explorable]").first
    before, held = picture.inner_html(), page.evaluate(RUN, HELD)
    assert held["status"] == "ok" and page.evaluate(RUN, HELD) == held
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(picture).not_to_have_js_property("innerHTML", before)
    assert page.evaluate(RUN, HELD) != held


# What a reader sees before Python


def test_the_front_lists_every_notebook(new_page, serve, site):
    page = new_page()
    page.goto(f"{serve(site)}/index.html")
    expect(page.locator(".jp-DirListing-itemName")).to_have_text([chapter.name for chapter in CHAPTERS], timeout=60_000)


@pytest.mark.parametrize("width", [1200, 360])
def test_a_notebook_is_read_before_python_has_started(new_page, serve, site, width):
    page = new_page(viewport={"width": width, "height": 800})
    page.goto(f"{serve(site)}/notebooks/index.html?path=01_softmax.ipynb")
    title = page.get_by_role("heading", name="Softmax: from scores to probabilities")
    expect(title).to_be_visible(timeout=60_000)
    box = title.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget?.content?.widgets?.length > 30")
    cells = nbformat.read(CHAPTERS[0], as_version=4).cells
    index = next(i for i, cell in enumerate(cells) if cell.source.startswith("explore_softmax("))
    page.evaluate(SCROLL, index)
    picture = page.locator(f'[data-windowed-list-index="{index}"] .jp-OutputArea img')
    expect(picture).to_be_visible()
    assert picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") > 300
    open_cells = [cell for cell in cells[:index] if not cell.metadata.get("jupyter", {}).get("outputs_hidden")]
    stored = [o.text for cell in open_cells for o in cell.get("outputs", []) if o.output_type == "stream"]
    assert max(text.count("\n") for text in stored) > 1
    shown = page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stdout']").all_text_contents()
    assert [text.rstrip() for text in shown][: len(stored)] == [text.rstrip() for text in stored]
    assert page.get_by_text("JupyterLab", exact=True).count() == 0  # an application that this site does not have


def test_a_link_to_another_chapter_opens_it(open_notebook, site):
    page = open_notebook(site, "02_temperature.ipynb")
    # A browser that is sent on before a page has named its icon asks for this one by itself.
    page.context.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    with page.context.expect_page() as opened:
        page.locator(".jp-RenderedMarkdown a", has_text="Chapter 1").first.click()
    title = opened.value.get_by_role("heading", name="Softmax: from scores to probabilities")
    expect(title).to_be_visible(timeout=60_000)


# Python, from the site alone


def test_python_starts_and_asks_no_other_host(open_notebook, site):
    page = open_notebook(site, "01_softmax.ipynb")
    start(page)
    assert page.evaluate(RUN, "1 + 1") == {"status": "ok", "text": "2"}
    assert page.evaluate(RUN, "import sys; print(sys.platform)") == {"status": "ok", "text": "emscripten\n"}


def test_widgets_are_live(open_notebook, site, tmp_path):
    copy = shutil.copytree(site, tmp_path / "lite", copy_function=os.symlink)
    add_notebook(copy, "slider.ipynb", [SLIDER, "print('ran')"])
    page = open_notebook(copy, "slider.ipynb")
    start(page)
    assert check_explorables(page, run_all(page)) == 1
    move_slider(page)
    expect(page.locator("[data-explorable]")).to_have_text("value 4")
    assert page.evaluate(RUN, "slider.value, picture.value") == {"status": "ok", "text": "(4, 4)"}


def test_an_error_in_a_cell_is_seen(open_notebook, site, tmp_path):
    copy = shutil.copytree(site, tmp_path / "lite", copy_function=os.symlink)
    add_notebook(copy, "error.ipynb", ["1 + 1", "1 / 0", "2 + 2"])
    page = open_notebook(copy, "error.ipynb")
    start(page)
    with pytest.raises(AssertionError, match=r"ZeroDivisionError.*division by zero"):
        run_all(page)


def add_notebook(site, name, sources):
    """Write a notebook into a copy of the site, and list it."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source.strip()) for source in sources])
    notebook.metadata = nbformat.read(CHAPTERS[0], as_version=4).metadata
    nbformat.write(notebook, site / "files" / name)
    listing = site / "api" / "contents" / "all.json"
    content = json.loads(listing.read_text(encoding="utf-8"))
    content["content"].append(content["content"][0] | {"name": name, "path": name})
    listing.unlink()
    listing.write_text(json.dumps(content), encoding="utf-8")


def test_numpy_comes_with_the_package_and_scikit_learn_with_digits(open_notebook, site, complaints):
    page = open_notebook(site, "01_softmax.ipynb")
    start(page)
    assert not complaints
    asked = set()
    page.context.on("request", lambda request: asked.add(request.url.rpartition("/")[2].split("-")[0]))
    assert page.evaluate(RUN, "import tempcourse; print(tempcourse.__name__)")["text"] == "tempcourse\n"
    assert asked & LARGE == {"matplotlib", "numpy"}
    reply = page.evaluate(RUN, "from tempcourse.distillation import load_digits_split")
    assert asked & LARGE == LARGE
    if site_holds_numpy():
        assert reply["status"] == "ok", reply
    else:
        complaints.expect(rf"^request: {re.escape(PYODIDE_CDN_URL)}/[\w.-]+\.whl$")
        complaints.expect(r"^console: Failed to load resource: net::ERR_FAILED|^console: Failed to fetch$")
        complaints.expect(r"^console: The following error occurred while loading [\w-]+:$")


# The notebooks


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.stem)
def test_a_chapter_runs(open_notebook, site, chapter):
    if not site_holds_numpy():
        assert not os.environ.get("PYODIDE_DIST"), "PYODIDE_DIST is given: build the site with it (make site)"
        pytest.skip("numpy, matplotlib and scikit-learn for the browser are only on the CDN; give PYODIDE_DIST")
    page = open_notebook(site, chapter.name)
    start(page)
    stored = find_explorables(nbformat.read(site / "files" / chapter.name, as_version=4))
    assert check_explorables(page, run_all(page)) == len(stored) > 0
    move_slider(page)
