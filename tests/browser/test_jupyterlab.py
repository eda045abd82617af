"""The explorables in a real JupyterLab: run all, move a slider, see the picture and the Python-side value change."""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

expect.set_options(timeout=30_000)

CHAPTERS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
# A call, and the control to move: its name in Python, and its label.
CALLS = {
    "explore_softmax": ("explore_softmax()", "temperature", "Temperature τ"),
    "explore_temperature": ("explore_temperature([2.0, 1.0, 0.5, 0.1])", "temperature", "Temperature τ"),
    "compare_temperatures": ("compare_temperatures([2.0, 1.0, 0.5, 0.1], [0.5, 1, 2])", "temperature", "Temperature τ"),
    "explore_levels": ("explore_levels()", "temperature", "Temperature T"),
    "explore_ising": ("explore_ising(16)", "temperature", "Temperature T"),
    "explore_annealing": ("explore_annealing()", "steps", "Steps"),
    "explore_dark_knowledge": ("explore_dark_knowledge()", "temperature", "Temperature T"),
    "explore_distillation": ("explore_distillation({20: {'hard': (74, 1), 10: (90, 1)}})", "hard", "Hard labels, %"),
    "explore_calibration": ("explore_calibration([[2.0, 0.0], [0.0, 2.0]], [0, 0])", "temperature", "Temperature τ"),
    "explore_bandit": ("explore_bandit()", "temperature", "Temperature τ"),
    "decoding_lab": ("decoding_lab()", "temperature", "Temperature τ"),
    "sequence_tree": ("sequence_tree()", "temperature", "Temperature τ"),
    "story_writer": ("story_writer()", "temperature", "Temperature τ"),
}
# All cells in the page at once, and no question about news.
SETTINGS = {
    "notebook-extension/tracker": '{"windowingMode": "none"}',
    "apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}',
}


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """The address of a JupyterLab whose folder holds the chapters and a notebook for each explorable."""
    folder = tmp_path_factory.mktemp("lab")
    for chapter in CHAPTERS:
        notebook = nbformat.read(chapter, as_version=4)
        notebook.metadata.pop("widgets", None)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.update(outputs=[], execution_count=None)
        nbformat.write(notebook, folder / chapter.name)
    for name, (call, control, _) in CALLS.items():
        value = f'print("{control} is", explorable.controls["{control}"].value)'
        cells = [f"from tempcourse.widgets import {name}\n\nexplorable = {call}\nexplorable", value]
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata = nbformat.read(CHAPTERS[0], as_version=4).metadata
        notebook.metadata.pop("widgets", None)
        nbformat.write(notebook, folder / f"{name}.ipynb")
    for name, text in SETTINGS.items():
        path = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", "--ServerApp.token=", f"--ServerApp.root_dir={folder}"]
    command += [f"--LabApp.user_settings_dir={folder / 'settings'}"]
    with open(folder / "lab.log", "w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    wait_for(address, folder / "lab.log")
    yield address
    server.terminate()
    server.wait(timeout=20)


def wait_for(address, log):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{address}/api/status", timeout=2)
            return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")


def wait_for_kernel(address, name):
    """Wait until the page is connected to the notebook's kernel: before that, JupyterLab asks which one to take."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with urllib.request.urlopen(f"{address}/api/sessions") as answer:
            kernels = [session["kernel"] for session in json.load(answer) if session["path"] == name]
        if any(kernel["connections"] and kernel["execution_state"] == "idle" for kernel in kernels):
            return
        time.sleep(0.5)
    pytest.fail(f"no kernel for {name}")


@pytest.fixture
def open_notebook(browser, lab):
    """A function that opens a notebook in JupyterLab and runs all its cells."""
    context = browser.new_context(viewport={"width": 1300, "height": 1000})
    context.set_default_timeout(60_000)

    def run_all(name):
        page = context.new_page()
        page.goto(f"{lab}/doc/tree/{name}?reset")
        wait_for_kernel(lab, name)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        return page

    yield run_all
    context.close()


@pytest.mark.parametrize("name", CALLS)
def test_slider_moves_the_picture_and_the_python_side_value(open_notebook, name):
    _, control, label = CALLS[name]
    page = open_notebook(f"{name}.ipynb")
    root = page.locator(f'[data-explorable="{name}"]')
    expect(root).to_be_visible()
    before = root.inner_html()
    printed = page.locator(".jp-OutputArea-output", has_text=f"{control} is")
    expect(printed).to_be_visible()
    first = printed.inner_text()
    slider = page.locator(".widget-inline-hbox", has_text=label)
    readout = slider.locator(".widget-readout")
    start = readout.inner_text()
    slider.locator(".noUi-handle").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("([root, before]) => root.innerHTML !== before", arg=[root.element_handle(), before])
    expect(readout).not_to_have_text(start)
    deadline = time.monotonic() + 30  # a kernel that is busy hears of the last key after a moment
    while value_of(printed) != pytest.approx(value_of(readout), rel=1e-5):
        assert time.monotonic() < deadline, (printed.inner_text(), readout.inner_text())
        page.locator(".jp-CodeCell").last.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(300)
    assert printed.inner_text() != first


def value_of(shown):
    """Return the number at the end of a text."""
    return float(shown.inner_text().split()[-1].replace(",", ""))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_chapter_runs_with_live_explorables(open_notebook, chapter):
    notebook = nbformat.read(chapter, as_version=4)
    page = open_notebook(chapter.name)
    called = re.findall(rf"^(quiz|{'|'.join(CALLS)})\(", sources(notebook), re.MULTILINE)
    live = page.locator("[data-explorable]")
    expect(live).to_have_count(len(called), timeout=60_000)
    assert live.evaluate_all("nodes => nodes.map(node => node.dataset.explorable)") == called
    assert page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0


def sources(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
