"""The temperature chapter in Chromium, beside the same chapter built as Jupyter Book does by itself.

How soon its first slider works, how fast it answers, what the first visit weighs, and how long a cell takes from the
click to its result.
"""

import functools
import gzip
import io
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml
from chromium import open_chromium

TITLE = "The temperature chapter in a browser"
ROOT = Path(__file__).parent.parent
PAGE = "notebooks/02_temperature.html"
SECTION = "#one-knob"  # where its first explorable stands
ONLY_HERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"  # no other host
VISITS = 5
STEPS = 80

# Runs in the page from the start: presses an arrow key on the first temperature slider as soon as there is one, until
# the explorable answers; then notes the time. Finds the slider of either build by its role.
WATCH = """
(() => {
  const press = (node, type) => node.dispatchEvent(new KeyboardEvent(type, { key: "ArrowRight", bubbles: true }));
  let before;
  const look = () => {
    const root = document.querySelector('[data-explorable="explore_temperature"]');
    const place = root?.closest(".static-widget, .jupyter-widgets");
    const slider = place?.querySelector("input[type=range], [role=slider]")
      ?? root?.closest(".widget-vbox")?.querySelector("[role=slider]");
    const text = root?.textContent;
    if (before !== undefined && text !== before) { window.operable = performance.now(); return; }
    if (slider && text) {
      before ??= text;
      if (slider.matches("input")) { slider.stepUp(); slider.dispatchEvent(new Event("input", { bubbles: true })); }
      else press(slider, "keydown");
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""


@functools.cache
def compressed(path):
    """Return a file's compressed bytes; a public host keeps them too."""
    return gzip.compress(path.read_bytes(), 6)


class Handler(SimpleHTTPRequestHandler):
    """Serve text compressed, as a public host does."""

    def send_head(self):
        """Send a compressed body where that helps."""
        path = Path(self.translate_path(self.path))
        if path.suffix not in {".html", ".css", ".js", ".svg"} or not path.is_file():
            return super().send_head()
        body = io.BytesIO(compressed(path))
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body.getbuffer())))
        self.end_headers()
        return body

    def log_message(self, *args):
        """Keep the terminal quiet."""


@contextmanager
def served(folder):
    """Yield the address at which a folder is served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def npm(package, folder):
    """Unpack an npm package into a folder; only this benchmark needs npm."""
    name = subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True)
    with tarfile.open(Path(folder, name.stdout.split()[-1])) as archive:
        archive.extractall(folder, filter="data")
    return Path(folder, "package")


def build_stock(folder):
    """Build the same notebook as Jupyter Book does by itself, its scripts taken from this server and not from CDNs."""
    shutil.copytree(ROOT / "book", Path(folder, "book"))
    shutil.copytree(ROOT / "_build" / "html" / "_sources" / "notebooks", Path(folder, "notebooks"))
    static = Path(folder, "stock")
    static.mkdir()
    shutil.copy(npm("requirejs@2.3.6", folder) / "require.js", static)
    shutil.rmtree(Path(folder, "package"))
    shutil.copy(npm("@jupyter-widgets/html-manager@1.0.14", folder) / "dist" / "embed-amd.js", static)
    shutil.rmtree(Path(folder, "package"))
    shutil.copytree(npm("mathjax@3.2.2", folder) / "es5", static / "mathjax")
    shutil.rmtree(Path(folder, "package"))
    widget = npm("anywidget@0.11.0", folder) / "dist" / "index.js"
    target = static / "anywidget@~0.11.*" / "dist"
    target.mkdir(parents=True)
    shutil.copy(widget, target)
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf8"))
    config["execute"] = {"execute_notebooks": "off"}
    del config["html"]["favicon"], config["sphinx"]
    config["sphinx"] = {
        "config": {
            "extensions": [
                *("sphinx_togglebutton", "sphinx_copybutton", "myst_nb", "jupyter_book", "sphinx_comments"),
                *("sphinx_external_toc", "sphinx_design", "sphinx_book_theme", "sphinxcontrib.bibtex"),
            ],
            "html_static_path": ["stock"],
            "mathjax_path": "mathjax/tex-mml-chtml.js",
            "nb_ipywidgets_js": {
                "require.js": {},
                "embed-amd.js": {"data-jupyter-widgets-cdn": "../_static/", "crossorigin": "anonymous"},
            },
        }
    }
    Path(folder, "_config.yml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf8")
    toc = {"format": "jb-book", "root": "notebooks/02_temperature", "chapters": [{"file": "notebooks/01_softmax"}]}
    toc["chapters"].append({"file": "book/references"})
    Path(folder, "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf8")
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "--quiet", "."]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return Path(folder, "_build", "html")


def fresh_page(browser, throttling):
    """Return a page of a browser that has seen nothing yet, on a processor slowed by a factor."""
    page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
    if throttling > 1:
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": throttling})
    return page


def operable(browser, address, throttling):
    """Return the milliseconds from the start of a visit until the first slider moves its picture."""
    page = fresh_page(browser, throttling)
    page.add_init_script(WATCH)
    page.goto(f"{address}/{PAGE}{SECTION}", wait_until="commit")
    page.wait_for_function("() => window.operable", timeout=120_000)  # the policy forbids eval
    milliseconds = page.evaluate("window.operable")
    page.context.close()
    return milliseconds


def transferred(browser, address):
    """Return the bytes of a first visit before anything is scrolled."""
    page = fresh_page(browser, 1)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(f"{address}/{PAGE}", wait_until="networkidle")
    page.wait_for_timeout(1000)
    page.context.close()
    return sum(sizes)


# One input at a time. The explorable draws in the next frame; a message sent from that frame comes after its paint.
STEP = """async ([slider, steps]) => {
  const root = slider.closest(".static-widget").querySelector("[data-explorable]");
  const times = [];
  for (let i = 0; i < steps; i++) {
    const before = root.textContent;
    slider.value = 20 + ((i * 7) % 40);
    const start = performance.now();
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((done) => requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = done;
      channel.port2.postMessage(0);
    }));
    times.push(performance.now() - start);
    if (root.textContent === before && i > 0) throw new Error("not painted by then");
    await new Promise((done) => setTimeout(done, 30));
  }
  return times;
}"""


def answer_times(browser, address, throttling):
    """Return p95 of an input's scripting, style and layout, and of the time to the second frame, in milliseconds."""
    page = fresh_page(browser, throttling)
    page.goto(f"{address}/{PAGE}")
    page.locator(SECTION).scroll_into_view_if_needed()
    slider = page.get_by_role("slider", name="Temperature τ").first
    slider.scroll_into_view_if_needed()
    handle = slider.element_handle()
    page.evaluate(STEP, [handle, 20])  # warm up
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    work = []
    for step in range(STEPS):
        before = busy(session)
        slider.press("ArrowLeft" if step % 40 < 20 else "ArrowRight")
        page.evaluate("() => new Promise(requestAnimationFrame)")
        work.append(1000 * (busy(session) - before))
    frames = page.evaluate(STEP, [handle, STEPS])
    page.context.close()
    return percentile(work), percentile(frames)


