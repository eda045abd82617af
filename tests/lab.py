"""A chapter in a real JupyterLab: run all, drag sliders with the mouse, see pictures and Python-side values change."""

import contextlib
import json
import re
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import nbformat
from environments import outside
from playwright.sync_api import expect

from tempcourse import widgets

expect.set_options(timeout=30_000)

CHAPTERS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
WITHOUT_SLIDER = {"diagnostic", "quiz", "review", "your_calibration"}
EXPLORABLES = [name for name in widgets.__all__ if name.islower() and name not in WITHOUT_SLIDER]
# Most have a slider for the temperature, in the symbol of their chapter; the others have these.
LABELS = {"explore_annealing": "Steps", "explore_distillation": "Hard labels, %"}
# The last cell says what Python knows of every slider in the chapter; a chapter may have none.
SLIDERS = """from ipywidgets import Widget

print("The sliders:")
for model in Widget.get_manager_state(drop_defaults=False)["state"].values():
    state = model["state"]
    if "SliderModel" in model["model_name"]:
        labels = state.get("_options_labels")
        print(state["description"], "is", labels[state["index"]] if labels else round(state["value"], 6))"""
# All cells in the page at once, and no question about news.
SETTINGS = {
    "notebook-extension/tracker": '{"windowingMode": "none"}',
    "apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}',
}


def calls(chapter):
    """Return the names of the explorables and quizzes that a chapter shows, in order."""
    cells = nbformat.read(chapter, as_version=4).cells
    source = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    return re.findall(rf"^({'|'.join(widgets.__all__)})\(", source, re.MULTILINE)


def copy_without_outputs(chapter, folder):
    """Copy a chapter as a new reader's JupyterLab has it before the first run, with one cell more."""
    notebook = nbformat.read(chapter, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    notebook.cells.append(nbformat.v4.new_code_cell(SLIDERS))
    nbformat.write(notebook, folder / chapter.name)


@contextlib.contextmanager
def start(python, folder):
    """Start JupyterLab by an environment's Python in a folder with copies of the chapters; give its address."""
    for chapter in CHAPTERS:
        copy_without_outputs(chapter, folder)
    for name, text in SETTINGS.items():
        path = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [python, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", "--ServerApp.token=", f"--ServerApp.root_dir={folder}"]
    command += [f"--LabApp.user_settings_dir={folder / 'settings'}"]
    address, log = f"http://127.0.0.1:{port}", folder / "lab.log"
    with open(log, "w") as file:
        server = subprocess.Popen(command, cwd=folder, env=outside(), stdout=file, stderr=file)
    try:
        wait_until(lambda: answers(address), lambda: f"JupyterLab did not start:\n{log.read_text()}")
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_until(condition, complaint):
    """Wait for a minute at most."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, complaint()
        time.sleep(0.3)


def answers(address):
    """Whether the server is up."""
    with contextlib.suppress(OSError):
        return urllib.request.urlopen(f"{address}/api/status", timeout=2).status == 200


def connected(address, name):
    """Whether a page is connected to the notebook's kernel: before that, JupyterLab asks which one to take."""
    with urllib.request.urlopen(f"{address}/api/sessions") as answer:
        kernels = [session["kernel"] for session in json.load(answer) if session["path"] == name]
    return any(kernel["connections"] and kernel["execution_state"] == "idle" for kernel in kernels)


def run_all(page, address, chapter):
    """Open a chapter, run all its cells, and wait until what the last one prints is there."""
    page.set_default_timeout(60_000)
    page.goto(f"{address}/doc/tree/{chapter.name}?reset")
    wait_until(lambda: connected(address, chapter.name), lambda: f"no kernel for {chapter.name}")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    expect(last_output(page)).to_be_visible(timeout=600_000)  # chapter 9 may take 120 s alone


def last_output(page):
    """Return where the last cell prints."""
    return page.locator(".jp-CodeCell").last.locator(".jp-OutputArea-output")


def try_chapter(page, address, chapter):
    """Run a chapter, and drag a slider of each of its explorables."""
    run_all(page, address, chapter)
    assert page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    live = page.locator("[data-explorable]")
    expect(live).to_have_count(len(calls(chapter)), timeout=60_000)
    assert live.evaluate_all("nodes => nodes.map(node => node.dataset.explorable)") == calls(chapter)
    for name in [name for name in EXPLORABLES if name in calls(chapter)]:
        drag(page, name)


def drag(page, name):
    """Drag a slider, and hold the picture and what Python knows against what the slider says."""
    explorable = page.locator(".tempcourse-explorable", has=page.locator(f'[data-explorable="{name}"]'))
    label = LABELS.get(name, "Temperature")
    slider = explorable.locator(".widget-inline-hbox", has_text=label)
    picture, readout = explorable.locator("[data-explorable]"), slider.locator(".widget-readout")
    drawn, said, known = picture.inner_html(), readout.inner_text(), last_output(page).inner_text().splitlines()
    slider.scroll_into_view_if_needed()
    handle, track = slider.locator(".noUi-handle").bounding_box(), slider.locator(".noUi-base").bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    middle = track["x"] + track["width"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + (100 if x < middle else -100), y, steps=10)
    page.mouse.up()
    expect(readout).not_to_have_text(said)
    page.wait_for_function("([node, drawn]) => node.innerHTML !== drawn", arg=[picture.element_handle(), drawn])

    def python_knows():
        page.locator(".jp-CodeCell").last.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(300)
        now = last_output(page).inner_text().splitlines()
        changed = [line for before, line in zip(known, now, strict=False) if line != before]
        full = slider.locator(".widget-label").inner_text()
        value = f" is {readout.inner_text()}"  # controls that are tied to this one have it as well
        return len(now) == len(known) and full + value in changed and all(line.endswith(value) for line in changed)

    wait_until(python_knows, lambda: (known, last_output(page).inner_text(), readout.inner_text()))
