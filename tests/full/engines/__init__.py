"""Three browsers behind one face: Chromium, Firefox and WebKit, each as Debian has it, opening pages of the book.

Pages are served with a script before all others that keeps what goes wrong in `window.complaints`, alike in the three.
"""

import functools
import http.server
import json
import os
import shutil
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

HERE = Path(__file__).parent
NODE = Path(__file__).parents[3] / "_build" / "node"  # where `make test-full` puts what package.json names


def find(*names):
    """Return the path of the first of some programs that is here."""
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        raise SystemExit(f"{names[0]} is needed, and is not on the path")
    return path


class Chromium:
    """Chromium, driven by playwright. Nothing is asked of it that would make motion less than a reader's."""

    def __init__(self, browser):
        self.browser, self.context = browser, None

    def open(self, address, width, height):
        """Open an address in a new window of so many pixels."""
        if self.context:
            self.context.close()
        self.context = self.browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="no-preference"
        )
        self.page = self.context.new_page()
        self.page.goto(address)

    def run(self, script, *args):
        """Return what an async JavaScript function makes of some arguments."""
        return self.page.evaluate(f"(args) => ({script})(...args)", args)

    def press(self, key):
        """Press a key, by its name in the web's standard."""
        self.page.keyboard.press(key)


class Firefox:
    """Firefox, driven by puppeteer in a process of its own."""

    def __init__(self, process):
        self.process = process

    def order(self, method, *args):
        self.process.stdin.write(json.dumps({"method": method, "args": args}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["value"]

    def open(self, address, width, height):
        self.order("open", address, width, height)

    def run(self, script, *args):
        return self.order("run", script, args)

    def press(self, key):
        self.order("press", key)


class WebKit:
    """WebKit in GTK's small browser, whose window is never narrower than 450 pixels: pages are in a frame in it."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, address, width, height):
        driver = self.driver
        driver.switch_to.default_content()
        driver.set_window_size(max(width, 500), height + 60)
        driver.get(f"{address.split('/', 3)[0]}//{address.split('/', 3)[2]}/frame")
        style = f"border: 0; width: {width}px; height: {height}px"
        driver.execute_async_script(
            """const [address, style, done] = arguments;
            const onload = () => done();
            const frame = Object.assign(document.createElement("iframe"), { src: address, style, onload });
            document.body.style.margin = 0;
            document.body.replaceChildren(frame);""",
            address,
            style,
        )
        driver.switch_to.frame(driver.find_element(By.TAG_NAME, "iframe"))

    def run(self, script, *args):
        answer = self.driver.execute_async_script(
            f"""const [given, done] = arguments;
            ({script})(...given).then((value) => done({{ value }}), (error) => done({{ error: `${{error}}` }}));""",
            args,
        )
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer.get("value")

    def press(self, key):
        named = {name.replace("_", ""): value for name, value in vars(Keys).items() if not name.startswith("__")}
        ActionChains(self.driver).send_keys(named.get(key.upper(), key)).perform()


@contextmanager
def open_firefox():
    """Give a running Firefox."""
    command = [find("node"), str(NODE / "firefox.mjs"), find("firefox-esr", "firefox")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Firefox(process)
    finally:
        process.stdin.close()
        process.wait(30)


@contextmanager
def open_webkit():
    """Give a running WebKit, on a screen of its own where there is none."""
    screen = None
    if "DISPLAY" not in os.environ:
        read, write = os.pipe()
        command = [find("Xvfb"), "-displayfd", str(write), "-screen", "0", "2560x1600x24", "-nolisten", "tcp"]
        screen = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
        os.environ["DISPLAY"] = f":{os.fdopen(read).readline().strip()}"
    [browser] = Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser")
    options = Options()
    options.binary_location = str(browser)
    options.add_argument("--automation")
    driver = webdriver.WebKitGTK(options=options, service=Service(find("WebKitWebDriver")))
    driver.set_script_timeout(120)
    try:
        yield WebKit(driver)
    finally:
        driver.quit()
        if screen:
            screen.terminate()
            screen.wait()
            del os.environ["DISPLAY"]


@contextmanager
def open_engine(name, chromium):
    """Give a running browser by its name; Chromium is the one that a process has already, as it can drive but one."""
    if name == "chromium":
        yield Chromium(chromium)
    else:
        with {"firefox": open_firefox, "webkit": open_webkit}[name]() as engine:
            yield engine


ENGINES = ("chromium", "firefox", "webkit")


class _Watched(http.server.SimpleHTTPRequestHandler):
    """Serve a folder, and in each page the watching script before all else."""

    def do_GET(self):
        path = Path(self.translate_path(self.path.split("?")[0]))
        if self.path == "/watch.js":
            return self.answer("text/javascript", (HERE / "watch.js").read_text(encoding="utf8"))
        if self.path == "/frame":
            return self.answer("text/html", "<!doctype html><title>Frame</title><body>")
        if path.suffix == ".html" and path.exists():
            page = path.read_text(encoding="utf8")
            return self.answer("text/html", page.replace("<head>", '<head><script src="/watch.js"></script>', 1))
        return super().do_GET()

    def answer(self, kind, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def serve_watched(folder):
    """Give the address at which a folder's pages are served, each with the watching script."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(_Watched, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
