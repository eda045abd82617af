"""Code cells that run in the page: the built site's Python, in three browsers, with every other host out of reach.

Without PYODIDE_DIST numpy is on Pyodide's host alone, so the cells are a small set of their own, in the place of a
chapter's; with it, a chapter's exercises are done as well.
"""

import html
import json
import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from build_lite import PACKAGES
from engines import ENGINES, NODE, open_engine, serve_watched
from pages import FRAME
from playwright.sync_api import expect

from tempcourse.checks import EXERCISES
from tempcourse.checks.judge import Array, Number

SITE = Path(__file__).parents[2] / "_build" / "site"
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
PAGE = "notebooks/01_softmax.html"
STARTED = "() => JSON.parse(localStorage.getItem('temperature-course'))?.settings?.python"  # whether it was said before
START = 240_000  # milliseconds in which Python must have started, on a slow machine too

CHECK = """def check(number, answer):
    if answer is ...:
        print(f"Exercise {number}: not attempted yet.")
    else:
        print(f"Exercise {number}:", "right." if answer(3) == 9 else "not yet. Hint: 3 * 3.")"""
CELLS = [
    ("", f"import sys\nbase = 3\n\n{CHECK}"),
    ("", "print('base is', base)\nprint('to the side', file=sys.stderr)\nbase * 2"),
    ("exercise", "square = ..."),
    ("check", 'check("1.3", square)'),
    ("solution", "base = 100"),
    ("", "while base:\n    pass"),
    ("", "double = base * 2"),
    ("", "double"),
]
FLOOD = "for i in range(50_000):\n    print(i)"


def cell(tag, source):
    """Return a cell as the book has it, with a stored output."""
    code = html.escape(source)
    return f"""<div class="cell tag_{tag} docutils container"><div class="cell_input docutils container">
<div class="highlight-ipython3 notranslate"><div class="highlight"><pre>{code}\n</pre></div></div></div>
<div class="cell_output docutils container"><div class="output"><pre>stored</pre></div></div></div>"""


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """The site, with a small chapter of these cells."""
    assert (SITE / "lite").is_dir(), "build the site first: make site"
    folder = tmp_path_factory.mktemp("site")
    for part in ("_static", "lite", "search", "book"):
        if (SITE / part).exists():
            (folder / part).symlink_to(SITE / part)
    page = BeautifulSoup((SITE / PAGE).read_text(encoding="utf8"), "html.parser")
    place, row = page.select_one("[data-live-python]"), page.select_one("nav.launch-buttons")
    place["data-notebook"] = "small.ipynb"
    site = page.select_one("[data-practice]")
    for link in page.select("link[rel=next], link[rel=prev]"):
        link.decompose()
    article = page.select_one("article")
    article.clear()
    article.append(BeautifulSoup("<h1>Small</h1>", "html.parser"))
    article.append(row)
    for tag, source in CELLS:
        article.append(BeautifulSoup(cell(tag, source), "html.parser"))
    article.extend([site, place])
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "small.html").write_text(str(page), encoding="utf8")
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source, metadata={"tags": [tag] if tag else []}) for tag, source in CELLS]
    )
    nbformat.write(notebook, folder / "notebooks" / "small.ipynb")
    return folder


@pytest.fixture
def small(new_page, serve, folder):
    """The small chapter in Chromium."""
    page = new_page()
    page.goto(f"{serve(folder)}/notebooks/small.html")
    return page


def tools(page, place):
    """Return a cell with its buttons."""
    return page.locator("article .cell").nth(place)


def run(page, place, button="Run", wait=True):
    """Run a cell, and say that Python may start; return the cell."""
    cell = tools(page, place)
    if cell.get_by_role("button", name="Answer here").count():
        cell.get_by_role("button", name="Answer here").click()
        expect(cell.get_by_role("textbox")).to_be_focused()
    cell.get_by_role("button", name=button, exact=True).click()
    if not page.evaluate(STARTED):
        cell.get_by_role("button", name="Start Python").click()
    expect(cell.locator("button", has_text="Stop")).to_have_count(1)
    page.evaluate(FRAME)
    if wait:
        expect(cell.get_by_role("button", name="Stop")).to_be_hidden(timeout=START)
    return cell


def test_nothing_is_fetched_before_it_is_wanted(small):
    asked = []
    small.on("request", lambda request: asked.append(request.url))
    cell = tools(small, 1)
    cell.get_by_role("button", name="Run", exact=True).click()
    expect(cell.get_by_text("about 40 MB")).to_be_visible()
    cell.get_by_role("button", name="Not now").click()
    expect(cell.get_by_text("about 40 MB")).to_be_hidden()
    assert [address for address in asked if "lite/" in address or "worker" in address] == []


