"""What the browser tests share: Chromium, guarded pages, a file server, and hosts for mathematics and views."""

import functools
import http.server
import json
import re
import struct
import threading
from pathlib import Path

import pytest
from chromium import open_chromium

from tempcourse.widgets.kit.sources import FOLDER

BOOK = Path(__file__).parents[1] / "_build" / "html"
DESK = {"width": 1200, "height": 900}


@pytest.fixture(scope="session")
def browser():
    """Chromium, for all tests of a process; they fail without it, rather than skip."""
    with open_chromium() as chromium:
        yield chromium


class Complaints(list):
    """What went wrong on the pages of a test: errors, and requests to other hosts."""

    def __init__(self):
        super().__init__()
        self.expected = []

    def expect(self, pattern):
        """Allow, and ask for, an error that a test provokes."""
        self.expected.append(pattern)

    def check(self):
        """Fail for what was not expected, and for what was and did not come."""
        surprises = [text for text in self if not any(re.search(pattern, text) for pattern in self.expected)]
        assert not surprises, surprises
        missing = [pattern for pattern in self.expected if not any(re.search(pattern, text) for text in self)]
        assert not missing, f"expected, and did not come: {missing}; came: {list(self)}"


@pytest.fixture
def complaints():
    """The errors and foreign requests of this test's pages; checked when it ends."""
    found = Complaints()
    yield found
    found.check()


@pytest.fixture
def new_page(browser, complaints):
    """A function that opens a guarded page; its arguments are those of a playwright context."""
    contexts = []

    def guard(route):
        if route.request.url.startswith("http://127.0.0.1:"):
            route.continue_()
        else:
            complaints.append(f"request: {route.request.url}")
            route.abort()

    def make(**options):
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.route(re.compile(r"^(https?|wss?):"), guard)
        context.on("weberror", lambda error: complaints.append(f"error: {error.error}"))
        context.on(
            "console", lambda line: line.type == "error" and complaints.append(f"console: {line.text}")
        )
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page):
    """A guarded page on a desk's screen."""
    return new_page(viewport={"width": 1000, "height": 800})


class _Handler(http.server.SimpleHTTPRequestHandler):
    headers_to_add = {}  # noqa: RUF012

    def end_headers(self):
        for name, value in self.headers_to_add.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def serve():
    """A function that serves a folder, with headers if wanted, and returns its address."""
    servers = []

    def start(folder, headers=None):
        handler = type("Handler", (_Handler,), {"headers_to_add": headers or {}})
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(handler, directory=str(folder))
        )
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


# The built book


@pytest.fixture(scope="session")
def book(serve):
    """Where the book is served."""
    return serve(BOOK)


@pytest.fixture
def visit(new_page, book):
    """A function that opens a page of the book, and wakes all its widgets if wanted."""

    def open_page(name, *, awake=False, **options):
        page = new_page(viewport=options.pop("viewport", DESK), **options)
        page.goto(f"{book}/{name}")
        if awake:
            wake(page)
        return page

    return open_page


def wake(page):
    """Scroll to each widget, as a reader does, until it is alive."""
    page.evaluate(
        """async () => {
          for (const place of document.querySelectorAll(".static-widget")) {
            place.scrollIntoView({ behavior: "instant" });
            while (!place.querySelector("[data-explorable]")) await new Promise(requestAnimationFrame);
          }
        }"""
    )


def show_all(place):
    """Show the sliders of an explorable that a reader has to ask for."""
    for more in place.locator(".tc-more input").all():
        more.check()


# Mathematics without a page around it

# Numbers cross as the sixteen hexadecimal digits of their bits: no decimal in between, and infinities pass.
CALL = """([name, calls]) => {
  const view = new DataView(new ArrayBuffer(8));
  const read = (hex) => Array.isArray(hex) ? hex.map(read)
    : (view.setBigUint64(0, BigInt("0x" + hex)), view.getFloat64(0));
  const show = (x) => Array.isArray(x) ? x.map(show)
    : (view.setFloat64(0, x), view.getBigUint64(0).toString(16).padStart(16, "0"));
  const called = name.split(".").reduce((holder, key) => holder[key], window.source);
  return calls.map((call) => show(called(...read(call))));
}"""


def to_bits(value):
    """Return numbers as the digits of their bits."""
    return [to_bits(item) for item in value] if isinstance(value, list) else struct.pack(">d", value).hex()


def from_bits(value):
    """Undo `to_bits`."""
    if isinstance(value, list):
        return [from_bits(item) for item in value]
    return struct.unpack(">d", bytes.fromhex(value))[0]


@pytest.fixture(scope="session")
def mathematics(browser, serve):
    """A page that holds what the files of maths/, and the words and colours of kit/, export, as `source`."""
    page = browser.new_page()
    page.goto(serve(FOLDER))
    files = [*(FOLDER / "maths").glob("*.js"), FOLDER / "kit" / "words.js", FOLDER / "kit" / "colours.js"]
    page.evaluate(
        """async (names) => {
          const modules = await Promise.all(names.map((name) => import(`./${name}`)));
          window.source = Object.assign({}, ...modules);
        }""",
        [path.relative_to(FOLDER).as_posix() for path in files],
    )
    yield page
    page.close()


def in_browser(page, name, calls):
    """Return what a JavaScript function, such as "FILTERS.top_k", makes of each call's arguments, to the last bit."""
    return from_bits(page.evaluate(CALL, [name, [to_bits(list(call)) for call in calls]]))


# Explorables with a plain object for a model: no Jupyter, no book

# anywidget's model and loading, as far as a view needs them. `listeners` lets a test see what is left behind.
HOST = """async ({ esm, css, state }) => {
  const listeners = {};
  window.model = {
    state, listeners,
    get: (key) => state[key],
    set: (key, value) => {
      if (state[key] === value) return;
      state[key] = value;
      for (const listener of listeners[`change:${key}`] ?? []) listener();
    },
    save_changes: () => {},
    on: (event, listener) => (listeners[event] ??= []).push(listener),
    off: (event, listener) => (listeners[event] = listeners[event].filter((other) => other !== listener)),
  };
  document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
  const address = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const widget = (await import(address)).default;
  const ends = [widget.initialize?.({ model }), widget.render({ model, el: document.body })];
  window.leave = () => ends.forEach((end) => end?.());
}"""
FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
def show(browser, tmp_path):
    """Return a function that shows an explorable's view on a page of its own; no page may report an error."""
    errors, pages = [], []
    blank = tmp_path / "page.html"
    blank.write_text("<!doctype html><html lang=en><title>Test</title><body>", encoding="utf-8")

    def open_page(explorable, fragment="", width=700, **options):
        page = browser.new_page(viewport={"width": width, "height": 800}, **options)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(blank.as_uri() + fragment)
        view = explorable.view
        state = {name: value for name, value in view.get_state().items() if not name.startswith("_")}
        page.evaluate(
            HOST, {"esm": view._esm, "css": view._css, "state": json.loads(json.dumps(state, default=str))}
        )
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        assert "NaN" not in page.content() and "undefined" not in page.locator("body").inner_text()
        page.close()
    assert errors == []


def put(page, **traits):
    """Set traits of the model that a page shows, and wait until it is drawn."""
    page.evaluate(
        "(traits) => Object.entries(traits).forEach(([name, value]) => model.set(name, value))", traits
    )
    page.evaluate(FRAME)


def state(page, name):
    """Return a trait of the model that a page shows."""
    return page.evaluate("(name) => model.state[name]", name)