def busy(session):
    """Return the seconds that a page has spent in scripts, style and layout."""
    metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    return metrics["ScriptDuration"] + metrics["RecalcStyleDuration"] + metrics["LayoutDuration"]


def percentile(values):
    """Return the 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


# A cell that needs no package, in the place of the chapter's first, is run; then once more.
RUN = """async () => {
  const cell = [...document.querySelectorAll("article .cell")].find((node) => node.querySelector(".live-tools"));
  cell.querySelector(".cell_input pre").textContent = "6 * 7";
  const press = (name) => [...cell.querySelectorAll("button")].find((node) => node.textContent === name).click();
  const until = async (met) => {
    while (!met()) await new Promise((done) => setTimeout(done, 5));
  };
  const times = [];
  for (let i = 0; i < 2; i += 1) {
    cell.querySelector(".live-output")?.replaceChildren();  // the second run is too quick for its status to be seen
    const begun = performance.now();
    press("Run");
    await until(() => cell.querySelector(".live-tools")?.textContent.includes("Not now") || i);
    if (!i) press("Start Python");
    const said = () => cell.querySelector(".live-output")?.textContent;
    await until(() => said() === "42" && cell.querySelector(".live-status").textContent === "Done.");
    times.push(performance.now() - begun);
  }
  return times;
}"""


def run_times(browser, address):
    """Return the milliseconds from a click on Run to its result: with Python to be started, and after that."""
    page = fresh_page(browser, 1)
    page.goto(f"{address}/{PAGE}", wait_until="networkidle")
    times = page.evaluate(RUN)
    page.context.close()
    return times


def rows():
    """Return the table; the two builds are visited in turn."""
    table = []
    with tempfile.TemporaryDirectory() as folder, open_chromium(ONLY_HERE) as browser:
        stock = build_stock(folder)
        with served(ROOT / "_build" / "html") as ours, served(stock) as theirs:
            for throttling in (1, 4):
                pairs = [[operable(browser, place, throttling) for place in (ours, theirs)] for _ in range(VISITS)]
                mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
                slow = f"at {throttling} × CPU throttling" if throttling > 1 else "unthrottled"
                measured = f"{other / mine:.1f} × sooner ({mine / 1000:.2f} s, stock {other / 1000:.2f} s)"
                table.append((f"first explorable operable, {slow}", measured, "4 ×"))
            size = transferred(browser, ours)
            table.append(("first visit, compressed, nothing scrolled", f"{size / 1000:.0f} KB", "at most 250 KB"))
            for throttling, work_limit in ((1, "within 8 ms"), (4, "")):
                work, frames = answer_times(browser, ours, throttling)
                slow = f"at {throttling} × CPU throttling" if throttling > 1 else "unthrottled"
                table.append((f"slider input: script, style, layout, p95, {slow}", f"{work:.1f} ms", work_limit))
                limit = "second frame" if throttling == 1 else "within 50 ms"
                table.append((f"slider input: painted, p95, {slow}", f"{frames:.1f} ms", limit))
        with served(ROOT / "_build" / "site") as site:
            first, again = run_times(browser, site)
            result = f"{first / 1000:.1f} s; the next {again:.0f} ms"
            table.append(("a cell: from the click to its result, Python's core alone", result, ""))
    return table