def test_the_megabytes_are_counted_as_they_come(small):
    small.route("**/*.wasm", lambda route: small.wait_for_timeout(1000) or route.continue_())
    cell = run(small, 1, wait=False)
    expect(cell.get_by_role("progressbar")).to_be_visible()
    expect(cell.locator(".live-loading")).to_have_text(re.compile(r"\d+ MB have come"))
    expect(cell.get_by_role("status")).to_have_text("Done.", timeout=START)
    expect(cell.get_by_role("progressbar")).to_be_hidden()


def test_a_cell_runs_after_those_before_it(small):
    cell = run(small, 1)
    expect(cell.locator(".live-output pre")).to_have_text(["base is 3\n", "to the side\n", "6"])
    expect(cell.get_by_text("stored")).to_be_hidden()
    expect(tools(small, 0).locator(".live-output")).to_be_hidden()  # quietly
    cell.get_by_role("textbox").fill("base + 1")
    cell.get_by_role("textbox").press("Shift+Enter")
    expect(cell.locator(".live-output pre")).to_have_text(["4"])
    cell.get_by_role("button", name="Reset").click()
    expect(cell.get_by_role("textbox")).to_have_count(1)
    cell.get_by_role("button", name="Reset, and lose what you wrote?").click()
    expect(cell.get_by_role("textbox")).to_have_count(0)
    expect(cell.get_by_text("stored")).to_be_visible()


def test_an_exercise_is_written_judged_kept_and_downloaded(small, tmp_path):
    cell = run(small, 2, "Run and check")
    expect(cell.locator(".live-output")).to_have_text("Exercise 1.3: not attempted yet.\n")
    editor = cell.get_by_role("textbox")
    editor.fill("def square(x):\n    return 2 * x")
    run(small, 2, "Run and check")
    expect(cell.locator(".live-output")).to_contain_text("Exercise 1.3: not yet. Hint: 3 * 3.")
    editor.press("Control+a")
    for text in ("def square(x):", "y = x * x", "return y"):  # indentation comes by itself
        editor.press_sequentially(text)
        editor.press("Enter")
    assert editor.input_value() == "def square(x):\n    y = x * x\n    return y\n    "
    editor.press("Shift+Enter")
    expect(cell.locator(".live-output")).to_have_text("Exercise 1.3: right.\n")
    record = json.loads(small.evaluate("localStorage.getItem('temperature-course')"))
    assert record["exercises"]["1.3"]["right"] is True
    small.reload()
    expect(tools(small, 2).get_by_role("textbox")).to_have_value(re.compile("y = x"))
    with small.expect_download() as saved:
        small.get_by_role("button", name="Download your answers").click()
    saved.value.save_as(tmp_path / "answers.ipynb")
    notebook = nbformat.read(tmp_path / "answers.ipynb", as_version=4)
    nbformat.validate(notebook)
    sources = [cell.source for cell in notebook.cells]
    assert sources[2].startswith("def square(x):\n    y = x * x") and sources[:2] == [source for _, source in CELLS[:2]]


@pytest.mark.parametrize(
    ("value", "written", "source"),
    [
        (9, "3 * 3", "square = 9  # 3 * 3"),
        ([1.5, "-Infinity"], "1.5,\n-inf", "square = [1.5, float('-inf')]  # 1.5, -inf"),
        ("NaN", "0/0", "square = ..."),
        ("__import__('os')", "x", "square = ..."),
    ],
)
def test_an_answer_of_a_field_is_in_the_downloaded_notebook(small, tmp_path, value, written, source):
    record = {"version": 1, "exercises": {"1.3": {"when": 1, "right": False, "value": value, "written": written}}}
    small.evaluate("(text) => localStorage.setItem('temperature-course', text)", json.dumps(record))
    small.reload()
    with small.expect_download() as saved:
        small.get_by_role("button", name="Download your answers").click()
    saved.value.save_as(tmp_path / "answers.ipynb")
    assert nbformat.read(tmp_path / "answers.ipynb", as_version=4).cells[2].source == source


def test_an_endless_loop_is_stopped_and_python_starts_anew(small):
    cell = run(small, 5, wait=False)
    expect(cell.get_by_role("status")).to_have_text("Running …", timeout=START)
    cell.get_by_role("button", name="Stop").click()
    expect(cell.get_by_role("status")).to_contain_text("Stopped.")
    cell = run(small, 1)
    expect(cell.locator(".live-output pre").last).to_have_text("6")


def test_it_can_be_stopped_before_it_has_started(small):
    small.route("**/jupyter-lite.json", lambda route: None)  # never answered
    cell = run(small, 1, wait=False)
    cell.get_by_role("button", name="Stop").click()
    expect(cell.get_by_role("status")).to_contain_text("Stopped.")
    small.unroute("**/jupyter-lite.json")
    expect(run(small, 1).locator(".live-output pre").last).to_have_text("6")


