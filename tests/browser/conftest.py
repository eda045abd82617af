"""What the browser tests share: Chromium, pages that may ask no other host, and a small file server."""

import functools
import http.server
import os
import re
import shutil
import threading

import pytest
from playwright.sync_api import sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser():
    """Chromium: the one that CHROMIUM names, or the first on the path."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.fail(
            "The browser tests need Chromium: install it (Debian: apt install chromium), or set CHROMIUM."
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


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