def test_one_cell_runs_at_a_time(small):
    first, second = tools(small, 1), tools(small, 6)
    first.get_by_role("button", name="Run", exact=True).click()
    expect(first.get_by_role("button", name="Start Python")).to_be_visible()
    second.get_by_role("button", name="Run", exact=True).click()
    expect(second.get_by_role("status")).to_contain_text("Another cell is running.")
    first.get_by_role("button", name="Start Python").click()
    expect(first.locator(".live-output pre").last).to_have_text("6", timeout=START)
    expect(second.locator(".live-output")).to_be_hidden()


def test_what_follows_from_a_changed_cell_is_computed_anew(small):
    cell = run(small, 7)
    expect(cell.locator(".live-output pre")).to_have_text(["6"])
    run(small, 0)
    tools(small, 0).get_by_role("textbox").fill(CELLS[0][1].replace("base = 3", "base = 5"))
    cell = run(small, 7)
    expect(cell.locator(".live-output pre")).to_have_text(["10"])


def test_a_verdict_is_found_among_what_else_is_printed(small):
    run(small, 1)
    tools(small, 2).get_by_role("button", name="Run and check").click()
    expect(tools(small, 2).locator(".live-output")).to_contain_text("not attempted yet")
    editor = tools(small, 2).get_by_role("textbox")
    editor.fill("def square(x):\n    print('here')\n    return x * x")
    cell = run(small, 2, "Run and check")
    expect(cell.locator(".live-output")).to_contain_text("here")
    record = json.loads(small.evaluate("localStorage.getItem('temperature-course')"))
    assert record["exercises"]["1.3"]["right"] is True
    expect(tools(small, 3).locator(".cell_output").first).to_be_hidden()  # it said "not attempted yet"


def test_an_error_is_said_with_its_line(small):
    cell = tools(small, 1)
    run(small, 1)
    cell.get_by_role("textbox").fill("x = 1\nx / 0")
    run(small, 1)
    expect(cell.locator(".live-error")).to_contain_text("ZeroDivisionError: division by zero")
    expect(cell.locator(".live-error")).to_contain_text("Line 2: x / 0")


def test_what_cannot_be_fetched_is_said(new_page, serve, folder, complaints):
    """numpy comes from Pyodide's host, which does not answer here."""
    lock = json.loads((SITE / "lite" / PACKAGES / "pyodide-lock.json").read_text(encoding="utf8"))
    if "://" not in lock["packages"]["numpy"]["file_name"]:
        pytest.skip("the site holds numpy")
    complaints.expect("request: .*numpy")
    page = new_page()
    page.goto(f"{serve(folder)}/notebooks/small.html")
    run(page, 1)
    tools(page, 1).get_by_role("textbox").fill("import numpy")
    cell = run(page, 1)
    expect(cell.locator(".live-error")).to_contain_text("could not be fetched")


def test_a_flood_of_output_is_cut_off(small):
    run(small, 1)
    tools(small, 1).get_by_role("textbox").fill(FLOOD)
    cell = run(small, 1)
    assert 90_000 < len(cell.locator(".live-output").inner_text()) < 110_000


def test_an_editor_gives_the_keyboard_back(small):
    tools(small, 2).get_by_role("button", name="Answer here").click()
    editor = tools(small, 2).get_by_role("textbox")
    expect(editor).to_be_focused()
    editor.press("End")
    editor.press("Tab")
    assert editor.input_value() == "square = ...    "
    editor.fill("for i in x:\ny = i")
    editor.press("Control+a")
    editor.press("Tab")
    assert editor.input_value() == "    for i in x:\n    y = i"
    editor.press("Shift+Tab")
    assert editor.input_value() == "for i in x:\ny = i"
    editor.press("Escape")
    editor.press("Tab")
    expect(tools(small, 2).get_by_role("button", name="Run and check")).to_be_focused()
    editor.focus()
    editor.press("Escape")
    editor.press("Shift+Tab")
    expect(editor).not_to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_to_object_to(small, scheme):
    small.emulate_media(color_scheme=scheme)
    small.evaluate((NODE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf8"))
    tools(small, 2).get_by_role("button", name="Answer here").click()
    cell = tools(small, 1)
    cell.get_by_role("button", name="Run", exact=True).click()
    expect(cell.get_by_role("button", name="Not now")).to_be_visible()
    look = "async () => (await axe.run(document.querySelector('article'))).violations.map(({ id }) => id)"
    assert small.evaluate(look) == []
    cell.get_by_role("button", name="Start Python").click()
    expect(cell.locator(".live-output pre").last).to_have_text("6", timeout=START)
    cell.get_by_role("textbox").fill("1 / 0")
    cell.get_by_role("button", name="Run", exact=True).click()
    expect(cell.locator(".live-error")).to_be_visible()
    assert small.evaluate(look) == []


def test_from_a_disk_and_without_the_site_cells_are_as_they_are_printed(new_page, serve):
    page = new_page()
    page.goto((SITE / PAGE).as_uri())
    assert page.get_by_role("button", name="Run", exact=True).count() == 0
    page.goto(f"{serve(SITE.parent / 'html')}/{PAGE}")
    assert page.get_by_role("button", name="Run", exact=True).count() == 0


# Three browsers

RUN = """async (place, name, milliseconds) => {
  const cell = document.querySelectorAll("article .cell")[place];
  const button = (name) => [...cell.querySelectorAll("button")].find(({ textContent }) => textContent === name);
  const status = () => cell.querySelector(".live-status")?.textContent ?? "";
  const until = async (met) => {
    const begun = performance.now();
    while (!met() && performance.now() - begun < milliseconds) await new Promise((done) => setTimeout(done, 50));
  };
  cell.querySelector(".live-status")?.replaceChildren(); // of the run before
  button(name).click();
  const ended = () => status() && !status().endsWith("…");
  await until(() => button("Start Python") || ended());
  button("Start Python")?.click();
  await until(ended);
  return [cell.querySelector(".live-output").textContent, status()];
}"""
BEGIN = """async (place) => {
  const cell = document.querySelectorAll("article .cell")[place];
  cell.querySelector(".live-tools button").click();
  const wait = () => new Promise((done) => setTimeout(done, 50));
  for (let tries = 0; tries < 200 && !cell.querySelector("textarea"); tries += 1) await wait();
  const isRunning = () => cell.querySelector(".live-tools button:nth-child(2)").hidden === false;
  for (let tries = 0; tries < 200 && isRunning(); tries += 1) await wait();
}"""
WRITE = """async (place, text) => {
  const area = document.querySelectorAll("article .cell")[place].querySelector("textarea");
  area.value = text;
  area.dispatchEvent(new Event("input"));
}"""


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ENGINES])
def test_each_browser_runs_cells_and_judges_a_function(name, browser, folder):
    with serve_watched(folder) as address, open_engine(name, browser) as page:
        page.open(f"{address}/notebooks/small.html", 390, 844)
        assert page.run(RUN, 1, "Run", 110_000) == ["base is 3\nto the side\n6", "Done."]
        page.run(BEGIN, 2)
        page.run(WRITE, 2, "def square(x):\n    return 2 * x")
        assert "not yet" in page.run(RUN, 2, "Run and check", 60_000)[0]
        page.run(WRITE, 2, "def square(x):\n    return x * x")
        assert page.run(RUN, 2, "Run and check", 60_000)[0] == "Exercise 1.3: right.\n"
        assert page.run("async () => window.complaints") == []


# With Pyodide's packages at hand


@pytest.mark.parametrize("chapter", sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")))
def test_each_function_s_solution_is_right(new_page, serve, chapter):
    lock = json.loads((SITE / "lite" / PACKAGES / "pyodide-lock.json").read_text(encoding="utf8"))
    if "://" in lock["packages"]["numpy"]["file_name"]:
        pytest.skip("numpy is on Pyodide's host: give PYODIDE_DIST to try it")
    page = new_page()
    page.goto(f"{serve(SITE)}/notebooks/{chapter}.html")
    cells = [cell for cell in nbformat.read(NOTEBOOKS / f"{chapter}.ipynb", 4).cells if cell.cell_type == "code"]
    kinds = {kind: [c.source for c in cells if kind in c.metadata.get("tags", [])] for kind in ("check", "solution")}
    places = page.locator("article .cell.tag_exercise")
    for place, (check, solution) in enumerate(zip(kinds["check"], kinds["solution"], strict=True)):
        number, name = re.fullmatch(r'check\("([\d.]+)", (\w+)\)\s*', check).groups()
        if isinstance(EXERCISES[number], Number | Array):
            continue
        solved = re.search(rf'check\("{number}", (\w+)\)', solution)[1]
        cell = places.nth(place)
        if cell.get_by_role("button", name="Answer here").count():
            cell.get_by_role("button", name="Answer here").click()
        elif not cell.get_by_role("textbox").count():
            cell.get_by_role("button", name="Run and check").click()  # which opens it, with its stub
            expect(cell.locator(".live-output")).to_contain_text("not attempted yet", timeout=START)
        cell.get_by_role("textbox").fill(f"{solution.split('check(')[0]}\n{name} = {solved}")
        cell.get_by_role("button", name="Run and check").click()
        if not page.evaluate(STARTED):
            cell.get_by_role("button", name="Start Python").click()
        expect(cell.locator(".live-output")).to_contain_text(f"Exercise {number}: right", timeout=START)
